//! The store in PostgreSQL: several relays at once on one database, each with a few connections.
//!
//! Writes run beside each other and come out as if one had followed another (see [`locks`]); those that meet too often, and
//! great ones, have the district to themselves. A read sees one snapshot. Every commit is on the disk of the database (and
//! of its synchronous standby, where it has one) before it is answered.

mod address;
mod audit;
mod blobs;
mod bulk;
mod channels;
mod connection;
mod copying;
mod devices;
mod driver;
mod edits;
mod epochs;
mod fault;
mod locks;
mod meta;
mod migrating;
mod people;
mod records;
mod tls;
mod tx;
mod watch;

pub use address::{Address, SCHEMES};
pub use copying::{fill, unload};
pub use fault::Fault;

use super::{Store, Tx};
use crate::error::{RelayError, Result};
use connection::Pool;
use std::time::Duration;
use tx::{Mode, PostgresTx};
use watch::Watch;

/// `pg_current_snapshot` and what else is asked came with it.
const OLDEST_SERVER: i64 = 130_000;
const WRITERS: u32 = 8;
/// How often a write is run at most. From the third time on nothing is written beside it, so it comes to its end.
const MOST_RUNS: u32 = 6;
const ALONE_FROM: u32 = 3;
const PAUSE: Duration = Duration::from_millis(20);

pub struct PostgresStore {
    pool: Pool,
    watch: Watch,
}

impl Tx for PostgresTx<'_> {}

impl PostgresStore {
    /// Connects, and brings the database's schema up to date.
    pub fn open(address: Address) -> Result<Self> {
        let pool = Pool::new(address)?;
        let connection = pool.connect()?;
        if connection.one::<i64>("SELECT current_setting('server_version_num')::bigint")? < OLDEST_SERVER {
            return Err(Fault::new("the database is older than PostgreSQL 13").into());
        }
        if connection.one::<String>("SELECT current_setting('server_encoding')")? != "UTF8" {
            return Err(Fault::new("the database is not in UTF8; make it with ENCODING 'UTF8'").into());
        }
        // What is answered as taken must be on disk. A stronger setting of the operator's own stays.
        let is_lax = connection.one::<String>("SELECT current_setting('synchronous_commit')")? == "off";
        migrating::to_latest(&connection)?;
        let watch = Watch::default();
        watch.look(&connection)?;
        let pool = if is_lax { pool.with_option("-c synchronous_commit=on") } else { pool };
        Ok(Self { pool, watch })
    }

    fn run_read(&self, work: &mut dyn FnMut(&dyn Tx) -> Result<()>) -> Result<()> {
        let connection = self.pool.take()?;
        let done = PostgresTx::begin(&connection, self.pool.district(), Mode::Read).and_then(|tx| {
            let done = work(&tx);
            tx.end();
            done
        });
        self.pool.give_back(connection);
        done
    }

    fn run_write(&self, work: &mut dyn FnMut(&dyn Tx) -> Result<()>, mode: Mode) -> Result<(), Unfinished> {
        let connection = self.pool.take().map_err(Unfinished::before_the_commit)?;
        let done = PostgresTx::begin(&connection, self.pool.district(), mode).map_err(Unfinished::before_the_commit);
        let done = done.and_then(|tx| {
            let done = work(&tx).and_then(|()| tx.commit());
            done.map_err(|error| {
                tx.end();
                Unfinished { error, was_committing: tx.is_committing.get(), needs_alone: tx.needs_alone.get() }
            })
        });
        self.pool.give_back(connection);
        done
    }
}

/// A write that did not come to its end.
struct Unfinished {
    error: RelayError,
    /// Whether it is unknown what became of it: then only its caller can say whether it may be run again (F16).
    was_committing: bool,
    needs_alone: bool,
}

impl Unfinished {
    fn before_the_commit(error: impl Into<RelayError>) -> Self {
        Self { error: error.into(), was_committing: false, needs_alone: false }
    }

    fn may_run_again(&self) -> bool {
        match &self.error {
            _ if self.needs_alone => true,
            RelayError::Postgres(fault) => fault.is_conflict() || (fault.is_closed() && !self.was_committing),
            _ => false,
        }
    }
}

impl Store for PostgresStore {
    fn read_with(&self, work: &mut dyn FnMut(&dyn Tx) -> Result<()>) -> Result<()> {
        match self.run_read(work) {
            // A connection kept from before the database moved to another server.
            Err(RelayError::Postgres(fault)) if fault.is_closed() => {
                self.pool.forget();
                self.run_read(work)
            }
            done => done,
        }
    }

    fn write_with(&self, work: &mut dyn FnMut(&dyn Tx) -> Result<()>) -> Result<()> {
        let mut mode = Mode::Write;
        for run in 1.. {
            let unfinished = match self.run_write(work, mode) {
                Ok(()) => break,
                Err(unfinished) => unfinished,
            };
            if matches!(&unfinished.error, RelayError::Postgres(fault) if fault.is_closed()) {
                self.pool.forget();
            }
            if run >= MOST_RUNS || !unfinished.may_run_again() {
                return Err(unfinished.error);
            }
            if unfinished.needs_alone || run + 1 >= ALONE_FROM {
                mode = Mode::Alone;
            } else {
                std::thread::sleep(PAUSE * run);
            }
        }
        Ok(())
    }

    fn version(&self) -> Result<i64> {
        Ok(self.watch.version(&self.pool)?)
    }

    fn now_ms(&self) -> u64 {
        self.watch.now_ms()
    }

    fn writers(&self) -> u32 {
        WRITERS
    }
}
