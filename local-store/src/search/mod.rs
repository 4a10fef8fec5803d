//! Search: people, doors and buildings by what somebody types, while they type.
//!
//! - [`reading`] knows how characters are read; [`words`] says what words a record is found by; [`index`] keeps those words in
//!   full-text indexes, in the transaction that changes the record; [`asked`] turns what was typed into a question to them.
//! - Every hit is read through the record's own table, which on a console is the view of the person asking (scope.rs). The
//!   places in the index only save reading what that view would hide.

mod asked;
mod door;
pub(crate) mod index;
mod issue;
mod reading;
mod words;

use crate::error::Result;
use crate::places::{DWELLING_COLUMNS, Dwelling, dwelling_of};
use crate::rows::id;
use crate::store::Tx;
use asked::{Asked, Fit};
use index::Kind;
use rusqlite::{OptionalExtension, Row};
use sync_protocol::RecordId;

pub(crate) use door::exactly as all_doors;
pub use door::{Door, doors};
pub use issue::issues;
pub use reading::sound_alike;

/// Rows that are read before the best of them are chosen. More would be better sorted, and slower.
const TO_CHOOSE_FROM: usize = 50;
/// Rows that are read in vain before a question counts as too wide.
const MOST_READ: usize = 2_000;
/// A filter of more places costs more than it saves; then wider ones are taken.
const MOST_PLACES: usize = 12;

/// What was found, the best first, and whether there is more than was asked for.
#[derive(Clone, Debug)]
pub struct Found<T> {
    pub hits: Vec<T>,
    pub more: bool,
}

impl<T> Found<T> {
    fn nothing() -> Self {
        Self { hits: Vec::new(), more: false }
    }
}

/// A resident with the door they live behind.
#[derive(Clone, Debug)]
pub struct Person {
    pub resident: RecordId,
    pub name: String,
    pub born_on: Option<String>,
    pub phone: Option<String>,
    pub dwelling: Dwelling,
    pub grid_name: Option<String>,
    pub unsent: u32,
    pub refused: u32,
    pub conflict: bool,
}

#[derive(Clone, Debug)]
pub struct Building {
    pub id: RecordId,
    pub name: String,
    pub compound: Option<String>,
    pub address: Option<String>,
    pub grid_name: Option<String>,
}

/// Residents by name, reading, initials, other name or the end of a phone number.
pub fn people(tx: &Tx<'_>, text: &str, limit: usize) -> Result<Found<Person>> {
    let Some(asked) = Asked::new(text) else { return Ok(Found::nothing()) };
    shown(best(tx, &asked, Kind::Resident, limit)?, limit, |id| person(tx, id))
}

/// Buildings by name, number, alias or address, and by the names of their compound.
pub fn buildings(tx: &Tx<'_>, text: &str, limit: usize) -> Result<Found<Building>> {
    let Some(asked) = Asked::new(text) else { return Ok(Found::nothing()) };
    shown(best(tx, &asked, Kind::Building, limit)?, limit, |id| building(tx, id))
}

/// A question to names that stand in no index, as those of the staff: by name, reading, initials or the end of a phone number.
pub struct Sought(Asked);

impl Sought {
    /// `None` where nothing that could be searched for was typed.
    pub fn new(text: &str) -> Option<Self> {
        Asked::new(text).map(Self)
    }

    pub fn fits(&self, name: &str, phone: Option<&str>) -> bool {
        let phone = phone.map(words::digits);
        self.0.fit(&words::of_person(name, None), &phone.as_deref().into_iter().collect::<Vec<_>>()).is_some()
    }
}

/// Every resident that `text` means, wherever they live, for a list that counts and sorts by itself.
pub(crate) fn all_people(tx: &Tx<'_>, text: &str, division: &str) -> Result<Vec<RecordId>> {
    let Some(asked) = Asked::new(text) else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    let place = (!division.is_empty()).then(|| format!(" AND \"g{}\"", words::digits(division)));
    let expression = asked.expression(false) + place.as_deref().unwrap_or_default();
    read(tx, &asked, Kind::Resident, &expression, |id, fit| {
        found.extend(fit.map(|_| id));
        true
    })?;
    Ok(found)
}

/// As many hits as were asked for, read as they are shown. One that cannot be shown makes room for the next.
fn shown<T>(best: Found<RecordId>, limit: usize, read: impl Fn(RecordId) -> Result<Option<T>>) -> Result<Found<T>> {
    let mut hits = Vec::new();
    let mut ids = best.hits.into_iter();
    for id in ids.by_ref() {
        hits.extend(read(id)?);
        if hits.len() == limit {
            break;
        }
    }
    Ok(Found { hits, more: best.more || ids.next().is_some() })
}

/// The best hits of a kind, more than are asked for where there are. Finished syllables are asked for first: 丽 before 亮 for `li`.
fn best(tx: &Tx<'_>, asked: &Asked, kind: Kind, limit: usize) -> Result<Found<RecordId>> {
    let enough = TO_CHOOSE_FROM.max(limit + 1);
    let mut hits: Vec<(bool, Fit, RecordId)> = Vec::new();
    let (strict, loose) = (asked.expression(true), asked.expression(false));
    let places = places_of_scope(tx)?;
    let mut read_in_vain = 0;
    for (late, expression) in [(false, &strict), (true, &loose)] {
        if (late && strict == loose) || hits.len() >= enough {
            break;
        }
        let known: Vec<RecordId> = hits.iter().map(|(_, _, id)| *id).collect();
        read(tx, asked, kind, &format!("{expression}{places}"), |id, fit| {
            match fit {
                Some(fit) if !known.contains(&id) => hits.push((late, fit, id)),
                _ => read_in_vain += 1,
            }
            hits.len() < enough && read_in_vain < MOST_READ
        })?;
    }
    // A stable sort: equally good hits stay in the order of their numbers.
    hits.sort_by_key(|(late, fit, _)| (*fit, *late));
    let more = hits.len() >= enough || read_in_vain >= MOST_READ;
    Ok(Found { hits: hits.into_iter().map(|(_, _, id)| id).collect(), more })
}

/// Hands over each record that an expression leads to and that the view shows, with how it fits, while `go_on` says so.
fn read(
    tx: &Tx<'_>,
    asked: &Asked,
    kind: Kind,
    expression: &str,
    mut go_on: impl FnMut(RecordId, Option<Fit>) -> bool,
) -> Result<()> {
    // CROSS JOIN keeps the order: from the index, which has few rows, to the tables.
    let sql = match kind {
        Kind::Resident => {
            "SELECT r.id, r.name, r.reading, r.other_names, r.phone, r.phone_2 FROM people_words \
             CROSS JOIN sought ON sought.no = people_words.rowid CROSS JOIN resident r ON r.id = sought.id \
             WHERE people_words MATCH ?1 AND coalesce(r.minor, 0) = 0"
        }
        _ => {
            "SELECT b.id, b.name, b.number, b.address, b.aliases, c.name AS compound, c.aliases AS compound_aliases \
             FROM building_words CROSS JOIN sought ON sought.no = building_words.rowid \
             CROSS JOIN building b ON b.id = sought.id LEFT JOIN compound c ON c.id = b.compound \
             WHERE building_words MATCH ?1"
        }
    };
    let mut query = tx.prepare_cached(sql)?;
    let mut rows = query.query([expression])?;
    while let Some(row) = rows.next()? {
        let fit = match kind {
            Kind::Resident => {
                let phones = index::phones(row)?;
                let phones: Vec<&str> = phones.iter().map(String::as_str).collect();
                asked.fit(&index::names_of_person(row)?, &phones)
            }
            _ => asked.fit(&index::names_of_building(row)?, &[]),
        };
        if !go_on(id(row, "id")?, fit) {
            break;
        }
    }
    Ok(())
}

/// The part of an expression that leaves out what a scoped reader would not be shown anyway; empty where that is everything,
/// or too many places to name.
fn places_of_scope(tx: &Tx<'_>) -> Result<String> {
    if !tx.scoped {
        return Ok(String::new());
    }
    let mut query =
        tx.prepare_cached("SELECT DISTINCT channel FROM main.cursor JOIN temp.scope ON scope.cursor = cursor.no")?;
    let channels: Vec<String> = query.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    let places: Vec<Vec<String>> = channels.iter().map(|channel| words::places(channel)).collect();
    // From the places themselves upwards, until they are few enough to name.
    for up in 0..3 {
        let mut named: Vec<&String> = places.iter().filter_map(|one| one.get(up.min(one.len() - 1))).collect();
        named.sort_unstable();
        named.dedup();
        if (1..=MOST_PLACES).contains(&named.len()) {
            let named: Vec<String> = named.into_iter().map(|place| format!("\"{place}\"")).collect();
            return Ok(format!(" AND ({})", named.join(" OR ")));
        }
    }
    Ok(String::new())
}

/// A hit as it is shown; `None` where somebody has no home in view any more.
fn person(tx: &Tx<'_>, resident: RecordId) -> Result<Option<Person>> {
    let sql = format!(
        "SELECT r.id, r.name, r.born_on, r.phone, r.unsent + s.unsent AS unsent, r.refused, r.conflict, \
                g.name AS grid_name, {DWELLING_COLUMNS} \
         FROM resident r CROSS JOIN residence s ON s.resident = r.id CROSS JOIN household h ON h.id = s.household \
         CROSS JOIN dwelling d ON d.id = h.dwelling CROSS JOIN building b ON b.id = d.building \
         LEFT JOIN division g ON g.code = b.grid \
         WHERE r.id = ?1 AND s.until IS NULL ORDER BY s.stays <> 'main', s.id LIMIT 1"
    );
    let mut query = tx.prepare_cached(&sql)?;
    let found = query.query_row([resident.as_bytes()], |row| {
        Ok(Person {
            resident: id(row, "id")?,
            name: row.get("name")?,
            born_on: row.get("born_on")?,
            phone: row.get("phone")?,
            dwelling: dwelling_of(row)?,
            grid_name: row.get("grid_name")?,
            unsent: row.get("unsent")?,
            refused: row.get("refused")?,
            conflict: row.get("conflict")?,
        })
    });
    Ok(found.optional()?)
}

fn building(tx: &Tx<'_>, building: RecordId) -> Result<Option<Building>> {
    let mut query = tx.prepare_cached(
        "SELECT b.id, b.name, b.address, c.name AS compound, g.name AS grid_name FROM building b \
         LEFT JOIN compound c ON c.id = b.compound LEFT JOIN division g ON g.code = b.grid WHERE b.id = ?1",
    )?;
    let shown = |row: &Row<'_>| {
        Ok(Building {
            id: id(row, "id")?,
            name: row.get("name")?,
            compound: row.get("compound")?,
            address: row.get("address")?,
            grid_name: row.get("grid_name")?,
        })
    };
    Ok(query.query_row([building.as_bytes()], shown).optional()?)
}
