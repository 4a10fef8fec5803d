use crate::words::*;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use sync_protocol::folds::issue::{Holder, IssueFold};
use sync_protocol::record::{FieldVersion, Mark};
use sync_protocol::{EditId, RecordState, Value, day};

const REPORTED: &str = "2026-11-23T01:00:00.000Z";

type Step<'a> = (&'a str, Vec<(&'a str, Value)>);

pub fn vectors() -> Vec<Json> {
    let unit = |n: u8| ("for_unit", Value::from(id(n)));
    let to = |units: &[u8]| ("to", Value::List(units.iter().map(|n| id(*n).into()).collect()));
    let limit = |minutes: i64| ("limit_minutes", Value::from(minutes));
    let plain = |name| (name, vec![]);
    let dispatched = || vec![plain("accept"), ("dispatch", vec![to(&[60, 61]), limit(120)])];
    let signed = || [dispatched(), vec![("sign", vec![unit(60), limit(600)])]].concat();
    let handled = || [signed(), vec![("handle", vec![unit(60)])]].concat();
    let closed = || [handled(), vec![plain("check_passed"), plain("close")]].concat();
    let rated = ("rate", vec![("rating", "not_satisfied".into())]);
    let asked = ("due", "2026-12-01T00:00:00.000Z".into());
    let tests: Vec<(&[&str], &str, Vec<Step<'_>>)> = vec![
        (&["FOLD-2"], "as reported", vec![]),
        (&["FOLD-4", "FOLD-5"], "accepted", vec![plain("accept")]),
        (
            &["FOLD-3"],
            "returned before somebody else accepts it",
            vec![plain("accept"), plain("return"), plain("accept")],
        ),
        (&["FOLD-4", "FOLD-5"], "dispatched to two units", dispatched()),
        (
            &["FOLD-4"],
            "the second of them signs: it takes part",
            [dispatched(), vec![("sign", vec![unit(61)])]].concat(),
        ),
        (&["FOLD-3"], "a unit signs that it was never with", [dispatched(), vec![("sign", vec![unit(62)])]].concat()),
        (&["FOLD-4"], "the first signs", signed()),
        (
            &["FOLD-4"],
            "the second says it handled it: its position",
            [signed(), vec![("handle", vec![unit(61)])]].concat(),
        ),
        (&["FOLD-4"], "handled", handled()),
        (
            &["FOLD-4"],
            "passed on after it was signed",
            [signed(), vec![("pass_on", vec![unit(60), to(&[62])])]].concat(),
        ),
        (
            &["FOLD-3"],
            "passed on by a unit that does not lead",
            [dispatched(), vec![("pass_on", vec![unit(61), to(&[62])])]].concat(),
        ),
        (&["FOLD-4"], "handed back", [dispatched(), vec![("hand_back", vec![unit(60)])]].concat()),
        (&["FOLD-4", "FOLD-5"], "closed, the reporter is asked", closed()),
        (&["FOLD-4", "FOLD-5"], "rated", [closed(), vec![rated.clone()]].concat()),
        (&["FOLD-4"], "reopened", [closed(), vec![rated, plain("reopen")]].concat()),
        (
            &["FOLD-4"],
            "suspended and resumed: the time that was left goes on",
            [signed(), vec![plain("suspend"), plain("resume")]].concat(),
        ),
        (
            &["FOLD-4"],
            "more time",
            [signed(), vec![("ask_time", vec![unit(60), asked.clone()]), ("grant_time", vec![asked])]].concat(),
        ),
        (
            &["FOLD-4"],
            "escalated twice and once more",
            [dispatched(), vec![plain("escalate"), plain("escalate"), plain("escalate")]].concat(),
        ),
        (&["FOLD-4", "FOLD-5"], "merged into another", vec![("merge", vec![("same_as", id(99).into())])]),
        (&["FOLD-3"], "after it was void", vec![plain("void"), plain("accept"), plain("add")]),
        (&["FOLD-3"], "a step of a later version", vec![plain("of_a_later_version"), plain("accept")]),
    ];
    let mut vectors: Vec<Json> = tests.iter().map(|(shows, name, steps)| vector(shows, name, steps, None)).collect();
    // The relay's order decides, not the stamp.
    let accepted = vec![plain("accept"), plain("void")];
    vectors.push(vector(&["FOLD-1"], "by the relay's order: void came first", &accepted, Some(stamp(9_000_000, 1))));
    vectors
}

/// Steps an hour apart; `order` is what the relay gave the first of them.
fn vector(shows: &[&str], name: &str, steps: &[Step<'_>], order: Option<sync_protocol::Stamp>) -> Json {
    let record = |kind: &str, n: u8, after: u64, order, fields: BTreeMap<String, Value>| RecordState {
        kind: kind.into(),
        id: id(n),
        marks: vec![Mark { stamp: stamp(after, 7), order, edit: EditId::from_bytes([n; 16]), author: id(1) }],
        fields: fields.into_iter().map(|(name, value)| (name, vec![FieldVersion(0, value)])).collect(),
    };
    let given = [("happened_at".to_owned(), REPORTED.into()), ("limit_minutes".to_owned(), 60.into())];
    let issue = record("issue", 80, 0, None, given.into());
    let records: Vec<RecordState> = steps
        .iter()
        .zip(1u8..)
        .map(|((name, fields), n)| {
            let after = u64::from(n) * 3_600_000;
            let mut all: BTreeMap<String, Value> =
                fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
            all.insert("issue".into(), id(80).into());
            all.insert("step".into(), (*name).into());
            all.insert("happened_at".into(), day::time_text(NINE + after).into());
            record("issue_step", 100 + n, after, order.filter(|_| n == 1), all)
        })
        .collect();
    let fold = IssueFold::of(&issue, &records);
    let mut turned = records.clone();
    turned.reverse();
    assert_eq!(IssueFold::of(&issue, &turned), fold, "{name}");
    let holder = match fold.holder {
        Holder::Supervisor => json!("supervisor"),
        Holder::Grid => json!("grid"),
        Holder::Unit(unit) => json!({ "unit": unit }),
        Holder::Reporter => json!("reporter"),
        Holder::Nobody => json!("nobody"),
    };
    let mut shows = shows.to_vec();
    shows.push("FOLD-1");
    json!({
        "shows": shows, "name": name, "issue": issue, "steps": turned,
        "fold": {
            "state": fold.state, "level": fold.level, "units": fold.units, "keepers": fold.keepers, "holder": holder,
            "deadline_ms": fold.deadline_ms, "rating": fold.rating, "merged_into": fold.merged_into,
            "came_too_late": fold.came_too_late,
        },
    })
}
