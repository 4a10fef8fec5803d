//! One writer, a few readers, and the transactions that everything else in this crate takes.

use crate::error::{Result, StoreError};
use crate::indexes::{self, Index};
use crate::key::Key;
use crate::open::{self, Options};
use crate::room::Room;
use crate::scope::{Showing, View};
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
    readers: [Mutex<Vec<Reader>>; 2],
    path: PathBuf,
    key: Option<Key>,
    options: Options,
    tables: Tables,
    room: Room,
    /// The indexes that are still to be made.
    missing: Mutex<Vec<Index>>,
}

/// A transaction with the schema it is read by.
pub struct Tx<'a> {
    inner: Inner<'a>,
    pub(crate) tables: &'a Tables,
    pub schema: &'static Schema,
    /// Whether temporary views stand in front of the record tables (scope.rs).
    pub(crate) scoped: bool,
    /// What search must look at anew before this commits.
    pub(crate) touched: RefCell<Touched>,
}

struct Reader {
    connection: Connection,
    /// The view that was put up last.
    showing: Option<Showing>,
}

impl Reader {
    fn shows(&self, view: &View) -> bool {
        matches!((view, &self.showing), (View::Granted(grants), Some(showing)) if showing.grants == *grants)
    }
}

/// One that ends with the call, or one that goes on ([`Store::load`]).
enum Inner<'a> {
    Ending(Transaction<'a>),
    Going(&'a Connection),
}

impl Deref for Tx<'_> {
    type Target = Connection;
    fn deref(&self) -> &Connection {
        match &self.inner {
            Inner::Ending(transaction) => transaction,
            Inner::Going(connection) => connection,
        }
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
            missing: Mutex::default(),
            options,
            room: Room::default(),
        };
        let wanted = indexes::wanted(&store.options);
        *lock(&store.missing) = store.read(&View::Everything, |tx| indexes::missing(tx, wanted))?;
        store.make_indexes()?;
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

    /// Makes the index of search and those whose tables have grown enough for them (indexes.rs): at opening, and after a
    /// first load.
    pub fn make_indexes(&self) -> Result<()> {
        while self.write(index::catch_up)? {}
        let mut missing = lock(&self.missing);
        let due = self.read(&View::Everything, |tx| missing.iter().map(|index| index.is_due(tx)).collect())?;
        let due: Vec<bool> = due;
        if due.contains(&true) {
            // What is sorted for an index stays in memory until it is written; the pages held from the load make room.
            lock(&self.writer).release_memory()?;
        }
        let mut due = due.into_iter();
        let mut made = Ok(());
        missing.retain(|index| {
            let is_due = due.next().unwrap_or(false) && made.is_ok();
            if is_due {
                made = self.write(|tx| index.make(tx));
            }
            !(is_due && made.is_ok())
        });
        made
    }

    pub fn schema(&self) -> &'static Schema {
        self.options.schema
    }

    /// Reads in one snapshot, seeing what `view` allows.
    pub fn read<T>(&self, view: &View, read: impl FnOnce(&Tx<'_>) -> Result<T>) -> Result<T> {
        let scoped = matches!(view, View::Granted(_));
        let idle = &self.readers[usize::from(scoped)];
        // A console asks in the same view again and again, and putting one up takes as long as a question.
        let reader = {
            let mut idle = lock(idle);
            let same = idle.iter().position(|reader| reader.shows(view)).or_else(|| idle.len().checked_sub(1));
            same.map(|at| idle.swap_remove(at))
        };
        let mut reader = match reader {
            Some(reader) => reader,
            None => Reader {
                connection: open::reader(&self.path, self.key.as_ref(), &self.options, scoped)?,
                showing: None,
            },
        };
        let showing = reader.showing.take();
        let (answer, showing) = {
            let inner = reader.connection.transaction_with_behavior(TransactionBehavior::Deferred)?;
            // Inside the snapshot: a cursor's number could belong to another channel a moment later.
            let showing = match view {
                View::Granted(grants) => Some(crate::scope::show(&inner, grants, showing)?),
                View::Everything => None,
            };
            let tx = self.tx(Inner::Ending(inner), scoped);
            let answer = read(&tx);
            // What was put up in temporary tables would be undone with the transaction.
            if let Inner::Ending(inner) = tx.inner {
                inner.commit()?;
            }
            (answer, showing)
        };
        reader.showing = showing;
        lock(idle).push(reader);
        answer
    }

    /// Writes in one transaction, durable when this returns; nothing of it stands when the closure fails.
    pub fn write<T, E: From<StoreError>>(
        &self,
        write: impl FnOnce(&Tx<'_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let mut writer = lock(&self.writer);
        self.room.before_a_write();
        keep(&writer)?;
        let inner = writer.transaction_with_behavior(TransactionBehavior::Immediate).map_err(StoreError::from)?;
        let tx = self.tx(Inner::Ending(inner), false);
        let answer = write(&tx)?;
        index::flush(&tx)?;
        if let Inner::Ending(inner) = tx.inner {
            inner.commit().map_err(StoreError::from)?;
        }
        Ok(answer)
    }

    /// Writes a part of a first load in a transaction that goes on with the next: each commit writes the pages of every
    /// index again, whose places are spread over all of it. It is durable, and seen, after [`Store::keep`] or any other
    /// write. Where a part fails or the battery dies, those since the last commit are gone together.
    pub fn load<T>(&self, part: impl FnOnce(&Tx<'_>) -> Result<T>) -> Result<T> {
        let writer = lock(&self.writer);
        self.room.before_a_write();
        if writer.is_autocommit() {
            writer.execute_batch("BEGIN IMMEDIATE")?;
        }
        let mut undoing = Undoing(Some(&writer));
        let tx = self.tx(Inner::Going(&writer), false);
        let answer = part(&tx)?;
        index::flush(&tx)?;
        undoing.0 = None;
        Ok(answer)
    }

    /// Makes the parts of a load durable.
    pub fn keep(&self) -> Result<()> {
        keep(&lock(&self.writer))
    }

    fn tx<'a>(&'a self, inner: Inner<'a>, scoped: bool) -> Tx<'a> {
        Tx { inner, tables: &self.tables, schema: self.options.schema, scoped, touched: RefCell::default() }
    }
}

/// Undoes what was begun, unless it came to its end: also where a panic led past it.
struct Undoing<'a>(Option<&'a Connection>);

impl Drop for Undoing<'_> {
    fn drop(&mut self) {
        // Where this fails too, the transaction is over already.
        self.0.map(|connection| connection.execute_batch("ROLLBACK").ok());
    }
}

fn keep(writer: &Connection) -> Result<()> {
    if writer.is_autocommit() { Ok(()) } else { Ok(writer.execute_batch("COMMIT")?) }
}

/// A panic in another thread rolled its transaction back, so what it guarded is whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
