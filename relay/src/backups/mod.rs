//! Backups: a folder with the whole store as one file, its photos, and a note of what must be in it.
//!
//! Invariants:
//! - A backup is of one moment, though relays go on writing. Photos are copied after it, so each that it names is there.
//! - A backup is whole or carries the ending `.unfinished`. A broken one is refused before anything is changed.
//! - A restored store begins a new life, so devices bring what it lacks before they pull. It is not in its place before.

mod restoring;

pub use restoring::restore;

use crate::district;
use crate::error::{RelayError, Result};
use crate::settings::Settings;
use crate::store::copying::{Sums, read_file, snapshot};
use crate::store::place::StorePlace;
use crate::store::postgres;
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use sync_protocol::blobs::BlobHash;
use sync_protocol::day::time_text;

/// The layout of the folder.
const FORMAT: u32 = 1;
const STORE: &str = "store.db";
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
    /// SHA-256 of the store's file.
    pub store: String,
    /// Each table with its rows and the sum of their hashes.
    pub tables: Vec<(String, String)>,
    pub blobs: u64,
}

/// Makes a backup in a new folder below `into`, while the store is in use.
pub fn make(settings: &Settings, into: &Path) -> Result<(PathBuf, Note)> {
    let store = settings.store.open()?;
    let (made_ms, district) = (store.now_ms(), store.read(district::code)?);
    drop(store);
    let made_at = time_text(made_ms);
    let name: String = made_at.chars().filter(|one| one.is_ascii_digit()).take(14).collect();
    let folder = into.join(format!("linli-{district}-{name}"));
    let unfinished = folder.with_extension("unfinished");
    fs::DirBuilder::new().recursive(true).mode(0o700).create(into)?;
    fs::DirBuilder::new().mode(0o700).create(&unfinished)?;

    let file = unfinished.join(STORE);
    match &settings.store {
        StorePlace::File(path) => snapshot(path, &file)?,
        StorePlace::Postgres(address) => drop(postgres::unload(address, &file)?),
    }
    let (sums, _) = read_file(&file, |_, _| Ok(()))?;
    let blobs = copy_blobs(&settings.blobs, &unfinished.join(BLOBS))?;
    let note = Note {
        format: FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        made_ms,
        made_at,
        district,
        store: hash_of(&file)?,
        tables: spelled(&sums),
        blobs,
    };
    let json = serde_json::to_vec_pretty(&note).map_err(|error| RelayError::Damaged(error.to_string()))?;
    let mut out = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(unfinished.join(NOTE))?;
    out.write_all(&json)?;
    out.sync_all()?;
    File::open(&file)?.sync_all()?;
    fs::rename(&unfinished, &folder)?;
    File::open(into)?.sync_all()?;
    Ok((folder, note))
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

/// Copies whole photos, each checked against the hash that is its name. What was only begun to be sent is left out.
fn copy_blobs(from: &Path, into: &Path) -> Result<u64> {
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
            let bytes = fs::read(file.path())?;
            if BlobHash::of(&bytes) != hash {
                return Err(RelayError::Damaged(format!("the photo {hash}: its bytes are not those of its name")));
            }
            let path = below.join(file.file_name());
            let mut out = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
            out.write_all(&bytes)?;
            out.sync_all()?;
            count += 1;
        }
    }
    Ok(count)
}
