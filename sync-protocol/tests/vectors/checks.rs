use crate::words::*;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use sync_protocol::schema::{Fault, linli};
use sync_protocol::{Edit, Value};

fn edit(kind: &str, create: bool, fields: &[(&str, Value)]) -> Edit {
    let mut device = Device::new(7, 1);
    if create {
        device.create(0, kind, 45, fields);
    } else {
        let fields: Vec<(&str, Value, &[sync_protocol::Stamp])> =
            fields.iter().map(|(name, value)| (*name, value.clone(), &[][..])).collect();
        device.save(0, kind, 45, &fields);
    }
    device.edits.remove(0)
}

fn nested(deep: usize) -> Value {
    (0..deep).fold(Value::Null, |inner, _| Value::List(vec![inner]))
}

pub fn vectors() -> Vec<Json> {
    let visit = |outcome: &str| {
        vec![
            ("dwelling", id(42).into()),
            ("outcome", outcome.into()),
            ("happened_at", "2026-11-23T01:12:00.000Z".into()),
            ("author_name", "李娜".into()),
        ]
    };
    let change = |name: &'static str, value: Value| edit("resident", false, &[(name, value)]);
    let tests: Vec<(&str, &str, Edit)> = vec![
        ("CHECK-1", "a resident", edit("resident", true, &[("name", "王芳".into())])),
        ("CHECK-1", "an unknown kind", edit("spaceship", false, &[("name", "王芳".into())])),
        ("CHECK-1", "an unknown field", change("shoe_size", 42.into())),
        ("CHECK-1", "a set by its plain name", change("other_names", true.into())),
        ("CHECK-1", "an element of what is no set", change("phone:1", true.into())),
        ("CHECK-1", "a question of a questionnaire", edit("answer", false, &[("q.7", "yes".into())])),
        ("CHECK-2", "what is set once, once more", edit("visit", false, &[("outcome", "met".into())])),
        ("CHECK-2", "a visit", edit("visit", true, &visit("met"))),
        ("CHECK-3", "no name", edit("resident", true, &[("phone", "10000000001".into())])),
        ("CHECK-3", "null for what must be there", change("name", Value::Null)),
        ("CHECK-3", "null for what may be absent", change("phone", Value::Null)),
        ("CHECK-3", "nothing at all", edit("resident", false, &[])),
        ("CHECK-4", "only blanks", change("name", "  ".into())),
        ("CHECK-4", "60 characters", change("name", "邻".repeat(60).into())),
        ("CHECK-4", "61 characters", change("name", "邻".repeat(61).into())),
        ("CHECK-4", "a line feed in a line", change("name", "王\n芳".into())),
        ("CHECK-4", "a number for a text", change("name", 7.into())),
        ("CHECK-4", "a day that is none", change("born_on", "2026-02-30".into())),
        ("CHECK-4", "a choice that is none", change("gender", "other".into())),
        ("CHECK-4", "words with a line feed", edit("need", false, &[("words", "买菜\n送药".into())])),
        ("CHECK-4", "a whole number of 33 bits", edit("building", false, &[("entrances", 2_147_483_648_i64.into())])),
        ("CHECK-4", "a code of 7 digits", edit("building", false, &[("grid", "3406030".into())])),
        (
            "CHECK-4",
            "an id in capitals",
            edit("building", false, &[("compound", "2A2A2A2A-2A2A-2A2A-2A2A-2A2A2A2A2A2A".into())]),
        ),
        ("CHECK-4", "nested 8 deep", edit("conflict", false, &[("sides", nested(8))])),
        ("CHECK-4", "nested 9 deep", edit("conflict", false, &[("sides", nested(9))])),
        ("CHECK-4", "a time without milliseconds", {
            let mut fields = visit("met");
            fields[2].1 = "2026-11-23T01:12:00Z".into();
            edit("visit", true, &fields)
        }),
        ("CHECK-5", "an element", change("other_names:阿芳", true.into())),
        (
            "CHECK-5",
            "an element that is too long",
            change(&*("other_names:".to_owned() + &"邻".repeat(61)).leak(), true.into()),
        ),
        ("CHECK-5", "an element that is neither present nor absent", change("other_names:阿芳", "yes".into())),
        ("EDIT-6", "a deletion", change("deleted", true.into())),
        ("EDIT-6", "a deletion that is neither", change("deleted", Value::Null)),
    ];
    tests
        .into_iter()
        .map(|(shows, name, edit)| {
            let faults = linli().check(&edit);
            let by_field: BTreeMap<&str, &str> =
                faults.iter().map(|Fault { code, field, .. }| (field.as_str(), code.name())).collect();
            let code = faults.first().map(|fault| fault.code.name());
            json!({ "shows": [shows], "name": name, "edit": edit, "code": code, "faults": by_field })
        })
        .collect()
}
