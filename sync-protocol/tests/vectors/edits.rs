use crate::words::*;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use sync_protocol::edit::chain_ids;
use sync_protocol::{Edit, EditId, Value, canonical};

pub fn vectors() -> Vec<Json> {
    let mut device = Device::new(7, 1);
    let created = device.create(0, "resident", 45, &[("name", "王芳".into()), ("phone", "10000000001".into())]);
    device.save(
        60_000,
        "resident",
        45,
        &[("phone", Value::Null, &[created]), ("other_names:阿\"芳\"", true.into(), &[])],
    );
    let answers = Value::Map(BTreeMap::from([
        ("楼".into(), Value::List(vec![1.into(), false.into()])),
        ("a\n/".into(), Value::Null),
    ]));
    device.save(60_001, "answer", 80, &[("q.1", answers, &[created, stamp(60_000, 7)])]);
    let first = run("a device's first edits", None, &device.edits);
    let before = chain_ids(None, &device.edits[..1]).last().copied();
    let rest = run("the same, continued after the first", before, &device.edits[1..]);
    let mut vectors = vec![first, rest];
    for (name, change) in mutations() {
        let mut edits = device.edits.clone();
        change(&mut edits[0]);
        assert_ne!(chain_ids(None, &edits).last(), chain_ids(None, &device.edits).last(), "{name}");
        let signed = chain_ids(None, &device.edits).last().copied();
        // Whoever changes an edit under way changes the id that the signature is over.
        vectors.push(json!({
            "shows": ["CHAIN-1"], "name": name, "before": null, "edits": edits, "refuse": "the last id is another", "as": "chain",
            "last": signed,
        }));
    }
    vectors
}

fn run(name: &str, before: Option<EditId>, edits: &[Edit]) -> Json {
    let canonical = |edit: &Edit| String::from_utf8(canonical::bytes(edit)).unwrap();
    json!({
        "shows": ["CHAIN-1", "CANON-3", "EDIT-1", "EDIT-2", "EDIT-5"], "name": name, "before": before, "edits": edits,
        "canonical": edits.iter().map(canonical).collect::<Vec<_>>(), "ids": chain_ids(before, edits),
    })
}

type Change = fn(&mut Edit);

fn mutations() -> [(&'static str, Change); 6] {
    [
        ("another value", |edit| edit.fields.get_mut("phone").unwrap().value = "10000000002".into()),
        ("another author", |edit| edit.author = id(2)),
        ("another number", |edit| edit.number = 2),
        ("another stamp", |edit| edit.stamp.counter = 1),
        ("no creation any more", |edit| edit.create = false),
        ("a base more", |edit| edit.fields.get_mut("phone").unwrap().bases.push(stamp(0, 9))),
    ]
}
