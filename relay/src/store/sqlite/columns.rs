//! How ids stand in SQLite's columns.

use rusqlite::Row;
use sync_protocol::{EditId, RecordId};

pub fn record_id(row: &Row<'_>, column: &str) -> rusqlite::Result<RecordId> {
    row.get(column).map(RecordId::from_bytes)
}

pub fn optional_record_id(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<RecordId>> {
    Ok(row.get::<_, Option<[u8; 16]>>(column)?.map(RecordId::from_bytes))
}

pub fn edit_id(bytes: [u8; 16]) -> EditId {
    EditId::from_bytes(bytes)
}
