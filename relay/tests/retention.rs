//! How long it is said that a record departed or was deleted, and what happens to who comes back later than that.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use linli_relay::{digests, pull, retention};
use support::*;
use sync_protocol::messages::{Cursor, PullAnswer, PullRequest};
use sync_protocol::{Facet, Grant};

const DAY_MS: u64 = 24 * 3_600_000;

/// A pull from these positions, as the route answers it.
fn page(town: &Town, device: &Device, position: u64) -> PullAnswer {
    let at = at(&format!("grid:{GRID}"), Facet::Personal);
    let request = PullRequest {
        epoch: Some(town.relay.epoch()),
        cursors: vec![Cursor { at, position, digest: None }],
        ..PullRequest::default()
    };
    let (grants, epoch) = (town.grants(device), town.relay.epoch());
    town.relay.store().read(|tx| pull::page(tx, &request, &grants, epoch, now_ms())).unwrap()
}

/// Lets a device be past everything there is, as of a moment.
fn is_past_all(town: &Town, device: &Device, at_ms: u64) {
    let facets = town.grants(device);
    let work = |tx: &dyn linli_relay::store::Tx| {
        let passed: Vec<_> = facets
            .iter()
            .flat_map(Grant::channel_facets)
            .map(|at| tx.head(&at).map(|head| (at, head)))
            .collect::<Result<_, _>>()?;
        retention::note_passed(tx, device.number, &passed)?;
        tx.set_contact(device.number, at_ms)
    };
    town.relay.store().write(work).unwrap();
}

fn move_away_and_delete(town: &Town, console: &mut Device) {
    let bases = town.bases("household", HOUSEHOLD, "dwelling");
    let moved = console.edit(SUPERVISOR, "household", HOUSEHOLD, &[("dwelling", id(OTHER_DWELLING).into(), &bases)]);
    let door = town.record("dwelling", DWELLING).state.marks[0].stamp;
    let deleted = console.edit(SUPERVISOR, "dwelling", DWELLING, &[("deleted", true.into(), &[door])]);
    town.push_signed_in(console, vec![moved, deleted], &[SUPERVISOR]).unwrap();
}

#[test]
fn a_departure_is_said_until_every_device_that_holds_the_channel_has_heard_it() {
    let town = Town::new();
    let (tablet, other, mut console) = (town.tablet(WORKER), town.tablet(SUPERVISOR), town.console());
    let now = now_ms();
    [&tablet, &other, &console].into_iter().for_each(|device| is_past_all(&town, device, now));
    let before = page(&town, &tablet, 0).channels[0].position;
    move_away_and_delete(&town, &mut console);
    is_past_all(&town, &tablet, now);
    is_past_all(&town, &console, now);

    retention::sweep(town.relay.store(), now).unwrap();
    // One of them has not heard it yet.
    let told = page(&town, &other, before).channels.remove(0);
    assert!(told.departed.contains(&key("household", HOUSEHOLD)) && told.departed.contains(&key("resident", RESIDENT)));

    is_past_all(&town, &other, now);
    assert!(retention::sweep(town.relay.store(), now).unwrap() > 0);
    let told = page(&town, &other, told.position);
    assert!(told.channels.iter().all(|page| page.departed.is_empty() && page.position > 0), "nobody is sent back");
    assert_eq!(town.relay.store().read(digests::wrong).unwrap(), vec![]);
    // What is listed stays, and the counts are right.
    let first = page(&town, &tablet, 0);
    assert!(!first.more && first.channels.iter().all(|page| page.departed.is_empty()));
    let at = at(&format!("grid:{GRID}"), Facet::Personal);
    let counted = town.relay.store().read(|tx| Ok((tx.standing(&at)?.entries, tx.count_after(&at, 0)?))).unwrap();
    assert_eq!(counted.0, counted.1);
}

#[test]
fn f30_a_device_that_was_silent_for_180_days_is_waited_for_no_longer_and_begins_anew() {
    let town = Town::new();
    let (tablet, silent, mut console) = (town.tablet(WORKER), town.tablet(SUPERVISOR), town.console());
    let now = now_ms();
    [&tablet, &silent, &console].into_iter().for_each(|device| is_past_all(&town, device, now));
    let before = page(&town, &silent, 0).channels[0].position;
    move_away_and_delete(&town, &mut console);
    for day in [179, 180] {
        let later = now + day * DAY_MS;
        is_past_all(&town, &tablet, later);
        is_past_all(&town, &console, later);
        retention::sweep(town.relay.store(), later).unwrap();
        let told = page(&town, &silent, before).channels.remove(0);
        assert!(told.departed.contains(&key("household", HOUSEHOLD)), "on day {day}");
    }
    let later = now + 181 * DAY_MS;
    is_past_all(&town, &tablet, later);
    is_past_all(&town, &console, later);
    assert!(retention::sweep(town.relay.store(), later).unwrap() > 0);

    let told = page(&town, &silent, before);
    assert!(told.more && told.records.is_empty());
    assert_eq!((told.channels[0].position, told.channels[0].digest), (0, None), "its cursor is too old");
    let anew = page(&town, &silent, 0);
    assert!(anew.records.iter().all(|one| one.state.id != id(HOUSEHOLD)), "what moved away is not there any more");
    assert!(anew.channels.iter().all(|page| page.departed.is_empty()));
}
