//! `GET /healthz`, `/readyz` and `/metrics`: how the relay is. They say nothing of the store's contents, as anybody may
//! ask the first two; the third is for this machine.

use crate::error::{RelayError, Result};
use crate::measuring;
use crate::relay::Relay;
use crate::serving::Peer;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde_json::{Value, json};
use std::time::Duration;
use sync_protocol::Code;

/// After a full disk, a write is tried no more often than this to see whether there is room again.
const TRY_AGAIN: Duration = Duration::from_secs(1);

/// Alive: the store can be read.
pub async fn healthz(State(relay): State<Relay>) -> Result<Json<Value>> {
    relay.read(|tx| tx.meta("epoch")).await?;
    Ok(Json(json!({ "status": "ok", "service": "linli-relay", "version": env!("CARGO_PKG_VERSION") })))
}

/// Ready for calls: not stopping, and the store takes writes (F4).
pub async fn readyz(State(relay): State<Relay>) -> Result<Json<Value>> {
    if *relay.stopping().borrow() {
        return Err(RelayError::wait(Code::Unavailable, "the relay is stopping", 5));
    }
    match relay.disk_fault() {
        None => drop(relay.read(|tx| tx.meta("epoch")).await?),
        Some(since) if since.elapsed() < TRY_AGAIN => {
            return Err(RelayError::wait(Code::Unavailable, "the store takes no writes", 5));
        }
        Some(_) => relay.write(|tx| tx.put_meta("ready", b"1")).await?,
    }
    // Records move all the same: with a wrong clock only orders by it and the time are withheld.
    Ok(Json(match relay.clock().doubt(relay.now_ms()) {
        None => json!({ "status": "ready" }),
        Some(doubt) => json!({ "status": "ready", "alarm": doubt.to_string() }),
    }))
}

/// Only for this machine, and not through a proxy on it: how many calls there are is nobody else's business.
pub async fn metrics(peer: Option<Extension<Peer>>, headers: HeaderMap) -> Response {
    let is_here = peer.is_some_and(|Extension(Peer(address))| address.is_loopback());
    let through_proxy = headers.contains_key(header::FORWARDED) || headers.contains_key("x-forwarded-for");
    match measuring::handle() {
        Some(handle) if is_here && !through_proxy => {
            ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], handle.render()).into_response()
        }
        _ => RelayError::refused(Code::NotThere, "there is no such call").into_response(),
    }
}
