//! Where a door stands in the round: the fold over its visits that colours the building matrix.

use crate::day;
use serde::{Deserialize, Serialize};

/// Without an open round, visits count for this many days.
pub const WINDOW_DAYS: i64 = 30;

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VisitState {
    Unvisited,
    Visited,
    Revisit,
    Nobody,
    Refused,
    Vacant,
}

/// What the fold needs of a visit that is neither void nor replaced.
#[derive(Clone, Copy, Debug)]
pub struct VisitFacts<'a> {
    pub outcome: &'a str,
    pub revisit_on: Option<&'a str>,
    /// The day in Asia/Shanghai on which it happened.
    pub day: &'a str,
}

/// The first day whose visits count: the day the grid's open round began, else 30 days ago.
pub fn counts_from(open_round_from: Option<&str>, today: &str) -> String {
    open_round_from.map_or_else(|| day::add_days(today, -WINDOW_DAYS), str::to_owned)
}

/// The state of a dwelling from its newest visit.
pub fn visit_state(newest: Option<VisitFacts<'_>>, dwelling_use: &str, counts_from: &str) -> VisitState {
    let Some(visit) = newest.filter(|visit| visit.day >= counts_from) else {
        return if dwelling_use == "vacant" { VisitState::Vacant } else { VisitState::Unvisited };
    };
    match visit.outcome {
        "vacant" => VisitState::Vacant,
        "appointment" => VisitState::Revisit,
        _ if visit.revisit_on.is_some() => VisitState::Revisit,
        "nobody" => VisitState::Nobody,
        "refused" => VisitState::Refused,
        // "moved" was a visit too: somebody was asked and answered.
        _ => VisitState::Visited,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(outcome: &'static str, revisit_on: Option<&'static str>, day: &'static str) -> VisitState {
        visit_state(Some(VisitFacts { outcome, revisit_on, day }), "owner_occupied", "2026-11-01")
    }

    #[test]
    fn the_newest_visit_decides() {
        assert_eq!(state("met", None, "2026-11-01"), VisitState::Visited);
        assert_eq!(state("met", Some("2026-11-30"), "2026-11-02"), VisitState::Revisit);
        assert_eq!(state("appointment", None, "2026-11-02"), VisitState::Revisit);
        assert_eq!(state("nobody", None, "2026-11-02"), VisitState::Nobody);
        assert_eq!(state("met", None, "2026-10-31"), VisitState::Unvisited);
    }

    #[test]
    fn an_empty_flat_is_vacant_until_somebody_is_met_there() {
        assert_eq!(visit_state(None, "vacant", "2026-11-01"), VisitState::Vacant);
        let met = VisitFacts { outcome: "met", revisit_on: None, day: "2026-11-20" };
        assert_eq!(visit_state(Some(met), "vacant", "2026-11-01"), VisitState::Visited);
    }

    #[test]
    fn a_round_counts_from_its_first_day() {
        assert_eq!(counts_from(Some("2026-11-10"), "2026-11-23"), "2026-11-10");
        assert_eq!(counts_from(None, "2026-11-23"), "2026-10-24");
    }
}
