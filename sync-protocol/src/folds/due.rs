//! Why and since when somebody should knock at a door: promises first, then the agreed rhythm, then what was asked for.

use crate::day;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Why {
    /// A day that was agreed at the door, or that the last visitor set down.
    Promised,
    /// The rhythm agreed with the household has run out.
    Rhythm,
    /// Somebody asked for something, and nobody has answered yet.
    Need,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Due {
    pub why: Why,
    /// The day it fell or falls due.
    pub on: String,
}

/// What is known of a door. Days are in Asia/Shanghai.
#[derive(Clone, Copy, Default, Debug)]
pub struct DoorFacts<'a> {
    /// Of the newest visit; a later visit has answered it.
    pub revisit_on: Option<&'a str>,
    pub rhythm: Option<&'a str>,
    /// The last day somebody was met.
    pub last_met: Option<&'a str>,
    pub open_needs: u32,
}

/// What brings somebody to this door first. A rhythm under which nobody was met yet is due today: there is no day to count
/// from, and "overdue since ever" would blame a worker who took the grid over yesterday.
pub fn due(facts: DoorFacts<'_>, today: &str) -> Option<Due> {
    let promised = facts.revisit_on.map(|on| Due { why: Why::Promised, on: on.to_owned() });
    let rhythm = facts.rhythm.and_then(days_of).map(|days| Due {
        why: Why::Rhythm,
        on: facts.last_met.map_or_else(|| today.to_owned(), |last| day::add_days(last, days)),
    });
    let need = (facts.open_needs > 0).then(|| Due { why: Why::Need, on: today.to_owned() });
    // A promise stands before a rhythm of the same day.
    [promised, rhythm, need].into_iter().flatten().min_by(|one, other| one.on.cmp(&other.on))
}

/// The days of a rhythm; `on_request` has none.
fn days_of(rhythm: &str) -> Option<i64> {
    match rhythm {
        "week" => Some(7),
        "month" => Some(30),
        "quarter" => Some(91),
        "half_year" => Some(182),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: &str = "2026-11-23";

    fn at(facts: DoorFacts<'_>) -> Option<(Why, String)> {
        due(facts, TODAY).map(|due| (due.why, due.on))
    }

    #[test]
    fn the_earliest_reason_brings_somebody_and_a_promise_stands_before_a_rhythm_of_that_day() {
        let facts = DoorFacts {
            revisit_on: Some("2026-11-20"),
            rhythm: Some("week"),
            last_met: Some("2026-11-10"),
            open_needs: 1,
        };
        assert_eq!(at(facts), Some((Why::Rhythm, "2026-11-17".into())));
        let facts = DoorFacts { last_met: Some("2026-11-13"), ..facts };
        assert_eq!(at(facts), Some((Why::Promised, "2026-11-20".into())));
    }

    #[test]
    fn nobody_is_blamed_for_a_door_that_nobody_was_met_at() {
        assert_eq!(at(DoorFacts { rhythm: Some("month"), ..DoorFacts::default() }), Some((Why::Rhythm, TODAY.into())));
    }

    #[test]
    fn a_door_without_promise_rhythm_or_wish_is_left_in_peace() {
        assert_eq!(at(DoorFacts { last_met: Some("2020-01-01"), ..DoorFacts::default() }), None);
        assert_eq!(at(DoorFacts { rhythm: Some("on_request"), ..DoorFacts::default() }), None);
    }
}
