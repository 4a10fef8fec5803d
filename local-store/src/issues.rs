//! Issues, their steps, and what a report can choose from.

use crate::error::Result;
use crate::rows::{id, id_or_none};
use crate::store::Tx;
use crate::{device, records};
use sync_protocol::folds::calendar::WorkCalendar;
use sync_protocol::folds::issue::IssueFold;
use sync_protocol::{RecordId, RecordKey, RecordState};

/// An issue with its steps and the fold over them.
#[derive(Clone, Debug)]
pub struct Issue {
    pub record: RecordState,
    pub steps: Vec<RecordState>,
    pub fold: IssueFold,
    pub unsent: u32,
    pub refused: u32,
}

pub fn one(tx: &Tx<'_>, issue: RecordId) -> Result<Issue> {
    let key = RecordKey::new("issue", issue);
    let record = records::expect(tx, &key)?;
    let sql = "SELECT id FROM issue_step WHERE issue = ?1";
    let steps: Vec<RecordId> =
        tx.prepare_cached(sql)?.query_map([issue.as_bytes()], |row| id(row, "id"))?.collect::<rusqlite::Result<_>>()?;
    let steps = steps.into_iter().map(|step| records::expect(tx, &RecordKey::new("issue_step", step)));
    let steps = steps.collect::<Result<Vec<_>>>()?;
    let sql = "SELECT (SELECT unsent FROM issue WHERE id = ?1) + coalesce(sum(unsent), 0), \
                      (SELECT refused FROM issue WHERE id = ?1) + coalesce(sum(refused), 0) FROM issue_step WHERE issue = ?1";
    let (unsent, refused) =
        tx.prepare_cached(sql)?.query_row([issue.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(Issue { fold: IssueFold::of(&record, &steps), record, steps, unsent, refused })
}

/// Every issue in view under a division, newest first. Their number is what a grid or community has open and closed of late.
pub fn under(tx: &Tx<'_>, division: Option<&str>) -> Result<Vec<Issue>> {
    let sql = "SELECT id FROM issue WHERE grid LIKE ?1 || '%' ORDER BY happened_at DESC, id DESC";
    let found: Vec<RecordId> = tx
        .prepare_cached(sql)?
        .query_map([division.unwrap_or("")], |row| id(row, "id"))?
        .collect::<rusqlite::Result<_>>()?;
    found.into_iter().map(|issue| one(tx, issue)).collect()
}

#[derive(Clone, Debug)]
pub struct Category {
    pub id: RecordId,
    pub code: String,
    pub group: String,
    pub name: String,
    pub name_en: String,
    pub picture: Option<String>,
    pub private: bool,
    pub unit: Option<RecordId>,
    pub unit_type: Option<String>,
    pub accept_hours: u32,
    pub sign_hours: u32,
    pub handle_hours: u32,
}

const CATEGORY: &str =
    "id, code, \"group\", name, name_en, picture, private, unit, unit_type, accept_hours, sign_hours, handle_hours";

fn category_of(row: &rusqlite::Row<'_>) -> rusqlite::Result<Category> {
    Ok(Category {
        id: id(row, "id")?,
        code: row.get("code")?,
        group: row.get("group")?,
        name: row.get("name")?,
        name_en: row.get("name_en")?,
        picture: row.get("picture")?,
        private: row.get("private")?,
        unit: id_or_none(row, "unit")?,
        unit_type: row.get("unit_type")?,
        accept_hours: row.get("accept_hours")?,
        sign_hours: row.get("sign_hours")?,
        handle_hours: row.get("handle_hours")?,
    })
}

/// The categories in use, in the district's order.
pub fn categories(tx: &Tx<'_>) -> Result<Vec<Category>> {
    let sql = format!("SELECT {CATEGORY} FROM category WHERE ended_on IS NULL ORDER BY sort, code");
    Ok(tx.prepare_cached(&sql)?.query_map([], category_of)?.collect::<rusqlite::Result<_>>()?)
}

/// A category, also one that is no longer in use.
pub fn category(tx: &Tx<'_>, category: RecordId) -> Result<Option<Category>> {
    let sql = format!("SELECT {CATEGORY} FROM category WHERE id = ?1");
    Ok(tx.prepare_cached(&sql)?.query_map([category.as_bytes()], category_of)?.next().transpose()?)
}

#[derive(Clone, Debug)]
pub struct Unit {
    pub id: RecordId,
    pub name: String,
    pub short_name: String,
    pub unit_type: String,
    pub division: String,
}

/// The handling units in use whose division contains the code or lies under it.
pub fn units(tx: &Tx<'_>, code: &str) -> Result<Vec<Unit>> {
    let sql = "SELECT id, name, short_name, type, division FROM unit \
               WHERE ended_on IS NULL AND (?1 LIKE division || '%' OR division LIKE ?1 || '%') ORDER BY length(division) DESC, name";
    let mut query = tx.prepare_cached(sql)?;
    let rows = query.query_map([code], |row| {
        Ok(Unit {
            id: id(row, "id")?,
            name: row.get("name")?,
            short_name: row.get("short_name")?,
            unit_type: row.get("type")?,
            division: row.get("division")?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

pub fn unit_name(tx: &Tx<'_>, unit: RecordId) -> Result<Option<String>> {
    let mut query = tx.prepare_cached("SELECT name FROM unit WHERE id = ?1")?;
    Ok(query.query_map([unit.as_bytes()], |row| row.get(0))?.next().transpose()?)
}

/// The workday calendars held, and the version that a step started under them carries.
pub fn work_calendar(tx: &Tx<'_>) -> Result<(WorkCalendar, Option<String>)> {
    let sql = "SELECT id, year, days, hours FROM workday_calendar ORDER BY year";
    let mut query = tx.prepare_cached(sql)?;
    let mut rows = query.query([])?;
    let (mut calendar, mut version) = (WorkCalendar::default(), None);
    while let Some(row) = rows.next()? {
        let (days, hours): (String, String) = (row.get("days")?, row.get("hours")?);
        calendar = calendar.with_year(row.get("year")?, &days, &hours);
        let record = records::shown(tx, &RecordKey::new("workday_calendar", id(row, "id")?))?;
        version = version.max(record.and_then(|record| record.newest().map(|mark| mark.stamp)));
    }
    Ok((calendar, version.map(|stamp| stamp.to_string())))
}

/// The next issue number of this device, `yymmdd-device-n`: given without asking anybody, and never twice.
pub fn next_number(tx: &Tx<'_>, today: &str) -> Result<String> {
    let device = device::number(tx)?.ok_or(crate::StoreError::NotEnrolled)?;
    let day = today.replace('-', "").get(2..).unwrap_or_default().to_owned();
    let last = device::fact(tx, "issue_number")?.unwrap_or_default();
    let count = last.strip_prefix(&format!("{day}-")).and_then(|count| count.parse::<u32>().ok()).unwrap_or(0) + 1;
    device::put_fact(tx, "issue_number", &format!("{day}-{count}"))?;
    Ok(format!("{day}-{device}-{count}"))
}
