//! What happens around every call: it is counted, timed and logged, and whoever calls too often is stopped before
//! their body is read. The log names the route, never the path as it was sent, which may hold anything.

use crate::error::RelayError;
use crate::keys::token_hash;
use crate::relay::Relay;
use crate::serving::Peer;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

/// The number of the device that calls, once it is known.
#[derive(Clone, Default)]
pub struct CallingDevice(pub Arc<OnceLock<u32>>);

pub async fn observe(State(relay): State<Relay>, mut request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let method = method_name(request.method());
    let route =
        request.extensions().get::<MatchedPath>().map_or_else(|| "other".to_owned(), |at| at.as_str().to_owned());
    let device = CallingDevice::default();
    request.extensions_mut().insert(device.clone());
    let response = match check_rate(&relay, &request) {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    };
    let (status, taken) = (response.status().as_u16(), begun.elapsed());
    let labels = [("route", route.clone()), ("method", method.to_owned()), ("status", status.to_string())];
    metrics::counter!("linli_requests_total", &labels).increment(1);
    metrics::histogram!("linli_request_seconds", "route" => route.clone()).record(taken.as_secs_f64());
    let (device, ms) = (device.0.get().copied(), taken.as_millis() as u64);
    // Asked every few seconds by whoever watches the relay.
    if matches!(route.as_str(), "/healthz" | "/readyz" | "/metrics") && status < 500 {
        tracing::debug!(method, route, status, ms, "call");
    } else {
        tracing::info!(method, route, status, ms, device, "call");
    }
    response
}

fn check_rate(relay: &Relay, request: &Request) -> Result<(), RelayError> {
    let fairness = &relay.traffic().fairness;
    match (bearer(request.headers()), request.extensions().get::<Peer>()) {
        (Some(token), _) => fairness.check_device(&token_hash(token)),
        (None, Some(Peer(address))) => fairness.check_address(*address),
        (None, None) => Ok(()),
    }
}

/// The token that came with a call.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

/// One of a few: a label that callers could choose freely would grow without end.
fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
