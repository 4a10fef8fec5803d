//! `POST /v1/enrol`: a one-time code becomes a device.

use super::body::JsonBody;
use super::me::person_of;
use crate::district;
use crate::enrolment::{self, Enrolled};
use crate::error::{RelayError, Result};
use crate::ledger::Entry;
use crate::relay::Relay;
use axum::Json;
use axum::extract::State;
use sync_protocol::Code;
use sync_protocol::messages::{EnrolAnswer, EnrolRequest, enrol_proof};

const MAX_NONCE: usize = 200;
const MAX_VERSION: usize = 60;

pub async fn enrol(
    State(relay): State<Relay>,
    JsonBody(request, _memory): JsonBody<EnrolRequest>,
) -> Result<Json<EnrolAnswer>> {
    let now_ms = relay.now_ms();
    if relay.is_guessing(now_ms) {
        return Err(RelayError::wait(Code::TooManyRequests, "too many unknown codes were tried", 60));
    }
    if request.nonce.is_empty()
        || request.nonce.len() > MAX_NONCE
        || request.app_version.len() > MAX_VERSION
        || !crate::keys::is_public_key(&request.device_key)
    {
        return Err(RelayError::refused(Code::RequestInvalid, "not a device key, nonce or version"));
    }
    let asked = request.clone();
    let enrolled = relay.write(move |tx| {
        let Enrolled { device, holder, token, entry } = enrolment::enrol(tx, &asked, now_ms)?;
        let district = district::division(tx, &district::code(tx)?)?;
        Ok((device, token, person_of(tx, &holder)?, district, district::is_demonstration(tx)?, entry))
    });
    let (device, token, person, district, demonstration, entry) = enrolled.await.inspect_err(|error| {
        if matches!(error, RelayError::Refused(problem) if problem.code == Code::EnrolCodeUnknown) {
            relay.note_wrong_code(now_ms);
        }
    })?;
    relay.remember(Entry::Enrolled(entry)).await?;
    let key = &relay.identity().key;
    tracing::info!(device = device.0, "a device was enrolled");
    Ok(Json(EnrolAnswer {
        device,
        token,
        epoch: relay.epoch(),
        district,
        person,
        demonstration,
        relay_key: key.public.clone(),
        proof: key.sign(&enrol_proof(&request, device)),
        now_ms: relay.told_ms(),
    }))
}
