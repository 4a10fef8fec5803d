//! Keeping the index in step with the records.
//!
//! Invariants:
//! - What a transaction touched is indexed before it commits ([`flush`]), each record once, from the row as it then stands.
//!   The index is therefore a function of the record tables, `entry` and `cursor`, and can be made anew at any time.
//! - A first load leaves it ([`put_off`]) and has it made at its end ([`catch_up`]), bit by bit, also across openings.
//! - A resident under 14 is in no index, nor is anybody who died or was merged into another record. Only kinds of the open
//!   and personal facets are read here: no identity number, guardian or care is.

use super::words;
use crate::error::Result;
use crate::store::Tx;
use crate::{device, tables};
use rusqlite::{OptionalExtension, Row};
use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use sync_protocol::RecordId;

/// Raised with every change of what words a record has, so that each store makes its index anew once.
const VERSION: u32 = 1;

/// Records that may be found by other words than before. Ordered, so that the same page gives the same index.
pub(crate) type Touched = BTreeSet<(Kind, RecordId)>;

/// Compounds have no words of their own: their buildings carry their names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
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

    fn remember(self) -> &'static str {
        match self {
            Self::Resident => "INSERT INTO people_words (rowid, words) VALUES (?1, ?2)",
            _ => "INSERT INTO building_words (rowid, words) VALUES (?1, ?2)",
        }
    }

    fn forget(self) -> &'static str {
        match self {
            Self::Resident => "DELETE FROM people_words WHERE rowid = ?1",
            _ => "DELETE FROM building_words WHERE rowid = ?1",
        }
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
    if touched.is_empty() {
        return Ok(());
    }
    let reach = reach(tx)?;
    let mut buildings: BTreeSet<RecordId> = BTreeSet::new();
    let mut indexing = Indexing::new(tx);
    for (kind, id) in touched {
        match kind {
            Kind::Compound if reach == Reach::Nothing => {}
            Kind::Compound => buildings.extend(of_compound(tx, id)?),
            Kind::Building => drop(buildings.insert(id)),
            Kind::Resident if reach.covers(kind, id) => indexing.put(kind, id)?,
            Kind::Resident => {}
        }
    }
    buildings.retain(|id| reach.covers(Kind::Building, *id));
    buildings.into_iter().try_for_each(|id| indexing.put(Kind::Building, id))
}

/// How far the index goes. Up to there it is in step; everything beyond is found once [`catch_up`] has come to it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    Nothing,
    UpTo(Kind, RecordId),
    Everything,
}

/// Buildings first, each kind by id.
const ORDER: [Kind; 2] = [Kind::Building, Kind::Resident];
/// Records that are indexed in one transaction: few enough that a save does not wait for long.
const AT_ONCE: usize = 10_000;

impl Reach {
    fn covers(self, kind: Kind, id: RecordId) -> bool {
        match self {
            Self::Nothing => false,
            Self::UpTo(last, upto) => (kind, id) <= (last, upto),
            Self::Everything => true,
        }
    }
}

fn reach(tx: &Tx<'_>) -> Result<Reach> {
    if device::get::<u32>(tx, "search_version")? == Some(VERSION) {
        return Ok(Reach::Everything);
    }
    let upto: Option<[u8; 17]> = device::get(tx, "search_upto")?;
    Ok(upto.map_or(Reach::Nothing, |[kind, id @ ..]| {
        let kind = ORDER.get(usize::from(kind)).copied().unwrap_or(Kind::Building);
        Reach::UpTo(kind, RecordId::from_bytes(id))
    }))
}

/// Leaves everything to [`catch_up`]: for a first load, which would write the index anew with each of its pages.
pub(crate) fn put_off(tx: &Tx<'_>) -> Result<()> {
    tx.prepare_cached("DELETE FROM device WHERE name IN ('search_version', 'search_upto')")?.execute([])?;
    Ok(())
}

/// Indexes the next records of a store whose index is not there yet, or of an older version. False when nothing is left.
pub(crate) fn catch_up(tx: &Tx<'_>) -> Result<bool> {
    let (mut at, mut after) = match reach(tx)? {
        Reach::Everything => return Ok(false),
        Reach::UpTo(kind, id) => (usize::from(kind == ORDER[1]), *id.as_bytes()),
        Reach::Nothing => {
            // What follows from a compound's name is found by this while other indexes wait.
            tx.execute_batch(
                "CREATE INDEX IF NOT EXISTS building_by_compound ON building (compound); DELETE FROM sought; \
                 INSERT INTO people_words (people_words) VALUES ('delete-all'); \
                 INSERT INTO building_words (building_words) VALUES ('delete-all')",
            )?;
            (0, [0; 16])
        }
    };
    let mut indexing = Indexing::new(tx);
    let mut left = AT_ONCE;
    while let Some(kind) = ORDER.get(at).copied().filter(|_| left > 0) {
        let sql = format!("SELECT id FROM {} WHERE id > ?1 ORDER BY id LIMIT ?2", tables::quoted(kind.name()));
        let ids = tx
            .prepare_cached(&sql)?
            .query_map((after, left as i64), |row| row.get(0))?
            .collect::<rusqlite::Result<Vec<[u8; 16]>>>()?;
        ids.iter().try_for_each(|id| indexing.put(kind, RecordId::from_bytes(*id)))?;
        left -= ids.len();
        (at, after) = match ids.last() {
            Some(last) if left == 0 => (at, *last),
            _ => (at + 1, [0; 16]),
        };
    }
    if at < ORDER.len() {
        let upto = [&[at as u8], after.as_slice()].concat();
        device::put(tx, "search_upto", upto)?;
        return Ok(true);
    }
    tx.prepare_cached("DELETE FROM device WHERE name = 'search_upto'")?.execute([])?;
    device::put(tx, "search_version", VERSION)?;
    Ok(false)
}

fn of_compound(tx: &Tx<'_>, compound: RecordId) -> Result<Vec<RecordId>> {
    let mut query = tx.prepare_cached("SELECT id FROM building WHERE compound = ?1")?;
    let ids = query.query_map([compound.as_bytes()], |row| crate::rows::id(row, "id"))?;
    Ok(ids.collect::<rusqlite::Result<_>>()?)
}

/// Records on their way into the index, and what is the same for many of them.
struct Indexing<'a, 't> {
    tx: &'a Tx<'t>,
    kinds: HashMap<Kind, i64>,
    /// The words for the places of a cursor's channel.
    places: HashMap<i64, Vec<String>>,
}

impl<'a, 't> Indexing<'a, 't> {
    fn new(tx: &'a Tx<'t>) -> Self {
        Self { tx, kinds: HashMap::new(), places: HashMap::new() }
    }

    /// Writes what one record is found by, unless that stands there already.
    fn put(&mut self, kind: Kind, id: RecordId) -> Result<()> {
        let words = self.words_of(kind, id)?;
        let tx = self.tx;
        let mut query = tx.prepare_cached("SELECT no, print FROM sought WHERE kind = ?1 AND id = ?2")?;
        let held: Option<(i64, i64)> =
            query.query_row((kind.name(), id.as_bytes()), |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let print = words.as_deref().map(print);
        if held.map(|(_, print)| print) == print {
            return Ok(());
        }
        if let Some((no, _)) = held {
            tx.prepare_cached("DELETE FROM sought WHERE no = ?1")?.execute([no])?;
            tx.prepare_cached(kind.forget())?.execute([no])?;
        }
        if let (Some(words), Some(print)) = (words, print) {
            let sql = "INSERT INTO sought (kind, id, print) VALUES (?1, ?2, ?3)";
            tx.prepare_cached(sql)?.execute((kind.name(), id.as_bytes(), print))?;
            tx.prepare_cached(kind.remember())?.execute((tx.last_insert_rowid(), words))?;
        }
        Ok(())
    }

    /// The words a record is found by; `None` where it is not here or not to be found.
    fn words_of(&mut self, kind: Kind, id: RecordId) -> Result<Option<String>> {
        let words = match kind {
            Kind::Resident => resident(self.tx, id)?,
            Kind::Building => building(self.tx, id)?,
            Kind::Compound => None,
        };
        let Some(mut words) = words else { return Ok(None) };
        let mut query = self.tx.prepare_cached("SELECT cursor FROM entry WHERE kind = ?1 AND id = ?2")?;
        let mut cursors = query.query((self.number(kind)?, id.as_bytes()))?;
        while let Some(row) = cursors.next()? {
            words.extend(self.places(row.get(0)?)?.iter().cloned());
        }
        let length = words.iter().map(|word| word.len() + 1).sum();
        let mut text = String::with_capacity(length);
        for word in words {
            text.push_str(&word);
            text.push(' ');
        }
        text.pop();
        Ok(Some(text))
    }

    fn number(&mut self, kind: Kind) -> Result<i64> {
        if let Some(number) = self.kinds.get(&kind) {
            return Ok(*number);
        }
        let sql = "SELECT no FROM kind WHERE name = ?1";
        let number = self.tx.prepare_cached(sql)?.query_row([kind.name()], |row| row.get(0))?;
        self.kinds.insert(kind, number);
        Ok(number)
    }

    fn places(&mut self, cursor: i64) -> Result<&[String]> {
        match self.places.entry(cursor) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(new) => {
                let mut query = self.tx.prepare_cached("SELECT channel FROM cursor WHERE no = ?1")?;
                let channel: Option<String> = query.query_row([cursor], |row| row.get(0)).optional()?;
                Ok(new.insert(channel.as_deref().map(words::places).unwrap_or_default()))
            }
        }
    }
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
