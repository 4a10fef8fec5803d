use super::*;
use crate::edit::FieldEdit;
use crate::ids::DeviceNumber;
use crate::schema;
use proptest::prelude::*;

const FIELDS: [&str; 4] = ["phone", "home", "tags:a", "seen_on"];

/// A small schema of its own, as a simulation or benchmark declares one.
fn kind() -> Kind {
    schema::testing::kind("thing", &["phone", "home"], &["tags"], &["seen_on"])
}

/// A creation and up to four more edits, each knowing some of what was written before it.
fn histories() -> impl Strategy<Value = Vec<Accepted>> {
    let one = (0u32..3, prop::collection::vec((0usize..4, 0i64..3, prop::collection::vec(any::<bool>(), 5)), 1..3));
    prop::collection::vec(one, 1..=5).prop_map(|edits| {
        let mut accepted: Vec<Accepted> = Vec::new();
        for (at, (device, fields)) in edits.into_iter().enumerate() {
            let stamp = Stamp { ms: 1 + at as u64 / 2, counter: at as u16, device: DeviceNumber(device) };
            let fields = fields
                .into_iter()
                .map(|(field, value, shown)| {
                    let name = FIELDS[field];
                    let knows = |one: &&Accepted| one.edit.fields.contains_key(name);
                    let seen = accepted.iter().filter(knows).zip(shown).filter(|(_, seen)| *seen);
                    let bases = seen.map(|(one, _)| one.edit.stamp).collect();
                    let value = if name == "tags:a" { Value::Bool(value > 0) } else { value.into() };
                    (name.to_owned(), FieldEdit { value, bases })
                })
                .collect();
            let edit = Edit {
                kind: "thing".into(),
                record: RecordId::from_bytes([1; 16]),
                create: at == 0,
                author: RecordId::from_bytes([9; 16]),
                device: DeviceNumber(device),
                number: at as u32 + 1,
                stamp,
                fields,
            };
            accepted.push(Accepted { id: edit.id(accepted.last().map(|one| one.id)), edit, order: None });
        }
        accepted
    })
}

fn one_by_one(kind: &Kind, arrival: &[Accepted]) -> RecordState {
    let mut state = RecordState::from_edits(kind, &arrival[..1]).unwrap();
    for count in 1..arrival.len() {
        let log = || Ok::<_, ()>(arrival[..=count].to_vec());
        state.apply(kind, &arrival[count], log).unwrap();
    }
    state
}

proptest! {
    #[test]
    fn the_order_of_arrival_does_not_matter(history in histories(), seed: u64) {
        let kind = kind();
        let expected = RecordState::from_edits(&kind, &history).unwrap();
        // The creation comes first, as the relay keeps edits waiting until it has come; the rest in any order.
        let mut arrival = history.clone();
        let mut seed = seed;
        for i in (2..arrival.len()).rev() {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            arrival.swap(i, 1 + (seed >> 33) as usize % i);
        }
        prop_assert_eq!(one_by_one(&kind, &arrival), expected);
    }

    #[test]
    fn grouping_does_not_matter(history in histories()) {
        let kind = kind();
        prop_assert_eq!(one_by_one(&kind, &history), RecordState::from_edits(&kind, &history).unwrap());
    }

    #[test]
    fn receiving_the_same_copy_twice_changes_nothing(history in histories()) {
        let kind = kind();
        let twice = [history.clone(), history.clone()].concat();
        prop_assert_eq!(RecordState::from_edits(&kind, &twice), RecordState::from_edits(&kind, &history));
    }

    #[test]
    fn the_overlay_shows_what_the_relay_will_say(history in histories()) {
        let kind = kind();
        let state = RecordState::from_edits(&kind, &history[..1]).unwrap();
        prop_assert_eq!(state.overlay(&kind, &history[1..]), RecordState::from_edits(&kind, &history).unwrap());
    }
}
