//! This machine's clock, and the relay's word on how wrong it is.
//!
//! Readings are corrected by the offset that the relay's answers show; it is kept in the store, and saved stamps are never
//! rewritten. A clock that is years off fits no certificate's dates, so no answer would ever come: then the time is asked
//! for by itself. That question carries no token, and its answer counts only when it is signed by the relay's pinned key
//! over a number drawn for it, so the certificate's dates need not be right by our clock.

use crate::error::{Result, SyncError};
use crate::proof::is_signed_by;
use crate::round::{Replica, facts, on_store};
use crate::transport::Transport;
use crate::trust;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use local_store::{View, device};
use rustls::pki_types::UnixTime;
use rustls::time_provider::TimeProvider;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use sync_protocol::messages::{TimeAnswer, key_pin, time_proof};

/// Milliseconds since 1970 by this machine. A clock before 1970 reads as 1970: wrong, but nothing breaks by it.
pub fn machine_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

/// How far the relay's clock is ahead of ours, by an answer that was asked for and heard at these times of ours. The answer
/// was given at some moment in between, so how long it took is no reason to move our clock. `None` where the relay said no
/// time.
pub fn offset_of(asked_ms: u64, relay_ms: u64, heard_ms: u64) -> Option<i64> {
    let between = relay_ms.clamp(asked_ms, heard_ms.max(asked_ms));
    let offset = i128::from(relay_ms) - i128::from(between);
    i64::try_from(offset).ok().filter(|_| relay_ms != 0)
}

/// The corrected clock, as certificates' dates are checked by it. Shared by every connection of a line.
#[derive(Clone, Debug, Default)]
pub struct Corrected(Arc<AtomicI64>);

impl Corrected {
    pub fn by(offset_ms: i64) -> Self {
        Self(Arc::new(AtomicI64::new(offset_ms)))
    }

    pub fn set(&self, offset_ms: i64) {
        self.0.store(offset_ms, Ordering::Relaxed);
    }

    pub fn now_ms(&self) -> u64 {
        machine_ms().saturating_add_signed(self.0.load(Ordering::Relaxed))
    }
}

impl TimeProvider for Corrected {
    fn current_time(&self) -> Option<UnixTime> {
        Some(UnixTime::since_unix_epoch(Duration::from_millis(self.now_ms())))
    }
}

/// Whose word on the time is believed.
pub enum Believed<'a> {
    /// The relay with this key, known since enrolment.
    Key(&'a str),
    /// The relay whose key has the pin of an enrolment link.
    Pin(&'a str),
}

impl Believed<'_> {
    pub(crate) fn is(&self, relay_key: &str) -> bool {
        match self {
            Self::Key(key) => relay_key == *key,
            Self::Pin(pin) => key_pin(relay_key) == *pin,
        }
    }
}

/// Asks the relay what time it is; how far it is ahead of this machine.
pub async fn ask<T: Transport>(transport: &T, believed: &Believed<'_>, now_ms: fn() -> u64) -> Result<i64> {
    let mut drawn = [0; 16];
    getrandom::fill(&mut drawn).map_err(|_| SyncError::TaskEnded)?;
    let nonce = URL_SAFE_NO_PAD.encode(drawn);
    let asked_ms = now_ms();
    let answer = transport.time(&nonce).await?;
    let offset = offset_of(asked_ms, answer.time_ms, now_ms());
    offset.filter(|_| is_proven(&answer, &nonce, believed)).ok_or(SyncError::KeyMismatch)
}

fn is_proven(answer: &TimeAnswer, nonce: &str, believed: &Believed<'_>) -> bool {
    let signed = time_proof(nonce, answer.time_ms);
    believed.is(&answer.relay_key) && answer.nonce == nonce && is_signed_by(&answer.relay_key, &signed, &answer.proof)
}

/// Asks for the time and keeps the offset, where an error says that our clock was the reason.
pub(crate) async fn set_right<T: Transport>(replica: &Replica, transport: &T) -> Result<()> {
    let key = on_store(replica, |store| store.read(&View::Everything, |tx| device::fact(tx, trust::facts::RELAY_KEY)));
    let key = key.await?.unwrap_or_default();
    let offset = ask(transport, &Believed::Key(&key), replica.now_ms).await?;
    on_store(replica, move |store| store.write(|tx| device::put_fact(tx, facts::CLOCK_OFFSET, &offset.to_string())))
        .await?;
    transport.correct_clock(offset);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use p256::ecdsa::signature::Signer;
    use p256::ecdsa::{Signature, SigningKey};

    #[test]
    fn a_slow_answer_moves_no_clock_and_a_wrong_clock_is_moved_no_further_than_it_must() {
        assert_eq!(offset_of(1_000, 1_030, 21_000), Some(0));
        assert_eq!(offset_of(1_000, 61_000, 1_100), Some(59_900));
        assert_eq!(offset_of(61_000, 1_000, 61_100), Some(-60_000));
        // Our own clock was set back while the answer was under way.
        assert_eq!(offset_of(61_000, 1_000, 900), Some(-60_000));
        assert_eq!(offset_of(61_000, 0, 61_100), None, "f9: the relay says no time");
    }

    #[test]
    fn f8_the_time_is_believed_of_the_pinned_relay_and_for_this_question_only() {
        let (relay, other) = (SigningKey::from_slice(&[1; 32]).unwrap(), SigningKey::from_slice(&[2; 32]).unwrap());
        let public = |key: &SigningKey| URL_SAFE_NO_PAD.encode(key.verifying_key().to_encoded_point(false).as_bytes());
        let said = |key: &SigningKey, nonce: &str, time_ms: u64| {
            let proof: Signature = key.sign(&time_proof(nonce, time_ms));
            let proof = URL_SAFE_NO_PAD.encode(proof.to_bytes());
            TimeAnswer { nonce: nonce.to_owned(), time_ms, relay_key: public(key), proof }
        };
        let (key, pin) = (public(&relay), key_pin(&public(&relay)));
        let good = said(&relay, "n", 5);
        assert!(is_proven(&good, "n", &Believed::Key(&key)) && is_proven(&good, "n", &Believed::Pin(&pin)));
        assert!(!is_proven(&good, "m", &Believed::Key(&key)), "an answer to another question");
        assert!(!is_proven(&TimeAnswer { time_ms: 6, ..good.clone() }, "n", &Believed::Key(&key)), "altered");
        assert!(!is_proven(&said(&other, "n", 5), "n", &Believed::Key(&key)), "another relay");
        assert!(!is_proven(&said(&other, "n", 5), "n", &Believed::Pin(&pin)), "another relay");
        let forged = TimeAnswer { relay_key: key.clone(), ..said(&other, "n", 5) };
        assert!(!is_proven(&forged, "n", &Believed::Key(&key)), "another relay in its name");
    }
}
