//! A resident and the homes they have.

use crate::error::Result;
use crate::places::{DWELLING_COLUMNS, Dwelling, dwelling_of};
use crate::store::Tx;
use sync_protocol::RecordId;

/// Where somebody lives now, and as what.
#[derive(Clone, Debug)]
pub struct Home {
    pub dwelling: Dwelling,
    pub relation: String,
}

/// The homes of a resident, the oldest first.
pub fn homes(tx: &Tx<'_>, resident: RecordId) -> Result<Vec<Home>> {
    let sql = format!(
        "SELECT s.relation, {DWELLING_COLUMNS} FROM residence s JOIN household h ON h.id = s.household \
         JOIN dwelling d ON d.id = h.dwelling JOIN building b ON b.id = d.building \
         WHERE s.resident = ?1 AND s.until IS NULL ORDER BY s.id"
    );
    let mut query = tx.prepare_cached(&sql)?;
    let rows = query.query_map([resident.as_bytes()], |row| {
        Ok(Home { relation: row.get("relation")?, dwelling: dwelling_of(row)? })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// A person's name as the register has it; `None` where the resident is not held here.
pub fn name(tx: &Tx<'_>, resident: RecordId) -> Result<Option<String>> {
    let mut query = tx.prepare_cached("SELECT name FROM resident WHERE id = ?1")?;
    Ok(query.query_map([resident.as_bytes()], |row| row.get(0))?.next().transpose()?)
}
