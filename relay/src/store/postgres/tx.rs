//! One transaction: questions that are waited for, and changes that are not.
//!
//! Invariants:
//! - Statements reach the database in the order they were given. A change is only sent; the next question, or the commit,
//!   finds it done. So a push costs a round trip for each question and none for its changes.
//! - Nothing commits after a statement that failed, even where its error was passed over.
//! - What was read is kept for the rest of the transaction: nobody else changes it meanwhile (see [`super::locks`]).

use super::connection::Connection;
use super::driver::wait;
use super::fault::Fault;
use super::locks::{Held, Hold, MOST, Strength};
use super::records::Read;
use crate::error::{RelayError, Result};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

pub type Params = Vec<Box<dyn ToSql + Sync + Send>>;

macro_rules! params {
    ($($value:expr),* $(,)?) => { vec![$(Box::new($value) as Box<dyn tokio_postgres::types::ToSql + Sync + Send>),*] };
}
pub(super) use params;

/// Changes under way at a time; an import sends more than memory should hold answers to.
const MOST_UNDER_WAY: usize = 512;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// One snapshot, and no changes.
    Read,
    /// Beside other writes, with locks on what it reads and changes.
    Write,
    /// With the district to itself: for imports, and for what met others too often.
    Alone,
}

/// How many rows a change must have met.
#[derive(Clone, Copy)]
enum Rows {
    Any,
    One,
}

type UnderWay<'c> = Pin<Box<dyn Future<Output = Result<u64, tokio_postgres::Error>> + 'c>>;

pub struct PostgresTx<'c> {
    connection: &'c Connection,
    pub(super) district: &'c str,
    mode: Mode,
    under_way: RefCell<VecDeque<(UnderWay<'c>, Rows)>>,
    held: RefCell<Held>,
    pub(super) read: RefCell<Read>,
    /// Revisions drawn and not given yet, the next one last.
    pub(super) revisions: RefCell<Vec<u64>>,
    /// How often revisions were drawn.
    pub(super) draws: Cell<u32>,
    has_failed: Cell<bool>,
    pub(super) needs_alone: Cell<bool>,
    pub(super) is_committing: Cell<bool>,
}

impl<'c> PostgresTx<'c> {
    pub fn begin(connection: &'c Connection, district: &'c str, mode: Mode) -> Result<Self> {
        let tx = Self {
            connection,
            district,
            mode,
            under_way: RefCell::default(),
            held: RefCell::default(),
            read: RefCell::default(),
            revisions: RefCell::default(),
            draws: Cell::new(0),
            has_failed: Cell::new(false),
            needs_alone: Cell::new(false),
            is_committing: Cell::new(false),
        };
        tx.send_as(
            match mode {
                Mode::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
                // Each statement sees what was committed before it began: with a lock taken before, the newest there is.
                Mode::Write | Mode::Alone => "BEGIN ISOLATION LEVEL READ COMMITTED",
            },
            Vec::new(),
            Rows::Any,
        )?;
        match mode {
            Mode::Read => {}
            Mode::Write => tx.take_lock(Hold::Store.key(district), Strength::Shared)?,
            Mode::Alone => tx.take_lock(Hold::Store.key(district), Strength::Alone)?,
        }
        Ok(tx)
    }

    /// For a change so great that nothing else may be written beside it; it runs again if it began otherwise.
    pub fn have_to_itself(&self) -> Result<()> {
        if self.mode != Mode::Write {
            return Ok(());
        }
        self.needs_alone.set(true);
        self.has_failed.set(true);
        Err(Fault::new("a write that has to be alone was not").into())
    }

    /// Asks about the district, which is `$1`.
    pub fn ask(&self, sql: &'static str, params: Params) -> Result<Vec<Row>> {
        let params = self.with_district(params);
        self.ask_as(sql, params)
    }

    pub fn ask_one(&self, sql: &'static str, params: Params) -> Result<Option<Row>> {
        Ok(self.ask(sql, params)?.pop())
    }

    /// Changes something of the district, which is `$1`.
    pub fn send(&self, sql: &'static str, params: Params) -> Result<()> {
        let params = self.with_district(params);
        self.send_as(sql, params, Rows::Any)
    }

    /// As [`Self::send`]; a change that meets no row fails.
    pub fn send_for_one(&self, sql: &'static str, params: Params) -> Result<()> {
        let params = self.with_district(params);
        self.send_as(sql, params, Rows::One)
    }

    pub fn ask_as(&self, sql: &'static str, params: Params) -> Result<Vec<Row>> {
        let statement = self.noted(self.connection.statement(sql))?;
        let params: Vec<&(dyn ToSql + Sync)> = params.iter().map(|one| &**one as &(dyn ToSql + Sync)).collect();
        let answer = wait(self.connection.client.query(&statement, &params));
        self.noted(answer.and_then(|rows| rows.map_err(Fault::from)))
    }

    fn send_as(&self, sql: &'static str, params: Params, rows: Rows) -> Result<()> {
        let statement = self.noted(self.connection.statement(sql))?;
        let client = &self.connection.client;
        let mut change: UnderWay<'c> = Box::pin(async move {
            let params: Vec<&(dyn ToSql + Sync)> = params.iter().map(|one| &**one as &(dyn ToSql + Sync)).collect();
            client.execute(&statement, &params).await
        });
        // Looked at once: with that it is on its way, in its place behind what was given before.
        match change.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(done) => self.noted(done.map_err(Fault::from)).and_then(|met| self.check(met, rows))?,
            Poll::Pending => self.under_way.borrow_mut().push_back((change, rows)),
        }
        while self.under_way.borrow().len() > MOST_UNDER_WAY {
            self.wait_for_oldest()?;
        }
        Ok(())
    }

    fn with_district(&self, mut params: Params) -> Params {
        params.insert(0, Box::new(self.district.to_owned()));
        params
    }

    fn wait_for_oldest(&self) -> Result<()> {
        let Some((change, rows)) = self.under_way.borrow_mut().pop_front() else { return Ok(()) };
        match wait(change).and_then(|done| done.map_err(Fault::from)) {
            Ok(met) => self.check(met, rows),
            Err(fault) => {
                self.has_failed.set(true);
                Err(fault.into())
            }
        }
    }

    fn check(&self, met: u64, rows: Rows) -> Result<()> {
        match rows {
            Rows::One if met != 1 => {
                self.has_failed.set(true);
                Err(RelayError::Damaged("a change met another row than its own".to_owned()))
            }
            Rows::Any | Rows::One => Ok(()),
        }
    }

    /// An error, said by what failed first: all that follows it only says that something did.
    fn noted<T>(&self, answer: Result<T, Fault>) -> Result<T> {
        let fault = match answer {
            Ok(value) => return Ok(value),
            Err(fault) => fault,
        };
        self.has_failed.set(true);
        if fault.is_echo() {
            self.settle()?;
        }
        Err(fault.into())
    }

    /// Waits until every change is done.
    fn settle(&self) -> Result<()> {
        while !self.under_way.borrow().is_empty() {
            self.wait_for_oldest()?;
        }
        Ok(())
    }

    /// Holds something until the commit.
    pub fn hold(&self, what: Hold<'_>, strength: Strength) -> Result<()> {
        if self.mode != Mode::Write {
            return Ok(());
        }
        let key = what.key(self.district);
        if !self.note_held(key, strength)? {
            return Ok(());
        }
        self.take_lock(key, strength)
    }

    /// Holds several records, always in the same order.
    pub fn hold_records(
        &self,
        ids: impl IntoIterator<Item = sync_protocol::RecordId>,
        strength: Strength,
    ) -> Result<()> {
        if self.mode != Mode::Write {
            return Ok(());
        }
        let mut keys = Vec::new();
        for id in ids {
            let key = Hold::Record(id).key(self.district);
            if self.note_held(key, strength)? {
                keys.push(key);
            }
        }
        keys.sort_unstable();
        let sql = match strength {
            _ if keys.is_empty() => return Ok(()),
            Strength::Shared => "SELECT pg_advisory_xact_lock_shared(key) FROM unnest($1::bigint[]) AS key",
            Strength::Alone => "SELECT pg_advisory_xact_lock(key) FROM unnest($1::bigint[]) AS key",
        };
        self.send_as(sql, params![keys], Rows::Any)
    }

    fn note_held(&self, key: i64, strength: Strength) -> Result<bool> {
        let mut held = self.held.borrow_mut();
        let is_new = held.note(key, strength);
        if is_new {
            // A revision must be drawn after the lock on its record: else an older one could be written over a newer.
            self.revisions.borrow_mut().clear();
        }
        if held.count() > MOST {
            self.have_to_itself()?;
        }
        Ok(is_new)
    }

    fn take_lock(&self, key: i64, strength: Strength) -> Result<()> {
        let sql = match strength {
            Strength::Shared => "SELECT pg_advisory_xact_lock_shared($1)",
            Strength::Alone => "SELECT pg_advisory_xact_lock($1)",
        };
        self.send_as(sql, params![key], Rows::Any)
    }

    pub fn commit(&self) -> Result<()> {
        self.settle()?;
        if self.has_failed.get() {
            return Err(Fault::new("a statement of the write failed").into());
        }
        self.is_committing.set(true);
        let committed = wait(self.connection.client.batch_execute("COMMIT"));
        committed.and_then(|done| done.map_err(Fault::from))?;
        Ok(())
    }

    /// Ends it without a trace. Not waited for: whoever has the connection next comes after it.
    pub fn end(&self) {
        drop(self.send_as("ROLLBACK", Vec::new(), Rows::Any));
        self.under_way.borrow_mut().clear();
    }
}
