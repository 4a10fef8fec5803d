//! A body of JSON, received within limits (F33): in time, in memory that all bodies share, and not deeper or larger
//! once unpacked than anything legal.

use crate::error::{RelayError, Result};
use crate::relay::Relay;
use crate::traffic::BodyMemory;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;
use std::io::Read;
use std::time::Duration;
use sync_protocol::Code;

/// Counted after unpacking, so that a small body cannot grow without end.
pub const MAX_BODY_BYTES: usize = 8 * 1024 * 1024;
/// Edits pack at most thirty to one. Small bodies are let off: there is nothing to gain with them.
const MAX_RATIO: usize = 100;
const RATIO_FREE_BYTES: usize = 256 * 1024;
/// A decoder keeps its window in memory before a single byte comes out.
const MAX_WINDOW_LOG: u32 = 23;
/// An edit of the deepest legal value needs half of it.
const MAX_DEPTH: usize = 32;
/// The longest silence within a body, and the longest time for all of it: 8 MiB would take 2G twenty minutes, a day's
/// edits take it half of one.
const SILENCE: Duration = Duration::from_secs(20);
const ALL_WITHIN: Duration = Duration::from_secs(300);

/// What the call takes, and the memory it was received into, which is given back when the call is done.
pub struct JsonBody<T>(pub T, pub BodyMemory);

impl<T: DeserializeOwned> FromRequest<Relay> for JsonBody<T> {
    type Rejection = RelayError;

    async fn from_request(request: Request, relay: &Relay) -> Result<Self> {
        let is_packed = check_head(request.headers())?;
        let mut memory = relay.traffic().body_memory();
        let received = tokio::time::timeout(ALL_WITHIN, receive(request.into_body(), &mut memory));
        let mut bytes = received.await.map_err(|_| too_slow())??;
        if is_packed {
            bytes = unpack(&bytes, &mut memory)?;
        }
        if depth(&bytes) > MAX_DEPTH {
            return Err(RelayError::refused(Code::RequestInvalid, "the body nests too deep"));
        }
        // Every call takes an object; the parser would also take its fields as a list without names.
        if bytes.trim_ascii_start().first() != Some(&b'{') {
            return Err(RelayError::refused(Code::RequestInvalid, "the body is not a JSON object"));
        }
        match serde_json::from_slice(&bytes) {
            Ok(body) => Ok(Self(body, memory)),
            // The words of the parser could repeat personal values.
            Err(error) => {
                let place = format!("line {} column {}", error.line(), error.column());
                Err(RelayError::refused(
                    Code::RequestInvalid,
                    &format!("the body is not what this call takes: {place}"),
                ))
            }
        }
    }
}

/// Whether the body is packed with zstd; an error where it is something else than JSON.
fn check_head(headers: &HeaderMap) -> Result<bool> {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("?").trim());
    let unsupported = |title| RelayError::refused_as(415, Code::RequestInvalid, title);
    let media = text(header::CONTENT_TYPE).and_then(|value| value.split(';').next());
    if media.is_some_and(|media| !media.trim().eq_ignore_ascii_case("application/json")) {
        return Err(unsupported("the body must be application/json"));
    }
    match text(header::CONTENT_ENCODING) {
        None | Some("identity") => Ok(false),
        Some("zstd") => Ok(true),
        Some(_) => Err(unsupported("the body may be packed with zstd only")),
    }
}

async fn receive(mut body: Body, memory: &mut BodyMemory) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    while let Some(frame) = tokio::time::timeout(SILENCE, body.frame()).await.map_err(|_| too_slow())? {
        let frame = frame.map_err(|_| RelayError::refused(Code::RequestInvalid, "the body broke off"))?;
        let data: Bytes = frame.into_data().unwrap_or_default();
        if bytes.len() + data.len() > MAX_BODY_BYTES {
            discard(body).await;
            return Err(too_large());
        }
        memory.grow(data.len())?;
        bytes.extend_from_slice(&data);
    }
    Ok(bytes)
}

/// Hears out a body that is somewhat too large: a connection closed while somebody writes tells them nothing, and they
/// would send the same again.
async fn discard(mut body: Body) {
    let mut left = 2 * MAX_BODY_BYTES;
    while let Ok(Some(Ok(frame))) = tokio::time::timeout(SILENCE, body.frame()).await {
        let Some(rest) = left.checked_sub(frame.data_ref().map_or(0, Bytes::len)) else { return };
        left = rest;
    }
}

fn unpack(packed: &[u8], memory: &mut BodyMemory) -> Result<Vec<u8>> {
    let broken = || RelayError::refused(Code::RequestInvalid, "the body is not zstd");
    let mut decoder = zstd::stream::read::Decoder::with_buffer(packed).map_err(|_| broken())?;
    decoder.window_log_max(MAX_WINDOW_LOG).map_err(|_| broken())?;
    let most = MAX_BODY_BYTES.min((packed.len() * MAX_RATIO).max(RATIO_FREE_BYTES));
    let (mut bytes, mut piece) = (Vec::new(), vec![0; 64 * 1024]);
    loop {
        let count = decoder.read(&mut piece).map_err(|_| broken())?;
        let Some(read) = piece.get(..count).filter(|read| !read.is_empty()) else { return Ok(bytes) };
        if bytes.len() + count > most {
            return Err(too_large());
        }
        memory.grow(count)?;
        bytes.extend_from_slice(read);
    }
}

/// How deep lists and objects nest, without parsing: a parser would already have spent its stack.
fn depth(json: &[u8]) -> usize {
    let (mut open, mut deepest, mut in_text, mut escaped) = (0usize, 0, false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => {
                open += 1;
                deepest = deepest.max(open);
            }
            b']' | b'}' if !in_text => open = open.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

fn too_large() -> RelayError {
    RelayError::refused(Code::RequestTooLarge, "the body is larger than 8 MiB, or packed a hundred to one")
}

fn too_slow() -> RelayError {
    RelayError::refused_as(408, Code::RequestInvalid, "the body came too slowly")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f33_depth_counts_brackets_but_not_those_in_texts() {
        assert_eq!(depth(br#"{"a":[1,{"b":"[[[\"[["}],"c":{}}"#), 3);
        assert_eq!(depth("[".repeat(100_000).as_bytes()), 100_000);
        assert_eq!(depth(b"7"), 0);
    }
}
