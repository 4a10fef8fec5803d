use crate::words::*;
use serde_json::{Value as Json, json};
use sync_protocol::conflict::{Child, changed_when_deleted, conflict_id, field_conflict};
use sync_protocol::edit::DELETED;
use sync_protocol::record::{Accepted, Mark};
use sync_protocol::schema::linli;
use sync_protocol::{EditId, RecordState, Stamp};

pub fn vectors() -> Vec<Json> {
    let mut vectors = vec![
        vector(&["CONFLICT-1", "CONFLICT-2"], "two who did not see each other", "phone", apart(2)),
        vector(&["CONFLICT-3"], "twelve sides", "phone", apart(12)),
        vector(&["CONFLICT-4"], "settled by one who lists both", "phone", settled(2)),
        vector(&["CONFLICT-5"], "settled by one who lists one of three", "phone", settled(1)),
        vector(&["DELETE-1"], "a deletion that knew all there is", DELETED, deleted(true)),
        vector(&["DELETE-2", "EDIT-6"], "a change that the deletion did not know", DELETED, deleted(false)),
    ];
    vectors.push(vector(&["CONFLICT-7"], "a settlement taken back", "phone", taken_back(1)));
    vectors.push(vector(&["CONFLICT-7"], "settled once more, and taken back once more", "phone", taken_back(2)));
    let mut turned = deleted(false);
    turned.reverse();
    let child = |after, device: u8| Child {
        kind: "residence".into(),
        created: Mark {
            stamp: stamp(after, device.into()),
            order: (device == 31).then(|| stamp(8_000, 1)),
            edit: EditId::from_bytes([device; 16]),
            author: id(device),
        },
    };
    let below = [child(500, 30), child(1_500, 31)];
    vectors.push(with_children(&["DELETE-3"], "two below it that nobody knew", DELETED, deleted(true), &below));
    let mut knew = deleted(true);
    knew[2].edit.fields.get_mut(DELETED).unwrap().bases.push(below[0].created.stamp);
    vectors.push(with_children(&["DELETE-3", "EDIT-6"], "one of them was known", DELETED, knew, &below));
    vectors.push(vector(
        &["DELETE-2"],
        "a change that the deletion did not know, arrived the other way round",
        DELETED,
        turned,
    ));
    vectors
}

fn vector(shows: &[&str], name: &str, field: &str, accepted: Vec<Accepted>) -> Json {
    with_children(shows, name, field, accepted, &[])
}

/// A record with others below it; `children` are those that are not deleted themselves.
fn with_children(shows: &[&str], name: &str, field: &str, accepted: Vec<Accepted>, children: &[Child]) -> Json {
    let kind = linli().kind("resident").unwrap();
    let found = if field == DELETED {
        changed_when_deleted(kind, &accepted, children)
    } else {
        field_conflict(field, &accepted)
    };
    let state = RecordState::from_edits(kind, &accepted).unwrap();
    json!({
        "shows": shows, "name": name, "record": state.key().to_string(), "field": field, "accepted": spelled(&accepted),
        "children": children.iter().map(|one| json!({ "kind": one.kind, "created": one.created })).collect::<Vec<_>>(),
        "is_deleted": state.is_deleted(), "id": conflict_id(&state.key(), field),
        "conflict": found.map(|found| found.to_fields()),
    })
}

fn created() -> Device {
    let mut first = Device::new(7, 1);
    first.create(0, "resident", 45, &[("name", "王芳".into()), ("phone", "old".into())]);
    first
}

fn apart(count: u32) -> Vec<Accepted> {
    let first = created();
    let base = first.edits[0].stamp;
    let mut accepted = first.accepted();
    for n in 0..count {
        let mut device = Device::new(8 + n, 2);
        device.save(1_000 + u64::from(n), "resident", 45, &[("phone", format!("side {n}").into(), &[base])]);
        accepted.extend(device.accepted());
    }
    accepted
}

fn settled(listed: usize) -> Vec<Accepted> {
    let mut accepted = apart(if listed == 2 { 2 } else { 3 });
    let sides: Vec<Stamp> = accepted[1..].iter().take(listed).map(|one| one.edit.stamp).collect();
    let mut device = Device::new(30, 4);
    device.save(9_000, "resident", 45, &[("phone", "side 0".into(), &sides)]);
    accepted.extend(device.accepted());
    accepted
}

/// Settled and taken back so many times, each time by others.
fn taken_back(times: u32) -> Vec<Accepted> {
    let mut accepted = apart(2);
    for n in 0..times {
        let after = 10_000 + 5_000 * u64::from(n);
        let sides: Vec<Stamp> = accepted[accepted.len() - 2..].iter().map(|one| one.edit.stamp).collect();
        let mut who = Device::new(40 + n, 4);
        let settlement = who.save(after, "resident", 45, &[("phone", "side 0".into(), &sides)]);
        accepted.extend(who.accepted());
        let mut back = Device::new(50 + n, 5);
        for (side, after) in ["side 0", "side 1"].into_iter().zip(after + 1..) {
            back.save(after, "resident", 45, &[("phone", side.into(), &[settlement])]);
        }
        accepted.extend(back.accepted());
    }
    accepted
}

fn deleted(knew_all: bool) -> Vec<Accepted> {
    let (first, mut one, mut other) = (created(), Device::new(8, 2), Device::new(9, 3));
    let base = first.edits[0].stamp;
    let changed = one.save(1_000, "resident", 45, &[("phone", "new".into(), &[base])]);
    let known: &[Stamp] = if knew_all { &[base, changed] } else { &[base] };
    other.save(2_000, "resident", 45, &[(DELETED, true.into(), known)]);
    [first.accepted(), one.accepted(), other.accepted()].concat()
}
