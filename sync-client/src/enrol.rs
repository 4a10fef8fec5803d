//! Enrolment: a one-time code and this device's new key against a number, a token and proof of the relay's key.

use crate::clock::Believed;
use crate::error::{Result, SyncError};
use crate::link::EnrolLink;
use crate::proof::is_signed_by;
use crate::transport::Transport;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use sync_protocol::EditId;
use sync_protocol::messages::{EnrolAnswer, EnrolRequest, enrol_proof};

/// The key a device signs its pushes with: P-256, because tablets' hardware key stores have it.
#[derive(Clone)]
pub struct DeviceKey(SigningKey);

impl DeviceKey {
    /// A new key from 32 random bytes; `None` for the one in 2^128 that is no valid key.
    pub fn from_bytes(bytes: &[u8; 32]) -> Option<Self> {
        SigningKey::from_slice(bytes).ok().map(Self)
    }

    pub fn to_bytes(&self) -> [u8; 32] {
        self.0.to_bytes().into()
    }

    /// The public key as it travels: SEC1, uncompressed, base64url.
    pub fn public(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.verifying_key().to_encoded_point(false).as_bytes())
    }

    /// The signature of a push: over the id of its last edit, which covers all before it.
    pub fn sign(&self, last: EditId) -> String {
        let signature: Signature = self.0.sign(last.as_bytes());
        URL_SAFE_NO_PAD.encode(signature.to_bytes())
    }
}

/// Facts kept in the store (local_store::device).
pub mod facts {
    /// What every call carries.
    pub const TOKEN: &str = "token";
}

/// Enrols this device. The answer counts only when it is signed by the key whose pin the link carries.
pub async fn enrol<T: Transport>(
    transport: &T,
    link: &EnrolLink,
    key: &DeviceKey,
    nonce: [u8; 16],
    app_version: &str,
) -> Result<EnrolAnswer> {
    enrol_believing(transport, &link.code, &Believed::Pin(&link.key_pin), key, nonce, app_version).await
}

/// As [`enrol`], at a relay that is known by its pin or key.
pub(crate) async fn enrol_believing<T: Transport>(
    transport: &T,
    code: &str,
    believed: &Believed<'_>,
    key: &DeviceKey,
    nonce: [u8; 16],
    app_version: &str,
) -> Result<EnrolAnswer> {
    let request = EnrolRequest {
        code: code.to_owned(),
        device_key: key.public(),
        nonce: URL_SAFE_NO_PAD.encode(nonce),
        app_version: app_version.to_owned(),
    };
    let answer = transport.enrol(&request).await?;
    let signed = enrol_proof(&request, answer.device);
    let proven = believed.is(&answer.relay_key) && is_signed_by(&answer.relay_key, &signed, &answer.proof);
    if proven { Ok(answer) } else { Err(SyncError::KeyMismatch) }
}
