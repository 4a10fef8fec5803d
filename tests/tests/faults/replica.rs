//! A replica's store on a disk of one's choice, written to without a relay.

use linli_tests::disk::Contents;
use local_store::saving::{NewEdit, save};
use local_store::{Key, Options, Result, Store, View, device};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use sync_protocol::{DeviceNumber, RecordId};

pub const KEY: [u8; 32] = [7; 32];
pub const NOW: u64 = 1_795_400_000_000;

pub fn open(folder: &Path) -> Result<Store> {
    Store::open(&folder.join("linli.db"), Some(&Key::new(KEY)), Options::linli())
}

/// The same file beside the store, as an operator with the key reads it.
pub fn raw(folder: &Path) -> rusqlite::Connection {
    let database = rusqlite::Connection::open(folder.join("linli.db")).unwrap();
    let key: String = KEY.iter().map(|byte| format!("{byte:02x}")).collect();
    database.pragma_update(None, "key", format!("x'{key}'")).unwrap();
    database.pragma_update(None, "cipher_hmac_algorithm", "HMAC_SHA256").unwrap();
    database
}

pub fn id(n: u64) -> RecordId {
    let mut bytes = [0; 16];
    bytes[8..].copy_from_slice(&n.to_be_bytes());
    RecordId::from_bytes(bytes)
}

/// An enrolled store with a few residents, closed.
pub fn begun() -> Contents {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).unwrap();
    store.write(|tx| device::enrolled_as(tx, DeviceNumber(12))).unwrap();
    for n in 0..5 {
        add(&store, n).unwrap();
    }
    drop(store);
    contents(folder.path())
}

/// Saves one resident, named by its number.
pub fn add(store: &Store, n: u64) -> Result<()> {
    let edit = NewEdit::create("resident", id(n), id(1)).set("name", format!("居民{n}")).set("phone", "10000000001");
    store.write(|tx| save(tx, edit, NOW)).map(drop)
}

/// The residents that are shown, and that the outbox holds.
pub fn held(store: &Store) -> (BTreeSet<u64>, BTreeSet<u64>) {
    let numbers = |sql: &str| {
        let read = store.read(&View::Everything, |tx| {
            let mut query = tx.prepare(sql)?;
            let ids = query.query_map([], |row| row.get::<_, [u8; 16]>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
            Ok(ids)
        });
        read.unwrap().into_iter().map(|id| u64::from_be_bytes(id[8..].try_into().unwrap())).collect()
    };
    (numbers("SELECT id FROM resident WHERE name LIKE '居民%'"), numbers("SELECT record FROM edit"))
}

pub fn contents(folder: &Path) -> Contents {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let names = files.filter(|file| !file.file_name().to_string_lossy().ends_with("-shm"));
    names.map(|file| (file.file_name().into_string().unwrap(), fs::read(file.path()).unwrap())).collect()
}

pub fn put(contents: &Contents, into: &Path) {
    for (name, bytes) in contents.iter().filter(|(name, _)| !name.ends_with("-shm")) {
        fs::write(into.join(name), bytes).unwrap();
    }
}

/// Opens what was left on a sound disk: it must open without a question, be whole, hold each of these, and hold nothing in
/// half. Gives what is on the disk then.
pub fn look(left: &Contents, acknowledged: &BTreeSet<u64>, told: &str) -> Contents {
    let folder = tempfile::tempdir().unwrap();
    put(left, folder.path());
    let store = open(folder.path()).unwrap_or_else(|error| panic!("{told}: it does not open: {error}"));
    let (shown, queued) = held(&store);
    assert_eq!(shown, queued, "{told}: a row and its edit are there together");
    let lost: Vec<_> = acknowledged.difference(&shown).collect();
    assert!(lost.is_empty(), "{told}: acknowledged and gone: {lost:?}");
    drop(store);
    let verdict: String = raw(folder.path()).query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(verdict, "ok", "{told}");
    contents(folder.path())
}
