//! Every answer in JSON says its own hash, so that one which was changed on its way is not believed (F14).

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sync_protocol::blobs::BlobHash;
use sync_protocol::messages::BODY_HASH_HEADER;

/// Adds the hash of what is answered, before it is packed. Streams and photos pass as they are: the first only say that
/// something moved, and the second are named by their hash.
pub async fn vouch(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let media = response.headers().get(header::CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    if !(media.starts_with(b"application/json") || media.starts_with(b"application/problem+json")) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    // What the relay itself wrote is in memory already.
    let Ok(bytes) = to_bytes(body, usize::MAX).await else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    if let Ok(hash) = HeaderValue::from_str(&BlobHash::of(&bytes).to_string()) {
        parts.headers.insert(BODY_HASH_HEADER, hash);
    }
    Response::from_parts(parts, Body::from(bytes))
}
