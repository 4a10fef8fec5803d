//! One sync round: pending edits go up, then everything after the cursors comes down, page by page.
//!
//! What is asked and what is made of each answer is decided in [`exchange`], which knows no network and no clock; here the
//! questions travel. Each answer is applied in one transaction, and what it led to is asked from the store as it then
//! stands, so a round that breaks off anywhere has lost nothing and the next one goes on from there. Only the next page is
//! asked for while one is written ([`early`]).

mod early;
pub mod exchange;

use crate::engine::Status;
use crate::enrol::DeviceKey;
use crate::error::{Result, SyncError};
use crate::transport::Transport;
use early::Early;
use exchange::{Answer, Ask, Exchange, Heard, Speaker};
use local_store::Store;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use sync_protocol::RecordId;
use tokio::sync::watch;

/// Facts the round keeps in the store (local_store::device).
pub mod facts {
    /// When the relay last took an edit, and until when everything it had was received: milliseconds as text.
    pub const SENT_AT: &str = "sent_at_ms";
    pub const RECEIVED_UNTIL: &str = "received_until_ms";
    /// When the relay last said up to where its backups go, by its clock.
    pub const BACKUPS_ASKED: &str = "backups_asked_ms";
    pub const GRANTS: &str = "grants_version";
    /// Set once a pull has reached the head of every channel.
    pub const LOADED: &str = "loaded";
    /// "1" while the relay asks that this device be enrolled again: another one works under its number.
    pub const ENROL_AGAIN: &str = "enrol_again";
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

impl Speaker for Replica {
    fn sign(&self, last: sync_protocol::EditId) -> String {
        self.key.sign(last)
    }
    fn author_tokens(&self) -> BTreeMap<RecordId, String> {
        (self.author_tokens)()
    }
}

/// Runs one round. `status` follows it; `changed` is told the kinds whose rows may have changed.
pub async fn run<T: Transport>(
    replica: &Replica,
    transport: &T,
    status: &watch::Sender<Status>,
    changed: &(dyn Fn(BTreeSet<String>) + Send + Sync),
) -> Result<()> {
    let mut exchange = Exchange::default();
    let mut early: Option<Early<'_>> = None;
    loop {
        let speaker = replica.clone();
        let (next, ask) = on_store(replica, move |store| {
            let ask = exchange.next(store, &speaker)?;
            Ok((exchange, ask))
        })
        .await?;
        exchange = next;
        let Some(ask) = ask else { return Ok(()) };
        if let Ask::Push(request) = &ask {
            let count = request.edits.len() as u32;
            status.send_modify(|status| status.sending = Some(count));
        }
        let heard = match early.take().filter(|early| early.is(&ask)) {
            Some(early) => early.heard().await,
            None => hear(replica, transport, &ask).await,
        };
        status.send_modify(|status| status.sending = None);
        let heard = match heard {
            Ok(heard) => heard,
            Err(SyncError::Problem(problem)) if exchange.refused(problem.code) => continue,
            Err(error) => {
                on_store(replica, move |store| exchange.keep(store)).await?;
                return Err(error);
            }
        };
        if let Answer::Pull(page) = &heard.answer {
            early = exchange.ahead(page).map(|request| Early::ask(replica, transport, request));
        }
        let writing = on_store(replica, move |store| {
            let news = exchange.take(store, heard)?;
            Ok((exchange, news))
        });
        let (next, news) = match &mut early {
            Some(early) => early.meanwhile(writing).await?,
            None => writing.await?,
        };
        exchange = next;
        if let Some(offset_ms) = news.clock_offset_ms {
            transport.correct_clock(offset_ms);
        }
        if news.replaced {
            return Err(SyncError::Replaced);
        }
        status.send_modify(|status| {
            status.received += news.arrived;
            status.remaining = news.remaining.unwrap_or(status.remaining);
        });
        if !news.kinds.is_empty() {
            changed(news.kinds);
        }
    }
}

/// Asks, and notes when.
async fn hear<T: Transport>(replica: &Replica, transport: &T, ask: &Ask) -> Result<Heard> {
    let asked_ms = (replica.now_ms)();
    let answer = carry(transport, ask).await?;
    Ok(Heard { answer, asked_ms, heard_ms: (replica.now_ms)() })
}

async fn carry<T: Transport>(transport: &T, ask: &Ask) -> Result<Answer> {
    Ok(match ask {
        Ask::Push(request) => Answer::Push(transport.push(request).await?),
        Ask::Me(epoch) => Answer::Me(transport.me(*epoch).await?),
        Ask::Pull(request) => Answer::Pull(transport.pull(request).await?),
        Ask::Compare(request) => Answer::Compare(transport.compare(request).await?),
    })
}

/// The store blocks on the disk, so it is asked on a thread that may.
pub(crate) async fn on_store<R: Send + 'static>(
    replica: &Replica,
    ask: impl FnOnce(&Store) -> local_store::Result<R> + Send + 'static,
) -> Result<R> {
    let store = replica.store.clone();
    tokio::task::spawn_blocking(move || ask(&store)).await.map_err(|_| SyncError::TaskEnded)?.map_err(SyncError::from)
}
