//! One page of what a device has not seen yet.
//!
//! Invariants:
//! - Nothing outside the device's grants leaves, whatever cursors it names; what is not granted looks as if not there.
//! - Everything on a page is of one snapshot.

use crate::error::{RelayError, Result};
use crate::rights::grants_version;
use crate::store::Tx;
use std::collections::{BTreeMap, BTreeSet};
use sync_protocol::messages::{
    ChannelPage, Cursor, Head, Heads, MAX_PULL_ENTRIES, PullAnswer, PullRequest, WireRecord,
};
use sync_protocol::{ChannelFacet, Code, Epoch, Grant};

/// A page stays near this size unpacked; a slow line then moves its cursor often.
const MAX_PAGE_BYTES: usize = 1024 * 1024;

/// Whether the request's cursors mean anything here.
pub fn check(request: &PullRequest, epoch: Epoch) -> Result<()> {
    match request.epoch {
        Some(of) if of != epoch => Err(RelayError::refused(Code::EpochChanged, "the store has a new epoch")),
        None if request.cursors.iter().any(|cursor| cursor.position > 0) => {
            Err(RelayError::refused(Code::RequestInvalid, "cursors without the epoch they are of"))
        }
        _ => Ok(()),
    }
}

/// The next page over all granted cursors, in the order the device named them.
pub fn page(tx: &dyn Tx, request: &PullRequest, grants: &[Grant], epoch: Epoch, now_ms: u64) -> Result<PullAnswer> {
    let granted: BTreeSet<ChannelFacet> = grants.iter().flat_map(Grant::channel_facets).collect();
    let mut left = request.limit.unwrap_or(MAX_PULL_ENTRIES).clamp(1, MAX_PULL_ENTRIES);
    let mut bytes_left = MAX_PAGE_BYTES;
    let (mut channels, mut records, mut remaining) = (Vec::new(), BTreeMap::new(), 0);
    let mut seen = BTreeSet::new();
    for Cursor { at, position } in &request.cursors {
        if !granted.contains(at) || !seen.insert(at) {
            continue;
        }
        let mut page = ChannelPage { at: at.clone(), position: *position, listed: Vec::new(), departed: Vec::new() };
        let entries = if left > 0 && bytes_left > 0 { tx.entries_after(at, *position, left)? } else { Vec::new() };
        for entry in entries {
            if bytes_left == 0 {
                break;
            }
            left -= 1;
            bytes_left = bytes_left.saturating_sub(entry.bytes);
            page.position = entry.position;
            if let Some((revision, state)) = entry.record {
                page.listed.push(entry.key.clone());
                records.entry(entry.key).or_insert(WireRecord { revision, state });
            } else {
                page.departed.push(entry.key);
            }
        }
        remaining += tx.count_after(at, page.position)?;
        channels.push(page);
    }
    Ok(PullAnswer {
        epoch,
        channels,
        records: records.into_values().collect(),
        more: remaining > 0,
        remaining,
        grants_version: grants_version(grants),
        now_ms,
    })
}

/// Where each of a device's channels stands.
pub fn heads(tx: &dyn Tx, grants: &[Grant]) -> Result<Heads> {
    let all = grants.iter().flat_map(Grant::channel_facets);
    let heads = all.map(|at| {
        let position = tx.head(&at)?;
        Ok(Head { channel: at.channel, facet: at.facet, position })
    });
    Ok(Heads { heads: heads.collect::<Result<_>>()?, grants_version: grants_version(grants) })
}
