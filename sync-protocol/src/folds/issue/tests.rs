use super::*;
use crate::ids::DeviceNumber;
use proptest::prelude::*;

const HOUR: u64 = 3_600_000;

fn id(n: u8) -> RecordId {
    RecordId::from_bytes([n; 16])
}

/// A step at `hour` hours, which is also its place in the order.
fn at(hour: u64, name: &str) -> StepFacts {
    StepFacts {
        id: id(hour as u8),
        name: name.into(),
        order: Stamp { ms: hour, counter: 0, device: DeviceNumber(1) },
        author: Some(id(200)),
        happened_ms: hour * HOUR,
        for_unit: None,
        to: vec![],
        due_ms: None,
        limit_minutes: None,
        rating: None,
        same_as: None,
    }
}
fn to(units: &[u8], step: StepFacts) -> StepFacts {
    StepFacts { to: units.iter().map(|n| id(*n)).collect(), limit_minutes: Some(120), ..step }
}
fn by(unit: u8, step: StepFacts) -> StepFacts {
    StepFacts { for_unit: Some(id(unit)), ..step }
}
fn fold(steps: Vec<StepFacts>) -> IssueFold {
    IssueFold::reported(0, Some(60)).over(steps)
}

#[test]
fn an_issue_goes_from_the_stairway_to_the_unit_and_back() {
    let life = [
        at(1, "accept"),
        to(&[10, 11], at(2, "dispatch")),
        by(10, StepFacts { limit_minutes: Some(600), ..at(3, "sign") }),
        by(10, at(4, "handle")),
        at(5, "check_passed"),
        at(6, "close"),
    ];
    let after = |count: usize| fold(life[..count].to_vec());
    assert_eq!((after(0).state, after(0).deadline_ms), (State::Reported, Some(HOUR)));
    assert_eq!((after(1).state, after(1).holder, after(1).deadline_ms), (State::Accepted, Holder::Grid, None));
    assert_eq!((after(2).holder, after(2).deadline_ms), (Holder::Unit(id(10)), Some(4 * HOUR)));
    assert_eq!((after(3).state, after(3).deadline_ms), (State::Signed, Some(13 * HOUR)));
    assert_eq!(after(4).holder, Holder::Grid);
    assert_eq!((after(6).state, after(6).holder), (State::Closed, Holder::Reporter));
}

#[test]
fn of_two_supervisors_the_second_comes_too_late_and_moves_nothing() {
    let folded = fold(vec![at(1, "accept"), at(2, "return"), at(3, "accept")]);
    assert_eq!(folded.state, State::Returned);
    assert_eq!(folded.came_too_late, BTreeSet::from([id(3)]));
}

#[test]
fn a_unit_that_was_left_out_before_it_signed_loses_the_issue_and_one_that_signed_keeps_it() {
    let start = vec![at(1, "accept"), to(&[10, 11], at(2, "dispatch"))];
    let unsigned = fold([start.clone(), vec![to(&[12], at(3, "dispatch"))]].concat());
    assert_eq!(unsigned.keepers, BTreeSet::from([id(12)]));
    let signed = fold([start, vec![by(10, at(3, "sign")), to(&[12], at(4, "dispatch"))]].concat());
    assert_eq!((signed.lead(), signed.keepers), (Some(id(12)), BTreeSet::from([id(10), id(12)])));
}

#[test]
fn only_the_lead_unit_moves_the_issue_and_the_others_take_part() {
    let start = vec![at(1, "accept"), to(&[10, 11], at(2, "dispatch"))];
    let other = fold([start.clone(), vec![by(11, at(3, "sign"))]].concat());
    assert_eq!((other.state, other.came_too_late.len()), (State::Dispatched, 0));
    let stranger = fold([start, vec![by(13, at(3, "sign"))]].concat());
    assert_eq!((stranger.state, stranger.came_too_late.len()), (State::Dispatched, 1));
}

#[test]
fn no_clock_runs_while_suspended_and_what_was_left_is_left_again() {
    let folded = fold(vec![at(1, "accept"), to(&[10], at(2, "dispatch")), at(3, "suspend")]);
    assert_eq!((folded.state, folded.deadline_ms), (State::Suspended, None));
    let resumed = fold(vec![at(1, "accept"), to(&[10], at(2, "dispatch")), at(3, "suspend"), at(50, "resume")]);
    assert_eq!((resumed.state, resumed.deadline_ms), (State::Dispatched, Some(51 * HOUR)));
    assert_eq!(resumed.holder, Holder::Unit(id(10)));
}

#[test]
fn time_granted_moves_the_deadline_and_escalating_moves_the_level() {
    let granted = StepFacts { due_ms: Some(99 * HOUR), ..at(3, "grant_time") };
    let folded =
        fold(vec![at(1, "accept"), to(&[10], at(2, "dispatch")), granted, at(4, "escalate"), at(5, "escalate")]);
    assert_eq!((folded.deadline_ms, folded.level, folded.state), (Some(99 * HOUR), Level::District, State::Dispatched));
}

proptest! {
    #[test]
    fn the_order_of_arrival_does_not_matter(picks in prop::collection::vec(0usize..steps::TABLE.len(), 0..12), seed: u64) {
        let units = |hour: usize, step| by(10 + (hour % 3) as u8, to(&[10, 11], step));
        let life: Vec<_> =
            picks.iter().enumerate().map(|(hour, pick)| units(hour, at(hour as u64 + 1, steps::TABLE[*pick].name))).collect();
        let mut arrival = life.clone();
        let mut seed = seed;
        for i in (1..arrival.len()).rev() {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            arrival.swap(i, (seed >> 33) as usize % (i + 1));
        }
        prop_assert_eq!(fold(arrival), fold(life));
    }
}
