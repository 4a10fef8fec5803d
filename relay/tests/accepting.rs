//! What becomes of an edit: one test for each place it can end in, and what moves with it.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use support::*;
use sync_protocol::messages::Fate;
use sync_protocol::{Code, Edit, Facet, RecordId, Stamp, Value, day};

fn refused_code(error: linli_relay::error::RelayError) -> Code {
    error.problem().code
}

#[test]
fn an_edit_by_who_may_is_merged_and_its_record_moves_to_the_end_of_its_channel() {
    let town = Town::new();
    let mut tablet = town.tablet(WORKER);
    let bases = town.bases("resident", RESIDENT, "phone");
    let edit = tablet.edit(WORKER, "resident", RESIDENT, &[("phone", "10000000002".into(), &bases)]);
    let outcomes = town.push(&mut tablet, vec![edit]).unwrap();
    assert_eq!((outcomes[0].result, outcomes[0].code), (Fate::Merged, None));
    let record = town.record("resident", RESIDENT);
    assert_eq!(record.state.text("phone"), Some("10000000002"));
    assert_eq!(Some(record.revision), outcomes[0].revision);
    let page = town.pull(&tablet, &[at(&format!("grid:{GRID}"), Facet::Personal)]);
    assert_eq!(page.channels[0].listed.last(), Some(&key("resident", RESIDENT)));
}

#[test]
fn two_people_who_did_not_see_each_other_leave_a_conflict_and_settling_ends_it() {
    let town = Town::new();
    let (mut one, mut other) = (town.tablet(WORKER), town.tablet(WORKER));
    let bases = town.bases("resident", RESIDENT, "phone");
    let first = one.edit(
        WORKER,
        "resident",
        RESIDENT,
        &[("phone", "10000000002".into(), &bases), ("gender", "female".into(), &[])],
    );
    let second = other.edit(
        WORKER,
        "resident",
        RESIDENT,
        &[("phone", "10000000003".into(), &bases), ("reading", "wang fang".into(), &[])],
    );
    let both = vec![first.stamp, second.stamp];
    assert_eq!(town.push(&mut one, vec![first]).unwrap()[0].result, Fate::Merged);
    let outcome = town.push(&mut other, vec![second]).unwrap().remove(0);
    assert_eq!(outcome.result, Fate::Conflict);
    assert_eq!(outcome.fields["reading"].result, Fate::Merged);
    assert!(!outcome.fields.contains_key("phone"));
    assert_eq!(town.record("resident", RESIDENT).state.open_sides("phone").len(), 1);

    let settle = one.edit(WORKER, "resident", RESIDENT, &[("phone", "10000000002".into(), &both)]);
    assert_eq!(town.push(&mut one, vec![settle]).unwrap()[0].result, Fate::Merged);
    assert_eq!(town.record("resident", RESIDENT).state.open_sides("phone").len(), 0);
}

#[test]
fn a_late_edit_finds_its_place_from_the_log() {
    let town = Town::new();
    let (mut early, mut late) = (town.tablet(WORKER), town.tablet(WORKER));
    let bases = town.bases("resident", RESIDENT, "phone");
    let first = early.edit(WORKER, "resident", RESIDENT, &[("phone", "10000000002".into(), &bases)]);
    let second = late.edit(WORKER, "resident", RESIDENT, &[("phone", "10000000003".into(), &[first.stamp])]);
    // The one that answers arrives before the one it answers.
    town.push(&mut late, vec![second]).unwrap();
    assert_eq!(town.push(&mut early, vec![first]).unwrap()[0].result, Fate::Merged);
    let state = town.record("resident", RESIDENT).state;
    assert_eq!((state.text("phone"), state.open_sides("phone").len()), (Some("10000000003"), 0));
}

#[test]
fn f25_a_bad_edit_is_refused_by_name_and_those_behind_it_flow() {
    let town = Town::new();
    let mut tablet = town.tablet(WORKER);
    let long = "1".repeat(21);
    let edits = vec![
        tablet.edit(WORKER, "resident", RESIDENT, &[("phone", long.into(), &[])]),
        tablet.edit(WORKER, "resident", RESIDENT, &[("score", 9.into(), &[])]),
        tablet.edit(WORKER, "robot", RESIDENT, &[("phone", "1".into(), &[])]),
        tablet.edit(WORKER, "residence", RESIDENCE, &[("resident", id(CHILD).into(), &[])]),
        tablet.create(WORKER, "resident", RESIDENT, &[("name", "另一个".into())]),
        tablet.create(WORKER, "visit", 70, &visit(DWELLING, HOUSEHOLD)),
    ];
    let outcomes = town.push(&mut tablet, edits).unwrap();
    let told: Vec<_> = outcomes.iter().map(|one| (one.result, one.code)).collect();
    assert_eq!(
        told,
        [
            (Fate::Refused, Some(Code::ValueInvalid)),
            (Fate::Refused, Some(Code::UnknownField)),
            (Fate::Refused, Some(Code::UnknownKind)),
            (Fate::Refused, Some(Code::SetOnce)),
            (Fate::Refused, Some(Code::AlreadyThere)),
            (Fate::Merged, None),
        ]
    );
    assert_eq!(outcomes[0].fields["phone"].code, Some(Code::ValueInvalid));
    assert_eq!(town.record("resident", RESIDENT).state.text("name"), Some("王芳"));
}

#[test]
fn f25_one_poison_edit_anywhere_in_a_full_push_delays_no_other() {
    let town = Town::new();
    for at in [0u64, 1, 99, 198, 199] {
        let mut tablet = town.tablet(WORKER);
        let edits: Vec<_> = (0..200u64)
            .map(|number| match number == at {
                true => tablet.edit(WORKER, "resident", RESIDENT, &[("phone", "x".repeat(21).into(), &[])]),
                false => Edit {
                    record: RecordId::mint(at, [number as u8; 10]),
                    ..tablet.create(WORKER, "visit", 70, &visit(DWELLING, HOUSEHOLD))
                },
            })
            .collect();
        let outcomes = town.push(&mut tablet, edits).unwrap();
        let refused: Vec<_> = outcomes.iter().filter(|one| one.result == Fate::Refused).map(|one| one.number).collect();
        assert_eq!(refused, [at as u32 + 1], "only the poison is refused");
        assert_eq!(outcomes.len(), 200, "everybody behind it heard its outcome in the same answer");
    }
}

#[test]
fn who_never_had_the_right_is_refused_and_who_lost_it_lately_is_held() {
    let town = Town::new();
    for (person, fate, code) in [
        (OTHER_WORKER, Fate::Refused, Code::NeverAllowed),
        (LEAD, Fate::Refused, Code::NeverAllowed),
        (ADMINISTRATOR, Fate::Refused, Code::NeverAllowed),
        (FORMER_WORKER, Fate::Held, Code::RightEnded),
    ] {
        let mut tablet = town.tablet(person);
        let edit = tablet.edit(person, "resident", RESIDENT, &[("phone", "10000000009".into(), &[])]);
        let outcome = town.push(&mut tablet, vec![edit]).unwrap().remove(0);
        assert_eq!((outcome.result, outcome.code), (fate, Some(code)), "p{person}");
    }
    assert_eq!(town.record("resident", RESIDENT).state.text("phone"), Some("10000000001"));
}

#[test]
fn a_tablet_speaks_for_its_own_person_only() {
    let town = Town::new();
    let mut tablet = town.tablet(OTHER_WORKER);
    let edit = tablet.edit(WORKER, "resident", RESIDENT, &[("phone", "10000000009".into(), &[])]);
    let outcome = town.push(&mut tablet, vec![edit]).unwrap().remove(0);
    assert_eq!((outcome.result, outcome.code), (Fate::Refused, Some(Code::NeverAllowed)));
}

#[test]
fn an_edit_of_somebody_signed_out_is_offered_again_and_then_taken() {
    let town = Town::new();
    let mut console = town.console();
    let bases = town.bases("resident", RESIDENT, "name");
    let first = console.edit(SUPERVISOR, "resident", RESIDENT, &[("name", "王方".into(), &bases)]);
    let second = console.edit(SUPERVISOR, "resident", RESIDENT, &[("gender", "female".into(), &[])]);
    let edits = vec![first, second];
    let outcomes = town.push_after(&console, None, edits.clone(), &[]).unwrap();
    assert!(outcomes.iter().all(|one| (one.result, one.code) == (Fate::Later, Some(Code::SessionEnded))));
    assert_eq!(town.record("resident", RESIDENT).state.text("name"), Some("王芳"));

    let outcomes = town.push_signed_in(&mut console, edits, &[SUPERVISOR]).unwrap();
    assert!(outcomes.iter().all(|one| one.result == Fate::Merged), "{outcomes:?}");
    assert_eq!(town.record("resident", RESIDENT).state.text("name"), Some("王方"));
}

#[test]
fn an_edit_waits_for_the_record_it_belongs_to_and_is_then_taken() {
    let town = Town::new();
    let (mut one, mut other) = (town.tablet(WORKER), town.tablet(WORKER));
    let visit_edit = one.create(WORKER, "visit", 70, &visit(DWELLING, 71));
    let corrected = one.edit(WORKER, "household", 71, &[("home_hours", "晚上".into(), &[])]);
    let outcomes = town.push(&mut one, vec![visit_edit, corrected]).unwrap();
    assert!(outcomes.iter().all(|one| one.result == Fate::Waiting), "{outcomes:?}");

    let created = other.create(WORKER, "household", 71, &household(DWELLING));
    assert_eq!(town.push(&mut other, vec![created]).unwrap()[0].result, Fate::Merged);
    assert_eq!(town.channels("visit", 70), [format!("grid:{GRID}")]);
    assert_eq!(town.record("household", 71).state.text("home_hours"), Some("晚上"));
    let listed = town.pull(&one, &[at(&format!("grid:{GRID}"), Facet::Personal)]).channels.remove(0).listed;
    assert!(listed.contains(&key("visit", 70)) && listed.contains(&key("household", 71)));
}

#[test]
fn a_repeated_push_hears_the_same_again_and_changes_nothing() {
    let town = Town::new();
    let mut tablet = town.tablet(WORKER);
    let edits = vec![
        tablet.create(WORKER, "visit", 70, &visit(DWELLING, HOUSEHOLD)),
        tablet.edit(WORKER, "resident", RESIDENT, &[("score", 9.into(), &[])]),
        tablet.edit(WORKER, "resident", RESIDENT, &[("gender", "female".into(), &[])]),
    ];
    let first = town.push_after(&tablet, None, edits.clone(), &[]).unwrap();
    let before = (town.record("visit", 70), town.record("resident", RESIDENT));
    // Whole, and with one more behind it, as after an answer that was lost.
    assert_eq!(town.push_after(&tablet, None, edits.clone(), &[]).unwrap(), first);
    let mut more = edits;
    more.push(tablet.edit(WORKER, "household", HOUSEHOLD, &[("home_hours", "晚上".into(), &[])]));
    let again = town.push_after(&tablet, None, more, &[]).unwrap();
    assert_eq!(again[..3], first[..]);
    assert_eq!(again[3].result, Fate::Merged);
    assert_eq!((town.record("visit", 70), town.record("resident", RESIDENT)), before);
}

#[test]
fn a_chain_that_does_not_continue_is_a_clone_and_nothing_of_it_is_taken() {
    let town = Town::new();
    let mut tablet = town.tablet(WORKER);
    let first = tablet.create(WORKER, "visit", 70, &visit(DWELLING, HOUSEHOLD));
    town.push(&mut tablet, vec![first.clone()]).unwrap();
    let next = tablet.create(WORKER, "visit", 71, &visit(DWELLING, HOUSEHOLD));

    let mut gap = next.clone();
    gap.number = 3;
    let mut other_first = first.clone();
    other_first.record = id(72);
    let stranger = Some(sync_protocol::EditId::from_bytes([9; 16]));
    let mut skipping = vec![next.clone(), next.clone()];
    skipping[1].number = 4;
    for (before, edits) in [
        (tablet.last, vec![gap]),
        (None, vec![other_first.clone()]),
        (None, vec![other_first, next.clone()]),
        (stranger, vec![next.clone()]),
        (None, vec![next.clone()]),
        (tablet.last, skipping),
    ] {
        let error = town.push_after(&tablet, before, edits, &[]).unwrap_err();
        assert_eq!(refused_code(error), Code::ChainBroken);
    }
    let page = town.pull(&tablet, &[at(&format!("grid:{GRID}"), Facet::Personal)]);
    assert!(!page.channels[0].listed.contains(&key("visit", 72)));
    assert_eq!(town.push(&mut tablet, vec![next]).unwrap()[0].result, Fate::Merged);
}

#[test]
fn a_push_that_its_device_did_not_sign_is_not_taken() {
    let town = Town::new();
    let (mut tablet, other) = (town.tablet(WORKER), town.tablet(WORKER));
    let edit = tablet.create(WORKER, "visit", 70, &visit(DWELLING, HOUSEHOLD));
    let mut request = tablet.request(None, vec![edit.clone()]);
    request.signature = other.request(None, vec![edit]).signature;
    let device = town.relay.store().read(|tx| tx.device(tablet.number)).unwrap().unwrap();
    let error = linli_relay::accept::Pushed::verified(request, &device).err().unwrap();
    assert_eq!(refused_code(error), Code::SignatureInvalid);
}

#[test]
fn an_edit_from_a_clock_that_runs_ahead_gets_an_order_and_does_not_drag_the_relay() {
    let town = Town::new();
    let (mut ahead, mut honest) = (town.tablet(WORKER), town.tablet(WORKER));
    let hour = 3_600_000;
    let next_year = Stamp { ms: now_ms() + 365 * 24 * hour, counter: 0, device: ahead.number };
    ahead.clock.observe(next_year);
    let bases = town.bases("resident", RESIDENT, "phone");
    let first = ahead.edit(WORKER, "resident", RESIDENT, &[("phone", "10000000002".into(), &bases)]);
    let first_stamp = first.stamp;
    let outcome = town.push(&mut ahead, vec![first]).unwrap().remove(0);
    let order = outcome.order.unwrap();
    assert!(order.ms < now_ms() + hour, "{order}");

    // Who was shown that edit writes over it with a stamp a year older, and counts as later all the same.
    let over = honest.edit(WORKER, "resident", RESIDENT, &[("phone", "10000000003".into(), &[first_stamp])]);
    let outcome = town.push(&mut honest, vec![over]).unwrap().remove(0);
    assert!(outcome.order.is_none_or(|later| later > order));
    let state = town.record("resident", RESIDENT).state;
    assert_eq!((state.text("phone"), state.open_sides("phone").len()), (Some("10000000003"), 0));
}

#[test]
fn a_day_after_tomorrow_cannot_become_the_last_visit() {
    let town = Town::new();
    let mut tablet = town.tablet(WORKER);
    let today = day::day_of(now_ms());
    let fields = [("last_visited", "2099-01-01".into(), &[][..]), ("home_hours", "晚上".into(), &[][..])];
    let edits = vec![
        tablet.edit(WORKER, "household", HOUSEHOLD, &fields),
        tablet.edit(WORKER, "household", HOUSEHOLD, &[("last_visited", today.as_str().into(), &[])]),
        tablet.edit(WORKER, "household", HOUSEHOLD, &[("last_visited", "2099-01-01".into(), &[])]),
    ];
    let outcomes = town.push(&mut tablet, edits).unwrap();
    assert_eq!(outcomes[0].result, Fate::Merged);
    assert_eq!(outcomes[0].fields["last_visited"].result, Fate::Refused);
    assert_eq!((outcomes[2].result, outcomes[2].code), (Fate::Refused, Some(Code::ValueInvalid)));
    let state = town.record("household", HOUSEHOLD).state;
    assert_eq!((state.text("last_visited"), state.text("home_hours")), (Some(today.as_str()), Some("晚上")));
}

#[test]
fn a_household_that_moves_takes_its_people_along_and_leaves_the_old_grid() {
    let town = Town::new();
    let mut console = town.console();
    let (old, new) = (format!("grid:{GRID}"), format!("grid:{OTHER_GRID}"));
    let everything = |grid: &str| [at(grid, Facet::Personal), at(grid, Facet::Guarded), at(grid, Facet::Identity)];
    let bases = town.bases("household", HOUSEHOLD, "dwelling");
    let edit = console.edit(SUPERVISOR, "household", HOUSEHOLD, &[("dwelling", id(OTHER_DWELLING).into(), &bases)]);
    let outcomes = town.push_signed_in(&mut console, vec![edit], &[SUPERVISOR]).unwrap();
    assert_eq!(outcomes[0].result, Fate::Merged);

    let moved = [
        key("household", HOUSEHOLD),
        key("resident", RESIDENT),
        key("residence", RESIDENCE),
        key("resident", CHILD),
        key("identity", RESIDENT),
    ];
    let left = town.pull(&console, &everything(&old)).channels;
    let come = town.pull(&console, &everything(&new)).channels;
    for record in moved {
        assert!(left.iter().any(|page| page.departed.contains(&record)), "{record} has not left");
        assert!(!left.iter().any(|page| page.listed.contains(&record)), "{record} is still listed");
        assert!(come.iter().any(|page| page.listed.contains(&record)), "{record} has not come");
    }
    assert_eq!(town.channels("dwelling", DWELLING).first(), Some(&old), "places stay");
}

#[test]
fn who_moves_between_two_homes_of_one_grid_stays_and_then_follows_the_last() {
    let town = Town::new();
    let mut worker = town.tablet(WORKER);
    let edits = vec![
        worker.create(WORKER, "household", 71, &household(DWELLING)),
        worker.create(
            WORKER,
            "residence",
            72,
            &[
                ("resident", id(RESIDENT).into()),
                ("household", id(71).into()),
                ("relation", "head".into()),
                ("stays", "second".into()),
            ],
        ),
        worker.edit(WORKER, "residence", RESIDENCE, &[("until", "2026-11-01".into(), &[])]),
    ];
    let outcomes = town.push(&mut worker, edits).unwrap();
    assert!(outcomes.iter().all(|one| one.result == Fate::Merged), "{outcomes:?}");
    assert_eq!(town.channels("resident", RESIDENT), [format!("grid:{GRID}")]);

    let mut console = town.console();
    let bases = town.bases("household", 71, "dwelling");
    let edit = console.edit(SUPERVISOR, "household", 71, &[("dwelling", id(OTHER_DWELLING).into(), &bases)]);
    town.push_signed_in(&mut console, vec![edit], &[SUPERVISOR]).unwrap();
    assert_eq!(town.channels("resident", RESIDENT), [format!("grid:{OTHER_GRID}")]);
    assert_eq!(town.channels("identity", RESIDENT), [format!("grid:{OTHER_GRID}")]);
    assert_eq!(town.channels("residence", RESIDENCE), [format!("grid:{GRID}")], "an ended one stays with the place");
}

#[test]
fn somebody_new_is_listed_with_their_first_home() {
    let town = Town::new();
    let mut worker = town.tablet(WORKER);
    let created = worker.create(WORKER, "resident", 70, &[("name", "尉迟恭".into())]);
    assert_eq!(town.push(&mut worker, vec![created]).unwrap()[0].result, Fate::Merged);
    assert!(town.channels("resident", 70).is_empty());
    let fields: [(&str, Value); 4] = [
        ("resident", id(70).into()),
        ("household", id(HOUSEHOLD).into()),
        ("relation", "other".into()),
        ("stays", "main".into()),
    ];
    let moved_in = worker.create(WORKER, "residence", 71, &fields);
    town.push(&mut worker, vec![moved_in]).unwrap();
    assert_eq!(town.channels("resident", 70), [format!("grid:{GRID}")]);
}

#[test]
fn two_who_enter_one_identity_number_apart_leave_a_conflict_and_lose_nothing() {
    let town = Town::new().with_identity_right(WORKER, GRID);
    let (mut one, mut other) = (town.tablet(WORKER), town.tablet(WORKER));
    let number = |number: &str| [("document", Value::from("resident_card")), ("number", number.into())];
    let first = one.create(WORKER, "identity", CHILD, &number("999999201801010011"));
    let second = other.create(WORKER, "identity", CHILD, &number("999999201801010022"));
    assert_eq!(town.push(&mut one, vec![first]).unwrap()[0].result, Fate::Merged);
    assert_eq!(town.push(&mut other, vec![second]).unwrap()[0].result, Fate::Conflict);
    assert_eq!(town.record("identity", CHILD).state.open_sides("number").len(), 1);
}
