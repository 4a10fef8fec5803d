//! Where this replica and the relay hold different records of a channel: what to ask, and what to do with the answer.
//!
//! Invariants:
//! - Own edits without a final outcome are no part of this: they stay in the outbox and are laid over what comes.
//! - A bucket is taken whole: what the relay does not list in it leaves the channel.

use crate::cursors::{self, Differs};
use crate::error::Result;
use crate::incoming::{Applying, listed, observe};
use crate::store::Tx;
use crate::{device, records};
use std::collections::BTreeSet;
use sync_protocol::digest::{BUCKETS, bucket};
use sync_protocol::messages::{CompareAnswer, CompareRequest};
use sync_protocol::planted::{self, Bug};
use sync_protocol::{ChannelFacet, Digest, RecordKey};

/// The question about the first channel facet that differs; none where none does.
pub fn question(tx: &Tx<'_>) -> Result<Option<CompareRequest>> {
    let (Some(cursor), Some(epoch)) = (cursors::to_compare(tx)?.into_iter().next(), device::epoch(tx)?) else {
        return Ok(None);
    };
    if planted::is(Bug::DifferenceIgnored) {
        return Ok(None);
    }
    let Some(held) = cursors::find(tx, &cursor.at)? else { return Ok(None) };
    let buckets = counted(tx, held.no)?;
    Ok(Some(CompareRequest { epoch, at: cursor.at, position: held.position, buckets }))
}

/// The digest of every bucket, from the rows themselves.
fn counted(tx: &Tx<'_>, no: i64) -> Result<Vec<Digest>> {
    let mut buckets = vec![Digest::default(); BUCKETS];
    for (_, key) in listed(tx, no)? {
        if let Some(sum) = buckets.get_mut(usize::from(bucket(&key))) {
            *sum += records::digest(tx, &key)?;
        }
    }
    Ok(buckets)
}

/// How often a digest is counted from the rows. In between it is carried along, which cannot show that a row changed behind
/// our back.
const DAY_MS: u64 = 24 * 60 * 60 * 1_000;
/// Entries counted at a time: a round stays short also where half a million are held.
const COUNTED_AT_A_TIME: u64 = 4_000;

/// Counts the digests anew whose day is over, the longest uncounted first, as many as are quickly done. Where all that is
/// held has come in `just_now`, each row was counted as it was written a moment ago, and the day begins.
pub fn recount(tx: &Tx<'_>, now_ms: u64, just_now: bool) -> Result<()> {
    if just_now {
        tx.execute("UPDATE cursor SET counted_ms = ?1 WHERE counted_ms = 0", [now_ms.cast_signed()])?;
    }
    let mut query = tx.prepare_cached("SELECT no, counted_ms FROM cursor ORDER BY counted_ms")?;
    let due = query
        .query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?.cast_unsigned())))?
        .collect::<rusqlite::Result<Vec<_>>>()?
        .into_iter()
        // A clock that was set back must not put it off for years.
        .filter(|(_, counted)| now_ms.abs_diff(*counted) > DAY_MS);
    let mut left = COUNTED_AT_A_TIME;
    for (no, _) in due {
        if left == 0 {
            break;
        }
        let keys = listed(tx, no)?;
        left = left.saturating_sub(keys.len() as u64);
        let mut sum = Digest::default();
        for (_, key) in keys {
            sum += records::digest(tx, &key)?;
        }
        cursors::put_digest(tx, no, sum)?;
        tx.execute("UPDATE cursor SET counted_ms = ?2 WHERE no = ?1", (no, now_ms.cast_signed()))?;
    }
    Ok(())
}

/// Takes the answer. Returns the kinds whose rows may have changed, and whether to ask again.
pub fn take(tx: &Tx<'_>, at: &ChannelFacet, answer: &CompareAnswer) -> Result<(BTreeSet<String>, bool)> {
    let Some(held) = cursors::find(tx, at)? else { return Ok((BTreeSet::new(), false)) };
    let page = answer.page.channels.iter().find(|page| page.at == *at && page.position == held.position);
    let Some(page) = page else {
        // One of the two has moved on since: what is new is pulled, and digests are compared again at the head.
        cursors::mark(tx, held.no, Differs::No)?;
        return Ok((BTreeSet::new(), false));
    };
    let mut clock = device::clock(tx)?;
    observe(tx, &mut clock, &answer.page)?;
    let mut applying = Applying::new(tx)?;
    answer.page.records.iter().try_for_each(|record| applying.take_over(record))?;
    page.listed.iter().try_for_each(|key| applying.list(held.no, key))?;
    let theirs: BTreeSet<&RecordKey> = page.listed.iter().collect();
    for (_, key) in listed(tx, held.no)? {
        if answer.buckets.contains(&bucket(&key)) && !theirs.contains(&key) {
            applying.drop_entry(held.no, &key)?;
        }
    }
    let changed = applying.finish()?;
    // From the rows, not from the sum: the sum may be what was wrong.
    let ours: Digest = counted(tx, held.no)?.into_iter().sum();
    cursors::put_digest(tx, held.no, ours)?;
    let is_equal = page.digest == Some(ours);
    let more = answer.page.more && !answer.buckets.is_empty();
    if is_equal || !more {
        cursors::mark(tx, held.no, if is_equal { Differs::No } else { Differs::Still })?;
    }
    Ok((changed, more && !is_equal))
}
