//! A replica's SQLite store: what the relay said, what was saved here, and the questions that screens ask of both.
//!
//! - [`saving`] writes an edit and what it changes in one transaction; [`outbox`] holds it until it has an outcome.
//! - [`incoming`] applies a pulled page and moves the cursors in one transaction.
//! - [`comparing`] finds and mends what differs from what the relay holds.
//! - [`epochs`] goes on with a relay that was restored from a backup.
//! - [`erasing`] forgets what was erased at the relay.
//! - [`records`] keeps the relay's state and own unsettled edits apart and writes the row that shows both.
//! - [`scope`] limits what a query can see, in one place, for a console on which many people sign in.
//! - [`search`] finds records by what somebody types; its index changes in the transaction that changes the record.
//! - [`history`] tells what is known here of who changed what.
//! - [`drafts`] keeps what somebody typed and did not save yet.
//! - [`blobs`] keeps the bytes of photos, [`photo_queue`] says which of them are still to travel.
//! - The nouns ([`buildings`], [`households`], [`residents`], [`visits`], [`register`], [`needs`],
//!   [`staff`]) hold the queries.
//!
//! There are no foreign keys between synced records: "that one is elsewhere" is a normal answer.

pub mod attention;
pub mod blobs;
pub mod buildings;
pub mod comparing;
pub mod compounds;
pub mod cursors;
pub mod device;
pub mod drafts;
pub mod duplicates;
pub mod epochs;
pub mod erasing;
mod error;
pub mod history;
pub mod households;
pub mod incoming;
mod indexes;
pub mod issues;
pub mod keeping;
mod key;
pub mod needs;
mod open;
pub mod outbox;
pub mod photo_queue;
pub mod photos;
pub mod places;
pub mod records;
pub mod register;
mod reloading;
pub mod residents;
pub mod review;
mod room;
mod rows;
pub mod saving;
pub mod scope;
pub mod search;
pub mod staff;
mod store;
mod tables;
pub mod today;
pub mod visits;

pub use error::{Result, StoreError};
pub use key::Key;
pub use open::{Options, unlock};
pub use scope::View;
pub use store::{Store, Tx};
