//! What the relay writes for people to look at: conflicts from opening to taking back, and held edits.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use support::*;
use sync_protocol::conflict::{Conflict, conflict_id};
use sync_protocol::messages::Fate;
use sync_protocol::{Channel, Code, Facet, RecordId, RecordKey, Stamp, Value};

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

/// Every stamp that who looks at the household is shown: its own, and those of who lives there.
fn shown_with_the_household(town: &Town) -> Vec<Stamp> {
    let records = [("household", HOUSEHOLD), ("residence", RESIDENCE), ("residence", 48)];
    let marks = records.iter().flat_map(|(kind, n)| town.record(kind, *n).state.marks);
    marks.map(|mark| mark.stamp).collect()
}

#[test]
fn what_was_written_without_knowing_of_a_deletion_is_a_conflict_in_either_order() {
    for deleted_first in [true, false] {
        let town = Town::new();
        let (mut tablet, mut console) = (town.tablet(WORKER), town.console());
        let shown = shown_with_the_household(&town);
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

#[test]
fn a_child_unknown_to_who_deleted_its_parent_can_restore_it_in_either_order() {
    let mut seen = Vec::new();
    for deleted_first in [true, false] {
        let town = Town::new();
        let (mut tablet, mut console) = (town.tablet(WORKER), town.console());
        let shown = shown_with_the_household(&town);
        let visited = tablet.create(WORKER, "visit", 70, &visit(DWELLING, HOUSEHOLD));
        let delete = console.edit(SUPERVISOR, "household", HOUSEHOLD, &[("deleted", true.into(), &shown)]);
        let stamps = [delete.stamp, visited.stamp];
        if deleted_first {
            town.push_signed_in(&mut console, vec![delete], &[SUPERVISOR]).unwrap();
            assert_eq!(conflict(&town, "household", HOUSEHOLD, "deleted"), None);
            town.push(&mut tablet, vec![visited]).unwrap();
        } else {
            town.push(&mut tablet, vec![visited]).unwrap();
            town.push_signed_in(&mut console, vec![delete], &[SUPERVISOR]).unwrap();
        }
        let (open, ..) = conflict(&town, "household", HOUSEHOLD, "deleted").unwrap();
        let told: Vec<_> = open.sides.iter().map(|side| (side.author, side.changed.clone())).collect();
        assert_eq!(told, [(id(SUPERVISOR), vec![]), (id(WORKER), vec!["child:visit".to_owned()])]);
        seen.push(told);

        // Staying deleted answers the child; a further one opens it again.
        let stay = console.edit(SUPERVISOR, "household", HOUSEHOLD, &[("deleted", true.into(), &stamps)]);
        town.push_signed_in(&mut console, vec![stay], &[SUPERVISOR]).unwrap();
        assert!(conflict(&town, "household", HOUSEHOLD, "deleted").unwrap().0.settled.is_some());
        let another = tablet.create(WORKER, "visit", 71, &visit(DWELLING, HOUSEHOLD));
        let second = another.stamp;
        town.push(&mut tablet, vec![another]).unwrap();
        let (again, ..) = conflict(&town, "household", HOUSEHOLD, "deleted").unwrap();
        assert_eq!((again.sides.len(), again.settled.is_none()), (2, true));

        let deletion = again.sides[0].stamp;
        let restore = tablet.edit(WORKER, "household", HOUSEHOLD, &[("deleted", false.into(), &[deletion, second])]);
        town.push(&mut tablet, vec![restore]).unwrap();
        assert!(!town.record("household", HOUSEHOLD).state.is_deleted());
        assert!(conflict(&town, "household", HOUSEHOLD, "deleted").unwrap().0.settled.is_some());
    }
    assert_eq!(seen[0], seen[1]);
}

#[test]
fn a_child_that_is_deleted_too_asks_nobody() {
    let town = Town::new();
    let (mut tablet, mut console) = (town.tablet(WORKER), town.console());
    let shown: Vec<_> = town.record("household", HOUSEHOLD).state.marks.iter().map(|mark| mark.stamp).collect();
    let delete = console.edit(SUPERVISOR, "household", HOUSEHOLD, &[("deleted", true.into(), &shown)]);
    town.push_signed_in(&mut console, vec![delete], &[SUPERVISOR]).unwrap();
    let (open, ..) = conflict(&town, "household", HOUSEHOLD, "deleted").unwrap();
    assert_eq!(open.sides.len(), 3, "the deletion and two people who live there");
    for residence in [RESIDENCE, 48] {
        let gone = tablet.edit(WORKER, "residence", residence, &[("deleted", true.into(), &[])]);
        town.push(&mut tablet, vec![gone]).unwrap();
    }
    assert!(conflict(&town, "household", HOUSEHOLD, "deleted").unwrap().0.settled.is_some());
}

#[test]
fn what_is_written_of_a_household_after_it_moved_to_another_grid_is_held_and_not_refused() {
    let town = Town::new();
    let (mut tablet, mut console) = (town.tablet(WORKER), town.console());
    let bases = town.bases("household", HOUSEHOLD, "dwelling");
    let moved = console.edit(SUPERVISOR, "household", HOUSEHOLD, &[("dwelling", id(OTHER_DWELLING).into(), &bases)]);
    town.push_signed_in(&mut console, vec![moved], &[SUPERVISOR]).unwrap();

    let phone = tablet.edit(WORKER, "resident", RESIDENT, &[("phone", "10000000009".into(), &[])]);
    let visited = tablet.create(WORKER, "visit", 70, &visit(DWELLING, HOUSEHOLD));
    let stranger = tablet.edit(WORKER, "building", OTHER_BUILDING, &[("name", "2号楼".into(), &[])]);
    let outcomes = town.push(&mut tablet, vec![phone, visited, stranger]).unwrap();
    let fates: Vec<_> = outcomes.iter().map(|one| (one.result, one.code)).collect();
    let held = (Fate::Held, Some(Code::MovedAway));
    assert_eq!(fates, [held, held, (Fate::Refused, Some(Code::NeverAllowed))]);
    let key = RecordKey::new("held_edit", RecordId(outcomes[0].edit.0));
    let card = town.relay.store().read(|tx| tx.record(&key)).unwrap().unwrap();
    assert_eq!(card.state.text("reason"), Some("moved_away"));
}
