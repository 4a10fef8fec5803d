//! Steps of an issue at the relay: their order, who may take them, and where they bring the issue.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use support::*;
use sync_protocol::folds::issue::IssueFold;
use sync_protocol::folds::steps::State;
use sync_protocol::messages::Fate;
use sync_protocol::{Code, Edit, Value, day};

const CATEGORY: u8 = 60;
const ISSUE: u8 = 61;

fn moment(hours_ago: u64) -> Value {
    day::time_text(now_ms() - hours_ago * 3_600_000).into()
}

/// A town where the worker reported that a stair light is out, and the relay has the report.
fn town_with_an_issue() -> (Town, Device) {
    let town = Town::new();
    town.write(vec![(
        "category",
        CATEGORY,
        vec![
            ("code", "stair_light".into()),
            ("group", "issue".into()),
            ("name", "楼道灯".into()),
            ("name_en", "stair light".into()),
            ("accept_hours", 4.into()),
            ("sign_hours", 4.into()),
            ("handle_hours", 20.into()),
            ("private", false.into()),
            ("sort", 1.into()),
        ],
    )]);
    let mut tablet = town.tablet(WORKER);
    let report = tablet.create(
        WORKER,
        "issue",
        ISSUE,
        &[
            ("number", "261123-12-1".into()),
            ("words", "三层灯不亮".into()),
            ("source", "seen".into()),
            ("author_name", "王伟".into()),
            ("happened_at", moment(5)),
            ("category", id(CATEGORY).into()),
            ("place", "1单元".into()),
            ("grid", GRID.into()),
            ("building", id(BUILDING).into()),
            ("urgency", "normal".into()),
            ("private", false.into()),
        ],
    );
    assert_eq!(town.push(&mut tablet, vec![report]).unwrap()[0].result, Fate::Merged);
    (town, tablet)
}

fn step(device: &mut Device, author: u8, n: u8, name: &str, more: &[(&str, Value)]) -> Edit {
    let mut fields = vec![
        ("issue", id(ISSUE).into()),
        ("step", name.into()),
        ("happened_at", moment(1)),
        ("author_name", "某人".into()),
    ];
    fields.extend(more.iter().cloned());
    device.create(author, "issue_step", n, &fields)
}

fn fold(town: &Town, steps: &[u8]) -> IssueFold {
    let steps: Vec<_> = steps.iter().map(|n| town.record("issue_step", *n).state).collect();
    IssueFold::of(&town.record("issue", ISSUE).state, &steps)
}

#[test]
fn dispatching_brings_an_issue_to_its_unit_and_the_unit_may_sign() {
    let (town, _) = town_with_an_issue();
    let mut desk = town.tablet(SUPERVISOR);
    let accept = step(&mut desk, SUPERVISOR, 70, "accept", &[]);
    let dispatch = step(&mut desk, SUPERVISOR, 71, "dispatch", &[("to", vec![id(UNIT)].into())]);
    let outcomes = town.push(&mut desk, vec![accept, dispatch]).unwrap();
    assert!(outcomes.iter().all(|outcome| outcome.result == Fate::Merged), "{outcomes:?}");
    let unit = format!("unit:{}", id(UNIT));
    assert!(town.channels("issue", ISSUE).contains(&unit));
    assert!(town.channels("issue_step", 70).contains(&unit), "whoever holds the issue holds all its steps");

    let mut hand = town.tablet(HANDLER);
    let sign = step(&mut hand, HANDLER, 72, "sign", &[("for_unit", id(UNIT).into())]);
    assert_eq!(town.push(&mut hand, vec![sign]).unwrap()[0].result, Fate::Merged);
    assert_eq!(fold(&town, &[70, 71, 72]).state, State::Signed);
}

#[test]
fn who_may_not_take_a_step_is_refused_and_the_issue_stays_where_it_is() {
    let (town, mut tablet) = town_with_an_issue();
    let dispatch = step(&mut tablet, WORKER, 70, "dispatch", &[("to", vec![id(UNIT)].into())]);
    let outcome = town.push(&mut tablet, vec![dispatch]).unwrap().remove(0);
    assert_eq!((outcome.result, outcome.code), (Fate::Refused, Some(Code::NeverAllowed)));
}

#[test]
fn of_two_steps_taken_apart_the_one_that_arrives_second_comes_too_late_whatever_its_clock_says() {
    let (town, _) = town_with_an_issue();
    let (mut one, mut other) = (town.tablet(SUPERVISOR), town.tablet(SUPERVISOR));
    // Written first, sent second.
    let early = step(&mut one, SUPERVISOR, 70, "return", &[("words", "请补充照片".into())]);
    let late = step(&mut other, SUPERVISOR, 71, "accept", &[]);
    assert_eq!(town.push(&mut other, vec![late]).unwrap()[0].result, Fate::Merged);
    let second = step(&mut other, SUPERVISOR, 72, "open", &[]);
    assert_eq!(town.push(&mut other, vec![second]).unwrap()[0].result, Fate::Merged);
    let outcome = town.push(&mut one, vec![early]).unwrap().remove(0);
    assert_eq!(outcome.result, Fate::Merged, "it is kept");
    assert!(outcome.order.is_some(), "and stands after the steps that the relay had");
    let folded = fold(&town, &[70, 71, 72]);
    assert_eq!(folded.state, State::Opened);
    assert!(folded.came_too_late.contains(&id(70)));
}
