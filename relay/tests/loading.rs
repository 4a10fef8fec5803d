//! A store that was loaded at once is the store that the same records make when they are written one after another.
#![allow(clippy::unwrap_used, reason = "tests")]

use demo_district::{DEFAULT_SEED, Seed, default_community, whole};
use linli_relay::error::RelayError;
use linli_relay::importing::import_seeds;
use linli_relay::loading::Loading;
use linli_relay::relay::Relay;
use linli_relay::rights;
use linli_relay::store::Holder;
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use sync_protocol::{Code, Value};

const NOW_MS: u64 = 1_795_500_000_000;
/// Small, so that records of one slice hang on those of others.
const SLICE: usize = 700;

/// The district, a street, and the beginning of a community with a year of visits and issues.
fn seeds() -> Vec<Seed> {
    let street = default_community().get(..9);
    let parts = whole(DEFAULT_SEED, "2026-11-23", street);
    parts.take(3).flat_map(|part| part.records.into_iter().take(5_500)).collect()
}

fn store(folder: &Path, name: &str) -> (Relay, PathBuf) {
    let path = folder.join(name);
    (Relay::open_file(&path).unwrap(), path)
}

/// Every row of a table, as text, in the order of all its columns.
fn rows(path: &Path, table: &str) -> Vec<String> {
    let connection = Connection::open(path).unwrap();
    let columns = connection.prepare(&format!("SELECT * FROM {table}")).unwrap().column_count();
    let order = (1..=columns).map(|column| column.to_string()).collect::<Vec<_>>().join(", ");
    let mut all = connection.prepare(&format!("SELECT * FROM {table} ORDER BY {order}")).unwrap();
    let row = |row: &rusqlite::Row<'_>| {
        let values = (0..columns).map(|column| format!("{:?}", row.get::<_, rusqlite::types::Value>(column).unwrap()));
        Ok(values.collect::<Vec<_>>().join(" | "))
    };
    all.query_map([], row).unwrap().collect::<Result<_, _>>().unwrap()
}

#[test]
fn a_district_loaded_at_once_is_the_one_written_record_by_record() {
    let folder = tempfile::tempdir().unwrap();
    let seeds = seeds();
    let kinds: std::collections::BTreeSet<&str> = seeds.iter().map(|seed| seed.kind.as_str()).collect();
    assert!(
        ["assignment", "resident", "residence", "identity", "visit", "issue_step"]
            .iter()
            .all(|kind| kinds.contains(kind)),
        "{kinds:?}"
    );

    let (one_by_one, one_path) = store(folder.path(), "one.db");
    for slice in seeds.chunks(SLICE) {
        one_by_one.store().write(|tx| import_seeds(tx, one_by_one.schema(), slice, NOW_MS)).unwrap();
    }
    let (at_once, path) = store(folder.path(), "all.db");
    let loading = Loading::begin(at_once.store(), at_once.schema(), NOW_MS).unwrap();
    seeds.chunks(SLICE).for_each(|slice| loading.slice(slice).unwrap());

    for table in ["record", "link", "channel", "entry", "edit", "waiting", "device", "counter", "audit"] {
        let (expected, found) = (rows(&one_path, table), rows(&path, table));
        assert_eq!(expected.len(), found.len(), "rows of {table}");
        for (expected, found) in expected.iter().zip(&found) {
            assert_eq!(expected, found, "a row of {table}");
        }
    }
    // The two stores are different ones: only their epochs and keys differ, and how far each has read the ledger.
    let own_names = ["epoch", "relay_key", "receipt_key", "ledger"].map(|name| format!("{name:?}"));
    let own = |row: &String| !own_names.iter().any(|name| row.contains(name));
    let meta = |path| rows(path, "meta").into_iter().filter(own).collect::<Vec<_>>();
    assert_eq!(meta(&one_path), meta(&path));

    let people: Vec<_> = seeds.iter().filter(|seed| seed.kind == "person").map(|seed| seed.id).collect();
    for person in people {
        let grants = |relay: &Relay| {
            relay.store().read(|tx| rights::grants_of(tx, &Holder::Person(person), "2026-11-23")).unwrap()
        };
        assert_eq!(grants(&one_by_one), grants(&at_once));
    }
}

#[test]
fn a_record_that_comes_before_its_parent_undoes_its_slice() {
    let folder = tempfile::tempdir().unwrap();
    let (relay, path) = store(folder.path(), "relay.db");
    let loading = Loading::begin(relay.store(), relay.schema(), NOW_MS).unwrap();
    let mut seeds = seeds();
    let at = seeds.iter().position(|seed| seed.kind == "dwelling").unwrap();
    loading.slice(&seeds[..at]).unwrap();
    let (before, edits) = (rows(&path, "record"), rows(&path, "edit"));
    let household = seeds.iter().position(|seed| seed.kind == "household").unwrap();
    seeds.swap(at, household);
    let failed = loading.slice(&seeds[at..at + 3]).unwrap_err();
    assert!(failed.to_string().contains("household"), "{failed}");
    assert_eq!((rows(&path, "record"), rows(&path, "edit")), (before, edits));
}

#[test]
fn a_record_given_twice_is_refused_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let (relay, _) = store(folder.path(), "relay.db");
    let loading = Loading::begin(relay.store(), relay.schema(), NOW_MS).unwrap();
    let division = seeds().into_iter().next().unwrap();
    let twice = [division.clone(), division.clone()];
    assert!(matches!(loading.slice(&twice), Err(RelayError::Refused(problem)) if problem.code == Code::AlreadyThere));
    loading.slice(std::slice::from_ref(&division)).unwrap();
    let again = loading.slice(std::slice::from_ref(&division)).unwrap_err();
    assert!(again.to_string().contains(&division.id.to_string()), "{again}");
}

#[test]
fn only_an_empty_store_is_loaded_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let (relay, _) = store(folder.path(), "relay.db");
    let division = seeds().into_iter().next().unwrap();
    assert_eq!(division.fields.get("level"), Some(&Value::from("district")));
    relay.store().write(|tx| import_seeds(tx, relay.schema(), std::slice::from_ref(&division), NOW_MS)).unwrap();
    assert!(Loading::begin(relay.store(), relay.schema(), NOW_MS).is_err());
}
