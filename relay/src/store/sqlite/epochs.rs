//! The lives of the store, and where channels stood when each began.

use super::SqliteTx;
use crate::error::{RelayError, Result};
use crate::store::Epochs;
use crate::store::columns::facet;
use rusqlite::{OptionalExtension, named_params};
use sync_protocol::{ChannelFacet, Epoch};

/// Revisions of a new life are greater than any that the one before it can have given after the backup.
const REVISIONS_APART: i64 = 1 << 40;

impl Epochs for SqliteTx<'_> {
    fn begin_epoch(&self, id: Epoch, now_ms: u64) -> Result<()> {
        let sql = "INSERT INTO epoch (id, began_ms) VALUES (:id, :now) RETURNING no";
        let params = named_params! { ":id": id.to_string(), ":now": now_ms };
        let no: i64 = self.0.prepare_cached(sql)?.query_row(params, |row| row.get(0))?;
        self.0.execute("INSERT INTO epoch_head (epoch, channel, head) SELECT ?1, row, head FROM channel", [no])?;
        let sql = "UPDATE counter SET value = value + ?1 WHERE name = 'revision' AND value > 0";
        self.0.execute(sql, [REVISIONS_APART])?;
        Ok(())
    }

    fn heads_since(&self, epoch: Epoch) -> Result<Option<Vec<(ChannelFacet, u64)>>> {
        let mut find = self.0.prepare_cached("SELECT no FROM epoch WHERE id = :id")?;
        let no: Option<i64> = find.query_row([epoch.to_string()], |row| row.get(0)).optional()?;
        let Some(no) = no else { return Ok(None) };
        // A channel that one of those lives did not begin with stood at 0 in it.
        let sql = "SELECT name, facet, min(epoch_head.head) AS head FROM epoch_head
            JOIN channel ON channel.row = epoch_head.channel WHERE epoch_head.epoch > :no
            GROUP BY epoch_head.channel HAVING count(*) = (SELECT count(*) FROM epoch WHERE no > :no)";
        let mut find = self.0.prepare_cached(sql)?;
        let mut rows = find.query(named_params! { ":no": no })?;
        let mut heads = Vec::new();
        while let Some(row) = rows.next()? {
            let name = row.get_ref("name")?.as_str().map_err(rusqlite::Error::from)?;
            let channel = name.parse().map_err(|_| RelayError::Damaged("a channel's name".to_owned()))?;
            heads.push((ChannelFacet { channel, facet: facet(row.get("facet")?)? }, row.get("head")?));
        }
        Ok(Some(heads))
    }
}
