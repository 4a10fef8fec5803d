//! The rules of sync, used unchanged by tablet, console, relay and tests.
//!
//! Everything here is pure: no clock, disk, network, thread or async. Times, random bits and parents come in as
//! arguments, so that a simulation can replay any history exactly.
//!
//! Read in this order: [`stamp`] (when), [`edit`] (what one save wrote), [`merge`] (which value wins), [`record`] (what a
//! replica holds of one record), [`schema`] (what may be written), [`routes`] (who gets it), [`policy`] (who may), and
//! [`messages`] (how it travels).

pub mod blobs;
pub mod canonical;
pub mod channel;
mod columns;
pub mod conflict;
pub mod day;
pub mod digest;
pub mod edit;
pub mod folds;
pub mod history;
pub mod ids;
pub mod merge;
pub mod messages;
pub mod planted;
pub mod policy;
pub mod problem;
pub mod record;
pub mod routes;
pub mod schema;
pub mod stamp;
pub mod value;

pub use channel::{Channel, ChannelFacet, Facet, Grant};
pub use digest::Digest;
pub use edit::{Edit, FieldEdit};
pub use ids::{DeviceNumber, EditId, Epoch, RecordId, RecordKey};
pub use problem::Code;
pub use record::RecordState;
pub use schema::Schema;
pub use stamp::{Hlc, Stamp};
pub use value::Value;
