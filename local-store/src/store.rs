//! One writer, a few readers, and the transactions that everything else in this crate takes.

use crate::error::{Result, StoreError};
use crate::key::Key;
use crate::open::{self, Options};
use crate::room::Room;
use crate::scope::View;
use crate::search::index::{self, Touched};
use crate::tables::Tables;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use std::cell::RefCell;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use sync_protocol::Schema;

/// A replica's database. Shared between threads; writes queue, reads run beside them.
pub struct Store {
    writer: Mutex<Connection>,
    /// Idle readers: those that see everything, and those that see through views (scope.rs).
    readers: [Mutex<Vec<Connection>>; 2],
    path: PathBuf,
    key: Option<Key>,
    options: Options,
    tables: Tables,
    room: Room,
}

/// A transaction with the schema it is read by.
pub struct Tx<'a> {
    inner: Transaction<'a>,
    pub(crate) tables: &'a Tables,
    pub schema: &'static Schema,
    /// Whether temporary views stand in front of the record tables (scope.rs).
    pub(crate) scoped: bool,
    /// What search must look at anew before this commits.
    pub(crate) touched: RefCell<Touched>,
}

impl Deref for Tx<'_> {
    type Target = Connection;
    fn deref(&self) -> &Connection {
        &self.inner
    }
}

impl Store {
    /// Opens a store, making it where there is none. Without a key the file is not encrypted: for benchmarks only.
    pub fn open(path: &Path, key: Option<&Key>, options: Options) -> Result<Self> {
        if key.is_some() && !cfg!(feature = "cipher") {
            // SQLite without the cipher takes a key without a word and writes in the clear.
            return Err(StoreError::Unreadable("this build has no encryption".to_owned()));
        }
        let writer = open::writer(path, key, &options)?;
        let store = Self {
            writer: Mutex::new(writer),
            readers: Default::default(),
            path: path.to_owned(),
            key: key.cloned(),
            tables: Tables::new(&options),
            options,
            room: Room::default(),
        };
        store.write(index::bring_up_to_date)?;
        Ok(store)
    }

    /// Lays a ballast beside the file, which goes when room on the disk runs out: what people save then still fits.
    pub fn with_ballast(mut self) -> Self {
        self.room = Room::beside(&self.path);
        self
    }

    /// Whether there is room to take in what the relay has.
    pub fn has_ample_room(&self) -> bool {
        self.room.is_ample()
    }

    pub fn schema(&self) -> &'static Schema {
        self.options.schema
    }

    /// Reads in one snapshot, seeing what `view` allows.
    pub fn read<T>(&self, view: &View, read: impl FnOnce(&Tx<'_>) -> Result<T>) -> Result<T> {
        let scoped = matches!(view, View::Granted(_));
        let idle = &self.readers[usize::from(scoped)];
        // Not in the match: its guard would be held while a new reader opens.
        let reader = lock(idle).pop();
        let mut connection = match reader {
            Some(connection) => connection,
            None => open::reader(&self.path, self.key.as_ref(), &self.options, scoped)?,
        };
        let answer = {
            let inner = connection.transaction_with_behavior(TransactionBehavior::Deferred)?;
            // Inside the snapshot: a cursor's number could belong to another channel a moment later.
            if let View::Granted(grants) = view {
                crate::scope::set(&inner, grants)?;
            }
            read(&self.tx(inner, scoped))
        };
        lock(idle).push(connection);
        answer
    }

    /// Writes in one transaction, durable when this returns; nothing of it stands when the closure fails.
    pub fn write<T, E: From<StoreError>>(
        &self,
        write: impl FnOnce(&Tx<'_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let mut writer = lock(&self.writer);
        self.room.before_a_write();
        let inner = writer.transaction_with_behavior(TransactionBehavior::Immediate).map_err(StoreError::from)?;
        let tx = self.tx(inner, false);
        let answer = write(&tx)?;
        index::flush(&tx)?;
        tx.inner.commit().map_err(StoreError::from)?;
        Ok(answer)
    }

    fn tx<'a>(&'a self, inner: Transaction<'a>, scoped: bool) -> Tx<'a> {
        Tx { inner, tables: &self.tables, schema: self.options.schema, scoped, touched: RefCell::default() }
    }
}

/// A panic in another thread rolled its transaction back, so what it guarded is whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
