//! New rows, many at once: each statement prepared once, rows of one table together, nothing looked up that is known.

use super::SqliteTx;
use super::channels::draw;
use crate::error::{RelayError, Result};
use crate::store::columns::{channel_names, facet_number, fate_name, to_json};
use crate::store::{Bulk, Channels, Fresh, Link, Listing, StoredEdit, StoredRecord};
use rusqlite::ErrorCode::ConstraintViolation;
use rusqlite::params;
use std::collections::HashMap;
use sync_protocol::{ChannelFacet, Code, Digest, RecordKey};

/// The row of each new record, so that its entries need not look for it.
type Rows = HashMap<RecordKey, i64>;

impl Bulk for SqliteTx<'_> {
    fn is_empty(&self) -> Result<bool> {
        let sql = "SELECT NOT EXISTS (SELECT 1 FROM record) AND NOT EXISTS (SELECT 1 FROM edit)";
        Ok(self.0.query_row(sql, [], |row| row.get(0))?)
    }

    fn put_fresh(&self, fresh: &Fresh) -> Result<()> {
        let rows = self.put_new_records(&fresh.records)?;
        self.put_new_links(&fresh.links)?;
        self.put_new_edits(&fresh.edits)?;
        for (at, listings, change) in &fresh.listings {
            self.list_new(at, listings, *change, &rows)?;
        }
        let sql = "UPDATE counter SET value = max(value, ?1) WHERE name = 'revision'";
        self.0.prepare_cached(sql)?.execute([fresh.last_revision])?;
        Ok(())
    }
}

impl SqliteTx<'_> {
    fn put_new_records(&self, records: &[StoredRecord]) -> Result<Rows> {
        let sql = "INSERT INTO record (kind, id, revision, facet, channels, state) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let mut insert = self.0.prepare_cached(sql)?;
        let mut rows = HashMap::with_capacity(records.len());
        for StoredRecord { revision, state, placement } in records {
            let (facet, channels) = (facet_number(placement.facet), channel_names(&placement.channels));
            let row = insert
                .insert(params![state.kind, state.id.as_bytes(), revision, facet, channels, to_json(state)?])
                .map_err(|error| already_there(error, &state.key()))?;
            rows.insert(state.key(), row);
        }
        Ok(rows)
    }

    fn put_new_links(&self, links: &[Link]) -> Result<()> {
        let sql = "INSERT INTO link (parent, kind, field, child) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
        let mut insert = self.0.prepare_cached(sql)?;
        for Link { parent, child, field } in links {
            insert.execute(params![parent.as_bytes(), child.kind, field, child.id.as_bytes()])?;
        }
        Ok(())
    }

    fn put_new_edits(&self, edits: &[StoredEdit]) -> Result<()> {
        let sql = "INSERT INTO edit (device, number, id, kind, record, author, fate, body, outcome, received_ms)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
        let mut insert = self.0.prepare_cached(sql)?;
        for StoredEdit { chain, id, edit, outcome, received_ms } in edits {
            insert.execute(params![
                chain.0,
                edit.number,
                id.as_bytes(),
                edit.kind,
                edit.record.as_bytes(),
                edit.author.as_bytes(),
                fate_name(outcome.result),
                to_json(edit)?,
                to_json(outcome)?,
                received_ms,
            ])?;
        }
        Ok(())
    }

    fn list_new(&self, at: &ChannelFacet, listings: &[Listing], change: Digest, rows: &Rows) -> Result<()> {
        let row_of = |listing: &Listing| rows.get(&listing.record).filter(|_| !listing.departed).copied();
        let Some(new) = listings.iter().map(row_of).collect::<Option<Vec<_>>>() else {
            // One of them was there before: then each has to be looked for.
            return self.list(at, listings, change);
        };
        let (channel, first) = draw(self, at, listings.len(), change)?;
        let sql = "INSERT INTO entry (channel, position, record, departed) VALUES (?1, ?2, ?3, 0)";
        let mut insert = self.0.prepare_cached(sql)?;
        for (position, row) in (first..).zip(new) {
            insert.execute(params![channel, position, row])?;
        }
        Ok(())
    }
}

fn already_there(error: rusqlite::Error, key: &RecordKey) -> RelayError {
    if error.sqlite_error_code() == Some(ConstraintViolation) {
        return RelayError::refused(Code::AlreadyThere, &format!("{key} is in the store already"));
    }
    error.into()
}
