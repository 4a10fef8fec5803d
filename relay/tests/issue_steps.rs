//! Steps of an issue at the relay: their order, who may take them, and where they bring the issue.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use support::*;
use sync_protocol::folds::issue::IssueFold;
use sync_protocol::folds::steps::State;
use sync_protocol::messages::Fate;
use sync_protocol::{Code, Edit, Value, day};

const CATEGORY: u8 = 60;
const QUARREL: u8 = 62;
const ISSUE: u8 = 61;

fn moment(hours_ago: u64) -> Value {
    day::time_text(now_ms() - hours_ago * 3_600_000).into()
}

/// A town that knows stair lights, and quarrels, which are private.
fn town_with_categories() -> Town {
    let town = Town::new();
    let category = |n, code: &str, private: bool| {
        let fields = vec![
            ("code", code.into()),
            ("group", "issue".into()),
            ("name", code.into()),
            ("name_en", code.into()),
            ("accept_hours", 4.into()),
            ("sign_hours", 4.into()),
            ("handle_hours", 20.into()),
            ("private", private.into()),
            ("sort", 1.into()),
        ];
        ("category", n, fields)
    };
    town.write(vec![category(CATEGORY, "stair_light", false), category(QUARREL, "neighbours", true)]);
    town
}

/// A report of a category; `more` goes over what a stair light at the building has.
fn report(device: &mut Device, author: u8, n: u8, category: u8, more: &[(&str, Value)]) -> Edit {
    let mut fields = vec![
        ("number", "261123-12-1".into()),
        ("words", "三层灯不亮".into()),
        ("source", "seen".into()),
        ("author_name", "王伟".into()),
        ("happened_at", moment(5)),
        ("category", id(category).into()),
        ("place", "1单元".into()),
        ("grid", GRID.into()),
        ("building", id(BUILDING).into()),
        ("urgency", "normal".into()),
        ("private", false.into()),
    ];
    fields.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
    fields.extend(more.iter().cloned());
    device.create(author, "issue", n, &fields)
}

/// A town where the worker reported that a stair light is out, and the relay has the report.
fn town_with_an_issue() -> (Town, Device) {
    let town = town_with_categories();
    let mut tablet = town.tablet(WORKER);
    let report = report(&mut tablet, WORKER, ISSUE, CATEGORY, &[]);
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

#[test]
fn a_worker_receives_the_report_of_a_lead_and_not_one_that_only_says_it_comes_from_a_lead() {
    let town = town_with_categories();
    let (mut lead, mut tablet) = (town.tablet(LEAD), town.tablet(WORKER));
    let forged = report(&mut tablet, WORKER, ISSUE, CATEGORY, &[("source", "lead".into())]);
    let accept = step(&mut tablet, WORKER, 70, "accept", &[]);
    let outcomes = town.push(&mut tablet, vec![forged, accept]).unwrap();
    assert_eq!((outcomes[0].result, outcomes[1].result), (Fate::Merged, Fate::Refused));
    assert_eq!(outcomes[1].code, Some(Code::NeverAllowed));

    // Outdoors, in the grid of their building; what it says of its source decides nothing here either.
    let outdoors = report(&mut lead, LEAD, 63, CATEGORY, &[("building", Value::Null)]);
    assert_eq!(town.push(&mut lead, vec![outdoors]).unwrap()[0].result, Fate::Merged);
    let accept = step(&mut tablet, WORKER, 71, "accept", &[("issue", id(63).into())]);
    assert_eq!(town.push(&mut tablet, vec![accept]).unwrap()[0].result, Fate::Merged);
}

#[test]
fn a_lead_reports_what_is_private_in_the_own_building_and_goes_on_with_it_and_nowhere_else() {
    let town = town_with_categories();
    let mut lead = town.tablet(LEAD);
    let private = ("private", Value::from(true));
    let own = report(&mut lead, LEAD, ISSUE, QUARREL, std::slice::from_ref(&private));
    let more = step(&mut lead, LEAD, 70, "add", &[("words", "昨晚又吵了".into())]);
    let other = [private.clone(), ("building", id(OTHER_BUILDING).into()), ("grid", OTHER_GRID.into())];
    let elsewhere = report(&mut lead, LEAD, 63, QUARREL, &other);
    let outdoors = report(&mut lead, LEAD, 64, CATEGORY, &[("building", Value::Null), ("grid", OTHER_GRID.into())]);
    let outcomes = town.push(&mut lead, vec![own, more, elsewhere, outdoors]).unwrap();
    let fates: Vec<_> = outcomes.iter().map(|outcome| outcome.result).collect();
    assert_eq!(fates, [Fate::Merged, Fate::Merged, Fate::Refused, Fate::Refused], "{outcomes:?}");
    let channels = town.channels("issue", ISSUE);
    assert!(channels.contains(&format!("person:{}", id(LEAD))), "{channels:?}");
    assert!(!channels.contains(&format!("building:{}", id(BUILDING))), "{channels:?}");

    // What somebody else reported in private is none of theirs.
    let mut tablet = town.tablet(WORKER);
    let of_worker = report(&mut tablet, WORKER, 65, QUARREL, &[private]);
    assert_eq!(town.push(&mut tablet, vec![of_worker]).unwrap()[0].result, Fate::Merged);
    let meddling = step(&mut lead, LEAD, 71, "add", &[("words", "我也说一句".into()), ("issue", id(65).into())]);
    assert_eq!(town.push(&mut lead, vec![meddling]).unwrap()[0].code, Some(Code::NeverAllowed));
}

#[test]
fn an_issue_that_has_to_be_private_and_does_not_say_so_is_refused_whenever_it_is_opened() {
    let town = town_with_categories();
    let mut tablet = town.tablet(WORKER);
    let of_home = report(&mut tablet, WORKER, 63, CATEGORY, &[("household", id(HOUSEHOLD).into())]);
    let quarrel = report(&mut tablet, WORKER, 64, QUARREL, &[]);
    let light = report(&mut tablet, WORKER, ISSUE, CATEGORY, &[]);
    let seen = [light.stamp];
    let quarrels = ("category", id(QUARREL).into(), &seen[..]);
    let turned = tablet.edit(WORKER, "issue", ISSUE, std::slice::from_ref(&quarrels));
    let hidden = tablet.edit(WORKER, "issue", ISSUE, &[quarrels, ("private", true.into(), &seen)]);
    let opened = tablet.edit(WORKER, "issue", ISSUE, &[("private", false.into(), &[hidden.stamp])]);
    let urgent = tablet.edit(WORKER, "issue", ISSUE, &[("urgency", "now".into(), &seen)]);
    let outcomes = town.push(&mut tablet, vec![of_home, quarrel, light, turned, hidden, opened, urgent]).unwrap();
    let refused: Vec<_> = outcomes.iter().map(|outcome| outcome.code == Some(Code::MustBePrivate)).collect();
    assert_eq!(refused, [true, true, false, true, false, true, false], "{outcomes:?}");
    assert_eq!(outcomes[0].fields["private"].code, Some(Code::MustBePrivate));
    assert_eq!(town.record("issue", ISSUE).state.value("private"), &Value::Bool(true));
}
