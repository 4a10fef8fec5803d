//! One sync round: pending edits go up, then everything after the cursors comes down, page by page.
//!
//! Each answer is applied in one transaction before the next call, so a round that breaks off anywhere has lost nothing
//! and the next one goes on from there.

use crate::engine::Status;
use crate::enrol::DeviceKey;
use crate::error::{Result, SyncError};
use crate::transport::Transport;
use local_store::{Store, View, cursors, device, incoming, outbox};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use sync_protocol::RecordId;
use sync_protocol::messages::{Fate, MAX_PUSH_EDITS, Me, PullRequest, PushRequest};
use tokio::sync::watch;

/// Facts the round keeps in the store (local_store::device).
pub mod facts {
    /// When the relay last took an edit, and until when everything it had was received: milliseconds as text.
    pub const SENT_AT: &str = "sent_at_ms";
    pub const RECEIVED_UNTIL: &str = "received_until_ms";
    pub const GRANTS: &str = "grants_version";
    /// Set once a pull has reached the head of every channel.
    pub const LOADED: &str = "loaded";
    /// The relay's clock less ours, in milliseconds. It corrects new readings; saved stamps are never rewritten.
    pub const CLOCK_OFFSET: &str = "clock_offset_ms";
}

/// What a round needs beside the relay.
#[derive(Clone)]
pub struct Replica {
    pub store: Arc<Store>,
    pub key: DeviceKey,
    /// On a console: the token each author was given at sign-in. Empty on a tablet.
    pub author_tokens: Arc<dyn Fn() -> BTreeMap<RecordId, String> + Send + Sync>,
    /// Milliseconds since 1970 by this machine's clock.
    pub now_ms: fn() -> u64,
}

/// Runs one round. `status` follows it; `changed` is told the kinds whose rows may have changed.
pub async fn run<T: Transport>(
    replica: &Replica,
    transport: &T,
    status: &watch::Sender<Status>,
    changed: &(dyn Fn(BTreeSet<String>) + Send + Sync),
) -> Result<()> {
    push(replica, transport, status, changed).await?;
    pull(replica, transport, status, changed).await
}

async fn push<T: Transport>(
    replica: &Replica,
    transport: &T,
    status: &watch::Sender<Status>,
    changed: &(dyn Fn(BTreeSet<String>) + Send + Sync),
) -> Result<()> {
    let mut after = 0;
    loop {
        let (before, edits) = on_store(replica, move |store| {
            store.read(&View::Everything, |tx| outbox::pending(tx, after, MAX_PUSH_EDITS as u32))
        })
        .await?;
        let Some(last) = edits.last() else { return Ok(()) };
        // Each edit is offered once a round: what the relay wants later must neither hold up those behind it nor be
        // offered round and round.
        after = last.edit.number;
        let count = edits.len() as u32;
        status.send_modify(|status| status.sending = Some(count));
        let request = PushRequest {
            before,
            signature: replica.key.sign(last.id),
            author_tokens: (replica.author_tokens)(),
            edits: edits.into_iter().map(|one| one.edit).collect(),
        };
        let asked_ms = (replica.now_ms)();
        let answer = transport.push(&request).await;
        status.send_modify(|status| status.sending = None);
        let answer = answer?;
        let offset = clock_offset(asked_ms, answer.now_ms, (replica.now_ms)()).to_string();
        let taken = answer.outcomes.iter().any(|outcome| !matches!(outcome.result, Fate::Later | Fate::Refused));
        let kinds = on_store(replica, move |store| {
            store.write(|tx| {
                if taken {
                    device::put_fact(tx, facts::SENT_AT, &answer.now_ms.to_string())?;
                }
                device::put_fact(tx, facts::CLOCK_OFFSET, &offset)?;
                outbox::settle(tx, &answer.outcomes)
            })
        })
        .await?;
        changed(kinds.into_iter().collect());
    }
}

async fn pull<T: Transport>(
    replica: &Replica,
    transport: &T,
    status: &watch::Sender<Status>,
    changed: &(dyn Fn(BTreeSet<String>) + Send + Sync),
) -> Result<()> {
    let mut known: Option<String> =
        on_store(replica, |store| store.read(&View::Everything, |tx| device::fact(tx, facts::GRANTS))).await?;
    if known.is_none() {
        known = Some(follow_grants(replica, transport.me().await?).await?);
    }
    loop {
        let request = on_store(replica, |store| {
            store.read(&View::Everything, |tx| {
                Ok(PullRequest { epoch: device::epoch(tx)?, cursors: cursors::all(tx)?, limit: None })
            })
        })
        .await?;
        let asked_ms = (replica.now_ms)();
        let answer = transport.pull(&request).await?;
        let (more, remaining, version) = (answer.more, answer.remaining, answer.grants_version.clone());
        let arrived = answer.channels.iter().map(|page| (page.listed.len() + page.departed.len()) as u64).sum::<u64>();
        let offset = clock_offset(asked_ms, answer.now_ms, (replica.now_ms)()).to_string();
        let head = !more && Some(&version) == known.as_ref();
        let kinds = on_store(replica, move |store| {
            store.write(|tx| {
                let kinds = incoming::apply(tx, &answer)?;
                if head {
                    device::put_fact(tx, facts::RECEIVED_UNTIL, &answer.now_ms.to_string())?;
                    device::put_fact(tx, facts::LOADED, "1")?;
                }
                device::put_fact(tx, facts::CLOCK_OFFSET, &offset)?;
                Ok::<_, local_store::StoreError>(kinds)
            })
        })
        .await?;
        status.send_modify(|status| {
            status.received += arrived;
            status.remaining = remaining;
        });
        if !kinds.is_empty() {
            changed(kinds);
        }
        if Some(&version) != known.as_ref() {
            // Rights changed since the cursors were made: take on the new ones and go round again.
            known = Some(follow_grants(replica, transport.me().await?).await?);
            changed(replica.store.schema().kinds().map(|kind| kind.name.to_owned()).collect());
        } else if !more {
            return Ok(());
        }
    }
}

/// Makes the cursors those of the grants, and remembers which grants they are.
async fn follow_grants(replica: &Replica, me: Me) -> Result<String> {
    let version = me.grants_version.clone();
    on_store(replica, move |store| {
        store.write(|tx| {
            device::put_epoch(tx, me.epoch)?;
            cursors::follow(tx, &me.grants)?;
            device::put_fact(tx, facts::GRANTS, &me.grants_version)
        })
    })
    .await?;
    Ok(version)
}

/// The store blocks on the disk, so it is asked on a thread that may.
pub(crate) async fn on_store<R: Send + 'static>(
    replica: &Replica,
    ask: impl FnOnce(&Store) -> local_store::Result<R> + Send + 'static,
) -> Result<R> {
    let store = replica.store.clone();
    tokio::task::spawn_blocking(move || ask(&store)).await.map_err(|_| SyncError::TaskEnded)?.map_err(SyncError::from)
}

/// How far the relay's clock is ahead of ours, by an answer that was asked for and heard at these times of ours. The answer
/// was given at some moment in between, so how long it took is no reason to move our clock.
fn clock_offset(asked_ms: u64, relay_ms: u64, heard_ms: u64) -> i128 {
    i128::from(relay_ms) - i128::from(relay_ms.clamp(asked_ms, heard_ms.max(asked_ms)))
}

#[cfg(test)]
mod tests {
    use super::clock_offset;

    #[test]
    fn a_slow_answer_moves_no_clock_and_a_wrong_clock_is_moved_no_further_than_it_must() {
        assert_eq!(clock_offset(1_000, 1_030, 21_000), 0);
        assert_eq!(clock_offset(1_000, 61_000, 1_100), 59_900);
        assert_eq!(clock_offset(61_000, 1_000, 61_100), -60_000);
        // Our own clock was set back while the answer was under way.
        assert_eq!(clock_offset(61_000, 1_000, 900), -60_000);
    }
}
