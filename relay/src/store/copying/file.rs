//! A store's file, read and written whole.

use super::{Row, Sum, Sums, TABLES, Table, Value};
use crate::error::Result;
use crate::store::sqlite::SqliteStore;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags, ToSql, params_from_iter};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Rows handed on at a time.
const AT_ONCE: usize = 1_000;

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Number(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// Reads every row of every table, in one snapshot, and sums them. The first call of `take` for a table may be with none.
pub fn read_file(path: &Path, mut take: impl FnMut(&'static Table, Vec<Row>) -> Result<()>) -> Result<(Sums, u64)> {
    let mut connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let transaction = connection.transaction()?;
    let mut sums = Sums::new();
    for table in TABLES {
        let mut sum = Sum::default();
        let mut find = transaction.prepare(table.from)?;
        let mut found = find.query([])?;
        let mut rows = Vec::new();
        while let Some(row) = found.next()? {
            let row: Row = (0..table.columns.len()).map(|at| Ok(value(row.get_ref(at)?))).collect::<Result<_>>()?;
            sum.add(&row);
            rows.push(row);
            if rows.len() == AT_ONCE {
                take(table, std::mem::take(&mut rows))?;
            }
        }
        take(table, rows)?;
        sums.push((table.name, sum));
    }
    let revision = transaction.query_row("SELECT value FROM counter WHERE name = 'revision'", [], |row| row.get(0))?;
    Ok((sums, revision))
}

fn value(held: ValueRef<'_>) -> Value {
    match held {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Number(number),
        ValueRef::Real(number) => Value::Text(number.to_string()),
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
    }
}

/// Makes a file with what `give` puts into it, table by table.
pub fn write_file(
    path: &Path,
    give: impl FnOnce(&mut dyn FnMut(&Table, Vec<Row>) -> Result<()>) -> Result<u64>,
) -> Result<()> {
    std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    drop(SqliteStore::open(path)?);
    let mut connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let transaction = connection.transaction()?;
    let revision = give(&mut |table, rows| {
        let mut insert = transaction.prepare_cached(table.into)?;
        for row in rows {
            insert.execute(params_from_iter(row.iter()))?;
        }
        Ok(())
    })?;
    transaction.execute("UPDATE counter SET value = ?1 WHERE name = 'revision'", [revision])?;
    transaction.commit()?;
    // One file, without the log beside it.
    connection.pragma_update(None, "journal_mode", "DELETE")?;
    Ok(())
}

/// Copies a store's file as it is at one moment, while relays go on writing.
pub fn snapshot(from: &Path, into: &Path) -> Result<()> {
    std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(into)?;
    let connection = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    // One read of one snapshot: pushes do not make it begin anew, as they would the backup API.
    connection.execute("VACUUM INTO ?1", [into.to_string_lossy()])?;
    Ok(())
}
