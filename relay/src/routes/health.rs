//! `GET /healthz`: whether the relay can read its store. Says nothing else, as anybody may ask.

use crate::error::Result;
use crate::relay::Relay;
use axum::Json;
use axum::extract::State;

pub async fn healthz(State(relay): State<Relay>) -> Result<Json<serde_json::Value>> {
    relay.read(|tx| tx.meta("epoch")).await?;
    Ok(Json(serde_json::json!({ "status": "ok", "service": "linli-relay", "version": env!("CARGO_PKG_VERSION") })))
}
