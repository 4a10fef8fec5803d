//! `POST /v1/devices/{number}/revoke`: an administrator at a console removes a tablet or console that was lost or handed back.

use super::body::JsonBody;
use super::caller::Caller;
use crate::error::{RelayError, Result};
use crate::ledger::Entry;
use crate::relay::Relay;
use crate::removal;
use crate::store::Holder;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use sync_protocol::{Code, DeviceNumber};

/// What the administrator was given at sign-in.
#[derive(Deserialize)]
pub struct RevokeRequest {
    token: String,
}

/// Repeated, it is no error: the answer may have been lost.
pub async fn revoke(
    State(relay): State<Relay>,
    Caller(console): Caller,
    number: Result<Path<u32>, PathRejection>,
    JsonBody(request, _memory): JsonBody<RevokeRequest>,
) -> Result<StatusCode> {
    let not_there = || RelayError::refused(Code::NotThere, "there is no such call");
    if !matches!(console.holder, Holder::Console(_)) {
        return Err(not_there());
    }
    let Path(number) = number.map_err(|_| not_there())?;
    let (device, now_ms) = (DeviceNumber(number), relay.now_ms());
    relay
        .write(move |tx| {
            removal::check(tx, &console, &request.token, device, now_ms)?;
            tx.revoke(device)
        })
        .await?;
    relay.remember(Entry::Revoked { device }).await?;
    tracing::warn!(device = number, "a device was removed");
    Ok(StatusCode::NO_CONTENT)
}
