//! What the ledger has and a store lacks, brought into the store; and the other way round.

use super::rights::end_again;
use super::{Enrolled, Entry, Ledger, LedgerPlace, Seen, refused};
use crate::district;
use crate::erasing;
use crate::error::{RelayError, Result};
use crate::store::{NewDevice, Store, Tx};
use sync_protocol::{DeviceNumber, Epoch, RecordKey, Schema};

/// Up to where a store has taken each file of the ledger, as JSON.
const SEEN: &str = "ledger";

/// Whether a store is put back on purpose, or only opened.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Why {
    Opened,
    /// From a backup: lives after it are its own, and the caller begins a new one.
    Restored,
}

/// Brings a store up to the ledger, in one transaction.
pub fn catch_up(
    tx: &dyn Tx,
    schema: &Schema,
    ledger: &Ledger,
    place: &LedgerPlace,
    why: Why,
    now_ms: u64,
) -> Result<()> {
    let seen: Seen = tx.meta(SEEN)?.and_then(|json| serde_json::from_slice(&json).ok()).unwrap_or_default();
    check(&seen, ledger, place)?;
    let ends = ledger.ends_of_files();
    if seen == ends {
        return Ok(());
    }
    let mut lacked = 0;
    for entry in ledger.last_words_since(&seen) {
        lacked += usize::from(match entry {
            Entry::Enrolled(device) => enrol_again(tx, &device, now_ms)?,
            Entry::Revoked { device } => revoke_again(tx, device)?,
            Entry::RightEnded(end) => end_again(tx, schema, &end, now_ms)?,
            Entry::Erased { kind, record } => erasing::erase_again(tx, schema, &RecordKey::new(kind, record), now_ms)?,
            Entry::Epoch { .. } => false,
        });
    }
    let own = district::epoch(tx)?;
    let is_of_this_store = own.is_some_and(|own| ledger.epochs().iter().any(|(epoch, _)| *epoch == own));
    if is_of_this_store && why == Why::Restored {
        link_epochs(tx, ledger)?;
    }
    if lacked > 0 {
        tracing::warn!(lacked, "the store lacked what the ledger has: it was put back from an earlier day");
    }
    if is_of_this_store && why == Why::Opened && lacked > 0 {
        link_epochs(tx, ledger)?;
        district::new_epoch(tx)?;
    }
    let ends = serde_json::to_vec(&ends).map_err(|error| RelayError::Damaged(error.to_string()))?;
    tx.put_meta(SEEN, &ends)
}

/// What a store took once must still be there.
fn check(seen: &Seen, ledger: &Ledger, place: &LedgerPlace) -> Result<()> {
    for (file, (number, hash)) in seen {
        let path = place.folder.join(file);
        match ledger.hash_at(file, *number) {
            Some(held) if held == *hash => {}
            Some(_) => return Err(refused(&path, *number, "the store knows another line in its place")),
            None if path.exists() => return Err(refused(&path, *number, "it ends before; lines are missing")),
            None => tracing::warn!(file, "a file of the ledger is gone; what the store knows is written down anew"),
        }
    }
    Ok(())
}

/// The lives that a store put back had after its backup: whoever was in one of them belongs to it.
fn link_epochs(tx: &dyn Tx, ledger: &Ledger) -> Result<()> {
    for (epoch, began_ms) in ledger.epochs() {
        if tx.heads_since(epoch)?.is_none() {
            tx.begin_epoch(epoch, began_ms)?;
        }
    }
    Ok(())
}

/// A device back under its number, with the token it was given last; whether it was not there.
fn enrol_again(tx: &dyn Tx, device: &Enrolled, now_ms: u64) -> Result<bool> {
    let Some(token_hash) = device.token_hash() else {
        return Err(RelayError::Damaged(format!("the token of device {} in the ledger", device.device)));
    };
    if tx.device(device.device)?.is_some() {
        tx.set_token(device.device, &token_hash)?;
        return Ok(false);
    }
    let new = NewDevice {
        holder: device.holder(),
        key: device.key.clone(),
        token_hash,
        app_version: device.app_version.clone(),
        now_ms,
    };
    tx.put_device(device.device, &new)?;
    Ok(true)
}

fn revoke_again(tx: &dyn Tx, device: DeviceNumber) -> Result<bool> {
    let lacks = tx.device(device)?.is_some_and(|device| !device.is_revoked);
    if lacks {
        tx.revoke(device)?;
    }
    Ok(lacks)
}

/// Writes down what the store has beyond the ledger: a relay may have died between the two.
pub fn write_down(store: &dyn Store, ledger: &Ledger, epoch: Epoch) -> Result<()> {
    let now_ms = store.now_ms();
    let beyond = ledger.greatest_device();
    for (device, token_hash, app_version) in store.read(|tx| tx.devices_after(beyond))? {
        ledger.append(&Entry::Enrolled(Enrolled::new(&device, &token_hash, &app_version)), now_ms)?;
        if device.is_revoked {
            ledger.append(&Entry::Revoked { device: device.number }, now_ms)?;
        }
    }
    ledger.append(&Entry::Epoch { epoch }, now_ms)
}
