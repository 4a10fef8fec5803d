//! `PUT` and `GET /v1/blobs/{sha256}`: photos move, a stretch of bytes at a time.

use super::caller::Caller;
use crate::blobs;
use crate::error::{RelayError, Result};
use crate::relay::Relay;
use crate::store::StoredDevice;
use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt;
use std::time::Duration;
use sync_protocol::Code;
use sync_protocol::blobs::{BlobAnswer, BlobHash, MAX_BLOB_BYTES, media_type};
use sync_protocol::day::day_of;

/// Bytes are written down once so many have come, or when the line breaks.
const GATHERED: usize = 64 * 1024;
/// One answer carries no more; a slow line then keeps what it got.
const MOST_AT_ONCE: u64 = 1024 * 1024;
const SILENCE: Duration = Duration::from_secs(20);

/// Takes bytes of a blob, and says how far it has come.
pub async fn put(
    State(relay): State<Relay>,
    Caller(device): Caller,
    Path(name): Path<String>,
    request: Request,
) -> Result<Json<BlobAnswer>> {
    let blob = blob_of(&name).ok_or_else(|| RelayError::refused(Code::NotThere, "there is no such blob"))?;
    let (from, whole) = stretch(request.headers())?;
    let giver = blobs::giver(&device.holder);
    let asked = giver.clone();
    if relay.read(move |tx| tx.is_giver(blob, &asked)).await? {
        return Ok(Json(BlobAnswer { held: whole, whole: true }));
    }
    if let Some((from, to)) = from {
        relay.traffic().fairness.check_bytes(device.number, to - from + 1)?;
        if from <= held(&relay, blob, &giver).await? {
            receive(&relay, blob, &giver, from, to, request.into_body()).await?;
        }
    }
    let held = held(&relay, blob, &giver).await?;
    if held < whole {
        return Ok(Json(BlobAnswer { held, whole: false }));
    }
    finish(&relay, blob, giver).await?;
    Ok(Json(BlobAnswer { held: whole, whole: true }))
}

/// Writes what comes, and what came before a line broke.
async fn receive(relay: &Relay, blob: BlobHash, giver: &str, from: u64, to: u64, mut body: Body) -> Result<()> {
    let (mut at, mut gathered) = (from, Vec::new());
    loop {
        let frame = match tokio::time::timeout(SILENCE, body.frame()).await {
            Ok(Some(Ok(frame))) => frame,
            end => {
                write(relay, blob, giver, at, gathered).await?;
                return match end {
                    Ok(None) => Ok(()),
                    Ok(Some(_)) => Err(RelayError::refused(Code::RequestInvalid, "the body broke off")),
                    Err(_) => Err(RelayError::refused_as(408, Code::RequestInvalid, "the body came too slowly")),
                };
            }
        };
        let data: Bytes = frame.into_data().unwrap_or_default();
        if at + (gathered.len() + data.len()) as u64 > to + 1 {
            return Err(RelayError::refused(Code::RequestInvalid, "more bytes than Content-Range says"));
        }
        gathered.extend_from_slice(&data);
        if gathered.len() >= GATHERED {
            let count = gathered.len() as u64;
            write(relay, blob, giver, at, std::mem::take(&mut gathered)).await?;
            at += count;
        }
    }
}

async fn write(relay: &Relay, blob: BlobHash, giver: &str, at: u64, bytes: Vec<u8>) -> Result<()> {
    if bytes.is_empty() {
        return Ok(());
    }
    let (files, giver) = (relay.clone(), giver.to_owned());
    relay.compute(move || files.blobs().write(blob, &giver, at, &bytes)).await?
}

async fn held(relay: &Relay, blob: BlobHash, giver: &str) -> Result<u64> {
    let (files, giver) = (relay.clone(), giver.to_owned());
    relay.compute(move || files.blobs().held(blob, &giver)).await?
}

async fn finish(relay: &Relay, blob: BlobHash, giver: String) -> Result<()> {
    let (files, by) = (relay.clone(), giver.clone());
    let bytes = relay.compute(move || files.blobs().finish(blob, &by)).await??;
    let now_ms = relay.now_ms();
    relay.write(move |tx| blobs::arrived(tx, blob, &giver, bytes, now_ms)).await
}

/// Gives a blob's bytes, from the first that is asked for on.
pub async fn get(
    State(relay): State<Relay>,
    Caller(device): Caller,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response> {
    // What is spelled wrong, unknown, half there, or not for the caller is the same to them: not there (F36).
    let not_there = || RelayError::refused(Code::NotThere, "there is no such blob");
    let blob = blob_of(&name).ok_or_else(not_there)?;
    if !may_read(&relay, device, blob).await? {
        return Err(not_there());
    }
    let from = wanted_from(&headers);
    let files = relay.clone();
    let read = relay.compute(move || files.blobs().read(blob, from.unwrap_or(0), MOST_AT_ONCE)).await??;
    let (bytes, whole) = read.ok_or_else(not_there)?;
    let (from, sent) = (from.unwrap_or(0), bytes.len() as u64);
    if sent == 0 {
        return Err(RelayError::refused_as(416, Code::RequestInvalid, "the blob is shorter than that"));
    }
    let head = relay.clone();
    let first = relay.compute(move || head.blobs().read(blob, 0, 16)).await??;
    let media = first.as_ref().and_then(|(bytes, _)| media_type(bytes)).unwrap_or("application/octet-stream");
    let is_all = from == 0 && sent == whole;
    let status = if is_all { StatusCode::OK } else { StatusCode::PARTIAL_CONTENT };
    let mut response = (status, bytes).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if !is_all && let Ok(range) = HeaderValue::from_str(&format!("bytes {from}-{}/{whole}", from + sent - 1)) {
        headers.insert(header::CONTENT_RANGE, range);
    }
    Ok(response)
}

async fn may_read(relay: &Relay, device: StoredDevice, blob: BlobHash) -> Result<bool> {
    let (cache, day) = (relay.clone(), day_of(relay.now_ms()));
    let may = relay.read(move |tx| {
        let granted = cache.rights().granted(tx, &device.holder, &day)?;
        blobs::may_read(tx, blob, &granted)
    });
    may.await
}

fn blob_of(name: &str) -> Option<BlobHash> {
    name.parse().ok()
}

type Stretch = (Option<(u64, u64)>, u64);

/// `bytes 0-99/250`, or `bytes */250` to ask how far it has come.
fn stretch(headers: &HeaderMap) -> Result<Stretch> {
    let invalid = || RelayError::refused(Code::RequestInvalid, "Content-Range must be `bytes FROM-TO/WHOLE`");
    let text = headers.get(header::CONTENT_RANGE).and_then(|value| value.to_str().ok()).ok_or_else(invalid)?;
    let (place, whole) = text.strip_prefix("bytes ").and_then(|rest| rest.split_once('/')).ok_or_else(invalid)?;
    let whole = number(whole).filter(|whole| *whole > 0).ok_or_else(invalid)?;
    if whole > MAX_BLOB_BYTES {
        return Err(RelayError::refused(Code::RequestTooLarge, "a blob has at most 4 MiB"));
    }
    if place == "*" {
        return Ok((None, whole));
    }
    let (from, to) =
        place.split_once('-').and_then(|(from, to)| Some((number(from)?, number(to)?))).ok_or_else(invalid)?;
    if from > to || to >= whole {
        return Err(invalid());
    }
    Ok((Some((from, to)), whole))
}

/// `bytes=100-`; every other form of Range is answered with the whole, as HTTP allows.
fn wanted_from(headers: &HeaderMap) -> Option<u64> {
    number(headers.get(header::RANGE)?.to_str().ok()?.strip_prefix("bytes=")?.strip_suffix('-')?)
}

fn number(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}
