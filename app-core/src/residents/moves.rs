//! Moving in, moving out and dying: residences end and begin, in one transaction, and nothing of them is overwritten.
//!
//! A residence that ended stays with the place; the resident goes with those that have not. Whoever moves out without a new
//! door stays, at the relay, with the last one.

use super::add::{Lives, household_at, residence_edit, since};
use crate::core::Asking;
use crate::error::{CommandError, Result};
use crate::forms::day_not_ahead;
use crate::moment;
use crate::saved::{Saved, id};
use crate::words::{Relation, Stays};
use local_store::residents::Home;
use local_store::saving::NewEdit;
use local_store::{Tx, places, records, residents};
use serde::Deserialize;
use sync_protocol::{RecordId, RecordKey};
use ts_rs::TS;

#[derive(Clone, Debug, Deserialize, TS)]
pub struct MoveIn {
    pub resident: String,
    pub dwelling: String,
    pub household: Option<String>,
    pub relation: Relation,
    pub stays: Stays,
    pub registered_here: Option<bool>,
    /// The day of the move; absent where nobody knows it.
    pub since: Option<String>,
    /// The residences that end with it. Whoever has two homes keeps the other.
    pub leaves: Vec<String>,
    /// The draft it was typed in, dropped with the save.
    #[serde(default)]
    #[ts(optional)]
    pub draft: Option<String>,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct MoveOut {
    pub residence: String,
    pub on: String,
    /// The new door, where it is one that is held here; else they went elsewhere or nobody knows where.
    pub to: Option<NewDoor>,
    /// The draft it was typed in, dropped with the save.
    #[serde(default)]
    #[ts(optional)]
    pub draft: Option<String>,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct NewDoor {
    pub dwelling: String,
    pub household: Option<String>,
    pub relation: Relation,
    pub stays: Stays,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct Death {
    pub resident: String,
    pub on: String,
    /// The draft it was typed in, dropped with the save.
    #[serde(default)]
    #[ts(optional)]
    pub draft: Option<String>,
}

/// Somebody who is registered already moves in at a door.
pub(crate) fn move_in(asking: &Asking, input: MoveIn) -> Result<Saved> {
    let (resident, dwelling) = (id("resident", &input.resident)?, id("dwelling", &input.dwelling)?);
    let (residence, new_household) = (asking.mint()?, asking.mint()?);
    let edits = asking.read(|tx| {
        let today = moment::today(tx)?;
        let since = since(input.since.as_deref(), &today)?;
        let homes = homes_of(tx, resident)?;
        let (household, mut edits) = household_at(tx, asking, dwelling, input.household.as_deref(), new_household)?;
        if homes.iter().any(|home| home.household == household) {
            return Err(CommandError::new("lives_here_already"));
        }
        let lives = Lives { relation: input.relation, stays: input.stays, registered_here: input.registered_here };
        // The new home first: at no moment is somebody nowhere.
        edits.push(residence_edit(asking, residence, resident, household, lives, since.clone()));
        for left in &input.leaves {
            let left = id("residence", left)?;
            let home = homes.iter().find(|home| home.residence == left);
            let home = home.ok_or_else(|| CommandError::new("not_found").with("kind", "residence"))?;
            edits.push(ended(asking, home, since.as_deref().unwrap_or(&today))?);
        }
        Ok(edits)
    })?;
    asking.save_undoable(resident, input.draft.as_deref(), |_, _| Ok(edits))
}

/// Somebody moves out: the residence ends, and where a new door is named one begins there.
pub(crate) fn move_out(asking: &Asking, input: MoveOut) -> Result<Saved> {
    let residence = id("residence", &input.residence)?;
    let (new_residence, new_household) = (asking.mint()?, asking.mint()?);
    let (resident, edits) = asking.read(|tx| {
        let on = day_not_ahead("on", &input.on, &moment::today(tx)?)?;
        let held = records::expect(tx, &RecordKey::new("residence", residence))?;
        let resident = held.reference("resident");
        let resident = resident.ok_or_else(|| CommandError::new("not_found").with("kind", "resident"))?;
        let homes = homes_of(tx, resident)?;
        let home = homes.iter().find(|home| home.residence == residence);
        let home = home.ok_or_else(|| CommandError::new("moved_already"))?;
        let mut edits = Vec::new();
        if let Some(to) = &input.to {
            let dwelling = id("dwelling", &to.dwelling)?;
            places::dwelling(tx, dwelling)?;
            let (household, new) = household_at(tx, asking, dwelling, to.household.as_deref(), new_household)?;
            if homes.iter().any(|home| home.household == household) {
                return Err(CommandError::new("lives_here_already"));
            }
            edits.extend(new);
            let lives = Lives { relation: to.relation, stays: to.stays, registered_here: None };
            edits.push(residence_edit(asking, new_residence, resident, household, lives, Some(on.clone())));
        }
        edits.push(ended(asking, home, &on)?);
        Ok((resident, edits))
    })?;
    asking.save_undoable(resident, input.draft.as_deref(), |_, _| Ok(edits))
}

/// Somebody has died: the day is kept, and every residence ends with it.
pub(crate) fn record_death(asking: &Asking, input: Death) -> Result<Saved> {
    let resident = id("resident", &input.resident)?;
    let edits = asking.read(|tx| {
        let on = day_not_ahead("on", &input.on, &moment::today(tx)?)?;
        let key = RecordKey::new("resident", resident);
        records::expect(tx, &key)?;
        let died = NewEdit::change(key, asking.person).set("died_on", on.as_str());
        let ends = residents::homes(tx, resident)?.into_iter().map(|home| ended(asking, &home, &on));
        std::iter::once(Ok(died)).chain(ends).collect::<Result<Vec<_>>>()
    })?;
    asking.save_undoable(resident, input.draft.as_deref(), |_, _| Ok(edits))
}

fn homes_of(tx: &Tx<'_>, resident: RecordId) -> Result<Vec<Home>> {
    let state = records::expect(tx, &RecordKey::new("resident", resident))?;
    if !state.value("died_on").is_null() || !state.value("merged_into").is_null() {
        return Err(CommandError::new("not_found").with("kind", "resident"));
    }
    Ok(residents::homes(tx, resident)?)
}

/// The edit that ends a residence on a day, which cannot lie before it began.
fn ended(asking: &Asking, home: &Home, on: &str) -> Result<NewEdit> {
    if home.since.as_deref().is_some_and(|since| on < since) {
        return Err(CommandError::value("on", "before_since"));
    }
    Ok(NewEdit::change(RecordKey::new("residence", home.residence), asking.person).set("until", on))
}
