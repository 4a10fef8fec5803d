//! `GET /v1/time?nonce=`: what time it is, signed by the relay's own key and asked without a token.

use crate::error::{RelayError, Result};
use crate::gate::spread;
use crate::relay::Relay;
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::Deserialize;
use sync_protocol::Code;
use sync_protocol::messages::{MAX_TIME_NONCE, TimeAnswer, time_proof};

#[derive(Deserialize)]
pub struct Asked {
    nonce: String,
}

pub async fn time(State(relay): State<Relay>, asked: Result<Query<Asked>, QueryRejection>) -> Result<Json<TimeAnswer>> {
    let nonce = asked.ok().map(|Query(asked)| asked.nonce);
    // A line break in it could make a signature over something else than it seems.
    let is_plain = |nonce: &String| nonce.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    let nonce = nonce.filter(|nonce| (1..=MAX_TIME_NONCE).contains(&nonce.len()) && is_plain(nonce));
    let nonce = nonce.ok_or_else(|| {
        RelayError::refused(Code::RequestInvalid, "`nonce` is 1 to 64 letters, digits, hyphens and underscores")
    })?;
    let time_ms = sure_ms(&relay)?;
    let signing = relay.clone();
    let answer = relay.compute(move || {
        let key = &signing.identity().key;
        let proof = key.sign(&time_proof(&nonce, time_ms));
        TimeAnswer { nonce, time_ms, relay_key: key.public.clone(), proof }
    });
    Ok(Json(answer.await?))
}

/// The time, unless the clock is in doubt.
pub fn sure_ms(relay: &Relay) -> Result<u64> {
    match relay.told_ms() {
        0 => Err(RelayError::wait(Code::ClockUnsure, "the relay doubts its own clock", spread(30, 60))),
        sure => Ok(sure),
    }
}
