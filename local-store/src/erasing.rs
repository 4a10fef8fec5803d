//! Forgetting what the law says is to be forgotten: values of a record that was erased at the relay.
//!
//! Invariants:
//! - Of an edit made here its place in the chain stays, with its id and without what it said. Its id can no longer be made
//!   from it, so it is named when the chain is offered again ([`named`]).
//! - What the relay has no outcome for keeps its words until that has come: the chain behind it could not be offered
//!   otherwise. It is laid over nothing meanwhile.

use crate::error::Result;
use crate::records;
use crate::store::Tx;
use std::collections::BTreeMap;
use sync_protocol::{Edit, EditId, RecordKey};

/// Forgets a record: its row, what lies beneath, drafts about it, and what edits made here said of it.
pub(crate) fn forget(tx: &Tx<'_>, key: &RecordKey) -> Result<()> {
    let id = key.id.to_string();
    let about = "DELETE FROM draft WHERE instr(key, ?1) OR instr(path, ?1) OR instr(body, ?1)";
    tx.prepare_cached(about)?.execute([&id])?;
    let laid_over = "UPDATE edit SET accounted = 1 WHERE kind = ?1 AND record = ?2 AND accounted = 0";
    tx.prepare_cached(laid_over)?.execute((&key.kind, key.id.as_bytes()))?;
    let settled = "SELECT number FROM edit WHERE kind = ?1 AND record = ?2 AND fate IS NOT NULL AND fate <> 'later'";
    let mut query = tx.prepare_cached(settled)?;
    let numbers: Vec<u32> =
        query.query_map((&key.kind, key.id.as_bytes()), |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    numbers.into_iter().try_for_each(|number| forget_edit(tx, number))?;
    records::remove(tx, key)
}

/// Forgets what an edit made here said. Its author was told what became of it, or is by its outcome.
pub(crate) fn forget_edit(tx: &Tx<'_>, number: u32) -> Result<()> {
    let mut query = tx.prepare_cached("SELECT body FROM edit WHERE number = ?1")?;
    let body: String = query.query_row([number], |row| row.get(0))?;
    let edit: Edit = serde_json::from_str(&body)?;
    let mark = serde_json::to_string(&Edit { fields: BTreeMap::new(), ..edit })?;
    let sql = "UPDATE edit SET body = ?2, fate = 'erased', accounted = 1 WHERE number = ?1";
    tx.prepare_cached(sql)?.execute((number, mark))?;
    Ok(())
}

/// The ids of edits without words among those with these numbers.
pub fn named(tx: &Tx<'_>, first: u32, last: u32) -> Result<BTreeMap<u32, EditId>> {
    let sql = "SELECT number, id FROM edit WHERE number BETWEEN ?1 AND ?2 AND fate = 'erased'";
    let mut query = tx.prepare_cached(sql)?;
    let rows = query.query_map([first, last], |row| Ok((row.get(0)?, EditId::from_bytes(row.get(1)?))))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
