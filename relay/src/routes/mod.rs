//! The calls of the relay over HTTP. A route asks who calls and whether they may, and then makes one store call.

mod blobs;
mod body;
mod caller;
mod changes;
mod devices;
mod enrol;
mod erasures;
mod health;
mod history;
mod me;
mod observe;
pub mod openapi;
mod renew;
mod sign_in;
mod sync;
mod time;
mod trust;
mod vouch;

use crate::error::RelayError;
use crate::relay::Relay;
use axum::Router;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use sync_protocol::Code;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::set_header::SetResponseHeaderLayer;

/// How hard zstd tries: bytes are dearer to a tablet on a phone's line than the relay's processor is to us.
const PACKED: CompressionLevel = CompressionLevel::Precise(6);

/// Every call, ready to be served.
pub fn router(relay: Relay) -> Router {
    Router::new()
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(health::metrics))
        .route("/v1/enrol", post(enrol::enrol))
        .route("/v1/trust", get(trust::trust))
        .route("/v1/time", get(time::time))
        .route("/v1/me", get(me::me))
        .route("/v1/renew", post(renew::renew))
        .route("/v1/push", post(sync::push))
        .route("/v1/pull", post(sync::pull))
        .route("/v1/compare", post(sync::compare))
        .route("/v1/blobs/{sha256}", get(blobs::get).put(blobs::put))
        .route("/v1/erasures", post(erasures::erase))
        .route("/v1/records/{kind}/{id}/history", get(history::history))
        .route("/v1/changes", get(changes::changes))
        .route("/v1/devices/{number}/revoke", post(devices::revoke))
        .route("/v1/sign-in", post(sign_in::sign_in))
        .route("/v1/sign-out", post(sign_in::sign_out))
        .route("/v1/openapi.json", get(openapi::document))
        .fallback(not_there)
        .method_not_allowed_fallback(not_with_this_method)
        .layer(axum::middleware::from_fn_with_state(relay.clone(), observe::observe))
        .with_state(relay)
        .layer(axum::middleware::from_fn(vouch::vouch))
        .layer(CompressionLayer::new().quality(PACKED))
        // A proxy that kept an answer would show one device what another was given.
        .layer(SetResponseHeaderLayer::overriding(header::CACHE_CONTROL, HeaderValue::from_static("no-store")))
}

async fn not_there() -> RelayError {
    RelayError::refused(Code::NotThere, "there is no such call")
}

/// What is there, asked for in another way; the methods it takes are in the answer's `Allow`.
async fn not_with_this_method() -> RelayError {
    RelayError::refused_as(405, Code::NotThere, "the call takes another method")
}

impl IntoResponse for RelayError {
    fn into_response(self) -> Response {
        let problem = self.problem();
        if problem.status >= 500 {
            tracing::error!(code = problem.code.name(), cause = causes(&self), "a call failed");
        } else {
            tracing::debug!(code = problem.code.name(), "a call was refused");
        }
        let status = axum::http::StatusCode::from_u16(problem.status).unwrap_or_default();
        let mut response = (status, axum::Json(&problem)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = problem.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// An error with everything behind it, for the log. None of ours carries a value from a record.
fn causes(error: &RelayError) -> String {
    let mut words = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        words.push_str(": ");
        words.push_str(&cause.to_string());
        source = cause.source();
    }
    words
}
