//! Own edits that did not simply come through, for their author to read. Nothing is deleted by reading.

use crate::error::Result;
use crate::store::Tx;
use crate::{issues, outbox, records};
use rusqlite::{OptionalExtension, Row, named_params};
use std::collections::BTreeSet;
use sync_protocol::messages::Outcome;
use sync_protocol::{Edit, EditId, RecordId, RecordKey};

/// An edit that its author is told of.
#[derive(Clone, Debug)]
pub struct Told {
    pub id: EditId,
    pub edit: Edit,
    pub outcome: Outcome,
    pub saved_ms: u64,
    pub read: bool,
}

/// The edits of these authors that did not simply come through, unread ones first, the newest first.
pub fn list(tx: &Tx<'_>, author: Option<RecordId>, limit: u32) -> Result<Vec<Told>> {
    let sql = "SELECT id, body, outcome, saved_ms, seen FROM edit \
         WHERE attention = 1 AND outcome IS NOT NULL AND (:author IS NULL OR json_extract(body, '$.author') = :author) \
         ORDER BY seen, number DESC LIMIT :limit";
    let mut query = tx.prepare_cached(sql)?;
    let author = author.map(|author| author.to_string());
    query.query_and_then(named_params! { ":author": author, ":limit": limit }, told)?.collect()
}

pub fn one(tx: &Tx<'_>, edit: EditId) -> Result<Option<Told>> {
    let sql = "SELECT id, body, outcome, saved_ms, seen FROM edit WHERE id = ?1 AND outcome IS NOT NULL";
    let mut query = tx.prepare_cached(sql)?;
    query.query_and_then([edit.as_bytes()], told)?.next().transpose()
}

/// How many of them an author has not read yet.
pub fn unread(tx: &Tx<'_>, author: RecordId) -> Result<u32> {
    let sql = "SELECT count(*) FROM edit \
         WHERE attention = 1 AND seen = 0 AND outcome IS NOT NULL AND json_extract(body, '$.author') = ?1";
    Ok(tx.prepare_cached(sql)?.query_row([author.to_string()], |row| row.get(0))?)
}

/// Notes that the author has read what became of an edit.
pub fn mark_read(tx: &Tx<'_>, edit: EditId) -> Result<()> {
    let sql = "UPDATE edit SET seen = 1 WHERE id = ?1 RETURNING kind, record";
    let key = tx.prepare_cached(sql)?.query_row([edit.as_bytes()], key).optional()?;
    key.map_or(Ok(()), |key| records::refresh(tx, &key))
}

/// A decision on a held edit has come: it is laid over no longer, and its author is told anew.
pub(crate) fn decided(tx: &Tx<'_>, edit: EditId) -> Result<Option<String>> {
    let sql = "UPDATE edit SET accounted = 1, seen = 0 WHERE id = ?1 AND fate = 'held' AND accounted = 0 \
               RETURNING kind, record";
    let key = tx.prepare_cached(sql)?.query_row([edit.as_bytes()], key).optional()?;
    key.map(|key| records::refresh(tx, &key).map(|()| key.kind)).transpose()
}

/// Own steps of these issues that came too late; their authors are told.
pub(crate) fn note_late_steps(tx: &Tx<'_>, touched: &BTreeSet<RecordId>) -> Result<()> {
    let own = "SELECT 1 FROM edit WHERE kind = 'issue_step' AND json_extract(body, '$.fields.issue.value') = ?1";
    for issue in touched {
        if !tx.prepare_cached(own)?.exists([issue.to_string()])? {
            continue;
        }
        let Ok(issue) = issues::one(tx, *issue) else { continue };
        for step in issue.fold.came_too_late {
            let sql = "UPDATE edit SET attention = 1 WHERE kind = 'issue_step' AND record = ?1 AND outcome IS NOT NULL";
            tx.prepare_cached(sql)?.execute([step.as_bytes()])?;
        }
    }
    Ok(())
}

fn key(row: &Row<'_>) -> rusqlite::Result<RecordKey> {
    Ok(RecordKey::new(row.get::<_, String>(0)?, RecordId::from_bytes(row.get(1)?)))
}

fn told(row: &Row<'_>) -> Result<Told> {
    Ok(Told {
        id: EditId::from_bytes(row.get(0)?),
        edit: serde_json::from_str(&row.get::<_, String>(1)?)?,
        outcome: serde_json::from_str(&row.get::<_, String>(2)?)?,
        saved_ms: row.get::<_, i64>(3)?.cast_unsigned(),
        read: row.get(4)?,
    })
}

/// The state of a record as it was shown before an own edit that is still laid over it.
pub fn without(tx: &Tx<'_>, key: &RecordKey, edit: EditId) -> Result<Option<sync_protocol::RecordState>> {
    let Some(table) = tx.tables.get(&key.kind) else { return Ok(None) };
    let mut own = outbox::overlaid(tx, key)?;
    let held = own.len();
    own.retain(|one| one.id != edit);
    if own.len() == held {
        return Ok(None);
    }
    Ok(match records::relay_state(tx, key)? {
        Some((_, state)) => Some(state.overlay(table.kind, &own)),
        None => sync_protocol::RecordState::from_edits(table.kind, &own),
    })
}
