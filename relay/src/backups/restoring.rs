//! A backup back into its place.

use super::sealed::Opener;
use super::{BLOBS, NOTE, Note, SEALED, SEALED_STORE, STORE, copy_blobs, hash_of, is_named, new_file, spelled};
use crate::district;
use crate::error::{RelayError, Result};
use crate::ledger::{Entry, Ledger, LedgerPlace, replay};
use crate::settings::Settings;
use crate::store::Store;
use crate::store::copying::read_file;
use crate::store::place::StorePlace;
use crate::store::postgres;
use crate::{audit, digests};
use std::fs;
use std::path::{Path, PathBuf};
use sync_protocol::{Epoch, schema};

/// Devices keep what they wrote for longer than this, and bring it again; from an older backup more may be gone.
const FRESH_MS: u64 = 30 * 24 * 3_600_000;

/// Restores into the place that the settings name, where there must be no store. Whoever calls holds the folder's lock.
pub fn restore(
    settings: &Settings,
    data: &Path,
    backup: &Path,
    key: Option<&Opener>,
    may_be_old: bool,
    now_ms: u64,
) -> Result<(Note, Epoch)> {
    if settings.store.is_there()? {
        return Err(RelayError::Damaged(format!(
            "there is a store in {} already; move it away first, nothing was changed",
            settings.store
        )));
    }
    let note = read_note(backup)?;
    if now_ms.saturating_sub(note.made_ms) > FRESH_MS && !may_be_old {
        return Err(broken(
            backup,
            &format!("it is of {}, more than 30 days ago; say --old if it has to be", note.made_at),
        ));
    }
    let key = match (&note.sealed_to, key) {
        (None, _) => None,
        (Some(_), None) => {
            return Err(broken(backup, "it is sealed; say with --key which file holds the district's backup key"));
        }
        (Some(to), Some(key)) if key.recipient().spelled() != *to => {
            return Err(broken(backup, &format!("it is sealed to {to}, and the key is another one")));
        }
        (Some(_), Some(key)) => Some(key),
    };
    let store = backup.join(if key.is_some() { SEALED_STORE } else { STORE });
    if hash_of(&store).map_err(|_| broken(backup, "its store is missing"))? != note.store {
        return Err(broken(backup, "its store is not the file that was written"));
    }
    let file = data.join("relay.db.restoring");
    remove(&file)?;
    let opened = match key {
        None => fs::copy(&store, &file).map(drop).map_err(RelayError::from),
        Some(key) => fs::File::open(&store).map_err(RelayError::from).and_then(|from| {
            key.open(from, new_file(&file)?).map_err(|error| broken(backup, &format!("its store: {error}")))
        }),
    };
    let restored = opened.and_then(|()| check_and_begin(&file, backup, &note, &settings.ledger)).and_then(|epoch| {
        let photos = copy_blobs(&backup.join(BLOBS), &settings.blobs, |bytes, hash| {
            let bytes = match key {
                None => bytes,
                Some(key) => {
                    let mut out = Vec::with_capacity(bytes.len());
                    let opened = key.open(bytes.as_slice(), &mut out);
                    opened.map_err(|error| broken(backup, &format!("the photo {hash}: {error}")))?;
                    out
                }
            };
            is_named(&bytes, hash)?;
            Ok(bytes)
        });
        if photos? < note.blobs {
            return Err(broken(backup, "photos are missing"));
        }
        match &settings.store {
            StorePlace::File(path) => fs::rename(&file, path)?,
            StorePlace::Postgres(address) => drop(postgres::fill(address, &file)?),
        }
        Ok(epoch)
    });
    remove(&file)?;
    Ok((note, restored?))
}

fn read_note(backup: &Path) -> Result<Note> {
    if backup.extension().is_some_and(|ending| ending == "unfinished") {
        return Err(broken(backup, "it was cut short while it was made"));
    }
    let json = fs::read(backup.join(NOTE)).map_err(|_| broken(backup, "there is no backup.json in it"))?;
    let note: Note = serde_json::from_slice(&json).map_err(|_| broken(backup, "its backup.json cannot be read"))?;
    if note.format > SEALED { Err(RelayError::TooNew) } else { Ok(note) }
}

/// Checks all that a store can be checked by, and lets it begin its new life.
fn check_and_begin(file: &Path, backup: &Path, note: &Note, ledger_place: &LedgerPlace) -> Result<Epoch> {
    let ledger = Ledger::open(ledger_place)?;
    if spelled(&read_file(file, |_, _| Ok(()))?.0) != note.tables {
        return Err(broken(backup, "its tables do not hold what they held"));
    }
    let store: Box<dyn Store> = StorePlace::File(file.to_owned()).open()?;
    store.read(|tx| {
        if let Some((at, _)) = digests::wrong(tx)?.first() {
            return Err(broken(backup, &format!("{} does not add up", at.channel)));
        }
        match audit::verify(tx)? {
            Ok(_) => Ok(()),
            Err(entry) => {
                Err(broken(backup, &format!("audit entry {} of {}: {}", entry.number, entry.chain, entry.reason)))
            }
        }
    })?;
    // What no restore may undo comes first, so that no device is served by what was true once.
    let now_ms = store.now_ms();
    let epoch = store.write(|tx| {
        replay::catch_up(tx, schema::linli(), &ledger, ledger_place, replay::Why::Restored, now_ms)?;
        district::new_epoch(tx)
    })?;
    ledger.append(&Entry::Epoch { epoch }, now_ms)?;
    Ok(epoch)
}

fn broken(backup: &Path, why: &str) -> RelayError {
    RelayError::Damaged(format!("备份不能用 {} cannot be restored: {why}; nothing was changed", backup.display()))
}

pub(super) fn remove(file: &Path) -> Result<()> {
    for ending in ["", "-wal", "-shm"] {
        let path = PathBuf::from(format!("{}{ending}", file.display()));
        if path.exists() {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}
