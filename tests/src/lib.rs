//! What the tests in `tests/tests` drive.
//!
//! The scenarios drive the real programs, each in a process and a folder of its own:
//!
//! - [`stage`]: one scenario's folder, logs and time limit
//! - [`processes`]: relay, console and tablet, started, killed and started again
//! - [`link`]: the network between tablet and relay, which can be cut
//! - [`display`], [`browser`]: a screen nobody sees; the tablet's window and a browser on it
//! - [`page`]: what a person does to a page, with patience and clear complaints
//! - [`walk`]: what scenarios do again and again
//! - [`impostor`]: something on a port that is not the relay
//!
//! None of these knows the inside of a program: they use command lines, pages and files, as a person would.
//!
//! The journeys are quick and open no window:
//!
//! - [`neighbourhood`]: the relay, tablets and consoles in one process, called as their screens call them
//! - [`secured`]: a relay with TLS as a program of its own, and strangers in its place
//! - [`deaf`]: a line to the relay that loses answers
//!
//! The tests of faults (`tests/tests/faults`, docs/faults.md) break things on purpose:
//!
//! - [`fleet`]: relay and tablets as programs without windows, killed at any moment
//! - [`disk`]: a disk that loses power, room or patience
//! - [`poor`]: a line that is slow, breaks, or is open and dead
//! - [`dice`]: chance from a seed, and how often

pub mod browser;
pub mod deaf;
pub mod dice;
pub mod disk;
pub mod display;
pub mod fleet;
pub mod impostor;
pub mod link;
pub mod neighbourhood;
pub mod page;
pub mod poor;
pub mod processes;
pub mod secured;
pub mod stage;
pub mod walk;

pub use browser::Browser;
pub use deaf::DeafLine;
pub use dice::Dice;
pub use disk::Disk;
pub use display::Display;
pub use fleet::{Fleet, HeadlessTablet};
pub use impostor::Impostor;
pub use link::Link;
pub use neighbourhood::Neighbourhood;
pub use page::Page;
pub use processes::{Account, Console, Relay, Tablet};
pub use secured::{SecuredDistrict, Stranger};
pub use stage::{Stage, play};
