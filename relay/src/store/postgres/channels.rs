//! Channel facets: which records they list, and in which order those changed.
//!
//! Drawing a position locks the channel facet's row until the commit. So positions become visible in their order, however
//! many relays write: no reader sees one while a smaller one may still appear (F19).

use super::tx::{PostgresTx, params};
use crate::error::{RelayError, Result};
use crate::store::columns::{channel, facet, facet_number, from_json};
use crate::store::{Channels, Entry, Listing, Standing};
use std::collections::{BTreeSet, HashMap};
use sync_protocol::{ChannelFacet, Digest, RecordId, RecordKey};
use tokio_postgres::Row;
use uuid::Uuid;

impl Channels for PostgresTx<'_> {
    fn list(&self, at: &ChannelFacet, listings: &[Listing], change: Digest) -> Result<()> {
        let (name, facet) = (at.channel.to_string(), facet_number(at.facet));
        // Digests are summed modulo 2^128, here as decimal numbers.
        let draw = "INSERT INTO channel (district, name, facet, head, digest)
            VALUES ($1, $2, $3, $4, $5::text::numeric)
            ON CONFLICT (district, name, facet) DO UPDATE SET head = channel.head + excluded.head,
                digest = mod(channel.digest + excluded.digest, 340282366920938463463374607431768211456)";
        self.send(draw, params![name.clone(), facet, listings.len() as i64, decimal(change)])?;
        // The row is ours now, so its head is where the drawn positions end.
        let put = "WITH listed AS (
                INSERT INTO entry (district, name, facet, position, kind, id, departed)
                SELECT district, name, facet, head - $4 + given.place, given.kind, given.id, false
                FROM channel, unnest($5::bigint[], $6::text[], $7::uuid[]) AS given (place, kind, id)
                WHERE district = $1 AND name = $2 AND facet = $3
                ON CONFLICT (district, name, facet, id, kind) DO UPDATE
                    SET position = excluded.position, departed = false
                RETURNING xmax = 0 AS is_new
            )
            UPDATE channel SET entries = entries + (SELECT count(*) FROM listed WHERE is_new)
            WHERE district = $1 AND name = $2 AND facet = $3";
        // What was never listed cannot depart; its position stays unused.
        let depart = "UPDATE entry SET position = head - $4 + given.place, departed = true
            FROM channel, unnest($5::bigint[], $6::text[], $7::uuid[]) AS given (place, kind, id)
            WHERE channel.district = $1 AND channel.name = $2 AND channel.facet = $3
                AND entry.district = $1 AND entry.name = $2 AND entry.facet = $3
                AND entry.id = given.id AND entry.kind = given.kind";
        for (departed, sql) in [(false, put), (true, depart)] {
            let (mut places, mut kinds, mut ids) = (Vec::new(), Vec::new(), Vec::<Uuid>::new());
            for (place, listing) in (1_i64..).zip(listings).filter(|(_, one)| one.departed == departed) {
                places.push(place);
                kinds.push(listing.record.kind.clone());
                ids.push(listing.record.id.0);
            }
            if !places.is_empty() {
                let count = listings.len() as i64;
                self.send(sql, params![name.clone(), facet, count, places, kinds, ids])?;
            }
        }
        Ok(())
    }

    fn standings(&self, of: &[&ChannelFacet]) -> Result<Vec<Standing>> {
        if of.is_empty() {
            return Ok(Vec::new());
        }
        let names: Vec<String> = of.iter().map(|at| at.channel.to_string()).collect();
        let facets: Vec<i64> = of.iter().map(|at| facet_number(at.facet)).collect();
        let sql = "SELECT name, facet, head, entries, digest::text FROM channel
            WHERE district = $1 AND (name, facet) IN (SELECT * FROM unnest($2::text[], $3::bigint[]))";
        let rows = self.ask(sql, params![names.clone(), facets.clone()])?;
        let found: HashMap<(String, i64), Standing> =
            rows.iter().map(|row| Ok(((row.get(0), row.get(1)), stands(row)?))).collect::<Result<_>>()?;
        let standing = |at: (String, i64)| found.get(&at).copied().unwrap_or_default();
        Ok(names.into_iter().zip(facets).map(standing).collect())
    }

    fn all_standings(&self) -> Result<Vec<(ChannelFacet, Standing)>> {
        let sql = "SELECT name, facet, head, entries, digest::text FROM channel WHERE district = $1";
        let standing = |row: &Row| {
            let at = ChannelFacet { channel: channel(row.get(0))?, facet: facet(row.get(1))? };
            Ok((at, stands(row)?))
        };
        self.ask(sql, params![])?.iter().map(standing).collect()
    }

    fn entries_after(&self, at: &ChannelFacet, position: u64, limit: u32) -> Result<Vec<Entry>> {
        let sql = "SELECT position, departed, kind, id, revision, CASE WHEN departed THEN '' ELSE state::text END
            FROM entry JOIN record USING (district, id, kind)
            WHERE district = $1 AND name = $2 AND entry.facet = $3 AND position > $4 ORDER BY position LIMIT $5";
        let place = params![at.channel.to_string(), facet_number(at.facet), position as i64, i64::from(limit)];
        let entry = |row: &Row| {
            let (departed, state): (bool, &str) = (row.get(1), row.get(5));
            let record = if departed { None } else { Some((row.get::<_, i64>(4) as u64, from_json(state)?)) };
            Ok(Entry {
                position: row.get::<_, i64>(0) as u64,
                key: RecordKey::new(row.get::<_, String>(2), RecordId(row.get(3))),
                record,
                bytes: state.len(),
            })
        };
        self.ask(sql, place)?.iter().map(entry).collect()
    }

    fn count_after(&self, at: &ChannelFacet, position: u64) -> Result<u64> {
        let sql = "SELECT count(*) FROM entry
            WHERE district = $1 AND name = $2 AND facet = $3 AND position > $4";
        let row = self.ask_one(sql, params![at.channel.to_string(), facet_number(at.facet), position as i64])?;
        Ok(row.map_or(0, |row| row.get::<_, i64>(0) as u64))
    }

    fn sweep(&self, at: &ChannelFacet, up_to: u64) -> Result<(u64, u64)> {
        let sql = "WITH gone AS (
                DELETE FROM entry USING record
                WHERE entry.district = $1 AND name = $2 AND entry.facet = $3 AND position <= $4
                    AND record.district = $1 AND record.id = entry.id AND record.kind = entry.kind
                    AND (departed OR state #>> '{fields,deleted,0,1}' = 'true') AND json_array_length(state -> 'marks') > 0
                RETURNING position
            ), counted AS (
                UPDATE channel SET entries = entries - (SELECT count(*) FROM gone)
                WHERE district = $1 AND name = $2 AND facet = $3
            )
            SELECT count(*), coalesce(max(position), 0) FROM gone";
        let row = self.ask_one(sql, params![at.channel.to_string(), facet_number(at.facet), up_to as i64])?;
        Ok(row.map_or((0, 0), |row| (row.get::<_, i64>(0) as u64, row.get::<_, i64>(1) as u64)))
    }

    fn left(&self, key: &RecordKey) -> Result<BTreeSet<ChannelFacet>> {
        let sql = "SELECT name, facet FROM entry WHERE district = $1 AND id = $2 AND kind = $3 AND departed";
        let at = |row: &Row| Ok(ChannelFacet { channel: channel(row.get(0))?, facet: facet(row.get(1))? });
        self.ask(sql, params![key.id.0, key.kind.clone()])?.iter().map(at).collect()
    }
}

fn stands(row: &Row) -> Result<Standing> {
    let (head, entries): (i64, i64) = (row.get(2), row.get(3));
    let digest: u128 =
        row.get::<_, &str>(4).parse().map_err(|_| RelayError::Damaged("a channel's digest".to_owned()))?;
    Ok(Standing { head: head as u64, entries: entries as u64, digest: Digest::from_bytes(digest.to_be_bytes()) })
}

fn decimal(digest: Digest) -> String {
    u128::from_be_bytes(digest.to_bytes()).to_string()
}
