//! Words that somebody has typed and not saved yet.
//!
//! Invariants:
//! - A draft is its author's alone: every function takes the person, and none reads across persons.
//! - It never leaves this device: no edit is made of it, and the relay knows no such kind.
//! - It goes in the transaction that saves the record it was typed for, so a crash leaves either the draft or the record.

use crate::error::Result;
use crate::store::Tx;
use rusqlite::{OptionalExtension, Row};
use sync_protocol::RecordId;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The form and what it is about, such as `visit:` and a door's id.
    pub key: String,
    /// What it is about, in words.
    pub title: String,
    /// Where in the app it goes on.
    pub path: String,
    /// What was typed, as the form that reads it writes it. Nobody else looks inside.
    pub body: String,
    pub saved_ms: u64,
}

const COLUMNS: &str = "key, title, path, body, saved_ms";

fn draft_of(row: &Row<'_>) -> rusqlite::Result<Draft> {
    Ok(Draft {
        key: row.get("key")?,
        title: row.get("title")?,
        path: row.get("path")?,
        body: row.get("body")?,
        saved_ms: row.get::<_, i64>("saved_ms")?.unsigned_abs(),
    })
}

/// Keeps a draft, in place of the one before it.
pub fn put(tx: &Tx<'_>, person: RecordId, draft: &Draft) -> Result<()> {
    let sql = "INSERT OR REPLACE INTO draft (person, key, title, path, body, saved_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let mut insert = tx.prepare_cached(sql)?;
    let saved_ms = i64::try_from(draft.saved_ms).unwrap_or(i64::MAX);
    insert.execute((person.as_bytes(), &draft.key, &draft.title, &draft.path, &draft.body, saved_ms))?;
    Ok(())
}

pub fn find(tx: &Tx<'_>, person: RecordId, key: &str) -> Result<Option<Draft>> {
    let mut query = tx.prepare_cached(&format!("SELECT {COLUMNS} FROM draft WHERE person = ?1 AND key = ?2"))?;
    Ok(query.query_row((person.as_bytes(), key), draft_of).optional()?)
}

/// A person's drafts, the newest first.
pub fn all(tx: &Tx<'_>, person: RecordId) -> Result<Vec<Draft>> {
    let mut query =
        tx.prepare_cached(&format!("SELECT {COLUMNS} FROM draft WHERE person = ?1 ORDER BY saved_ms DESC, key"))?;
    Ok(query.query_map([person.as_bytes()], draft_of)?.collect::<rusqlite::Result<_>>()?)
}

/// Forgets a draft. One that is not there is forgotten already.
pub fn remove(tx: &Tx<'_>, person: RecordId, key: &str) -> Result<()> {
    tx.prepare_cached("DELETE FROM draft WHERE person = ?1 AND key = ?2")?.execute((person.as_bytes(), key))?;
    Ok(())
}
