//! A resident and the homes they have.

use crate::error::Result;
use crate::places::{DWELLING_COLUMNS, Dwelling, dwelling_of};
use crate::rows::id;
use crate::store::Tx;
use sync_protocol::RecordId;

/// Where somebody lives now, and as what.
#[derive(Clone, Debug)]
pub struct Home {
    pub residence: RecordId,
    pub household: RecordId,
    pub dwelling: Dwelling,
    pub relation: String,
    pub stays: String,
    pub registered_here: Option<bool>,
    pub since: Option<String>,
    pub until: Option<String>,
}

/// The homes somebody has now, the oldest first.
pub fn homes(tx: &Tx<'_>, resident: RecordId) -> Result<Vec<Home>> {
    homes_where(tx, resident, "s.until IS NULL ORDER BY s.id")
}

/// The homes somebody had before, the last one first; those of them that are held here.
pub fn former_homes(tx: &Tx<'_>, resident: RecordId) -> Result<Vec<Home>> {
    homes_where(tx, resident, "s.until IS NOT NULL ORDER BY s.until DESC, s.id DESC")
}

fn homes_where(tx: &Tx<'_>, resident: RecordId, which: &str) -> Result<Vec<Home>> {
    let sql = format!(
        "SELECT s.id AS residence, s.household, s.relation, s.stays, s.registered_here, s.since, s.until, {DWELLING_COLUMNS} \
         FROM residence s JOIN household h ON h.id = s.household \
         JOIN dwelling d ON d.id = h.dwelling JOIN building b ON b.id = d.building WHERE s.resident = ?1 AND {which}"
    );
    let mut query = tx.prepare_cached(&sql)?;
    let rows = query.query_map([resident.as_bytes()], |row| {
        Ok(Home {
            residence: id(row, "residence")?,
            household: id(row, "household")?,
            relation: row.get("relation")?,
            stays: row.get("stays")?,
            registered_here: row.get("registered_here")?,
            since: row.get("since")?,
            until: row.get("until")?,
            dwelling: dwelling_of(row)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// A person's name as the register has it; `None` where the resident is not held here.
pub fn name(tx: &Tx<'_>, resident: RecordId) -> Result<Option<String>> {
    let mut query = tx.prepare_cached("SELECT name FROM resident WHERE id = ?1")?;
    Ok(query.query_map([resident.as_bytes()], |row| row.get(0))?.next().transpose()?)
}
