//! A household as a whole: made on an empty dwelling, moved to another, ended.

use crate::core::Asking;
use crate::error::{CommandError, Result};
use crate::forms::{chosen, day_not_ahead};
use crate::moment;
use crate::saved::{Saved, id};
use crate::words::{self, ContactBy, Rhythm, Tenure};
use local_store::saving::NewEdit;
use local_store::{households, places};
use serde::Deserialize;
use sync_protocol::RecordKey;
use ts_rs::TS;

#[derive(Clone, Debug, Deserialize, TS)]
pub struct NewHousehold {
    pub dwelling: String,
    pub tenure: Option<Tenure>,
    pub home_hours: Option<String>,
    pub contact_by: Option<ContactBy>,
    pub rhythm: Option<Rhythm>,
    /// The draft it was typed in, dropped with the save.
    #[serde(default)]
    #[ts(optional)]
    pub draft: Option<String>,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct HouseholdMove {
    pub household: String,
    pub to: String,
    /// The draft it was typed in, dropped with the save.
    #[serde(default)]
    #[ts(optional)]
    pub draft: Option<String>,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct HouseholdEnd {
    pub household: String,
    pub on: String,
    /// Whether nobody lives behind the door now.
    pub vacant: bool,
    /// The draft it was typed in, dropped with the save.
    #[serde(default)]
    #[ts(optional)]
    pub draft: Option<String>,
}

pub(crate) fn add_household(asking: &Asking, input: NewHousehold) -> Result<Saved> {
    let dwelling = id("dwelling", &input.dwelling)?;
    asking.read(|tx| Ok(places::dwelling(tx, dwelling)?))?;
    let household = asking.mint()?;
    let edit = NewEdit::create("household", household, asking.person)
        .set("dwelling", dwelling)
        .set("tenure", input.tenure.map(|one| words::word(&one)))
        .set("home_hours", chosen(input.home_hours.as_deref()))
        .set("contact_by", input.contact_by.map(|one| words::word(&one)))
        .set("rhythm", input.rhythm.map(|one| words::word(&one)));
    asking.save_undoable(household, input.draft.as_deref(), |_, _| Ok(vec![edit]))
}

/// Everybody of a household moves, with its visits and needs: what hangs below it follows to the new door.
pub(crate) fn move_household(asking: &Asking, input: HouseholdMove) -> Result<Saved> {
    let (household, to) = (id("household", &input.household)?, id("dwelling", &input.to)?);
    asking.read(|tx| {
        places::dwelling(tx, to)?;
        let held = households::one(tx, household)?;
        if held.ended_on.is_some() {
            return Err(CommandError::new("moved_already"));
        }
        if held.dwelling == to { Err(CommandError::new("lives_here_already")) } else { Ok(()) }
    })?;
    let edit = NewEdit::change(RecordKey::new("household", household), asking.person).set("dwelling", to);
    asking.save_undoable(household, input.draft.as_deref(), |_, _| Ok(vec![edit]))
}

/// A household ends: with it every residence in it that has not ended yet.
pub(crate) fn end_household(asking: &Asking, input: HouseholdEnd) -> Result<Saved> {
    let household = id("household", &input.household)?;
    let edits = asking.read(|tx| {
        let on = day_not_ahead("on", &input.on, &moment::today(tx)?)?;
        let held = households::one(tx, household)?;
        let change = |kind, id| NewEdit::change(RecordKey::new(kind, id), asking.person);
        let mut edits = vec![change("household", household).set("ended_on", on.as_str())];
        let open = households::residences(tx, household)?;
        edits.extend(open.into_iter().map(|(residence, _)| change("residence", residence).set("until", on.as_str())));
        if input.vacant && households::all_of_dwelling(tx, held.dwelling)?.len() <= 1 {
            edits.push(change("dwelling", held.dwelling).set("use", "vacant"));
        }
        Ok(edits)
    })?;
    asking.save_undoable(household, input.draft.as_deref(), |_, _| Ok(edits))
}
