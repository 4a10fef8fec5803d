//! The relay's own edits: imports. They are edits like any other, of device 1, whose chain the relay keeps itself.

use super::{Accepting, Authority};
use crate::error::{RelayError, Result};
use crate::store::Tx;
use std::collections::BTreeMap;
use sync_protocol::messages::Fate;
use sync_protocol::{Code, DeviceNumber, Edit, FieldEdit, RecordId, Schema, Stamp, Value};

/// The device number no device is ever given.
pub const RELAY_DEVICE: DeviceNumber = DeviceNumber(1);

/// The author of what nobody in particular wrote.
pub fn relay_person() -> RecordId {
    RecordId(sync_protocol::canonical::uuid8(b"linli-relay"))
}

/// A record to be written, or fields of one to be changed.
pub struct Draft {
    pub kind: String,
    pub id: RecordId,
    pub author: Option<RecordId>,
    pub create: bool,
    pub fields: BTreeMap<String, Value>,
}

/// Writes drafts in one transaction, all or nothing: the first that may not stand undoes the rest.
pub fn write_own(tx: &dyn Tx, schema: &Schema, drafts: Vec<Draft>, now_ms: u64) -> Result<()> {
    let head = tx.device(RELAY_DEVICE)?.and_then(|device| device.head);
    let (mut number, mut before) = (head.map_or(0, |(number, _)| number), head.map(|(_, id)| id));
    let district = crate::district::code(tx)?;
    let mut accepting = Accepting::new(tx, schema, &district, now_ms)?;
    let mut last = Stamp::ZERO;
    for draft in drafts {
        let bases = shown_stamps(tx, &draft)?;
        number += 1;
        last = accepting.tick();
        let fields = draft.fields.into_iter().map(|(name, value)| {
            let bases = bases.get(&name).cloned().unwrap_or_default();
            (name, FieldEdit { value, bases })
        });
        let edit = Edit {
            kind: draft.kind,
            record: draft.id,
            create: draft.create,
            author: draft.author.unwrap_or_else(relay_person),
            device: RELAY_DEVICE,
            number,
            stamp: last,
            fields: fields.collect(),
        };
        let id = edit.id(before);
        let outcome = accepting.take(&edit, id, Authority::Relay, Stamp::ZERO)?;
        if outcome.result != Fate::Merged || !outcome.fields.is_empty() {
            let code = outcome.code.unwrap_or(Code::ValueInvalid);
            let fields: Vec<&str> = outcome.fields.keys().map(String::as_str).collect();
            let title = format!("{} {}: {} {}", edit.kind, edit.record, code.name(), fields.join(", "));
            return Err(RelayError::refused(code, &title));
        }
        before = Some(id);
    }
    accepting.finish()?;
    match before {
        Some(id) => tx.set_head(RELAY_DEVICE, number, id, last),
        None => Ok(()),
    }
}

/// An import writes over what stands, as somebody would who was shown it.
fn shown_stamps(tx: &dyn Tx, draft: &Draft) -> Result<BTreeMap<String, Vec<Stamp>>> {
    if draft.create {
        return Ok(BTreeMap::new());
    }
    let held = tx.record(&sync_protocol::RecordKey::new(draft.kind.clone(), draft.id))?;
    let shown = |name: &String| Some((name.clone(), held.as_ref()?.state.shown_stamps(name)));
    Ok(draft.fields.keys().filter_map(shown).collect())
}
