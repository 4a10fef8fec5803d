//! New rows, many at once: a statement takes the rows of one table as arrays, and none waits for the one before it.

use super::tx::{PostgresTx, params};
use crate::error::{RelayError, Result};
use crate::store::columns::{channel_names, facet_number, fate_name, to_json};
use crate::store::{Bulk, Channels, Fresh, Link, StoredEdit, StoredRecord};
use sync_protocol::{Code, RecordId, RecordKey};
use uuid::Uuid;

/// Rows of one statement.
const AT_ONCE: usize = 1_000;

impl Bulk for PostgresTx<'_> {
    fn is_empty(&self) -> Result<bool> {
        let sql = "SELECT NOT EXISTS (SELECT 1 FROM record WHERE district = $1)
            AND NOT EXISTS (SELECT 1 FROM edit WHERE district = $1)";
        Ok(self.ask_one(sql, params![])?.is_some_and(|row| row.get(0)))
    }

    fn put_fresh(&self, fresh: &Fresh) -> Result<()> {
        self.have_to_itself()?;
        fresh.records.chunks(AT_ONCE).try_for_each(|some| self.put_new_records(some))?;
        fresh.links.chunks(AT_ONCE).try_for_each(|some| self.put_new_links(some))?;
        fresh.edits.chunks(AT_ONCE).try_for_each(|some| self.put_new_edits(some))?;
        for (at, listings, change) in &fresh.listings {
            self.list(at, listings, *change)?;
        }
        self.pass_revision(fresh.last_revision)
    }
}

impl PostgresTx<'_> {
    /// Lets every revision from now on be greater. Other districts draw from the same sequence, so it is never set back.
    pub fn pass_revision(&self, last: u64) -> Result<()> {
        // One more than the difference: a sequence that was never drawn from already says 1.
        let sql = "SELECT count(nextval('revision'))
            FROM generate_series(1, $1::bigint + 1 - (SELECT last_value FROM revision))";
        self.ask_as(sql, params![last as i64]).map(drop)
    }

    fn put_new_records(&self, records: &[StoredRecord]) -> Result<()> {
        // Looked for rather than run into: a statement that fails takes the whole transaction with it.
        let ids: Vec<Uuid> = records.iter().map(|record| record.state.id.0).collect();
        let kinds: Vec<String> = records.iter().map(|record| record.state.kind.clone()).collect();
        let held = "SELECT kind, id FROM record
            WHERE district = $1 AND (id, kind) IN (SELECT * FROM unnest($2::uuid[], $3::text[])) LIMIT 1";
        if let Some(row) = self.ask_one(held, params![ids.clone(), kinds.clone()])? {
            let key = RecordKey::new(row.get::<_, String>(0), RecordId(row.get(1)));
            return Err(RelayError::refused(Code::AlreadyThere, &format!("{key} is in the store already")));
        }
        let revisions: Vec<i64> = records.iter().map(|record| record.revision as i64).collect();
        let facets: Vec<i64> = records.iter().map(|record| facet_number(record.placement.facet)).collect();
        let channels: Vec<String> = records.iter().map(|record| channel_names(&record.placement.channels)).collect();
        let states: Vec<String> = records.iter().map(|record| to_json(&record.state)).collect::<Result<_>>()?;
        let sql = "INSERT INTO record (district, id, kind, revision, facet, channels, state)
            SELECT $1, id, kind, revision, facet, channels, state::json
            FROM unnest($2::uuid[], $3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::text[])
                AS given (id, kind, revision, facet, channels, state)";
        self.send(sql, params![ids, kinds, revisions, facets, channels, states])
    }

    fn put_new_links(&self, links: &[Link]) -> Result<()> {
        let parents: Vec<Uuid> = links.iter().map(|link| link.parent.0).collect();
        let kinds: Vec<String> = links.iter().map(|link| link.child.kind.clone()).collect();
        let fields: Vec<&'static str> = links.iter().map(|link| link.field).collect();
        let children: Vec<Uuid> = links.iter().map(|link| link.child.id.0).collect();
        let sql = "INSERT INTO link (district, parent, kind, field, child)
            SELECT $1, * FROM unnest($2::uuid[], $3::text[], $4::text[], $5::uuid[]) ON CONFLICT DO NOTHING";
        self.send(sql, params![parents, kinds, fields, children])
    }

    fn put_new_edits(&self, edits: &[StoredEdit]) -> Result<()> {
        let devices: Vec<i64> = edits.iter().map(|one| i64::from(one.chain.0)).collect();
        let numbers: Vec<i64> = edits.iter().map(|one| i64::from(one.edit.number)).collect();
        let ids: Vec<Uuid> = edits.iter().map(|one| one.id.0).collect();
        let kinds: Vec<String> = edits.iter().map(|one| one.edit.kind.replace('\0', "\u{fffd}")).collect();
        let records: Vec<Uuid> = edits.iter().map(|one| one.edit.record.0).collect();
        let authors: Vec<Uuid> = edits.iter().map(|one| one.edit.author.0).collect();
        let fates: Vec<&'static str> = edits.iter().map(|one| fate_name(one.outcome.result)).collect();
        let bodies: Vec<String> = edits.iter().map(|one| to_json(&one.edit)).collect::<Result<_>>()?;
        let outcomes: Vec<String> = edits.iter().map(|one| to_json(&one.outcome)).collect::<Result<_>>()?;
        let received: Vec<i64> = edits.iter().map(|one| one.received_ms as i64).collect();
        let sql = "INSERT INTO edit
                (district, device, number, id, kind, record, author, fate, body, outcome, received_ms)
            SELECT $1, device, number, id, kind, record, author, fate, body::json, outcome::json, received_ms
            FROM unnest($2::bigint[], $3::bigint[], $4::uuid[], $5::text[], $6::uuid[], $7::uuid[], $8::text[],
                $9::text[], $10::text[], $11::bigint[])
                AS given (device, number, id, kind, record, author, fate, body, outcome, received_ms)";
        self.send(sql, params![devices, numbers, ids, kinds, records, authors, fates, bodies, outcomes, received])
    }
}
