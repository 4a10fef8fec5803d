//! What the relay writes for people to look at: conflicts from opening to taking back, and held edits.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use support::*;
use sync_protocol::conflict::{Conflict, conflict_id};
use sync_protocol::messages::Fate;
use sync_protocol::{Channel, Facet, RecordId, RecordKey, Value};

fn conflict(town: &Town, kind: &str, n: u8, field: &str) -> Option<(Conflict, Vec<String>, Facet)> {
    let key = RecordKey::new("conflict", conflict_id(&key(kind, n), field));
    let held = town.relay.store().read(|tx| tx.record(&key)).unwrap()?;
    let state = held.state;
    let channels = held.placement.channels.iter().map(Channel::to_string).collect();
    let read = Conflict::read(state.value("sides"), state.value("count"), state.value("settled"));
    Some((read, channels, held.placement.facet))
}

fn said(conflict: &Conflict) -> Vec<(&str, RecordId)> {
    conflict.sides.iter().map(|side| (side.value.as_text().unwrap(), side.author)).collect()
}

#[test]
fn a_conflict_is_written_where_its_record_is_and_settled_and_taken_back() {
    let town = Town::new();
    let (mut tablet, mut console) = (town.tablet(WORKER), town.console());
    let bases = town.bases("resident", RESIDENT, "phone");
    let one = tablet.edit(WORKER, "resident", RESIDENT, &[("phone", "10000000002".into(), &bases)]);
    let other = console.edit(SUPERVISOR, "resident", RESIDENT, &[("phone", "10000000003".into(), &bases)]);
    let sides = [one.stamp, other.stamp];
    town.push(&mut tablet, vec![one]).unwrap();
    assert_eq!(conflict(&town, "resident", RESIDENT, "phone"), None);
    let outcome = town.push_signed_in(&mut console, vec![other], &[SUPERVISOR]).unwrap().remove(0);
    assert_eq!(outcome.result, Fate::Conflict);

    let (open, channels, facet) = conflict(&town, "resident", RESIDENT, "phone").unwrap();
    assert_eq!(said(&open), [("10000000003", id(SUPERVISOR)), ("10000000002", id(WORKER))]);
    assert_eq!((channels, facet), (town.channels("resident", RESIDENT), Facet::Personal));
    assert!(open.sides.iter().all(|side| side.base == "10000000001".into()));
    let listed = town.pull(&tablet, &[at(&format!("grid:{GRID}"), Facet::Personal)]).channels.remove(0).listed;
    assert!(listed.iter().any(|key| key.kind == "conflict"));

    let settle = tablet.edit(WORKER, "resident", RESIDENT, &[("phone", "10000000002".into(), &sides)]);
    let settled_by = settle.stamp;
    assert_eq!(town.push(&mut tablet, vec![settle]).unwrap()[0].result, Fate::Merged);
    let (closed, ..) = conflict(&town, "resident", RESIDENT, "phone").unwrap();
    assert_eq!(closed.settled.as_ref().map(|by| (by.stamp, by.author)), Some((settled_by, id(WORKER))));
    assert_eq!(said(&closed), said(&open));

    let again = ["10000000002", "10000000003"];
    let undo =
        again.map(|side| console.edit(SUPERVISOR, "resident", RESIDENT, &[("phone", side.into(), &[settled_by])]));
    town.push_signed_in(&mut console, undo.to_vec(), &[SUPERVISOR]).unwrap();
    let (reopened, ..) = conflict(&town, "resident", RESIDENT, "phone").unwrap();
    assert_eq!((said(&reopened), reopened.settled.is_none()), (said(&open), true));
}

#[test]
fn a_conflict_about_where_a_building_is_is_told_to_both_grids() {
    let town = Town::new();
    let mut console = town.console();
    let bases = town.bases("building", BUILDING, "grid");
    let edits =
        [GRID, OTHER_GRID].map(|grid| console.edit(SUPERVISOR, "building", BUILDING, &[("grid", grid.into(), &bases)]));
    town.push_signed_in(&mut console, edits.to_vec(), &[SUPERVISOR]).unwrap();
    let (_, channels, _) = conflict(&town, "building", BUILDING, "grid").unwrap();
    for grid in [GRID, OTHER_GRID] {
        assert!(channels.contains(&format!("grid:{grid}")), "{channels:?}");
    }
}

#[test]
fn what_was_written_without_knowing_of_a_deletion_is_a_conflict_in_either_order() {
    for deleted_first in [true, false] {
        let town = Town::new();
        let (mut tablet, mut console) = (town.tablet(WORKER), town.console());
        let state = town.record("household", HOUSEHOLD).state;
        let shown: Vec<_> = state.marks.iter().map(|mark| mark.stamp).collect();
        let bases = town.bases("household", HOUSEHOLD, "home_hours");
        let change = tablet.edit(WORKER, "household", HOUSEHOLD, &[("home_hours", "晚上".into(), &bases)]);
        let delete = console.edit(SUPERVISOR, "household", HOUSEHOLD, &[("deleted", true.into(), &shown)]);
        let stamps = [change.stamp, delete.stamp];
        if deleted_first {
            town.push_signed_in(&mut console, vec![delete], &[SUPERVISOR]).unwrap();
            assert_eq!(town.push(&mut tablet, vec![change]).unwrap()[0].result, Fate::Conflict);
        } else {
            town.push(&mut tablet, vec![change]).unwrap();
            town.push_signed_in(&mut console, vec![delete], &[SUPERVISOR]).unwrap();
        }
        let (open, ..) = conflict(&town, "household", HOUSEHOLD, "deleted").unwrap();
        assert_eq!(open.sides.iter().map(|side| side.value.clone()).collect::<Vec<_>>(), [true.into(), false.into()]);
        assert_eq!(open.sides[1].changed, ["home_hours"]);

        let restore = tablet.edit(WORKER, "household", HOUSEHOLD, &[("deleted", false.into(), &stamps)]);
        town.push(&mut tablet, vec![restore]).unwrap();
        let (closed, ..) = conflict(&town, "household", HOUSEHOLD, "deleted").unwrap();
        assert!(closed.settled.is_some());
        let state = town.record("household", HOUSEHOLD).state;
        assert_eq!((state.is_deleted(), state.text("home_hours")), (false, Some("晚上")));
    }
}

#[test]
fn a_held_edit_goes_to_the_community_and_what_becomes_of_it_to_its_author() {
    let town = Town::new();
    let mut tablet = town.tablet(FORMER_WORKER);
    let edit = tablet.edit(FORMER_WORKER, "resident", RESIDENT, &[("phone", "10000000009".into(), &[])]);
    let outcome = town.push(&mut tablet, vec![edit]).unwrap().remove(0);
    assert_eq!(outcome.result, Fate::Held);
    let key = RecordKey::new("held_edit", RecordId(outcome.edit.0));
    let held = town.relay.store().read(|tx| tx.record(&key)).unwrap().unwrap();
    let channels: Vec<String> = held.placement.channels.iter().map(Channel::to_string).collect();
    assert_eq!(channels, [format!("division:{COMMUNITY}"), format!("person:{}", id(FORMER_WORKER))]);
    assert_eq!((held.placement.facet, held.state.author()), (Facet::Review, Some(id(FORMER_WORKER))));

    let mut console = town.console();
    let mut decline = console.edit(
        SUPERVISOR,
        "held_edit",
        0,
        &[("decision", "decline".into(), &[]), ("words", "号码是旧的".into(), &[])],
    );
    decline.record = key.id;
    let outcomes = town.push_signed_in(&mut console, vec![decline], &[SUPERVISOR]).unwrap();
    assert_eq!((outcomes[0].result, outcomes[0].code), (Fate::Merged, None));
    let own = at(&format!("person:{}", id(FORMER_WORKER)), Facet::Review);
    let told = town.pull(&tablet, &[own]).records.into_iter().find(|one| one.state.kind == "held_edit").unwrap();
    assert_eq!(told.state.value("words"), &Value::from("号码是旧的"));
}
