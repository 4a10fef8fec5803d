//! How long own edits are kept after the relay said what became of them.
//!
//! Invariants:
//! - An edit goes only once 45 days of the relay's time have passed since then, as it told at contacts, *and* a verified backup
//!   of the relay holds it: until then it may be the only copy that a restored relay can be given.
//! - What is not settled for good, still laid over something, or not read by its author stays, and with it all behind it: the
//!   chain has no gaps, and its last kept edit still names the one before.

use crate::error::Result;
use crate::store::Tx;
use sync_protocol::EditId;
use sync_protocol::messages::Outcome;

pub const KEPT_MS: u64 = 45 * 24 * 3_600_000;

/// Notes when the relay gave these outcomes, by its own clock.
pub fn note_settled(tx: &Tx<'_>, outcomes: &[Outcome], relay_ms: u64) -> Result<()> {
    let sql =
        "UPDATE edit SET settled_ms = ?2 WHERE id = ?1 AND settled_ms IS NULL AND fate IS NOT NULL AND fate <> 'later'";
    for outcome in outcomes {
        let id: EditId = outcome.edit;
        tx.prepare_cached(sql)?.execute((id.as_bytes(), relay_ms.cast_signed()))?;
    }
    Ok(())
}

/// Whether an edit has been kept so long that it is worth asking for backups that hold it.
pub fn is_any_due(tx: &Tx<'_>, relay_ms: u64) -> Result<bool> {
    let before = relay_ms.saturating_sub(KEPT_MS).cast_signed();
    // Only the oldest can go, and one row always stays.
    let sql = "SELECT 1 FROM edit WHERE number = (SELECT min(number) FROM edit) + 1 AND settled_ms < ?1";
    Ok(tx.prepare_cached(sql)?.exists([before])?)
}

/// Lets go what has been kept long enough. How many edits that were.
pub fn let_go(tx: &Tx<'_>, backed_up: u32, relay_ms: u64) -> Result<usize> {
    let before = relay_ms.saturating_sub(KEPT_MS).cast_signed();
    let first_kept = "SELECT coalesce((SELECT min(number) FROM edit WHERE number > :backed_up OR fate IS NULL \
         OR fate = 'later' OR accounted = 0 OR refill = 1 OR (attention = 1 AND seen = 0) \
         OR settled_ms IS NULL OR settled_ms >= :before), (SELECT max(number) + 1 FROM edit), 0)";
    let named = rusqlite::named_params! { ":backed_up": backed_up, ":before": before };
    let first: u32 = tx.prepare_cached(first_kept)?.query_row(named, |row| row.get(0))?;
    // The one before it stays as well, for its id: the next push begins behind it.
    Ok(tx.prepare_cached("DELETE FROM edit WHERE number < ?1 - 1")?.execute([first])?)
}
