//! What the relay writes so that people look at it: conflicts that open, change or are settled, and held edits.
//!
//! Invariant: each is written in the transaction of the edit that made it, as an edit of the relay's own.

use super::own::Draft;
use crate::error::{RelayError, Result};
use crate::store::Tx;
use std::collections::BTreeMap;
use sync_protocol::conflict::{Child, Conflict, Settled, changed_when_deleted, conflict_id, field_conflict};
use sync_protocol::edit::DELETED;
use sync_protocol::planted::{self, Bug};
use sync_protocol::record::Accepted;
use sync_protocol::routes::Placement;
use sync_protocol::schema::{Kind, Rule};
use sync_protocol::{Code, Edit, EditId, RecordId, RecordKey, RecordState, Value};

/// The conflict records that an accepted edit opens, changes or settles. An edit that meets no disagreement costs a look
/// at what is in memory only.
pub fn conflict_drafts(
    tx: &dyn Tx,
    kind: &Kind,
    before: Option<&RecordState>,
    after: &RecordState,
    accepted: &Accepted,
    children: impl Fn(&RecordKey) -> Result<Vec<Child>>,
) -> Result<Vec<Draft>> {
    let disputed = |state: &RecordState, field: &str| !state.open_sides(field).is_empty();
    let mut fields: Vec<&str> = accepted
        .edit
        .fields
        .keys()
        .map(String::as_str)
        .filter(|field| *field != DELETED && kind.rule(field) == Some(Rule::Latest))
        .filter(|field| disputed(after, field) || before.is_some_and(|before| disputed(before, field)))
        .collect();
    if after.is_deleted() || before.is_some_and(RecordState::is_deleted) {
        fields.push(DELETED);
    }
    if fields.is_empty() || kind.name == "conflict" || planted::is(Bug::ConflictUnseen) {
        return Ok(Vec::new());
    }
    let key = after.key();
    let mut log = tx.accepted_edits(&key)?;
    if !log.iter().any(|one| one.id == accepted.id) {
        log.push(accepted.clone());
    }
    let draft = |field: &str| -> Result<Option<Draft>> {
        let found = match field {
            DELETED => changed_when_deleted(kind, &log, &children(&key)?),
            field => field_conflict(field, &log),
        };
        conflict_draft(tx, &key, field, found, accepted)
    };
    fields.into_iter().filter_map(|field| draft(field).transpose()).collect()
}

/// The conflict of a deleted record, after a record below it came, went or moved by an accepted edit.
pub fn deletion_draft(
    tx: &dyn Tx,
    kind: &Kind,
    deleted: &RecordKey,
    children: &[Child],
    accepted: &Accepted,
) -> Result<Option<Draft>> {
    let found = changed_when_deleted(kind, &tx.accepted_edits(deleted)?, children);
    conflict_draft(tx, deleted, DELETED, found, accepted)
}

/// A conflict as its record is written: made where there is none yet, else only what changed.
fn conflict_draft(
    tx: &dyn Tx,
    record: &RecordKey,
    field: &str,
    found: Option<Conflict>,
    accepted: &Accepted,
) -> Result<Option<Draft>> {
    let id = conflict_id(record, field);
    let held = tx.record(&RecordKey::new("conflict", id))?;
    let (mut fields, create) = match (held, found) {
        // Who comes to say the same without being asked settles it as well.
        (Some(held), None) if held.state.value("settled").is_null() => {
            let settled = Settled::by(accepted, field).to_value();
            (BTreeMap::from([("settled".to_owned(), settled)]), false)
        }
        (Some(held), Some(found)) => {
            let mut fields = found.to_fields();
            fields.retain(|name, value| held.state.value(name) != value);
            (fields, false)
        }
        (None, Some(found)) if found.settled.is_none() => (found.to_fields(), true),
        _ => return Ok(None),
    };
    if create {
        fields.insert("record".to_owned(), record.to_string().into());
        fields.insert("field".to_owned(), field.into());
        fields.retain(|_, value| !value.is_null());
    }
    let draft = Draft { kind: "conflict".to_owned(), id, author: None, create, fields };
    Ok((!draft.fields.is_empty()).then_some(draft))
}

/// Why an edit is held.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reason {
    /// Its author had the right, and it ended.
    RightEnded,
    /// Its author has the right where the record was, and the record is elsewhere.
    MovedAway,
}

impl Reason {
    fn word(self) -> &'static str {
        match self {
            Self::RightEnded => "right_ended",
            Self::MovedAway => "moved_away",
        }
    }

    pub fn code(self) -> Code {
        match self {
            Self::RightEnded => Code::RightEnded,
            Self::MovedAway => Code::MovedAway,
        }
    }
}

/// A held edit as a supervisor is shown it. Its record has the edit's own id, and its author.
pub fn held_draft(edit: &Edit, id: EditId, placement: &Placement, reason: Reason) -> Result<Draft> {
    let community = placement.channels.iter().filter_map(|channel| channel.code()).find_map(|code| code.get(..12));
    let body = serde_json::to_string(edit).and_then(|json| serde_json::from_str::<Value>(&json));
    let fields = [
        ("record", edit.key().to_string().into()),
        ("community", community.into()),
        ("edit", body.map_err(|error| RelayError::Damaged(error.to_string()))?),
        ("reason", reason.word().into()),
    ];
    let fields = fields.into_iter().filter(|(_, value)| !value.is_null());
    let fields: BTreeMap<String, Value> = fields.map(|(name, value)| (name.to_owned(), value)).collect();
    Ok(Draft { kind: "held_edit".to_owned(), id: RecordId(id.0), author: Some(edit.author), create: true, fields })
}
