//! `POST /v1/sign-in` and `POST /v1/sign-out`: people at a console. The console itself is the device that calls.

use super::body::JsonBody;
use super::caller::Caller;
use crate::error::{RelayError, Result};
use crate::keys::token_hash;
use crate::relay::Relay;
use crate::sessions;
use crate::store::{Holder, StoredDevice};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use sync_protocol::Code;
use sync_protocol::messages::{SignInAnswer, SignInRequest};

/// Nobody's password is longer, and hashing longer ones would be work for free.
const MAX_PASSWORD: usize = 200;

pub async fn sign_in(
    State(relay): State<Relay>,
    Caller(device): Caller,
    JsonBody(request, _memory): JsonBody<SignInRequest>,
) -> Result<Json<SignInAnswer>> {
    let now_ms = relay.now_ms();
    let division = console_division(&device)?;
    let wrong = || RelayError::refused(Code::SignInWrong, "name and password do not fit");
    let SignInRequest { name, password } = request;
    if password.len() > MAX_PASSWORD {
        return Err(wrong());
    }
    let name_hash = sessions::name_hash(&name);
    let account = relay.read(move |tx| {
        sessions::check_wait(tx, &name_hash, now_ms)?;
        tx.account(&name)
    });
    let account = account.await?;
    let person = account.as_ref().map(|account| account.person);
    let fits = relay.compute(move || {
        sessions::password_fits(&password, account.as_ref().map(|account| account.password_hash.as_str()))
    });
    let person = if fits.await? { person } else { None };
    let answer = relay.write(move |tx| {
        let answer = match person {
            Some(person) => sessions::open(tx, person, (device.number, &division), now_ms)?,
            None => None,
        };
        match answer {
            Some(_) => tx.drop_failed_sign_in(&name_hash)?,
            None => sessions::note_failure(tx, &name_hash, now_ms)?,
        }
        Ok(answer)
    });
    answer.await?.map(Json).ok_or_else(wrong)
}

/// The token that [`sign_in`] gave.
#[derive(Deserialize)]
pub struct SignOutRequest {
    token: String,
}

/// Ends a session; one that has ended already is no error, as the answer may have been lost.
pub async fn sign_out(
    State(relay): State<Relay>,
    Caller(device): Caller,
    JsonBody(request, _memory): JsonBody<SignOutRequest>,
) -> Result<StatusCode> {
    console_division(&device)?;
    let hash = token_hash(&request.token);
    relay
        .write(move |tx| {
            let is_ours = tx.session(&hash)?.is_some_and(|session| session.device == device.number);
            if is_ours { tx.drop_session(&hash) } else { Ok(()) }
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The division of the console that calls. A tablet has no sign-in: to it the call is not there.
fn console_division(device: &StoredDevice) -> Result<String> {
    match &device.holder {
        Holder::Console(division) => Ok(division.clone()),
        Holder::Person(_) | Holder::Relay => Err(RelayError::refused(Code::NotThere, "there is no such call")),
    }
}
