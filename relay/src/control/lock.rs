//! The lock on a store.

use crate::error::{RelayError, Result};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Held as long as it lives.
pub struct StoreLock(File);

/// Somebody else holds it; the number of their process where they wrote it down.
#[derive(Debug, PartialEq, Eq)]
pub struct InUse(pub Option<u32>);

impl StoreLock {
    /// Takes the lock of a data folder, which must exist.
    pub fn take(data: &Path) -> Result<Result<Self, InUse>> {
        let path = data.join("relay.lock");
        let mut options = OpenOptions::new();
        let mut file = options.read(true).write(true).create(true).truncate(false).mode(0o600).open(path)?;
        match file.try_lock() {
            Ok(()) => {
                file.set_len(0)?;
                file.rewind()?;
                // For the words of whoever comes second; the lock itself is the kernel's.
                write!(file, "{}", std::process::id())?;
                Ok(Ok(Self(file)))
            }
            Err(TryLockError::WouldBlock) => {
                let mut process = String::new();
                file.read_to_string(&mut process)?;
                Ok(Err(InUse(process.trim().parse().ok())))
            }
            Err(TryLockError::Error(error)) => Err(RelayError::Io(error)),
        }
    }
}

impl Drop for StoreLock {
    fn drop(&mut self) {
        drop(self.0.unlock());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f42_a_store_has_one_holder_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let first = StoreLock::take(folder.path()).unwrap().ok().unwrap();
        let second = StoreLock::take(folder.path()).unwrap().err().unwrap();
        assert_eq!(second, InUse(Some(std::process::id())));
        drop(first);
        assert!(StoreLock::take(folder.path()).unwrap().is_ok());
    }
}
