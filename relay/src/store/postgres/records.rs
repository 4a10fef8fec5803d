//! Records as they stand, and the links between them.

use super::locks::{Hold, Strength};
use super::tx::{PostgresTx, params};
use crate::error::{RelayError, Result};
use crate::store::columns::{channel_names, channels, facet, facet_number, from_json, to_json};
use crate::store::{Link, Records, StoredRecord};
use std::collections::{BTreeSet, HashMap};
use sync_protocol::blobs::BlobHash;
use sync_protocol::routes::Placement;
use sync_protocol::{RecordId, RecordKey};
use tokio_postgres::Row;

/// What a transaction has read: of each id every record of any kind. Kinds may share ids, and are then read together.
pub type Read = HashMap<RecordId, Vec<StoredRecord>>;

/// Revisions drawn at a time, when one write needs more than a few.
const MOST_REVISIONS: i64 = 64;

impl Records for PostgresTx<'_> {
    fn claim(&self, ids: &BTreeSet<RecordId>) -> Result<()> {
        self.hold_records(ids.iter().copied(), Strength::Alone)?;
        self.load(ids.iter().copied())
    }

    fn record(&self, key: &RecordKey) -> Result<Option<StoredRecord>> {
        if !self.read.borrow().contains_key(&key.id) {
            self.hold(Hold::Record(key.id), Strength::Shared)?;
            self.load([key.id])?;
        }
        let read = self.read.borrow();
        Ok(read.get(&key.id).into_iter().flatten().find(|one| one.state.kind == key.kind).cloned())
    }

    fn put_record(&self, record: &StoredRecord) -> Result<()> {
        let StoredRecord { revision, state, placement } = record;
        self.hold(Hold::Record(state.id), Strength::Alone)?;
        self.hold_what_names(record)?;
        let sql = "INSERT INTO record (district, kind, id, revision, facet, channels, state)
            VALUES ($1, $2, $3, $4, $5, $6, $7::text::json)
            ON CONFLICT (district, id, kind) DO UPDATE SET revision = excluded.revision, facet = excluded.facet,
                channels = excluded.channels, state = excluded.state";
        let (facet, channels) = (facet_number(placement.facet), channel_names(&placement.channels));
        let kind = state.kind.clone();
        self.send(sql, params![kind, state.id.0, *revision as i64, facet, channels, to_json(state)?])?;
        if let Some(read) = self.read.borrow_mut().get_mut(&state.id) {
            read.retain(|one| one.state.kind != state.kind);
            read.push(record.clone());
        }
        Ok(())
    }

    fn put_link(&self, link: &Link) -> Result<()> {
        self.hold(Hold::Record(link.parent), Strength::Alone)?;
        let sql = "INSERT INTO link (district, parent, kind, field, child) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT DO NOTHING";
        self.send(sql, params![link.parent.0, link.child.kind.clone(), link.field, link.child.id.0])
    }

    fn drop_link(&self, link: &Link) -> Result<()> {
        self.hold(Hold::Record(link.parent), Strength::Alone)?;
        let sql = "DELETE FROM link WHERE district = $1 AND parent = $2 AND kind = $3 AND field = $4 AND child = $5";
        self.send(sql, params![link.parent.0, link.child.kind.clone(), link.field, link.child.id.0])
    }

    fn pointing(&self, kind: &str, field: &str, at: RecordId) -> Result<Vec<RecordKey>> {
        self.hold(Hold::Record(at), Strength::Shared)?;
        let sql = "SELECT kind, child FROM link
            WHERE district = $1 AND parent = $2 AND kind = $3 AND field = $4 ORDER BY child";
        let rows = self.ask(sql, params![at.0, kind.to_owned(), field.to_owned()])?;
        self.loaded_keys(&rows)
    }

    fn children(&self, parent: RecordId) -> Result<Vec<RecordKey>> {
        self.hold(Hold::Record(parent), Strength::Shared)?;
        let sql = "SELECT DISTINCT kind, child FROM link WHERE district = $1 AND parent = $2 ORDER BY kind, child";
        let rows = self.ask(sql, params![parent.0])?;
        self.loaded_keys(&rows)
    }

    fn next_revision(&self) -> Result<u64> {
        if let Some(drawn) = self.revisions.borrow_mut().pop() {
            return Ok(drawn);
        }
        let count = self.revisions_at_once();
        let rows = self.ask_as("SELECT nextval('revision') FROM generate_series(1, $1::bigint)", params![count])?;
        let mut drawn: Vec<u64> = rows.iter().map(|row| row.get::<_, i64>(0) as u64).collect();
        drawn.sort_unstable_by(|a, b| b.cmp(a));
        let next = drawn.pop().ok_or_else(|| RelayError::Damaged("the revisions".to_owned()))?;
        *self.revisions.borrow_mut() = drawn;
        Ok(next)
    }

    fn division(&self, code: &str) -> Result<Option<StoredRecord>> {
        self.hold(Hold::Divisions, Strength::Shared)?;
        let sql = "SELECT id, revision, facet, channels, state::text FROM record
            WHERE district = $1 AND kind = 'division' AND (state #>> '{fields,code,0,1}') COLLATE \"C\" = $2";
        self.ask_one(sql, params![code.to_owned()])?.map(|row| Ok(stored(&row)?.1)).transpose()
    }

    fn codes_under(&self, code: &str) -> Result<Vec<String>> {
        self.hold(Hold::Divisions, Strength::Shared)?;
        // Codes are digits, so everything under a code sorts before the code followed by a colon; by bytes, that is.
        let sql = "SELECT state #>> '{fields,code,0,1}' AS code FROM record
            WHERE district = $1 AND kind = 'division' AND (state #>> '{fields,code,0,1}') COLLATE \"C\" > $2
                AND (state #>> '{fields,code,0,1}') COLLATE \"C\" < $2 || ':'
            ORDER BY (state #>> '{fields,code,0,1}') COLLATE \"C\"";
        let rows = self.ask(sql, params![code.to_owned()])?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }
}

impl PostgresTx<'_> {
    /// Reads records that were not read yet, all in one question.
    fn load(&self, ids: impl IntoIterator<Item = RecordId>) -> Result<()> {
        let new: Vec<RecordId> = ids.into_iter().filter(|id| !self.read.borrow().contains_key(id)).collect();
        if new.is_empty() {
            return Ok(());
        }
        let sql = "SELECT id, revision, facet, channels, state::text FROM record WHERE district = $1 AND id = ANY($2)";
        let rows = self.ask(sql, params![new.iter().map(|id| id.0).collect::<Vec<_>>()])?;
        let mut read = self.read.borrow_mut();
        for id in new {
            read.insert(id, Vec::new());
        }
        for row in rows {
            let (id, record) = stored(&row)?;
            read.entry(id).or_default().push(record);
        }
        Ok(())
    }

    /// Keys of children, whose records are nearly always asked for next.
    fn loaded_keys(&self, rows: &[Row]) -> Result<Vec<RecordKey>> {
        let keys: Vec<RecordKey> =
            rows.iter().map(|row| RecordKey::new(row.get::<_, String>(0), RecordId(row.get(1)))).collect();
        let new: BTreeSet<RecordId> =
            keys.iter().map(|key| key.id).filter(|id| !self.read.borrow().contains_key(id)).collect();
        self.hold_records(new.iter().copied(), Strength::Shared)?;
        self.load(new)?;
        Ok(keys)
    }

    /// Others that look for records of these kinds look for them by what they say, not by id.
    fn hold_what_names(&self, record: &StoredRecord) -> Result<()> {
        match record.state.kind.as_str() {
            "division" => self.hold(Hold::Divisions, Strength::Alone),
            "attachment" => ["sha256", "thumb"].iter().try_for_each(|field| {
                let hash: Option<BlobHash> = record.state.text(field).and_then(|text| text.parse().ok());
                hash.map_or(Ok(()), |hash| self.hold(Hold::Blob(hash), Strength::Shared))
            }),
            _ => Ok(()),
        }
    }

    /// One at first, then more each time: most pushes hold one edit.
    fn revisions_at_once(&self) -> i64 {
        let drawn = self.draws.get();
        self.draws.set(drawn + 1);
        (1_i64 << (2 * drawn.min(3))).min(MOST_REVISIONS)
    }
}

fn stored(row: &Row) -> Result<(RecordId, StoredRecord)> {
    let placement = Placement { channels: channels(row.get(3))?, facet: facet(row.get(2))? };
    let record = StoredRecord { revision: row.get::<_, i64>(1) as u64, state: from_json(row.get(4))?, placement };
    Ok((RecordId(row.get(0)), record))
}
