//! Who works here: accounts with what they are appointed to, units, categories and divisions, those no longer in use too.

use crate::error::Result;
use crate::rows::{id, id_or_none};
use crate::store::Tx;
use rusqlite::Row;
use sync_protocol::RecordId;

/// An account.
#[derive(Clone, Debug)]
pub struct Person {
    pub id: RecordId,
    pub name: String,
    pub sign_in_name: String,
    pub work_phone: Option<String>,
    pub ended_on: Option<String>,
    pub unsent: u32,
    pub refused: u32,
}

/// One thing a person is appointed to, with the place in words and the code of the division it lies in.
#[derive(Clone, Debug)]
pub struct Duty {
    pub id: RecordId,
    pub person: RecordId,
    pub role: String,
    pub place: String,
    pub code: String,
    pub from: String,
    pub until: Option<String>,
    pub rights: Vec<String>,
    pub stands_in_for: Option<String>,
    pub unsent: u32,
    pub refused: u32,
}

/// Every account in view, by name.
pub fn people(tx: &Tx<'_>) -> Result<Vec<Person>> {
    let sql = "SELECT id, name, sign_in_name, work_phone, ended_on, unsent, refused FROM person ORDER BY name, sign_in_name, id";
    Ok(tx.prepare_cached(sql)?.query_map([], person_of)?.collect::<rusqlite::Result<_>>()?)
}

pub fn person(tx: &Tx<'_>, person: RecordId) -> Result<Option<Person>> {
    let sql = "SELECT id, name, sign_in_name, work_phone, ended_on, unsent, refused FROM person WHERE id = ?1";
    Ok(tx.prepare_cached(sql)?.query_map([person.as_bytes()], person_of)?.next().transpose()?)
}

fn person_of(row: &Row<'_>) -> rusqlite::Result<Person> {
    Ok(Person {
        id: id(row, "id")?,
        name: row.get("name")?,
        sign_in_name: row.get("sign_in_name")?,
        work_phone: row.get("work_phone")?,
        ended_on: row.get("ended_on")?,
        unsent: row.get("unsent")?,
        refused: row.get("refused")?,
    })
}

/// What a person is appointed to, or everybody; the newest first.
pub fn duties(tx: &Tx<'_>, person: Option<RecordId>) -> Result<Vec<Duty>> {
    let sql = "SELECT a.id, a.person, a.role, a.\"from\", a.until, a.rights, a.unsent, a.refused, p.name AS stands_in_for, \
               coalesce(v.name, u.name, b.name, a.division, '') AS place, \
               coalesce(a.division, u.division, b.grid, '') AS code \
               FROM assignment a LEFT JOIN division v ON v.code = a.division LEFT JOIN unit u ON u.id = a.unit \
               LEFT JOIN building b ON b.id = a.building LEFT JOIN person p ON p.id = a.stands_in_for \
               WHERE ?1 IS NULL OR a.person = ?1 ORDER BY a.\"from\" DESC, a.id DESC";
    let mut query = tx.prepare_cached(sql)?;
    let mut rows = query.query([person.as_ref().map(|person| person.as_bytes().as_slice())])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let rights: Option<String> = row.get("rights")?;
        found.push(Duty {
            id: id(row, "id")?,
            person: id(row, "person")?,
            role: row.get("role")?,
            place: row.get("place")?,
            code: row.get("code")?,
            from: row.get("from")?,
            until: row.get("until")?,
            rights: rights.map(|rights| serde_json::from_str(&rights)).transpose()?.unwrap_or_default(),
            stands_in_for: row.get("stands_in_for")?,
            unsent: row.get("unsent")?,
            refused: row.get("refused")?,
        });
    }
    Ok(found)
}

/// A handling unit, with the names around it.
#[derive(Clone, Debug)]
pub struct Unit {
    pub id: RecordId,
    pub unit_type: String,
    pub name: String,
    pub short_name: String,
    pub division: String,
    pub division_name: String,
    pub parent_name: Option<String>,
    pub phone: Option<String>,
    pub ended_on: Option<String>,
    pub unsent: u32,
    pub refused: u32,
}

pub fn units(tx: &Tx<'_>) -> Result<Vec<Unit>> {
    let sql = "SELECT u.id, u.type, u.name, u.short_name, u.division, coalesce(v.name, u.division) AS division_name, \
               p.name AS parent_name, u.phone, u.ended_on, u.unsent, u.refused \
               FROM unit u LEFT JOIN division v ON v.code = u.division LEFT JOIN unit p ON p.id = u.parent \
               ORDER BY u.ended_on IS NOT NULL, u.division, u.name, u.id";
    let mut query = tx.prepare_cached(sql)?;
    let rows = query.query_map([], |row| {
        Ok(Unit {
            id: id(row, "id")?,
            unit_type: row.get("type")?,
            name: row.get("name")?,
            short_name: row.get("short_name")?,
            division: row.get("division")?,
            division_name: row.get("division_name")?,
            parent_name: row.get("parent_name")?,
            phone: row.get("phone")?,
            ended_on: row.get("ended_on")?,
            unsent: row.get("unsent")?,
            refused: row.get("refused")?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// A category as who keeps the list sees it.
#[derive(Clone, Debug)]
pub struct Category {
    pub id: RecordId,
    pub code: String,
    pub group: String,
    pub name: String,
    pub name_en: String,
    pub unit: Option<RecordId>,
    pub unit_name: Option<String>,
    pub unit_type: Option<String>,
    pub accept_hours: u32,
    pub sign_hours: u32,
    pub handle_hours: u32,
    pub private: bool,
    pub ended_on: Option<String>,
    pub unsent: u32,
    pub refused: u32,
}

pub fn categories(tx: &Tx<'_>) -> Result<Vec<Category>> {
    let sql = "SELECT c.id, c.code, c.\"group\", c.name, c.name_en, c.unit, u.name AS unit_name, c.unit_type, \
               c.accept_hours, c.sign_hours, c.handle_hours, c.private, c.ended_on, c.unsent, c.refused \
               FROM category c LEFT JOIN unit u ON u.id = c.unit \
               ORDER BY c.ended_on IS NOT NULL, c.sort, c.code, c.id";
    let mut query = tx.prepare_cached(sql)?;
    let rows = query.query_map([], |row| {
        Ok(Category {
            id: id(row, "id")?,
            code: row.get("code")?,
            group: row.get("group")?,
            name: row.get("name")?,
            name_en: row.get("name_en")?,
            unit: id_or_none(row, "unit")?,
            unit_name: row.get("unit_name")?,
            unit_type: row.get("unit_type")?,
            accept_hours: row.get("accept_hours")?,
            sign_hours: row.get("sign_hours")?,
            handle_hours: row.get("handle_hours")?,
            private: row.get("private")?,
            ended_on: row.get("ended_on")?,
            unsent: row.get("unsent")?,
            refused: row.get("refused")?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// A division's record, to be renamed.
#[derive(Clone, Debug)]
pub struct Division {
    pub id: RecordId,
    pub code: String,
    pub name: String,
    pub level: String,
    pub parent_name: Option<String>,
    pub unsent: u32,
    pub refused: u32,
}

/// Every division in view under a code, parents before children.
pub fn divisions(tx: &Tx<'_>, under: &str) -> Result<Vec<Division>> {
    let sql = "SELECT d.id, d.code, d.name, d.level, p.name AS parent_name, d.unsent, d.refused \
               FROM division d LEFT JOIN division p ON p.code = d.parent \
               WHERE d.ended_on IS NULL AND d.code LIKE ?1 || '%' ORDER BY d.code";
    let mut query = tx.prepare_cached(sql)?;
    let rows = query.query_map([under], |row| {
        Ok(Division {
            id: id(row, "id")?,
            code: row.get("code")?,
            name: row.get("name")?,
            level: row.get("level")?,
            parent_name: row.get("parent_name")?,
            unsent: row.get("unsent")?,
            refused: row.get("refused")?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
