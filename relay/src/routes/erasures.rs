//! `POST /v1/erasures`: everything held on a resident goes, at the word of a supervisor of where they live.

use super::body::JsonBody;
use super::caller::Caller;
use crate::erasing::Erasure;
use crate::error::{RelayError, Result};
use crate::relay::Relay;
use crate::rights::assignments_of;
use crate::sessions::asker;
use crate::store::{Holder, Tx};
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use std::collections::BTreeSet;
use sync_protocol::day::day_of;
use sync_protocol::messages::{ASKER_HEADER, ErasureAnswer, ErasureRequest};
use sync_protocol::policy::may_erase;
use sync_protocol::{ChannelFacet, Code, RecordId, RecordKey};

pub async fn erase(
    State(relay): State<Relay>,
    Caller(device): Caller,
    headers: HeaderMap,
    JsonBody(request, _memory): JsonBody<ErasureRequest>,
) -> Result<Json<ErasureAnswer>> {
    let token = headers.get(ASKER_HEADER).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let (now_ms, cache, number) = (relay.now_ms(), relay.clone(), device.number);
    let resident = request.resident;
    let by = relay.read(move |tx| {
        let holder = asker(tx, &device, token.as_deref(), now_ms)?;
        let granted = cache.rights().granted(tx, &holder, &day_of(now_ms))?;
        let Holder::Person(person) = holder else { return Err(not_allowed()) };
        check(tx, resident, person, &granted.facets, &day_of(now_ms))?;
        Ok(person)
    });
    let by = by.await?;
    let erasure = Erasure { resident, reason: request.reason, by, device: number, at_ms: now_ms };
    let records = relay.compute({
        let relay = relay.clone();
        move || relay.erase(&erasure)
    });
    Ok(Json(ErasureAnswer { records: records.await?? }))
}

/// Whether they may: of what they may not see they hear that it is not there.
fn check(tx: &dyn Tx, resident: RecordId, person: RecordId, facets: &BTreeSet<ChannelFacet>, day: &str) -> Result<()> {
    let not_there = || RelayError::refused(Code::NotThere, "there is no such resident");
    let held = tx.record(&RecordKey::new("resident", resident))?.ok_or_else(not_there)?;
    let at = |channel: &sync_protocol::Channel| ChannelFacet { channel: channel.clone(), facet: held.placement.facet };
    if !held.placement.channels.iter().any(|channel| facets.contains(&at(channel))) {
        return Err(not_there());
    }
    let assignments = assignments_of(tx, person)?;
    match may_erase(&assignments, &held.placement.channels, day) {
        true => Ok(()),
        false => Err(not_allowed()),
    }
}

fn not_allowed() -> RelayError {
    RelayError::refused(Code::NeverAllowed, "only a supervisor of where they live may erase somebody")
}
