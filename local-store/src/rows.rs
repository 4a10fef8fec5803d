//! A record's state as a row: winners in their columns, the rest in `marks` and `apart`.
//!
//! Nearly every field of nearly every record has one version, from the edit that created the record. Such a field costs
//! its column and nothing else. Any other field stands whole in `apart`, as JSON, and there also its column is filled.
//! Fields that only a newer app knows stand in `apart` too, so that they are kept.

use crate::error::{Result, StoreError};
use crate::tables::Table;
use rusqlite::Row;
use rusqlite::types::{ToSqlOutput, Value as Sql, ValueRef};
use std::collections::BTreeMap;
use sync_protocol::record::{FieldVersion, Mark};
use sync_protocol::schema::{Field, FieldType, Rule};
use sync_protocol::{EditId, RecordId, RecordState, Stamp, Value};

type Apart = BTreeMap<String, Vec<FieldVersion>>;

/// A value on its way into a column; mostly it stays where it is until SQLite takes it.
pub(crate) type Column<'s> = ToSqlOutput<'s>;

/// The columns of a state: `marks`, `apart`, and one per field in the kind's order.
pub(crate) fn to_columns<'s>(
    table: &Table,
    state: &'s RecordState,
) -> Result<(Vec<u8>, Option<String>, Vec<Column<'s>>)> {
    let mut apart: BTreeMap<&str, &[FieldVersion]> = BTreeMap::new();
    let mut values = vec![Column::Borrowed(ValueRef::Null); table.kind.fields.len()];
    let mut places = table.places();
    for (name, versions) in &state.fields {
        let place = places.next(name);
        if !place.is_some_and(|(_, field)| is_plain(field, versions)) {
            apart.insert(name, versions);
        }
        match place {
            Some((at, field)) if field.rule == Rule::Set && values[at] == Column::Borrowed(ValueRef::Null) => {
                values[at] = set_to_sql(field, state)?;
            }
            // One element of a set was met before, and brought all of it.
            Some((_, field)) if field.rule == Rule::Set => {}
            Some((at, field)) => values[at] = to_sql(field, state.value(name))?,
            None => {}
        }
    }
    let apart = if apart.is_empty() { None } else { Some(serde_json::to_string(&apart)?) };
    Ok((pack(&state.marks), apart, values))
}

/// The state of a row selected with [`Table::select`]; columns 1, 2 and from 4 on are read.
pub(crate) fn from_row(table: &Table, id: RecordId, row: &Row<'_>) -> Result<RecordState> {
    let marks = unpack(row.get_ref(1)?.as_blob().unwrap_or_default())?;
    let apart: Apart = match row.get_ref(2)?.as_str_or_null().unwrap_or(None) {
        Some(text) => serde_json::from_str(text)?,
        None => Apart::new(),
    };
    let mut fields = BTreeMap::new();
    for (at, field) in table.kind.fields.iter().enumerate() {
        let value = from_sql(field, row.get_ref(4 + at)?)?;
        match (field.rule, value) {
            (_, Value::Null) => {}
            (Rule::Set, Value::List(elements)) => {
                for element in elements.iter().filter_map(Value::as_text) {
                    let name = sync_protocol::edit::element_field(field.name, element);
                    fields.insert(name, vec![FieldVersion(0, true.into())]);
                }
            }
            (_, value) => drop(fields.insert(field.name.to_owned(), vec![FieldVersion(0, value)])),
        }
    }
    fields.extend(apart);
    Ok(RecordState { kind: table.kind.name.to_owned(), id, marks, fields })
}

/// Whether a field's column says all there is to know about it.
fn is_plain(field: &Field, versions: &[FieldVersion]) -> bool {
    let [FieldVersion(0, value)] = versions else { return false };
    if field.rule == Rule::Set { value == &Value::Bool(true) } else { !value.is_null() }
}

fn set_to_sql<'s>(field: &Field, state: &RecordState) -> Result<Column<'s>> {
    let elements = state.set(field.name);
    let text = || serde_json::to_string(&elements).map(|text| Column::Owned(Sql::Text(text)));
    Ok(if elements.is_empty() { Column::Borrowed(ValueRef::Null) } else { text()? })
}

fn to_sql<'s>(field: &Field, value: &'s Value) -> Result<Column<'s>> {
    Ok(match value {
        Value::Null => Column::Borrowed(ValueRef::Null),
        Value::Bool(truth) => Column::Owned(Sql::Integer((*truth).into())),
        Value::Int(number) => Column::Owned(Sql::Integer(*number)),
        Value::Text(text) => match &field.ty {
            FieldType::Ref(_) => match text.parse::<RecordId>() {
                Ok(id) => Column::Owned(Sql::Blob(id.as_bytes().to_vec())),
                Err(_) => Column::Borrowed(ValueRef::Text(text.as_bytes())),
            },
            _ => Column::Borrowed(ValueRef::Text(text.as_bytes())),
        },
        nested => Column::Owned(Sql::Text(serde_json::to_string(nested)?)),
    })
}

fn from_sql(field: &Field, value: ValueRef<'_>) -> Result<Value> {
    let unreadable = || StoreError::Unreadable(field.name.to_owned());
    Ok(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) if field.ty == FieldType::Bool => Value::Bool(number != 0),
        ValueRef::Integer(number) => Value::Int(number),
        ValueRef::Blob(bytes) => {
            let bytes: [u8; 16] = bytes.try_into().map_err(|_| unreadable())?;
            Value::from(RecordId::from_bytes(bytes))
        }
        ValueRef::Text(text) => {
            let text = std::str::from_utf8(text).map_err(|_| unreadable())?;
            match field.ty {
                FieldType::List(_) | FieldType::Structure => serde_json::from_str(text)?,
                _ if field.rule == Rule::Set => serde_json::from_str(text)?,
                _ => Value::from(text),
            }
        }
        ValueRef::Real(_) => return Err(unreadable()),
    })
}

/// Marks as bytes: stamp, edit and author, 44 bytes each, and 12 more behind a 1 where the relay gave an order.
fn pack(marks: &[Mark]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(marks.len() * 45);
    for mark in marks {
        bytes.push(mark.order.is_some().into());
        bytes.extend(mark.stamp.to_bytes());
        bytes.extend(mark.edit.as_bytes());
        bytes.extend(mark.author.as_bytes());
        bytes.extend(mark.order.map(Stamp::to_bytes).into_iter().flatten());
    }
    bytes
}

fn unpack(mut bytes: &[u8]) -> Result<Vec<Mark>> {
    fn take<const N: usize>(bytes: &mut &[u8]) -> Result<[u8; N]> {
        let (head, rest) = bytes.split_first_chunk::<N>().ok_or_else(|| StoreError::Unreadable("marks".into()))?;
        *bytes = rest;
        Ok(*head)
    }
    let mut marks = Vec::new();
    while !bytes.is_empty() {
        let [has_order] = take(&mut bytes)?;
        marks.push(Mark {
            stamp: Stamp::from_bytes(take(&mut bytes)?),
            edit: EditId::from_bytes(take(&mut bytes)?),
            author: RecordId::from_bytes(take(&mut bytes)?),
            order: if has_order == 1 { Some(Stamp::from_bytes(take(&mut bytes)?)) } else { None },
        });
    }
    Ok(marks)
}

/// An id column of a query.
pub(crate) fn id(row: &Row<'_>, at: &str) -> rusqlite::Result<RecordId> {
    Ok(RecordId::from_bytes(row.get(at)?))
}

pub(crate) fn id_or_none(row: &Row<'_>, at: &str) -> rusqlite::Result<Option<RecordId>> {
    Ok(row.get::<_, Option<[u8; 16]>>(at)?.map(RecordId::from_bytes))
}
