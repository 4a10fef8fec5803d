//! Backups: a folder with the whole store as one file, its photos, and a note of what must be in it.
//!
//! Invariants:
//! - A backup is of one moment, though relays go on writing. Photos are copied after it, so each that it names is there.
//! - A backup is sealed to the district's backup key ([`sealed`]), unless an operator says that it shall not be. In clear it
//!   never touches the disk it is made on.
//! - A backup is whole or carries the ending `.unfinished`. A broken one is refused before anything is changed.
//! - A restored store begins a new life, so devices bring what it lacks before they pull. It is not in its place before.

mod restoring;
pub mod sealed;

pub use restoring::restore;

use crate::district;
use crate::error::{RelayError, Result};
use crate::settings::Settings;
use crate::store::Tx;
use crate::store::copying::{Sums, read_file, snapshot};
use crate::store::place::StorePlace;
use crate::store::postgres;
use sealed::Recipient;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use sync_protocol::DeviceNumber;
use sync_protocol::blobs::BlobHash;
use sync_protocol::day::time_text;

/// The layout of the folder: 1 in clear, 2 sealed.
const CLEAR: u32 = 1;
const SEALED: u32 = 2;
const STORE: &str = "store.db";
const SEALED_STORE: &str = "store.db.sealed";
const BLOBS: &str = "blobs";
const NOTE: &str = "backup.json";

/// What a backup says of itself.
#[derive(Debug, Serialize, Deserialize)]
pub struct Note {
    pub format: u32,
    pub version: String,
    pub made_ms: u64,
    pub made_at: String,
    pub district: String,
    /// SHA-256 of the store's file, as it lies in the folder.
    pub store: String,
    /// The public key that store and photos are sealed to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed_to: Option<String>,
    /// Each table with its rows and the sum of their hashes.
    pub tables: Vec<(String, String)>,
    pub blobs: u64,
}

/// Makes a backup in a new folder below `into`, while the store is in use. `data` is the relay's own folder, in which the
/// store is copied first.
pub fn make(settings: &Settings, data: &Path, into: &Path, to: Option<&Recipient>) -> Result<(PathBuf, Note)> {
    let store = settings.store.open()?;
    let (made_ms, district) = (store.now_ms(), store.read(district::code)?);
    drop(store);
    let made_at = time_text(made_ms);
    let name: String = made_at.chars().filter(|one| one.is_ascii_digit()).take(14).collect();
    let folder = into.join(format!("linli-{district}-{name}"));
    let unfinished = folder.with_extension("unfinished");
    fs::DirBuilder::new().recursive(true).mode(0o700).create(into)?;
    fs::DirBuilder::new().mode(0o700).create(&unfinished)?;

    let copy = data.join("relay.db.backing-up");
    restoring::remove(&copy)?;
    match &settings.store {
        StorePlace::File(path) => snapshot(path, &copy)?,
        StorePlace::Postgres(address) => drop(postgres::unload(address, &copy)?),
    }
    let (sums, _) = read_file(&copy, |_, _| Ok(()))?;
    let file = unfinished.join(if to.is_some() { SEALED_STORE } else { STORE });
    let out = new_file(&file)?;
    match to {
        Some(to) => to.seal(File::open(&copy)?, &out)?,
        None => drop(io::copy(&mut File::open(&copy)?, &mut &out)?),
    }
    out.sync_all()?;
    let held = StorePlace::File(copy.clone()).open()?.read(|tx| tx.devices_after(None))?;
    restoring::remove(&copy)?;
    let blobs = copy_blobs(&settings.blobs, &unfinished.join(BLOBS), |bytes, hash| {
        is_named(&bytes, hash)?;
        let Some(to) = to else { return Ok(bytes) };
        let mut out = Vec::with_capacity(bytes.len() + 128);
        to.seal(bytes.as_slice(), &mut out)?;
        Ok(out)
    })?;
    let note = Note {
        format: if to.is_some() { SEALED } else { CLEAR },
        version: env!("CARGO_PKG_VERSION").to_owned(),
        made_ms,
        made_at,
        district,
        store: hash_of(&file)?,
        sealed_to: to.map(Recipient::spelled),
        tables: spelled(&sums),
        blobs,
    };
    let json = serde_json::to_vec_pretty(&note).map_err(|error| RelayError::Damaged(error.to_string()))?;
    let mut out = new_file(&unfinished.join(NOTE))?;
    out.write_all(&json)?;
    out.sync_all()?;
    fs::rename(&unfinished, &folder)?;
    File::open(into)?.sync_all()?;
    // Read back from where it lies: only what is there may let a device drop what it keeps.
    if hash_of(&folder.join(file.file_name().unwrap_or_default()))? != note.store {
        return Err(RelayError::Damaged(format!("{} is not the file that was written", folder.display())));
    }
    let numbers = held.iter().map(|(device, ..)| (device.number.0, device.last_number())).collect();
    settings.store.open()?.write(|tx| note_backed_up(tx, &numbers))?;
    Ok((folder, note))
}

fn new_file(path: &Path) -> io::Result<File> {
    fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

fn is_named(bytes: &[u8], hash: BlobHash) -> Result<()> {
    match BlobHash::of(bytes) == hash {
        true => Ok(()),
        false => Err(RelayError::Damaged(format!("the photo {hash}: its bytes are not those of its name"))),
    }
}

const BACKED_UP: &str = "backed_up";

/// Notes up to which number a verified backup holds each device's edits.
fn note_backed_up(tx: &dyn Tx, numbers: &BTreeMap<u32, u32>) -> Result<()> {
    let json = serde_json::to_vec(numbers).map_err(|error| RelayError::Damaged(error.to_string()))?;
    tx.put_meta(BACKED_UP, &json)
}

/// The number up to which a verified backup holds a device's edits.
pub fn backed_up(tx: &dyn Tx, device: DeviceNumber) -> Result<Option<u32>> {
    let held = tx.meta(BACKED_UP)?;
    let numbers: Option<BTreeMap<u32, u32>> = held.and_then(|json| serde_json::from_slice(&json).ok());
    Ok(numbers.and_then(|numbers| numbers.get(&device.0).copied()))
}

fn spelled(sums: &Sums) -> Vec<(String, String)> {
    sums.iter().map(|(table, sum)| ((*table).to_owned(), sum.to_string())).collect()
}

/// A file's SHA-256, as hex.
fn hash_of(file: &Path) -> Result<String> {
    use sha2::{Digest, Sha256};
    let (mut reader, mut hash) = (File::open(file)?, Sha256::new());
    let mut some = vec![0; 1024 * 1024];
    loop {
        match reader.read(&mut some)? {
            0 => break,
            count => hash.update(some.get(..count).unwrap_or_default()),
        }
    }
    Ok(sync_protocol::canonical::hex(&hash.finalize()))
}

/// Copies whole photos, each as `made` of what lay there. What was only begun to be sent is left out.
fn copy_blobs(from: &Path, into: &Path, made: impl Fn(Vec<u8>, BlobHash) -> Result<Vec<u8>>) -> Result<u64> {
    let mut count = 0;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(into)?;
    let folders = match fs::read_dir(from) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        folders => folders?,
    };
    for folder in folders {
        let folder = folder?;
        if folder.file_name().len() != 2 {
            continue;
        }
        let below = into.join(folder.file_name());
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&below)?;
        for file in fs::read_dir(folder.path())? {
            let file = file?;
            let Some(hash) = file.file_name().to_str().and_then(|name| name.parse::<BlobHash>().ok()) else { continue };
            let bytes = made(fs::read(file.path())?, hash)?;
            let path = below.join(file.file_name());
            let mut out = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
            out.write_all(&bytes)?;
            out.sync_all()?;
            count += 1;
        }
    }
    Ok(count)
}
