//! Loading a channel anew, because the relay no longer says what departed from it since this replica last asked.
//!
//! Invariants:
//! - Nothing is taken away before the head: until then every row stays in use, and there is no second copy of any.
//! - At the head what the channel did not list again leaves it, as if the relay had said so.
//! - Own edits are no part of this: they were offered before, and what was made here and never sent is listed by no channel.

use crate::error::Result;
use crate::incoming::listed;
use crate::store::Tx;
use std::collections::BTreeSet;
use sync_protocol::RecordKey;

/// Begins again from the start.
pub(crate) fn begin(tx: &Tx<'_>, cursor: i64) -> Result<()> {
    tx.execute("DELETE FROM stale WHERE cursor = ?1", [cursor])?;
    tx.execute("INSERT INTO stale (cursor, kind, id) SELECT cursor, kind, id FROM entry WHERE cursor = ?1", [cursor])?;
    tx.execute("UPDATE cursor SET position = 0, differs = 0, reloading = 1 WHERE no = ?1", [cursor])?;
    Ok(())
}

/// The cursors that are loading anew.
pub(crate) fn under_way(tx: &Tx<'_>) -> Result<BTreeSet<i64>> {
    let mut query = tx.prepare_cached("SELECT no FROM cursor WHERE reloading = 1")?;
    let rows = query.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// A record that the channel still lists.
pub(crate) fn seen(tx: &Tx<'_>, cursor: i64, kind: i64, key: &RecordKey) -> Result<()> {
    let sql = "DELETE FROM stale WHERE cursor = ?1 AND kind = ?2 AND id = ?3";
    tx.prepare_cached(sql)?.execute((cursor, kind, key.id.as_bytes()))?;
    Ok(())
}

/// At the head: the records that the channel did not list again.
pub(crate) fn finish(tx: &Tx<'_>, cursor: i64) -> Result<Vec<RecordKey>> {
    let mut left = Vec::new();
    for (kind, key) in listed(tx, cursor)? {
        let sql = "SELECT 1 FROM stale WHERE cursor = ?1 AND kind = ?2 AND id = ?3";
        if tx.prepare_cached(sql)?.exists((cursor, kind, key.id.as_bytes()))? {
            left.push(key);
        }
    }
    tx.execute("DELETE FROM stale WHERE cursor = ?1", [cursor])?;
    tx.execute("UPDATE cursor SET reloading = 0 WHERE no = ?1", [cursor])?;
    Ok(left)
}
