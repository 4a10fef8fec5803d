//! What the core tells its screens without being asked.

use serde::Serialize;
use ts_rs::TS;

/// Screens ask again after an event; it carries no data that somebody might not be allowed to see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// Rows of these kinds may have changed, by an edit here or by what sync brought.
    RecordsChanged { kinds: Vec<String> },
    /// Something about sync moved: the queue, the line, the last contact.
    SyncChanged,
    /// The app went on to another stage: enrolled, unlocked, locked, loaded.
    StageChanged,
}
