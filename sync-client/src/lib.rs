//! One sync round between a replica and the relay, and the loop that repeats it.
//!
//! A round pushes what is pending and pulls what is new ([`round`]); the [`engine`] runs rounds when something was saved,
//! when the relay says that something changed, and again and again while there is no network. Saving never waits for it.

pub mod clock;
pub mod engine;
pub mod enrol;
mod error;
pub mod http;
pub mod link;
pub mod photos;
mod proof;
mod renewal;
pub mod round;
pub mod transport;
pub mod trust;

pub use engine::{Engine, Status};
pub use error::{Result, SyncError};
pub use http::Http;
pub use link::EnrolLink;
