//! Digests of channel facets: counted from the records where they are doubted, compared in buckets where two replicas differ.

use crate::error::{RelayError, Result};
use crate::rights::Granted;
use crate::store::{Entry, Tx};
use std::collections::BTreeSet;
use sync_protocol::digest::{BUCKETS, bucket};
use sync_protocol::messages::{ChannelPage, CompareAnswer, CompareRequest, PullAnswer, WireRecord};
use sync_protocol::{ChannelFacet, Code, Digest, Epoch, RecordKey};

/// Records of the answered buckets, as JSON, at most; one bucket is always answered whole.
const MAX_ANSWER_BYTES: usize = 1024 * 1024;
/// Entries read at a time.
const CHUNK: u32 = 1_000;
/// The meta entry of a store whose digests are kept.
const KEPT: &str = "digests";

/// Counts the digests of a store that was made before they were kept.
pub fn bring_up_to_date(tx: &dyn Tx) -> Result<()> {
    if tx.meta(KEPT)?.is_some() {
        return Ok(());
    }
    for (at, _) in wrong(tx)? {
        let change = counted(tx, &at)? - tx.standing(&at)?.digest;
        tx.list(&at, &[], change)?;
    }
    tx.put_meta(KEPT, b"1")
}

/// The channel facets whose digest is not the sum of the records they list, with that sum.
pub fn wrong(tx: &dyn Tx) -> Result<Vec<(ChannelFacet, Digest)>> {
    let mut wrong = Vec::new();
    for (at, standing) in tx.all_standings()? {
        let counted = counted(tx, &at)?;
        if counted != standing.digest {
            wrong.push((at, counted));
        }
    }
    Ok(wrong)
}

/// The digest of a channel facet, from the records it lists.
fn counted(tx: &dyn Tx, at: &ChannelFacet) -> Result<Digest> {
    let mut sum = Digest::default();
    each_listed(tx, at, |entry| {
        sum += entry.record.as_ref().map(|(_, state)| Digest::of(state)).unwrap_or_default();
    })?;
    Ok(sum)
}

fn each_listed(tx: &dyn Tx, at: &ChannelFacet, mut take: impl FnMut(Entry)) -> Result<()> {
    let mut position = 0;
    loop {
        let entries = tx.entries_after(at, position, CHUNK)?;
        let Some(last) = entries.last() else { return Ok(()) };
        position = last.position;
        entries.into_iter().filter(|entry| entry.record.is_some()).for_each(&mut take);
    }
}

/// Answers with all that the buckets hold in which a replica differs, as many as fit.
pub fn compare(
    tx: &dyn Tx,
    request: &CompareRequest,
    granted: &Granted,
    epoch: Epoch,
    now_ms: u64,
) -> Result<CompareAnswer> {
    crate::pull::check_epoch(Some(request.epoch), epoch)?;
    if request.buckets.len() != BUCKETS {
        return Err(RelayError::refused(Code::RequestInvalid, "a digest for each of 256 buckets is wanted"));
    }
    let standing = tx.standing(&request.at)?;
    // What nobody granted looks as if nothing were in it.
    let is_theirs = granted.facets.contains(&request.at);
    let mut answer = CompareAnswer {
        buckets: Vec::new(),
        page: PullAnswer {
            epoch,
            channels: Vec::new(),
            records: Vec::new(),
            more: false,
            remaining: 0,
            grants_version: granted.version.clone(),
            now_ms,
        },
    };
    if !is_theirs || standing.head != request.position {
        return Ok(answer);
    }
    let mut held: Vec<Vec<Entry>> = (0..BUCKETS).map(|_| Vec::new()).collect();
    each_listed(tx, &request.at, |entry| held[usize::from(bucket(&entry.key))].push(entry))?;
    let sum = |entries: &[Entry]| -> Digest {
        entries.iter().filter_map(|entry| entry.record.as_ref()).map(|(_, state)| Digest::of(state)).sum()
    };
    let (mut listed, mut bytes): (Vec<RecordKey>, usize) = (Vec::new(), 0);
    for ((number, theirs), entries) in (0..=u8::MAX).zip(&request.buckets).zip(held) {
        if sum(&entries) == *theirs {
            continue;
        }
        bytes += entries.iter().map(|entry| entry.bytes).sum::<usize>();
        if !answer.buckets.is_empty() && bytes > MAX_ANSWER_BYTES {
            answer.page.more = true;
            break;
        }
        answer.buckets.push(number);
        for entry in entries {
            listed.push(entry.key);
            answer.page.records.extend(entry.record.map(|(revision, state)| WireRecord { revision, state }));
        }
    }
    debug_assert_eq!(listed.iter().collect::<BTreeSet<_>>().len(), listed.len(), "a channel lists a record once");
    answer.page.channels.push(ChannelPage {
        at: request.at.clone(),
        position: standing.head,
        listed,
        departed: Vec::new(),
        digest: Some(standing.digest),
        erased: Vec::new(),
    });
    Ok(answer)
}
