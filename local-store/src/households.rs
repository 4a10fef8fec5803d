//! A household and who lives in it.

use crate::error::{Result, StoreError};
use crate::rows::id;
use crate::store::Tx;
use rusqlite::OptionalExtension;
use sync_protocol::{RecordId, RecordKey};

#[derive(Clone, Debug)]
pub struct Household {
    pub id: RecordId,
    pub tenure: Option<String>,
    pub home_hours: Option<String>,
    pub contact_by: Option<String>,
    pub last_visited: Option<String>,
    pub unsent: u32,
    pub refused: u32,
    pub conflict: bool,
}

/// The open household of a dwelling.
pub fn of_dwelling(tx: &Tx<'_>, dwelling: RecordId) -> Result<Option<Household>> {
    let mut query = tx.prepare_cached(
        "SELECT id, tenure, home_hours, contact_by, last_visited, unsent, refused, conflict FROM household \
         WHERE dwelling = ?1 AND ended_on IS NULL AND merged_into IS NULL ORDER BY id LIMIT 1",
    )?;
    let found = query.query_row([dwelling.as_bytes()], |row| {
        Ok(Household {
            id: id(row, "id")?,
            tenure: row.get("tenure")?,
            home_hours: row.get("home_hours")?,
            contact_by: row.get("contact_by")?,
            last_visited: row.get("last_visited")?,
            unsent: row.get("unsent")?,
            refused: row.get("refused")?,
            conflict: row.get("conflict")?,
        })
    });
    Ok(found.optional()?)
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
        "SELECT r.id, r.name, s.relation, s.stays, r.born_on, coalesce(r.minor, 0) AS minor, r.phone, \
                r.unsent + s.unsent AS unsent, r.refused + s.refused AS refused, max(r.conflict, s.conflict) AS conflict \
         FROM residence s JOIN resident r ON r.id = s.resident \
         WHERE s.household = ?1 AND s.until IS NULL AND r.died_on IS NULL AND r.merged_into IS NULL \
         ORDER BY s.relation <> 'head', coalesce(r.born_on, '9999'), r.id",
    )?;
    let rows = query.query_map([household.as_bytes()], |row| {
        Ok(Member {
            resident: id(row, "id")?,
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
