//! Opening a store: the key, the pragmas that make "saved" mean saved, and the migrations.

use crate::error::{Result, StoreError};
use crate::key::Key;
use rusqlite::{Connection, OpenFlags};
use rusqlite_migration::{M, Migrations};
use std::path::Path;
use sync_protocol::Schema;

/// Every migration ever released, in order; the version is the position. A released one is never edited.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/001_replica.sql"),
    include_str!("migrations/002_search.sql"),
    include_str!("migrations/003_drafts.sql"),
    include_str!("migrations/004_review.sql"),
    include_str!("migrations/005_photos.sql"),
    include_str!("migrations/006_edits_of_a_record.sql"),
    include_str!("migrations/007_digests.sql"),
    include_str!("migrations/008_reloading.sql"),
    include_str!("migrations/009_kept_edits.sql"),
];

/// What a store holds and how it is asked.
#[derive(Clone)]
pub struct Options {
    pub schema: &'static Schema,
    /// Columns that queries look records up by: (kind, field).
    pub indexes: &'static [(&'static str, &'static str)],
}

impl Options {
    /// The product's own schema, as tablet and console hold it.
    pub fn linli() -> Self {
        Self { schema: sync_protocol::schema::linli(), indexes: INDEXES }
    }
}

const INDEXES: &[(&str, &str)] = &[
    ("division", "code"),
    ("division", "parent"),
    ("assignment", "person"),
    ("building", "grid"),
    ("building", "compound"),
    ("building", "number"),
    ("household", "dwelling"),
    ("resident", "name"),
    ("resident", "phone"),
    ("resident", "phone_2"),
    ("resident", "number_tail"),
    ("residence", "household"),
    ("residence", "resident"),
    ("visit", "dwelling"),
    ("visit", "happened_at"),
    ("visit", "replaces"),
    ("issue", "building"),
    ("issue_step", "issue"),
    ("need", "household"),
    ("attachment", "about"),
    ("attachment", "sha256"),
    ("attachment", "thumb"),
];

/// Pages of the log, 4 KiB each, before they are copied into the file.
const LOG_PAGES: u32 = 4_000;

pub(crate) fn writer(path: &Path, key: Option<&Key>, options: &Options) -> Result<Connection> {
    let mut connection = Connection::open(path)?;
    unlock(&connection, key)?;
    // FULL: with NORMAL a power cut takes the last acknowledged saves with it.
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "cache_size", -32_000)?;
    // A page of a first load touches hundreds of pages of this file, most of them those of the page before. With the usual
    // 1,000 each of them would be copied out of the log after every commit.
    connection.pragma_update(None, "wal_autocheckpoint", LOG_PAGES)?;
    // But a log that grew long does not keep its room.
    connection.pragma_update(None, "journal_size_limit", 4_000_000)?;
    common(&connection)?;
    migrate(&mut connection)?;
    crate::tables::bring_up_to_date(&mut connection, options)?;
    Ok(connection)
}

pub(crate) fn reader(path: &Path, key: Option<&Key>, options: &Options, scoped: bool) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    unlock(&connection, key)?;
    connection.pragma_update(None, "cache_size", -8_000)?;
    common(&connection)?;
    if scoped {
        crate::scope::install(&connection, options.schema)?;
    }
    Ok(connection)
}

/// Makes a connection read and write the file with its key, before anything else is asked of it.
pub fn unlock(connection: &Connection, key: Option<&Key>) -> Result<()> {
    if let Some(key) = key {
        connection.pragma_update(None, "key", key.literal())?;
        // Each page is sealed by an HMAC. Processors of tablets and servers have instructions for SHA-256, and not always
        // for SHA-512, which is the cipher's own choice: a third of the time, and 32 bytes of every page.
        connection.pragma_update(None, "cipher_hmac_algorithm", "HMAC_SHA256")?;
    }
    // The first read tells whether the key fits.
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    Ok(())
}

fn common(connection: &Connection) -> Result<()> {
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.set_prepared_statement_cache_capacity(256);
    Ok(())
}

fn migrate(connection: &mut Connection) -> Result<()> {
    let found: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let known = MIGRATIONS.len() as u32;
    if found > known {
        return Err(StoreError::TooNew { found, known });
    }
    let migrations = Migrations::new(MIGRATIONS.iter().map(|sql| M::up(sql)).collect());
    migrations.to_latest(connection).map_err(|error| match error {
        rusqlite_migration::Error::RusqliteError { err, .. } => err.into(),
        other => StoreError::Unreadable(other.to_string()),
    })
}
