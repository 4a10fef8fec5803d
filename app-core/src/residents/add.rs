//! Registering somebody at a door, and warning of who they may already be.

use crate::core::Asking;
use crate::error::{CommandError, Result};
use crate::forms::{FormValue, checked, chosen};
use crate::identity::{self, Document};
use crate::saved::{Saved, id};
use crate::words::{self, Gender, Relation, Stays};
use crate::{mask, moment};
use local_store::duplicates::{self, Alike, Asked};
use local_store::saving::NewEdit;
use local_store::{Tx, households, places, records, residents};
use serde::{Deserialize, Serialize};
use sync_protocol::edit::element_field;
use sync_protocol::{RecordId, RecordKey, Value, day};
use ts_rs::TS;

/// More than these nobody reads while typing.
const MOST_ALIKE: usize = 5;

#[derive(Clone, Debug, Deserialize, TS)]
pub struct NewResident {
    pub dwelling: String,
    /// Where several households share the door; else the one there, or a new one.
    pub household: Option<String>,
    pub name: String,
    pub reading: Option<String>,
    pub gender: Option<Gender>,
    pub born_on: Option<String>,
    pub phone: Option<String>,
    pub phone_2: Option<String>,
    pub other_names: Vec<String>,
    pub languages: Vec<String>,
    pub relation: Relation,
    pub stays: Stays,
    pub registered_here: Option<bool>,
    pub since: Option<String>,
    pub number: Option<NewNumber>,
    /// The draft it was typed in, dropped with the save.
    #[serde(default)]
    #[ts(optional)]
    pub draft: Option<String>,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct NewNumber {
    pub document: Document,
    pub number: String,
}

/// What has been typed so far.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct DuplicateQuery {
    pub dwelling: Option<String>,
    pub name: String,
    pub born_on: Option<String>,
    pub phone: Option<String>,
    pub number: Option<String>,
    /// Whose form it is, where they are registered: they are not their own double.
    #[serde(default)]
    #[ts(optional)]
    pub without: Option<String>,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct PossibleDuplicate {
    pub resident: String,
    pub name: String,
    pub age: Option<u32>,
    pub masked_phone: Option<String>,
    pub door_label: Option<String>,
    pub building_name: Option<String>,
    pub reason: AlikeReason,
}

words::words! {
    AlikeReason { NumberAndBirthday, NameAndBirthday, Phone, NameAtThisDoor, NameInThisBuilding, SoundAtThisDoor }
}

/// Who may be the person being registered, within what the asker may see.
pub(crate) fn possible_duplicates(asking: &Asking, input: DuplicateQuery) -> Result<Vec<PossibleDuplicate>> {
    let dwelling = input.dwelling.as_deref().map(|text| id("dwelling", text)).transpose()?;
    let without = input.without.as_deref().map(|text| id("resident", text)).transpose()?;
    let tail = identity::tail(&identity::tidied(input.number.as_deref().unwrap_or("")));
    asking.read(|tx| {
        let asked = Asked {
            name: &input.name,
            born_on: input.born_on.as_deref().filter(|day| !day.is_empty()),
            phone: input.phone.as_deref().unwrap_or(""),
            number_tail: &tail,
            dwelling,
        };
        let today = moment::today(tx)?;
        let found = duplicates::of(tx, asked, MOST_ALIKE + 1)?.into_iter();
        let others = found.filter(|(resident, _)| Some(*resident) != without).take(MOST_ALIKE);
        others.map(|(resident, alike)| possible(tx, resident, alike, &today)).collect()
    })
}

fn possible(tx: &Tx<'_>, resident: RecordId, alike: Alike, today: &str) -> Result<PossibleDuplicate> {
    let state = records::expect(tx, &RecordKey::new("resident", resident))?;
    let home = residents::homes(tx, resident)?.into_iter().next();
    Ok(PossibleDuplicate {
        resident: resident.to_string(),
        name: state.text("name").unwrap_or_default().to_owned(),
        age: state.text("born_on").and_then(|born| day::age_on(born, today)),
        masked_phone: state.text("phone").map(mask::phone),
        door_label: home.as_ref().map(|home| home.dwelling.label()),
        building_name: home.map(|home| home.dwelling.building_name),
        reason: match alike {
            Alike::NumberAndBirthday => AlikeReason::NumberAndBirthday,
            Alike::NameAndBirthday => AlikeReason::NameAndBirthday,
            Alike::Phone => AlikeReason::Phone,
            Alike::NameAtThisDoor => AlikeReason::NameAtThisDoor,
            Alike::NameInThisBuilding => AlikeReason::NameInThisBuilding,
            Alike::SoundAtThisDoor => AlikeReason::SoundAtThisDoor,
        },
    })
}

/// Registers somebody at a door: the household where there is none, the resident, the residence and the number, in one
/// transaction.
pub(crate) fn add_resident(asking: &Asking, input: NewResident) -> Result<Saved> {
    let dwelling = id("dwelling", &input.dwelling)?;
    let (resident, residence, new_household) = (asking.mint()?, asking.mint()?, asking.mint()?);
    let edits = asking.read(|tx| {
        let today = moment::today(tx)?;
        let (household, mut edits) = household_at(tx, asking, dwelling, input.household.as_deref(), new_household)?;
        edits.push(resident_edit(tx, asking, &input, resident, &today)?);
        let lives = Lives { relation: input.relation, stays: input.stays, registered_here: input.registered_here };
        let since = since(input.since.as_deref(), &today)?;
        edits.push(residence_edit(asking, residence, resident, household, lives, since));
        if let Some(number) = input.number.as_ref().filter(|one| !one.number.trim().is_empty()) {
            edits.extend(identity::edits(tx, asking, resident, number.document, &number.number)?);
        }
        Ok(edits)
    })?;
    asking.save_undoable(resident, input.draft.as_deref(), |_, _| Ok(edits))
}

/// The household that somebody joins at a door, and the edit that makes it where there is none.
pub(crate) fn household_at(
    tx: &Tx<'_>,
    asking: &Asking,
    dwelling: RecordId,
    wanted: Option<&str>,
    new: RecordId,
) -> Result<(RecordId, Vec<NewEdit>)> {
    let door = places::dwelling(tx, dwelling)?;
    let there = households::all_of_dwelling(tx, dwelling)?;
    if let Some(wanted) = wanted {
        let wanted = id("household", wanted)?;
        let found = there.iter().any(|one| one.id == wanted);
        return if found {
            Ok((wanted, Vec::new()))
        } else {
            Err(CommandError::new("not_found").with("kind", "household"))
        };
    }
    if let Some(first) = there.first() {
        return Ok((first.id, Vec::new()));
    }
    let mut edits = vec![NewEdit::create("household", new, asking.person).set("dwelling", dwelling)];
    // Somebody lives there now, so the door is not empty any more; how it is used is left for the form.
    if door.use_ == "vacant" {
        edits.push(NewEdit::change(RecordKey::new("dwelling", dwelling), asking.person).set("use", "other"));
    }
    Ok((new, edits))
}

/// How somebody lives in a household.
#[derive(Clone, Copy)]
pub(crate) struct Lives {
    pub relation: Relation,
    pub stays: Stays,
    pub registered_here: Option<bool>,
}

pub(crate) fn residence_edit(
    asking: &Asking,
    residence: RecordId,
    resident: RecordId,
    household: RecordId,
    lives: Lives,
    since: Option<String>,
) -> NewEdit {
    NewEdit::create("residence", residence, asking.person)
        .set("resident", resident)
        .set("household", household)
        .set("relation", words::word(&lives.relation))
        .set("stays", words::word(&lives.stays))
        .set("registered_here", lives.registered_here)
        .set("since", since)
}

pub(crate) fn since(typed: Option<&str>, today: &str) -> Result<Option<String>> {
    chosen(typed).map(|day| crate::forms::day_not_ahead("since", &day, today)).transpose()
}

fn resident_edit(tx: &Tx<'_>, asking: &Asking, input: &NewResident, id: RecordId, today: &str) -> Result<NewEdit> {
    let kind = tx.schema.kind("resident").ok_or_else(|| CommandError::internal("no kind resident"))?;
    let text = |typed: &Option<String>| typed.clone().map_or(FormValue::Nothing, FormValue::Text);
    let typed = [
        ("name", FormValue::Text(input.name.clone())),
        ("reading", text(&input.reading)),
        ("gender", text(&input.gender.map(|gender| words::word(&gender)))),
        ("born_on", text(&input.born_on)),
        ("phone", text(&input.phone)),
        ("phone_2", text(&input.phone_2)),
    ];
    let (mut edit, mut problems) = (NewEdit::create("resident", id, asking.person), Vec::new());
    for (field, typed) in typed {
        match checked(kind, field, &typed, today) {
            Ok(value) => edit = edit.set(field, value),
            Err(problem) => problems.push(problem),
        }
    }
    CommandError::unless_none(problems)?;
    let born_on = edit.fields.get("born_on").and_then(|new| new.value.as_text()).map(str::to_owned);
    if born_on.is_some_and(|born_on| super::is_minor(&born_on, today)) {
        edit = edit.set("minor", true);
    }
    for (set, elements) in [("other_names", &input.other_names), ("languages", &input.languages)] {
        for element in elements.iter().map(|one| one.trim()).filter(|one| !one.is_empty()) {
            edit = edit.set(&element_field(set, element), Value::from(true));
        }
    }
    Ok(edit)
}
