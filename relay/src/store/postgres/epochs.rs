//! The lives of the store, and where channels stood when each began.

use super::tx::{PostgresTx, params};
use crate::error::Result;
use crate::store::Epochs;
use crate::store::columns::{channel, facet};
use sync_protocol::{ChannelFacet, Epoch};
use tokio_postgres::Row;

impl Epochs for PostgresTx<'_> {
    fn begin_epoch(&self, id: Epoch, now_ms: u64) -> Result<()> {
        let sql = "INSERT INTO epoch (district, no, id, began_ms)
            SELECT $1, coalesce(max(no), 0) + 1, $2, $3 FROM epoch WHERE district = $1";
        self.send(sql, params![id.to_string(), now_ms as i64])?;
        let sql = "INSERT INTO epoch_head (district, epoch, name, facet, head)
            SELECT $1, (SELECT max(no) FROM epoch WHERE district = $1), name, facet, head
            FROM channel WHERE district = $1";
        self.send(sql, params![])?;
        // Far beyond any revision that the life before it can have given after the backup. Forward only, so whatever
        // another district draws at the same moment stays below.
        let sql = "SELECT setval('revision', last_value + (1::bigint << 40)) FROM revision
            WHERE EXISTS (SELECT 1 FROM record WHERE district = $1)";
        self.ask(sql, params![]).map(drop)
    }

    fn heads_since(&self, epoch: Epoch) -> Result<Option<Vec<(ChannelFacet, u64)>>> {
        let sql = "SELECT no FROM epoch WHERE district = $1 AND id = $2";
        let Some(no) = self.ask_one(sql, params![epoch.to_string()])?.map(|row| row.get::<_, i64>(0)) else {
            return Ok(None);
        };
        // A channel that one of those lives did not begin with stood at 0 in it.
        let sql = "SELECT name, facet, min(head) FROM epoch_head WHERE district = $1 AND epoch > $2
            GROUP BY name, facet
            HAVING count(*) = (SELECT count(*) FROM epoch WHERE district = $1 AND no > $2)";
        let head = |row: &Row| {
            let at = ChannelFacet { channel: channel(row.get(0))?, facet: facet(row.get(1))? };
            Ok((at, row.get::<_, i64>(2) as u64))
        };
        self.ask(sql, params![no])?.iter().map(head).collect::<Result<_>>().map(Some)
    }
}
