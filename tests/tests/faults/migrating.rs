//! F28: a migration is killed, loses power, or runs out of room, at each of its calls to the disk.

use crate::replica::{open, raw};
use linli_tests::Dice;
use linli_tests::dice::times;
use linli_tests::disk::{Contents, Disk, Keep, Plan};
use local_store::StoreError;
use std::collections::BTreeSet;

/// How the store was before its second, third … migration: what an app of that day left.
const MIGRATIONS: [&str; 4] = [
    include_str!("../../../local-store/src/migrations/001_replica.sql"),
    include_str!("../../../local-store/src/migrations/002_search.sql"),
    include_str!("../../../local-store/src/migrations/003_drafts.sql"),
    include_str!("../../../local-store/src/migrations/004_review.sql"),
];

/// A store of an older app, with a morning's work in its outbox.
fn of_an_older_app(version: usize) -> Contents {
    let folder = tempfile::tempdir().unwrap();
    // A sample edit, by today's app: what an edit looks like has not changed.
    crate::replica::put(&crate::replica::begun(), folder.path());
    let edits: Vec<(i64, Vec<u8>, Vec<u8>, String)> = {
        let database = raw(folder.path());
        let mut query = database.prepare("SELECT number, id, record, body FROM edit").unwrap();
        let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))).unwrap();
        rows.collect::<rusqlite::Result<_>>().unwrap()
    };
    let folder = tempfile::tempdir().unwrap();
    let database = raw(folder.path());
    database.pragma_update(None, "journal_mode", "WAL").unwrap();
    for sql in &MIGRATIONS[..version] {
        database.execute_batch(sql).unwrap();
    }
    database.pragma_update(None, "user_version", version as i64).unwrap();
    database.execute("INSERT INTO device (name, value) VALUES ('number', 12)", []).unwrap();
    for (number, edit, record, body) in edits {
        let sql = "INSERT INTO edit (number, id, kind, record, body, saved_ms) VALUES (?1, ?2, 'resident', ?3, ?4, 1)";
        database.execute(sql, (number, edit, record, body)).unwrap();
    }
    drop(database);
    crate::replica::contents(folder.path())
}

/// The edits that a store still holds, whatever its version.
fn queued(left: &Contents) -> usize {
    let folder = tempfile::tempdir().unwrap();
    crate::replica::put(left, folder.path());
    let count = raw(folder.path()).query_row("SELECT count(*) FROM edit", [], |row| row.get::<_, i64>(0));
    count.unwrap() as usize
}

#[test]
fn f28_a_migration_that_is_broken_off_anywhere_is_made_again_and_loses_nothing() {
    if !Disk::is_possible() {
        return;
    }
    let (mut dice, place) = (Dice::thrown(), tempfile::tempdir().unwrap());
    let (mut tried, mut calls_in_all) = (0, 0);
    for version in 1..=MIGRATIONS.len() {
        let older = of_an_older_app(version);
        let mount = |name: String| {
            let folder = place.path().join(name);
            (Disk::mount(&folder, older.clone()).unwrap(), folder)
        };
        let (disk, folder) = mount(format!("{version}-whole"));
        disk.plan(Plan::Sound);
        drop(open(&folder).unwrap());
        let calls = disk.calls();
        drop(disk);
        calls_in_all += calls;
        // All of them in a long run; in every other, as many as chance chooses.
        let every = if times(1) > 1 { 1 } else { (calls / 12).max(1) };
        for call in (dice.below(every)..calls).step_by(every as usize) {
            for fault in 0..3 {
                let told = format!("from version {version}, call {call} of {calls}, fault {fault}");
                let (disk, folder) = mount(format!("{version}-{call}-{fault}"));
                disk.plan(if fault == 2 { Plan::FullAfter(call) } else { Plan::GoneAfter(call) });
                match open(&folder) {
                    // The last calls only tidy up behind it.
                    Ok(_) => {}
                    Err(StoreError::DiskFull) => assert_eq!(fault, 2, "{told}"),
                    Err(_) => {}
                }
                if fault == 2 {
                    disk.plan(Plan::Sound);
                    drop(open(&folder).unwrap_or_else(|error| panic!("{told}: with room again: {error}")));
                }
                let left = disk.remove(if fault == 1 { Keep::Synced(&mut dice) } else { Keep::Written });
                assert_eq!(queued(&left), 5, "{told}");
                let folder = tempfile::tempdir().unwrap();
                crate::replica::put(&left, folder.path());
                let store = open(folder.path()).unwrap_or_else(|error| panic!("{told}: not tried again: {error}"));
                let edits = crate::replica::held(&store).1;
                assert_eq!(edits, (0..5).collect::<BTreeSet<u64>>(), "{told}");
                crate::replica::add(&store, 77).unwrap();
                drop(store);
                tried += 1;
            }
        }
    }
    println!("F28: {tried} broken migrations from {} versions, {calls_in_all} calls in all; 0 lost", MIGRATIONS.len());
}
