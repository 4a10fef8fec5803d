//! The right to be forgotten: what goes, what stays of it, and that nothing brings it back.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use linli_relay::accept::{Pushed, accept};
use linli_relay::erasing::Erasure;
use linli_relay::relay::{Relay, store_path};
use linli_relay::{audit, digests};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use support::*;
use sync_protocol::messages::{Cursor, ErasureReason, Fate, Outcome, PullRequest};
use sync_protocol::{Code, Edit, Facet, Grant, RecordKey};

fn erase(town: &Town) -> u32 {
    town.relay.erase(&Erasure::by_operator(id(RESIDENT), ErasureReason::Request, now_ms())).unwrap()
}

/// Every byte that lies in a folder.
fn bytes_in(folder: &Path) -> Vec<u8> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(bytes_in(&path)),
            false => found.extend(std::fs::read(&path).unwrap()),
        }
    }
    found
}

fn holds(folder: &Path, word: &str) -> bool {
    bytes_in(folder).windows(word.len()).any(|window| window == word.as_bytes())
}

/// What a tablet that knows all channels of its person is told of erased records.
fn told_erased(town: &Town, device: &Device) -> BTreeSet<RecordKey> {
    let cursors: Vec<_> = town.grants(device).iter().flat_map(Grant::channel_facets).collect();
    town.pull(device, &cursors).channels.into_iter().flat_map(|page| page.erased).collect()
}

#[test]
fn nothing_that_was_said_of_an_erased_person_is_left_at_the_relay() {
    let town = Town::new();
    let (mut tablet, mut former) = (town.tablet(WORKER), town.tablet(FORMER_WORKER));
    let phone = tablet.edit(WORKER, "resident", RESIDENT, &[("phone", "13900001111".into(), &[])]);
    let note = tablet.create(
        WORKER,
        "note",
        72,
        &[
            ("about", key("resident", RESIDENT).to_string().into()),
            ("words", "怕吵的邻居".into()),
            ("happened_at", "2026-11-23T01:12:00.000Z".into()),
            ("author_name", "李娜".into()),
        ],
    );
    let held = former.edit(FORMER_WORKER, "resident", RESIDENT, &[("phone", "13900002222".into(), &[])]);
    let refused = tablet.edit(WORKER, "resident", RESIDENT, &[("phone", 13_900_003_333_i64.into(), &[])]);
    let outcomes = town.push(&mut tablet, vec![phone, note, refused]).unwrap();
    assert_eq!(
        outcomes.iter().map(|one| one.result).collect::<Vec<_>>(),
        [Fate::Conflict, Fate::Merged, Fate::Refused]
    );
    assert_eq!(town.push(&mut former, vec![held]).unwrap()[0].result, Fate::Held);
    let words =
        ["王芳", "13900001111", "13900002222", "13900003333", "10000000001", "999999199001010011", "怕吵的邻居"];
    let state = |town: &Town| town.relay.store().read(|tx| tx.edits_of(&key("resident", RESIDENT))).unwrap();
    assert!(state(&town).len() >= 3);

    let records = erase(&town);
    // The person, where they live, the number, the note, what was held, and the disagreement.
    assert_eq!(records, 6);
    let all = town.relay.store().read(|tx| {
        let mut all = String::new();
        for number in 1..=10 {
            all += &format!("{:?}", tx.edits_numbered(sync_protocol::DeviceNumber(number), 0, u32::MAX)?);
        }
        for (at, _) in tx.all_standings()? {
            all += &format!("{:?}", tx.entries_after(&at, 0, 10_000)?);
        }
        Ok(all)
    });
    let all = all.unwrap();
    for word in words {
        assert!(!all.contains(word), "{word} is left");
    }
    let held = town.record("resident", RESIDENT);
    assert!(held.is_erased() && held.state.fields.is_empty() && held.placement.channels.is_empty());
    // The other person who lives there stays.
    assert_eq!(town.record("resident", CHILD).state.text("name"), Some("王小明"));
    assert_eq!(town.relay.store().read(digests::wrong).unwrap(), vec![]);
    let checked = town.relay.store().read(audit::verify).unwrap();
    assert!(checked.is_ok(), "{checked:?}");
    assert_eq!(erase(&town), 0, "done again it finds nothing");
}

#[test]
fn everybody_who_held_or_wrote_of_an_erased_person_is_told_and_nobody_else() {
    let town = Town::new();
    let (mut tablet, other) = (town.tablet(WORKER), town.tablet(OTHER_WORKER));
    let phone = tablet.edit(WORKER, "resident", RESIDENT, &[("phone", "13900001111".into(), &[])]);
    town.push(&mut tablet, vec![phone]).unwrap();
    assert_eq!(told_erased(&town, &tablet), BTreeSet::new());
    erase(&town);
    let told = told_erased(&town, &tablet);
    for kind in ["resident", "identity"] {
        assert!(told.contains(&key(kind, RESIDENT)) || kind == "identity", "{told:?}");
    }
    assert!(told.contains(&key("residence", RESIDENCE)));
    assert_eq!(told_erased(&town, &other), BTreeSet::new());
    // Also where they held no channel of it any more, because they wrote of it.
    let own = at(&format!("person:{}", id(WORKER)), Facet::Personal);
    let mine: BTreeSet<_> = town.pull(&tablet, &[own]).channels.into_iter().flat_map(|page| page.erased).collect();
    assert_eq!(mine, BTreeSet::from([key("resident", RESIDENT)]));
}

#[test]
fn f29_an_edit_of_an_erased_person_that_comes_later_is_kept_as_a_mark_and_says_nothing() {
    let town = Town::new();
    let mut tablet = town.tablet(WORKER);
    let first = tablet.edit(WORKER, "resident", RESIDENT, &[("phone", "13900001111".into(), &[])]);
    town.push(&mut tablet, vec![first.clone()]).unwrap();
    erase(&town);
    let later = tablet.edit(WORKER, "resident", RESIDENT, &[("phone", "13900002222".into(), &[])]);
    let moved_in = tablet.create(
        WORKER,
        "residence",
        73,
        &[
            ("resident", id(RESIDENT).into()),
            ("household", id(HOUSEHOLD).into()),
            ("relation", "head".into()),
            ("stays", "main".into()),
        ],
    );
    let again = tablet.create(WORKER, "resident", RESIDENT, &[("name", "王芳".into())]);
    let visited = tablet.create(WORKER, "visit", 74, &visit(DWELLING, HOUSEHOLD));
    let outcomes = town.push(&mut tablet, vec![later, moved_in, again, visited]).unwrap();
    let fates: Vec<_> = outcomes.iter().map(|one| (one.result, one.code)).collect();
    let erased = (Fate::Erased, Some(Code::Erased));
    assert_eq!(fates, [erased, erased, erased, (Fate::Merged, None)]);
    let stored = town.relay.store().read(|tx| tx.edits_numbered(tablet.number, 1, 99)).unwrap();
    assert!(stored[..4].iter().all(|one| one.edit.fields.is_empty()), "{stored:?}");
    // The first one, pushed once more as after a lost answer, hears so too.
    let repeated = town.push_after(&tablet, None, vec![first], &[]).unwrap();
    assert_eq!((repeated[0].result, repeated[0].edit), (Fate::Erased, stored[0].id));
    assert!(town.record("resident", RESIDENT).is_erased());
}

/// Offers edits once more as after a restore, with what had become of them.
fn refill(town: &Town, device: &Device, edits: Vec<Edit>, decided: &[Outcome], erased: bool) -> Vec<Outcome> {
    let mut request = device.request(None, edits.clone());
    request.decided = decided.iter().map(|one| (one.number, one.clone())).collect();
    if erased {
        // What the device forgot meanwhile has no words, and its id is named.
        request.erased = BTreeMap::from([(decided[0].number, decided[0].edit)]);
        request.edits[0].fields.clear();
        let ids = sync_protocol::edit::chain_ids_named(None, &request.edits, &request.erased);
        request.signature = device.pair.sign(ids.last().unwrap().as_bytes());
    }
    let stored = town.relay.store().read(|tx| tx.device(device.number)).unwrap().unwrap();
    let pushed = Pushed::verified(request, &stored).unwrap();
    let work =
        |tx: &dyn linli_relay::store::Tx| accept(tx, town.relay.schema(), &stored, &pushed, &BTreeSet::new(), now_ms());
    town.relay.store().write(work).unwrap()
}

#[test]
fn f29_a_store_from_before_an_erasure_erases_again_and_no_refill_revives_anybody() {
    for forgotten in [false, true] {
        let mut town = Town::new();
        let mut tablet = town.tablet(WORKER);
        let path = store_path(town.folder.path());
        let backup = town.folder.path().join("backup.db");
        town.relay.store().write(|tx| tx.put_meta("a_write_before", b"1")).unwrap();
        copy_store(&path, &backup);
        let phone = tablet.edit(WORKER, "resident", RESIDENT, &[("phone", "13900001111".into(), &[])]);
        let visited = tablet.create(WORKER, "visit", 74, &visit(DWELLING, HOUSEHOLD));
        let edits = vec![phone, visited];
        let outcomes = town.push(&mut tablet, edits.clone()).unwrap();
        erase(&town);

        // The store goes back to before; the ledger beside it does not.
        let Town { relay, folder } = town;
        drop(relay);
        for ending in ["", "-wal", "-shm"] {
            drop(std::fs::remove_file(format!("{}{ending}", path.display())));
        }
        std::fs::copy(&backup, &path).unwrap();
        town = Town { relay: Relay::open_file(&path).unwrap(), folder };
        assert!(town.record("resident", RESIDENT).is_erased());
        assert!(town.record("identity", RESIDENT).is_erased());

        let again = refill(&town, &tablet, edits, &outcomes, forgotten);
        assert_eq!(again.iter().map(|one| one.result).collect::<Vec<_>>(), [Fate::Erased, Fate::Merged]);
        let request = PullRequest {
            epoch: None,
            cursors: town
                .grants(&tablet)
                .iter()
                .flat_map(Grant::channel_facets)
                .map(|at| Cursor { at, position: 0, digest: None })
                .collect(),
            ..PullRequest::default()
        };
        let grants = town.grants(&tablet);
        let epoch = town.relay.epoch();
        let page =
            town.relay.store().read(|tx| linli_relay::pull::page(tx, &request, &grants, epoch, now_ms())).unwrap();
        assert!(page.records.iter().all(|one| one.state.id != id(RESIDENT)));
        assert!(!format!("{:?}", page.records).contains("王芳"));
        town.relay.store().write(|tx| tx.put_meta("a_write_after", b"1")).unwrap();
        assert!(!holds(&town.folder.path().join("ledger"), "王芳"));
    }
}

/// A store's file as it stands, without what is still in its log.
fn copy_store(from: &Path, to: &Path) {
    let connection = rusqlite::Connection::open(from).unwrap();
    connection.execute("VACUUM INTO ?1", [to.to_str().unwrap()]).unwrap();
}
