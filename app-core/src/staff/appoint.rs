//! Opening accounts, appointing people, and ending what they were appointed to.
//!
//! An account comes with its first assignment, in one transaction: without one it would be in nobody's channel, and who
//! opened it would never see it again.

use super::Right;
use crate::core::Asking;
use crate::error::{CommandError, Result};
use crate::forms::{FormValue, checked, chosen};
use crate::moment;
use crate::saved::{Saved, id};
use crate::words::{self, Role};
use local_store::saving::NewEdit;
use local_store::{Tx, places, records, staff};
use serde::Deserialize;
use sync_protocol::edit::element_field;
use sync_protocol::{RecordId, RecordKey, Value, day};
use ts_rs::TS;

/// What somebody is appointed to. Exactly one of the three places is named, as the role asks for it.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct NewDuty {
    pub role: Role,
    pub division: Option<String>,
    pub unit: Option<String>,
    pub building: Option<String>,
    pub from: String,
    /// The last day, where it is known already.
    pub until: Option<String>,
    pub stands_in_for: Option<String>,
    pub rights: Vec<Right>,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct NewPerson {
    pub name: String,
    pub sign_in_name: String,
    pub work_phone: Option<String>,
    pub duty: NewDuty,
    /// The draft it was typed in, dropped with the save.
    #[serde(default)]
    #[ts(optional)]
    pub draft: Option<String>,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct NewAssignment {
    pub person: String,
    pub duty: NewDuty,
    /// The draft it was typed in, dropped with the save.
    #[serde(default)]
    #[ts(optional)]
    pub draft: Option<String>,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct AssignmentEnd {
    pub assignment: String,
    /// The last day on which it holds; absent where it goes on without an end. Yesterday ends it now.
    pub until: Option<String>,
    /// The draft it was typed in, dropped with the save.
    #[serde(default)]
    #[ts(optional)]
    pub draft: Option<String>,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct InUse {
    /// An account, a unit or a category: `kind:id`.
    pub record: String,
    pub in_use: bool,
}

pub(crate) fn add_person(asking: &Asking, input: NewPerson) -> Result<Saved> {
    let (person, assignment) = (asking.mint()?, asking.mint()?);
    let edits = asking.read(|tx| {
        let mut problems = Vec::new();
        let account = account_edit(tx, asking, person, &input, &mut problems)?;
        let duty = duty_edit(tx, asking, assignment, person, &input.duty, &mut problems)?;
        CommandError::unless_none(problems)?;
        Ok(vec![account, duty])
    })?;
    asking.save_undoable(person, input.draft.as_deref(), |_, _| Ok(edits))
}

pub(crate) fn add_assignment(asking: &Asking, input: NewAssignment) -> Result<Saved> {
    let (person, assignment) = (id("person", &input.person)?, asking.mint()?);
    let edit = asking.read(|tx| {
        records::expect(tx, &RecordKey::new("person", person))?;
        let mut problems = Vec::new();
        let edit = duty_edit(tx, asking, assignment, person, &input.duty, &mut problems)?;
        CommandError::unless_none(problems)?;
        Ok(edit)
    })?;
    asking.save_undoable(person, input.draft.as_deref(), |_, _| Ok(vec![edit]))
}

pub(crate) fn end_assignment(asking: &Asking, input: AssignmentEnd) -> Result<Saved> {
    let key = RecordKey::new("assignment", id("assignment", &input.assignment)?);
    let until = chosen(input.until.as_deref());
    let (person, edit) = asking.read(|tx| {
        let held = records::expect(tx, &key)?;
        let from = held.text("from").unwrap_or_default();
        if let Some(until) = &until {
            must_be_day("until", until)?;
            // Who was to begin today and does not is ended yesterday.
            if until.as_str() < day::add_days(from, -1).as_str() {
                return Err(CommandError::value("until", "before_from"));
            }
        }
        if held.text("until") == until.as_deref() {
            return Err(CommandError::new("nothing_changed"));
        }
        let person = held.reference("person").unwrap_or(key.id);
        Ok((person, NewEdit::change(key.clone(), asking.person).set("until", until)))
    })?;
    asking.save_undoable(person, input.draft.as_deref(), |_, _| Ok(vec![edit]))
}

/// Takes an account, a unit or a category out of use, or back into it. Nothing that names it changes.
pub(crate) fn set_in_use(asking: &Asking, input: InUse) -> Result<Saved> {
    let unknown = || CommandError::new("not_found").with("kind", "record");
    let key: RecordKey = input.record.parse().map_err(|_| unknown())?;
    if !matches!(key.kind.as_str(), "person" | "unit" | "category") {
        return Err(unknown());
    }
    let ended_on = asking.read(|tx| {
        records::expect(tx, &key)?;
        let today = moment::today(tx)?;
        // An account holds through its last day; closed now, that was yesterday.
        Ok(if key.kind == "person" { day::add_days(&today, -1) } else { today })
    })?;
    let ended_on = (!input.in_use).then_some(ended_on);
    let edit = NewEdit::change(key.clone(), asking.person).set("ended_on", ended_on);
    asking.save_undoable(key.id, None, |_, _| Ok(vec![edit]))
}

fn account_edit(
    tx: &Tx<'_>,
    asking: &Asking,
    person: RecordId,
    input: &NewPerson,
    problems: &mut Vec<CommandError>,
) -> Result<NewEdit> {
    let kind = tx.schema.kind("person").ok_or_else(|| CommandError::internal("no kind person"))?;
    let today = moment::today(tx)?;
    let mut edit = NewEdit::create("person", person, asking.person);
    let phone = input.work_phone.clone().map_or(FormValue::Nothing, FormValue::Text);
    for (field, typed) in [("name", FormValue::Text(input.name.clone())), ("work_phone", phone)] {
        match checked(kind, field, &typed, &today) {
            Ok(value) => edit = edit.set(field, value),
            Err(problem) => problems.push(problem),
        }
    }
    let sign_in_name = input.sign_in_name.trim();
    if !is_sign_in_name(sign_in_name) {
        problems.push(CommandError::value("sign_in_name", "bad_sign_in_name"));
    } else if staff::people(tx)?.iter().any(|one| one.sign_in_name == sign_in_name) {
        problems.push(CommandError::value("sign_in_name", "taken"));
    }
    Ok(edit.set("sign_in_name", sign_in_name))
}

/// A name that every keyboard can type and nobody confuses: small letters and digits, with a dot or hyphen between them.
fn is_sign_in_name(name: &str) -> bool {
    let plain = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.' || b == b'-');
    plain && (3..=32).contains(&name.len()) && name.starts_with(|c: char| c.is_ascii_lowercase())
}

fn duty_edit(
    tx: &Tx<'_>,
    asking: &Asking,
    assignment: RecordId,
    person: RecordId,
    duty: &NewDuty,
    problems: &mut Vec<CommandError>,
) -> Result<NewEdit> {
    let mut edit = NewEdit::create("assignment", assignment, asking.person)
        .set("person", person)
        .set("role", words::word(&duty.role))
        .set("from", duty.from.trim());
    match place(tx, duty)? {
        Some((field, value)) => {
            let held = records::pointing(tx, "assignment", "person", person)?;
            let role = words::word(&duty.role);
            let again = held.iter().any(|one| {
                one.text("role") == Some(role.as_str()) && one.value(field) == &value && one.value("until").is_null()
            });
            if again {
                problems.push(CommandError::value("place", "appointed_already"));
            }
            edit = edit.set(field, value);
        }
        None => problems.push(CommandError::value("place", "empty")),
    }
    let until = chosen(duty.until.as_deref());
    problems.extend(must_be_day("from", duty.from.trim()).err());
    if let Some(until) = &until {
        problems.extend(must_be_day("until", until).err());
        if until.as_str() < duty.from.trim() {
            problems.push(CommandError::value("until", "before_from"));
        }
    }
    edit = edit.set("until", until);
    if let Some(other) = chosen(duty.stands_in_for.as_deref()) {
        let other = id("person", &other)?;
        records::expect(tx, &RecordKey::new("person", other))?;
        if other == person {
            problems.push(CommandError::value("stands_in_for", "unknown"));
        }
        edit = edit.set("stands_in_for", other);
    }
    for right in &duty.rights {
        edit = edit.set(&element_field("rights", &words::word(right)), true);
    }
    Ok(edit)
}

/// The place that goes with a role; `None` where none was chosen, or one that means nothing with it.
fn place(tx: &Tx<'_>, duty: &NewDuty) -> Result<Option<(&'static str, Value)>> {
    let held = |kind: &'static str, chosen: &Option<String>| -> Result<Option<Value>> {
        let Some(chosen) = chosen.as_deref().filter(|chosen| !chosen.is_empty()) else { return Ok(None) };
        let chosen = id(kind, chosen)?;
        Ok(records::shown(tx, &RecordKey::new(kind, chosen))?.map(|_| chosen.into()))
    };
    let levels: &[&str] = match duty.role {
        Role::BuildingLead => return Ok(held("building", &duty.building)?.map(|value| ("building", value))),
        Role::Handler => return Ok(held("unit", &duty.unit)?.map(|value| ("unit", value))),
        Role::GridWorker => &["grid"],
        Role::Volunteer => &["community"],
        Role::Supervisor | Role::Administrator | Role::Auditor => &["district", "street", "community"],
    };
    let code = duty.division.as_deref().unwrap_or_default();
    let known = places::divisions(tx)?.into_iter().any(|one| one.code == code && levels.contains(&one.level.as_str()));
    Ok(known.then(|| ("division", code.into())))
}

/// Days of assignments may lie ahead: somebody begins next Monday.
fn must_be_day(field: &str, typed: &str) -> Result<()> {
    let plausible = day::parse_day(typed).is_some() && ("2000-01-01".."2200-01-01").contains(&typed);
    if plausible {
        Ok(())
    } else {
        Err(CommandError::value(field, if typed.is_empty() { "empty" } else { "bad_date" }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_in_name_can_be_typed_on_every_keyboard() {
        for good in ["wangwei", "wang.wei2", "li-na-3"] {
            assert!(is_sign_in_name(good), "{good}");
        }
        for bad in ["", "wa", "Wangwei", "王伟", "wang wei", "2wang", &"w".repeat(33)] {
            assert!(!is_sign_in_name(bad), "{bad}");
        }
    }
}
