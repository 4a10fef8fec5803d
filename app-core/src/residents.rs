//! The resident file, and correcting a name or phone number in it. Registering somebody and moves have files of their own.

pub mod add;
pub mod moves;

use crate::core::Asking;
use crate::erasure;
use crate::error::{CommandError, Result};
use crate::identity::{self, IdentityLine};
use crate::saved::{Saved, id};
use crate::words::{self, Gender, Relation, Stays, SyncMark};
use crate::{mask, moment};
use local_store::saving::NewEdit;
use local_store::{Tx, outbox, places, records, residents};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use sync_protocol::{RecordKey, RecordState, Stamp, Value, day};
use ts_rs::TS;

#[derive(Clone, Debug, Deserialize, TS)]
pub struct ResidentRef {
    pub resident: String,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct ResidentFile {
    pub id: String,
    pub name: String,
    pub gender: Option<Gender>,
    pub age: Option<u32>,
    pub born_on: Option<String>,
    pub minor: bool,
    pub languages: Vec<String>,
    pub other_names: Vec<String>,
    pub reading: Option<String>,
    pub died_on: Option<String>,
    pub identity: Option<IdentityLine>,
    /// Whether the asker may enter an identity number.
    pub may_enter_identity: bool,
    /// Whether the asker may have everything erased that is held on them.
    pub may_erase: bool,
    pub fields: Vec<ResidentField>,
    pub homes: Vec<ResidentHome>,
    /// The homes before, as far as they are held here.
    pub former_homes: Vec<ResidentHome>,
    pub edited_by: Option<String>,
    pub edited_at: Option<String>,
    pub mark: SyncMark,
    pub conflict: bool,
}

/// The fields that are corrected at the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CorrectableField {
    Name,
    Phone,
    #[serde(rename = "phone_2")]
    Phone2,
}

impl CorrectableField {
    const ALL: [Self; 3] = [Self::Name, Self::Phone, Self::Phone2];

    fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Phone => "phone",
            Self::Phone2 => "phone_2",
        }
    }

    /// What is shown of a value: names whole, as who may open the file may see them; phones masked.
    fn shown(self, value: &str) -> String {
        if self == Self::Name { value.to_owned() } else { mask::phone(value) }
    }
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct ResidentField {
    pub field: CorrectableField,
    pub shown: Option<String>,
    /// Opaque: given back with a correction, it says what its author was shown.
    pub seen: Vec<String>,
    pub mark: SyncMark,
    /// The other sides of an open conflict.
    pub others: Vec<OtherSide>,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct OtherSide {
    pub shown: Option<String>,
    pub by: String,
    pub at: String,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct ResidentHome {
    pub residence: String,
    pub household: String,
    pub dwelling: String,
    pub building: String,
    pub building_name: String,
    pub door_label: String,
    pub relation: Relation,
    pub stays: Stays,
    pub registered_here: Option<bool>,
    pub since: Option<String>,
    pub until: Option<String>,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct ResidentCorrection {
    pub resident: String,
    pub changes: Vec<FieldChange>,
    /// The draft it was typed in; it goes when this is saved.
    #[serde(default)]
    #[ts(optional)]
    pub draft: Option<String>,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct FieldChange {
    pub field: CorrectableField,
    pub value: Option<String>,
    pub seen: Vec<String>,
}

impl ResidentHome {
    fn of(home: residents::Home) -> Self {
        Self {
            residence: home.residence.to_string(),
            household: home.household.to_string(),
            dwelling: home.dwelling.id.to_string(),
            building: home.dwelling.building.to_string(),
            door_label: home.dwelling.label(),
            building_name: home.dwelling.building_name,
            relation: words::read(&home.relation, Relation::Other),
            stays: words::read(&home.stays, Stays::Main),
            registered_here: home.registered_here,
            since: home.since,
            until: home.until,
        }
    }
}

/// Whether somebody born on a day is under 14, and their record sensitive (PIPL article 31).
pub(crate) fn is_minor(born_on: &str, today: &str) -> bool {
    day::age_on(born_on, today).is_some_and(|age| age < 14)
}

pub(crate) fn resident_file(asking: &Asking, input: ResidentRef) -> Result<ResidentFile> {
    let key = RecordKey::new("resident", id("resident", &input.resident)?);
    asking.read(|tx| {
        let state = records::expect(tx, &key)?;
        let unsent: BTreeSet<Stamp> = outbox::unsettled(tx, &key)?.iter().map(|edit| edit.stamp).collect();
        let fields =
            CorrectableField::ALL.into_iter().map(|one| field(tx, &state, one, &unsent)).collect::<Result<Vec<_>>>()?;
        let homes = residents::homes(tx, key.id)?.into_iter().map(ResidentHome::of);
        let newest = state.newest();
        let conflict = fields.iter().any(|field| !field.others.is_empty());
        Ok(ResidentFile {
            id: key.id.to_string(),
            name: state.text("name").unwrap_or_default().to_owned(),
            gender: words::read_or_none(state.text("gender")),
            age: state.text("born_on").and_then(|born| day::age_on(born, &moment::today(tx).ok()?)),
            born_on: state.text("born_on").map(str::to_owned),
            minor: state.value("minor") == &Value::Bool(true),
            languages: state.set("languages").into_iter().map(str::to_owned).collect(),
            other_names: state.set("other_names").into_iter().map(str::to_owned).collect(),
            reading: state.text("reading").map(str::to_owned),
            died_on: state.text("died_on").map(str::to_owned),
            identity: identity::line(tx, key.id)?,
            may_enter_identity: identity::may_enter(tx, asking.person)?,
            may_erase: erasure::may_be_asked(tx, asking, key.id)?,
            homes: homes.collect(),
            former_homes: residents::former_homes(tx, key.id)?.into_iter().map(ResidentHome::of).collect(),
            edited_by: newest.map(|mark| places::person_name(tx, mark.author)).transpose()?.flatten(),
            edited_at: newest.map(|mark| day::time_text(mark.stamp.ms)),
            mark: SyncMark::of(unsent.len() as u32, conflict),
            fields,
            conflict,
        })
    })
}

fn field(tx: &Tx<'_>, state: &RecordState, field: CorrectableField, unsent: &BTreeSet<Stamp>) -> Result<ResidentField> {
    let name = field.name();
    let others = state.open_sides(name).into_iter().map(|(mark, value)| {
        Ok(OtherSide {
            shown: value.as_text().map(|value| field.shown(value)),
            by: places::person_name(tx, mark.author)?.unwrap_or_default(),
            at: day::time_text(mark.stamp.ms),
        })
    });
    let others = others.collect::<Result<Vec<_>>>()?;
    // Every version on show: a correction made in sight of all sides answers them all.
    let seen: Vec<Stamp> = state.versions(name).map(|(mark, _)| mark.stamp).collect();
    let here = u32::from(seen.iter().any(|stamp| unsent.contains(stamp)));
    Ok(ResidentField {
        field,
        shown: state.text(name).map(|value| field.shown(value)),
        mark: SyncMark::of(here, !others.is_empty()),
        seen: seen.iter().map(Stamp::to_string).collect(),
        others,
    })
}

/// Saves a correction. Its bases are what the author was shown, even where something newer has arrived since.
pub(crate) fn correct_resident(asking: &Asking, input: ResidentCorrection) -> Result<Saved> {
    let key = RecordKey::new("resident", id("resident", &input.resident)?);
    // Read through the asker's view first: what they may not see they cannot correct.
    let held = asking.read(|tx| Ok(records::expect(tx, &key)?))?;
    let mut edit = NewEdit::change(key.clone(), asking.person);
    for change in input.changes {
        let value = checked(change.field, change.value.as_deref().unwrap_or(""))?;
        // Over an open conflict the value that stays is an answer too.
        let is_open = !held.open_sides(change.field.name()).is_empty();
        if !is_open && held.text(change.field.name()) == value.as_deref() {
            continue;
        }
        let seen = change.seen.iter().map(|text| text.parse()).collect::<std::result::Result<Vec<Stamp>, _>>();
        let seen = seen.map_err(|_| CommandError::new("input_invalid").with("reason", "seen"))?;
        edit = edit.set_over(change.field.name(), value, seen);
    }
    if edit.fields.is_empty() {
        return Err(CommandError::new("nothing_changed"));
    }
    asking.save_from(input.draft.as_deref(), |_, _| Ok(vec![edit]))?;
    asking.saved(key.id)
}

/// The value as it is stored, or what is wrong with it. An empty phone number means: there is none any more.
fn checked(field: CorrectableField, typed: &str) -> Result<Option<String>> {
    let typed = typed.trim();
    let wrong = |reason| Err(CommandError::value(field.name(), reason));
    if field == CorrectableField::Name {
        return match typed.chars().count() {
            0 => wrong("empty"),
            1..=60 => Ok(Some(typed.to_owned())),
            _ => wrong("too_long"),
        };
    }
    checked_phone(field.name(), typed)
}

/// A phone number as it is kept, from how people write it.
pub(crate) fn checked_phone(field: &str, typed: &str) -> Result<Option<String>> {
    let wrong = |reason| Err(CommandError::value(field, reason));
    let number: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    let digits = number.chars().filter(char::is_ascii_digit).count();
    let plausible = number.chars().enumerate().all(|(at, c)| c.is_ascii_digit() || c == '-' || (c == '+' && at == 0));
    match number.len() {
        0 => Ok(None),
        21.. => wrong("too_long"),
        _ if !plausible || digits < 5 => wrong("bad_phone"),
        _ => Ok(Some(number)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_are_taken_as_people_write_them_and_nonsense_is_not() {
        let phone = |typed| checked(CorrectableField::Phone, typed).map_err(|error| error.detail["reason"].clone());
        assert_eq!(phone(" 100 1234 5678 "), Ok(Some("10012345678".into())));
        assert_eq!(phone("+86-10012345678"), Ok(Some("+86-10012345678".into())));
        assert_eq!(phone(""), Ok(None));
        assert_eq!(phone("没有"), Err("bad_phone".into()));
        assert_eq!(phone("1234"), Err("bad_phone".into()));
        assert_eq!(phone("123456789012345678901"), Err("too_long".into()));
    }
}
