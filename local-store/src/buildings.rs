//! Buildings as a list and, door by door, as the building matrix shows them.

use crate::error::{Result, StoreError};
use crate::rows::{id, id_or_none};
use crate::store::Tx;
use rusqlite::Row;
use std::collections::HashMap;
use sync_protocol::{RecordId, RecordKey};

#[derive(Clone, Debug)]
pub struct Building {
    pub id: RecordId,
    pub name: String,
    pub number: String,
    pub compound: Option<String>,
    pub compound_id: Option<RecordId>,
    pub address: Option<String>,
    pub grid: String,
    pub grid_name: Option<String>,
    pub entrances: i32,
    pub floors_up: i32,
    pub unsent: u32,
}

const COLUMNS: &str = "b.id, b.name, b.number, c.name AS compound, b.compound AS compound_id, b.address, b.grid, g.name AS grid_name, b.entrances, \
     b.floors_up, b.unsent FROM building b LEFT JOIN compound c ON c.id = b.compound LEFT JOIN division g ON g.code = b.grid";

fn building_of(row: &Row<'_>) -> rusqlite::Result<Building> {
    Ok(Building {
        id: id(row, "id")?,
        name: row.get("name")?,
        number: row.get("number")?,
        compound: row.get("compound")?,
        compound_id: id_or_none(row, "compound_id")?,
        address: row.get("address")?,
        grid: row.get("grid")?,
        grid_name: row.get("grid_name")?,
        entrances: row.get("entrances")?,
        floors_up: row.get("floors_up")?,
        unsent: row.get("unsent")?,
    })
}

/// Every building in view, in walking order.
pub fn all(tx: &Tx<'_>) -> Result<Vec<Building>> {
    let mut query = tx.prepare_cached(&format!("SELECT {COLUMNS} ORDER BY b.grid, b.walk_order, b.id"))?;
    Ok(query.query_map([], building_of)?.collect::<rusqlite::Result<_>>()?)
}

pub fn one(tx: &Tx<'_>, building: RecordId) -> Result<Building> {
    let mut query = tx.prepare_cached(&format!("SELECT {COLUMNS} WHERE b.id = ?1"))?;
    let found = query.query_map([building.as_bytes()], building_of)?.next().transpose()?;
    found.ok_or_else(|| StoreError::not_found(&RecordKey::new("building", building)))
}

/// One door: the dwelling, and the household behind it.
#[derive(Clone, Debug)]
pub struct Door {
    pub dwelling: RecordId,
    pub building: RecordId,
    pub entrance: String,
    pub floor: i32,
    pub floor_name: Option<String>,
    pub door: String,
    pub column: Option<i32>,
    pub span: Option<i32>,
    pub use_: String,
    pub household: Option<RecordId>,
    /// Records of this door that are on this device only.
    pub unsent: u32,
    pub refused: u32,
    pub conflict: bool,
}

/// The doors of a building, or of every building in view, entrance by entrance and from the top floor down.
pub fn doors(tx: &Tx<'_>, building: Option<RecordId>) -> Result<Vec<Door>> {
    let mut query = tx.prepare_cached(
        "SELECT d.id, d.building, d.entrance, d.floor, d.floor_name, d.door, d.\"column\", d.span, d.use, h.id AS household, \
                d.unsent + coalesce(h.unsent, 0) AS unsent, d.refused + coalesce(h.refused, 0) AS refused, \
                max(d.conflict, coalesce(h.conflict, 0)) AS conflict \
         FROM dwelling d LEFT JOIN household h ON h.id = ( \
             SELECT id FROM household WHERE dwelling = d.id AND ended_on IS NULL AND merged_into IS NULL ORDER BY id LIMIT 1) \
         WHERE ?1 IS NULL OR d.building = ?1 \
         ORDER BY d.building, length(d.entrance), d.entrance, d.floor DESC, d.\"column\", length(d.door), d.door",
    )?;
    let rows = query.query_map([building.map(|id| *id.as_bytes())], |row| {
        Ok(Door {
            dwelling: id(row, "id")?,
            building: id(row, "building")?,
            entrance: row.get("entrance")?,
            floor: row.get("floor")?,
            floor_name: row.get("floor_name")?,
            door: row.get("door")?,
            column: row.get("column")?,
            span: row.get("span")?,
            use_: row.get("use")?,
            household: id_or_none(row, "household")?,
            unsent: row.get("unsent")?,
            refused: row.get("refused")?,
            conflict: row.get("conflict")?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Who lives behind each door of a building, as far as a matrix shows it.
#[derive(Clone, Debug, Default)]
pub struct Behind {
    pub people: u32,
    /// The head of the household, or whoever stands first.
    pub head_name: Option<String>,
    pub unsent: u32,
    pub refused: u32,
    pub conflict: bool,
}

pub fn behind_doors(tx: &Tx<'_>, building: Option<RecordId>) -> Result<HashMap<RecordId, Behind>> {
    let mut query = tx.prepare_cached(
        "SELECT h.dwelling, r.name, s.relation, r.unsent + s.unsent AS unsent, r.refused + s.refused AS refused, \
                max(r.conflict, s.conflict) AS conflict \
         FROM household h JOIN residence s ON s.household = h.id AND s.until IS NULL JOIN resident r ON r.id = s.resident \
         WHERE h.ended_on IS NULL AND h.merged_into IS NULL AND r.died_on IS NULL AND r.merged_into IS NULL \
           AND (?1 IS NULL OR h.dwelling IN (SELECT id FROM dwelling WHERE building = ?1)) \
         ORDER BY h.dwelling, s.relation <> 'head', s.id",
    )?;
    let mut found: HashMap<RecordId, Behind> = HashMap::new();
    let mut rows = query.query([building.map(|id| *id.as_bytes())])?;
    while let Some(row) = rows.next()? {
        let behind = found.entry(id(row, "dwelling")?).or_default();
        behind.people += 1;
        behind.unsent += row.get::<_, u32>("unsent")?;
        behind.refused += row.get::<_, u32>("refused")?;
        behind.conflict |= row.get::<_, bool>("conflict")?;
        if behind.head_name.is_none() {
            behind.head_name = Some(row.get("name")?);
        }
    }
    Ok(found)
}
