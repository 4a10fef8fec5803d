//! Indexes over the record tables, each made once its table has rows to look among.
//!
//! An index on an empty table takes a page of the file, and one that stands while a first load comes in is written anew,
//! page by page, with nearly every answer of the relay. Made afterwards it is sorted and written once.
//!
//! Invariants:
//! - An index changes how long an answer takes, never the answer.
//! - Each is made in a transaction of its own, from the rows alone. What a cut leaves out is made at the next opening.

use crate::error::Result;
use crate::open::Options;
use crate::store::Tx;
use crate::tables::quoted;
use sync_protocol::schema::Rule;

/// Fewer rows are looked through as quickly without.
const ENOUGH_ROWS: i64 = 256;

/// An index that may not be there yet.
pub(crate) struct Index {
    table: &'static str,
    name: String,
    /// What stands behind the name of the table.
    over: String,
}

/// Every index that a store has once it is full.
pub(crate) fn wanted(options: &Options) -> Vec<Index> {
    let index = |table: &'static str, what: &str, over: String| Index { table, name: format!("{table}_{what}"), over };
    let by_field =
        options.indexes.iter().map(|(kind, field)| index(kind, &format!("by_{field}"), format!("({})", quoted(field))));
    let kinds = options.schema.kinds();
    // What is disputed is little, and is asked for in every kind at once.
    let can_be_disputed = kinds.filter(|kind| kind.fields.iter().any(|field| field.rule == Rule::Latest));
    let disputed = can_be_disputed.map(|kind| index(kind.name, "disputed", "(id) WHERE conflict = 1".to_owned()));
    // A door is asked for by building, entrance and number, or by entrance and number in all of a town. The index of buildings
    // alone is part of the first.
    let has_doors = options.schema.kind("dwelling").is_some();
    let doors = [("by_place", "(building, entrance, door)"), ("by_door", "(door, entrance)")];
    let doors = doors.into_iter().filter(|_| has_doors).map(|(what, over)| index("dwelling", what, over.to_owned()));
    let entries = index("entry", "by_cursor", "(cursor)".to_owned());
    by_field.chain(disputed).chain(doors).chain([entries]).collect()
}

/// Leaves those that are not there.
pub(crate) fn missing(tx: &Tx<'_>, wanted: Vec<Index>) -> Result<Vec<Index>> {
    let mut query = tx.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'index' AND name = ?1")?;
    let mut missing = Vec::new();
    for index in wanted {
        if !query.exists([&index.name])? {
            missing.push(index);
        }
    }
    Ok(missing)
}

impl Index {
    /// Whether its table has grown enough.
    pub fn is_due(&self, tx: &Tx<'_>) -> Result<bool> {
        let sql = format!("SELECT 1 FROM main.{} LIMIT 1 OFFSET {ENOUGH_ROWS}", quoted(self.table));
        Ok(tx.prepare_cached(&sql)?.exists([])?)
    }

    pub fn make(&self, tx: &Tx<'_>) -> Result<()> {
        let (name, table) = (quoted(&self.name), quoted(self.table));
        Ok(tx.execute_batch(&format!("CREATE INDEX IF NOT EXISTS {name} ON {table} {}", self.over))?)
    }
}
