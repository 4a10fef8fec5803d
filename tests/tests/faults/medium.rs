//! The medium itself: power cuts (F2), a call that errs (F5), a bit that flips (F6).

use crate::replica::{add, begun, contents, held, look, open, put, raw};
use linli_tests::Dice;
use linli_tests::dice::times;
use linli_tests::disk::{Disk, Keep, Plan};
use local_store::View;
use std::collections::BTreeSet;

#[test]
fn f2_a_power_cut_takes_nothing_that_was_acknowledged() {
    if !Disk::is_possible() {
        return;
    }
    let (mut dice, place) = (Dice::thrown(), tempfile::tempdir().unwrap());
    let (mut left, mut acknowledged) = (begun(), (0..5).collect::<BTreeSet<u64>>());
    let (mut next, cuts, mut cut) = (5, times(30), 0);
    while cut < cuts {
        let folder = place.path().join(format!("disk-{cut}"));
        let disk = Disk::mount(&folder, left.clone()).unwrap();
        disk.plan(Plan::GoneAfter(dice.below(600)));
        // Closed and opened on the way, so that some cuts fall into the copying of the log into the file.
        'life: while let Ok(store) = open(&folder) {
            for _ in 0..=dice.below(12) {
                if add(&store, next).is_err() {
                    break 'life;
                }
                acknowledged.insert(next);
                next += 1;
            }
        }
        assert!(disk.has_failed());
        left = look(&disk.remove(Keep::Synced(&mut dice)), &acknowledged, &format!("cut {cut}"));
        // What was under way may be there, but then it is counted from now on.
        next += 1;
        cut += 1;
    }
    println!("F2: {cut} power cuts, {} saves acknowledged, 0 lost", acknowledged.len());
}

/// The disk must be able to lose something, or the test above proves nothing.
#[test]
fn f2_the_same_cuts_do_take_what_a_store_without_full_syncing_acknowledged() {
    if !Disk::is_possible() {
        return;
    }
    let (mut dice, place) = (Dice::thrown(), tempfile::tempdir().unwrap());
    let mut lost = 0;
    for cut in 0..times(10) {
        let folder = place.path().join(format!("disk-{cut}"));
        let disk = Disk::mount(&folder, Default::default()).unwrap();
        let database = rusqlite::Connection::open(folder.join("plain.db")).unwrap();
        database.pragma_update(None, "journal_mode", "WAL").unwrap();
        database.pragma_update(None, "synchronous", "NORMAL").unwrap();
        database.execute_batch("CREATE TABLE said (n INTEGER); PRAGMA wal_checkpoint").unwrap();
        disk.plan(Plan::GoneAfter(20 + dice.below(60)));
        let mut acknowledged = 0;
        while database.execute("INSERT INTO said VALUES (1)", []).is_ok() {
            acknowledged += 1;
        }
        let after = tempfile::tempdir().unwrap();
        put(&disk.remove(Keep::Synced(&mut dice)), after.path());
        let database = rusqlite::Connection::open(after.path().join("plain.db")).unwrap();
        let held: i64 = database.query_row("SELECT count(*) FROM said", [], |row| row.get(0)).unwrap();
        lost += acknowledged - held;
    }
    println!("F2: NORMAL lost {lost} acknowledged commits");
    assert!(lost > 0, "a disk that loses nothing tests nothing");
}

#[test]
fn f5_whichever_call_errs_it_is_an_error_once_and_nothing_is_there_in_half() {
    if !Disk::is_possible() {
        return;
    }
    let (mut dice, template, place) = (Dice::thrown(), begun(), tempfile::tempdir().unwrap());
    let known = (0..5).collect::<BTreeSet<u64>>();
    // All of them in a long run; in every other, one of four.
    let every = if times(1) > 1 { 1 } else { 4 };
    let (mut calls, mut tried, first) = (0, 0, 1 + dice.below(every));
    for n in std::iter::once(0).chain((first..).step_by(every as usize)) {
        if n > calls {
            break;
        }
        tried += 1;
        let folder = place.path().join(format!("disk-{n}"));
        let disk = Disk::mount(&folder, template.clone()).unwrap();
        // The first time nothing errs, and it is counted.
        disk.plan(if n == 0 { Plan::Sound } else { Plan::Fails(n) });
        let mut acknowledged = known.clone();
        let (mut errors, mut next) = (0, 5);
        for _ in 0..2 {
            let store = match open(&folder) {
                Ok(store) => store,
                Err(_) => {
                    errors += 1;
                    open(&folder).unwrap_or_else(|error| panic!("call {n}: it does not open again: {error}"))
                }
            };
            for _ in 0..3 {
                match add(&store, next) {
                    Ok(()) => drop(acknowledged.insert(next)),
                    Err(_) => {
                        errors += 1;
                        add(&store, next + 1).unwrap_or_else(|error| panic!("call {n}: it errs again: {error}"));
                        acknowledged.insert(next + 1);
                    }
                }
                next += 2;
            }
        }
        if n == 0 {
            calls = disk.calls();
        }
        assert!(errors <= 1, "call {n}: {errors} errors of one");
        look(&disk.remove(Keep::Written), &acknowledged, &format!("call {n}"));
    }
    println!("F5: {} of {calls} calls of two lives and six saves erred once; 0 half there", tried - 1);
    assert!(calls > 20, "{calls} calls");
}

#[test]
fn f6_a_flipped_bit_shows_no_wrong_value_and_is_found() {
    let (mut dice, place) = (Dice::thrown(), tempfile::tempdir().unwrap());
    let folder = place.path();
    put(&begun(), folder);
    {
        let store = open(folder).unwrap();
        (5..300).for_each(|n| add(&store, n).unwrap());
    }
    let whole = contents(folder);
    let (flips, mut refused) = (times(150), 0);
    for flip in 0..flips {
        let mut bent = whole.clone();
        let file = bent.get_mut("linli.db").unwrap();
        let at = dice.below(file.len() as u64) as usize;
        file[at] ^= 1 << dice.below(8);
        let folder = place.path().join(format!("flip-{flip}"));
        std::fs::create_dir(&folder).unwrap();
        put(&bent, &folder);
        let found: Vec<String> = {
            let database = raw(&folder);
            let check = database.prepare("PRAGMA cipher_integrity_check").and_then(|mut query| {
                query.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()
            });
            check.unwrap_or_else(|error| vec![error.to_string()])
        };
        assert!(!found.is_empty(), "the bit at {at} was not found");
        let names = open(&folder).and_then(|store| {
            store.read(&View::Everything, |tx| {
                let mut query = tx.prepare("SELECT id, name FROM resident")?;
                let rows = query.query_map([], |row| Ok((row.get::<_, [u8; 16]>(0)?, row.get::<_, String>(1)?)))?;
                Ok(rows.collect::<rusqlite::Result<Vec<_>>>()?)
            })
        });
        match names {
            Err(_) => refused += 1,
            Ok(names) => {
                for (id, name) in names {
                    assert_eq!(name, format!("居民{}", u64::from_be_bytes(id[8..].try_into().unwrap())), "bit at {at}");
                }
            }
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }
    println!("F6: {flips} bits flipped, all found, {refused} stopped the reading, 0 wrong values");
    assert!(refused > 0);
    let store = open(folder).unwrap();
    assert_eq!(held(&store).0.len(), 300, "the file itself was left alone");
}
