//! Ends of rights: an assignment that has ended stays ended, whatever backup is put back.

use super::{Entry, Ledger, RightEnd};
use crate::accept::{Draft, write_own};
use crate::error::Result;
use crate::store::Tx;
use std::collections::{BTreeMap, BTreeSet};
use sync_protocol::edit::DELETED;
use sync_protocol::messages::{Fate, Outcome};
use sync_protocol::{Edit, EditId, RecordId, RecordKey, RecordState, Schema, Value};

const UNTIL: &str = "until";

/// What a push did to assignments: the ends it set, and the assignments it brought.
#[derive(Default)]
pub struct Touched {
    set: Vec<RightEnd>,
    brought: BTreeSet<RecordId>,
}

impl Touched {
    pub fn is_empty(&self) -> bool {
        self.set.is_empty() && self.brought.is_empty()
    }
}

/// Reads, in the transaction of a push, how the assignments stand whose end it set.
pub fn touched(tx: &dyn Tx, edits: &[Edit], ids: &[EditId], outcomes: &[Outcome]) -> Result<Touched> {
    let mut touched = Touched::default();
    for ((edit, id), outcome) in edits.iter().zip(ids).zip(outcomes) {
        if edit.kind != "assignment" || !matches!(outcome.result, Fate::Merged | Fate::Conflict) {
            continue;
        }
        let Some(record) = tx.record(&edit.key())? else { continue };
        touched.brought.insert(edit.record);
        if edit.fields.contains_key(UNTIL) || edit.fields.contains_key(DELETED) {
            touched.set.push(RightEnd {
                assignment: edit.record,
                until: record.state.text(UNTIL).map(str::to_owned),
                deleted: record.state.is_deleted(),
                device: edit.device,
                number: edit.number,
                edit: *id,
            });
        }
    }
    Ok(touched)
}

/// The ends that the ledger has of assignments that a push brought back, where the store does not know them yet.
pub fn still_ended(ledger: &Ledger, touched: &Touched) -> Vec<RightEnd> {
    let set: BTreeSet<RecordId> = touched.set.iter().map(|end| end.assignment).collect();
    touched.brought.difference(&set).filter_map(|one| ledger.end_of(*one)).collect()
}

/// Writes the ends down; durable when this returns.
pub fn write_down(ledger: &Ledger, touched: Touched, now_ms: u64) -> Result<()> {
    touched.set.into_iter().try_for_each(|end| ledger.append(&Entry::RightEnded(end), now_ms))
}

/// Lets an assignment end as the ledger says, where the store lacks the edit that said so; whether it lacked it. One that is
/// not here at all ends when it comes back.
pub fn end_again(tx: &dyn Tx, schema: &Schema, end: &RightEnd, now_ms: u64) -> Result<bool> {
    let held = tx.edits_numbered(end.device, end.number, end.number)?;
    if held.iter().any(|held| held.id == end.edit) {
        return Ok(false);
    }
    let Some(record) = tx.record(&RecordKey::new("assignment", end.assignment))? else { return Ok(false) };
    let fields = differing(&record.state, end);
    if fields.is_empty() {
        return Ok(false);
    }
    let draft = Draft { kind: "assignment".to_owned(), id: end.assignment, author: None, create: false, fields };
    write_own(tx, schema, vec![draft], now_ms)?;
    Ok(true)
}

fn differing(state: &RecordState, end: &RightEnd) -> BTreeMap<String, Value> {
    let mut fields = BTreeMap::new();
    if state.text(UNTIL) != end.until.as_deref() {
        fields.insert(UNTIL.to_owned(), end.until.as_deref().into());
    }
    if state.is_deleted() != end.deleted {
        fields.insert(DELETED.to_owned(), end.deleted.into());
    }
    fields
}
