//! The record tables: one per kind of the schema, one column per field, holding what screens show.
//!
//! Beside its fields a row has `revision` (the relay's; 0 while the record exists here only), `marks` and `apart` (rows.rs),
//! `own` (own edits laid over), `unsent` (those of them without an outcome), `refused` and `conflict`.
//!
//! Invariant: a table never loses a column, and a store that a newer schema wrote is refused ([`SCHEMA_VERSION`]).

use crate::error::{Result, StoreError};
use crate::open::Options;
use rusqlite::Connection;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use sync_protocol::edit::declared_field;
use sync_protocol::schema::{Field, FieldType, Kind, Rule, Schema};

/// Raised with every released change of the schema, so that an older app does not write rows it would cut.
pub const SCHEMA_VERSION: u32 = 1;

/// The columns every record table has before those of its fields.
const OWN_COLUMNS: &str = "id BLOB PRIMARY KEY, revision INTEGER NOT NULL, marks BLOB NOT NULL, apart TEXT, \
     own INTEGER NOT NULL DEFAULT 0, unsent INTEGER NOT NULL DEFAULT 0, refused INTEGER NOT NULL DEFAULT 0, \
     conflict INTEGER NOT NULL DEFAULT 0";

/// The names of [`OWN_COLUMNS`], and where those of the fields begin.
const HEAD: [&str; FIELDS_FROM] = ["id", "revision", "marks", "apart", "own", "unsent", "refused", "conflict"];
pub(crate) const FIELDS_FROM: usize = 8;

/// The statements for one kind's table, written once.
pub(crate) struct Table {
    pub kind: &'static Kind,
    /// The places of the kind's fields, by name.
    pub sorted: Vec<usize>,
    pub select: String,
    /// The columns of a row: [`HEAD`], and one per field in the kind's order.
    pub columns: Vec<String>,
    pub revision: String,
    /// All columns of one row.
    pub whole: String,
    /// Writes a row unless there is one.
    pub insert: String,
    pub recount: String,
    pub delete: String,
}

pub(crate) struct Tables(BTreeMap<&'static str, Table>);

impl Tables {
    pub fn new(options: &Options) -> Self {
        Self(options.schema.kinds().map(|kind| (kind.name, Table::new(kind))).collect())
    }

    /// The table of a kind; `None` for kinds that only a newer app knows.
    pub fn get(&self, kind: &str) -> Option<&Table> {
        self.0.get(kind)
    }
}

impl Table {
    fn new(kind: &'static Kind) -> Self {
        let fields = kind.fields.iter().map(|field| quoted(field.name));
        let columns: Vec<String> = HEAD.iter().map(|name| (*name).to_owned()).chain(fields).collect();
        let fields: String = columns[FIELDS_FROM..].iter().map(|name| format!(", {name}")).collect();
        let marks = vec!["?"; columns.len()].join(", ");
        let table = quoted(kind.name);
        let mut sorted: Vec<usize> = (0..kind.fields.len()).collect();
        sorted.sort_by_key(|at| kind.fields[*at].name);
        let listed = columns.join(", ");
        Self {
            kind,
            sorted,
            // Not `main.`: on a scoped reader this name is the view (scope.rs).
            select: format!("SELECT revision, marks, apart, own{fields} FROM {table} WHERE id = ?1"),
            revision: format!("SELECT revision, own FROM {table} WHERE id = ?1"),
            whole: format!("SELECT {listed} FROM main.{table} WHERE id = ?1"),
            insert: format!("INSERT INTO main.{table} ({listed}) VALUES ({marks}) ON CONFLICT (id) DO NOTHING"),
            recount: format!(
                "UPDATE main.{table} SET unsent = ?2, refused = ?3 WHERE id = ?1 AND (unsent <> ?2 OR refused <> ?3)"
            ),
            delete: format!("DELETE FROM {table} WHERE id = ?1"),
            columns,
        }
    }

    /// The statement that sets these columns, by their places, of the row with an id.
    pub fn update(&self, places: &[usize]) -> String {
        let set = |at: &usize| self.columns.get(*at).map(|name| format!("{name} = ?"));
        let set: Vec<String> = places.iter().filter_map(set).collect();
        format!("UPDATE main.{} SET {} WHERE id = ?", quoted(self.kind.name), set.join(", "))
    }
}

impl Table {
    /// Finds declared fields for written ones that come in the order of their names.
    pub fn places(&self) -> Places<'_> {
        Places { table: self, at: 0 }
    }
}

/// As [`Kind::field`] with the field's place among the kind's, in one walk.
pub(crate) struct Places<'t> {
    table: &'t Table,
    at: usize,
}

impl Places<'_> {
    pub fn next(&mut self, written: &str) -> Option<(usize, &'static Field)> {
        let kind = self.table.kind;
        let name = declared_field(written);
        let compared = |at: &usize| kind.fields.get(*at).map(|field| field.name.cmp(name));
        if name == written {
            while self.table.sorted.get(self.at).and_then(compared) == Some(Ordering::Less) {
                self.at += 1;
            }
            let at = *self.table.sorted.get(self.at)?;
            return kind
                .fields
                .get(at)
                .filter(|field| field.name == name && field.rule != Rule::Set)
                .map(|one| (at, one));
        }
        // An element of a set: few, and not in the order of the sets' own names.
        let at = kind.fields.iter().position(|field| field.name == name && field.rule == Rule::Set)?;
        kind.fields.get(at).map(|field| (at, field))
    }
}

/// Makes the tables and columns that the schema has and the file does not.
pub(crate) fn bring_up_to_date(connection: &mut Connection, options: &Options) -> Result<()> {
    let tx = connection.transaction()?;
    let found: Option<u32> = crate::device::get(&tx, "schema_version")?;
    if let Some(found) = found.filter(|found| *found > SCHEMA_VERSION) {
        return Err(StoreError::TooNew { found, known: SCHEMA_VERSION });
    }
    for kind in options.schema.kinds() {
        let table = quoted(kind.name);
        let fields: String = kind.fields.iter().map(|field| format!(", {}", column(field))).collect();
        tx.execute(&format!("CREATE TABLE IF NOT EXISTS {table} ({OWN_COLUMNS}{fields}) STRICT"), [])?;
        let held: Vec<String> = tx
            .prepare("SELECT name FROM pragma_table_info(?1)")?
            .query_map([kind.name], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        for field in kind.fields.iter().filter(|field| !held.iter().any(|name| name == field.name)) {
            tx.execute(&format!("ALTER TABLE {table} ADD COLUMN {}", column(field)), [])?;
        }
        tx.execute("INSERT OR IGNORE INTO kind (name) VALUES (?1)", [kind.name])?;
    }
    if found != Some(SCHEMA_VERSION) {
        crate::device::put(&tx, "schema_version", SCHEMA_VERSION)?;
    }
    Ok(tx.commit()?)
}

/// The kinds whose table a fresh store has, for tests and views.
pub(crate) fn names(schema: &Schema) -> impl Iterator<Item = &'static str> {
    schema.kinds().map(|kind| kind.name)
}

pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn column(field: &Field) -> String {
    let ty = match (&field.ty, field.rule) {
        (_, Rule::Set) => "TEXT",
        (FieldType::Int | FieldType::Bool, _) => "INTEGER",
        // Ids as 16 bytes: half the size in every row and index.
        (FieldType::Ref(_), _) => "BLOB",
        _ => "TEXT",
    };
    format!("{} {ty}", quoted(field.name))
}
