//! The store in one SQLite file: one writer, a few readers, write-ahead log, every commit synced to disk.
//!
//! Other processes (the commands) may use the file at the same time; SQLite's own lock keeps their writes apart.

mod audit;
mod blobs;
mod bulk;
mod channels;
mod columns;
mod devices;
mod edits;
mod epochs;
mod people;
mod records;

use super::{Meta, Store, Tx};
use crate::error::{RelayError, Result};
use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior, named_params};
use rusqlite_migration::{M, Migrations};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The schema's history; a version is a place in this list. A released entry is never edited.
const HISTORY: &[M<'static>] = &[
    M::up(include_str!("../../migrations/001_store.sql")),
    M::up(include_str!("../../migrations/002_counts.sql")),
    M::up(include_str!("../../migrations/003_audit.sql")),
    M::up(include_str!("../../migrations/004_blobs.sql")),
    M::up(include_str!("../../migrations/005_digests.sql")),
    M::up(include_str!("../../migrations/006_epochs.sql")),
];
const MIGRATIONS: Migrations<'static> = Migrations::from_slice(HISTORY);

/// Long enough for an import's transaction to finish before a push gives up.
const BUSY_TIMEOUT: Duration = Duration::from_secs(20);
/// Readers kept open for the next call; more are opened when more calls come at once.
const SPARE_READERS: usize = 8;

pub struct SqliteStore {
    path: PathBuf,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
    /// Its own connection, because `data_version` counts the commits of others.
    watcher: Mutex<Connection>,
}

impl SqliteStore {
    /// Opens a store, making the file when it is not there, and brings its schema up to date.
    pub fn open(path: &Path) -> Result<Self> {
        let mut writer = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
        writer.pragma_update(None, "journal_mode", "WAL")?;
        // NORMAL would lose acknowledged edits in a power cut.
        writer.pragma_update(None, "synchronous", "FULL")?;
        // What is erased must not lie about in pages that the file has free.
        writer.pragma_update(None, "secure_delete", true)?;
        MIGRATIONS.to_latest(&mut writer).map_err(|error| match error {
            rusqlite_migration::Error::MigrationDefinition(
                rusqlite_migration::MigrationDefinitionError::DatabaseTooFarAhead,
            ) => RelayError::TooNew,
            other => RelayError::Migration(other),
        })?;
        let watcher = Mutex::new(reader(path)?);
        Ok(Self { path: path.to_owned(), writer: Mutex::new(writer), readers: Mutex::default(), watcher })
    }
}

impl Store for SqliteStore {
    fn read_with(&self, work: &mut dyn FnMut(&dyn Tx) -> Result<()>) -> Result<()> {
        let spare = locked(&self.readers).pop();
        let mut connection = spare.map_or_else(|| reader(&self.path), Ok)?;
        // A transaction, so that all of a read's queries see one snapshot.
        let transaction = connection.transaction()?;
        let result = work(&SqliteTx(&transaction));
        drop(transaction);
        let mut readers = locked(&self.readers);
        if readers.len() < SPARE_READERS {
            readers.push(connection);
        }
        result
    }

    fn write_with(&self, work: &mut dyn FnMut(&dyn Tx) -> Result<()>) -> Result<()> {
        let mut writer = locked(&self.writer);
        // Immediate: a transaction that reads first and writes later could not wait for another process's lock.
        let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        work(&SqliteTx(&transaction))?;
        Ok(transaction.commit()?)
    }

    fn version(&self) -> Result<i64> {
        Ok(locked(&self.watcher).query_row("PRAGMA data_version", [], |row| row.get(0))?)
    }

    fn now_ms(&self) -> u64 {
        crate::clock::now_ms()
    }

    /// SQLite lets one write at a time; it would only make the others wait on a thread.
    fn writers(&self) -> u32 {
        1
    }
}

/// A panic inside a transaction rolled it back, so the connection behind a poisoned lock is as good as before.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn reader(path: &Path) -> Result<Connection> {
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection> {
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(64);
    // 32 MB of pages, so that the upper levels of every index stay in memory.
    connection.pragma_update(None, "cache_size", -32_768)?;
    Ok(connection)
}

/// A transaction whose beginning, savepoints and end are the caller's: for tests that go back and forth in a store.
pub fn transaction_on(connection: &Connection) -> impl Tx + '_ {
    SqliteTx(connection)
}

/// One transaction on one connection.
struct SqliteTx<'t>(&'t Connection);

impl Tx for SqliteTx<'_> {}

impl Meta for SqliteTx<'_> {
    fn meta(&self, key: &str) -> Result<Option<Vec<u8>>> {
        let mut find = self.0.prepare_cached("SELECT value FROM meta WHERE key = :key")?;
        Ok(find.query_row(named_params! { ":key": key }, |row| row.get(0)).optional()?)
    }

    fn meta_to_change(&self, key: &str) -> Result<Option<Vec<u8>>> {
        self.meta(key)
    }

    fn put_meta(&self, key: &str, value: &[u8]) -> Result<()> {
        let sql = "INSERT INTO meta (key, value) VALUES (:key, :value)
            ON CONFLICT (key) DO UPDATE SET value = excluded.value";
        self.0.prepare_cached(sql)?.execute(named_params! { ":key": key, ":value": value })?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_migrations_are_sound() {
        MIGRATIONS.validate().unwrap();
    }

    #[test]
    fn a_store_from_before_entries_were_counted_is_counted_once() {
        let mut connection = Connection::open_in_memory().unwrap();
        MIGRATIONS.to_version(&mut connection, 1).unwrap();
        let filled = "INSERT INTO record (row, kind, id, revision, facet, channels, state)
                VALUES (1, 'a', x'01', 1, 0, '', '{}'), (2, 'a', x'02', 1, 0, '', '{}');
            INSERT INTO channel (row, name, facet, head) VALUES (1, 'grid:340603002001001', 0, 9);
            INSERT INTO entry (channel, position, record, departed) VALUES (1, 4, 1, 0), (1, 9, 2, 1);";
        connection.execute_batch(filled).unwrap();
        MIGRATIONS.to_latest(&mut connection).unwrap();
        let count: i64 = connection.query_row("SELECT entries FROM channel", [], |row| row.get(0)).unwrap();
        assert_eq!(count, 2);
    }

    #[test]
    fn a_store_from_a_newer_relay_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("relay.db");
        drop(SqliteStore::open(&path).unwrap());
        Connection::open(&path).unwrap().pragma_update(None, "user_version", 999).unwrap();
        assert!(matches!(SqliteStore::open(&path), Err(RelayError::TooNew)));
    }

    #[test]
    fn an_error_undoes_all_of_a_transaction() {
        let folder = tempfile::tempdir().unwrap();
        let store: Box<dyn Store> = Box::new(SqliteStore::open(&folder.path().join("relay.db")).unwrap());
        let failed: Result<()> = store.write(|tx| {
            tx.put_meta("a", b"1")?;
            Err(RelayError::Damaged("for the test".to_owned()))
        });
        assert!(failed.is_err());
        assert_eq!(store.read(|tx| tx.meta("a")).unwrap(), None);
    }
}
