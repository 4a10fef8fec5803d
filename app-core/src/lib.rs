//! What a person can do with Linli. Both shells, the tablet's window and the console's page, call nothing else.
//!
//! A use case is declared once, in [`calls`], with its input, output and error; the one IPC command, the one HTTP route and
//! the TypeScript functions all come from that declaration. [`core::Core`] is the running app: its stage, its store and its
//! sync engine. The nouns hold the use cases.

pub mod buildings;
pub mod calls;
pub mod categories;
pub mod compounds;
pub mod core;
pub mod divisions;
pub mod drafts;
pub mod enrolment;
pub mod erasure;
pub mod error;
pub mod events;
pub mod files;
pub mod forms;
pub mod history;
pub mod households;
pub mod identity;
pub mod issues;
pub mod lock;
pub mod mask;
pub mod moment;
pub mod needs;
pub mod photos;
pub mod register;
pub mod residents;
pub mod reveals;
pub mod review;
pub mod rights;
pub mod saved;
pub mod search;
pub mod sign_in;
pub mod staff;
pub mod stage;
pub mod sync;
pub mod today;
pub mod undo;
pub mod units;
pub mod visits;
pub mod words;

pub use crate::core::{Core, Shell};
pub use error::CommandError;
pub use events::Event;
pub use sign_in::Session;
