//! The relay's own edits: imports, and what it gives people to review. They are edits like any other, of device 1, whose chain the relay keeps itself.

use super::Accepting;
use crate::error::{RelayError, Result};
use crate::store::Tx;
use std::collections::BTreeMap;
use sync_protocol::messages::{Fate, Outcome};
use sync_protocol::{Code, DeviceNumber, Edit, EditId, FieldEdit, RecordId, Schema, Stamp, Value};

/// The device number no device is ever given.
pub const RELAY_DEVICE: DeviceNumber = DeviceNumber(1);

/// The author of what nobody in particular wrote.
pub fn relay_person() -> RecordId {
    RecordId(sync_protocol::canonical::uuid8(b"linli-relay"))
}

/// A record to be written, or fields of one to be changed.
#[derive(Clone)]
pub struct Draft {
    pub kind: String,
    pub id: RecordId,
    pub author: Option<RecordId>,
    pub create: bool,
    pub fields: BTreeMap<String, Value>,
}

/// Writes drafts in one transaction, all or nothing: the first that may not stand undoes the rest.
pub fn write_own(tx: &dyn Tx, schema: &Schema, drafts: Vec<Draft>, now_ms: u64) -> Result<()> {
    let district = crate::district::code(tx)?;
    let mut accepting = Accepting::new(tx, schema, &district, now_ms);
    for draft in drafts {
        accepting.write(draft)?;
    }
    accepting.finish()
}

/// The end of the relay's own chain, as far as one transaction has come.
#[derive(Default)]
pub struct OwnChain {
    /// The number and id of the last edit; read when the first one is written.
    head: Option<(u32, Option<EditId>)>,
    written: Option<(u32, EditId, Stamp)>,
}

impl OwnChain {
    /// A draft as the next edit of the chain.
    pub fn next(&mut self, tx: &dyn Tx, draft: Draft, stamp: Stamp) -> Result<(Edit, EditId)> {
        let (number, before) = match self.head {
            Some(head) => head,
            None => tx
                .device(RELAY_DEVICE)?
                .and_then(|device| device.head)
                .map_or((0, None), |(number, id)| (number, Some(id))),
        };
        let bases = shown_stamps(tx, &draft)?;
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
            number: number + 1,
            stamp,
            fields: fields.collect(),
        };
        let id = edit.id(before);
        self.head = Some((edit.number, Some(id)));
        self.written = Some((edit.number, id, stamp));
        Ok((edit, id))
    }

    pub fn finish(&self, tx: &dyn Tx) -> Result<()> {
        match self.written {
            Some((number, id, stamp)) => tx.set_head(RELAY_DEVICE, number, id, stamp),
            None => Ok(()),
        }
    }
}

/// The refusal of an edit of the relay's own.
pub fn must_stand(edit: &Edit, outcome: &Outcome) -> Result<()> {
    if outcome.result == Fate::Merged && outcome.fields.is_empty() {
        return Ok(());
    }
    let code = outcome.code.unwrap_or(Code::ValueInvalid);
    let fields: Vec<&str> = outcome.fields.keys().map(String::as_str).collect();
    let title = format!("{} {}: {} {}", edit.kind, edit.record, code.name(), fields.join(", "));
    Err(RelayError::refused(code, &title))
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
