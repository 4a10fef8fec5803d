//! Divisions, and where a dwelling is in words: the trail above it and its door.

use crate::error::{Result, StoreError};
use crate::rows::id;
use crate::store::Tx;
use rusqlite::{OptionalExtension, Row};
use sync_protocol::{RecordId, RecordKey};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Division {
    pub code: String,
    pub name: String,
    pub level: String,
    pub parent: Option<String>,
}

/// Every division in view, parents before children.
pub fn divisions(tx: &Tx<'_>) -> Result<Vec<Division>> {
    let sql = "SELECT code, name, level, parent FROM division WHERE ended_on IS NULL ORDER BY length(code), sort, code";
    let mut query = tx.prepare_cached(sql)?;
    let rows = query.query_map([], |row| {
        Ok(Division { code: row.get(0)?, name: row.get(1)?, level: row.get(2)?, parent: row.get(3)? })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The name of a division; its code where the name is not held here.
pub fn division_name(tx: &Tx<'_>, code: &str) -> Result<String> {
    let mut query = tx.prepare_cached("SELECT name FROM division WHERE code = ?1")?;
    Ok(query.query_row([code], |row| row.get(0)).optional()?.unwrap_or_else(|| code.to_owned()))
}

/// A dwelling with the building it is in.
#[derive(Clone, Debug)]
pub struct Dwelling {
    pub id: RecordId,
    pub building: RecordId,
    pub building_name: String,
    pub building_number: String,
    pub grid: String,
    pub entrance: String,
    pub floor: i32,
    pub door: String,
    pub use_: String,
    pub unsent: u32,
}

impl Dwelling {
    /// Building, entrance and door as people write them: `3-2-501`; a building without entrances leaves that out.
    pub fn label(&self) -> String {
        [self.building_number.as_str(), &self.entrance, &self.door]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join("-")
    }
}

/// The columns of a dwelling `d` in building `b`, for [`dwelling_of`].
pub(crate) const DWELLING_COLUMNS: &str = "d.id AS dwelling, d.building, d.entrance, d.floor, d.door, d.use, d.unsent AS dwelling_unsent, \
     b.name AS building_name, b.number AS building_number, b.grid";

pub(crate) fn dwelling_of(row: &Row<'_>) -> rusqlite::Result<Dwelling> {
    Ok(Dwelling {
        id: id(row, "dwelling")?,
        building: id(row, "building")?,
        building_name: row.get("building_name")?,
        building_number: row.get("building_number")?,
        grid: row.get("grid")?,
        entrance: row.get("entrance")?,
        floor: row.get("floor")?,
        door: row.get("door")?,
        use_: row.get("use")?,
        unsent: row.get("dwelling_unsent")?,
    })
}

pub fn dwelling(tx: &Tx<'_>, dwelling: RecordId) -> Result<Dwelling> {
    let sql = format!("SELECT {DWELLING_COLUMNS} FROM dwelling d JOIN building b ON b.id = d.building WHERE d.id = ?1");
    let found = tx.prepare_cached(&sql)?.query_row([dwelling.as_bytes()], dwelling_of).optional()?;
    found.ok_or_else(|| StoreError::not_found(&RecordKey::new("dwelling", dwelling)))
}

/// The dwelling after this one on the way through its building: entrance by entrance, from the top floor down.
pub fn next_dwelling(tx: &Tx<'_>, here: &Dwelling) -> Result<Option<RecordId>> {
    let sql = "SELECT id FROM dwelling WHERE building = ?1 ORDER BY length(entrance), entrance, floor DESC, \"column\", length(door), door";
    let mut query = tx.prepare_cached(sql)?;
    let ids =
        query.query_map([here.building.as_bytes()], |row| id(row, "id"))?.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(ids.iter().position(|one| *one == here.id).and_then(|at| ids.get(at + 1)).copied())
}

/// The name a person is known by here, `None` where their account is not held.
pub fn person_name(tx: &Tx<'_>, person: RecordId) -> Result<Option<String>> {
    let mut query = tx.prepare_cached("SELECT name FROM person WHERE id = ?1")?;
    Ok(query.query_row([person.as_bytes()], |row| row.get(0)).optional()?)
}

/// Every assignment of a person, open or ended.
pub fn assignments(tx: &Tx<'_>, person: RecordId) -> Result<Vec<RecordId>> {
    let mut query = tx.prepare_cached("SELECT id FROM assignment WHERE person = ?1")?;
    Ok(query.query_map([person.as_bytes()], |row| id(row, "id"))?.collect::<rusqlite::Result<_>>()?)
}

/// The open assignments of a person: the role, and the name of the place it is for.
pub fn roles(tx: &Tx<'_>, person: RecordId, today: &str) -> Result<Vec<(String, String)>> {
    let sql = "SELECT a.role, coalesce(v.name, u.name, b.name, a.division, '') AS place \
               FROM assignment a LEFT JOIN division v ON v.code = a.division LEFT JOIN unit u ON u.id = a.unit \
               LEFT JOIN building b ON b.id = a.building \
               WHERE a.person = ?1 AND a.\"from\" <= ?2 AND (a.until IS NULL OR a.until >= ?2) ORDER BY a.id";
    let mut query = tx.prepare_cached(sql)?;
    let rows = query.query_map((person.as_bytes(), today), |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
