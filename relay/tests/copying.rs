//! A store from a file into a database and back, and what a copy is checked by.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use linli_relay::store::copying::{TABLES, compare, read_file};
use linli_relay::store::postgres::{Address, fill, unload};
use linli_relay::{audit, digests};
use std::collections::BTreeSet;
use std::process::Command;
use support::*;
use sync_protocol::messages::Fate;

/// A town in which something of every table happened.
fn town() -> Town {
    let town = Town::new().with_identity_right(WORKER, GRID);
    let mut tablet = town.tablet(WORKER);
    let edits = vec![
        tablet.create(WORKER, "visit", 70, &visit(DWELLING, HOUSEHOLD)),
        tablet.create(WORKER, "visit", 71, &visit(DWELLING, 99)),
        tablet.edit(WORKER, "robot", RESIDENT, &[("phone", "1".into(), &[])]),
        tablet.edit(WORKER, "residence", RESIDENCE, &[("until", "2026-11-20".into(), &[])]),
    ];
    town.push(&mut tablet, edits).unwrap();
    town
}

#[test]
fn every_table_of_either_store_is_copied() {
    let town = town();
    let file = town.folder.path().join("relay.db");
    let known: BTreeSet<String> = TABLES.iter().map(|table| table.name.to_owned()).collect();
    let connection = rusqlite::Connection::open(&file).unwrap();
    let mut find = connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").unwrap();
    let held: BTreeSet<String> = find.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let held: BTreeSet<String> = held.into_iter().filter(|name| !name.starts_with("sqlite_")).collect();
    assert_eq!(held, known, "a table of the file is not in TABLES, or the other way round");
    for table in TABLES.iter().filter(|table| !matches!(table.name, "channel" | "entry" | "epoch_head")) {
        let sql = format!("SELECT count(*) FROM pragma_table_info('{}') WHERE name <> 'row'", table.name);
        let columns: usize = connection.query_row(&sql, [], |row| row.get(0)).unwrap();
        assert_eq!(columns, table.columns.len(), "{}", table.name);
    }
}

#[test]
fn a_store_goes_into_a_database_and_back_and_is_the_same() {
    let town = town();
    let file = town.folder.path().join("relay.db");
    let database = postgres::database();
    let address = Address::read(&database.url, "340603", None).unwrap();
    let (before, revision) = read_file(&file, |_, _| Ok(())).unwrap();
    let copy = fill(&address, &file).unwrap();
    compare(&before, &copy).unwrap();
    assert!(copy.iter().any(|(table, sum)| *table == "entry" && sum.rows > 50));

    let back = town.folder.path().join("back.db");
    compare(&before, &unload(&address, &back).unwrap()).unwrap();
    let (again, later) = read_file(&back, |_, _| Ok(())).unwrap();
    compare(&before, &again).unwrap();
    assert!(later > revision, "no revision may be given twice");

    let twice = fill(&address, &file).unwrap_err().to_string();
    assert!(twice.contains("holds a store already"), "{twice}");
}

#[test]
fn migrating_goes_on_where_the_file_stood_and_leaves_no_second_truth() {
    let town = town();
    let (epoch, data) = (town.relay.epoch(), town.folder.path().to_owned());
    let mut tablet = town.tablet(WORKER);
    let database = postgres::database();
    let migrate = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_linli-relay"));
        command.args(["migrate-store", "--store", &database.url, "--data"]).arg(&data).output().unwrap()
    };
    let Town { relay, folder } = town;
    drop(relay);
    let output = migrate();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("record") && said.contains("row by row"), "{said}");
    assert!(!data.join("relay.db").exists() && data.join("relay.db.moved").exists());
    assert!(String::from_utf8(migrate().stderr).unwrap().contains("there is no store"));

    let town = Town { relay: relay_of(&database.url, &data), folder };
    assert_eq!(town.relay.epoch(), epoch);
    let before = town.record("resident", RESIDENT).revision;
    let bases = town.bases("resident", RESIDENT, "phone");
    let edit = tablet.edit(WORKER, "resident", RESIDENT, &[("phone", "10000000002".into(), &bases)]);
    assert_eq!(town.push(&mut tablet, vec![edit]).unwrap()[0].result, Fate::Merged);
    assert!(town.record("resident", RESIDENT).revision > before);
    town.relay
        .store()
        .read(|tx| {
            assert!(digests::wrong(tx)?.is_empty());
            assert!(audit::verify(tx)?.is_ok());
            Ok(())
        })
        .unwrap();
}
