//! What other relays committed, and the clock that all of them go by.

use super::connection::{Connection, Pool};
use super::driver::wait;
use super::fault::Fault;
use crate::clock;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};

/// An answer that took longer says too little about when it was given.
const SLOWEST_MS: u64 = 2_000;

#[derive(Default)]
pub struct Watch {
    line: Mutex<Line>,
    /// How far the database's clock is ahead of this machine's.
    ahead_ms: AtomicI64,
}

#[derive(Default)]
struct Line {
    connection: Option<Connection>,
    /// Which transactions are visible, as the database says it: the same words mean that nothing was committed at all.
    visible: String,
    found: (i64, Option<Vec<u8>>),
    version: i64,
}

impl Watch {
    pub fn now_ms(&self) -> u64 {
        clock::now_ms().saturating_add_signed(self.ahead_ms.load(Ordering::Relaxed))
    }

    /// A number that changes when a channel or the rights did. Costs one short question while nothing happens.
    pub fn version(&self, pool: &Pool) -> Result<i64, Fault> {
        let mut line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        let connection = match line.connection.take().filter(|held| !held.client.is_closed()) {
            Some(held) => held,
            None => pool.connect()?,
        };
        let visible = self.look(&connection)?;
        if visible != line.visible {
            let sql = "SELECT (SELECT coalesce(sum(head), 0)::bigint FROM channel WHERE district = $1),
                (SELECT value FROM meta WHERE district = $1 AND key = 'rights')";
            let statement = connection.statement(sql)?;
            let row = wait(connection.client.query_one(&statement, &[&pool.district()]))??;
            let found = (row.get(0), row.get(1));
            if found != line.found {
                line.version += 1;
            }
            (line.found, line.visible) = (found, visible);
        }
        line.connection = Some(connection);
        Ok(line.version)
    }

    /// Sets the clock by the database's, and says which transactions are visible there.
    pub fn look(&self, connection: &Connection) -> Result<String, Fault> {
        let sql = "SELECT pg_current_snapshot()::text, (extract(epoch FROM clock_timestamp()) * 1000)::bigint";
        let statement = connection.statement(sql)?;
        let asked = clock::now_ms();
        let row = wait(connection.client.query_one(&statement, &[]))??;
        let took = clock::now_ms().saturating_sub(asked);
        if took <= SLOWEST_MS {
            let then = asked.saturating_add(took / 2);
            let there: i64 = row.get(1);
            self.ahead_ms.store(there.saturating_sub_unsigned(then), Ordering::Relaxed);
        }
        Ok(row.get(0))
    }
}
