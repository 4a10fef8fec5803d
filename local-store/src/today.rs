//! The doors that may be due, and those visited since a moment, in walking order and in one pass.

use crate::error::Result;
use crate::places::{DWELLING_COLUMNS, Dwelling, dwelling_of};
use crate::store::Tx;
use crate::visits::COUNTS;

/// A door with what decides whether somebody should knock there (sync_protocol::folds::due).
#[derive(Clone, Debug)]
pub struct Candidate {
    pub door: Dwelling,
    pub rhythm: Option<String>,
    pub last_visited: Option<String>,
    /// Of its newest visit that counts.
    pub happened_at: Option<String>,
    pub revisit_on: Option<String>,
    pub open_needs: u32,
}

/// Every door with a promise, a rhythm, an open need, or a visit since `since`: by building as one walks, entrance by
/// entrance and from the top floor down.
pub fn candidates(tx: &Tx<'_>, since: &str) -> Result<Vec<Candidate>> {
    // Visits and needs are grouped once; asked for door by door they would cost a look-up for each of thousands.
    let sql = format!(
        "WITH newest AS (SELECT v.dwelling, v.revisit_on, max(v.happened_at) AS happened_at FROM visit v WHERE {COUNTS} GROUP BY v.dwelling), \
              wanted AS (SELECT household, count(*) AS needs FROM need WHERE state IN ('open', 'matched') GROUP BY household) \
         SELECT {DWELLING_COLUMNS}, h.rhythm, h.last_visited, n.happened_at, n.revisit_on, coalesce(w.needs, 0) AS needs \
         FROM dwelling d JOIN building b ON b.id = d.building \
         LEFT JOIN household h ON h.dwelling = d.id AND h.ended_on IS NULL AND h.merged_into IS NULL \
         LEFT JOIN newest n ON n.dwelling = d.id LEFT JOIN wanted w ON w.household = h.id \
         WHERE n.revisit_on IS NOT NULL OR h.rhythm <> 'on_request' OR w.needs > 0 OR n.happened_at >= ?1 \
         ORDER BY b.grid, b.walk_order, b.id, length(d.entrance), d.entrance, d.floor DESC, d.\"column\", length(d.door), d.door"
    );
    let mut query = tx.prepare_cached(&sql)?;
    let rows = query.query_map([since], |row| {
        Ok(Candidate {
            door: dwelling_of(row)?,
            rhythm: row.get("rhythm")?,
            last_visited: row.get("last_visited")?,
            happened_at: row.get("happened_at")?,
            revisit_on: row.get("revisit_on")?,
            open_needs: row.get("needs")?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
