//! One-time codes, and the devices they become.
//!
//! Invariants:
//! - A code enrols one device. Only that device, known by its key, may hear the answer again, while the code lives.
//! - Codes are stored hashed, and stay for a day after they end so that the answer can say "used" or "expired".

use crate::error::{RelayError, Result};
use crate::keys::{self, code_hash, same};
use crate::ledger;
use crate::store::{Holder, NewDevice, OneTimeCode, Tx};
use sync_protocol::messages::{EnrolRequest, key_pin};
use sync_protocol::{Code, DeviceNumber};

const KEPT_AFTER_MS: u64 = 24 * 3_600_000;

/// Makes a code for a person's tablet or a division's console.
pub fn new_code(tx: &dyn Tx, holder: Holder, minutes: u64, now_ms: u64) -> Result<String> {
    tx.drop_codes_before(now_ms.saturating_sub(KEPT_AFTER_MS))?;
    loop {
        let code = keys::code()?;
        let hash = code_hash(&code);
        // One in 100 million at a time, but a code must not take over one that somebody holds in their hand.
        if tx.code(&hash)?.is_none() {
            let expires_ms = now_ms.saturating_add(minutes.saturating_mul(60_000));
            tx.put_code(&OneTimeCode { hash, holder, expires_ms, used_by: None })?;
            return Ok(code);
        }
    }
}

/// The link a person types, pastes or scans. Over TLS it pins the certificate that vouches for the relay; `d=1` says that
/// the store is a demonstration.
pub fn link(
    relay_url: &str,
    code: &str,
    relay_key: &str,
    certificate_pin: Option<&str>,
    is_demonstration: bool,
) -> String {
    let pin = certificate_pin.map(|pin| format!("&t={pin}")).unwrap_or_default();
    let demonstration = if is_demonstration { "&d=1" } else { "" };
    format!("linli:enrol?u={}&c={code}&p={}{pin}{demonstration}", percent_encoded(relay_url), key_pin(relay_key))
}

fn percent_encoded(text: &str) -> String {
    let encoded = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(encoded).collect()
}

pub struct Enrolled {
    pub device: DeviceNumber,
    pub holder: Holder,
    pub token: String,
    /// For the ledger, before anybody hears of it.
    pub entry: ledger::Enrolled,
}

/// Uses up a code.
pub fn enrol(tx: &dyn Tx, request: &EnrolRequest, now_ms: u64) -> Result<Enrolled> {
    let hash = code_hash(&request.code);
    let code = tx.code(&hash)?.filter(|code| same(&code.hash, &hash));
    let Some(code) = code else {
        return Err(RelayError::refused(Code::EnrolCodeUnknown, "the code is not known"));
    };
    let has_expired = now_ms >= code.expires_ms;
    let (token, token_hash) = keys::token()?;
    let device = match code.used_by {
        // The answer was lost on its way: the same device asks again. Its first token is nobody's, so it gets a new one.
        Some((device, key)) if key == request.device_key && !has_expired => {
            tx.set_token(device, &token_hash)?;
            device
        }
        Some(_) => return Err(RelayError::refused(Code::EnrolCodeUsed, "the code was used")),
        None if has_expired => return Err(RelayError::refused(Code::EnrolCodeExpired, "the code has expired")),
        None => {
            let device = tx.add_device(&NewDevice {
                holder: code.holder.clone(),
                key: request.device_key.clone(),
                token_hash,
                app_version: request.app_version.clone(),
                now_ms,
            })?;
            let used_by = Some((device, request.device_key.clone()));
            tx.put_code(&OneTimeCode { used_by, ..code.clone() })?;
            device
        }
    };
    let stored = tx.device(device)?.ok_or_else(|| RelayError::Damaged("a device just enrolled".to_owned()))?;
    let entry = ledger::Enrolled::new(&stored, &token_hash, &request.app_version);
    Ok(Enrolled { device, holder: code.holder, token, entry })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_names_the_relay_the_code_and_the_pin() {
        let link = link("http://127.0.0.1:7400", "01234567", "key", None, true);
        let pin = key_pin("key");
        assert_eq!(link, format!("linli:enrol?u=http%3A%2F%2F127.0.0.1%3A7400&c=01234567&p={pin}&d=1"));
    }
}
