//! Who calls: the device behind a token.

use super::observe::{CallingDevice, bearer};
use crate::error::{RelayError, Result};
use crate::keys::token_hash;
use crate::relay::Relay;
use crate::serving::Peer;
use crate::store::{Holder, StoredDevice};
use axum::extract::FromRequestParts;
use axum::http::request;
use sync_protocol::Code;
use sync_protocol::messages::OWN_CLOCK_HEADER;

/// A contact is written down no more often than this: it must not cost a commit per call.
const CONTACT_EVERY_MS: u64 = 10 * 60 * 1_000;

/// The device whose token came with the call.
pub struct Caller(pub StoredDevice);

impl FromRequestParts<Relay> for Caller {
    type Rejection = RelayError;

    async fn from_request_parts(parts: &mut request::Parts, relay: &Relay) -> Result<Self> {
        let Some(token) = bearer(&parts.headers) else {
            return Err(RelayError::refused(Code::NotSignedIn, "the call needs a device's token"));
        };
        let hash = token_hash(token);
        let Some(device) = relay.read(move |tx| tx.device_by_token(&hash)).await? else {
            // Counted for the address: each invented token would have a fresh limit of its own.
            if let Some(Peer(address)) = parts.extensions.get() {
                relay.traffic().fairness.check_address(*address)?;
            }
            return Err(RelayError::refused(Code::NotSignedIn, "the token is not known"));
        };
        if device.is_revoked {
            return Err(RelayError::refused(Code::DeviceRevoked, "the device was removed"));
        }
        if let Some(CallingDevice(number)) = parts.extensions.get() {
            let _ = number.set(device.number.0);
        }
        let shows = parts.headers.get(OWN_CLOCK_HEADER).and_then(|shows| shows.to_str().ok()?.parse().ok());
        // Of tablets only: a console may run on the relay's own machine and share its error.
        if let (Some(shows_ms), Holder::Person(_)) = (shows, &device.holder) {
            relay.clock().heard(device.number, shows_ms);
        }
        let now_ms = relay.now_ms();
        if now_ms.saturating_sub(device.last_contact_ms) > CONTACT_EVERY_MS {
            let number = device.number;
            relay.write(move |tx| tx.set_contact(number, now_ms)).await?;
        }
        Ok(Self(device))
    }
}
