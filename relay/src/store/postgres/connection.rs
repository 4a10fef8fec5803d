//! Connections to the database, and the few that are kept for the next call.

use super::address::Address;
use super::driver::{Driver, wait};
use super::fault::Fault;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use tokio_postgres::types::FromSql;
use tokio_postgres::{Client, NoTls, Statement};

/// Connections kept open for the next call; more are opened when more calls come at once.
const SPARE: usize = 16;

/// A connection with the statements it has prepared.
pub struct Connection {
    pub client: Client,
    prepared: RefCell<HashMap<&'static str, Statement>>,
}

impl Connection {
    pub fn statement(&self, sql: &'static str) -> Result<Statement, Fault> {
        if let Some(known) = self.prepared.borrow().get(sql) {
            return Ok(known.clone());
        }
        let made = wait(self.client.prepare(sql))??;
        self.prepared.borrow_mut().insert(sql, made.clone());
        Ok(made)
    }

    /// The one value a question is answered with.
    pub fn one<T: for<'a> FromSql<'a>>(&self, sql: &str) -> Result<T, Fault> {
        let row = wait(self.client.query_one(sql, &[]))??;
        Ok(row.try_get(0)?)
    }
}

pub struct Pool {
    address: Address,
    spare: Mutex<Vec<Connection>>,
    driver: Driver,
}

impl Pool {
    pub fn new(address: Address) -> std::io::Result<Self> {
        Ok(Self { address, spare: Mutex::default(), driver: Driver::start()? })
    }

    pub fn district(&self) -> &str {
        &self.address.district
    }

    /// Adds a setting that every connection opened from now on begins with.
    pub fn with_option(mut self, option: &str) -> Self {
        let options = format!("{} {option}", self.address.config.get_options().unwrap_or_default());
        self.address.config.options(options);
        self
    }

    pub fn take(&self) -> Result<Connection, Fault> {
        let spare = std::iter::from_fn(|| self.spare().pop()).find(|one| !one.client.is_closed());
        spare.map_or_else(|| self.connect(), Ok)
    }

    pub fn give_back(&self, connection: Connection) {
        let mut spare = self.spare();
        if spare.len() < SPARE && !connection.client.is_closed() {
            spare.push(connection);
        }
    }

    /// Drops the connections that were kept: where one has died at rest, the others have too.
    pub fn forget(&self) {
        self.spare().clear();
    }

    pub fn connect(&self) -> Result<Connection, Fault> {
        let Address { config, tls, .. } = self.address.clone();
        let client = match tls {
            Some(tls) => {
                let (client, line) = self.driver.spawn(async move { config.connect(tls).await })??;
                self.driver.run_on(async move { drop(line.await) });
                client
            }
            None => {
                let (client, line) = self.driver.spawn(async move { config.connect(NoTls).await })??;
                self.driver.run_on(async move { drop(line.await) });
                client
            }
        };
        Ok(Connection { client, prepared: RefCell::default() })
    }

    fn spare(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
