//! Photos travel while no words do.
//!
//! The engine lets [`carry`] run as long as it has no reason for a round, and drops it, wherever it stands, when there is
//! one. That costs nothing: what the relay took of a photo it keeps, to the byte, and what came of one from the relay is in
//! the store piece by piece.

use crate::engine::Status;
use crate::error::{Result, SyncError};
use crate::round::{Replica, on_store};
use crate::transport::Transport;
use local_store::photo_queue::{self, Upload};
use local_store::{View, blobs};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use sync_protocol::Code;
use sync_protocol::blobs::{BlobAnswer, BlobHash};
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

/// Bytes of one PUT: on the slowest line that is worth calling one it takes less than a line may be silent.
const STRETCH: u64 = 64 * 1024;
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Photos that the relay did not have when asked, and when to ask again. Kept across rounds.
#[derive(Default)]
pub(crate) struct Absent(Mutex<HashMap<BlobHash, (Instant, Duration)>>);

impl Absent {
    fn may_ask(&self, name: BlobHash) -> bool {
        self.locked().get(&name).is_none_or(|(at, _)| *at <= Instant::now())
    }

    fn note(&self, name: BlobHash) {
        let mut all = self.locked();
        let pause = all.get(&name).map_or(FIRST_PAUSE, |(_, pause)| (*pause * 2).min(LONGEST_PAUSE));
        all.insert(name, (Instant::now() + pause, pause));
    }

    /// When to ask next. What was due before the last pass and not asked for is wanted by nobody any more.
    fn next(&self, pass_began: Instant) -> Option<Instant> {
        let mut all = self.locked();
        all.retain(|_, (at, _)| *at > pass_began);
        all.values().map(|(at, _)| *at).min()
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, HashMap<BlobHash, (Instant, Duration)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) struct Carrier<'a, T> {
    pub replica: &'a Replica,
    pub transport: &'a T,
    pub status: &'a watch::Sender<Status>,
    pub changed: &'a (dyn Fn(BTreeSet<String>) + Send + Sync),
    pub absent: &'a Absent,
    /// Somebody opened a photo that is not here.
    pub asked: &'a Notify,
}

impl<T: Transport> Carrier<'_, T> {
    /// Carries what there is to carry, over and over, until it is dropped.
    pub async fn carry(&self) {
        let mut pause = FIRST_PAUSE;
        loop {
            let began = Instant::now();
            let outcome = self.all().await;
            self.status.send_modify(|status| status.sending_photo = false);
            match outcome {
                Ok(()) => {
                    pause = FIRST_PAUSE;
                    let again = self.absent.next(began);
                    tokio::select! {
                        () = self.asked.notified() => {}
                        () = until(again) => {}
                    }
                }
                Err(error) => {
                    tracing::info!(%error, "photos could not be carried");
                    let _ = tokio::time::timeout(pause, self.asked.notified()).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
    }

    /// Everything once: thumbnails up, what somebody waits for down, thumbnails down, originals up.
    pub async fn all(&self) -> Result<()> {
        self.send(true).await?;
        for name in self.ask(photo_queue::wanted).await? {
            self.fetch(name, false).await?;
        }
        for name in self.ask(photo_queue::missing_thumbs).await? {
            self.fetch(name, true).await?;
        }
        self.send(false).await
    }

    async fn send(&self, thumbs: bool) -> Result<()> {
        while let Some(upload) = self.ask(move |tx| photo_queue::next_upload(tx, thumbs)).await? {
            self.status.send_modify(|status| status.sending_photo = true);
            (self.changed)(BTreeSet::new());
            self.send_one(upload).await?;
            (self.changed)(BTreeSet::from(["attachment".to_owned()]));
        }
        Ok(())
    }

    async fn send_one(&self, upload: Upload) -> Result<()> {
        let Upload { name, bytes: whole, sent } = upload;
        let bytes = self.ask(move |tx| blobs::read(tx, name)).await?.unwrap_or_default();
        // One that was begun may have got further than we heard of.
        let mut held = match sent {
            None => 0,
            Some(_) => self.put(name, 0, &[], whole).await?.held,
        };
        loop {
            let from = usize::try_from(held).unwrap_or(usize::MAX).min(bytes.len());
            let to = from.saturating_add(STRETCH as usize).min(bytes.len());
            self.begun(name, held).await?;
            let answer = self.put(name, held, bytes.get(from..to).unwrap_or_default(), whole).await?;
            if answer.whole {
                return self.note(name, answer).await;
            }
            held = answer.held;
        }
    }

    async fn put(&self, name: BlobHash, from: u64, bytes: &[u8], whole: u64) -> Result<BlobAnswer> {
        match self.transport.put_blob(name, from, bytes, whole).await {
            // It dropped what it had; the next try begins at the first byte.
            Err(SyncError::Problem(problem)) if problem.code == Code::BlobHashWrong => {
                self.begun(name, 0).await?;
                Err(SyncError::Problem(problem))
            }
            answer => answer,
        }
    }

    async fn begun(&self, name: BlobHash, held: u64) -> Result<()> {
        self.note(name, BlobAnswer { held, whole: false }).await
    }

    async fn note(&self, name: BlobHash, answer: BlobAnswer) -> Result<()> {
        on_store(self.replica, move |store| {
            store.write(|tx| photo_queue::note_sent(tx, name, answer.held, answer.whole))
        })
        .await
    }

    async fn fetch(&self, name: BlobHash, thumb: bool) -> Result<()> {
        if !self.absent.may_ask(name) {
            return Ok(());
        }
        loop {
            let standing = self.ask(move |tx| blobs::standing(tx, name)).await?;
            let from = standing.map_or(0, |standing| standing.held);
            if standing.is_some_and(blobs::Standing::is_whole) {
                return Ok(());
            }
            let part = match self.transport.get_blob(name, from).await {
                Ok(part) => part,
                // Its author's device has not brought it yet, or it is not for us any more.
                Err(SyncError::Problem(problem)) if problem.code == Code::NotThere => {
                    self.absent.note(name);
                    return Ok(());
                }
                Err(error) => return Err(error),
            };
            let now_ms = (self.replica.now_ms)();
            let taken = on_store(self.replica, move |store| {
                store.write(|tx| blobs::append(tx, name, thumb, from, part.whole, &part.bytes, now_ms))
            });
            match taken.await? {
                blobs::Taken::Some => {}
                blobs::Taken::Whole => {
                    self.absent.locked().remove(&name);
                    (self.changed)(BTreeSet::from(["attachment".to_owned()]));
                    return Ok(());
                }
                blobs::Taken::Wrong => {
                    self.absent.note(name);
                    return Ok(());
                }
            }
        }
    }

    async fn ask<R: Send + 'static>(
        &self,
        ask: impl FnOnce(&local_store::Tx<'_>) -> local_store::Result<R> + Send + 'static,
    ) -> Result<R> {
        on_store(self.replica, move |store| store.read(&View::Everything, ask)).await
    }
}

async fn until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

/// Everything once, for tests and tools that go round by hand.
pub async fn carry_once<T: Transport>(
    replica: &Replica,
    transport: &T,
    status: &watch::Sender<Status>,
    changed: &(dyn Fn(BTreeSet<String>) + Send + Sync),
) -> Result<()> {
    let (absent, asked) = (Absent::default(), Notify::new());
    Carrier { replica, transport, status, changed, absent: &absent, asked: &asked }.all().await
}
