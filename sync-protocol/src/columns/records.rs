//! Records in columns, a table for each kind.
//!
//! Nearly every field of nearly every record has one version, from the edit that created the record; such a field is a
//! value in its column and nothing else. Any other field stands whole in `apart`.

use super::ids::{Ids, hashes};
use super::runs::Runs;
use super::stamps::Stamps;
use super::{Column, Growing, MAX_ROWS, Misfit};
use crate::ids::{EditId, RecordId};
use crate::messages::WireRecord;
use crate::record::{FieldVersion, Mark, RecordState};
use crate::value::Value;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The records of one kind.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Table<V> {
    kind: String,
    ids: Ids,
    revisions: Runs<i64>,
    /// How many edits show in each record; the columns below have a row for each edit.
    marks: Runs<u32>,
    stamps: Stamps,
    edits: String,
    authors: Runs<RecordId>,
    #[serde(default = "Column::default", skip_serializing_if = "Column::is_empty")]
    orders: Column<crate::Stamp>,
    fields: BTreeMap<String, Column<V>>,
    #[serde(default = "Column::default", skip_serializing_if = "Column::is_empty")]
    apart: Column<BTreeMap<String, Vec<FieldVersion>>>,
}

/// The records of one kind, in the order given.
pub(super) fn pack<'r>(kind: &str, records: &[&'r WireRecord]) -> Table<&'r Value> {
    let marks = || records.iter().flat_map(|record| &record.state.marks);
    let (mut fields, mut apart): (Vec<(&str, Growing<&Value>)>, Growing<_>) = Default::default();
    let mut orders = Growing::default();
    for (row, mark) in marks().enumerate() {
        if let Some(order) = mark.order {
            orders.push(row, order);
        }
    }
    for (row, record) in records.iter().enumerate() {
        let mut more: BTreeMap<String, Vec<FieldVersion>> = BTreeMap::new();
        // Names come sorted, and nearly every record of a kind has the same.
        let mut place = 0;
        for (name, versions) in &record.state.fields {
            match versions.as_slice() {
                [FieldVersion(0, value)] => {
                    while fields.get(place).is_some_and(|(known, _)| *known < name.as_str()) {
                        place += 1;
                    }
                    if fields.get(place).is_none_or(|(known, _)| known != name) {
                        fields.insert(place, (name, Growing::default()));
                    }
                    if let Some((_, field)) = fields.get_mut(place) {
                        field.push(row, value);
                    }
                }
                _ => drop(more.insert(name.clone(), versions.clone())),
            }
        }
        if !more.is_empty() {
            apart.push(row, more);
        }
    }
    Table {
        kind: kind.to_owned(),
        ids: records.iter().map(|record| *record.state.id.as_bytes()).collect(),
        revisions: Runs::of_steps(records.iter().map(|record| record.revision.cast_signed())),
        marks: records.iter().map(|record| record.state.marks.len() as u32).collect(),
        stamps: marks().map(|mark| mark.stamp).collect(),
        edits: hashes::text(marks().map(|mark| *mark.edit.as_bytes())),
        authors: marks().map(|mark| mark.author).collect(),
        orders: orders.column,
        fields: fields.into_iter().map(|(name, field)| (name.to_owned(), field.column)).collect(),
        apart: apart.column,
    }
}

/// The records of all tables, in their order.
pub(super) fn unpack(tables: Vec<Table<Value>>) -> Result<Vec<WireRecord>, Misfit> {
    if tables.iter().map(|table| table.ids.len()).sum::<usize>() > MAX_ROWS {
        return Err(Misfit("ids"));
    }
    let mut records = Vec::new();
    for table in tables {
        unpack_table(table, &mut records)?;
    }
    Ok(records)
}

fn unpack_table(table: Table<Value>, records: &mut Vec<WireRecord>) -> Result<(), Misfit> {
    let ids = table.ids.unfold()?;
    let (count, first) = (ids.len(), records.len());
    let revisions = table.revisions.unfold_steps(count, "revisions")?;
    let mark_count = table.marks.sum("marks")?;
    let mark_counts = table.marks.unfold(count, "marks")?;
    let stamps = table.stamps.unfold(mark_count)?;
    let edits = hashes::read(&table.edits, mark_count)?;
    let authors = table.authors.unfold(mark_count, "authors")?;
    let mut marks: Vec<Mark> = stamps
        .into_iter()
        .zip(edits)
        .zip(authors)
        .map(|((stamp, edit), author)| Mark { stamp, order: None, edit: EditId::from_bytes(edit), author })
        .collect();
    for (row, order) in table.orders.into_rows(mark_count)? {
        marks[row].order = Some(order);
    }
    let mut marks = marks.into_iter();
    for ((id, revision), mark_count) in ids.into_iter().zip(revisions).zip(mark_counts) {
        let marks = marks.by_ref().take(mark_count as usize).collect();
        let id = RecordId::from_bytes(id);
        let state = RecordState { kind: table.kind.clone(), id, marks, fields: BTreeMap::new() };
        records.push(WireRecord { revision: revision.cast_unsigned(), state });
    }
    let records = &mut records[first..];
    for (row, more) in table.apart.into_rows(count)? {
        records[row].state.fields = more;
    }
    for (name, column) in table.fields {
        for (row, value) in column.into_rows(count)? {
            let before = records[row].state.fields.insert(name.clone(), vec![FieldVersion(0, value)]);
            if before.is_some() {
                return Err(Misfit("apart"));
            }
        }
    }
    // A version points at one of its record's marks.
    let is_sound = |record: &WireRecord| {
        let marks = record.state.marks.len();
        record.state.fields.values().flatten().all(|version| version.0 < marks)
    };
    if records.iter().all(is_sound) { Ok(()) } else { Err(Misfit("apart")) }
}
