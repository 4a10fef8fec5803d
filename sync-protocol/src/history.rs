//! The history of a record: who changed which field, when, from what to what.
//!
//! Invariants:
//! - It is a function of the record's accepted edits, never of their arrival: they stand in the order that comparison uses.
//! - `before` is what stood in that order, so that reading from the oldest to the newest tells one story also where two
//!   people did not know of each other.
//! - Where a record was in another facet once, its state of then comes with each change, so that who answers can judge it.

use crate::ids::{DeviceNumber, EditId, RecordId};
use crate::record::{Accepted, RecordState};
use crate::schema::Kind;
use crate::value::Value;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::convert::Infallible;

/// What one edit changed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Change {
    pub edit: EditId,
    /// By the order of the edit, which is right also where its device's clock was not.
    pub at_ms: u64,
    pub author: RecordId,
    /// Empty where the account is not known, or where the relay wrote it itself.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub author_name: String,
    pub device: DeviceNumber,
    /// The record came into being by it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub created: bool,
    pub fields: BTreeMap<String, FieldChange>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FieldChange {
    pub before: Value,
    pub after: Value,
}

/// Every change of a record, the oldest first, each with the state that the record had after it.
pub fn changes(kind: &Kind, accepted: &[Accepted]) -> Vec<(Change, RecordState)> {
    let mut log: Vec<&Accepted> = accepted.iter().collect();
    log.sort_by_key(|one| (!one.edit.create, one.order.unwrap_or(one.edit.stamp), one.id));
    log.dedup_by_key(|one| one.id);
    let mut so_far: Vec<Accepted> = Vec::with_capacity(log.len());
    let mut state: Option<RecordState> = None;
    let mut found = Vec::with_capacity(log.len());
    for one in log {
        so_far.push(one.clone());
        let Some(after) = and_then(kind, state.clone(), one, &so_far) else { continue };
        let value =
            |state: Option<&RecordState>, field: &str| state.map_or(Value::Null, |state| state.value(field).clone());
        let fields = one.edit.fields.keys().map(|name| {
            let (before, after) = (value(state.as_ref(), name), value(Some(&after), name));
            (name.clone(), FieldChange { before, after })
        });
        let fields = fields.filter(|(_, change)| change.before != change.after).collect();
        let change = Change {
            edit: one.id,
            at_ms: one.order.unwrap_or(one.edit.stamp).ms,
            author: one.edit.author,
            author_name: String::new(),
            device: one.edit.device,
            created: one.edit.create,
            fields,
        };
        found.push((change, after.clone()));
        state = Some(after);
    }
    found
}

/// The state after one more edit; `log` holds it and all before it.
fn and_then(kind: &Kind, state: Option<RecordState>, one: &Accepted, log: &[Accepted]) -> Option<RecordState> {
    match state {
        // A second creation can change which one is the first; only the log knows.
        Some(mut state) if !one.edit.create => {
            let Ok(()) = state.apply(kind, one, || Ok::<_, Infallible>(log.to_vec()));
            Some(state)
        }
        _ => RecordState::from_edits(kind, log),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::{Edit, FieldEdit};
    use crate::stamp::Stamp;

    fn wrote(ms: u64, device: u32, fields: &[(&str, &str)]) -> Accepted {
        let field = |(name, value): &(&str, &str)| {
            ((*name).to_owned(), FieldEdit { value: (*value).into(), bases: Vec::new() })
        };
        let edit = Edit {
            kind: "resident".into(),
            record: RecordId::from_bytes([9; 16]),
            create: ms == 1,
            author: RecordId::from_bytes([device as u8; 16]),
            device: DeviceNumber(device),
            number: ms as u32,
            stamp: Stamp { ms, counter: 0, device: DeviceNumber(device) },
            fields: fields.iter().map(field).collect(),
        };
        Accepted { id: edit.id(None), edit, order: None }
    }

    /// When, on which device, and each field with what it was and became.
    type Told = (u64, u32, Vec<(String, Value, Value)>);

    fn told(log: &[Accepted]) -> Vec<Told> {
        let kind = crate::schema::linli().kind("resident").unwrap();
        let line = |(change, _): (Change, RecordState)| {
            let fields = change.fields.into_iter().map(|(name, change)| (name, change.before, change.after));
            (change.at_ms, change.device.0, fields.collect())
        };
        changes(kind, log).into_iter().map(line).collect()
    }

    #[test]
    fn each_change_says_who_when_from_what_and_to_what_in_any_order_of_arrival() {
        let log = [
            wrote(1, 2, &[("name", "王芳"), ("phone", "1")]),
            wrote(5, 3, &[("phone", "2")]),
            wrote(9, 2, &[("phone", "3"), ("name", "王芳")]),
        ];
        let expected = vec![
            (1, 2, vec![("name".into(), Value::Null, "王芳".into()), ("phone".into(), Value::Null, "1".into())]),
            (5, 3, vec![("phone".into(), "1".into(), "2".into())]),
            (9, 2, vec![("phone".into(), "2".into(), "3".into())]),
        ];
        assert_eq!(told(&log), expected);
        let backwards: Vec<Accepted> = log.iter().rev().chain(&log).cloned().collect();
        assert_eq!(told(&backwards), expected);
    }

    #[test]
    fn an_edit_whose_clock_ran_ahead_stands_where_the_relay_put_it() {
        let mut ahead = wrote(900, 4, &[("phone", "2")]);
        ahead.order = Some(Stamp { ms: 3, counter: 0, device: DeviceNumber(1) });
        let log = [wrote(1, 2, &[("phone", "1")]), ahead, wrote(7, 2, &[("phone", "3")])];
        assert_eq!(told(&log).iter().map(|(at_ms, ..)| *at_ms).collect::<Vec<_>>(), [1, 3, 7]);
    }
}
