//! The same edits in any order of arrival leave the same records in the same channels.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::collections::BTreeMap;
use support::*;
use sync_protocol::messages::Fate;
use sync_protocol::routes::Placement;
use sync_protocol::{Edit, RecordKey, RecordState};

const HOME: u8 = 71;
const PERSON: u8 = 72;
const LIVES: u8 = 73;
const LIVES_TOO: u8 = 76;

/// Five consoles' edits: a household that is entered and moves, somebody who lives there and elsewhere, turns out to be
/// a child, and is visited and written about.
fn histories(consoles: &mut [Device]) -> Vec<Vec<Edit>> {
    let [a, b, c, d, e] = consoles else { panic!("five consoles") };
    let lives = |home: u8| {
        vec![
            ("resident", id(PERSON).into()),
            ("household", id(home).into()),
            ("relation", "child".into()),
            ("stays", "main".into()),
        ]
    };
    let home = a.create(SUPERVISOR, "household", HOME, &household(DWELLING));
    let moved = a.edit(SUPERVISOR, "household", HOME, &[("dwelling", id(OTHER_DWELLING).into(), &[home.stamp])]);
    let person = b.create(SUPERVISOR, "resident", PERSON, &[("name", "单晓明".into())]);
    let lives_there = b.create(SUPERVISOR, "residence", LIVES, &lives(HOME));
    let about = [
        ("about", format!("resident:{}", id(PERSON)).into()),
        ("words", "下午在家".into()),
        ("happened_at", "2026-11-23T01:12:00.000Z".into()),
        ("author_name", "李娜".into()),
    ];
    let note = c.create(SUPERVISOR, "note", 75, &about);
    let identity = [("document", "resident_card".into()), ("number", "999999201801010011".into())];
    let number = c.create(SUPERVISOR, "identity", PERSON, &identity);
    let (shown, lives_since) = (person.stamp, lives_there.stamp);
    let renamed = b.edit(SUPERVISOR, "resident", PERSON, &[("name", "单小明".into(), &[shown])]);
    let differently =
        d.edit(SUPERVISOR, "resident", PERSON, &[("name", "单晓敏".into(), &[shown]), ("minor", true.into(), &[])]);
    let elsewhere = e.create(SUPERVISOR, "residence", LIVES_TOO, &lives(HOUSEHOLD));
    let ended = e.edit(SUPERVISOR, "residence", LIVES, &[("until", "2026-11-01".into(), &[lives_since])]);
    vec![
        vec![home, moved],
        vec![person, lives_there, renamed],
        vec![note, number],
        vec![differently],
        vec![elsewhere, ended],
    ]
}

fn permutations(of: &[usize]) -> Vec<Vec<usize>> {
    if of.is_empty() {
        return vec![vec![]];
    }
    let starting_with = |at: usize| {
        let mut rest = of.to_vec();
        let first = rest.remove(at);
        permutations(&rest).into_iter().map(move |tail| [vec![first], tail].concat())
    };
    (0..of.len()).flat_map(starting_with).collect()
}

#[test]
fn any_order_of_arrival_leaves_the_same_records_in_the_same_channels() {
    let keys = [
        key("household", HOME),
        key("resident", PERSON),
        key("residence", LIVES),
        key("residence", LIVES_TOO),
        key("note", 75),
        key("identity", PERSON),
    ];
    let mut expected: Option<BTreeMap<RecordKey, (RecordState, Placement)>> = None;
    let mut pushes = None;
    for order in permutations(&[0, 1, 2, 3, 4]) {
        let town = Town::new().with_identity_right(SUPERVISOR, COMMUNITY);
        let mut consoles: Vec<Device> = (0..5).map(|_| town.console()).collect();
        // Written once, so that stamps and ids are the same in every run.
        let histories = pushes.get_or_insert_with(|| histories(&mut consoles)).clone();
        for at in &order {
            let outcomes = town.push_signed_in(&mut consoles[*at], histories[*at].clone(), &[SUPERVISOR]).unwrap();
            assert!(outcomes.iter().all(|one| !matches!(one.result, Fate::Refused | Fate::Held)), "{outcomes:?}");
        }
        let found: BTreeMap<_, _> = keys
            .iter()
            .map(|key| {
                let record = town.relay.store().read(|tx| tx.record(key)).unwrap();
                let record = record.unwrap_or_else(|| panic!("{key} is missing after {order:?}"));
                (key.clone(), (record.state, record.placement))
            })
            .collect();
        // What channels list is what records say of themselves.
        for (key, (_, placement)) in &found {
            for channel in [GRID, OTHER_GRID] {
                let at = at(&format!("grid:{channel}"), placement.facet);
                let entries = town.relay.store().read(|tx| tx.entries_after(&at, 0, 1_000)).unwrap();
                let is_listed = entries.iter().any(|entry| entry.key == *key && entry.record.is_some());
                assert_eq!(is_listed, placement.channels.contains(&at.channel), "{key} in {channel} after {order:?}");
            }
        }
        match &expected {
            None => expected = Some(found),
            Some(expected) => assert_eq!(&found, expected, "after {order:?}"),
        }
    }
    let expected = expected.unwrap();
    let (person, placement) = &expected[&key("resident", PERSON)];
    assert_eq!(person.open_sides("name").len(), 1);
    let names: Vec<_> = placement.channels.iter().map(ToString::to_string).collect();
    assert_eq!((names, placement.facet), (vec![format!("grid:{GRID}")], sync_protocol::Facet::Guarded));
}

#[test]
fn a_field_nobody_saw_is_no_base() {
    // An edit may name bases the relay never took (a refused edit of the same tablet): they do not stop it.
    let town = Town::new();
    let mut tablet = town.tablet(WORKER);
    let refused = tablet.edit(WORKER, "resident", RESIDENT, &[("phone", "1".repeat(30).into(), &[])]);
    let mut bases = town.bases("resident", RESIDENT, "phone");
    bases.push(refused.stamp);
    let good = tablet.edit(WORKER, "resident", RESIDENT, &[("phone", "10000000002".into(), &bases)]);
    let fates: Vec<_> = town.push(&mut tablet, vec![refused, good]).unwrap().iter().map(|one| one.result).collect();
    assert_eq!(fates, [Fate::Refused, Fate::Merged]);
}
