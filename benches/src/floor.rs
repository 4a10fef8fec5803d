//! The floor: the same rows into plain SQLite, in one transaction with the workload's indexes, each commit synced.

use crate::workload::{self, BUILDING, ISSUE, RESIDENT, Size};
use anyhow::Result;
use local_store::{Options, Store, View};
use rusqlite::Connection;
use rusqlite::types::Value as Sql;
use serde_json::Value as Json;
use std::path::Path;
use std::time::{Duration, Instant};
use sync_protocol::schema::Kind;

pub struct Floor {
    pub wall: Duration,
    pub bytes: u64,
}

/// Inserts a scope's rows into a new file.
pub fn insert(folder: &Path, scope: &str, size: Size) -> Result<Floor> {
    let mut rows: Vec<(usize, Vec<Sql>)> = Vec::with_capacity(size.records());
    workload::records(scope, size, |record| {
        let kind = KINDS.iter().position(|(name, _)| record["type"] == *name).unwrap_or(0);
        rows.push((kind, KINDS[kind].1.iter().skip(1).map(|column| sql(&record[*column])).collect()));
    });
    let path = folder.join("floor.db");
    let begun = Instant::now();
    let mut connection = open(&path)?;
    let tx = connection.transaction()?;
    {
        let statement = |(name, columns): &(&str, &[&str])| {
            let places = vec!["?"; columns.len() - 1].join(", ");
            tx.prepare(&format!("INSERT INTO {name} VALUES ({places})"))
        };
        let mut statements = KINDS.iter().map(statement).collect::<rusqlite::Result<Vec<_>>>()?;
        for (kind, row) in rows {
            statements[kind].execute(rusqlite::params_from_iter(row))?;
        }
    }
    tx.commit()?;
    let wall = begun.elapsed();
    drop(connection);
    Ok(Floor { wall, bytes: std::fs::metadata(&path)?.len() })
}

/// Inserts the rows that a replica holds, of every kind and in its own order, into a new file.
pub fn copy(store: &Store, folder: &Path, options: &Options) -> Result<Floor> {
    const AT_ONCE: usize = 20_000;
    let path = folder.join("floor.db");
    let mut connection = synced(&path)?;
    let quoted = |name: &str| format!("\"{name}\"");
    let fields = |kind: &Kind| {
        let names = kind.fields.iter().map(|field| quoted(field.name));
        std::iter::once("id".to_owned()).chain(names).collect::<Vec<_>>()
    };
    for kind in store.schema().kinds() {
        let columns = fields(kind).split_off(1).iter().map(|name| format!(", {name}")).collect::<String>();
        connection.execute_batch(&format!("CREATE TABLE {} (id PRIMARY KEY{columns})", quoted(kind.name)))?;
    }
    for (kind, field) in options.indexes {
        let (table, column) = (quoted(kind), quoted(field));
        connection.execute_batch(&format!("CREATE INDEX \"{kind}_{field}\" ON {table} ({column})"))?;
    }
    // Only inserting and committing count, not reading what is to be inserted.
    let mut wall = Duration::ZERO;
    let tx = connection.transaction()?;
    for kind in store.schema().kinds() {
        let (names, mut after) = (fields(kind), 0);
        let read = format!("SELECT rowid, {} FROM {} WHERE rowid > ?1 LIMIT ?2", names.join(", "), quoted(kind.name));
        let places = vec!["?"; names.len()].join(", ");
        let mut insert = tx.prepare(&format!("INSERT INTO {} VALUES ({places})", quoted(kind.name)))?;
        loop {
            let rows: Vec<(i64, Vec<Sql>)> = store.read(&View::Everything, |from| {
                let mut rows = from.prepare_cached(&read)?;
                let row = |row: &rusqlite::Row<'_>| {
                    Ok((row.get(0)?, (1..=names.len()).map(|at| row.get(at)).collect::<rusqlite::Result<_>>()?))
                };
                Ok(rows.query_map((after, AT_ONCE), row)?.collect::<rusqlite::Result<_>>()?)
            })?;
            let Some((last, _)) = rows.last() else { break };
            after = *last;
            let begun = Instant::now();
            for (_, row) in rows {
                insert.execute(rusqlite::params_from_iter(row))?;
            }
            wall += begun.elapsed();
        }
    }
    let begun = Instant::now();
    tx.commit()?;
    wall += begun.elapsed();
    drop(connection);
    Ok(Floor { wall, bytes: std::fs::metadata(&path)?.len() })
}

/// The median of so many commits of one small row.
pub fn one_commit(folder: &Path, count: usize) -> Result<Duration> {
    let connection = open(&folder.join("commits.db"))?;
    let mut walls = Vec::with_capacity(count);
    for at in 0..count {
        let begun = Instant::now();
        connection.execute("INSERT INTO building (id, name) VALUES (?1, ?1)", [at.to_string()])?;
        walls.push(begun.elapsed());
    }
    walls.sort_unstable();
    Ok(walls[count / 2])
}

const KINDS: [(&str, &[&str]); 3] = [("building", &BUILDING), ("resident", &RESIDENT), ("issue", &ISSUE)];

fn synced(path: &Path) -> Result<Connection> {
    let connection = Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    Ok(connection)
}

fn open(path: &Path) -> Result<Connection> {
    let connection = synced(path)?;
    for (name, columns) in KINDS {
        let columns = &columns[1..];
        connection.execute_batch(&format!(
            "CREATE TABLE {name} ({} PRIMARY KEY, {})",
            columns[0],
            columns[1..].join(", ")
        ))?;
    }
    connection.execute_batch(
        "CREATE INDEX r1 ON resident (grid_id); CREATE INDEX r2 ON resident (building_id);
        CREATE INDEX r3 ON resident (name); CREATE INDEX r4 ON resident (phone);
        CREATE INDEX i1 ON issue (grid_id, status); CREATE INDEX i2 ON issue (resident_id);
        CREATE INDEX b1 ON building (grid_id);",
    )?;
    Ok(connection)
}

fn sql(value: &Json) -> Sql {
    match value {
        Json::Null => Sql::Null,
        Json::Bool(truth) => Sql::Integer((*truth).into()),
        Json::Number(number) => number.as_i64().map_or(Sql::Real(number.as_f64().unwrap_or(0.0)), Sql::Integer),
        Json::String(text) => Sql::Text(text.clone()),
        nested => Sql::Text(nested.to_string()),
    }
}
