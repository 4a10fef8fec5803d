//! The household file: a door, who lives behind it, and what happened there.

pub mod changes;

use crate::core::Asking;
use crate::error::Result;
use crate::needs::{self, NeedLine};
use crate::saved::id;
use crate::visits::VisitLine;
use crate::words::{self, ContactBy, DwellingUse, Relation, Rhythm, Stays, SyncMark, Tenure};
use crate::{mask, moment};
use local_store::households::{Household, Member};
use local_store::{Tx, households, places, visits};
use serde::{Deserialize, Serialize};
use sync_protocol::day;
use ts_rs::TS;

/// How many visits the file shows.
const TIMELINE: u32 = 50;

#[derive(Clone, Debug, Deserialize, TS)]
pub struct DwellingRef {
    pub dwelling: String,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct HouseholdFile {
    pub dwelling: String,
    pub door_label: String,
    pub building: String,
    pub building_name: String,
    /// From the street down to the door.
    pub trail: Vec<String>,
    #[serde(rename = "use")]
    pub use_: DwellingUse,
    pub household: Option<String>,
    pub tenure: Option<Tenure>,
    pub home_hours: Option<String>,
    pub contact_by: Option<ContactBy>,
    pub rhythm: Option<Rhythm>,
    pub last_visited: Option<String>,
    pub residents: Vec<ResidentLine>,
    /// The households that share the door with this one, each with its people.
    pub others: Vec<OtherHousehold>,
    pub needs: Vec<NeedLine>,
    pub visits: Vec<VisitLine>,
    pub next_dwelling: Option<String>,
    pub mark: SyncMark,
    pub conflict: bool,
}

/// Another household behind the same door: rooms are let one by one.
#[derive(Clone, Debug, Serialize, TS)]
pub struct OtherHousehold {
    pub household: String,
    pub tenure: Option<Tenure>,
    pub residents: Vec<ResidentLine>,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct ResidentLine {
    pub id: String,
    pub residence: String,
    pub name: String,
    pub relation: Relation,
    pub stays: Stays,
    pub age: Option<u32>,
    pub minor: bool,
    pub masked_phone: Option<String>,
    pub mark: SyncMark,
    pub conflict: bool,
}

pub(crate) fn household_file(asking: &Asking, input: DwellingRef) -> Result<HouseholdFile> {
    let dwelling = id("dwelling", &input.dwelling)?;
    asking.read(|tx| {
        let door = places::dwelling(tx, dwelling)?;
        let mut behind = households::all_of_dwelling(tx, dwelling)?.into_iter();
        let household = behind.next();
        let members = household.as_ref().map(|one| households::members(tx, one.id)).transpose()?.unwrap_or_default();
        let visits = visits::at_dwelling(tx, dwelling, TIMELINE)?;
        let lines = visits.into_iter().map(|visit| VisitLine::of(tx, asking, visit)).collect::<Result<Vec<_>>>()?;
        let needs = household.as_ref().map(|one| needs::lines(tx, one.id)).transpose()?.unwrap_or_default();
        let today = moment::today(tx)?;
        let conflict = members.iter().any(|one| one.conflict) || household.as_ref().is_some_and(|one| one.conflict);
        let refused =
            members.iter().any(|one| one.refused > 0) || household.as_ref().is_some_and(|one| one.refused > 0);
        let unsent = door.unsent
            + household.as_ref().map_or(0, |one| one.unsent)
            + members.iter().map(|one| one.unsent).sum::<u32>()
            + lines.iter().filter(|line| line.mark == SyncMark::SavedHere).count() as u32;
        let at_home = household.as_ref();
        Ok(HouseholdFile {
            dwelling: dwelling.to_string(),
            door_label: door.label(),
            building: door.building.to_string(),
            building_name: door.building_name.clone(),
            trail: trail(tx, &door)?,
            use_: words::read(&door.use_, DwellingUse::Other),
            household: at_home.map(|one| one.id.to_string()),
            tenure: words::read_or_none(at_home.and_then(|one| one.tenure.as_deref())),
            home_hours: at_home.and_then(|one| one.home_hours.clone()),
            contact_by: words::read_or_none(at_home.and_then(|one| one.contact_by.as_deref())),
            rhythm: words::read_or_none(at_home.and_then(|one| one.rhythm.as_deref())),
            last_visited: last_visited(at_home, &lines),
            residents: members.into_iter().map(|member| resident_line(member, &today)).collect(),
            others: behind.map(|one| other_household(tx, one, &today)).collect::<Result<Vec<_>>>()?,
            needs,
            visits: lines,
            next_dwelling: places::next_dwelling(tx, &door)?.map(|id| id.to_string()),
            mark: SyncMark::of(unsent, conflict || refused),
            conflict,
        })
    })
}

fn other_household(tx: &Tx<'_>, household: Household, today: &str) -> Result<OtherHousehold> {
    let members = households::members(tx, household.id)?.into_iter().map(|member| resident_line(member, today));
    Ok(OtherHousehold {
        household: household.id.to_string(),
        tenure: words::read_or_none(household.tenure.as_deref()),
        residents: members.collect(),
    })
}

/// The newest visit held at which somebody was met; else the stored day, for visits older than this device keeps.
fn last_visited(household: Option<&Household>, lines: &[VisitLine]) -> Option<String> {
    let met = lines.iter().find(|line| line.outcome == words::VisitOutcome::Met);
    let held = met.and_then(|line| day::time_ms(&line.happened_at)).map(day::day_of);
    held.max(household.and_then(|one| one.last_visited.clone()))
}

fn trail(tx: &Tx<'_>, door: &places::Dwelling) -> Result<Vec<String>> {
    let above = [9, 12].into_iter().filter_map(|length| door.grid.get(..length)).chain([door.grid.as_str()]);
    let mut trail = above.map(|code| Ok(places::division_name(tx, code)?)).collect::<Result<Vec<_>>>()?;
    trail.push(door.building_name.clone());
    trail.push(door.door.clone());
    Ok(trail)
}

fn resident_line(member: Member, today: &str) -> ResidentLine {
    ResidentLine {
        id: member.resident.to_string(),
        residence: member.residence.to_string(),
        name: member.name,
        relation: words::read(&member.relation, Relation::Other),
        stays: words::read(&member.stays, Stays::Main),
        age: member.born_on.as_deref().and_then(|born| day::age_on(born, today)),
        minor: member.minor,
        masked_phone: member.phone.as_deref().map(mask::phone),
        mark: SyncMark::of(member.unsent, member.conflict || member.refused > 0),
        conflict: member.conflict,
    }
}
