//! Which record is meant, and its values as screens show them.

use super::cards::AboutRecord;
use crate::error::{CommandError, Result};
use crate::mask;
use local_store::{Tx, places, records, residents};
use sync_protocol::schema::FieldType;
use sync_protocol::{RecordId, RecordKey, RecordState, Value};

pub(super) fn key(text: &str) -> Result<RecordKey> {
    text.parse().map_err(|_| CommandError::new("not_found").with("kind", text.split(':').next().unwrap_or_default()))
}

/// A record by its name and door. `otherwise` stands in for a record that is not held here, such as a new one.
pub(super) fn about(tx: &Tx<'_>, key: &RecordKey, otherwise: Option<&RecordState>) -> Result<AboutRecord> {
    let held = records::shown(tx, key)?;
    let mut about = AboutRecord { record: key.to_string(), kind: key.kind.clone(), ..AboutRecord::default() };
    let Some(state) = held.as_ref().or(otherwise) else { return Ok(about) };
    let text = |field: &str| state.text(field).map(str::to_owned);
    about.title = match key.kind.as_str() {
        "resident" | "building" | "unit" | "division" | "person" => text("name"),
        "residence" | "identity" | "care" => {
            let resident = state.reference("resident").unwrap_or(key.id);
            residents::name(tx, resident)?
        }
        "issue" => text("number"),
        "issue_step" => match state.reference("issue") {
            Some(issue) => records::shown(tx, &RecordKey::new("issue", issue))?
                .and_then(|issue| issue.text("number").map(str::to_owned)),
            None => None,
        },
        _ => None,
    };
    if let Some(dwelling) = dwelling_of(tx, key, state)?
        && let Ok(dwelling) = places::dwelling(tx, dwelling)
    {
        about.door_label = Some(dwelling.label());
        about.building = Some(dwelling.building.to_string());
        about.dwelling = Some(dwelling.id.to_string());
    }
    Ok(about)
}

fn dwelling_of(tx: &Tx<'_>, key: &RecordKey, state: &RecordState) -> Result<Option<RecordId>> {
    if key.kind == "dwelling" {
        return Ok(Some(key.id));
    }
    if let Some(dwelling) = state.reference("dwelling") {
        return Ok(Some(dwelling));
    }
    if let Some(household) = state.reference("household") {
        let household = records::shown(tx, &RecordKey::new("household", household))?;
        return Ok(household.and_then(|one| one.reference("dwelling")));
    }
    let resident = if key.kind == "resident" { Some(key.id) } else { state.reference("resident") };
    Ok(match resident {
        Some(resident) => residents::homes(tx, resident)?.into_iter().next().map(|home| home.dwelling.id),
        None => None,
    })
}

/// A value as it is shown: names whole, other masked fields in part, records by their names.
pub(crate) fn shown(tx: &Tx<'_>, kind: &str, field: &str, value: &Value) -> Result<Option<String>> {
    let declared = tx.schema.kind(kind).and_then(|kind| kind.field(field));
    Ok(match value {
        Value::Null => None,
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Int(number) => Some(number.to_string()),
        Value::Text(text) => Some(match declared {
            Some(declared) if declared.masked && field != "name" => mask::phone(text),
            Some(declared) => match declared.ty {
                FieldType::Ref(target) => match text.parse() {
                    Ok(id) => {
                        let about = about(tx, &RecordKey::new(target, id), None)?;
                        about.title.or(about.door_label).unwrap_or_else(|| "…".to_owned())
                    }
                    Err(_) => text.clone(),
                },
                _ => text.clone(),
            },
            None => text.clone(),
        }),
        Value::List(list) => {
            let parts = list.iter().map(|one| shown(tx, kind, field, one)).collect::<Result<Vec<_>>>()?;
            Some(parts.into_iter().flatten().collect::<Vec<_>>().join("、"))
        }
        Value::Map(_) => Some("…".to_owned()),
    })
}
