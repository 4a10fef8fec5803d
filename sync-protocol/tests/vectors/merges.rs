use crate::words::*;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use sync_protocol::record::Accepted;
use sync_protocol::schema::{Rule, linli};
use sync_protocol::{Digest, RecordState, Stamp, Value};

pub fn vectors() -> Vec<Json> {
    vec![
        vector(&["STATE-1", "STATE-2", "MERGE-1"], "a creation alone", created().accepted()),
        vector(&["MERGE-1", "STATE-2"], "a change that answers what was there", one_after_another()),
        vector(&["MERGE-1", "MERGE-3", "STATE-1", "STATE-3"], "two who did not see each other", apart()),
        vector(&["MERGE-1"], "a settlement that lists both sides", settled(true)),
        vector(&["MERGE-1", "CONFLICT-5"], "a settlement that lists one side only", settled(false)),
        vector(&["MERGE-3", "STATE-3", "EDIT-3"], "two who say the same", the_same()),
        vector(&["STATE-3", "EDIT-6", "DELETE-1"], "deleted by somebody who was shown all of it", deleted()),
        vector(&["MERGE-8", "MERGE-1"], "the relay gave the earlier stamp a later order", ordered()),
        vector(&["MERGE-1"], "equal orders: the greater edit id wins", cloned()),
        vector(&["MERGE-4"], "once: a second creation does not move it", twice_created("issue_step")),
        vector(&["MERGE-7"], "two creations of a kind that shares an id", twice_created("identity")),
        vector(&["MERGE-7"], "no creation, no record", created_by_nobody()),
        vector(&["MERGE-5"], "greatest: the greatest day stands, whoever was last", greatest()),
        vector(&["MERGE-6", "EDIT-5"], "a set: present wins over absent until somebody answers it", set()),
    ]
}

/// What follows from edits in every order they can come in.
fn vector(shows: &[&str], name: &str, accepted: Vec<Accepted>) -> Json {
    let kind = linli().kind(&accepted[0].edit.kind).unwrap();
    let state = RecordState::from_edits(kind, &accepted);
    let mut turned = accepted.clone();
    for _ in 0..accepted.len() {
        turned.rotate_left(1);
        assert_eq!(RecordState::from_edits(kind, &turned), state, "{name}");
    }
    let twice = [accepted.clone(), accepted.clone()].concat();
    assert_eq!(RecordState::from_edits(kind, &twice), state, "{name}");
    let mut shows = shows.to_vec();
    shows.push("MERGE-2");
    let mut vector = json!({ "shows": shows, "name": name, "accepted": spelled(&accepted), "state": state });
    let Some(state) = state else { return vector };
    let mut sides: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for field in state.fields.keys().filter(|field| kind.rule(field) == Some(Rule::Latest)) {
        let open: Vec<&Value> = state.open_sides(field).into_iter().map(|(_, value)| value).collect();
        if !open.is_empty() {
            sides.insert(field, open);
        }
    }
    let shown: BTreeMap<&str, Vec<Stamp>> =
        state.fields.keys().map(|field| (field.as_str(), state.shown_stamps(field))).collect();
    let sets: BTreeMap<&str, _> = kind
        .fields
        .iter()
        .filter(|field| field.rule == Rule::Set)
        .map(|field| (field.name, state.set(field.name)))
        .collect();
    vector["open_sides"] = json!(sides);
    vector["shown_stamps"] = json!(shown);
    vector["sets"] = json!(sets);
    vector["digest"] = json!(Digest::of(&state));
    vector
}

fn created() -> Device {
    let mut first = Device::new(7, 1);
    first.create(0, "resident", 45, &[("name", "王芳".into()), ("phone", "old".into())]);
    first
}

fn all(devices: &[&Device]) -> Vec<Accepted> {
    devices.iter().flat_map(|device| device.accepted()).collect()
}

fn one_after_another() -> Vec<Accepted> {
    let mut first = created();
    let base = first.edits[0].stamp;
    first.save(1_000, "resident", 45, &[("phone", "new".into(), &[base])]);
    first.accepted()
}

fn two() -> (Device, Device, Device) {
    let (first, mut tablet, mut console) = (created(), Device::new(8, 2), Device::new(9, 3));
    let base = first.edits[0].stamp;
    tablet.save(1_000, "resident", 45, &[("phone", "tablet".into(), &[base])]);
    console.save(2_000, "resident", 45, &[("phone", "console".into(), &[base]), ("reading", "fang".into(), &[])]);
    (first, tablet, console)
}

fn apart() -> Vec<Accepted> {
    let (first, tablet, console) = two();
    all(&[&first, &tablet, &console])
}

fn settled(both: bool) -> Vec<Accepted> {
    let (first, tablet, console) = two();
    let sides = [tablet.edits[0].stamp, console.edits[0].stamp];
    let mut third = Device::new(10, 4);
    third.save(3_000, "resident", 45, &[("phone", "tablet".into(), if both { &sides } else { &sides[1..] })]);
    // Where one side is left out, a third value stands against it.
    if !both {
        third.edits[0].fields.get_mut("phone").unwrap().value = "third".into();
    }
    all(&[&first, &tablet, &console, &third])
}

fn the_same() -> Vec<Accepted> {
    let (first, tablet, mut console) = two();
    console.edits[0].fields.get_mut("phone").unwrap().value = "tablet".into();
    all(&[&first, &tablet, &console])
}

fn deleted() -> Vec<Accepted> {
    let mut first = created();
    let base = first.edits[0].stamp;
    let changed = first.save(1_000, "resident", 45, &[("phone", "new".into(), &[base])]);
    first.save(2_000, "resident", 45, &[("deleted", true.into(), &[base, changed])]);
    first.accepted()
}

fn ordered() -> Vec<Accepted> {
    let mut accepted = apart();
    accepted[1].order = Some(stamp(5_000, 1));
    accepted
}

fn cloned() -> Vec<Accepted> {
    let (first, mut tablet, mut other) = (created(), Device::new(8, 2), Device::new(8, 2));
    let base = first.edits[0].stamp;
    tablet.save(1_000, "resident", 45, &[("phone", "one".into(), &[base])]);
    other.save(1_000, "resident", 45, &[("phone", "other".into(), &[base])]);
    all(&[&first, &tablet, &other])
}

fn twice_created(kind: &str) -> Vec<Accepted> {
    let (mut one, mut other) = (Device::new(7, 1), Device::new(8, 2));
    if kind == "identity" {
        one.create(0, kind, 45, &[("document", "resident_card".into()), ("number", "999999199001010011".into())]);
        other.create(900, kind, 45, &[("document", "passport".into()), ("number", "E00000000".into())]);
    } else {
        // An issue's step: every field of it is set once.
        let fields = |step: &str| {
            vec![
                ("issue", id(20).into()),
                ("step", step.into()),
                ("happened_at", "2026-11-23T01:12:00.000Z".into()),
                ("author_name", "李娜".into()),
            ]
        };
        one.create(0, kind, 45, &fields("urge"));
        other.create(900, kind, 45, &fields("add"));
    }
    all(&[&one, &other])
}

fn created_by_nobody() -> Vec<Accepted> {
    let mut one = Device::new(7, 1);
    one.save(0, "resident", 45, &[("phone", "new".into(), &[])]);
    one.accepted()
}

fn greatest() -> Vec<Accepted> {
    let mut one = Device::new(7, 1);
    one.create(0, "household", 44, &[("dwelling", id(42).into()), ("last_visited", "2026-11-01".into())]);
    one.save(1_000, "household", 44, &[("last_visited", "2026-11-20".into(), &[stamp(0, 7)])]);
    one.save(2_000, "household", 44, &[("last_visited", "2026-11-09".into(), &[stamp(1_000, 7)])]);
    one.save(3_000, "household", 44, &[("last_visited", "2026-11-20".into(), &[])]);
    one.accepted()
}

fn set() -> Vec<Accepted> {
    let (mut one, mut other) = (created(), Device::new(8, 2));
    let added = one.save(
        1_000,
        "resident",
        45,
        &[("other_names:阿芳", true.into(), &[]), ("other_names:芳芳", true.into(), &[])],
    );
    other.save(
        2_000,
        "resident",
        45,
        &[("other_names:阿芳", false.into(), &[]), ("other_names:芳芳", false.into(), &[added])],
    );
    all(&[&one, &other])
}
