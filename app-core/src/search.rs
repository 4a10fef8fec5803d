//! Search: people, doors, buildings and issues by what somebody types, grouped by kind.
//!
//! Names stand in full, as whoever finds somebody here may open their file; phones are masked, and of a door only its head
//! is named, with a star. Children under 14 are never found (local_store::search).

use crate::core::Asking;
use crate::error::Result;
use crate::issues::IssueState;
use crate::words::{self, SyncMark};
use crate::{mask, moment};
use local_store::{Tx, issues, search};
use serde::{Deserialize, Serialize};
use sync_protocol::{RecordId, Value, day};
use ts_rs::TS;

/// More of one kind help nobody who is typing.
const MOST_HITS: u32 = 50;
/// What is typed longer than this is no name and no door.
const MOST_CHARACTERS: usize = 60;

#[derive(Clone, Debug, Deserialize, TS)]
pub struct SearchQuery {
    pub text: String,
    /// At most so many of each kind.
    pub limit: u32,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct SearchResults {
    pub people: Vec<PersonHit>,
    pub doors: Vec<DoorHit>,
    pub buildings: Vec<BuildingHit>,
    pub issues: Vec<IssueHit>,
    /// Of which kinds there is more than is shown.
    pub more: MoreHits,
}

#[derive(Clone, Copy, Debug, Serialize, TS)]
pub struct MoreHits {
    pub people: bool,
    pub doors: bool,
    pub buildings: bool,
    pub issues: bool,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct PersonHit {
    pub resident: String,
    pub name: String,
    pub age: Option<u32>,
    pub masked_phone: Option<String>,
    pub dwelling: String,
    pub building: String,
    pub door_label: String,
    pub building_name: String,
    pub grid_name: String,
    pub mark: SyncMark,
    pub conflict: bool,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct DoorHit {
    pub dwelling: String,
    pub building: String,
    pub door_label: String,
    pub building_name: String,
    pub grid_name: String,
    pub masked_head: Option<String>,
    pub people: u32,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct BuildingHit {
    pub building: String,
    pub name: String,
    pub compound: Option<String>,
    pub address: Option<String>,
    pub grid_name: Option<String>,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct IssueHit {
    pub issue: String,
    pub number: String,
    pub category: String,
    pub category_en: String,
    pub words: String,
    pub place: String,
    pub state: IssueState,
    pub private: bool,
    pub mark: SyncMark,
}

pub(crate) fn search(asking: &Asking, input: SearchQuery) -> Result<SearchResults> {
    let text: String = input.text.chars().take(MOST_CHARACTERS).collect();
    let limit = input.limit.clamp(1, MOST_HITS) as usize;
    asking.read(|tx| {
        let today = moment::today(tx)?;
        let people = search::people(tx, &text, limit)?;
        let doors = search::doors(tx, &text, limit)?;
        let buildings = search::buildings(tx, &text, limit)?;
        let found = search::issues(tx, &text, limit)?;
        Ok(SearchResults {
            more: MoreHits { people: people.more, doors: doors.more, buildings: buildings.more, issues: found.more },
            issues: found.hits.into_iter().map(|id| issue(tx, id)).collect::<Result<_>>()?,
            people: people.hits.into_iter().map(|one| person(one, &today)).collect(),
            doors: doors.hits.into_iter().map(door).collect(),
            buildings: buildings.hits.into_iter().map(building).collect(),
        })
    })
}

fn person(hit: search::Person, today: &str) -> PersonHit {
    PersonHit {
        resident: hit.resident.to_string(),
        age: hit.born_on.as_deref().and_then(|born| day::age_on(born, today)),
        masked_phone: hit.phone.as_deref().map(mask::phone),
        dwelling: hit.dwelling.id.to_string(),
        building: hit.dwelling.building.to_string(),
        door_label: hit.dwelling.label(),
        building_name: hit.dwelling.building_name,
        grid_name: hit.grid_name.unwrap_or(hit.dwelling.grid),
        mark: SyncMark::of(hit.unsent, hit.conflict || hit.refused > 0),
        conflict: hit.conflict,
        name: hit.name,
    }
}

fn door(hit: search::Door) -> DoorHit {
    DoorHit {
        dwelling: hit.dwelling.id.to_string(),
        building: hit.dwelling.building.to_string(),
        door_label: hit.dwelling.label(),
        building_name: hit.dwelling.building_name,
        grid_name: hit.grid_name.unwrap_or(hit.dwelling.grid),
        masked_head: hit.head_name.as_deref().map(mask::name),
        people: hit.people,
    }
}

fn building(hit: search::Building) -> BuildingHit {
    BuildingHit {
        building: hit.id.to_string(),
        name: hit.name,
        compound: hit.compound,
        address: hit.address,
        grid_name: hit.grid_name,
    }
}

fn issue(tx: &Tx<'_>, id: RecordId) -> Result<IssueHit> {
    let issue = issues::one(tx, id)?;
    let text = |field: &str| issue.record.text(field).unwrap_or_default().to_owned();
    let category = issue.record.reference("category").map(|id| issues::category(tx, id)).transpose()?.flatten();
    Ok(IssueHit {
        issue: id.to_string(),
        number: text("number"),
        category: category.as_ref().map(|one| one.name.clone()).unwrap_or_default(),
        category_en: category.map(|one| one.name_en).unwrap_or_default(),
        words: text("words"),
        place: text("place"),
        state: words::read(&words::word(&issue.fold.state), IssueState::Reported),
        private: issue.record.value("private") == &Value::Bool(true),
        mark: SyncMark::of(issue.unsent, issue.refused > 0),
    })
}
