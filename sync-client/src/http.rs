//! The transport over HTTP. What answers must prove to be the relay before a byte of it is believed.

use crate::clock::{Corrected, machine_ms};
use crate::error::{Result, SyncError};
use crate::transport::{BlobPart, Changes, Transport};
use crate::trust::{self, Anchors, Dates};
use eventsource_stream::Eventsource;
use futures_util::StreamExt;
use reqwest::header::{ACCEPT, CONTENT_ENCODING, CONTENT_RANGE, CONTENT_TYPE, RANGE};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;
use sync_protocol::blobs::{BlobAnswer, BlobHash, MAX_BLOB_BYTES};
use sync_protocol::messages::{
    ASKER_HEADER, BODY_HASH_HEADER, CompareAnswer, CompareRequest, EnrolAnswer, EnrolRequest, ErasureAnswer,
    ErasureRequest, Heads, History, Me, OWN_CLOCK_HEADER, PullAnswer, PullRequest, PushAnswer, PushRequest,
    RenewAnswer, SignInAnswer, SignInRequest, TimeAnswer, Trust,
};
use sync_protocol::problem::Problem;
use sync_protocol::{Epoch, RecordKey};

/// Bodies below this travel as they are: packing would not make them fewer packets.
const WORTH_PACKING_BYTES: usize = 512;
/// What packs tighter than this travels as it is too: the relay would take it for a trap and refuse it, time and again.
const TIGHTEST: usize = 100;
/// A day's edits pack in milliseconds at this level, also on an old tablet.
const PACKING_LEVEL: i32 = 6;
/// An answer that took longer says too little about the moment it was given at.
const TIME_WITHIN: Duration = Duration::from_secs(10);

pub struct Http {
    /// Replaced when the relay announces other authorities.
    line: RwLock<Line>,
    relay: String,
    token: RwLock<Option<String>>,
    clock: Corrected,
}

#[derive(Clone)]
struct Line {
    client: Client,
    anchors: Anchors,
}

impl Http {
    pub fn new(relay: &str, token: Option<String>, anchors: Anchors) -> Result<Self> {
        Self::by_clock(relay, token, anchors, Corrected::default())
    }

    /// As [`Self::new`], where the corrected clock is known already.
    pub fn by_clock(relay: &str, token: Option<String>, anchors: Anchors, clock: Corrected) -> Result<Self> {
        let client = trust::client(relay, &anchors, &Dates::Corrected(clock.clone()))?;
        let line = RwLock::new(Line { client, anchors });
        Ok(Self { line, relay: relay.trim_end_matches('/').to_owned(), token: RwLock::new(token), clock })
    }

    fn line(&self) -> Line {
        self.line.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn call<Q: Serialize + Sync, A: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&Q>,
    ) -> Result<A> {
        let response = self.send(method, path, body).await?;
        self.told(response).await
    }

    /// What an answer says, once it is known to be what the relay wrote, to the byte.
    async fn told<A: DeserializeOwned>(&self, response: Response) -> Result<A> {
        let vouched = response.headers().get(BODY_HASH_HEADER).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let bytes = response.bytes().await.map_err(|error| unreachable(&self.relay, &error))?;
        if vouched != Some(BlobHash::of(&bytes).to_string()) {
            return Err(self.not_the_relay());
        }
        // An answer of another form is not the relay's either: a newer relay's, perhaps.
        serde_json::from_slice(&bytes).map_err(|_| self.not_the_relay())
    }

    async fn send<Q: Serialize + Sync>(&self, method: Method, path: &str, body: Option<&Q>) -> Result<Response> {
        let mut request = self.request(method, path);
        if let Some(body) = body {
            request =
                packed(request.header(CONTENT_TYPE, "application/json"), body).map_err(|_| self.not_the_relay())?;
        }
        if path == "/v1/changes" {
            request = request.header(ACCEPT, "text/event-stream");
        }
        self.answer(request, &["application/json", "text/event-stream"]).await
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.line().client.request(method, format!("{}{path}", self.relay));
        match &*self.token.read().unwrap_or_else(PoisonError::into_inner) {
            Some(token) => request.bearer_auth(token).header(OWN_CLOCK_HEADER, machine_ms()),
            None => request,
        }
    }

    /// The answer, where it is of one of these types; the relay's refusal, where it is that.
    async fn answer(&self, request: RequestBuilder, types: &[&str]) -> Result<Response> {
        let response = request.send().await.map_err(|error| unreachable(&self.relay, &error))?;
        let content_type =
            response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        match (response.status().is_success(), content_type.split(';').next().unwrap_or_default()) {
            (true, own) if types.contains(&own) => Ok(response),
            (false, "application/problem+json") => {
                let problem: Problem = self.told(response).await?;
                Err(SyncError::Problem(problem))
            }
            _ => Err(self.not_the_relay()),
        }
    }

    fn not_the_relay(&self) -> SyncError {
        SyncError::NotTheRelay { relay: self.relay.clone() }
    }
}

/// `bytes 5-9/10`: how long all of it is, and where this part of it begins.
fn stretch(range: &str) -> (Option<u64>, Option<u64>) {
    let parts = range.strip_prefix("bytes ").and_then(|rest| rest.split_once('/'));
    let Some((place, whole)) = parts else { return (None, None) };
    (whole.parse().ok(), place.split_once('-').and_then(|(from, _)| from.parse().ok()))
}

/// Sets a body as JSON, packed where that pays.
fn packed<Q: Serialize>(request: RequestBuilder, body: &Q) -> std::io::Result<RequestBuilder> {
    let bytes = serde_json::to_vec(body)?;
    if bytes.len() < WORTH_PACKING_BYTES {
        return Ok(request.body(bytes));
    }
    let packed = zstd::encode_all(bytes.as_slice(), PACKING_LEVEL)?;
    if bytes.len() > packed.len() * TIGHTEST {
        return Ok(request.body(bytes));
    }
    Ok(request.header(CONTENT_ENCODING, "zstd").body(packed))
}

fn unreachable(relay: &str, error: &reqwest::Error) -> SyncError {
    if let Some(fault) = trust::fault(error) {
        return SyncError::NotTrusted { relay: relay.to_owned(), fault };
    }
    // The cause, not the whole chain: addresses in it would repeat `relay`.
    let reason = if error.is_timeout() {
        "no answer in time"
    } else if error.is_connect() {
        "no connection"
    } else {
        "the connection broke"
    };
    SyncError::Unreachable { relay: relay.to_owned(), reason: reason.to_owned() }
}

impl Transport for Http {
    async fn enrol(&self, request: &EnrolRequest) -> Result<EnrolAnswer> {
        self.call(Method::POST, "/v1/enrol", Some(request)).await
    }
    async fn me(&self, epoch: Option<Epoch>) -> Result<Me> {
        let path = epoch.map_or_else(|| "/v1/me".to_owned(), |epoch| format!("/v1/me?epoch={epoch}"));
        self.call(Method::GET, &path, None::<&()>).await
    }
    async fn push(&self, request: &PushRequest) -> Result<PushAnswer> {
        self.call(Method::POST, "/v1/push", Some(request)).await
    }
    async fn pull(&self, request: &PullRequest) -> Result<PullAnswer> {
        self.call(Method::POST, "/v1/pull", Some(request)).await
    }
    async fn compare(&self, request: &CompareRequest) -> Result<CompareAnswer> {
        self.call(Method::POST, "/v1/compare", Some(request)).await
    }
    async fn trust(&self) -> Result<Option<Trust>> {
        if !self.relay.starts_with("https://") {
            return Ok(None);
        }
        self.call(Method::GET, "/v1/trust", None::<&()>).await.map(Some)
    }
    async fn follow(&self, authorities: Vec<Vec<u8>>) -> Result<()> {
        // Tried without the token on a connection of its own: an operator's slip locks nobody out.
        let tried = Self::by_clock(&self.relay, None, Anchors::Authorities(authorities), self.clock.clone())?;
        tried.trust().await?;
        *self.line.write().unwrap_or_else(PoisonError::into_inner) = tried.line();
        Ok(())
    }
    async fn time(&self, nonce: &str) -> Result<TimeAnswer> {
        // On a connection of its own, without the token.
        let client = trust::client(&self.relay, &self.line().anchors, &Dates::AsTheyStand)?;
        let request = client.get(format!("{}/v1/time?nonce={nonce}", self.relay));
        let response = self.answer(request.timeout(TIME_WITHIN), &["application/json"]).await?;
        self.told(response).await
    }
    async fn renew(&self) -> Result<RenewAnswer> {
        self.call(Method::POST, "/v1/renew", None::<&()>).await
    }
    fn take_token(&self, token: String) {
        *self.token.write().unwrap_or_else(PoisonError::into_inner) = Some(token);
    }
    fn correct_clock(&self, offset_ms: i64) {
        self.clock.set(offset_ms);
    }
    async fn sign_in(&self, request: &SignInRequest) -> Result<SignInAnswer> {
        self.call(Method::POST, "/v1/sign-in", Some(request)).await
    }
    async fn history(&self, record: &RecordKey, asker: Option<&str>) -> Result<History> {
        let mut request = self.request(Method::GET, &format!("/v1/records/{}/{}/history", record.kind, record.id));
        if let Some(asker) = asker {
            request = request.header(ASKER_HEADER, asker);
        }
        let response = self.answer(request, &["application/json"]).await?;
        self.told(response).await
    }
    async fn erase(&self, request: &ErasureRequest, asker: Option<&str>) -> Result<ErasureAnswer> {
        let mut call = self.request(Method::POST, "/v1/erasures").json(request);
        if let Some(asker) = asker {
            call = call.header(ASKER_HEADER, asker);
        }
        let response = self.answer(call, &["application/json"]).await?;
        self.told(response).await
    }
    async fn put_blob(&self, name: BlobHash, from: u64, bytes: &[u8], whole: u64) -> Result<BlobAnswer> {
        let place = match (bytes.len() as u64).checked_sub(1) {
            Some(last) => format!("bytes {from}-{}/{whole}", from + last),
            None => format!("bytes */{whole}"),
        };
        let request = self.request(Method::PUT, &format!("/v1/blobs/{name}"));
        let request = request.header(CONTENT_RANGE, place).header(CONTENT_TYPE, "application/octet-stream");
        let response = self.answer(request.body(bytes.to_vec()), &["application/json"]).await?;
        self.told(response).await
    }
    async fn get_blob(&self, name: BlobHash, from: u64) -> Result<BlobPart> {
        let request = self.request(Method::GET, &format!("/v1/blobs/{name}")).header(RANGE, format!("bytes={from}-"));
        let response = self.answer(request, &["image/jpeg"]).await?;
        let (whole, at) = match response.headers().get(CONTENT_RANGE) {
            None => (response.content_length(), Some(0)),
            Some(range) => stretch(range.to_str().unwrap_or_default()),
        };
        let whole = whole.filter(|whole| *whole <= MAX_BLOB_BYTES && at == Some(from));
        let whole = whole.ok_or_else(|| self.not_the_relay())?;
        let (mut bytes, mut stream) = (Vec::new(), response.bytes_stream());
        while let Some(piece) = stream.next().await {
            match piece {
                Ok(piece) => bytes.extend_from_slice(&piece),
                // What came before the line broke is kept; the next try goes on behind it.
                Err(_) if !bytes.is_empty() => break,
                Err(error) => return Err(unreachable(&self.relay, &error)),
            }
            if bytes.len() as u64 > whole - from {
                return Err(self.not_the_relay());
            }
        }
        if bytes.is_empty() { Err(self.not_the_relay()) } else { Ok(BlobPart { bytes, whole }) }
    }
    async fn changes(&self) -> Result<Changes> {
        let response = self.send(Method::GET, "/v1/changes", None::<&()>).await?;
        let relay = self.relay.clone();
        let heads = response.bytes_stream().eventsource().map(move |event| {
            let event = event
                .map_err(|_| SyncError::Unreachable { relay: relay.clone(), reason: "the connection broke".into() })?;
            serde_json::from_str::<Heads>(&event.data).map_err(|_| SyncError::NotTheRelay { relay: relay.clone() })
        });
        Ok(Box::pin(heads))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoding(body: &str) -> Option<String> {
        let request = packed(Client::new().post("http://127.0.0.1/"), &body).unwrap().build().unwrap();
        request.headers().get(CONTENT_ENCODING).map(|value| value.to_str().unwrap().to_owned())
    }

    #[test]
    fn bodies_are_packed_unless_that_gains_nothing_or_looks_like_a_trap() {
        drop(rustls::crypto::ring::default_provider().install_default());
        assert_eq!(encoding("short"), None);
        let words: String = (0..40_000).map(|n| format!("门牌{n} ")).collect();
        assert_eq!(encoding(&words).as_deref(), Some("zstd"));
        // Somebody leant on a key: legal, and the relay has to take it.
        assert_eq!(encoding(&"啊".repeat(200_000)), None);
    }
}
