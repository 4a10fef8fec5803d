//! Signatures of the relay: ES256 over P-256, as the wire spells them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};

/// Whether `proof` over `message` was made by the holder of a public key.
pub(crate) fn is_signed_by(public: &str, message: &[u8], proof: &str) -> bool {
    let key = URL_SAFE_NO_PAD.decode(public).ok().and_then(|bytes| VerifyingKey::from_sec1_bytes(&bytes).ok());
    let proof = URL_SAFE_NO_PAD.decode(proof).ok().and_then(|bytes| Signature::from_slice(&bytes).ok());
    matches!((key, proof), (Some(key), Some(proof)) if key.verify(message, &proof).is_ok())
}
