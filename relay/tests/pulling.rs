//! What leaves the relay, and to whom.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use support::*;
use sync_protocol::messages::{Cursor, PullRequest};
use sync_protocol::{Channel, ChannelFacet, Code, Epoch, Facet, RecordKey};

/// Every facet of every channel there is.
fn all_cursors() -> Vec<ChannelFacet> {
    let codes = [DISTRICT, STREET, COMMUNITY, GRID, OTHER_GRID];
    let mut channels: Vec<Channel> = codes.iter().filter_map(|code| Channel::of_code(code)).collect();
    channels.extend([BUILDING, OTHER_BUILDING].map(|n| Channel::Building(id(n))));
    channels.push(Channel::Unit(id(UNIT)));
    channels.extend(PEOPLE.map(|n| Channel::Person(id(n))));
    let facets =
        |channel: &Channel| Facet::ALL.map(|facet| ChannelFacet { channel: channel.clone(), facet }).into_iter();
    channels.iter().flat_map(facets).collect()
}

#[test]
fn nobody_pulls_a_facet_that_is_not_theirs_whatever_they_ask_for() {
    let town = Town::new();
    for person in PEOPLE {
        let tablet = town.tablet(person);
        let granted: BTreeSet<ChannelFacet> =
            town.grants(&tablet).iter().flat_map(sync_protocol::Grant::channel_facets).collect();
        let answer = town.pull(&tablet, &all_cursors());
        let given: BTreeSet<ChannelFacet> = answer.channels.iter().map(|page| page.at.clone()).collect();
        assert!(given.is_subset(&granted), "p{person} was given {:?}", given.difference(&granted));
        for record in &answer.records {
            let placed = town.relay.store().read(|tx| tx.record(&record.state.key())).unwrap().unwrap().placement;
            let places = placed.channels.into_iter().map(|channel| ChannelFacet { channel, facet: placed.facet });
            assert!(places.into_iter().any(|at| granted.contains(&at)), "p{person} was given {}", record.state.key());
        }
    }
}

#[test]
fn each_role_is_given_what_the_table_says() {
    let town = Town::new();
    // Identity numbers, a child, an adult, a door: who is given which.
    let records =
        [key("identity", RESIDENT), key("resident", CHILD), key("resident", RESIDENT), key("dwelling", DWELLING)];
    let expected = BTreeMap::from([
        (WORKER, [false, true, true, true]),
        (OTHER_WORKER, [false, false, false, false]),
        (SUPERVISOR, [false, true, true, true]),
        (DISTRICT_SUPERVISOR, [false, false, false, true]),
        (LEAD, [false, false, false, true]),
        (HANDLER, [false, false, false, false]),
        (VOLUNTEER, [false, false, false, false]),
        (ADMINISTRATOR, [false, false, false, true]),
        (AUDITOR, [false, false, false, false]),
        (FORMER_WORKER, [false, false, false, false]),
    ]);
    for (person, expected) in expected {
        let answer = town.pull(&town.tablet(person), &all_cursors());
        let given: BTreeSet<RecordKey> = answer.records.iter().map(|record| record.state.key()).collect();
        assert_eq!(records.clone().map(|record| given.contains(&record)), expected, "p{person}");
    }
    let answer = town.pull(&town.console(), &all_cursors());
    assert!(records.iter().all(|record| answer.records.iter().any(|given| given.state.key() == *record)));
}

#[test]
fn pages_come_one_after_another_and_the_sum_is_everything_once() {
    let town = Town::new();
    let console = town.console();
    let grants = town.grants(&console);
    let epoch = town.relay.epoch();
    let mut cursors: Vec<Cursor> = grants
        .iter()
        .flat_map(sync_protocol::Grant::channel_facets)
        .map(|at| Cursor { at, position: 0, digest: None })
        .collect();
    let whole = town.pull(&console, &cursors.iter().map(|cursor| cursor.at.clone()).collect::<Vec<_>>());
    assert!(!whole.more && whole.remaining == 0);

    let (mut listed, mut pages, mut remaining_before) = (Vec::new(), 0, u64::MAX);
    loop {
        let request =
            PullRequest { epoch: Some(epoch), cursors: cursors.clone(), limit: Some(7), ..PullRequest::default() };
        let page =
            town.relay.store().read(|tx| linli_relay::pull::page(tx, &request, &grants, epoch, now_ms())).unwrap();
        let count: usize = page.channels.iter().map(|page| page.listed.len() + page.departed.len()).sum();
        assert!(count <= 7 && page.remaining < remaining_before);
        remaining_before = page.remaining;
        for channel in page.channels {
            listed.extend(channel.listed.iter().map(|record| (channel.at.clone(), record.clone())));
            cursors.iter_mut().filter(|cursor| cursor.at == channel.at).for_each(|cursor| {
                cursor.position = channel.position;
            });
        }
        pages += 1;
        if !page.more {
            break;
        }
    }
    let expected: Vec<_> = whole
        .channels
        .iter()
        .flat_map(|page| page.listed.iter().map(|record| (page.at.clone(), record.clone())))
        .collect();
    assert!(pages > 5);
    assert_eq!(listed, expected);
}

#[test]
fn cursors_of_another_epoch_mean_nothing_here() {
    let town = Town::new();
    let epoch = town.relay.epoch();
    let cursor = Cursor { at: at(&format!("grid:{GRID}"), Facet::Open), position: 3, digest: None };
    let check = |epoch_asked, cursors| {
        let request = PullRequest { epoch: epoch_asked, cursors, ..PullRequest::default() };
        linli_relay::pull::check(&request, epoch).err().map(|error| error.problem().code)
    };
    assert_eq!(check(Some(epoch), vec![cursor.clone()]), None);
    assert_eq!(check(Some(Epoch::from_bytes([9; 16])), vec![cursor.clone()]), Some(Code::EpochChanged));
    assert_eq!(check(None, vec![cursor]), Some(Code::RequestInvalid));
    assert_eq!(check(None, vec![]), None);
}

#[test]
fn grants_and_their_version_change_with_an_assignment() {
    let town = Town::new();
    let tablet = town.tablet(OTHER_WORKER);
    let before = town.grants(&tablet);
    let version = linli_relay::rights::grants_version;
    assert_eq!(version(&before), version(&town.grants(&tablet)));
    town.write(vec![(
        "assignment",
        120,
        vec![
            ("person", id(OTHER_WORKER).into()),
            ("role", "grid_worker".into()),
            ("division", GRID.into()),
            ("from", "2026-01-01".into()),
        ],
    )]);
    let after = town.grants(&tablet);
    assert_ne!(version(&before), version(&after));
    assert!(after.iter().any(|grant| grant.channel == Channel::of_code(GRID).unwrap()));
}

#[test]
fn a_cursor_goes_past_positions_that_belong_to_nothing() {
    let town = Town::new();
    let console = town.console();
    let grid = at(&format!("grid:{GRID}"), Facet::Review);
    // What was never listed cannot depart: its position is drawn and stays empty.
    let gone = linli_relay::store::Listing { record: key("resident", RESIDENT), departed: true };
    town.relay
        .store()
        .write(|tx| tx.list(&grid, std::slice::from_ref(&gone), sync_protocol::Digest::default()))
        .unwrap();
    let answer = town.pull(&console, std::slice::from_ref(&grid));
    let page = &answer.channels[0];
    assert_eq!((page.position, page.listed.len(), answer.more, answer.remaining), (1, 0, false, 0));
}

#[test]
fn what_remains_is_counted_exactly_wherever_a_cursor_stands() {
    let town = Town::new();
    let console = town.console();
    let (open, personal) = (at(&format!("grid:{GRID}"), Facet::Open), at(&format!("grid:{GRID}"), Facet::Personal));
    let count = |at: &ChannelFacet| town.relay.store().read(|tx| tx.count_after(at, 0)).unwrap();
    let grants = town.grants(&console);
    let epoch = town.relay.epoch();
    let pull = |cursors: Vec<Cursor>| {
        let request = PullRequest { epoch: Some(epoch), cursors, limit: Some(1), ..PullRequest::default() };
        town.relay.store().read(|tx| linli_relay::pull::page(tx, &request, &grants, epoch, now_ms())).unwrap()
    };
    let begin = |at: &ChannelFacet| Cursor { at: at.clone(), position: 0, digest: None };
    let page = pull(vec![begin(&open), begin(&personal)]);
    assert_eq!(page.remaining, count(&open) + count(&personal) - 1);
    let within = Cursor { at: open.clone(), position: page.channels[0].position, digest: None };
    assert_eq!(pull(vec![begin(&personal), within]).remaining, count(&open) + count(&personal) - 2);
}
