//! Every mistake of [`sync_protocol::planted`] breaks a promise in a town that was found for it.
#![allow(clippy::unwrap_used, reason = "tests")]

use linli_simulation::faults::Faults;
use linli_simulation::run;
use sync_protocol::planted::{Bug, plant};

/// Each mistake with a seed that shows it. `cargo run -p linli-simulation -- --planted` looks for others.
const FOUND: &[(Bug, u64)] = &[
    (Bug::LoserDropped, 16),
    (Bug::BasesIgnored, 1),
    (Bug::OldestWins, 16),
    (Bug::GreatestGivesWay, 6),
    (Bug::NoOrder, 26),
    (Bug::HeldUnseen, 27),
    (Bug::ConflictUnseen, 16),
    (Bug::WaitingForgotten, 44),
    (Bug::WaitingRefused, 5),
    (Bug::RepeatJudged, 2),
    (Bug::RefusalBlocks, 6),
    (Bug::StepUnordered, 711),
    (Bug::ChainUnmoved, 1),
    (Bug::OutcomeUnstored, 1),
    (Bug::DepartureUnsaid, 20),
    (Bug::ChangeUnlisted, 1),
    (Bug::ChildrenStay, 20),
    (Bug::CursorEarly, 5),
    (Bug::RelayDigestStale, 1),
    (Bug::DeviceDigestStale, 5),
    (Bug::DifferenceIgnored, 2),
    (Bug::RowsStay, 23),
    (Bug::DepartedStays, 20),
    (Bug::DepartedOvertaken, 20),
    (Bug::SettledWhenSent, 1),
    (Bug::PushSkips, 1),
    (Bug::ClockForgotten, 1),
    (Bug::GrantsUnfollowed, 1),
    (Bug::AccountForgotten, 1),
    (Bug::CursorsKept, 86),
    (Bug::RefillForgotten, 11),
    (Bug::RefillForever, 11),
];

/// One test, because a planted mistake is planted in the whole process.
#[test]
fn each_planted_mistake_is_found_by_its_seed_and_by_none_without_it() {
    let mut unseen = Vec::new();
    for (bug, seed) in FOUND.iter().copied() {
        plant(Bug::None);
        let report = run(seed, Faults::FIELD).unwrap();
        assert!(report.broken.is_empty(), "seed {seed} breaks a promise with nothing planted: {:#?}", report.broken);
        plant(bug);
        // A run that cannot go on has been found out as well.
        if run(seed, Faults::FIELD).is_ok_and(|report| report.broken.is_empty()) {
            unseen.push(bug);
        }
    }
    plant(Bug::None);
    assert_eq!(unseen, [], "not found any more by their seeds");
    let missing: Vec<_> = Bug::ALL.iter().filter(|bug| !FOUND.iter().any(|(found, _)| found == *bug)).collect();
    assert!(missing.is_empty(), "no seed for {missing:?}");
}
