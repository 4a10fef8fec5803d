//! The database's schema, brought up to date by whichever relay comes first.

use super::connection::Connection;
use super::driver::wait;
use super::fault::Fault;
use crate::error::{RelayError, Result};

/// The schema's history; a version is a place in this list. A released entry is never edited.
const HISTORY: &[&str] = &[include_str!("../../migrations/postgres/001_store.sql")];

/// Any number will do, so long as every relay takes the same.
const LOCK: &str = "SELECT pg_advisory_xact_lock(7043216500712)";

pub fn to_latest(connection: &Connection) -> Result<()> {
    // Without the right to make tables a relay may still serve a database that is up to date.
    if version(connection)? == Some(HISTORY.len()) {
        return Ok(());
    }
    let migrated = migrate(connection);
    if migrated.is_err() {
        drop(run(connection, "ROLLBACK"));
    }
    migrated
}

fn migrate(connection: &Connection) -> Result<()> {
    run(connection, "BEGIN")?;
    // Two relays may start at once; the second finds the work done.
    run(connection, LOCK)?;
    run(connection, "CREATE TABLE IF NOT EXISTS linli_schema (version bigint NOT NULL)")?;
    let held = version(connection)?.unwrap_or(0);
    if held > HISTORY.len() {
        return Err(RelayError::TooNew);
    }
    for step in HISTORY.iter().skip(held) {
        run(connection, step)?;
    }
    run(connection, "DELETE FROM linli_schema")?;
    run(connection, &format!("INSERT INTO linli_schema (version) VALUES ({})", HISTORY.len()))?;
    run(connection, "COMMIT")
}

fn version(connection: &Connection) -> Result<Option<usize>> {
    let there = "SELECT to_regclass('linli_schema') IS NOT NULL";
    if !connection.one::<bool>(there)? {
        return Ok(None);
    }
    let held: i64 = connection.one("SELECT coalesce(max(version), 0)::bigint FROM linli_schema")?;
    let held = usize::try_from(held).map_err(|_| RelayError::Damaged("the schema's version".to_owned()))?;
    if held > HISTORY.len() { Err(RelayError::TooNew) } else { Ok(Some(held)) }
}

fn run(connection: &Connection, sql: &str) -> Result<()> {
    Ok(wait(connection.client.batch_execute(sql)).and_then(|done| done.map_err(Fault::from))?)
}
