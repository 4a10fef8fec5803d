//! Forms over a record: what somebody is shown of its fields, and what they changed of them.
//!
//! One pair of calls serves every record that is edited field by field. A form gives each value with what its author was
//! shown (`seen`); that comes back with a change, so that a correction answers what stood on the screen and nothing that
//! arrived since. Masked values are not in a form: they are typed anew or looked at with a purpose (reveals.rs).

mod values;

pub(crate) use values::{checked, chosen, day_not_ahead, said};

use crate::core::Asking;
use crate::error::{CommandError, Result};
use crate::residents::is_minor;
use crate::rights;
use crate::saved::Saved;
use local_store::saving::NewEdit;
use local_store::{Tx, places, records};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use sync_protocol::schema::{Field, FieldType, Kind, Rule};
use sync_protocol::{RecordId, RecordKey, RecordState, Stamp, Value};
use ts_rs::TS;

/// Fields that fewer people may write than their kind; who may not is not shown them.
const FOR_FEWER: &[(&str, &str)] = &[("building", "grid")];

/// The fields of each kind that a form may change. What moves somebody or ends something has a use case of its own.
const EDITABLE: &[(&str, &[&str])] = &[
    ("resident", &["name", "reading", "gender", "born_on", "phone", "phone_2", "other_names", "languages"]),
    ("residence", &["relation", "stays", "registered_here", "since"]),
    ("household", &["tenure", "home_hours", "contact_by", "rhythm"]),
    ("identity", &["document", "number"]),
    ("need", &["category", "words", "urgency"]),
    ("dwelling", &["entrance", "floor", "floor_name", "door", "use"]),
    (
        "building",
        &[
            "name",
            "number",
            "address",
            "grid",
            "compound",
            "entrances",
            "floors_up",
            "floors_down",
            "lift",
            "walk_order",
            "aliases",
        ],
    ),
    ("compound", &["name", "address", "property_firm", "owners_committee", "built_year", "aliases"]),
    ("person", &["name", "work_phone"]),
    ("assignment", &["rights"]),
    ("unit", &["name", "short_name", "division", "parent", "phone"]),
    (
        "category",
        &[
            "name",
            "name_en",
            "unit",
            "unit_type",
            "accept_hours",
            "sign_hours",
            "handle_hours",
            "private",
            "sort",
            "standard",
        ],
    ),
    ("division", &["name", "sort"]),
];

#[derive(Clone, Debug, Deserialize, TS)]
pub struct FormRef {
    /// `kind:id`.
    pub record: String,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct Form {
    pub record: String,
    pub fields: Vec<FormField>,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct FormField {
    pub field: String,
    /// Nothing where the value is masked.
    pub value: FormValue,
    /// The masked value, where there is one.
    pub shown: Option<String>,
    pub masked: bool,
    /// Opaque: given back with a change.
    pub seen: Vec<String>,
}

/// A value as a form holds it: a text, a number, a yes or no, a list of texts, or nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(untagged)]
pub enum FormValue {
    Nothing,
    Truth(bool),
    Number(i32),
    Text(String),
    Many(Vec<String>),
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct FormChanges {
    pub record: String,
    pub changes: Vec<FormChange>,
    /// The draft it was typed in, dropped with the save.
    #[serde(default)]
    #[ts(optional)]
    pub draft: Option<String>,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct FormChange {
    pub field: String,
    pub value: FormValue,
    pub seen: Vec<String>,
}

pub(crate) fn record_form(asking: &Asking, input: FormRef) -> Result<Form> {
    let (key, names) = editable(&input.record)?;
    asking.read(|tx| {
        let kind = tx.schema.kind(&key.kind).ok_or_else(|| unknown(&key.kind))?;
        let state = records::expect(tx, &key)?;
        let mut fields = Vec::new();
        for name in names {
            if may_write(tx, asking, &key, &state, name)? {
                fields.push(form_field(kind, &state, name));
            }
        }
        Ok(Form { record: input.record, fields })
    })
}

fn may_write(tx: &Tx<'_>, asking: &Asking, key: &RecordKey, state: &RecordState, name: &str) -> Result<bool> {
    if !FOR_FEWER.contains(&(key.kind.as_str(), name)) {
        return Ok(true);
    }
    let same = NewEdit::change(key.clone(), asking.person).set(name, state.value(name).clone());
    match rights::must_be_allowed(tx, asking, &same) {
        Err(error) if error.code == "not_allowed" => Ok(false),
        asked => asked.map(|()| true),
    }
}

fn form_field(kind: &Kind, state: &RecordState, name: &str) -> FormField {
    let declared = kind.fields.iter().find(|field| field.name == name);
    let is_set = declared.is_some_and(|field| field.rule == Rule::Set);
    // Names stand in full: whoever may open the file may read them.
    let masked = declared.is_some_and(|field| field.masked) && name != "name";
    if is_set {
        let elements: Vec<String> = state.set(name).into_iter().map(str::to_owned).collect();
        let value = FormValue::Many(elements.clone());
        return FormField { field: name.to_owned(), value, shown: None, masked: false, seen: elements };
    }
    let value = match state.value(name) {
        Value::Bool(truth) if !masked => FormValue::Truth(*truth),
        Value::Int(number) if !masked => i32::try_from(*number).map_or(FormValue::Nothing, FormValue::Number),
        Value::Text(text) if !masked => FormValue::Text(text.clone()),
        _ => FormValue::Nothing,
    };
    FormField {
        field: name.to_owned(),
        value,
        shown: state.text(name).filter(|_| masked).map(|text| values::masked(name, text)),
        masked,
        seen: state.versions(name).map(|(mark, _)| mark.stamp.to_string()).collect(),
    }
}

pub(crate) fn save_form(asking: &Asking, input: FormChanges) -> Result<Saved> {
    let (key, names) = editable(&input.record)?;
    // Through the asker's view: what they may not see they cannot change.
    let edit = asking.read(|tx| {
        let held = records::expect(tx, &key)?;
        let today = crate::moment::today(tx)?;
        let mut edit = NewEdit::change(key.clone(), asking.person);
        let mut problems = Vec::new();
        for change in &input.changes {
            if !names.contains(&change.field.as_str()) {
                return Err(CommandError::value(&change.field, "unknown"));
            }
            match apply(tx, edit.clone(), &held, change, &today) {
                Ok(changed) => edit = changed,
                Err(error) if error.code == "value_invalid" => problems.push(error),
                Err(error) => return Err(error),
            }
        }
        CommandError::unless_none(problems)?;
        derived(&mut edit, &held, &today);
        Ok(edit)
    })?;
    if edit.fields.is_empty() {
        return Err(CommandError::new("nothing_changed"));
    }
    asking.save_undoable(key.id, input.draft.as_deref(), |_, _| Ok(vec![edit]))
}

fn apply(tx: &Tx<'_>, edit: NewEdit, held: &RecordState, change: &FormChange, today: &str) -> Result<NewEdit> {
    let kind = tx.schema.kind(&edit.key.kind).ok_or_else(|| unknown(&edit.key.kind))?;
    let declared = kind.fields.iter().find(|field| field.name == change.field);
    let declared = declared.ok_or_else(|| CommandError::value(&change.field, "unknown"))?;
    if declared.rule == Rule::Set {
        let FormValue::Many(wanted) = &change.value else { return Err(CommandError::value(&change.field, "unknown")) };
        let wanted: BTreeSet<&str> = wanted.iter().map(|one| one.trim()).filter(|one| !one.is_empty()).collect();
        let shown: BTreeSet<&str> = change.seen.iter().map(String::as_str).collect();
        // An element that arrived since is neither wanted nor shown, and stays.
        let added = wanted.difference(&shown).map(|one| (one, true));
        let removed = shown.difference(&wanted).map(|one| (one, false));
        return Ok(added.chain(removed).fold(edit, |edit, (element, present)| {
            edit.set(&sync_protocol::edit::element_field(declared.name, element), present)
        }));
    }
    let value = checked(kind, declared.name, &change.value, today)?;
    must_be_known(tx, declared, &value)?;
    let is_open = !held.open_sides(declared.name).is_empty();
    if !is_open && held.value(declared.name) == &value {
        return Ok(edit);
    }
    let seen = change.seen.iter().map(|text| text.parse()).collect::<std::result::Result<Vec<Stamp>, _>>();
    let seen = seen.map_err(|_| CommandError::new("input_invalid").with("reason", "seen"))?;
    Ok(edit.set_over(declared.name, value, seen))
}

/// What is chosen from a list must be held here: a place or record that nobody knows would take this one out of sight.
fn must_be_known(tx: &Tx<'_>, declared: &Field, value: &Value) -> Result<()> {
    let Some(chosen) = value.as_text() else { return Ok(()) };
    let known = match declared.ty {
        FieldType::Ref(kind) => match chosen.parse::<RecordId>() {
            Ok(id) => records::shown(tx, &RecordKey::new(kind, id))?.is_some(),
            Err(_) => false,
        },
        // A building stands in a grid; what serves a place is higher up.
        FieldType::Code => {
            let wanted = |level: &str| (level == "grid") == (declared.name == "grid");
            places::divisions(tx)?.iter().any(|one| one.code == chosen && wanted(&one.level))
        }
        _ => true,
    };
    if known { Ok(()) } else { Err(CommandError::value(declared.name, "unknown")) }
}

/// What follows from what was written: nobody types it.
fn derived(edit: &mut NewEdit, held: &RecordState, today: &str) {
    let written = |edit: &NewEdit, field: &str| edit.fields.get(field).map(|new| new.value.clone());
    if let Some(born_on) = written(edit, "born_on").filter(|_| edit.key.kind == "resident") {
        let minor = born_on.as_text().is_some_and(|born_on| is_minor(born_on, today));
        if held.value("minor").as_bool().unwrap_or(false) != minor {
            *edit = edit.clone().set("minor", minor);
        }
    }
}

fn editable(record: &str) -> Result<(RecordKey, &'static [&'static str])> {
    let key: RecordKey = record.parse().map_err(|_| unknown("record"))?;
    let names = EDITABLE.iter().find(|(kind, _)| *kind == key.kind).map(|(_, names)| *names);
    Ok((key, names.ok_or_else(|| CommandError::new("not_allowed"))?))
}

fn unknown(kind: &str) -> CommandError {
    CommandError::new("not_found").with("kind", kind)
}
