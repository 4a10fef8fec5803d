//! Keys, tokens and one-time codes. Secrets leave this file only to their owner; what is stored of a token or code is
//! its hash.

use crate::error::{RelayError, Result};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::{Signer, Verifier};
use p256::ecdsa::{Signature, SigningKey, VerifyingKey};
use sync_protocol::canonical::sha256;

/// A P-256 key pair; the public half spelled as on the wire.
pub struct KeyPair {
    secret: SigningKey,
    pub public: String,
}

impl KeyPair {
    pub fn generate() -> Result<Self> {
        loop {
            // One value in 2^32 is no key; draw again.
            if let Ok(pair) = Self::from_secret(&random::<32>()?) {
                return Ok(pair);
            }
        }
    }

    pub fn from_secret(secret: &[u8]) -> Result<Self> {
        let secret = SigningKey::from_slice(secret).map_err(|_| RelayError::Damaged("the relay's key".to_owned()))?;
        let public = URL_SAFE_NO_PAD.encode(secret.verifying_key().to_encoded_point(false));
        Ok(Self { secret, public })
    }

    pub fn secret(&self) -> Vec<u8> {
        self.secret.to_bytes().to_vec()
    }

    /// ES256: 64 bytes, base64url.
    pub fn sign(&self, message: &[u8]) -> String {
        let signature: Signature = self.secret.sign(message);
        URL_SAFE_NO_PAD.encode(signature.to_bytes())
    }
}

/// Whether a text is a P-256 public key as the wire spells it.
pub fn is_public_key(text: &str) -> bool {
    // The uncompressed form only, in one spelling: a device is recognised by the text of its key.
    verifying_key(text).is_some_and(|key| URL_SAFE_NO_PAD.encode(key.to_encoded_point(false)) == text)
}

/// Whether `signature` over `message` was made by the holder of a public key.
pub fn verify(public: &str, message: &[u8], signature: &str) -> bool {
    let Some(key) = verifying_key(public) else { return false };
    let signature = URL_SAFE_NO_PAD.decode(signature).ok().and_then(|bytes| Signature::from_slice(&bytes).ok());
    signature.is_some_and(|signature| key.verify(message, &signature).is_ok())
}

fn verifying_key(text: &str) -> Option<VerifyingKey> {
    VerifyingKey::from_sec1_bytes(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

pub fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

/// A new bearer token: what its owner gets, and what is stored of it.
pub fn token() -> Result<(String, [u8; 32])> {
    let token = URL_SAFE_NO_PAD.encode(random::<32>()?);
    let hash = token_hash(&token);
    Ok((token, hash))
}

/// Tokens are random, so a plain hash is enough; finding by hash also tells nothing by its timing.
pub fn token_hash(token: &str) -> [u8; 32] {
    sha256(token.as_bytes())
}

/// A new one-time code of eight digits.
pub fn code() -> Result<String> {
    // 2^64 is so much more than 10^8 that the lean towards small codes is beyond measuring.
    Ok(format!("{:08}", u64::from_be_bytes(random()?) % 100_000_000))
}

pub fn code_hash(code: &str) -> [u8; 32] {
    sha256(format!("linli-code-1\n{code}").as_bytes())
}

/// Compares in a time that does not depend on where two hashes differ.
pub fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |differing, (a, b)| differing | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_holds_for_its_key_and_message_only() {
        let (pair, other) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
        let signature = pair.sign(b"words");
        assert!(is_public_key(&pair.public));
        assert!(verify(&pair.public, b"words", &signature));
        assert!(!verify(&pair.public, b"other words", &signature));
        assert!(!verify(&other.public, b"words", &signature));
        assert!(!verify("", b"words", &signature) && !verify(&pair.public, b"words", ""));
    }

    #[test]
    fn a_code_is_eight_digits() {
        let code = code().unwrap();
        assert!(code.len() == 8 && code.bytes().all(|b| b.is_ascii_digit()), "{code}");
    }
}
