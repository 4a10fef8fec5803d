//! The loop that keeps a replica and the relay in step without anybody asking.
//!
//! It runs a round after each local save, after each announcement of the relay, and every few minutes in any case. While
//! the relay cannot be reached it tries again after 1, 2, 4 … up to 30 seconds, spread so that a thousand tablets do not
//! come back in the same second.

use crate::clock;
use crate::error::SyncError;
use crate::photos::{Absent, Carrier};
use crate::renewal;
use crate::round::{self, Replica, on_store};
use crate::transport::{Changes, Transport};
use crate::trust::{self, TlsFault};
use futures_util::StreamExt;
use local_store::{View, cursors, device};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use sync_protocol::messages::Heads;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

/// A round in any case after this long, in case an announcement was lost.
const AT_LEAST_EVERY: Duration = Duration::from_secs(300);
/// How often the relay is asked who may vouch for its certificate; also at the start.
const ASK_TRUST_EVERY: Duration = Duration::from_secs(6 * 3600);
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// How sync stands now. What was sent and received until when is in the store; this is what moves.
#[derive(Clone, Debug, Default)]
pub struct Status {
    /// The relay answered the last call.
    pub online: bool,
    pub running: bool,
    /// Edits under way in this moment.
    pub sending: Option<u32>,
    /// A photo is on its way up in this moment.
    pub sending_photo: bool,
    /// Entries received since the start, and still to come: the first load's progress.
    pub received: u64,
    pub remaining: u64,
    /// When the last round came to its end, well or not, by this machine's clock.
    pub tried_ms: Option<u64>,
    /// Why the last round broke off.
    pub last_problem: Option<Problem>,
}

/// A problem as screens name it: a code, and the relay's address where that matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub code: String,
    pub relay: Option<String>,
}

/// The running loop. Dropping it stops the loop.
pub struct Engine {
    status: watch::Receiver<Status>,
    nudge: Arc<Notify>,
    photo: Arc<Notify>,
    task: JoinHandle<()>,
}

impl Engine {
    /// Starts the loop. `changed` is told after each step which kinds' rows may have changed, or none for the status alone.
    pub fn start<T: Transport>(
        replica: Replica,
        transport: T,
        changed: impl Fn(BTreeSet<String>) + Send + Sync + 'static,
    ) -> Self {
        let (sender, status) = watch::channel(Status::default());
        let (nudge, photo) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let notices = Notices { nudge: nudge.clone(), photo: photo.clone() };
        let task = tokio::spawn(keep_in_step(replica, transport, sender, notices, Box::new(changed)));
        Self { status, nudge, photo, task }
    }

    pub fn status(&self) -> Status {
        self.status.borrow().clone()
    }

    /// Something was saved, or somebody asked: go round now.
    pub fn nudge(&self) {
        self.nudge.notify_one();
    }

    /// Somebody opened a photo that is not here: fetch it as soon as no words are under way.
    pub fn fetch_photos(&self) {
        self.photo.notify_one();
    }
}

/// What wakes the loop.
struct Notices {
    nudge: Arc<Notify>,
    photo: Arc<Notify>,
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.task.abort();
    }
}

type Changed = Box<dyn Fn(BTreeSet<String>) + Send + Sync>;

async fn keep_in_step<T: Transport>(
    replica: Replica,
    transport: T,
    status: watch::Sender<Status>,
    notices: Notices,
    changed: Changed,
) {
    let (Notices { nudge, photo }, absent) = (notices, Absent::default());
    let mut pause = FIRST_PAUSE;
    let mut trust_asked: Option<tokio::time::Instant> = None;
    loop {
        status.send_modify(|status| status.running = true);
        changed(BTreeSet::new());
        let mut outcome = round::run(&replica, &transport, &status, &*changed).await;
        if outcome.as_ref().is_err_and(is_of_clock) && clock::set_right(&replica, &transport).await.is_ok() {
            // Once: a clock that is right now and whose dates still do not fit is not the clock's fault.
            outcome = round::run(&replica, &transport, &status, &*changed).await;
        }
        status.send_modify(|status| {
            status.running = false;
            status.sending = None;
            status.tried_ms = Some((replica.now_ms)());
            status.online = !matches!(
                outcome,
                Err(SyncError::Unreachable { .. } | SyncError::NotTheRelay { .. } | SyncError::NotTrusted { .. })
            );
            status.last_problem = outcome.as_ref().err().map(problem);
        });
        changed(BTreeSet::new());
        match outcome {
            Ok(()) => {
                if let Err(error) = renewal::if_ahead(&replica, &transport).await {
                    tracing::info!(%error, "the clock runs ahead and could not start afresh yet");
                }
                if trust_asked.is_none_or(|at| at.elapsed() > ASK_TRUST_EVERY) {
                    // An older relay does not know the question, and what goes wrong with it must not hold up records.
                    let asked = trust::keep_up(&replica.store, &transport).await;
                    if !matches!(asked, Err(SyncError::Unreachable { .. })) {
                        trust_asked = Some(tokio::time::Instant::now());
                    }
                    if let Err(error) = asked {
                        tracing::info!(%error, "the relay's authorities could not be brought up to date");
                    }
                }
                let began = tokio::time::Instant::now();
                let photos = Carrier {
                    replica: &replica,
                    transport: &transport,
                    status: &status,
                    changed: &*changed,
                    absent: &absent,
                    asked: &photo,
                };
                let lost = wait_for_reason(&photos, &nudge).await;
                // A line that breaks at once, time and again, is no reason to pull at once, time and again.
                pause =
                    if lost && began.elapsed() < LONGEST_PAUSE { (pause * 2).min(LONGEST_PAUSE) } else { FIRST_PAUSE };
                if lost && rest(&photos, &nudge, spread(pause)).await {
                    pause = FIRST_PAUSE;
                }
                status.send_modify(|status| status.sending_photo = false);
            }
            Err(error) => {
                tracing::info!(%error, "a sync round broke off");
                let _ = tokio::time::timeout(spread(pause), nudge.notified()).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }
}

/// Waits until there is a reason for another round, and lets photos travel meanwhile; true when the line to the relay broke.
async fn wait_for_reason<T: Transport>(photos: &Carrier<'_, T>, nudge: &Notify) -> bool {
    // A dead line may take long to say nothing: who asks for a round does not wait for it.
    let asked = tokio::select! {
        () = nudge.notified() => return false,
        asked = photos.transport.changes() => asked,
    };
    let Ok(mut changes) = asked else { return true };
    tokio::select! {
        () = nudge.notified() => false,
        () = tokio::time::sleep(AT_LEAST_EVERY) => false,
        lost = news(photos.replica, &mut changes) => lost,
        () = photos.carry() => false,
    }
}

/// Leaves the line of announcements alone for a while. Photos go on meanwhile: the relay answered a moment ago, and how long
/// they may take has nothing to do with how often that line broke. True where somebody asked for a round.
async fn rest<T: Transport>(photos: &Carrier<'_, T>, nudge: &Notify, pause: Duration) -> bool {
    tokio::select! {
        () = nudge.notified() => true,
        () = tokio::time::sleep(pause) => false,
        () = photos.carry() => false,
    }
}

/// Waits for an announcement that says more than is here; true when the line broke.
async fn news(replica: &Replica, changes: &mut Changes) -> bool {
    while let Some(Ok(heads)) = changes.next().await {
        if is_news(replica, heads).await {
            return false;
        }
    }
    true
}

async fn is_news(replica: &Replica, heads: Heads) -> bool {
    let compared = on_store(replica, move |store| {
        store.read(&View::Everything, |tx| {
            let held = cursors::all(tx)?;
            let ahead = heads.heads.iter().any(|head| {
                held.iter().any(|cursor| {
                    cursor.at.channel == head.channel
                        && cursor.at.facet == head.facet
                        && cursor.position < head.position
                })
            });
            Ok(ahead || device::fact(tx, round::facts::GRANTS)?.as_deref() != Some(heads.grants_version.as_str()))
        })
    });
    // When the store cannot say, a round will: it reports what is wrong.
    compared.await.unwrap_or(true)
}

/// Whether a round broke off because our clock may be wrong.
fn is_of_clock(error: &SyncError) -> bool {
    matches!(error, SyncError::NotTrusted { fault: TlsFault::Dates, .. })
}

/// Half to one and a half of a pause, by chance.
fn spread(pause: Duration) -> Duration {
    let chance = getrandom::u32().map_or(1.0, |chance| f64::from(chance) / f64::from(u32::MAX));
    pause.mul_f64(0.5 + chance)
}

fn problem(error: &SyncError) -> Problem {
    let (code, relay) = match error {
        SyncError::Unreachable { relay, .. } => ("relay_unreachable", Some(relay.clone())),
        SyncError::NotTheRelay { relay } => ("not_the_relay", Some(relay.clone())),
        SyncError::NotTrusted { relay, fault } => (fault.code(), Some(relay.clone())),
        SyncError::KeyMismatch => ("relay_key_mismatch", None),
        SyncError::Replaced => ("relay_replaced", None),
        SyncError::Problem(problem) => (problem.code.name(), None),
        SyncError::Store(local_store::StoreError::DiskFull) => ("disk_full", None),
        SyncError::Store(_) => ("database_failed", None),
        SyncError::TaskEnded => ("internal", None),
    };
    Problem { code: code.to_owned(), relay }
}
