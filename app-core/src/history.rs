//! The history of a record: who changed what, when, from what to what.
//!
//! Invariants:
//! - Who may not open a record's file gets no history of it: it is read through the asker's view first, and the relay asks
//!   their rights again.
//! - Masked values stay masked here, in old values as in new ones; a look is what [`crate::reveals`] is for.
//! - What the relay says is shown and never kept.

use crate::core::{Asking, Core, guard};
use crate::error::{CommandError, Result};
use crate::mask;
use crate::review::shown;
use crate::sign_in::Session;
use crate::words::SyncMark;
use local_store::history::Known;
use local_store::{Tx, history, places, records};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use sync_client::SyncError;
use sync_client::transport::Transport;
use sync_protocol::messages::{Fate, History};
use sync_protocol::{Code, RecordId, RecordKey, Value, day};
use ts_rs::TS;

#[derive(Clone, Debug, Deserialize, TS)]
pub struct HistoryRef {
    /// `kind:id`.
    pub record: String,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct RecordHistory {
    /// The newest first.
    pub changes: Vec<HistoryChange>,
    /// All there is, by the relay's word; else what this device knows.
    pub whole: bool,
    /// Older changes that are not listed.
    pub earlier: u32,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct HistoryChange {
    pub edit: String,
    pub at: String,
    /// Empty where nobody in particular wrote it, as in an import.
    pub by: String,
    pub created: bool,
    pub mark: SyncMark,
    pub fields: Vec<HistoryField>,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct HistoryField {
    pub field: String,
    /// What stood there; null where nothing did. Not known without the relay.
    pub before: Option<String>,
    pub before_known: bool,
    pub after: Option<String>,
    /// The values are shown in part.
    pub masked: bool,
}

/// What this device can tell by itself, at once.
pub(crate) fn history_here(asking: &Asking, input: HistoryRef) -> Result<RecordHistory> {
    let key = key(&input)?;
    asking.read(|tx| {
        records::expect(tx, &key)?;
        let changes = history::known(tx, &key)?.into_iter().filter(is_of_record);
        let changes = changes.map(|one| known_change(tx, &key, one)).collect::<Result<_>>()?;
        Ok(RecordHistory { changes, whole: false, earlier: 0 })
    })
}

/// All of it, from the relay, with what waits here on top.
pub(crate) async fn history_whole(
    core: &Arc<Core>,
    session: Option<&Session>,
    input: HistoryRef,
) -> Result<RecordHistory> {
    let key = key(&input)?;
    let asking = core.asking(session)?;
    asking.read(|tx| records::expect(tx, &key).map_err(CommandError::from))?;
    let token = session.and_then(|session| guard(&core.author_tokens).get(&session.person).cloned());
    let answer = match core.line(&asking.open.store, &asking.open.facts)?.history(&key, token.as_deref()).await {
        Ok(answer) => answer,
        // What was made here and never sent is not there yet.
        Err(SyncError::Problem(problem)) if problem.code == Code::NotThere => {
            History { changes: Vec::new(), earlier: 0 }
        }
        Err(error) => return Err(error.into()),
    };
    asking.read(|tx| {
        let waits = |one: &Known| matches!(one.own, Some(None | Some(Fate::Later | Fate::Held | Fate::Waiting)));
        let not_there = |one: &Known| waits(one) && answer.changes.iter().all(|change| change.edit != one.edit);
        let waiting = history::known(tx, &key)?.into_iter().filter(not_there);
        let mut changes: Vec<_> = waiting.map(|one| known_change(tx, &key, one)).collect::<Result<_>>()?;
        for change in answer.changes {
            let fields = change.fields.iter();
            let fields = fields.map(|(name, one)| field(tx, &key, name, Some(&one.before), &one.after));
            changes.push(HistoryChange {
                edit: change.edit.to_string(),
                at: day::time_text(change.at_ms),
                by: name(tx, change.author)?.unwrap_or(change.author_name),
                created: change.created,
                mark: SyncMark::Sent,
                fields: fields.collect::<Result<_>>()?,
            });
        }
        Ok(RecordHistory { changes, whole: true, earlier: answer.earlier })
    })
}

fn key(input: &HistoryRef) -> Result<RecordKey> {
    input.record.parse().map_err(|_| CommandError::new("not_found").with("kind", "record"))
}

/// What was refused never came into the record.
fn is_of_record(one: &Known) -> bool {
    !matches!(one.own, Some(Some(Fate::Refused | Fate::Erased)))
}

fn known_change(tx: &Tx<'_>, key: &RecordKey, one: Known) -> Result<HistoryChange> {
    let mark = match one.own {
        None | Some(Some(Fate::Merged | Fate::Conflict)) => SyncMark::Sent,
        Some(None | Some(Fate::Later)) => SyncMark::SavedHere,
        Some(Some(_)) => SyncMark::NeedsAttention,
    };
    // A record that came into being had nothing before.
    let before = one.created.then_some(Value::Null);
    let fields = one.fields.iter().map(|(name, value)| field(tx, key, name, before.as_ref(), value));
    Ok(HistoryChange {
        edit: one.edit.to_string(),
        at: day::time_text(one.at_ms),
        by: name(tx, one.author)?.unwrap_or_default(),
        created: one.created,
        mark,
        fields: fields.filter(|field| !is_empty(field)).collect::<Result<_>>()?,
    })
}

fn is_empty(field: &Result<HistoryField>) -> bool {
    field.as_ref().is_ok_and(|field| field.before_known && field.before.is_none() && field.after.is_none())
}

fn field(tx: &Tx<'_>, key: &RecordKey, name: &str, before: Option<&Value>, after: &Value) -> Result<HistoryField> {
    let masked = is_masked(tx, key, name);
    let shown = |value: &Value| match (value, masked) {
        (Value::Text(text), true) if key.kind == "identity" => Ok(Some(mask::number(text))),
        _ => shown(tx, &key.kind, name, value),
    };
    let told = match name.split_once(':') {
        // An element of a set, by its own words.
        Some((_, element)) => element.to_owned(),
        None => String::new(),
    };
    let as_element = |value: &Value| (value == &Value::Bool(true)).then(|| told.clone());
    let is_element = !told.is_empty();
    let text = |value: &Value| if is_element { Ok(as_element(value)) } else { shown(value) };
    Ok(HistoryField {
        field: name.split(':').next().unwrap_or(name).to_owned(),
        before: before.map(text).transpose()?.flatten(),
        before_known: before.is_some(),
        after: text(after)?,
        masked,
    })
}

fn is_masked(tx: &Tx<'_>, key: &RecordKey, name: &str) -> bool {
    let declared = tx.schema.kind(&key.kind).and_then(|kind| kind.field(name));
    declared.is_some_and(|declared| declared.masked && name != "name")
}

fn name(tx: &Tx<'_>, person: RecordId) -> Result<Option<String>> {
    Ok(places::person_name(tx, person)?)
}
