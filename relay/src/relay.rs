//! A running relay: its store, its identity, and the news that something changed.

use crate::district::{self, Identity};
use crate::error::{RelayError, Result};
use crate::store::sqlite::SqliteStore;
use crate::store::{Store, Tx};
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use sync_protocol::{Epoch, Schema, schema};
use tokio::sync::watch;

/// Cheap to clone; every route holds one.
#[derive(Clone)]
pub struct Relay(Arc<Inner>);

struct Inner {
    store: Box<dyn Store>,
    identity: Identity,
    /// Counts commits, ours and those of other processes.
    changes: watch::Sender<u64>,
    stopping: watch::Sender<bool>,
    /// When unknown enrolment codes were tried lately.
    wrong_codes_ms: Mutex<VecDeque<u64>>,
}

/// The store's file in a data folder.
pub fn store_path(data: &Path) -> PathBuf {
    data.join("relay.db")
}

impl Relay {
    /// Opens the store in a data folder; an error where there is none.
    pub fn open(data: &Path) -> Result<Self> {
        let path = store_path(data);
        if !path.is_file() {
            return Err(RelayError::NoStore(data.display().to_string()));
        }
        Self::open_file(&path)
    }

    /// Opens a store's file, making it where there is none.
    pub fn open_file(path: &Path) -> Result<Self> {
        if let Some(folder) = path.parent() {
            make_private(folder, path)?;
        }
        let store: Box<dyn Store> = Box::new(SqliteStore::open(path)?);
        let identity = store.write(district::identity)?;
        Ok(Self(Arc::new(Inner {
            store,
            identity,
            changes: watch::Sender::new(0),
            stopping: watch::Sender::new(false),
            wrong_codes_ms: Mutex::default(),
        })))
    }

    pub fn store(&self) -> &dyn Store {
        &*self.0.store
    }

    pub fn schema(&self) -> &'static Schema {
        schema::linli()
    }

    pub fn epoch(&self) -> Epoch {
        self.0.identity.epoch
    }

    pub fn identity(&self) -> &Identity {
        &self.0.identity
    }

    /// Reads in one snapshot, off the threads that serve connections.
    pub async fn read<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&dyn Tx) -> Result<T> + Send + 'static,
    {
        let relay = self.clone();
        tokio::task::spawn_blocking(move || relay.store().read(work)).await?
    }

    /// Writes in one transaction, and tells everybody who listens that something changed.
    pub async fn write<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&dyn Tx) -> Result<T> + Send + 'static,
    {
        let relay = self.clone();
        let answer = tokio::task::spawn_blocking(move || relay.store().write(work)).await??;
        self.note_change();
        Ok(answer)
    }

    pub fn note_change(&self) {
        self.0.changes.send_modify(|count| *count += 1);
    }

    /// Resolves at each change from now on.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.0.changes.subscribe()
    }

    /// Ends what would otherwise stay open for ever.
    pub fn stop(&self) {
        self.0.stopping.send_replace(true);
    }

    pub fn stopping(&self) -> watch::Receiver<bool> {
        self.0.stopping.subscribe()
    }

    /// Whether so many unknown codes were tried within a minute that somebody may be guessing.
    pub fn is_guessing(&self, now_ms: u64) -> bool {
        const MOST: usize = 20;
        const MINUTE_MS: u64 = 60_000;
        let mut tried = self.0.wrong_codes_ms.lock().unwrap_or_else(PoisonError::into_inner);
        while tried.front().is_some_and(|at| at.saturating_add(MINUTE_MS) < now_ms) {
            tried.pop_front();
        }
        tried.len() >= MOST
    }

    pub fn note_wrong_code(&self, now_ms: u64) {
        self.0.wrong_codes_ms.lock().unwrap_or_else(PoisonError::into_inner).push_back(now_ms);
    }
}

/// The store holds people's data: only the relay's own user may read it. SQLite gives its log the file's own mode.
fn make_private(folder: &Path, file: &Path) -> Result<()> {
    use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
    if !folder.exists() {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    if !file.exists() {
        std::fs::OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(file)?;
    }
    Ok(())
}
