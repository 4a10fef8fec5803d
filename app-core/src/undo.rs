//! Taking a save back: for ten seconds a screen offers it, for a minute the core can.
//!
//! Nothing is rewound. What is written is one more save of the same person that puts the values back which the first one
//! replaced, and hides the records that it created. Where somebody else has changed one of these fields since, it is too
//! late: their work is not written over.

use crate::core::{Asking, guard};
use crate::error::{CommandError, Result};
use crate::moment;
use crate::saved::Saved;
use local_store::saving::NewEdit;
use local_store::{Tx, records};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;
use sync_protocol::edit::DELETED;
use sync_protocol::{RecordId, RecordKey, Value};
use ts_rs::TS;

/// Longer than any screen offers it, so that a slow finger is not told it was late.
const KEPT_MS: u64 = 60_000;

#[derive(Clone, Debug, Deserialize, TS)]
pub struct Undo {
    pub undo: String,
}

/// What the saves of the last minute replaced, by the token that their screens hold.
#[derive(Default)]
pub(crate) struct Undoable(Mutex<HashMap<String, Kept>>);

struct Kept {
    person: RecordId,
    record: RecordId,
    until_ms: u64,
    steps: Vec<Step>,
}

/// One edit's way back.
struct Step {
    key: RecordKey,
    created: bool,
    /// By field: the value before, and the one that was written.
    fields: BTreeMap<String, (Value, Value)>,
}

impl Asking {
    /// Saves edits as [`Asking::save_from`] does, and keeps for a minute what they replaced.
    pub(crate) fn save_undoable(
        &self,
        record: RecordId,
        draft: Option<&str>,
        edits: impl FnOnce(&Tx<'_>, u64) -> Result<Vec<NewEdit>>,
    ) -> Result<Saved> {
        let mut steps = Vec::new();
        self.save_from(draft, |tx, now| {
            let edits = edits(tx, now)?;
            steps = edits.iter().map(|edit| step(tx, edit)).collect::<Result<Vec<_>>>()?;
            Ok(edits)
        })?;
        let (token, now) = (self.mint()?.to_string(), moment::machine_ms());
        let mut kept = guard(&self.open.undoable.0);
        kept.retain(|_, one| one.until_ms > now);
        kept.insert(token.clone(), Kept { person: self.person, record, until_ms: now + KEPT_MS, steps });
        drop(kept);
        Ok(Saved { undo: Some(token), ..self.saved(record)? })
    }
}

fn step(tx: &Tx<'_>, edit: &NewEdit) -> Result<Step> {
    let before = records::shown(tx, &edit.key)?;
    let value = |name: &str| before.as_ref().map_or(Value::Null, |before| before.value(name).clone());
    let fields = edit.fields.iter().map(|(name, new)| (name.clone(), (value(name), new.value.clone()))).collect();
    Ok(Step { key: edit.key.clone(), created: edit.create && before.is_none(), fields })
}

pub(crate) fn undo_save(asking: &Asking, input: Undo) -> Result<Saved> {
    let kept = guard(&asking.open.undoable.0).remove(&input.undo);
    let kept = kept.filter(|one| one.person == asking.person && one.until_ms > moment::machine_ms());
    let kept = kept.ok_or_else(|| CommandError::new("undo_too_late"))?;
    asking.save(|tx, _| {
        // Backwards: what was made last goes first.
        let edits = kept.steps.iter().rev().map(|step| way_back(tx, asking, step)).collect::<Result<Vec<_>>>()?;
        Ok(edits.into_iter().filter(|edit| !edit.fields.is_empty()).collect())
    })?;
    asking.saved(kept.record)
}

fn way_back(tx: &Tx<'_>, asking: &Asking, step: &Step) -> Result<NewEdit> {
    let held = records::shown(tx, &step.key)?.ok_or_else(|| CommandError::new("undo_too_late"))?;
    let edit = NewEdit::change(step.key.clone(), asking.person);
    if step.created {
        return Ok(edit.set(DELETED, true));
    }
    if step.fields.iter().any(|(name, (_, written))| held.value(name) != written) {
        return Err(CommandError::new("undo_too_late"));
    }
    let set = |name: &str| name.contains(':');
    Ok(step.fields.iter().fold(edit, |edit, (name, (before, _))| match before {
        // An element of a set that was never there is absent again.
        Value::Null if set(name) => edit.set(name, false),
        before => edit.set(name, before.clone()),
    }))
}
