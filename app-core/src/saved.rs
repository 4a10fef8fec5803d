//! The answer to every save: what was saved, and that it is on this device.

use crate::core::Asking;
use crate::error::Result;
use crate::words::SyncMark;
use local_store::outbox;
use serde::Serialize;
use sync_protocol::RecordId;
use ts_rs::TS;

#[derive(Clone, Debug, Serialize, TS)]
pub struct Saved {
    pub record: String,
    pub mark: SyncMark,
    /// How many edits wait to be sent.
    pub outbox: u32,
    /// Given back within ten seconds, it takes the save back; absent where that makes no sense.
    pub undo: Option<String>,
}

impl Asking {
    pub(crate) fn saved(&self, record: RecordId) -> Result<Saved> {
        let outbox = self.read(|tx| Ok(outbox::queue(tx)?.iter().map(|line| line.count).sum()))?;
        Ok(Saved { record: record.to_string(), mark: SyncMark::SavedHere, outbox, undo: None })
    }
}

/// An id that a screen gives back; one it made up is simply not there.
pub(crate) fn id(kind: &str, text: &str) -> Result<RecordId> {
    text.parse().map_err(|_| crate::CommandError::new("not_found").with("kind", kind))
}
