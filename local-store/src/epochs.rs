//! A relay that was restored from a backup: what it lacks is offered again, and cursors go back to where the backup ends.
//!
//! Invariant: nothing is taken away here. Rows that the restored relay does not have stay until digests are compared, which
//! is after everything of our own was offered.

use crate::cursors;
use crate::error::Result;
use crate::store::Tx;
use crate::{device, photo_queue};
use rusqlite::named_params;
use sync_protocol::Epoch;
use sync_protocol::messages::{ChainEnd, Restored};
use sync_protocol::planted::{self, Bug};

/// Follows the relay into its new life. `last` is the last of our edits that it has.
pub fn follow(tx: &Tx<'_>, to: Epoch, restored: &Restored, last: Option<ChainEnd>) -> Result<()> {
    let cursors = if planted::is(Bug::CursorsKept) { Vec::new() } else { cursors::all(tx)? };
    for cursor in cursors {
        let head =
            restored.heads.iter().find(|head| head.channel == cursor.at.channel && head.facet == cursor.at.facet);
        let position = cursor.position.min(head.map_or(0, |head| head.position));
        if let Some(held) = cursors::find(tx, &cursor.at)? {
            cursors::move_to(tx, held.no, position)?;
        }
    }
    let sql = "UPDATE edit SET refill = 1 WHERE number > :last AND fate IS NOT NULL AND fate <> 'later'";
    if !planted::is(Bug::RefillForgotten) {
        tx.execute(sql, named_params! { ":last": last.map_or(0, |last| last.number) })?;
    }
    photo_queue::offer_again(tx)?;
    device::put_epoch(tx, to)
}
