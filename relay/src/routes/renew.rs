//! `POST /v1/renew`: a device goes on under a new number. One that ran ahead starts its clock afresh so: stamps of the former
//! number stay where they are, and those of the new one are of today.

use super::caller::Caller;
use crate::error::{RelayError, Result};
use crate::relay::Relay;
use crate::{district, enrolment};
use axum::Json;
use axum::extract::State;
use sync_protocol::Code;
use sync_protocol::messages::RenewAnswer;

/// Long enough for the call that follows, also over a bad line.
const MINUTES: u64 = 10;

pub async fn renew(State(relay): State<Relay>, Caller(device): Caller) -> Result<Json<RenewAnswer>> {
    let now_ms = relay.now_ms();
    let answer = relay.write(move |tx| {
        // Which of the two tablets asks nobody can tell: somebody has to look at them.
        if district::is_copied(tx, device.number)? {
            return Err(RelayError::refused(Code::ChainBroken, "two tablets use the number"));
        }
        Ok(RenewAnswer { code: enrolment::new_code(tx, device.holder.clone(), MINUTES, now_ms)? })
    });
    Ok(Json(answer.await?))
}
