//! Looking at a masked value: one field of one record, for a stated purpose, and never without its record.
//!
//! Invariant: the value leaves this crate only after the reveal was saved, in a transaction that is durable. Revealing works
//! without a network; the record goes up with everything else and lands in the relay's audit trail.

use crate::core::Asking;
use crate::error::{CommandError, Result};
use crate::words;
use local_store::records;
use local_store::saving::NewEdit;
use serde::{Deserialize, Serialize};
use sync_protocol::{RecordKey, day};
use ts_rs::TS;

/// How long a screen may show it.
const SHOWN_SECONDS: u32 = 30;

words::words! {
    RevealReason { Call, Visit, Service, Duplicate, Request }
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct Reveal {
    /// `kind:id`.
    pub record: String,
    pub field: String,
    pub reason: RevealReason,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct Revealed {
    pub value: String,
    /// Then the screen hides it again.
    pub seconds: u32,
}

pub(crate) fn reveal(asking: &Asking, input: Reveal) -> Result<Revealed> {
    let key: RecordKey = input.record.parse().map_err(|_| CommandError::new("not_found").with("kind", "record"))?;
    let reveal = asking.mint()?;
    // Through the asker's view: there is nothing to reveal of what they may not see.
    let value = asking.read(|tx| {
        let state = records::expect(tx, &key)?;
        let declared = tx.schema.kind(&key.kind).and_then(|kind| kind.field(&input.field));
        if !declared.is_some_and(|field| field.masked) {
            return Err(CommandError::value(&input.field, "unknown"));
        }
        let value = state.text(&input.field).map(str::to_owned);
        value.ok_or_else(|| CommandError::new("not_found").with("kind", &input.field))
    })?;
    asking.save(|_, now| {
        let record = NewEdit::create("reveal", reveal, asking.person)
            .set("record", key.to_string())
            .set("field", input.field.as_str())
            .set("reason", words::word(&input.reason))
            .set("happened_at", day::time_text(now));
        Ok(vec![record])
    })?;
    Ok(Revealed { value, seconds: SHOWN_SECONDS })
}
