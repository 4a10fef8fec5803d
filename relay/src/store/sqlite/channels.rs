//! Channel facets: which records they list, and in which order those changed.

use super::SqliteTx;
use super::columns::record_id;
use crate::error::Result;
use crate::store::columns::{channel, facet, facet_number, from_json};
use crate::store::{Channels, Entry, Listing, Standing};
use rusqlite::{OptionalExtension, Row, named_params};
use std::collections::BTreeSet;
use sync_protocol::{ChannelFacet, Digest, RecordKey};

/// Draws so many positions at the end of a channel facet, whose digest changes by as much: the channel's row, and the first
/// of the positions.
pub fn draw(tx: &SqliteTx<'_>, at: &ChannelFacet, count: usize, change: Digest) -> Result<(i64, u64)> {
    let sql = "INSERT INTO channel (name, facet, head) VALUES (:name, :facet, :count)
        ON CONFLICT (name, facet) DO UPDATE SET head = head + excluded.head RETURNING row, head, digest";
    let (channel, head, digest): (i64, u64, [u8; 16]) = tx.0.prepare_cached(sql)?.query_row(
        named_params! { ":name": at.channel.to_string(), ":facet": facet_number(at.facet), ":count": count as u64 },
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )?;
    if change != Digest::default() {
        let digest = Digest::from_bytes(digest) + change;
        let mut put = tx.0.prepare_cached("UPDATE channel SET digest = :digest WHERE row = :channel")?;
        put.execute(named_params! { ":digest": digest.to_bytes(), ":channel": channel })?;
    }
    Ok((channel, head - count as u64 + 1))
}

impl Channels for SqliteTx<'_> {
    fn list(&self, at: &ChannelFacet, listings: &[Listing], change: Digest) -> Result<()> {
        let (channel, first) = draw(self, at, listings.len(), change)?;
        let put = "INSERT INTO entry (channel, position, record, departed)
            SELECT :channel, :position, row, 0 FROM record WHERE kind = :kind AND id = :id
            ON CONFLICT (record, channel) DO UPDATE SET position = excluded.position, departed = 0";
        // What was never listed cannot depart; its position stays unused.
        let depart = "UPDATE entry SET position = :position, departed = 1
            WHERE channel = :channel AND record = (SELECT row FROM record WHERE kind = :kind AND id = :id)";
        for (position, listing) in (first..).zip(listings) {
            self.0.prepare_cached(if listing.departed { depart } else { put })?.execute(named_params! {
                ":channel": channel, ":position": position, ":kind": listing.record.kind,
                ":id": listing.record.id.as_bytes(),
            })?;
        }
        Ok(())
    }

    fn standings(&self, of: &[&ChannelFacet]) -> Result<Vec<Standing>> {
        let mut find =
            self.0.prepare_cached("SELECT head, entries, digest FROM channel WHERE name = :name AND facet = :facet")?;
        let mut stands = |at: &&ChannelFacet| {
            let params = named_params! { ":name": at.channel.to_string(), ":facet": facet_number(at.facet) };
            Ok(find.query_row(params, standing).optional()?.unwrap_or_default())
        };
        of.iter().map(&mut stands).collect()
    }

    fn all_standings(&self) -> Result<Vec<(ChannelFacet, Standing)>> {
        let mut find = self.0.prepare_cached("SELECT head, entries, digest, name, facet FROM channel")?;
        let mut rows = find.query([])?;
        let mut heads = Vec::new();
        while let Some(row) = rows.next()? {
            let name = row.get_ref("name")?.as_str().map_err(rusqlite::Error::from)?;
            heads.push((ChannelFacet { channel: channel(name)?, facet: facet(row.get("facet")?)? }, standing(row)?));
        }
        Ok(heads)
    }

    fn entries_after(&self, at: &ChannelFacet, position: u64, limit: u32) -> Result<Vec<Entry>> {
        let sql = "SELECT position, departed, kind, id, revision, CASE WHEN departed THEN '' ELSE state END AS state
            FROM entry JOIN record ON record.row = entry.record
            WHERE channel = (SELECT row FROM channel WHERE name = :name AND facet = :facet) AND position > :position
            ORDER BY position LIMIT :limit";
        let mut find = self.0.prepare_cached(sql)?;
        let mut rows = find.query(named_params! {
            ":name": at.channel.to_string(), ":facet": facet_number(at.facet), ":position": position, ":limit": limit,
        })?;
        let mut entries = Vec::new();
        while let Some(row) = rows.next()? {
            let state = row.get_ref("state")?.as_str().map_err(rusqlite::Error::from)?;
            let record = if row.get("departed")? { None } else { Some((row.get("revision")?, from_json(state)?)) };
            entries.push(Entry {
                position: row.get("position")?,
                key: RecordKey::new(row.get::<_, String>("kind")?, record_id(row, "id")?),
                record,
                bytes: state.len(),
            });
        }
        Ok(entries)
    }

    fn count_after(&self, at: &ChannelFacet, position: u64) -> Result<u64> {
        let sql = "SELECT count(*) FROM entry
            WHERE channel = (SELECT row FROM channel WHERE name = :name AND facet = :facet) AND position > :position";
        let params =
            named_params! { ":name": at.channel.to_string(), ":facet": facet_number(at.facet), ":position": position };
        Ok(self.0.prepare_cached(sql)?.query_row(params, |row| row.get(0))?)
    }

    fn sweep(&self, at: &ChannelFacet, up_to: u64) -> Result<(u64, u64)> {
        let sql = "DELETE FROM entry
            WHERE channel = (SELECT row FROM channel WHERE name = :name AND facet = :facet) AND position <= :up_to
                AND EXISTS (SELECT 1 FROM record WHERE record.row = entry.record
                    AND (departed OR json_extract(state, '$.fields.deleted[0][1]') = 1)
                    AND json_array_length(state, '$.marks') > 0)
            RETURNING position";
        let (name, facet) = (at.channel.to_string(), facet_number(at.facet));
        let mut sweep = self.0.prepare_cached(sql)?;
        let gone =
            sweep.query_map(named_params! { ":name": name, ":facet": facet, ":up_to": up_to }, |row| row.get(0))?;
        let gone: Vec<u64> = gone.collect::<Result<_, _>>()?;
        let count = gone.len() as u64;
        let counted = "UPDATE channel SET entries = entries - :count WHERE name = :name AND facet = :facet";
        let params = named_params! { ":count": count, ":name": name, ":facet": facet };
        self.0.prepare_cached(counted)?.execute(params)?;
        Ok((count, gone.into_iter().max().unwrap_or(0)))
    }

    fn left(&self, key: &RecordKey) -> Result<BTreeSet<ChannelFacet>> {
        let sql = "SELECT name, facet FROM entry JOIN channel ON channel.row = entry.channel
            WHERE departed AND record = (SELECT row FROM record WHERE kind = :kind AND id = :id)";
        let mut find = self.0.prepare_cached(sql)?;
        let mut rows = find.query(named_params! { ":kind": key.kind, ":id": key.id.as_bytes() })?;
        let mut left = BTreeSet::new();
        while let Some(row) = rows.next()? {
            let name = row.get_ref("name")?.as_str().map_err(rusqlite::Error::from)?;
            left.insert(ChannelFacet { channel: channel(name)?, facet: facet(row.get("facet")?)? });
        }
        Ok(left)
    }
}

fn standing(row: &Row<'_>) -> rusqlite::Result<Standing> {
    Ok(Standing { head: row.get(0)?, entries: row.get(1)?, digest: Digest::from_bytes(row.get(2)?) })
}
