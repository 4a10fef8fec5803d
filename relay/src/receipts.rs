//! Receipts: a device can show later what became of an edit, to a relay that was restored from before it.
//!
//! A receipt is an HMAC-SHA256 (RFC 2104), cut to 16 bytes, under a key that was made with the store and is therefore in
//! every backup of it. It covers the edit's id, so it can be shown for that edit only.

use crate::error::{RelayError, Result};
use crate::keys::random;
use crate::store::Tx;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use sync_protocol::messages::{Fate, Outcome};

const BYTES: usize = 16;
const META: &str = "receipt_key";

pub struct Receipts(Hmac<Sha256>);

impl Receipts {
    /// The store's key, made where there is none.
    pub fn found(tx: &dyn Tx) -> Result<()> {
        if tx.meta(META)?.is_none() {
            tx.put_meta(META, &random::<32>()?)?;
        }
        Ok(())
    }

    pub fn of(tx: &dyn Tx) -> Result<Self> {
        let damaged = || RelayError::Damaged("the store's receipt key".to_owned());
        let key = tx.meta(META)?.ok_or_else(damaged)?;
        Hmac::new_from_slice(&key).map(Self).map_err(|_| damaged())
    }

    /// Gives an outcome its receipt. What is decided later gets none now.
    pub fn seal(&self, outcome: &mut Outcome) {
        if outcome.result != Fate::Later {
            let code = self.over(outcome).finalize().into_bytes();
            outcome.receipt = Some(URL_SAFE_NO_PAD.encode(&code[..BYTES]));
        }
    }

    pub fn is_valid(&self, outcome: &Outcome) -> bool {
        let receipt = outcome.receipt.as_ref().and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
        receipt
            .is_some_and(|receipt| receipt.len() == BYTES && self.over(outcome).verify_truncated_left(&receipt).is_ok())
    }

    fn over(&self, outcome: &Outcome) -> Hmac<Sha256> {
        self.0.clone().chain_update(outcome.sealed_bytes())
    }
}
