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
    /// What the chip counts: own edits that did not simply come through, and fields on which people disagree.
    pub needs_attention: u32,
    pub not_taken: u32,
    pub disagreements: u32,
    /// Whole days since the oldest thing that is not in step: an edit or photo that waits, or the last pull.
    pub days_behind: u32,
    /// When the relay last took an edit, whether or not others still wait, and until when everything it had was received.
    pub sent_at: Option<String>,
    pub received_until: Option<String>,
    pub online: bool,
    /// Another tablet was seen to work under this one's number: it is to be enrolled again. Nothing is lost by it.
    pub enrol_again: bool,
    /// When the last attempt ended, since the app was started.
    pub tried_at: Option<String>,
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
    pub kilobytes: u32,
    pub oldest: String,
}

pub(crate) fn sync_status(asking: &Asking, _: ()) -> Result<SyncStatus> {
    let engine = asking.open.engine.status();
    asking.read(|tx| {
        let queue = outbox::queue(tx)?;
        let waiting = queue.iter().map(|line| line.count).sum();
        let (not_taken, disagreements) = (attention::unread(tx, asking.person)?, review::open_count(tx)?);
        let photos = photo_queue::waiting(tx)?;
        let (sent, received) = (moment_fact(tx, facts::SENT_AT)?, moment_fact(tx, facts::RECEIVED_UNTIL)?);
        let oldest = queue.iter().map(|line| line.oldest_ms).chain(photos.oldest_ms).min();
        let now_ms = moment::now_ms(tx)?;
        let days_behind = days_between(oldest.into_iter().chain(received).min(), now_ms);
        let state = match () {
            // Before all else: whoever has not been in touch for days does not know what else there may be to attend to.
            () if days_behind >= 3 && engine.sending.is_none() => SyncState::Old,
            () if not_taken + disagreements > 0 => SyncState::NeedsAttention,
            () if engine.sending.is_some() => SyncState::Running,
            () if days_behind >= 1 => SyncState::DayOld,
            () if waiting > 0 => SyncState::Waiting,
            () if photos.photos > 0 => SyncState::PhotosWaiting,
            () => SyncState::AllSent,
        };
        Ok(SyncStatus {
            state,
            waiting,
            sending: engine.sending,
            needs_attention: not_taken + disagreements,
            not_taken,
            disagreements,
            days_behind,
            sent_at: sent.map(day::time_text),
            received_until: received.map(day::time_text),
            online: engine.online,
            enrol_again: device::fact(tx, facts::ENROL_AGAIN)?.is_some_and(|wanted| wanted == "1"),
            // The engine asks this machine's clock, and people read the corrected one.
            tried_at: engine
                .tried_ms
                .map(|tried| day::time_text(now_ms.saturating_sub(moment::machine_ms().saturating_sub(tried)))),
            last_problem: engine.last_problem.map(told),
            queue: queue
                .into_iter()
                .map(|line| QueueLine {
                    kind: line.kind,
                    count: line.count,
                    kilobytes: kilobytes(line.bytes),
                    oldest: day::time_text(line.oldest_ms),
                })
                .collect(),
            photos: PhotosWaiting {
                count: photos.photos,
                kilobytes: kilobytes(photos.bytes),
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

fn kilobytes(bytes: u64) -> u32 {
    u32::try_from(bytes.div_ceil(1024)).unwrap_or(u32::MAX)
}

/// Nothing that could be behind is no day behind, and neither is what lies ahead of a clock that was set back.
fn days_between(since: Option<u64>, now_ms: u64) -> u32 {
    since.map_or(0, |since| u32::try_from(now_ms.saturating_sub(since) / DAY_MS).unwrap_or(u32::MAX))
}

fn moment_fact(tx: &Tx<'_>, name: &str) -> Result<Option<u64>> {
    Ok(device::fact(tx, name)?.and_then(|text| text.parse().ok()))
}

/// The engine's problem in the form of every other failure, so that a screen has one way to word them.
fn told(problem: sync_client::engine::Problem) -> CommandError {
    let error = CommandError::new(&problem.code);
    problem.relay.map_or(error.clone(), |relay| error.with("relay", relay))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_behind_are_whole_days_and_a_clock_set_back_makes_none() {
        let now_ms = 1_000 * DAY_MS;
        for (since, days) in [
            (None, 0),
            (Some(now_ms - DAY_MS + 1), 0),
            (Some(now_ms - DAY_MS), 1),
            (Some(now_ms - 3 * DAY_MS + 1), 2),
            (Some(now_ms - 10 * DAY_MS), 10),
            (Some(now_ms + DAY_MS), 0),
        ] {
            assert_eq!(days_between(since, now_ms), days, "{since:?}");
        }
    }
}
