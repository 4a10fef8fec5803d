//! How sync stands, in facts that the screen puts into words. It never claims more than is true.

use crate::core::Asking;
use crate::error::{CommandError, Result};
use crate::{moment, review};
use local_store::{Tx, attention, device, outbox, photo_queue};
use serde::Serialize;
use sync_client::round::facts;
use sync_protocol::day;
use ts_rs::TS;

const DAY_MS: u64 = 24 * 3_600_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SyncState {
    AllSent,
    Waiting,
    /// All words are sent, and photos still wait.
    PhotosWaiting,
    Running,
    NeedsAttention,
    /// Nothing was sent or received for a day.
    DayOld,
    /// For three days.
    Old,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct SyncStatus {
    pub state: SyncState,
    /// Edits without an outcome.
    pub waiting: u32,
    pub sending: Option<u32>,
    pub needs_attention: u32,
    /// When the relay last took an edit, and until when everything it had was received.
    pub sent_at: Option<String>,
    pub received_until: Option<String>,
    pub online: bool,
    /// Why the last round broke off.
    pub last_problem: Option<CommandError>,
    pub queue: Vec<QueueLine>,
    pub photos: PhotosWaiting,
}

/// Photos that are not at the relay yet, apart from edits: they may take as long as they need.
#[derive(Clone, Debug, Serialize, TS)]
pub struct PhotosWaiting {
    pub count: u32,
    /// What is still to be sent of them.
    pub kilobytes: u32,
    /// One is under way in this moment.
    pub sending: bool,
    pub oldest: Option<String>,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct QueueLine {
    pub kind: String,
    pub count: u32,
    pub oldest: String,
}

pub(crate) fn sync_status(asking: &Asking, _: ()) -> Result<SyncStatus> {
    let engine = asking.open.engine.status();
    asking.read(|tx| {
        let queue = outbox::queue(tx)?;
        let waiting = queue.iter().map(|line| line.count).sum();
        let needs_attention = attention::unread(tx, asking.person)? + review::open_count(tx)?;
        let photos = photo_queue::waiting(tx)?;
        let (sent, received) = (moment_fact(tx, facts::SENT_AT)?, moment_fact(tx, facts::RECEIVED_UNTIL)?);
        let oldest = queue.iter().map(|line| line.oldest_ms).chain(photos.oldest_ms).min();
        let unsynced_ms =
            moment::now_ms(tx)?.saturating_sub(oldest.into_iter().chain(received).min().unwrap_or(u64::MAX));
        let state = match () {
            () if needs_attention > 0 => SyncState::NeedsAttention,
            () if engine.sending.is_some() => SyncState::Running,
            () if unsynced_ms >= 3 * DAY_MS => SyncState::Old,
            () if unsynced_ms >= DAY_MS => SyncState::DayOld,
            () if waiting > 0 => SyncState::Waiting,
            () if photos.photos > 0 => SyncState::PhotosWaiting,
            () => SyncState::AllSent,
        };
        Ok(SyncStatus {
            state,
            waiting,
            sending: engine.sending,
            needs_attention,
            sent_at: sent.map(day::time_text),
            received_until: received.map(day::time_text),
            online: engine.online,
            last_problem: engine.last_problem.map(told),
            queue: queue
                .into_iter()
                .map(|line| QueueLine { kind: line.kind, count: line.count, oldest: day::time_text(line.oldest_ms) })
                .collect(),
            photos: PhotosWaiting {
                count: photos.photos,
                kilobytes: u32::try_from(photos.bytes.div_ceil(1024)).unwrap_or(u32::MAX),
                sending: engine.sending_photo,
                oldest: photos.oldest_ms.map(day::time_text),
            },
        })
    })
}

/// Goes round now, whatever the pause.
pub(crate) fn sync_now(asking: &Asking, _: ()) -> Result<SyncStatus> {
    asking.open.engine.nudge();
    sync_status(asking, ())
}

fn moment_fact(tx: &Tx<'_>, name: &str) -> Result<Option<u64>> {
    Ok(device::fact(tx, name)?.and_then(|text| text.parse().ok()))
}

/// The engine's problem in the form of every other failure, so that a screen has one way to word them.
fn told(problem: sync_client::engine::Problem) -> CommandError {
    let error = CommandError::new(&problem.code);
    problem.relay.map_or(error.clone(), |relay| error.with("relay", relay))
}
