//! A town in one process: people who save things on tablets, a relay, and a network that loses, repeats and delays.
//!
//! The code under test is the product's own: the replica's store and its rounds ([`sync_client::round::exchange`]), the
//! relay's judging, placing and pulling. What is ours is chance ([`dice`]), time and the network ([`world`]), what people
//! do ([`people`]), what goes wrong ([`faults`]), and what must hold afterwards ([`promises`]), above all the [`ledger`]:
//! every edit ever saved is in exactly one place where somebody sees it.
//!
//! One seed decides everything, so a run that failed is repeated by its seed: `cargo run -p linli-simulation -- --seed N`.

pub mod device;
pub mod dice;
pub mod faults;
pub mod ledger;
pub mod people;
pub mod promises;
pub mod relay;
pub mod town;
pub mod world;

pub use world::{Report, run};
