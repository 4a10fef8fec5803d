//! The record tables: one per kind of the schema, one column per field, holding what screens show.
//!
//! Beside its fields a row has `revision` (the relay's; 0 while the record exists here only), `marks` and `apart` (rows.rs),
//! `own` (own edits laid over), `unsent` (those of them without an outcome), `refused` and `conflict`.
//!
//! Invariant: a table never loses a column, and a store that a newer schema wrote is refused ([`SCHEMA_VERSION`]).

use crate::error::{Result, StoreError};
use crate::open::Options;
use rusqlite::Connection;
use std::collections::BTreeMap;
use sync_protocol::schema::{Field, FieldType, Kind, Rule, Schema};

/// Raised with every released change of the schema, so that an older app does not write rows it would cut.
pub const SCHEMA_VERSION: u32 = 1;

/// The columns every record table has before those of its fields.
const OWN_COLUMNS: &str = "id BLOB PRIMARY KEY, revision INTEGER NOT NULL, marks BLOB NOT NULL, apart TEXT, \
     own INTEGER NOT NULL DEFAULT 0, unsent INTEGER NOT NULL DEFAULT 0, refused INTEGER NOT NULL DEFAULT 0, \
     conflict INTEGER NOT NULL DEFAULT 0";

/// The statements for one kind's table, written once.
pub(crate) struct Table {
    pub kind: &'static Kind,
    pub select: String,
    pub revision: String,
    pub upsert: String,
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
        let names: Vec<String> = kind.fields.iter().map(|field| quoted(field.name)).collect();
        let columns = names.iter().map(|name| format!(", {name}")).collect::<String>();
        let marks: String = (9..9 + names.len()).map(|n| format!(", ?{n}")).collect();
        let table = quoted(kind.name);
        Self {
            kind,
            // Not `main.`: on a scoped reader this name is the view (scope.rs).
            select: format!("SELECT revision, marks, apart, own{columns} FROM {table} WHERE id = ?1"),
            revision: format!("SELECT revision FROM {table} WHERE id = ?1"),
            upsert: format!(
                "INSERT OR REPLACE INTO main.{table} (id, revision, marks, apart, own, unsent, refused, conflict{columns}) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8{marks})"
            ),
            delete: format!("DELETE FROM {table} WHERE id = ?1"),
        }
    }
}

/// Makes the tables, columns and indexes that the schema has and the file does not.
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
        // What is disputed is little, and is asked for in every kind at once.
        let index = quoted(&format!("{}_disputed", kind.name));
        tx.execute(&format!("CREATE INDEX IF NOT EXISTS {index} ON {table} (id) WHERE conflict = 1"), [])?;
        tx.execute("INSERT OR IGNORE INTO kind (name) VALUES (?1)", [kind.name])?;
    }
    for (kind, field) in options.indexes {
        let (table, column) = (quoted(kind), quoted(field));
        tx.execute(&format!("CREATE INDEX IF NOT EXISTS \"{kind}_by_{field}\" ON {table} ({column})"), [])?;
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
