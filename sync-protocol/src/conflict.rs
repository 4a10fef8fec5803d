//! Conflict records: what the relay writes about a field on which people disagree, and what of it is settled.
//!
//! Invariants:
//! - What stands in a conflict record is a function of the record's accepted edits, never of their arrival.
//! - Every unanswered version is a side, so that an edit whose bases list all sides settles the conflict.
//! - Taking a settlement back makes the sides stand again, each under the name of who wrote it first.

mod deleted;
mod fields;

pub use deleted::{CHILD, Child, changed_when_deleted};
pub use fields::field_conflict;

use crate::canonical;
use crate::ids::{DeviceNumber, EditId, RecordId, RecordKey};
use crate::record::Accepted;
use crate::stamp::Stamp;
use crate::value::Value;
use std::collections::BTreeMap;

/// Sides that stand in the record; of more, the oldest stand in the history only, and are still counted.
pub const MOST_SIDES: usize = 8;
/// Sides beyond this, as JSON, are counted only: a conflict record must fit where its record fits.
const MOST_BYTES: usize = 40 * 1024;

/// One thing that somebody says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Side {
    pub value: Value,
    /// What a settlement lists as base.
    pub stamp: Stamp,
    /// The value it was written over, where that is known.
    pub base: Value,
    pub author: RecordId,
    pub device: DeviceNumber,
    /// When its author wrote it; not the stamp's time where a settlement was taken back.
    pub at_ms: u64,
    /// Of a side in the conflict of `deleted`: the fields that were changed when the record was deleted.
    pub changed: Vec<String>,
}

/// By which edit a conflict was settled.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settled {
    pub edit: EditId,
    pub stamp: Stamp,
    pub author: RecordId,
    pub device: DeviceNumber,
    pub value: Value,
}

/// A disagreement about one field, open or settled. The side that wins for now stands first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Conflict {
    pub sides: Vec<Side>,
    pub count: usize,
    pub settled: Option<Settled>,
}

/// The id of the conflict record of a field: the same wherever it is worked out.
pub fn conflict_id(record: &RecordKey, field: &str) -> RecordId {
    RecordId(canonical::uuid8(format!("conflict\n{record}\n{field}").as_bytes()))
}

impl Conflict {
    fn new(mut sides: Vec<Side>, settled: Option<Settled>) -> Self {
        let count = sides.len();
        sides.truncate(MOST_SIDES);
        let mut bytes = 0;
        sides.retain(|side| {
            bytes += serde_json::to_vec(&side.to_value()).map_or(MOST_BYTES, |json| json.len());
            bytes <= MOST_BYTES
        });
        Self { sides, count, settled }
    }

    /// The fields of the conflict record beside `record` and `field`, which never change.
    pub fn to_fields(&self) -> BTreeMap<String, Value> {
        let sides: Vec<Value> = self.sides.iter().map(Side::to_value).collect();
        let count = i64::try_from(self.count).unwrap_or(i64::MAX);
        BTreeMap::from([
            ("sides".to_owned(), Value::List(sides)),
            ("count".to_owned(), count.into()),
            ("settled".to_owned(), self.settled.as_ref().map_or(Value::Null, Settled::to_value)),
        ])
    }

    /// Reads the fields of a conflict record. What a newer relay wrote otherwise is left out.
    pub fn read(sides: &Value, count: &Value, settled: &Value) -> Self {
        let sides: Vec<Side> = sides.as_list().iter().filter_map(Side::read).collect();
        let count = count.as_int().and_then(|count| usize::try_from(count).ok()).unwrap_or(sides.len());
        Self { sides, count, settled: Settled::read(settled) }
    }
}

impl Side {
    fn to_value(&self) -> Value {
        let mut map = written_by(self.stamp, self.author, self.device);
        map.insert("value".into(), self.value.clone());
        map.insert("base".into(), self.base.clone());
        map.insert("at".into(), crate::day::time_text(self.at_ms).into());
        if !self.changed.is_empty() {
            map.insert("changed".into(), self.changed.clone().into());
        }
        Value::Map(map)
    }

    fn read(value: &Value) -> Option<Self> {
        let Value::Map(map) = value else { return None };
        let (stamp, author, device) = read_written_by(map)?;
        let changed = map.get("changed").map(Value::as_list).unwrap_or_default();
        Some(Self {
            value: map.get("value").cloned().unwrap_or_default(),
            stamp,
            base: map.get("base").cloned().unwrap_or_default(),
            author,
            device,
            at_ms: map.get("at").and_then(Value::as_text).and_then(crate::day::time_ms).unwrap_or(stamp.ms),
            changed: changed.iter().filter_map(Value::as_text).map(str::to_owned).collect(),
        })
    }
}

impl Settled {
    /// The settlement that an accepted edit is.
    pub fn by(accepted: &Accepted, field: &str) -> Self {
        let edit = &accepted.edit;
        let value = edit.fields.get(field).map(|field| field.value.clone()).unwrap_or_default();
        Self { edit: accepted.id, stamp: edit.stamp, author: edit.author, device: edit.device, value }
    }

    pub fn to_value(&self) -> Value {
        let mut map = written_by(self.stamp, self.author, self.device);
        map.insert("edit".into(), self.edit.to_string().into());
        map.insert("value".into(), self.value.clone());
        Value::Map(map)
    }

    fn read(value: &Value) -> Option<Self> {
        let Value::Map(map) = value else { return None };
        let (stamp, author, device) = read_written_by(map)?;
        let edit = map.get("edit")?.as_text()?.parse().ok()?;
        Some(Self { edit, stamp, author, device, value: map.get("value").cloned().unwrap_or_default() })
    }
}

fn written_by(stamp: Stamp, author: RecordId, device: DeviceNumber) -> BTreeMap<String, Value> {
    BTreeMap::from([
        ("stamp".to_owned(), stamp.to_string().into()),
        ("author".to_owned(), author.into()),
        ("device".to_owned(), i64::from(device.0).into()),
    ])
}

fn read_written_by(map: &BTreeMap<String, Value>) -> Option<(Stamp, RecordId, DeviceNumber)> {
    let stamp = map.get("stamp")?.as_text()?.parse().ok()?;
    let author = map.get("author")?.as_text()?.parse().ok()?;
    let device = u32::try_from(map.get("device")?.as_int()?).ok()?;
    Some((stamp, author, DeviceNumber(device)))
}

#[cfg(test)]
mod tests;
