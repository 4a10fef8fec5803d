//! What is typed into a field, as it is stored, or what is wrong with it.

use super::FormValue;
use crate::error::{CommandError, Result};
use crate::{identity, mask};
use sync_protocol::schema::{FieldType, Kind};
use sync_protocol::{Value, day};

/// The value as it is stored. Beyond the schema: phones as people write them, days that cannot lie ahead.
pub(crate) fn checked(kind: &Kind, name: &str, typed: &FormValue, today: &str) -> Result<Value> {
    let wrong = |reason| Err(CommandError::value(name, reason));
    let Some(declared) = kind.field(name) else { return wrong("unknown") };
    let text = match typed {
        FormValue::Nothing => "",
        FormValue::Text(text) => text.trim(),
        FormValue::Truth(truth) => return Ok(Value::from(*truth)),
        FormValue::Number(number) => {
            return if is_plausible(name, *number) { Ok(Value::from(*number)) } else { wrong("bad_number") };
        }
        FormValue::Many(_) => return wrong("unknown"),
    };
    if text.is_empty() {
        return if declared.optional { Ok(Value::Null) } else { wrong("empty") };
    }
    let text = match (name, &declared.ty) {
        ("phone" | "phone_2" | "work_phone", _) => phone(name, text)?,
        ("number", _) if kind.name == "identity" => identity::tidied(text),
        (_, FieldType::Date) => day_not_ahead(name, text, today)?,
        _ => text.to_owned(),
    };
    let most = if let FieldType::Text(most) = declared.ty { most as usize } else { 4_000 };
    match () {
        () if text.chars().count() > most => wrong("too_long"),
        () if text.chars().any(|c| c.is_control() && c != '\n') => wrong("bad_characters"),
        () => Ok(Value::Text(text)),
    }
}

/// A phone number without its spaces.
pub(crate) fn phone(field: &str, typed: &str) -> Result<String> {
    let number: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    let digits = number.chars().filter(char::is_ascii_digit).count();
    let plausible = number.chars().enumerate().all(|(at, c)| c.is_ascii_digit() || c == '-' || (c == '+' && at == 0));
    match number.len() {
        21.. => Err(CommandError::value(field, "too_long")),
        _ if !plausible || digits < 5 => Err(CommandError::value(field, "bad_phone")),
        _ => Ok(number),
    }
}

/// A day that has come: a birthday, a day somebody moved or died.
pub(crate) fn day_not_ahead(field: &str, typed: &str, today: &str) -> Result<String> {
    match day::parse_day(typed) {
        None => Err(CommandError::value(field, "bad_date")),
        Some(_) if typed > today => Err(CommandError::value(field, "in_future")),
        Some(_) if typed < "1890-01-01" => Err(CommandError::value(field, "bad_date")),
        Some(_) => Ok(typed.to_owned()),
    }
}

/// What was chosen must be one of the words; what was said must not be empty.
pub(crate) fn said(field: &str, typed: &str) -> Result<String> {
    match typed.trim() {
        "" => Err(CommandError::value(field, "empty")),
        said => Ok(said.to_owned()),
    }
}

/// A text that may be left out.
pub(crate) fn chosen(typed: Option<&str>) -> Option<String> {
    typed.map(str::trim).filter(|typed| !typed.is_empty()).map(str::to_owned)
}

fn is_plausible(name: &str, number: i32) -> bool {
    match name {
        "entrances" => (0..=40).contains(&number),
        "floors_up" | "floors_down" => (0..=150).contains(&number),
        "floor" => (-20..=150).contains(&number),
        "accept_hours" | "sign_hours" | "handle_hours" => (0..=4_000).contains(&number),
        "built_year" => (1800..=2200).contains(&number),
        _ => true,
    }
}

/// A masked value as it is shown beside its field.
pub(crate) fn masked(field: &str, value: &str) -> String {
    match field {
        "number" => mask::number(value),
        "phone" | "phone_2" => mask::phone(value),
        _ => mask::name(value),
    }
}
