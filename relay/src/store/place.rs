//! Where a store is: a file of this machine, or one district's part of a database.

use super::postgres::{Address, PostgresStore};
use super::sqlite::SqliteStore;
use super::{Meta, Store};
use crate::error::{RelayError, Result};
use std::fmt;
use std::path::{Path, PathBuf};

#[derive(Clone, Debug)]
pub enum StorePlace {
    File(PathBuf),
    Postgres(Address),
}

/// In a store that is being filled and must not be served yet: what fills it.
const FILLING: &str = "filling";

impl StorePlace {
    /// The store that a data folder has when nobody says another.
    pub fn in_folder(data: &Path) -> Self {
        Self::File(data.join("relay.db"))
    }

    pub fn is_there(&self) -> Result<bool> {
        match self {
            Self::File(path) => Ok(path.is_file()),
            Self::Postgres(_) => self.open()?.read(|tx| Ok(tx.meta("epoch")?.is_some())),
        }
    }

    /// Opens it, making it where there is none.
    pub fn open(&self) -> Result<Box<dyn Store>> {
        match self {
            Self::File(path) => {
                make_private(path)?;
                Ok(Box::new(SqliteStore::open(path)?))
            }
            Self::Postgres(address) => Ok(Box::new(PostgresStore::open(address.clone())?)),
        }
    }

    /// Whether several relays may serve it at a time.
    pub fn is_shared(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }
}

/// Says of a store that it is being filled, or that it no longer is.
pub fn set_filling<M: Meta + ?Sized>(tx: &M, by: Option<&str>) -> Result<()> {
    tx.put_meta(FILLING, by.unwrap_or_default().as_bytes())
}

/// An error where somebody began to fill a store and did not come to the end.
pub fn check_is_whole<M: Meta + ?Sized>(tx: &M) -> Result<()> {
    match tx.meta(FILLING)?.filter(|by| !by.is_empty()) {
        Some(by) => Err(RelayError::Unfinished(String::from_utf8_lossy(&by).into_owned())),
        None => Ok(()),
    }
}

/// The store holds people's data: only the relay's own user may read it. SQLite gives its log the file's own mode.
fn make_private(file: &Path) -> Result<()> {
    use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
    if let Some(folder) = file.parent().filter(|folder| !folder.exists()) {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    if !file.exists() {
        std::fs::OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(file)?;
    }
    Ok(())
}

impl fmt::Display for StorePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.parent().unwrap_or(path).display().fmt(f),
            Self::Postgres(address) => address.fmt(f),
        }
    }
}
