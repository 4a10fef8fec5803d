//! A household and who lives in it.

use crate::error::{Result, StoreError};
use crate::rows::id;
use crate::store::Tx;
use rusqlite::{OptionalExtension, Row};
use sync_protocol::{RecordId, RecordKey};

#[derive(Clone, Debug)]
pub struct Household {
    pub id: RecordId,
    pub dwelling: RecordId,
    pub tenure: Option<String>,
    pub home_hours: Option<String>,
    pub contact_by: Option<String>,
    pub rhythm: Option<String>,
    pub ended_on: Option<String>,
    pub last_visited: Option<String>,
    pub unsent: u32,
    pub refused: u32,
    pub conflict: bool,
}

const COLUMNS: &str =
    "id, dwelling, tenure, home_hours, contact_by, rhythm, ended_on, last_visited, unsent, refused, conflict";

fn household_of(row: &Row<'_>) -> rusqlite::Result<Household> {
    Ok(Household {
        id: id(row, "id")?,
        dwelling: id(row, "dwelling")?,
        tenure: row.get("tenure")?,
        home_hours: row.get("home_hours")?,
        contact_by: row.get("contact_by")?,
        rhythm: row.get("rhythm")?,
        ended_on: row.get("ended_on")?,
        last_visited: row.get("last_visited")?,
        unsent: row.get("unsent")?,
        refused: row.get("refused")?,
        conflict: row.get("conflict")?,
    })
}

/// The open household of a dwelling; of several the one that was there first.
pub fn of_dwelling(tx: &Tx<'_>, dwelling: RecordId) -> Result<Option<Household>> {
    Ok(all_of_dwelling(tx, dwelling)?.into_iter().next())
}

/// Every open household of a dwelling, the one that was there first before the others: where rooms are let one by one there
/// are several.
pub fn all_of_dwelling(tx: &Tx<'_>, dwelling: RecordId) -> Result<Vec<Household>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM household WHERE dwelling = ?1 AND ended_on IS NULL AND merged_into IS NULL ORDER BY id"
    );
    let mut query = tx.prepare_cached(&sql)?;
    Ok(query.query_map([dwelling.as_bytes()], household_of)?.collect::<rusqlite::Result<_>>()?)
}

/// A household that must be here, open or ended.
pub fn one(tx: &Tx<'_>, household: RecordId) -> Result<Household> {
    let mut query = tx.prepare_cached(&format!("SELECT {COLUMNS} FROM household WHERE id = ?1"))?;
    let found = query.query_row([household.as_bytes()], household_of).optional()?;
    found.ok_or_else(|| StoreError::not_found(&RecordKey::new("household", household)))
}

/// The residences of a household that have not ended, each with its resident.
pub fn residences(tx: &Tx<'_>, household: RecordId) -> Result<Vec<(RecordId, RecordId)>> {
    let mut query =
        tx.prepare_cached("SELECT id, resident FROM residence WHERE household = ?1 AND until IS NULL ORDER BY id")?;
    let rows = query.query_map([household.as_bytes()], |row| Ok((id(row, "id")?, id(row, "resident")?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Says that a household is not here, where it is not.
pub fn expect(tx: &Tx<'_>, household: RecordId) -> Result<()> {
    let held = tx.prepare_cached("SELECT 1 FROM household WHERE id = ?1")?.exists([household.as_bytes()])?;
    if held { Ok(()) } else { Err(StoreError::not_found(&RecordKey::new("household", household))) }
}

/// Somebody who lives in a household now.
#[derive(Clone, Debug)]
pub struct Member {
    pub resident: RecordId,
    pub residence: RecordId,
    pub name: String,
    pub relation: String,
    pub stays: String,
    pub born_on: Option<String>,
    pub minor: bool,
    pub phone: Option<String>,
    pub unsent: u32,
    pub refused: u32,
    pub conflict: bool,
}

/// The members of a household: the head first, then by age.
pub fn members(tx: &Tx<'_>, household: RecordId) -> Result<Vec<Member>> {
    let mut query = tx.prepare_cached(
        "SELECT r.id, s.id AS residence, r.name, s.relation, s.stays, r.born_on, coalesce(r.minor, 0) AS minor, r.phone, \
                r.unsent + s.unsent AS unsent, r.refused + s.refused AS refused, max(r.conflict, s.conflict) AS conflict \
         FROM residence s JOIN resident r ON r.id = s.resident \
         WHERE s.household = ?1 AND s.until IS NULL AND r.died_on IS NULL AND r.merged_into IS NULL \
         ORDER BY s.relation <> 'head', coalesce(r.born_on, '9999'), r.id",
    )?;
    let rows = query.query_map([household.as_bytes()], |row| {
        Ok(Member {
            resident: id(row, "id")?,
            residence: id(row, "residence")?,
            name: row.get("name")?,
            relation: row.get("relation")?,
            stays: row.get("stays")?,
            born_on: row.get("born_on")?,
            minor: row.get("minor")?,
            phone: row.get("phone")?,
            unsent: row.get("unsent")?,
            refused: row.get("refused")?,
            conflict: row.get("conflict")?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
