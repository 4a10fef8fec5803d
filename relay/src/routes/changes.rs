//! `GET /v1/changes`: server-sent events that tell a device when there is something to pull. Only heads travel, and
//! only those of its own grants.

use super::caller::Caller;
use crate::error::Result;
use crate::pull::heads_of;
use crate::relay::Relay;
use crate::rights::Granted;
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::Stream;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use sync_protocol::DeviceNumber;
use sync_protocol::day::day_of;
use tokio::time::Instant;

const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// Rights begin and end with days as well as with edits.
const LOOK_AGAIN: Duration = Duration::from_secs(60);
const AFTER_FAILURE: Duration = Duration::from_secs(1);

pub async fn changes(
    State(relay): State<Relay>,
    Caller(device): Caller,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>> {
    let place = relay.traffic().stream(device.number)?;
    let stream = async_stream::stream! {
        let _place = place;
        let (mut changes, mut stopping) = (relay.changes(), relay.stopping());
        let mut listener = Listener { number: device.number, rights: None };
        let mut told = String::new();
        loop {
            // Before reading: a change that comes while we read wakes us again.
            changes.borrow_and_update();
            let mut pause = LOOK_AGAIN;
            match listener.heads(&relay).await {
                Ok(Some(heads)) if heads != told => {
                    yield Ok(Event::default().event("heads").data(&heads));
                    told = heads;
                }
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(error) => {
                    tracing::warn!(%error, "heads could not be read");
                    pause = AFTER_FAILURE;
                }
            }
            tokio::select! {
                _ = changes.changed() => {}
                _ = tokio::time::sleep(pause) => {}
                _ = stopping.wait_for(|stopping| *stopping) => break,
            }
        }
    };
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

/// A device that listens, with its rights as they were when the store's rights last moved.
struct Listener {
    number: DeviceNumber,
    rights: Option<Known>,
}

struct Known {
    granted: Arc<Granted>,
    revision: u64,
    until: Instant,
}

impl Listener {
    /// The device's heads as JSON; `None` once it was removed. Most commits cost a listener no look at the store.
    async fn heads(&mut self, relay: &Relay) -> Result<Option<String>> {
        let heads = relay.heads().await?;
        let known = self.rights.take().filter(|known| known.revision == heads.rights && Instant::now() < known.until);
        let known = match known {
            Some(known) => known,
            None => match self.read_rights(relay).await? {
                Some(granted) => Known { granted, revision: heads.rights, until: Instant::now() + LOOK_AGAIN },
                None => return Ok(None),
            },
        };
        let told = serde_json::to_string(&heads_of(&heads, &known.granted)).ok();
        self.rights = Some(known);
        Ok(told)
    }

    async fn read_rights(&self, relay: &Relay) -> Result<Option<Arc<Granted>>> {
        let (number, day, cache) = (self.number, day_of(relay.now_ms()), relay.clone());
        let rights = relay.read(move |tx| match tx.device(number)?.filter(|device| !device.is_revoked) {
            Some(device) => cache.rights().granted(tx, &device.holder, &day).map(Some),
            None => Ok(None),
        });
        rights.await
    }
}
