//! `GET /v1/changes`: server-sent events that tell a device when there is something to pull. Only heads travel, and
//! only those of its own grants.

use super::caller::Caller;
use crate::clock::now_ms;
use crate::error::Result;
use crate::relay::Relay;
use crate::rights::grants_of;
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::Stream;
use std::convert::Infallible;
use std::time::Duration;
use sync_protocol::DeviceNumber;
use sync_protocol::day::day_of;

const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// Rights begin and end with days as well as with edits.
const LOOK_AGAIN: Duration = Duration::from_secs(60);
const AFTER_FAILURE: Duration = Duration::from_secs(1);

pub async fn changes(
    State(relay): State<Relay>,
    Caller(device): Caller,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let number = device.number;
    let stream = async_stream::stream! {
        let (mut changes, mut stopping) = (relay.changes(), relay.stopping());
        let mut told = String::new();
        loop {
            // Before reading: a change that comes while we read wakes us again.
            changes.borrow_and_update();
            let mut pause = LOOK_AGAIN;
            match heads(&relay, number).await {
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
    Sse::new(stream).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
}

/// The device's heads as JSON; `None` once it was removed.
async fn heads(relay: &Relay, number: DeviceNumber) -> Result<Option<String>> {
    let day = day_of(now_ms());
    let heads = relay.read(move |tx| {
        let Some(device) = tx.device(number)?.filter(|device| !device.is_revoked) else { return Ok(None) };
        let grants = grants_of(tx, &device.holder, &day)?;
        crate::pull::heads(tx, &grants).map(Some)
    });
    Ok(heads.await?.and_then(|heads| serde_json::to_string(&heads).ok()))
}
