//! Records as they stand, and the links between them.

use super::SqliteTx;
use super::columns::record_id;
use crate::error::Result;
use crate::store::columns::{channel_names, channels, facet, facet_number, from_json, to_json};
use crate::store::{Link, Records, StoredRecord};
use rusqlite::{OptionalExtension, Row, named_params};
use std::collections::BTreeSet;
use sync_protocol::routes::Placement;
use sync_protocol::{RecordId, RecordKey};

impl Records for SqliteTx<'_> {
    /// One writes at a time here.
    fn claim(&self, _ids: &BTreeSet<RecordId>) -> Result<()> {
        Ok(())
    }

    fn record(&self, key: &RecordKey) -> Result<Option<StoredRecord>> {
        let sql = "SELECT revision, facet, channels, state FROM record WHERE kind = :kind AND id = :id";
        let mut find = self.0.prepare_cached(sql)?;
        let row = find.query_row(named_params! { ":kind": key.kind, ":id": key.id.as_bytes() }, columns).optional()?;
        row.map(stored).transpose()
    }

    fn put_record(&self, record: &StoredRecord) -> Result<()> {
        let sql = "INSERT INTO record (kind, id, revision, facet, channels, state)
            VALUES (:kind, :id, :revision, :facet, :channels, :state)
            ON CONFLICT (kind, id) DO UPDATE SET revision = excluded.revision, facet = excluded.facet,
                channels = excluded.channels, state = excluded.state";
        self.0.prepare_cached(sql)?.execute(named_params! {
            ":kind": record.state.kind,
            ":id": record.state.id.as_bytes(),
            ":revision": record.revision,
            ":facet": facet_number(record.placement.facet),
            ":channels": channel_names(&record.placement.channels),
            ":state": to_json(&record.state)?,
        })?;
        Ok(())
    }

    fn put_link(&self, link: &Link) -> Result<()> {
        let sql = "INSERT INTO link (parent, kind, field, child) VALUES (:parent, :kind, :field, :child)
            ON CONFLICT DO NOTHING";
        self.0.prepare_cached(sql)?.execute(named_params! {
            ":parent": link.parent.as_bytes(), ":kind": link.child.kind, ":field": link.field,
            ":child": link.child.id.as_bytes(),
        })?;
        Ok(())
    }

    fn drop_link(&self, link: &Link) -> Result<()> {
        let sql = "DELETE FROM link WHERE parent = :parent AND kind = :kind AND field = :field AND child = :child";
        self.0.prepare_cached(sql)?.execute(named_params! {
            ":parent": link.parent.as_bytes(), ":kind": link.child.kind, ":field": link.field,
            ":child": link.child.id.as_bytes(),
        })?;
        Ok(())
    }

    fn pointing(&self, kind: &str, field: &str, at: RecordId) -> Result<Vec<RecordKey>> {
        let sql = "SELECT child FROM link WHERE parent = :parent AND kind = :kind AND field = :field ORDER BY child";
        let mut find = self.0.prepare_cached(sql)?;
        let params = named_params! { ":parent": at.as_bytes(), ":kind": kind, ":field": field };
        let keys = find.query_map(params, |row| Ok(RecordKey::new(kind, record_id(row, "child")?)))?;
        Ok(keys.collect::<Result<_, _>>()?)
    }

    fn children(&self, parent: RecordId) -> Result<Vec<RecordKey>> {
        let sql = "SELECT DISTINCT kind, child FROM link WHERE parent = :parent";
        let mut find = self.0.prepare_cached(sql)?;
        let keys = find.query_map(named_params! { ":parent": parent.as_bytes() }, |row| {
            Ok(RecordKey::new(row.get::<_, String>("kind")?, record_id(row, "child")?))
        })?;
        Ok(keys.collect::<Result<_, _>>()?)
    }

    fn next_revision(&self) -> Result<u64> {
        let sql = "UPDATE counter SET value = value + 1 WHERE name = 'revision' RETURNING value";
        Ok(self.0.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
    }

    fn division(&self, code: &str) -> Result<Option<StoredRecord>> {
        let sql = "SELECT revision, facet, channels, state FROM record
            WHERE kind = 'division' AND json_extract(state, '$.fields.code[0][1]') = :code";
        let mut find = self.0.prepare_cached(sql)?;
        find.query_row(named_params! { ":code": code }, columns).optional()?.map(stored).transpose()
    }

    fn codes_under(&self, code: &str) -> Result<Vec<String>> {
        // Codes are digits, so everything under a code sorts before the code followed by a colon.
        let sql = "SELECT json_extract(state, '$.fields.code[0][1]') AS code FROM record
            WHERE kind = 'division' AND json_extract(state, '$.fields.code[0][1]') > :code
                AND json_extract(state, '$.fields.code[0][1]') < :code || ':'
            ORDER BY 1";
        let mut find = self.0.prepare_cached(sql)?;
        let codes = find.query_map(named_params! { ":code": code }, |row| row.get("code"))?;
        Ok(codes.collect::<Result<_, _>>()?)
    }
}

type Columns = (u64, i64, String, String);

fn columns(row: &Row<'_>) -> rusqlite::Result<Columns> {
    Ok((row.get("revision")?, row.get("facet")?, row.get("channels")?, row.get("state")?))
}

fn stored((revision, facet_at, names, state): Columns) -> Result<StoredRecord> {
    let placement = Placement { channels: channels(&names)?, facet: facet(facet_at)? };
    Ok(StoredRecord { revision, state: from_json(&state)?, placement })
}
