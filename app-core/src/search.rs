//! Search: people, doors and buildings by what somebody types, grouped by kind.
//!
//! Names stand in full, as whoever finds somebody here may open their file; phones are masked, and of a door only its head
//! is named, with a star. Children under 14 are never found (local_store::search).

use crate::core::Asking;
use crate::error::Result;
use crate::words::SyncMark;
use crate::{mask, moment};
use local_store::search;
use serde::{Deserialize, Serialize};
use sync_protocol::day;
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
    /// Of which kinds there is more than is shown.
    pub more: MoreHits,
}

#[derive(Clone, Copy, Debug, Serialize, TS)]
pub struct MoreHits {
    pub people: bool,
    pub doors: bool,
    pub buildings: bool,
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

pub(crate) fn search(asking: &Asking, input: SearchQuery) -> Result<SearchResults> {
    let text: String = input.text.chars().take(MOST_CHARACTERS).collect();
    let limit = input.limit.clamp(1, MOST_HITS) as usize;
    asking.read(|tx| {
        let today = moment::today(tx)?;
        let people = search::people(tx, &text, limit)?;
        let doors = search::doors(tx, &text, limit)?;
        let buildings = search::buildings(tx, &text, limit)?;
        Ok(SearchResults {
            more: MoreHits { people: people.more, doors: doors.more, buildings: buildings.more },
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
