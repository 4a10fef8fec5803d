use super::*;
use crate::edit::{DELETED, Edit, FieldEdit};
use crate::record::Mark;
use crate::record::{Accepted, RecordState};
use crate::schema::Kind;
use proptest::prelude::*;

fn kind() -> Kind {
    crate::schema::testing::kind("thing", &["phone"], &["tags"], &[])
}

/// An edit that sets one field, made at `ms` by the device and author of this number.
fn wrote(ms: u64, device: u8, field: &str, value: impl Into<Value>, bases: &[&Accepted]) -> Accepted {
    let edit = Edit {
        kind: "thing".into(),
        record: RecordId::from_bytes([1; 16]),
        create: bases.is_empty(),
        author: RecordId::from_bytes([device; 16]),
        device: DeviceNumber(device.into()),
        number: ms as u32,
        stamp: Stamp { ms, counter: 0, device: DeviceNumber(device.into()) },
        fields: BTreeMap::from([(
            field.to_owned(),
            FieldEdit { value: value.into(), bases: bases.iter().map(|one| one.edit.stamp).collect() },
        )]),
    };
    Accepted { id: edit.id(None), edit, order: None }
}

/// A number, and what tablet and console made of it without seeing each other.
fn apart() -> Vec<Accepted> {
    let first = wrote(1, 1, "phone", "old", &[]);
    let tablet = wrote(2, 2, "phone", "tablet", &[&first]);
    let console = wrote(3, 3, "phone", "console", &[&first]);
    vec![first, tablet, console]
}

/// What taking a settlement back writes: each side again, by one device, the one that won last.
fn taken_back(ms: u64, device: u8, settlement: &Accepted, sides: &[&str]) -> Vec<Accepted> {
    (ms..).zip(sides).map(|(ms, side)| wrote(ms, device, "phone", *side, &[settlement])).collect()
}

fn said(conflict: &Conflict) -> Vec<(&str, u32)> {
    conflict.sides.iter().map(|side| (side.value.as_text().unwrap(), side.device.0)).collect()
}

#[test]
fn each_side_stands_with_its_author_and_what_it_was_written_over() {
    let log = apart();
    let conflict = field_conflict("phone", &log).unwrap();
    assert_eq!(said(&conflict), [("console", 3), ("tablet", 2)]);
    assert_eq!((conflict.count, conflict.settled), (2, None));
    assert!(conflict.sides.iter().all(|side| side.base == Value::from("old")));
    assert_eq!(field_conflict("phone", &log[..2]), None, "an ordinary edit is no conflict");
}

#[test]
fn a_settlement_says_who_chose_what_and_keeps_the_sides() {
    let mut log = apart();
    log.push(wrote(4, 4, "phone", "tablet", &[&log[1], &log[2]]));
    let conflict = field_conflict("phone", &log).unwrap();
    let settled = conflict.settled.clone().unwrap();
    assert_eq!((settled.device, settled.value, settled.edit), (DeviceNumber(4), "tablet".into(), log[3].id));
    assert_eq!(said(&conflict), [("console", 3), ("tablet", 2)]);
}

#[test]
fn a_side_that_was_not_listed_stays_open() {
    let mut log = apart();
    log.push(wrote(4, 5, "phone", "third", &[&log[0]]));
    log.push(wrote(5, 4, "phone", "tablet", &[&log[1], &log[2]]));
    assert_eq!(said(&field_conflict("phone", &log).unwrap()), [("tablet", 4), ("third", 5)]);
}

#[test]
fn a_settlement_taken_back_stands_again_under_the_names_of_its_first_authors() {
    let mut log = apart();
    log.push(wrote(4, 4, "phone", "tablet", &[&log[1], &log[2]]));
    log.extend(taken_back(5, 6, &log[3], &["tablet", "console"]));
    let again = field_conflict("phone", &log).unwrap();
    assert_eq!((said(&again), again.settled.clone()), (vec![("console", 3), ("tablet", 2)], None));
    assert_eq!(again.sides.iter().map(|side| side.at_ms).collect::<Vec<_>>(), [3, 2]);
    // And once more, over the sides as they stand now.
    log.push(wrote(8, 4, "phone", "console", &[&log[4], &log[5]]));
    log.extend(taken_back(9, 7, &log[6], &["tablet", "console"]));
    assert_eq!(said(&field_conflict("phone", &log).unwrap()), [("console", 3), ("tablet", 2)]);
}

#[test]
fn two_later_people_who_differ_over_a_settlement_are_named_themselves() {
    let mut log = apart();
    log.push(wrote(4, 4, "phone", "tablet", &[&log[1], &log[2]]));
    log.push(wrote(5, 6, "phone", "console", &[&log[3]]));
    log.push(wrote(6, 7, "phone", "tablet", &[&log[3]]));
    assert_eq!(said(&field_conflict("phone", &log).unwrap()), [("tablet", 7), ("console", 6)]);
}

#[test]
fn beyond_eight_sides_the_oldest_are_counted_only() {
    let first = wrote(1, 1, "phone", "old", &[]);
    let mut log = vec![first.clone()];
    log.extend((0..12u8).map(|n| wrote(2 + u64::from(n), 10 + n, "phone", format!("side {n}"), &[&first])));
    let conflict = field_conflict("phone", &log).unwrap();
    assert_eq!((conflict.sides.len(), conflict.count), (MOST_SIDES, 12));
    assert_eq!(conflict.sides[0].value, "side 11".into());
}

#[test]
fn a_conflict_survives_its_record() {
    let mut log = apart();
    for _ in 0..2 {
        let conflict = field_conflict("phone", &log).unwrap();
        let fields = conflict.to_fields();
        assert_eq!(Conflict::read(&fields["sides"], &fields["count"], &fields["settled"]), conflict);
        log.push(wrote(4, 4, "phone", "tablet", &[&log[1], &log[2]]));
    }
}

#[test]
fn what_a_deletion_did_not_know_can_restore_the_record_or_stay_deleted() {
    let first = wrote(1, 1, "phone", "old", &[]);
    let deletion = wrote(2, 2, DELETED, true, &[&first]);
    let change = wrote(3, 3, "phone", "new", &[&first]);
    assert_eq!(changed_when_deleted(&kind(), &[first.clone(), deletion.clone()], &[]), None);
    let mut log = vec![first, change.clone(), deletion.clone()];
    let conflict = changed_when_deleted(&kind(), &log, &[]).unwrap();
    let sides: Vec<_> = conflict.sides.iter().map(|side| (side.value.clone(), side.changed.clone())).collect();
    assert_eq!(sides, [(true.into(), vec![]), (false.into(), vec!["phone".to_owned()])]);
    for (stays, value) in [(true, true), (false, false)] {
        log.truncate(3);
        log.push(wrote(4, 4, DELETED, value, &[&deletion, &change]));
        assert_eq!(changed_when_deleted(&kind(), &log, &[]).and_then(|one| one.settled.is_none().then_some(one)), None);
        let state = RecordState::from_edits(&kind(), &log).unwrap();
        assert_eq!((state.is_deleted(), state.text("phone")), (stays, Some("new")));
    }
}

#[test]
fn a_child_that_the_deletion_did_not_know_is_a_side_until_somebody_lists_it() {
    let first = wrote(1, 1, "phone", "old", &[]);
    let child = |one: &Accepted| Child {
        kind: "residence".into(),
        created: Mark { stamp: one.edit.stamp, order: None, edit: one.id, author: one.edit.author },
    };
    let (known, unknown) = (wrote(2, 2, "phone", "child", &[]), wrote(3, 3, "phone", "child", &[]));
    let children = [child(&known), child(&unknown)];
    let deletion = wrote(4, 4, DELETED, true, &[&first, &known]);
    let mut log = vec![first, deletion.clone()];
    let conflict = changed_when_deleted(&kind(), &log, &children).unwrap();
    let sides: Vec<_> = conflict.sides.iter().map(|side| (side.stamp, side.changed.join(","))).collect();
    assert_eq!(sides, [(deletion.edit.stamp, String::new()), (unknown.edit.stamp, "child:residence".into())]);
    assert_eq!(changed_when_deleted(&kind(), &log, &children[..1]), None);
    log.push(wrote(5, 5, DELETED, true, &[&deletion, &unknown]));
    assert_eq!(changed_when_deleted(&kind(), &log, &children), None);
}

/// Up to six edits of a phone number or of `deleted`, settlements and settlements taken back among them.
fn histories() -> impl Strategy<Value = Vec<Accepted>> {
    let step = (0u8..6, 1u8..4, any::<[bool; 8]>());
    prop::collection::vec(step, 0..6).prop_map(|steps| {
        let mut log = vec![wrote(1, 1, "phone", "old", &[])];
        for (what, device, shown) in steps {
            let ms = 1 + log.len() as u64;
            let known: Vec<&Accepted> = log.iter().zip(shown).filter(|(_, shown)| *shown).map(|(one, _)| one).collect();
            let known = if known.is_empty() { vec![&log[0]] } else { known };
            let next = match what {
                0 => vec![wrote(ms, device, DELETED, shown[7], &known)],
                1 => taken_back(ms, device, log.last().unwrap(), &["0", "1"]),
                value => vec![wrote(ms, device, "phone", (value % 3).to_string(), &known)],
            };
            log.extend(next);
        }
        log
    })
}

proptest! {
    #[test]
    fn the_order_of_arrival_does_not_matter(log in histories(), seed: u64) {
        let mut arrival = log.clone();
        let mut seed = seed;
        for i in (1..arrival.len()).rev() {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            arrival.swap(i, (seed >> 33) as usize % (i + 1));
        }
        prop_assert_eq!(field_conflict("phone", &arrival), field_conflict("phone", &log));
        prop_assert_eq!(changed_when_deleted(&kind(), &arrival, &[]), changed_when_deleted(&kind(), &log, &[]));
    }

    #[test]
    fn receiving_the_same_copy_twice_changes_nothing(log in histories()) {
        let twice = [log.clone(), log.clone()].concat();
        prop_assert_eq!(field_conflict("phone", &twice), field_conflict("phone", &log));
        prop_assert_eq!(changed_when_deleted(&kind(), &twice, &[]), changed_when_deleted(&kind(), &log, &[]));
    }

    #[test]
    fn an_open_conflict_ends_with_an_edit_that_lists_every_side_and_stands_again_when_that_is_taken_back(log in histories()) {
        let Some(open) = field_conflict("phone", &log).filter(|one| one.settled.is_none()) else { return Ok(()) };
        let ms = 50;
        let mut settlement = wrote(ms, 8, "phone", "chosen", &[]);
        settlement.edit.create = false;
        settlement.edit.fields.get_mut("phone").unwrap().bases = open.sides.iter().map(|side| side.stamp).collect();
        settlement.id = settlement.edit.id(None);
        let mut log = log;
        log.push(settlement.clone());
        let settled = field_conflict("phone", &log).unwrap();
        prop_assert_eq!(settled.settled.as_ref().map(|one| one.edit), Some(settlement.id));
        prop_assert_eq!(&settled.sides, &open.sides);

        let mut values: Vec<&str> = Vec::new();
        for side in open.sides.iter().rev() {
            let value = side.value.as_text().unwrap();
            values.retain(|other| *other != value);
            values.push(value);
        }
        log.extend(taken_back(ms + 1, 9, &settlement, &values));
        let again = field_conflict("phone", &log).unwrap();
        prop_assert_eq!(again.settled, None);
        prop_assert_eq!(again.sides.iter().rev().map(|side| side.value.as_text().unwrap()).collect::<Vec<_>>(), values);
        for side in &again.sides {
            prop_assert!(open.sides.iter().any(|before| {
                (&before.value, before.author, before.at_ms) == (&side.value, side.author, side.at_ms)
            }), "{:?} is under no name of before", side);
        }
    }
}
