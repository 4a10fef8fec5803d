//! The channels and facets this replica holds, and how far each has been applied.
//!
//! Invariant: a cursor moves in the transaction that applies the rows before it, so it is never past what is here.

use crate::error::{Result, StoreError};
use crate::store::Tx;
use rusqlite::OptionalExtension;
use sync_protocol::messages::Cursor;
use sync_protocol::{ChannelFacet, Facet, Grant};

pub fn all(tx: &Tx<'_>) -> Result<Vec<Cursor>> {
    let mut query = tx.prepare_cached("SELECT channel, facet, position FROM cursor ORDER BY no")?;
    let rows =
        query.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, i64>(2)?)))?;
    rows.map(|row| {
        let (channel, facet, position) = row?;
        let at = ChannelFacet {
            channel: channel.parse().map_err(|_| StoreError::Unreadable(channel.clone()))?,
            facet: Facet::from_name(&facet).ok_or(StoreError::Unreadable(facet))?,
        };
        Ok(Cursor { at, position: position.cast_unsigned() })
    })
    .collect()
}

/// Makes the cursors those of the grants: what was added starts at 0, what is gone leaves with the rows only it listed.
/// Returns whether anything changed.
pub fn follow(tx: &Tx<'_>, grants: &[Grant]) -> Result<bool> {
    let wanted: Vec<ChannelFacet> = grants.iter().flat_map(Grant::channel_facets).collect();
    let mut changed = false;
    for held in all(tx)? {
        if !wanted.contains(&held.at) {
            if let Some(no) = number(tx, &held.at)? {
                crate::incoming::drop_channel(tx, no)?;
                tx.execute("DELETE FROM cursor WHERE no = ?1", [no])?;
                changed = true;
            }
        }
    }
    for at in wanted {
        let sql = "INSERT OR IGNORE INTO cursor (channel, facet) VALUES (?1, ?2)";
        changed |= tx.prepare_cached(sql)?.execute((at.channel.to_string(), at.facet.name()))? > 0;
    }
    Ok(changed)
}

/// The small number entries use for a channel and facet; `None` where this replica does not hold it.
pub(crate) fn number(tx: &Tx<'_>, at: &ChannelFacet) -> Result<Option<i64>> {
    let mut query = tx.prepare_cached("SELECT no FROM cursor WHERE channel = ?1 AND facet = ?2")?;
    Ok(query.query_row((at.channel.to_string(), at.facet.name()), |row| row.get(0)).optional()?)
}

pub(crate) fn move_to(tx: &Tx<'_>, no: i64, position: u64) -> Result<()> {
    let mut statement = tx.prepare_cached("UPDATE cursor SET position = ?2 WHERE no = ?1")?;
    statement.execute((no, position.cast_signed()))?;
    Ok(())
}
