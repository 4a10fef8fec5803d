//! How ids, facets, stamps and JSON stand in columns.

use crate::error::{RelayError, Result};
use rusqlite::Row;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sync_protocol::{EditId, Facet, RecordId};

pub fn record_id(row: &Row<'_>, column: &str) -> rusqlite::Result<RecordId> {
    row.get(column).map(RecordId::from_bytes)
}

pub fn optional_record_id(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<RecordId>> {
    Ok(row.get::<_, Option<[u8; 16]>>(column)?.map(RecordId::from_bytes))
}

pub fn edit_id(bytes: [u8; 16]) -> EditId {
    EditId::from_bytes(bytes)
}

/// Facets are stored by their place in [`Facet::ALL`], which therefore only ever grows at the end.
pub fn facet_number(facet: Facet) -> i64 {
    Facet::ALL.iter().position(|one| *one == facet).unwrap_or_default() as i64
}

pub fn facet(number: i64) -> Result<Facet> {
    let facet = usize::try_from(number).ok().and_then(|at| Facet::ALL.get(at).copied());
    facet.ok_or_else(|| RelayError::Damaged(format!("facet {number}")))
}

pub fn to_json<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| RelayError::Damaged(error.to_string()))
}

/// Only the place of a fault is named: the text itself may hold personal values.
pub fn from_json<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text)
        .map_err(|error| RelayError::Damaged(format!("JSON, line {} column {}", error.line(), error.column())))
}
