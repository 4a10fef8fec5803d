//! Edits made on this device: pending until the relay has an outcome for them, laid over until a pull shows it.
//!
//! Invariants:
//! - An edit and the row it changes commit in one transaction; that is why every function here takes a transaction.
//! - An edit leaves the outbox only with an outcome from the relay, so repeating a cut-off push is safe.
//! - Nothing here is deleted but by [`crate::keeping`] and what it waits for, and no migration empties this table: it may hold
//!   the only copy of a morning's work.

use crate::erasing;
use crate::error::Result;
use crate::records::{self, Standing};
use crate::store::Tx;
use rusqlite::{Row, named_params};
use std::collections::BTreeMap;
use sync_protocol::messages::{Fate, Outcome};
use sync_protocol::planted::{self, Bug};
use sync_protocol::record::Accepted;
use sync_protocol::{Edit, EditId, RecordId, RecordKey, RecordState};

const PENDING: &str = "(fate IS NULL OR fate = 'later' OR refill = 1)";

/// The oldest pending edits after a number in the order they were made, each with its id, and the id before the first.
///
/// They are a run without gaps, as the relay checks the chain: where a later edit has an outcome already, it is sent again.
pub fn pending(tx: &Tx<'_>, after: u32, limit: u32) -> Result<(Option<EditId>, Vec<Accepted>)> {
    let sql = format!("SELECT min(number) FROM edit WHERE number > ?1 AND {PENDING}");
    let Some(first) = tx.prepare_cached(&sql)?.query_row([after], |row| row.get::<_, Option<u32>>(0))? else {
        return Ok((None, Vec::new()));
    };
    let mut query =
        tx.prepare_cached("SELECT id, body, outcome FROM edit WHERE number >= :first ORDER BY number LIMIT :limit")?;
    let mut edits: Vec<Accepted> =
        query.query_and_then(named_params! { ":first": first, ":limit": limit }, accepted)?.collect::<Result<_>>()?;
    if planted::is(Bug::PushSkips) && edits.len() > 1 {
        edits.remove(0);
    }
    let mut query = tx.prepare_cached("SELECT id FROM edit WHERE number = :before")?;
    let before = query
        .query_map(named_params! { ":before": first.saturating_sub(1) }, |row| row.get::<_, [u8; 16]>(0))?
        .next()
        .transpose()?;
    Ok((before.map(EditId::from_bytes), edits))
}

/// What became once of edits that a restored relay lacks, among those with these numbers.
pub fn decided(tx: &Tx<'_>, first: u32, last: u32) -> Result<BTreeMap<u32, Outcome>> {
    let sql = "SELECT number, outcome FROM edit WHERE number BETWEEN ?1 AND ?2 AND refill = 1 AND outcome IS NOT NULL";
    let mut query = tx.prepare_cached(sql)?;
    let rows = query.query_map([first, last], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))?;
    rows.map(|row| {
        let (number, outcome) = row?;
        Ok((number, serde_json::from_str(&outcome)?))
    })
    .collect()
}

/// How many edits the relay has no outcome for yet, how large they are, and the kinds they are of, oldest first.
pub fn queue(tx: &Tx<'_>) -> Result<Vec<QueueLine>> {
    let sql = format!(
        "SELECT kind, count(*), min(saved_ms), sum(length(CAST(body AS BLOB))) FROM edit WHERE {PENDING} \
         GROUP BY kind ORDER BY min(number)"
    );
    let mut query = tx.prepare_cached(&sql)?;
    let lines = query.query_map([], |row| {
        Ok(QueueLine {
            kind: row.get(0)?,
            count: row.get(1)?,
            oldest_ms: row.get::<_, i64>(2)?.cast_unsigned(),
            bytes: row.get::<_, i64>(3)?.cast_unsigned(),
        })
    })?;
    Ok(lines.collect::<rusqlite::Result<_>>()?)
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueLine {
    pub kind: String,
    pub count: u32,
    pub oldest_ms: u64,
    /// What they take here. On the way they are packed, and take less.
    pub bytes: u64,
}

/// Stores the relay's outcomes. Nothing is dropped: a relay that was restored from a backup may ask for the edits again.
/// Unknown ids are ignored, as the same answer may arrive twice. Returns the kinds whose rows changed.
pub fn settle(tx: &Tx<'_>, outcomes: &[Outcome]) -> Result<Vec<String>> {
    let mut kinds = Vec::new();
    for outcome in outcomes {
        // A refused edit is laid over no longer at once: the screen must not show what the relay will never have.
        let accounted = matches!(outcome.result, Fate::Refused | Fate::Erased);
        let key = tx
            .prepare_cached(
                "UPDATE edit SET outcome = :outcome, fate = :fate, refill = refill * :refill, accounted = max(accounted, :accounted), \
                 attention = :attention \
                 WHERE id = :id AND (outcome IS NULL OR fate = 'later' OR refill = 1) RETURNING kind, record",
            )?
            .query_map(
                named_params! {
                    ":outcome": serde_json::to_string(outcome)?,
                    ":fate": fate_name(outcome.result),
                    ":accounted": accounted,
                    ":refill": planted::is(Bug::RefillForever),
                    ":attention": needs_attention(outcome),
                    ":id": outcome.edit.as_bytes(),
                },
                |row| Ok(RecordKey::new(row.get::<_, String>(0)?, RecordId::from_bytes(row.get(1)?))),
            )?
            .next()
            .transpose()?;
        if let Some(key) = key {
            let shows_it = match records::relay_revision(tx, &key)? {
                Some(revision) => account(tx, &key, revision)?,
                None => false,
            };
            // Mostly the relay only confirms: what is shown stays, and one edit less waits.
            match outcome.result {
                Fate::Erased => erasing::forget(tx, &key)?,
                _ if accounted || shows_it || outcome.order.is_some() => records::refresh(tx, &key)?,
                _ => records::recount(tx, &key)?,
            }
            if !kinds.contains(&key.kind) {
                kinds.push(key.kind);
            }
        }
    }
    Ok(kinds)
}

/// Marks as accounted for every edit of a record whose outcome a copy at `revision` shows.
/// Whether there were any.
pub(crate) fn account(tx: &Tx<'_>, key: &RecordKey, revision: u64) -> Result<bool> {
    if planted::is(Bug::AccountForgotten) {
        return Ok(false);
    }
    let sql = "UPDATE edit SET accounted = 1 WHERE kind = ?1 AND record = ?2 AND accounted = 0 \
               AND json_extract(outcome, '$.revision') <= ?3";
    Ok(tx.prepare_cached(sql)?.execute((&key.kind, key.id.as_bytes(), revision.cast_signed()))? > 0)
}

/// Marks as accounted for the edits that a copy shows by name: one that waited at the relay has no revision to go by.
pub(crate) fn account_shown(tx: &Tx<'_>, state: &RecordState) -> Result<()> {
    let sql = "UPDATE edit SET accounted = 1, attention = 0 WHERE id = ?1 AND accounted = 0 AND fate = 'waiting'";
    for mark in &state.marks {
        tx.prepare_cached(sql)?.execute([mark.edit.as_bytes()])?;
    }
    Ok(())
}

/// The own edits laid over a record, in the order they were made.
pub fn overlaid(tx: &Tx<'_>, key: &RecordKey) -> Result<Vec<Accepted>> {
    let sql = "SELECT id, body, outcome FROM edit WHERE kind = ?1 AND record = ?2 AND accounted = 0 ORDER BY number";
    let mut query = tx.prepare_cached(sql)?;
    query.query_and_then((&key.kind, key.id.as_bytes()), accepted)?.collect()
}

pub(crate) fn is_overlaid(tx: &Tx<'_>, key: &RecordKey) -> Result<bool> {
    let sql = "SELECT 1 FROM edit WHERE kind = ?1 AND record = ?2 AND accounted = 0";
    Ok(tx.prepare_cached(sql)?.exists((&key.kind, key.id.as_bytes()))?)
}

/// A record's edits that the relay has no final outcome for: what of it is on this device only.
pub fn unsettled(tx: &Tx<'_>, key: &RecordKey) -> Result<Vec<Edit>> {
    let sql = format!(
        "SELECT id, body, outcome FROM edit WHERE kind = ?1 AND record = ?2 AND accounted = 0 AND {PENDING} ORDER BY number"
    );
    let mut query = tx.prepare_cached(&sql)?;
    query.query_and_then((&key.kind, key.id.as_bytes()), |row| Ok(accepted(row)?.edit))?.collect()
}

/// Whether anything was ever written on this device.
pub(crate) fn is_begun(tx: &Tx<'_>) -> Result<bool> {
    Ok(tx.prepare_cached("SELECT 1 FROM edit LIMIT 1")?.exists([])?)
}

/// Whether a record was ever written on this device.
pub(crate) fn knows(tx: &Tx<'_>, key: &RecordKey) -> Result<bool> {
    let sql = "SELECT 1 FROM edit WHERE kind = ?1 AND record = ?2 LIMIT 1";
    Ok(tx.prepare_cached(sql)?.exists((&key.kind, key.id.as_bytes()))?)
}

pub(crate) fn standing(tx: &Tx<'_>, key: &RecordKey) -> Result<Standing> {
    let sql = format!(
        "SELECT count(*) FILTER (WHERE accounted = 0 AND {PENDING}), count(*) FILTER (WHERE attention = 1 AND seen = 0) \
         FROM edit WHERE kind = ?1 AND record = ?2"
    );
    let mut query = tx.prepare_cached(&sql)?;
    Ok(query.query_row((&key.kind, key.id.as_bytes()), |row| {
        Ok(Standing { own: 0, unsent: row.get(0)?, refused: row.get(1)? })
    })?)
}

pub(crate) fn add(tx: &Tx<'_>, id: EditId, edit: &Edit, saved_ms: u64) -> Result<()> {
    tx.prepare_cached(
        "INSERT INTO edit (number, id, kind, record, body, saved_ms) VALUES (:number, :id, :kind, :record, :body, :saved_ms)",
    )?
    .execute(named_params! {
        ":number": edit.number,
        ":id": id.as_bytes(),
        ":kind": edit.kind,
        ":record": edit.record.as_bytes(),
        ":body": serde_json::to_string(edit)?,
        ":saved_ms": saved_ms.cast_signed(),
    })?;
    Ok(())
}

/// An unreadable edit is an error, not a gap: skipping it would lose work without a word.
fn accepted(row: &Row<'_>) -> Result<Accepted> {
    let body: String = row.get(1)?;
    let outcome: Option<String> = row.get(2)?;
    let outcome: Option<Outcome> = outcome.map(|text| serde_json::from_str(&text)).transpose()?;
    Ok(Accepted {
        id: EditId::from_bytes(row.get(0)?),
        edit: serde_json::from_str(&body)?,
        order: outcome.and_then(|outcome| outcome.order),
    })
}

/// Whether an edit did not simply come through, whole or in part. One side of a conflict did: the conflict is shown itself.
fn needs_attention(outcome: &Outcome) -> bool {
    let told = |fate: Fate| matches!(fate, Fate::Refused | Fate::Held | Fate::Waiting | Fate::Erased);
    told(outcome.result) || outcome.fields.values().any(|field| told(field.result))
}

fn fate_name(fate: Fate) -> &'static str {
    match fate {
        Fate::Merged => "merged",
        Fate::Conflict => "conflict",
        Fate::Held => "held",
        Fate::Waiting => "waiting",
        Fate::Refused => "refused",
        Fate::Later => "later",
        Fate::Erased => "erased",
    }
}
