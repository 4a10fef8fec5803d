//! `GET /v1/trust`: who may vouch for the relay's certificate. No secret, so it is asked without a token.

use crate::relay::Relay;
use axum::Json;
use axum::extract::State;
use sync_protocol::messages::{Trust, trust_proof};

pub async fn trust(State(relay): State<Relay>) -> Json<Trust> {
    let (authorities, as_of_ms) = (relay.authorities().spelled(), relay.now_ms());
    let proof = relay.identity().key.sign(&trust_proof(&authorities, as_of_ms));
    Json(Trust { authorities, as_of_ms, proof })
}
