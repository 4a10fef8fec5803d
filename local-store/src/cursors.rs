//! The channels and facets this replica holds, and how far each has been applied.
//!
//! Invariant: a cursor moves in the transaction that applies the rows before it, so it is never past what is here.

use crate::device;
use crate::error::{Result, StoreError};
use crate::store::Tx;
use rusqlite::{Connection, OptionalExtension, Row};
use sync_protocol::messages::Cursor;
use sync_protocol::planted::{self, Bug};
use sync_protocol::{ChannelFacet, Digest, Facet, Grant};

pub fn all(tx: &Tx<'_>) -> Result<Vec<Cursor>> {
    let mut query = tx.prepare_cached("SELECT channel, facet, position, digest FROM cursor ORDER BY no")?;
    query.query_and_then([], cursor)?.collect()
}

/// The cursors that the relay said hold something else than it does, and that were not compared yet.
pub fn to_compare(tx: &Tx<'_>) -> Result<Vec<Cursor>> {
    let sql = "SELECT channel, facet, position, digest FROM cursor WHERE differs = 1 ORDER BY no";
    tx.prepare_cached(sql)?.query_and_then([], cursor)?.collect()
}

fn cursor(row: &Row<'_>) -> Result<Cursor> {
    let (channel, facet): (String, String) = (row.get(0)?, row.get(1)?);
    let at = ChannelFacet {
        channel: channel.parse().map_err(|_| StoreError::Unreadable(channel.clone()))?,
        facet: Facet::from_name(&facet).ok_or(StoreError::Unreadable(facet))?,
    };
    let digest = Digest::from_bytes(row.get(3)?);
    Ok(Cursor { at, position: row.get::<_, i64>(2)?.cast_unsigned(), digest: Some(digest) })
}

/// Makes the cursors those of the grants: what was added starts at 0, what is gone leaves with the rows only it listed.
/// Returns whether anything changed.
pub fn follow(tx: &Tx<'_>, grants: &[Grant]) -> Result<bool> {
    let wanted: Vec<ChannelFacet> = grants.iter().flat_map(Grant::channel_facets).collect();
    let mut changed = false;
    for held in all(tx)? {
        if !wanted.contains(&held.at)
            && let Some(held) = find(tx, &held.at)?
        {
            crate::incoming::drop_channel(tx, held.no)?;
            tx.execute("DELETE FROM cursor WHERE no = ?1", [held.no])?;
            changed = true;
        }
    }
    for at in wanted.into_iter().filter(|_| !planted::is(Bug::GrantsUnfollowed)) {
        let sql = "INSERT OR IGNORE INTO cursor (channel, facet) VALUES (?1, ?2)";
        changed |= tx.prepare_cached(sql)?.execute((at.channel.to_string(), at.facet.name()))? > 0;
    }
    if changed {
        device::put(tx, MOVES, moves(tx)? + 1)?;
    }
    Ok(changed)
}

const MOVES: &str = "cursor_moves";

/// How often cursors came or went. While it stands, a cursor's number belongs to the same channel.
pub(crate) fn moves(connection: &Connection) -> Result<i64> {
    Ok(device::get(connection, MOVES)?.unwrap_or(0))
}

/// A cursor as its row stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Held {
    /// The small number entries use for the channel and facet.
    pub no: i64,
    pub position: u64,
    pub digest: Digest,
}

/// `None` where this replica does not hold the channel and facet.
pub(crate) fn find(tx: &Tx<'_>, at: &ChannelFacet) -> Result<Option<Held>> {
    let mut query = tx.prepare_cached("SELECT no, position, digest FROM cursor WHERE channel = ?1 AND facet = ?2")?;
    let held = query.query_row((at.channel.to_string(), at.facet.name()), |row| {
        let position = row.get::<_, i64>(1)?.cast_unsigned();
        Ok(Held { no: row.get(0)?, position, digest: Digest::from_bytes(row.get(2)?) })
    });
    Ok(held.optional()?)
}

/// Moves a cursor to where everything before it was applied. What was compared and left is looked at again from here on.
pub(crate) fn move_to(tx: &Tx<'_>, no: i64, position: u64) -> Result<()> {
    let sql =
        "UPDATE cursor SET position = ?2, differs = CASE WHEN position = ?2 THEN differs ELSE 0 END WHERE no = ?1";
    tx.prepare_cached(sql)?.execute((no, position.cast_signed()))?;
    Ok(())
}

/// Changes what is held by as much as rows changed it.
pub(crate) fn change_digest(tx: &Tx<'_>, no: i64, change: Digest) -> Result<()> {
    if change == Digest::default() {
        return Ok(());
    }
    let mut query = tx.prepare_cached("SELECT digest FROM cursor WHERE no = ?1")?;
    let held: Option<[u8; 16]> = query.query_row([no], |row| row.get(0)).optional()?;
    let digest = held.map(Digest::from_bytes).unwrap_or_default() + change;
    put_digest(tx, no, digest)
}

pub(crate) fn put_digest(tx: &Tx<'_>, no: i64, digest: Digest) -> Result<()> {
    tx.prepare_cached("UPDATE cursor SET digest = ?2 WHERE no = ?1")?.execute((no, digest.to_bytes()))?;
    Ok(())
}

/// How a cursor stands beside what the relay holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Differs {
    No = 0,
    /// To be compared.
    Yes = 1,
    /// Compared, and it still does.
    Still = 2,
}

pub(crate) fn mark(tx: &Tx<'_>, no: i64, differs: Differs) -> Result<()> {
    // What was compared once is not compared round and round.
    let sql = "UPDATE cursor SET differs = ?2 WHERE no = ?1 AND NOT (differs = 2 AND ?2 = 1)";
    tx.prepare_cached(sql)?.execute((no, differs as i64))?;
    Ok(())
}

/// How many cursors hold something else than the relay.
pub fn differing(tx: &Tx<'_>) -> Result<u32> {
    Ok(tx.query_row("SELECT count(*) FROM cursor WHERE differs <> 0", [], |row| row.get(0))?)
}
