//! Visits: the newest at each door, the timeline of one, and what came in lately.

use crate::error::Result;
use crate::places::{DWELLING_COLUMNS, Dwelling, dwelling_of};
use crate::rows::id;
use crate::store::Tx;
use rusqlite::Row;
use std::collections::HashMap;
use sync_protocol::RecordId;

/// A visit that counts: neither void nor replaced by a later one.
pub(crate) const COUNTS: &str =
    "coalesce(v.void, 0) = 0 AND NOT EXISTS (SELECT 1 FROM visit later WHERE later.replaces = v.id)";

#[derive(Clone, Debug)]
pub struct Visit {
    pub id: RecordId,
    pub happened_at: String,
    pub outcome: String,
    pub said: Option<String>,
    pub met: Vec<RecordId>,
    pub author_name: String,
    pub revisit_on: Option<String>,
    pub unsent: u32,
    pub refused: u32,
}

const COLUMNS: &str = "v.id, v.happened_at, v.outcome, v.said, v.met, v.author_name, v.revisit_on, v.unsent, v.refused";

fn visit_of(row: &Row<'_>) -> rusqlite::Result<Visit> {
    let met: Option<String> = row.get("met")?;
    let met: Vec<String> = met.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    Ok(Visit {
        id: id(row, "id")?,
        happened_at: row.get("happened_at")?,
        outcome: row.get("outcome")?,
        said: row.get("said")?,
        met: met.iter().filter_map(|text| text.parse().ok()).collect(),
        author_name: row.get("author_name")?,
        revisit_on: row.get("revisit_on")?,
        unsent: row.get("unsent")?,
        refused: row.get("refused")?,
    })
}

/// What the fold of a door's state needs: its newest visit that counts.
#[derive(Clone, Debug)]
pub struct Newest {
    pub outcome: String,
    pub revisit_on: Option<String>,
    pub happened_at: String,
    /// Visits at this door that are on this device only.
    pub unsent: u32,
}

/// The newest visit that counts at every door of a building, or of every building in view.
pub fn newest_by_dwelling(tx: &Tx<'_>, building: Option<RecordId>) -> Result<HashMap<RecordId, Newest>> {
    // With max() SQLite takes the bare columns from the row that has the maximum.
    let sql = format!(
        "SELECT v.dwelling, v.outcome, v.revisit_on, max(v.happened_at) AS happened_at, sum(v.unsent) AS unsent FROM visit v \
         WHERE {COUNTS} AND (?1 IS NULL OR v.dwelling IN (SELECT id FROM dwelling WHERE building = ?1)) GROUP BY v.dwelling"
    );
    let mut query = tx.prepare_cached(&sql)?;
    let rows = query.query_map([building.map(|id| *id.as_bytes())], |row| {
        let newest = Newest {
            outcome: row.get("outcome")?,
            revisit_on: row.get("revisit_on")?,
            happened_at: row.get("happened_at")?,
            unsent: row.get("unsent")?,
        };
        Ok((id(row, "dwelling")?, newest))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The visits at a door, newest first. Void and replaced ones are left out.
pub fn at_dwelling(tx: &Tx<'_>, dwelling: RecordId, limit: u32) -> Result<Vec<Visit>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM visit v WHERE v.dwelling = ?1 AND {COUNTS} ORDER BY v.happened_at DESC, v.id DESC LIMIT ?2"
    );
    let mut query = tx.prepare_cached(&sql)?;
    let rows = query.query_map((dwelling.as_bytes(), limit), visit_of)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Whether a later visit stands in the place of this one.
pub fn is_replaced(tx: &Tx<'_>, visit: RecordId) -> Result<bool> {
    Ok(tx.prepare_cached("SELECT 1 FROM visit WHERE replaces = ?1")?.exists([visit.as_bytes()])?)
}

/// The newest visits under a division, with the door of each.
pub fn recent(tx: &Tx<'_>, division: Option<&str>, limit: u32) -> Result<Vec<(Visit, Dwelling)>> {
    let sql = format!(
        "SELECT {COLUMNS}, {DWELLING_COLUMNS} FROM visit v JOIN dwelling d ON d.id = v.dwelling JOIN building b ON b.id = d.building \
         WHERE {COUNTS} AND b.grid LIKE ?1 || '%' ORDER BY v.happened_at DESC, v.id DESC LIMIT ?2"
    );
    let mut query = tx.prepare_cached(&sql)?;
    let rows = query.query_map((division.unwrap_or(""), limit), |row| Ok((visit_of(row)?, dwelling_of(row)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
