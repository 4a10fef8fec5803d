//! Edits: what one save of one form wrote.
//!
//! A device's edits form a chain. The id of an edit is a hash over its canonical bytes and the id before it, computed at
//! both ends and never sent, so a push needs to name only the id before its first and to sign its last.

use crate::canonical;
use crate::ids::{DeviceNumber, EditId, RecordId, RecordKey};
use crate::stamp::Stamp;
use crate::value::Value;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Edit {
    pub kind: String,
    pub record: RecordId,
    /// Only an edit that says so creates its record.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub create: bool,
    /// The person who saved it. On a console this is the person signed in.
    pub author: RecordId,
    pub device: DeviceNumber,
    /// The device's running number, from 1, without gaps.
    pub number: u32,
    pub stamp: Stamp,
    pub fields: BTreeMap<String, FieldEdit>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FieldEdit {
    pub value: Value,
    /// The stamps the author was shown for this field; none for the empty value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bases: Vec<Stamp>,
}

impl Edit {
    pub fn key(&self) -> RecordKey {
        RecordKey::new(self.kind.clone(), self.record)
    }

    /// This edit's id, given the id before it in the device's chain (`None` for the device's first).
    pub fn id(&self, before: Option<EditId>) -> EditId {
        // The id before stands first so that a chain cannot be cut and continued by appending bytes.
        let mut bytes = before.map_or([0; 16], |id| *id.as_bytes()).to_vec();
        bytes.append(&mut self.canonical());
        EditId(canonical::uuid8(&bytes))
    }

    /// What [`canonical::bytes`] makes of it, written at once: a relay needs it of every edit.
    fn canonical(&self) -> Vec<u8> {
        let fields =
            self.fields.iter().map(|(name, field)| (name, SortedField { bases: &field.bases, value: &field.value }));
        let sorted = Sorted {
            author: self.author,
            create: self.create,
            device: self.device,
            fields: fields.collect(),
            kind: &self.kind,
            number: self.number,
            record: self.record,
            stamp: self.stamp,
        };
        serde_json::to_vec(&sorted).unwrap_or_default()
    }
}

/// An edit with its names in the order of the alphabet.
#[derive(Serialize)]
struct Sorted<'e> {
    author: RecordId,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    create: bool,
    device: DeviceNumber,
    fields: BTreeMap<&'e String, SortedField<'e>>,
    kind: &'e str,
    number: u32,
    record: RecordId,
    stamp: Stamp,
}

#[derive(Serialize)]
struct SortedField<'e> {
    #[serde(skip_serializing_if = "<[Stamp]>::is_empty")]
    bases: &'e [Stamp],
    value: &'e Value,
}

/// The ids of a run of edits that follows `before`.
pub fn chain_ids(before: Option<EditId>, edits: &[Edit]) -> Vec<EditId> {
    chain_ids_named(before, edits, &BTreeMap::new())
}

/// As [`chain_ids`], where some edits were erased and their ids are named by running number.
pub fn chain_ids_named(before: Option<EditId>, edits: &[Edit], named: &BTreeMap<u32, EditId>) -> Vec<EditId> {
    edits
        .iter()
        .scan(before, |before, edit| {
            let id = named.get(&edit.number).copied().unwrap_or_else(|| edit.id(*before));
            *before = Some(id);
            Some(id)
        })
        .collect()
}

/// The name of the field that holds one element of a set: every element is a small field of its own.
pub fn element_field(set: &str, element: &str) -> String {
    format!("{set}:{element}")
}

/// The declared field that a written field belongs to: itself, or the set whose element it is.
pub fn declared_field(name: &str) -> &str {
    name.split_once(':').map_or(name, |(set, _)| set)
}

/// The field every kind has for deletion; `true` while the record is deleted.
pub const DELETED: &str = "deleted";

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(number: u32) -> Edit {
        Edit {
            kind: "resident".into(),
            record: RecordId::from_bytes([1; 16]),
            create: false,
            author: RecordId::from_bytes([2; 16]),
            device: DeviceNumber(4),
            number,
            stamp: Stamp { ms: 1_000, counter: 0, device: DeviceNumber(4) },
            fields: BTreeMap::from([("phone".into(), FieldEdit { value: "10000000001".into(), bases: vec![] })]),
        }
    }

    #[test]
    fn an_id_depends_on_everything_before_it() {
        let ids = chain_ids(None, &[edit(1), edit(2)]);
        let changed = chain_ids(None, &[edit(9), edit(2)]);
        assert_ne!(ids[0], changed[0]);
        assert_ne!(ids[1], changed[1], "the second edit is the same, but what came before it is not");
        assert_eq!(chain_ids(Some(ids[0]), &[edit(2)]), ids[1..]);
    }

    #[test]
    fn its_bytes_are_canonical() {
        let mut edit = edit(7);
        assert_eq!(edit.canonical(), canonical::bytes(&edit));
        let value = Value::Map(BTreeMap::from([("b".into(), Value::Null), ("a\n\"邻".into(), vec![true].into())]));
        edit.fields.insert("answers".into(), FieldEdit { value, bases: vec![edit.stamp] });
        edit.create = true;
        assert_eq!(edit.canonical(), canonical::bytes(&edit));
    }

    #[test]
    fn an_id_survives_the_wire() {
        let sent = serde_json::to_string(&edit(1)).unwrap();
        let received: Edit = serde_json::from_str(&sent).unwrap();
        assert_eq!(received.id(None), edit(1).id(None));
    }
}
