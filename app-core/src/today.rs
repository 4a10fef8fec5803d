//! Today: the doors somebody promised to come to, agreed to come to, or was asked to; and how the list shrinks.

use crate::core::Asking;
use crate::error::Result;
use crate::moment;
use crate::words::words;
use local_store::today::Candidate;
use local_store::{Tx, today, visits};
use serde::{Deserialize, Serialize};
use sync_protocol::day;
use sync_protocol::folds::due::{DoorFacts, Due, Why, due};
use ts_rs::TS;

/// As many as a screen can be scrolled through; the number of all stands beside them.
const SHOWN: usize = 200;
const FARTHEST_DAYS: u32 = 31;

words! {
    DueWhy { Promised, Rhythm, Need }
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct TodayQuery {
    /// How many days to look ahead; 0 for today alone.
    pub ahead_days: u32,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct Today {
    pub day: String,
    /// What is overdue first, then in walking order.
    pub due: Vec<DueDoor>,
    pub due_total: u32,
    /// Doors that stood on today's list and were visited since.
    pub visited: u32,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct DueDoor {
    pub dwelling: String,
    pub building: String,
    pub building_name: String,
    pub door_label: String,
    pub why: DueWhy,
    pub due_on: String,
    pub overdue: bool,
    pub open_needs: u32,
    pub last_visited: Option<String>,
}

pub(crate) fn today(asking: &Asking, input: TodayQuery) -> Result<Today> {
    asking.read(|tx| {
        let today = moment::today(tx)?;
        let until = day::add_days(&today, i64::from(input.ahead_days.min(FARTHEST_DAYS)));
        let since = day::start_of(&today).map(day::time_text).unwrap_or_default();
        let (mut list, mut visited) = (Vec::new(), 0);
        for door in today::candidates(tx, &since)? {
            if door.happened_at.as_deref().is_some_and(|at| at >= since.as_str()) {
                visited += u32::from(was_due(tx, &door, &since, &today)?);
                // Visited today, it is due again only by a promise made since.
                let again = due(DoorFacts { revisit_on: door.revisit_on.as_deref(), ..DoorFacts::default() }, &today);
                list.extend(again.filter(|due| due.on <= until).map(|due| row(&door, due, &today)));
                continue;
            }
            let known = DoorFacts {
                revisit_on: door.revisit_on.as_deref(),
                rhythm: door.rhythm.as_deref(),
                last_met: door.last_visited.as_deref(),
                open_needs: door.open_needs,
            };
            list.extend(due(known, &today).filter(|due| due.on <= until).map(|due| row(&door, due, &today)));
        }
        // Stable: within each part the walking order stays.
        list.sort_by_key(|one| (!one.overdue, one.due_on > today));
        let due_total = u32::try_from(list.len()).unwrap_or(u32::MAX);
        list.truncate(SHOWN);
        Ok(Today { day: today, due: list, due_total, visited })
    })
}

/// Whether a door visited today was due this morning, by the visits before today.
fn was_due(tx: &Tx<'_>, door: &Candidate, since: &str, today: &str) -> Result<bool> {
    let before =
        visits::at_dwelling(tx, door.door.id, 50)?.into_iter().filter(|visit| visit.happened_at.as_str() < since);
    let before: Vec<_> = before.collect();
    let met = before.iter().find(|visit| visit.outcome == "met");
    let last_met = met.and_then(|visit| day::time_ms(&visit.happened_at)).map(day::day_of);
    let known = DoorFacts {
        revisit_on: before.first().and_then(|visit| visit.revisit_on.as_deref()),
        rhythm: door.rhythm.as_deref(),
        last_met: last_met.as_deref(),
        open_needs: door.open_needs,
    };
    Ok(due(known, today).is_some_and(|due| due.on.as_str() <= today))
}

fn row(door: &Candidate, due: Due, today: &str) -> DueDoor {
    DueDoor {
        dwelling: door.door.id.to_string(),
        building: door.door.building.to_string(),
        building_name: door.door.building_name.clone(),
        door_label: door.door.label(),
        why: match due.why {
            Why::Promised => DueWhy::Promised,
            Why::Rhythm => DueWhy::Rhythm,
            Why::Need => DueWhy::Need,
        },
        overdue: due.on.as_str() < today,
        due_on: due.on,
        open_needs: door.open_needs,
        last_visited: door.last_visited.clone(),
    }
}
