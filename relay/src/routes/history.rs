//! `GET /v1/records/{kind}/{id}/history`: who changed what of a record, by the rights of the person who asks.

use super::caller::Caller;
use crate::error::{RelayError, Result};
use crate::history;
use crate::relay::Relay;
use crate::sessions::asker;
use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use sync_protocol::day::day_of;
use sync_protocol::messages::{ASKER_HEADER, History};
use sync_protocol::{Code, RecordId, RecordKey};

pub async fn history(
    State(relay): State<Relay>,
    Caller(device): Caller,
    headers: HeaderMap,
    path: Result<Path<(String, RecordId)>, PathRejection>,
) -> Result<Json<History>> {
    let not_there = || RelayError::refused(Code::NotThere, "there is no such record");
    let Path((kind, id)) = path.map_err(|_| not_there())?;
    let key = RecordKey::new(kind, id);
    let token = headers.get(ASKER_HEADER).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let (now_ms, schema, cache) = (relay.now_ms(), relay.schema(), relay.clone());
    let found = relay.read(move |tx| {
        let asker = asker(tx, &device, token.as_deref(), now_ms)?;
        let granted = cache.rights().granted(tx, &asker, &day_of(now_ms))?;
        history::of(tx, schema, &key, &granted)
    });
    found.await?.map(Json).ok_or_else(not_there)
}
