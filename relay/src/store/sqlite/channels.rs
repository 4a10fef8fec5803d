//! Channel facets: which records they list, and in which order those changed.

use super::SqliteTx;
use super::columns::{facet, facet_number, from_json, record_id};
use crate::error::{RelayError, Result};
use crate::store::{Channels, Entry, Listing, Standing};
use rusqlite::{OptionalExtension, named_params};
use sync_protocol::{ChannelFacet, RecordKey};

/// Draws so many positions at the end of a channel facet: the channel's row, and the first of them.
pub fn draw(tx: &SqliteTx<'_>, at: &ChannelFacet, count: usize) -> Result<(i64, u64)> {
    let sql = "INSERT INTO channel (name, facet, head) VALUES (:name, :facet, :count)
        ON CONFLICT (name, facet) DO UPDATE SET head = head + excluded.head RETURNING row, head";
    let (channel, head): (i64, u64) = tx.0.prepare_cached(sql)?.query_row(
        named_params! { ":name": at.channel.to_string(), ":facet": facet_number(at.facet), ":count": count as u64 },
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    Ok((channel, head - count as u64 + 1))
}

impl Channels for SqliteTx<'_> {
    fn list(&self, at: &ChannelFacet, listings: &[Listing]) -> Result<()> {
        let (channel, first) = draw(self, at, listings.len())?;
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

    fn standing(&self, at: &ChannelFacet) -> Result<Standing> {
        let mut find =
            self.0.prepare_cached("SELECT head, entries FROM channel WHERE name = :name AND facet = :facet")?;
        let params = named_params! { ":name": at.channel.to_string(), ":facet": facet_number(at.facet) };
        let found = find.query_row(params, |row| Ok(Standing { head: row.get(0)?, entries: row.get(1)? }));
        Ok(found.optional()?.unwrap_or_default())
    }

    fn all_heads(&self) -> Result<Vec<(ChannelFacet, u64)>> {
        let mut find = self.0.prepare_cached("SELECT name, facet, head FROM channel")?;
        let mut rows = find.query([])?;
        let mut heads = Vec::new();
        while let Some(row) = rows.next()? {
            let name = row.get_ref("name")?.as_str().map_err(rusqlite::Error::from)?;
            let channel = name.parse().map_err(|_| RelayError::Damaged("a channel's name".to_owned()))?;
            heads.push((ChannelFacet { channel, facet: facet(row.get("facet")?)? }, row.get("head")?));
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
}
