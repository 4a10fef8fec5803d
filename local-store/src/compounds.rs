//! Compounds, with how many buildings in view are in each.

use crate::error::Result;
use crate::rows::id;
use crate::store::Tx;
use sync_protocol::RecordId;

#[derive(Clone, Debug)]
pub struct Compound {
    pub id: RecordId,
    pub name: String,
    pub community: String,
    pub address: Option<String>,
    pub buildings: u32,
}

/// Every compound in view, by community and name.
pub fn all(tx: &Tx<'_>) -> Result<Vec<Compound>> {
    let sql = "SELECT c.id, c.name, c.community, c.address, \
                      (SELECT count(*) FROM building b WHERE b.compound = c.id) AS buildings \
               FROM compound c ORDER BY c.community, c.name, c.id";
    let mut query = tx.prepare_cached(sql)?;
    let rows = query.query_map([], |row| {
        Ok(Compound {
            id: id(row, "id")?,
            name: row.get("name")?,
            community: row.get("community")?,
            address: row.get("address")?,
            buildings: row.get("buildings")?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
