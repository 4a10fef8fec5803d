//! What the scenarios in `tests/tests` drive: the real programs, each in a process and a folder of its own.
//!
//! - [`stage`]: one scenario's folder, logs and time limit
//! - [`processes`]: relay, console and tablet, started, killed and started again
//! - [`link`]: the network between tablet and relay, which can be cut
//! - [`display`], [`browser`]: a screen nobody sees; the tablet's window and a browser on it
//! - [`page`]: what a person does to a page, with patience and clear complaints
//! - [`impostor`]: something on a port that is not the relay
//!
//! Nothing here knows the inside of a program: it uses command lines, pages and files, as a person would.

pub mod browser;
pub mod display;
pub mod impostor;
pub mod link;
pub mod page;
pub mod processes;
pub mod stage;

pub use browser::Browser;
pub use display::Display;
pub use link::Link;
pub use page::Page;
pub use processes::{Account, Console, Relay, Tablet};
pub use stage::{Stage, play};
