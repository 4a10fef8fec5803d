//! Whether an edit may stand as written: known kind, known fields, values of their types, all that creation needs.
//!
//! Checked by the app before it saves and by the relay before it accepts. Faults name the field, so that a form can say
//! which line is wrong.

use super::field::{Field, FieldType, Rule};
use super::{Kind, Schema};
use crate::day;
use crate::edit::{DELETED, Edit};
use crate::ids::{RecordId, RecordKey};
use crate::problem::Code;
use crate::value::{MAX_DEPTH, Value};

/// Elements in a list, and fields of one set in one edit.
const MAX_ELEMENTS: usize = 32;
const MAX_WORDS: usize = 4_000;

/// What is wrong with one field of an edit; the field is empty when it is the edit itself.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{field}: {reason}")]
pub struct Fault {
    pub code: Code,
    pub field: String,
    pub reason: &'static str,
}

impl Fault {
    fn new(code: Code, field: &str, reason: &'static str) -> Self {
        Self { code, field: field.to_owned(), reason }
    }
}

impl Schema {
    /// Every fault of an edit, or none.
    pub fn check(&self, edit: &Edit) -> Vec<Fault> {
        let Some(kind) = self.kind(&edit.kind) else {
            return vec![Fault::new(Code::UnknownKind, "", "the kind is not known here")];
        };
        let mut faults: Vec<Fault> =
            edit.fields.iter().filter_map(|(name, field)| check_field(kind, edit.create, name, &field.value)).collect();
        if edit.create {
            let required = kind.fields.iter().filter(|field| !field.optional && field.rule != Rule::Set);
            let missing =
                required.filter(|field| edit.fields.get(field.name).is_none_or(|given| given.value.is_null()));
            faults.extend(missing.map(|field| Fault::new(Code::ValueInvalid, field.name, "empty")));
        } else if edit.fields.is_empty() {
            faults.push(Fault::new(Code::ValueInvalid, "", "nothing is changed"));
        }
        faults
    }
}

fn check_field(kind: &Kind, create: bool, name: &str, value: &Value) -> Option<Fault> {
    let invalid = |reason| Some(Fault::new(Code::ValueInvalid, name, reason));
    if name == DELETED {
        return if value.as_bool().is_some() { None } else { invalid("not a yes or no") };
    }
    let Some(field) = kind.field(name) else {
        // Answers hold a field for each question of their own questionnaire.
        let is_question = kind.name == "answer" && name.starts_with("q.");
        return if is_question {
            None
        } else {
            Some(Fault::new(Code::UnknownField, name, "the field is not known here"))
        };
    };
    match field.rule {
        Rule::Once if !create => return Some(Fault::new(Code::SetOnce, name, "set at creation only")),
        Rule::Set => {
            let element = name.split_once(':').map_or("", |(_, element)| element);
            if value.as_bool().is_none() {
                return invalid("an element of a set is present or absent");
            }
            return fault_of(&field.ty, &Value::from(element))
                .map(|reason| Fault::new(Code::ValueInvalid, name, reason));
        }
        _ => {}
    }
    field_fault(field, value).map(|reason| Fault::new(Code::ValueInvalid, name, reason))
}

fn field_fault(field: &Field, value: &Value) -> Option<&'static str> {
    if value.is_null() { (!field.optional).then_some("empty") } else { fault_of(&field.ty, value) }
}

/// What is wrong with a value for a type; `None` when nothing is.
fn fault_of(ty: &FieldType, value: &Value) -> Option<&'static str> {
    let text = value.as_text();
    let is = |good: bool, reason| if good { None } else { Some(reason) };
    match ty {
        FieldType::Text(most) => match text {
            Some(text) if text.trim().is_empty() => Some("empty"),
            Some(text) if text.chars().count() > *most as usize => Some("too_long"),
            Some(text) => is(!text.chars().any(char::is_control), "control characters"),
            None => Some("not a text"),
        },
        FieldType::Words => match text {
            Some(text) if text.trim().is_empty() => Some("empty"),
            Some(text) if text.chars().count() > MAX_WORDS => Some("too_long"),
            Some(text) => is(!text.chars().any(|c| c.is_control() && c != '\n'), "control characters"),
            None => Some("not a text"),
        },
        FieldType::Int => is(value.as_int().is_some_and(|n| i32::try_from(n).is_ok()), "not a whole number"),
        FieldType::Bool => is(value.as_bool().is_some(), "not a yes or no"),
        FieldType::Date => is(text.is_some_and(|text| day::parse_day(text).is_some()), "bad_date"),
        FieldType::Time => is(text.is_some_and(|text| day::time_ms(text).is_some()), "bad_time"),
        FieldType::Code => is(text.is_some_and(|text| crate::Channel::of_code(text).is_some()), "not a division code"),
        FieldType::OneOf(values) => is(text.is_some_and(|text| values.contains(&text)), "not one of the choices"),
        FieldType::Hash => is(
            text.is_some_and(|t| t.len() == 64 && t.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))),
            "not a hash",
        ),
        FieldType::Ref(_) => is(text.is_some_and(is_id), "not an id"),
        FieldType::RefAny(kinds) => {
            let key = text.and_then(|text| text.parse::<RecordKey>().ok());
            is(
                key.is_some_and(|key| kinds.is_empty() || kinds.contains(&key.kind.as_str())),
                "not a record of that kind",
            )
        }
        FieldType::List(of) => match value {
            Value::List(list) if list.len() <= MAX_ELEMENTS => list.iter().find_map(|one| fault_of(of, one)),
            Value::List(_) => Some("too_long"),
            _ => Some("not a list"),
        },
        FieldType::Structure => is(value.depth() <= MAX_DEPTH, "nested too deep"),
    }
}

/// Only the usual spelling of an id is taken, because routes and links compare it as text.
fn is_id(text: &str) -> bool {
    text.parse::<RecordId>().is_ok_and(|id| id.to_string() == text)
}
