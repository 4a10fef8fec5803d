//! Keeping the index in step with the records.
//!
//! Invariants:
//! - What a transaction touched is indexed before it commits ([`flush`]), each record once, from the row as it then stands.
//!   The index is therefore a function of the record tables, `entry` and `cursor`, and can be made anew at any time.
//! - A resident under 14 is in no index, nor is anybody who died or was merged into another record. Only kinds of the open
//!   and personal facets are read here: no identity number, guardian or care is.

use super::words;
use crate::error::Result;
use crate::store::Tx;
use crate::{device, tables};
use rusqlite::{OptionalExtension, Row};
use std::collections::BTreeSet;
use sync_protocol::RecordId;

/// Raised with every change of what words a record has, so that each store makes its index anew once.
const VERSION: u32 = 1;

/// Records that may be found by other words than before. Ordered, so that the same page gives the same index.
pub(crate) type Touched = BTreeSet<(Kind, RecordId)>;

/// Compounds have no words of their own: their buildings carry their names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Kind {
    Compound,
    Building,
    Resident,
}

impl Kind {
    fn of(name: &str) -> Option<Self> {
        [Self::Compound, Self::Building, Self::Resident].into_iter().find(|kind| kind.name() == name)
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Compound => "compound",
            Self::Building => "building",
            Self::Resident => "resident",
        }
    }

    fn index(self) -> &'static str {
        if self == Self::Resident { "people_words" } else { "building_words" }
    }
}

/// Notes that a record, or the channels that list it, changed in this transaction.
pub(crate) fn touch(tx: &Tx<'_>, kind: &str, id: RecordId) {
    if let Some(kind) = Kind::of(kind) {
        tx.touched.borrow_mut().insert((kind, id));
    }
}

/// Brings the index in step with what this transaction touched.
pub(crate) fn flush(tx: &Tx<'_>) -> Result<()> {
    // Not held while indexing: nothing below touches a record, but a borrow across calls would have to be explained.
    let touched = std::mem::take(&mut *tx.touched.borrow_mut());
    let mut buildings: BTreeSet<RecordId> = BTreeSet::new();
    for (kind, id) in touched {
        match kind {
            Kind::Compound => buildings.extend(of_compound(tx, id)?),
            Kind::Building => drop(buildings.insert(id)),
            Kind::Resident => put(tx, kind, id)?,
        }
    }
    buildings.into_iter().try_for_each(|id| put(tx, Kind::Building, id))
}

/// Makes the index of a store that has none, or one of an older version.
pub(crate) fn bring_up_to_date(tx: &Tx<'_>) -> Result<()> {
    // A door is asked for by building, entrance and number; the index of buildings alone is part of this one.
    tx.execute_batch(
        "CREATE INDEX IF NOT EXISTS dwelling_by_place ON dwelling (building, entrance, door); \
         CREATE INDEX IF NOT EXISTS dwelling_by_door ON dwelling (door); \
         DROP INDEX IF EXISTS dwelling_by_building",
    )?;
    if device::get::<u32>(tx, "search_version")? == Some(VERSION) {
        return Ok(());
    }
    rebuild(tx)?;
    device::put(tx, "search_version", VERSION)
}

/// Makes the whole index anew.
pub(crate) fn rebuild(tx: &Tx<'_>) -> Result<()> {
    tx.execute_batch(
        "DELETE FROM sought; INSERT INTO people_words (people_words) VALUES ('delete-all'); \
         INSERT INTO building_words (building_words) VALUES ('delete-all')",
    )?;
    for kind in [Kind::Building, Kind::Resident] {
        let sql = format!("SELECT id FROM {} ORDER BY id", tables::quoted(kind.name()));
        let ids: Vec<[u8; 16]> = tx.prepare(&sql)?.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        ids.into_iter().try_for_each(|id| put(tx, kind, RecordId::from_bytes(id)))?;
    }
    Ok(())
}

fn of_compound(tx: &Tx<'_>, compound: RecordId) -> Result<Vec<RecordId>> {
    let mut query = tx.prepare_cached("SELECT id FROM building WHERE compound = ?1")?;
    let ids = query.query_map([compound.as_bytes()], |row| crate::rows::id(row, "id"))?;
    Ok(ids.collect::<rusqlite::Result<_>>()?)
}

/// Writes what one record is found by, unless that stands there already.
fn put(tx: &Tx<'_>, kind: Kind, id: RecordId) -> Result<()> {
    let words = words_of(tx, kind, id)?;
    let mut query = tx.prepare_cached("SELECT no, print FROM sought WHERE kind = ?1 AND id = ?2")?;
    let held: Option<(i64, i64)> =
        query.query_row((kind.name(), id.as_bytes()), |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let print = words.as_deref().map(print);
    if held.map(|(_, print)| print) == print {
        return Ok(());
    }
    let index = kind.index();
    if let Some((no, _)) = held {
        tx.prepare_cached("DELETE FROM sought WHERE no = ?1")?.execute([no])?;
        tx.prepare_cached(&format!("DELETE FROM {index} WHERE rowid = ?1"))?.execute([no])?;
    }
    if let (Some(words), Some(print)) = (words, print) {
        tx.prepare_cached("INSERT INTO sought (kind, id, print) VALUES (?1, ?2, ?3)")?.execute((
            kind.name(),
            id.as_bytes(),
            print,
        ))?;
        let no = tx.last_insert_rowid();
        tx.prepare_cached(&format!("INSERT INTO {index} (rowid, words) VALUES (?1, ?2)"))?.execute((no, words))?;
    }
    Ok(())
}

/// The words a record is found by; `None` where it is not here or not to be found.
fn words_of(tx: &Tx<'_>, kind: Kind, id: RecordId) -> Result<Option<String>> {
    let mut words = match kind {
        Kind::Resident => resident(tx, id)?,
        Kind::Building => building(tx, id)?,
        Kind::Compound => None,
    };
    if let Some(words) = &mut words {
        let mut query = tx.prepare_cached(
            "SELECT cursor.channel FROM entry JOIN cursor ON cursor.no = entry.cursor \
             WHERE entry.kind = (SELECT no FROM kind WHERE name = ?1) AND entry.id = ?2",
        )?;
        let mut channels = query.query((kind.name(), id.as_bytes()))?;
        while let Some(row) = channels.next()? {
            words.extend(words::places(row.get_ref(0)?.as_str().unwrap_or_default()));
        }
    }
    Ok(words.map(|words| words.into_iter().collect::<Vec<_>>().join(" ")))
}

fn resident(tx: &Tx<'_>, id: RecordId) -> Result<Option<BTreeSet<String>>> {
    let mut query = tx.prepare_cached(
        "SELECT name, reading, other_names, phone, phone_2 FROM resident \
         WHERE id = ?1 AND coalesce(minor, 0) = 0 AND died_on IS NULL AND merged_into IS NULL",
    )?;
    let found = query.query_row([id.as_bytes()], |row| Ok((names_of_person(row)?, phones(row)?))).optional()?;
    Ok(found.map(|(names, phones)| {
        let mut words = BTreeSet::new();
        names.iter().for_each(|name| words::add(name, &mut words));
        words.extend(phones.iter().filter_map(|phone| words::phone_tail(phone)));
        words
    }))
}

fn building(tx: &Tx<'_>, id: RecordId) -> Result<Option<BTreeSet<String>>> {
    let mut query = tx.prepare_cached(
        "SELECT b.name, b.number, b.address, b.aliases, c.name AS compound, c.aliases AS compound_aliases \
         FROM building b LEFT JOIN compound c ON c.id = b.compound WHERE b.id = ?1",
    )?;
    let found = query.query_row([id.as_bytes()], names_of_building).optional()?;
    Ok(found.map(|names| {
        let mut words = BTreeSet::new();
        names.iter().for_each(|name| words::add(name, &mut words));
        words
    }))
}

/// Every way to name a resident, from columns `name`, `reading` and `other_names`.
pub(super) fn names_of_person(row: &Row<'_>) -> rusqlite::Result<Vec<Vec<words::Part>>> {
    let reading: Option<String> = row.get("reading")?;
    let mut names = words::of_person(&row.get::<_, String>("name")?, reading.as_deref());
    for other in list(row, "other_names")? {
        names.extend(words::of_person(&other, None));
    }
    Ok(names)
}

pub(super) fn phones(row: &Row<'_>) -> rusqlite::Result<Vec<String>> {
    Ok([row.get::<_, Option<String>>("phone")?, row.get("phone_2")?].into_iter().flatten().collect())
}

/// Every way to name a building. A number stands behind the compound's names, as people say it: 和平里3.
pub(super) fn names_of_building(row: &Row<'_>) -> rusqlite::Result<Vec<Vec<words::Part>>> {
    let number: String = row.get("number")?;
    let compound: Option<String> = row.get("compound")?;
    let behind = compound.into_iter().chain(list(row, "compound_aliases")?).map(|name| format!("{name}{number}"));
    let mut names: Vec<String> = behind.chain(list(row, "aliases")?).collect();
    names.push(row.get("name")?);
    names.extend(row.get::<_, Option<String>>("address")?);
    names.push(number);
    Ok(names.iter().map(|name| words::of_text(name)).filter(|parts| !parts.is_empty()).collect())
}

fn list(row: &Row<'_>, column: &str) -> rusqlite::Result<Vec<String>> {
    let text: Option<String> = row.get(column)?;
    // Written by this crate as a JSON list (rows.rs); anything else names nothing.
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
}

/// A short print of the words (FNV-1a): equal words have equal prints on every machine and version.
fn print(words: &str) -> i64 {
    let fold = |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    words.bytes().fold(0xcbf2_9ce4_8422_2325, fold).cast_signed()
}
