//! One page of what a device has not seen yet.
//!
//! Invariants:
//! - Nothing outside the device's grants leaves, whatever cursors it names; what is not granted looks as if not there.
//! - Everything on a page is of one snapshot.

use crate::error::{RelayError, Result};
use crate::retention;
use crate::rights::Granted;
use crate::store::{Standing, Tx};
use std::collections::{BTreeMap, BTreeSet};
use sync_protocol::messages::{
    self, ChannelPage, Cursor, Head, Heads, MAX_PULL_ENTRIES, PullAnswer, PullRequest, WireRecord,
};
use sync_protocol::planted::{self, Bug};
use sync_protocol::{ChannelFacet, Code, Epoch, Grant};

/// A page stays near this size unpacked; a slow line then moves its cursor often.
const MAX_PAGE_BYTES: usize = 1024 * 1024;

/// Whether the request's cursors mean anything here.
pub fn check(request: &PullRequest, epoch: Epoch) -> Result<()> {
    check_epoch(request.epoch, epoch)?;
    match request.epoch {
        None if request.cursors.iter().any(|cursor| cursor.position > 0) => {
            Err(RelayError::refused(Code::RequestInvalid, "cursors without the epoch they are of"))
        }
        _ => Ok(()),
    }
}

/// Whether a device speaks of this life of the store. What it holds of an earlier one continues nothing here.
pub fn check_epoch(theirs: Option<Epoch>, ours: Epoch) -> Result<()> {
    match theirs {
        Some(of) if of != ours => Err(RelayError::refused(Code::EpochChanged, "the store has a new epoch")),
        _ => Ok(()),
    }
}

/// The next page over all granted cursors, in the order the device named them.
pub fn page(tx: &dyn Tx, request: &PullRequest, grants: &[Grant], epoch: Epoch, now_ms: u64) -> Result<PullAnswer> {
    page_for(tx, request, &Granted::new(grants.to_vec()), epoch, now_ms)
}

pub fn page_for(
    tx: &dyn Tx,
    request: &PullRequest,
    granted: &Granted,
    epoch: Epoch,
    now_ms: u64,
) -> Result<PullAnswer> {
    let mut left = request.limit.unwrap_or(MAX_PULL_ENTRIES).clamp(1, MAX_PULL_ENTRIES);
    let mut bytes_left = MAX_PAGE_BYTES;
    let (mut channels, mut records) = (Vec::new(), BTreeMap::new());
    let (mut more, mut remaining) = (false, 0);
    let may_be_erased = crate::erasing::is_any(tx)?;
    let mut seen = BTreeSet::new();
    let wanted = request.cursors.iter().filter(|cursor| granted.facets.contains(&cursor.at) && seen.insert(&cursor.at));
    let wanted: Vec<&Cursor> = wanted.collect();
    let standings = tx.standings(&wanted.iter().map(|cursor| &cursor.at).collect::<Vec<_>>())?;
    for (Cursor { at, position, digest }, standing) in wanted.into_iter().zip(standings) {
        let mut page = ChannelPage {
            at: at.clone(),
            position: *position,
            listed: Vec::new(),
            departed: Vec::new(),
            digest: None,
            erased: Vec::new(),
        };
        // A console has thousands of cursors, and nearly all of them stand at the head.
        let has_news = standing.head > *position;
        if has_news && retention::is_too_old(tx, at, *position)? {
            page.position = 0;
            channels.push(page);
            more = true;
            remaining += standing.entries;
            continue;
        }
        let asked = if bytes_left > 0 { left } else { 0 };
        let entries = if has_news && asked > 0 { tx.entries_after(at, *position, asked)? } else { Vec::new() };
        let was_all = has_news && (entries.len() as u64) < u64::from(asked);
        let (count, mut taken) = (entries.len(), 0);
        for entry in entries {
            if bytes_left == 0 {
                break;
            }
            (left, taken) = (left - 1, taken + 1);
            bytes_left = bytes_left.saturating_sub(entry.bytes);
            page.position = entry.position;
            if let Some((revision, state)) = entry.record {
                page.listed.push(entry.key.clone());
                records.entry(entry.key).or_insert(WireRecord { revision, state });
            } else if may_be_erased && tx.record(&entry.key)?.is_some_and(|record| record.is_erased()) {
                page.erased.push(entry.key);
            } else {
                page.departed.push(entry.key);
            }
        }
        if (was_all && taken == count) || (planted::is(Bug::CursorEarly) && taken > 0) {
            // Positions between the last entry and the head belong to nothing any more: the cursor goes past them.
            page.position = standing.head;
        }
        if page.position < standing.head {
            more = true;
            remaining += left_after(tx, at, page.position, standing)?;
        }
        let differs = page.position == standing.head && digest.is_some_and(|theirs| theirs != standing.digest);
        if page.position == standing.head {
            page.digest = Some(standing.digest);
        }
        if page.position != *position || differs {
            channels.push(page);
        }
    }
    Ok(PullAnswer {
        epoch,
        channels,
        records: records.into_values().collect(),
        more,
        remaining,
        grants_version: granted.version.clone(),
        now_ms,
    })
}

/// The answer to a request that names its cursors by their standing alone: nothing new, or that they are wanted.
pub fn compare(
    standing: &str,
    heads: &crate::heads::Heads,
    granted: &Granted,
    epoch: Epoch,
    now_ms: u64,
) -> PullAnswer {
    let standing_of = |at| {
        let Standing { head, digest, .. } = heads.standing(at);
        (at, head, digest)
    };
    let ours = messages::standing(granted.facets.iter().map(standing_of));
    PullAnswer {
        epoch,
        channels: Vec::new(),
        records: Vec::new(),
        more: ours != standing,
        remaining: 0,
        grants_version: granted.version.clone(),
        now_ms,
    }
}

/// Entries after a position, exactly. A channel that was not begun knows its count; elsewhere few are left to count,
/// because only one channel at a time is in the midst of its first load.
fn left_after(tx: &dyn Tx, at: &ChannelFacet, position: u64, standing: Standing) -> Result<u64> {
    if position == 0 { Ok(standing.entries) } else { tx.count_after(at, position) }
}

/// Where each of a device's channels stands.
pub fn heads_of(heads: &crate::heads::Heads, granted: &Granted) -> Heads {
    let head = |at: &ChannelFacet| Head { channel: at.channel.clone(), facet: at.facet, position: heads.position(at) };
    Heads { heads: granted.facets.iter().map(head).collect(), grants_version: granted.version.clone() }
}
