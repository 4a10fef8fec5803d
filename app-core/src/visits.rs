//! Visits: recording one at a door, and what came in lately.

use crate::core::Asking;
use crate::error::{CommandError, Result};
use crate::moment;
use crate::photos::{self, PhotoCard, PhotoUse};
use crate::saved::{Saved, id};
use crate::words::{self, SyncMark, VisitOutcome};
use local_store::saving::NewEdit;
use local_store::visits::Visit;
use local_store::{Tx, households, places, residents, visits};
use serde::{Deserialize, Serialize};
use sync_protocol::{RecordId, RecordKey, day};
use ts_rs::TS;

#[derive(Clone, Debug, Serialize, TS)]
pub struct VisitLine {
    pub id: String,
    pub happened_at: String,
    pub outcome: VisitOutcome,
    pub said: Option<String>,
    /// The names of who was met, as far as they are held here.
    pub met: Vec<String>,
    pub by: String,
    pub revisit_on: Option<String>,
    pub photos: Vec<PhotoCard>,
    pub mark: SyncMark,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct NewVisit {
    pub dwelling: String,
    pub household: Option<String>,
    pub outcome: VisitOutcome,
    pub met: Vec<String>,
    pub said: Option<String>,
    pub revisit_on: Option<String>,
    /// The draft it was typed in; it goes when this is saved.
    #[serde(default)]
    #[ts(optional)]
    pub draft: Option<String>,
    #[serde(default)]
    pub photos: Vec<String>,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct VisitQuery {
    pub scope: Option<String>,
    pub limit: u32,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct VisitRow {
    pub id: String,
    pub happened_at: String,
    pub outcome: VisitOutcome,
    pub said: Option<String>,
    pub by: String,
    pub door_label: String,
    pub building_name: String,
    pub grid_name: String,
    pub dwelling: String,
}

impl VisitLine {
    pub(crate) fn of(tx: &Tx<'_>, visit: Visit) -> Result<Self> {
        let met = visit.met.iter().map(|resident| Ok(residents::name(tx, *resident)?)).collect::<Result<Vec<_>>>()?;
        Ok(Self {
            id: visit.id.to_string(),
            happened_at: visit.happened_at,
            outcome: words::read(&visit.outcome, VisitOutcome::Met),
            said: visit.said,
            met: met.into_iter().flatten().collect(),
            by: visit.author_name,
            revisit_on: visit.revisit_on,
            photos: photos::cards(tx, &RecordKey::new("visit", visit.id))?,
            mark: SyncMark::of(visit.unsent, visit.refused > 0),
        })
    }
}

/// Records a visit; where somebody was met, the household's last visit moves with it, in the same transaction.
pub(crate) fn save_visit(asking: &Asking, input: NewVisit) -> Result<Saved> {
    let dwelling = id("dwelling", &input.dwelling)?;
    let household = input.household.as_deref().map(|text| id("household", text)).transpose()?;
    let met = input.met.iter().map(|text| id("resident", text)).collect::<Result<Vec<_>>>()?;
    asking.read(|tx| check(tx, &input, dwelling, household, &met))?;
    let visit = asking.mint()?;
    let picked = photos::ids(&input.photos)?;
    asking.save_from(input.draft.as_deref(), |tx, now| {
        let said = input.said.as_deref().map(str::trim).filter(|said| !said.is_empty());
        let met = (!met.is_empty()).then_some(met);
        let recorded = NewEdit::create("visit", visit, asking.person)
            .set("dwelling", dwelling)
            .set("household", household)
            .set("outcome", words::word(&input.outcome))
            .set("met", met)
            .set("said", said)
            .set("revisit_on", input.revisit_on.as_deref())
            .set("happened_at", day::time_text(now))
            .set("author_name", asking.author());
        let visited = household.filter(|_| input.outcome == VisitOutcome::Met).map(|id| {
            NewEdit::change(RecordKey::new("household", id), asking.person).set("last_visited", day::day_of(now))
        });
        let photos = photos::attach(tx, asking, &RecordKey::new("visit", visit), PhotoUse::Photo, &picked)?;
        Ok([recorded].into_iter().chain(visited).chain(photos).collect())
    })?;
    asking.saved(visit)
}

/// What a visit must fit: the door, who lives behind it, and days that are still to come.
fn check(
    tx: &Tx<'_>,
    input: &NewVisit,
    dwelling: RecordId,
    household: Option<RecordId>,
    met: &[RecordId],
) -> Result<()> {
    places::dwelling(tx, dwelling)?;
    let behind = households::of_dwelling(tx, dwelling)?.map(|one| one.id);
    if household.is_some() && household != behind {
        return Err(CommandError::new("not_found").with("kind", "household"));
    }
    let members = behind.map(|one| households::members(tx, one)).transpose()?.unwrap_or_default();
    if met.iter().any(|resident| !members.iter().any(|member| member.resident == *resident)) {
        return Err(CommandError::new("not_found").with("kind", "resident"));
    }
    match input.revisit_on.as_deref() {
        None if input.outcome == VisitOutcome::Appointment => Err(CommandError::value("revisit_on", "empty")),
        Some(on) if day::parse_day(on).is_none() => Err(CommandError::value("revisit_on", "bad_date")),
        Some(on) if on < moment::today(tx)?.as_str() => Err(CommandError::value("revisit_on", "in_past")),
        _ => Ok(()),
    }
}

/// The newest visits under a division, within what the asker may see.
pub(crate) fn recent_visits(asking: &Asking, input: VisitQuery) -> Result<Vec<VisitRow>> {
    asking.read(|tx| {
        let recent = visits::recent(tx, input.scope.as_deref(), input.limit.min(500))?;
        recent
            .into_iter()
            .map(|(visit, door)| {
                Ok(VisitRow {
                    id: visit.id.to_string(),
                    happened_at: visit.happened_at,
                    outcome: words::read(&visit.outcome, VisitOutcome::Met),
                    said: visit.said,
                    by: visit.author_name,
                    door_label: door.label(),
                    grid_name: places::division_name(tx, &door.grid)?,
                    building_name: door.building_name,
                    dwelling: door.id.to_string(),
                })
            })
            .collect()
    })
}
