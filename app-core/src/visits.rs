//! Visits: recording one at a door, and what came in lately.

use crate::core::Asking;
use crate::error::{CommandError, Result};
use crate::moment;
use crate::photos::{self, PhotoCard, PhotoUse};
use crate::saved::{Saved, id};
use crate::words::{self, SyncMark, VisitOutcome};
use local_store::saving::NewEdit;
use local_store::visits::Visit;
use local_store::{Tx, households, places, records, residents, visits};
use serde::{Deserialize, Serialize};
use sync_protocol::{RecordId, RecordKey, Value, day};
use ts_rs::TS;

#[derive(Clone, Debug, Serialize, TS)]
pub struct VisitLine {
    pub id: String,
    pub happened_at: String,
    pub outcome: VisitOutcome,
    pub said: Option<String>,
    /// The names of who was met, as far as they are held here.
    pub met: Vec<String>,
    pub met_ids: Vec<String>,
    pub by: String,
    pub revisit_on: Option<String>,
    pub photos: Vec<PhotoCard>,
    /// Recorded by the asker, who alone may correct it; what was signed off is not edited.
    pub mine: bool,
    pub mark: SyncMark,
}

/// Another visit in the place of one that was recorded wrongly, on the day of that one. Both are kept; the new one counts.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct VisitCorrection {
    pub visit: String,
    /// The visit did not take place: nothing counts in its stead.
    pub void: bool,
    pub outcome: VisitOutcome,
    pub met: Vec<String>,
    pub said: Option<String>,
    pub revisit_on: Option<String>,
    #[serde(default)]
    #[ts(optional)]
    pub draft: Option<String>,
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
    pub(crate) fn of(tx: &Tx<'_>, asking: &Asking, visit: Visit) -> Result<Self> {
        let met = visit.met.iter().map(|resident| Ok(residents::name(tx, *resident)?)).collect::<Result<Vec<_>>>()?;
        let key = RecordKey::new("visit", visit.id);
        let author = records::shown(tx, &key)?.and_then(|record| record.author());
        Ok(Self {
            id: visit.id.to_string(),
            mine: author == Some(asking.person),
            happened_at: visit.happened_at,
            outcome: words::read(&visit.outcome, VisitOutcome::Met),
            said: visit.said,
            met_ids: visit.met.iter().map(ToString::to_string).collect(),
            met: met.into_iter().flatten().collect(),
            by: visit.author_name,
            revisit_on: visit.revisit_on,
            photos: photos::cards(tx, &key)?,
            mark: SyncMark::of(visit.unsent, visit.refused > 0),
        })
    }
}

/// Records a visit; where somebody was met, the household's last visit moves with it, in the same transaction.
pub(crate) fn save_visit(asking: &Asking, input: NewVisit) -> Result<Saved> {
    let dwelling = id("dwelling", &input.dwelling)?;
    let household = input.household.as_deref().map(|text| id("household", text)).transpose()?;
    let met = input.met.iter().map(|text| id("resident", text)).collect::<Result<Vec<_>>>()?;
    asking.read(|tx| {
        let behind = members(tx, dwelling, household)?;
        known(&met, &behind)?;
        check_revisit(tx, input.outcome, input.revisit_on.as_deref())
    })?;
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

/// Puts another visit in the place of one's own. What was signed off is not edited: the first stays as it was recorded,
/// and whoever reads on sees the second. Photos stay with the first.
pub(crate) fn correct_visit(asking: &Asking, input: VisitCorrection) -> Result<Saved> {
    let replaced = RecordKey::new("visit", id("visit", &input.visit)?);
    let met = input.met.iter().map(|text| id("resident", text)).collect::<Result<Vec<_>>>()?;
    let first = asking.read(|tx| {
        let first = records::expect(tx, &replaced)?;
        if first.author() != Some(asking.person) {
            return Err(CommandError::new("not_allowed").with("what", "visit"));
        }
        if visits::is_replaced(tx, replaced.id)? {
            return Err(CommandError::new("visit_replaced"));
        }
        let (Some(dwelling), household) = (first.reference("dwelling"), first.reference("household")) else {
            return Err(CommandError::new("not_found").with("kind", "dwelling"));
        };
        if !input.void {
            // Who was met then may have moved since.
            let behind = household.map(|one| households::members(tx, one)).transpose()?.unwrap_or_default();
            let mut known_then: Vec<RecordId> = behind.into_iter().map(|member| member.resident).collect();
            let then = first.value("met").as_list().iter().filter_map(Value::as_text);
            known_then.extend(then.filter_map(|text| text.parse::<RecordId>().ok()));
            known(&met, &known_then)?;
            if input.revisit_on.is_none() || input.revisit_on.as_deref() != first.text("revisit_on") {
                check_revisit(tx, input.outcome, input.revisit_on.as_deref())?;
            }
        }
        Ok((dwelling, household, first))
    })?;
    let (dwelling, household, first) = first;
    let visit = asking.mint()?;
    asking.save_from(input.draft.as_deref(), |_, now| {
        let happened_at = first.text("happened_at").map_or_else(|| day::time_text(now), str::to_owned);
        let on = day::time_ms(&happened_at).map_or_else(|| day::day_of(now), day::day_of);
        let edit = NewEdit::create("visit", visit, asking.person)
            .set("dwelling", dwelling)
            .set("household", household)
            .set("round", first.value("round").clone())
            .set("replaces", replaced.id)
            .set("happened_at", happened_at)
            .set("author_name", asking.author());
        if input.void {
            let outcome = first.value("outcome").clone();
            return Ok(vec![edit.set("outcome", outcome).set("void", true)]);
        }
        let said = input.said.as_deref().map(str::trim).filter(|said| !said.is_empty());
        let edit = edit
            .set("outcome", words::word(&input.outcome))
            .set("met", (!met.is_empty()).then_some(met))
            .set("said", said)
            .set("revisit_on", input.revisit_on.as_deref());
        let visited = household
            .filter(|_| input.outcome == VisitOutcome::Met)
            .map(|id| NewEdit::change(RecordKey::new("household", id), asking.person).set("last_visited", on));
        Ok([edit].into_iter().chain(visited).collect())
    })?;
    asking.saved(visit)
}

/// Who lives behind the door that a visit is recorded at.
fn members(tx: &Tx<'_>, dwelling: RecordId, household: Option<RecordId>) -> Result<Vec<RecordId>> {
    places::dwelling(tx, dwelling)?;
    let behind = households::of_dwelling(tx, dwelling)?.map(|one| one.id);
    if household.is_some() && household != behind {
        return Err(CommandError::new("not_found").with("kind", "household"));
    }
    let members = behind.map(|one| households::members(tx, one)).transpose()?.unwrap_or_default();
    Ok(members.into_iter().map(|member| member.resident).collect())
}

fn known(met: &[RecordId], behind: &[RecordId]) -> Result<()> {
    if met.iter().all(|resident| behind.contains(resident)) {
        return Ok(());
    }
    Err(CommandError::new("not_found").with("kind", "resident"))
}

/// Days to come again are still to come, and an appointment has one.
fn check_revisit(tx: &Tx<'_>, outcome: VisitOutcome, revisit_on: Option<&str>) -> Result<()> {
    match revisit_on {
        None if outcome == VisitOutcome::Appointment => Err(CommandError::value("revisit_on", "empty")),
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
