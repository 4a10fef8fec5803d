//! The edits of a push in columns: one table in the order they were made, with a column for each field.

use super::ids::Ids;
use super::runs::Runs;
use super::stamps::Stamps;
use super::{Column, Growing, MAX_ROWS, Misfit};
use crate::edit::{Edit, FieldEdit};
use crate::ids::{DeviceNumber, RecordId};
use crate::value::Value;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;

#[derive(Serialize, Deserialize)]
struct Packed<V> {
    kinds: Runs<String>,
    records: Ids,
    creates: Runs<bool>,
    authors: Runs<RecordId>,
    devices: Runs<u32>,
    numbers: Runs<i64>,
    stamps: Stamps,
    fields: BTreeMap<String, Field<V>>,
}

#[derive(Serialize, Deserialize)]
struct Field<V> {
    column: Column<V>,
    /// How many bases each value has, and the bases of all.
    bases: Runs<u32>,
    #[serde(default, skip_serializing_if = "Stamps::is_empty")]
    stamps: Stamps,
}

/// For `#[serde(with)]` on a list of edits.
pub(crate) fn serialize<S: Serializer>(edits: &[Edit], serializer: S) -> Result<S::Ok, S::Error> {
    pack(edits).serialize(serializer)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Edit>, D::Error> {
    unpack(Packed::deserialize(deserializer)?).map_err(serde::de::Error::custom)
}

fn pack(edits: &[Edit]) -> Packed<&Value> {
    let mut fields: BTreeMap<&str, (Growing<&Value>, Vec<&FieldEdit>)> = BTreeMap::new();
    for (row, edit) in edits.iter().enumerate() {
        for (name, field) in &edit.fields {
            let (column, all) = fields.entry(name).or_default();
            column.push(row, &field.value);
            all.push(field);
        }
    }
    let field = |(name, (column, all)): (&str, (Growing<_>, Vec<&FieldEdit>))| {
        let bases = all.iter().map(|field| field.bases.len() as u32).collect();
        let stamps = all.iter().flat_map(|field| &field.bases).copied().collect();
        (name.to_owned(), Field { column: column.column, bases, stamps })
    };
    Packed {
        kinds: edits.iter().map(|edit| edit.kind.clone()).collect(),
        records: edits.iter().map(|edit| *edit.record.as_bytes()).collect(),
        creates: edits.iter().map(|edit| edit.create).collect(),
        authors: edits.iter().map(|edit| edit.author).collect(),
        devices: edits.iter().map(|edit| edit.device.0).collect(),
        numbers: Runs::of_steps(edits.iter().map(|edit| edit.number.into())),
        stamps: edits.iter().map(|edit| edit.stamp).collect(),
        fields: fields.into_iter().map(field).collect(),
    }
}

fn unpack(packed: Packed<Value>) -> Result<Vec<Edit>, Misfit> {
    let records = packed.records.unfold()?;
    let count = records.len();
    if count > MAX_ROWS {
        return Err(Misfit("records"));
    }
    let mut kinds = packed.kinds.unfold(count, "kinds")?.into_iter();
    let mut creates = packed.creates.unfold(count, "creates")?.into_iter();
    let mut authors = packed.authors.unfold(count, "authors")?.into_iter();
    let mut devices = packed.devices.unfold(count, "devices")?.into_iter();
    let mut numbers = packed.numbers.unfold_steps(count, "numbers")?.into_iter();
    let mut stamps = packed.stamps.unfold(count)?.into_iter();
    let mut edits = Vec::with_capacity(count);
    for record in records {
        let short = Misfit("records");
        let number = numbers.next().and_then(|number| u32::try_from(number).ok());
        edits.push(Edit {
            kind: kinds.next().ok_or(short)?,
            record: RecordId::from_bytes(record),
            create: creates.next().ok_or(short)?,
            author: authors.next().ok_or(short)?,
            device: DeviceNumber(devices.next().ok_or(short)?),
            number: number.ok_or(Misfit("numbers"))?,
            stamp: stamps.next().ok_or(short)?,
            fields: BTreeMap::new(),
        });
    }
    for (name, field) in packed.fields {
        let base_count = field.bases.sum("bases")?;
        let base_counts = field.bases.unfold(field.column.values.len(), "bases")?;
        let mut stamps = field.stamps.unfold(base_count)?.into_iter();
        for ((row, value), base_count) in field.column.into_rows(count)?.zip(base_counts) {
            let bases = stamps.by_ref().take(base_count as usize).collect();
            edits[row].fields.insert(name.clone(), FieldEdit { value, bases });
        }
    }
    Ok(edits)
}
