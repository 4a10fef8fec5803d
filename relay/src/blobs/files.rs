//! Where the bytes are: whole blobs by hash, and beside them what has come so far of others.
//!
//! Two calls may write one unfinished file at a time, as when a line broke and its sender is already back on another. That
//! is harmless: each writes at the place its bytes belong to, never behind a gap, and what counts in the end is a copy of
//! our own that has been checked.

use crate::error::{RelayError, Result};
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use sync_protocol::Code;
use sync_protocol::blobs::{BlobHash, MAX_BLOB_BYTES, media_type};
use sync_protocol::canonical::{hex, sha256};

/// What was begun and not gone on with for so long is given up; its sender begins again.
const UNFINISHED_FOR: Duration = Duration::from_secs(7 * 24 * 3600);

/// The folder of blobs, made when the first one comes.
pub struct Files(PathBuf);

impl Files {
    pub fn beside(store: &Path) -> Self {
        Self(store.with_file_name("blobs"))
    }

    /// In a folder of the operator's choice. Relays of one store share one.
    pub fn at(folder: &Path) -> Self {
        Self(folder.to_owned())
    }

    fn whole(&self, blob: BlobHash) -> PathBuf {
        let name = blob.to_string();
        self.0.join(name.get(..2).unwrap_or_default()).join(name)
    }

    /// One for each giver, so that nobody can spoil what another sends.
    fn unfinished(&self, blob: BlobHash, giver: &str) -> PathBuf {
        let giver = hex(sha256(giver.as_bytes()).get(..8).unwrap_or_default());
        self.0.join("unfinished").join(format!("{blob}-{giver}"))
    }

    /// How many bytes from the start this giver has sent so far.
    pub fn held(&self, blob: BlobHash, giver: &str) -> Result<u64> {
        match fs::metadata(self.unfinished(blob, giver)) {
            Ok(found) => Ok(found.len()),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(0),
            Err(error) => Err(error.into()),
        }
    }

    /// Writes bytes at their place. Nothing may stand behind a gap.
    pub fn write(&self, blob: BlobHash, giver: &str, at: u64, bytes: &[u8]) -> Result<()> {
        let path = self.unfinished(blob, giver);
        let file = match open(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                make_folder(path.parent())?;
                open(&path)?
            }
            opened => opened?,
        };
        let end = at.saturating_add(bytes.len() as u64);
        if at > file.metadata()?.len() || end > MAX_BLOB_BYTES {
            return Err(RelayError::refused(Code::RequestInvalid, "bytes behind a gap"));
        }
        Ok(file.write_all_at(bytes, at)?)
    }

    /// Checks what came, and makes it a blob. Whatever is wrong with it, the sender begins again.
    pub fn finish(&self, blob: BlobHash, giver: &str) -> Result<u64> {
        let unfinished = self.unfinished(blob, giver);
        let bytes = fs::read(&unfinished)?;
        let fault = match () {
            () if BlobHash::of(&bytes) != blob => {
                Some(RelayError::refused(Code::BlobHashWrong, "the bytes are not those that the hash names"))
            }
            () if media_type(&bytes).is_none() => {
                Some(RelayError::refused(Code::BlobTypeWrong, "the bytes are no photo"))
            }
            () => None,
        };
        if let Some(fault) = fault {
            remove(&unfinished)?;
            return Err(fault);
        }
        // A copy: the unfinished file may still be open for another call of its giver's.
        let path = self.whole(blob);
        make_folder(path.parent())?;
        let beside = unfinished.with_extension("checked");
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
        file.write_all(&bytes)?;
        file.sync_all()?;
        fs::rename(&beside, &path)?;
        // The renaming is durable once its folder is.
        if let Some(folder) = path.parent() {
            File::open(folder)?.sync_all()?;
        }
        remove(&unfinished)?;
        Ok(bytes.len() as u64)
    }

    /// A blob's bytes from one on, at most so many, and how long all of it is; `None` where it is not.
    pub fn read(&self, blob: BlobHash, from: u64, most: u64) -> Result<Option<(Vec<u8>, u64)>> {
        let mut file = match File::open(self.whole(blob)) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let whole = file.metadata()?.len();
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(from.min(whole)))?;
        file.take(most).read_to_end(&mut bytes)?;
        Ok(Some((bytes, whole)))
    }

    /// Forgets a blob's bytes.
    pub fn forget(&self, blob: BlobHash) -> Result<()> {
        remove(&self.whole(blob))
    }

    /// Gives up what nobody went on with. Returns how many that were.
    pub fn tidy(&self, now: SystemTime) -> Result<u32> {
        let entries = match fs::read_dir(self.0.join("unfinished")) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(0),
            Err(error) => return Err(error.into()),
        };
        let mut given_up = 0;
        for entry in entries {
            let entry = entry?;
            let rested = now.duration_since(entry.metadata()?.modified()?).unwrap_or_default();
            if rested > UNFINISHED_FOR {
                remove(&entry.path())?;
                given_up += 1;
            }
        }
        Ok(given_up)
    }
}

fn open(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path)
}

fn make_folder(folder: Option<&Path>) -> Result<()> {
    let Some(folder) = folder else { return Ok(()) };
    if !folder.is_dir() {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        // A new folder is durable once the one it stands in is.
        if let Some(above) = folder.parent() {
            File::open(above)?.sync_all()?;
        }
    }
    Ok(())
}

fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}
