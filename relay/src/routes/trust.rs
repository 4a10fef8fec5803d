//! `GET /v1/trust`: who may vouch for the relay's certificate. No secret, so it is asked without a token.

use crate::error::Result;
use crate::relay::Relay;
use axum::Json;
use axum::extract::State;
use sync_protocol::messages::{Trust, trust_proof};

pub async fn trust(State(relay): State<Relay>) -> Result<Json<Trust>> {
    // Devices take no word that is older than one they took: a wrong year here would be the last they believe.
    let as_of_ms = super::time::sure_ms(&relay)?;
    let authorities = relay.authorities().spelled();
    let proof = relay.identity().key.sign(&trust_proof(&authorities, as_of_ms));
    Ok(Json(Trust { authorities, as_of_ms, proof }))
}
