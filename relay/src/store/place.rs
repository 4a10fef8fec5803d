//! Where a store is: a file of this machine, or one district's part of a database.

use super::Store;
use super::postgres::{Address, PostgresStore};
use super::sqlite::SqliteStore;
use crate::error::Result;
use std::fmt;
use std::path::{Path, PathBuf};

#[derive(Clone, Debug)]
pub enum StorePlace {
    File(PathBuf),
    Postgres(Box<Address>),
}

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
            Self::Postgres(address) => Ok(Box::new(PostgresStore::open(address.as_ref().clone())?)),
        }
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
