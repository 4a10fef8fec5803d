//! Who calls, and what they say: the device behind a token, and a body of JSON.

use crate::error::{RelayError, Result};
use crate::keys::token_hash;
use crate::relay::Relay;
use crate::store::StoredDevice;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::{StatusCode, header, request};
use axum::response::IntoResponse;
use serde::de::DeserializeOwned;
use sync_protocol::Code;

/// A contact is written down no more often than this: it must not cost a commit per call.
const CONTACT_EVERY_MS: u64 = 10 * 60 * 1_000;

/// The device whose token came with the call.
pub struct Caller(pub StoredDevice);

impl FromRequestParts<Relay> for Caller {
    type Rejection = RelayError;

    async fn from_request_parts(parts: &mut request::Parts, relay: &Relay) -> Result<Self> {
        let token = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let Some(token) = token.and_then(|value| value.strip_prefix("Bearer ")) else {
            return Err(RelayError::refused(Code::NotSignedIn, "the call needs a device's token"));
        };
        let hash = token_hash(token);
        let device = relay.read(move |tx| tx.device_by_token(&hash)).await?;
        let device = device.ok_or_else(|| RelayError::refused(Code::NotSignedIn, "the token is not known"))?;
        if device.is_revoked {
            return Err(RelayError::refused(Code::DeviceRevoked, "the device was removed"));
        }
        let now_ms = crate::clock::now_ms();
        if now_ms.saturating_sub(device.last_contact_ms) > CONTACT_EVERY_MS {
            let number = device.number;
            relay.write(move |tx| tx.set_contact(number, now_ms)).await?;
        }
        Ok(Self(device))
    }
}

/// A body of JSON. What does not fit is said by code; the words of the parser could repeat personal values.
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Relay> for JsonBody<T> {
    type Rejection = RelayError;

    async fn from_request(request: Request, relay: &Relay) -> Result<Self> {
        let bytes = Bytes::from_request(request, relay).await.map_err(|rejection| {
            if rejection.into_response().status() == StatusCode::PAYLOAD_TOO_LARGE {
                RelayError::refused(Code::RequestTooLarge, "the body is larger than 8 MiB")
            } else {
                RelayError::refused(Code::RequestInvalid, "the body could not be read")
            }
        })?;
        serde_json::from_slice(&bytes).map(Self).map_err(|error| {
            let title =
                format!("the body is not what this call takes: line {} column {}", error.line(), error.column());
            RelayError::refused(Code::RequestInvalid, &title)
        })
    }
}
