//! The PIN: it wraps the store's random key, and wrong ones cost time.
//!
//! `lock.json` holds the key sealed under Argon2id(PIN), and what the PIN screen may say before anybody unlocked.
//! `tries.json` counts wrong PINs. It is written before a PIN is tried, so that pulling the plug in between does not give a
//! free try.

use crate::error::{CommandError, Result};
use crate::{files, moment};
use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, Nonce};
use local_store::Key;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// A demonstration store takes six digits and says so; a real one without a hardware key store takes more.
pub const MIN_DEMONSTRATION_PIN: usize = 6;
pub const MIN_PIN: usize = 10;

/// After so many wrong PINs, wait so many seconds.
const WAITS: [(u32, u64); 3] = [(9, 1_800), (6, 300), (3, 60)];

#[derive(Serialize, Deserialize)]
pub struct LockFile {
    /// The suite the key is sealed with, so that another can follow: 1 is Argon2id and ChaCha20-Poly1305.
    suite: u32,
    salt: String,
    memory_kib: u32,
    passes: u32,
    nonce: String,
    sealed: String,
    pub demonstration: bool,
    pub district: String,
}

#[derive(Default, Serialize, Deserialize)]
struct Tries {
    wrong: u32,
    wait_until_ms: u64,
}

/// Refuses a PIN that is too easily guessed.
pub fn check_pin(pin: &str, demonstration: bool) -> Result<()> {
    let least = if demonstration { MIN_DEMONSTRATION_PIN } else { MIN_PIN };
    if demonstration && !pin.chars().all(|c| c.is_ascii_digit()) {
        return Err(CommandError::new("pin_digits_only"));
    }
    if pin.chars().count() < least {
        return Err(CommandError::new("pin_too_short").with("min", least));
    }
    Ok(())
}

/// Seals a new store's key under a PIN. Once this file is there, the device counts as enrolled.
pub fn seal(folder: &Path, pin: &str, key: &Key, demonstration: bool, district: &str) -> Result<()> {
    let (salt, nonce): ([u8; 16], [u8; 12]) = (random()?, random()?);
    let (memory_kib, passes) = (64 * 1024, 3);
    let sealed = cipher(pin, &salt, memory_kib, passes)?
        .encrypt(Nonce::from_slice(&nonce), key.bytes().as_slice())
        .map_err(CommandError::internal)?;
    let file = LockFile {
        suite: 1,
        salt: BASE64.encode(salt),
        memory_kib,
        passes,
        nonce: BASE64.encode(nonce),
        sealed: BASE64.encode(sealed),
        demonstration,
        district: district.to_owned(),
    };
    files::replace(&lock_path(folder), &serde_json::to_vec_pretty(&file).map_err(CommandError::internal)?)?;
    Ok(())
}

/// What the lock file says in clear; `None` while the device is not enrolled.
pub fn read(folder: &Path) -> Result<Option<LockFile>> {
    let Some(bytes) = files::read(&lock_path(folder))? else { return Ok(None) };
    serde_json::from_slice(&bytes).map(Some).map_err(|_| CommandError::new("database_damaged"))
}

/// Until when no PIN is taken, in milliseconds since 1970; `None` when one may be tried now.
pub fn wait_until(folder: &Path) -> Result<Option<u64>> {
    let (tries, now) = (tries(folder)?, moment::machine_ms());
    let longest = WAITS[0].1 * 1_000;
    // Setting the clock back must not lock anybody out for years.
    let until = tries.wait_until_ms.min(now + longest);
    Ok((until > now).then_some(until))
}

/// Opens the key with a PIN, or says how long to wait.
pub fn unseal(folder: &Path, pin: &str) -> Result<Key> {
    if let Some(until) = wait_until(folder)? {
        return Err(wait(until));
    }
    let file = read(folder)?.ok_or_else(|| CommandError::new("not_allowed"))?;
    let wrong = tries(folder)?.wrong + 1;
    let seconds = WAITS.iter().find(|(after, _)| wrong % 3 == 0 && wrong >= *after).map_or(0, |(_, seconds)| *seconds);
    let wait_until_ms = if seconds == 0 { 0 } else { moment::machine_ms() + seconds * 1_000 };
    put_tries(folder, &Tries { wrong, wait_until_ms })?;
    let Some(key) = open(&file, pin)? else {
        return Err(match seconds {
            0 => CommandError::new("pin_wrong").with("tries_left", 3 - wrong % 3),
            _ => wait(wait_until_ms),
        });
    };
    // The right PIN opens, also where a full disk cannot take note of it.
    let _ = put_tries(folder, &Tries::default());
    Ok(key)
}

fn wait(until_ms: u64) -> CommandError {
    let seconds = until_ms.saturating_sub(moment::machine_ms()).div_ceil(1_000);
    CommandError::new("pin_wait").with("seconds", seconds.max(1))
}

fn open(file: &LockFile, pin: &str) -> Result<Option<Key>> {
    let part = |text: &str| BASE64.decode(text).map_err(|_| CommandError::new("database_damaged"));
    let (salt, nonce, sealed) = (part(&file.salt)?, part(&file.nonce)?, part(&file.sealed)?);
    if file.suite != 1 || nonce.len() != 12 {
        return Err(CommandError::new("database_damaged"));
    }
    let opened =
        cipher(pin, &salt, file.memory_kib, file.passes)?.decrypt(Nonce::from_slice(&nonce), sealed.as_slice());
    let Ok(bytes) = opened.map(Zeroizing::new) else { return Ok(None) };
    let key: [u8; 32] = bytes.as_slice().try_into().map_err(|_| CommandError::new("database_damaged"))?;
    Ok(Some(Key::new(key)))
}

fn cipher(pin: &str, salt: &[u8], memory_kib: u32, passes: u32) -> Result<ChaCha20Poly1305> {
    let params = Params::new(memory_kib, passes, 1, Some(32)).map_err(CommandError::internal)?;
    let mut key = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(pin.as_bytes(), salt, key.as_mut_slice())
        .map_err(CommandError::internal)?;
    ChaCha20Poly1305::new_from_slice(key.as_slice()).map_err(CommandError::internal)
}

pub fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(CommandError::internal)?;
    Ok(bytes)
}

fn tries(folder: &Path) -> Result<Tries> {
    let bytes = files::read(&folder.join("tries.json"))?;
    let Some(bytes) = bytes else { return Ok(Tries::default()) };
    if let Ok(tries) = serde_json::from_slice(&bytes) {
        return Ok(tries);
    }
    // An unreadable count is the longest wait, once, and not a fresh start.
    let spoiled = Tries { wrong: 9, wait_until_ms: moment::machine_ms() + WAITS[0].1 * 1_000 };
    put_tries(folder, &spoiled)?;
    Ok(spoiled)
}

fn put_tries(folder: &Path, tries: &Tries) -> Result<()> {
    Ok(files::replace(&folder.join("tries.json"), &serde_json::to_vec(tries).map_err(CommandError::internal)?)?)
}

fn lock_path(folder: &Path) -> PathBuf {
    folder.join("lock.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(folder: &Path, pin: &str) -> String {
        match unseal(folder, pin) {
            Ok(key) => format!("open {}", key.bytes()[0]),
            Err(error) => format!("{} {:?}", error.code, error.detail.values().collect::<Vec<_>>()),
        }
    }

    /// As if the waiting time were over.
    fn wait_is_over(folder: &Path) {
        let wrong = tries(folder).unwrap().wrong;
        put_tries(folder, &Tries { wrong, wait_until_ms: 0 }).unwrap();
    }

    #[test]
    fn wrong_pins_cost_a_minute_then_five_then_thirty_and_the_right_one_starts_afresh() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path();
        seal(folder, "246810", &Key::new([7; 32]), true, "相山区").unwrap();
        assert_eq!(outcome(folder, "246810"), "open 7");
        for (round, seconds) in [60, 300, 1_800, 1_800].into_iter().enumerate() {
            assert_eq!(outcome(folder, "000000"), r#"pin_wrong ["2"]"#, "round {round}");
            assert_eq!(outcome(folder, "000000"), r#"pin_wrong ["1"]"#);
            assert_eq!(outcome(folder, "000000"), format!("pin_wait [\"{seconds}\"]"));
            assert!(outcome(folder, "246810").starts_with("pin_wait"), "the right one has to wait as well");
            wait_is_over(folder);
        }
        assert_eq!(outcome(folder, "246810"), "open 7");
        assert_eq!(outcome(folder, "000000"), r#"pin_wrong ["2"]"#);
    }

    #[test]
    fn a_short_pin_is_refused_with_the_length_that_would_do() {
        assert_eq!(check_pin("12345", true), Err(CommandError::new("pin_too_short").with("min", 6)));
        assert_eq!(check_pin("12345a", true), Err(CommandError::new("pin_digits_only")));
        assert_eq!(check_pin("123456", false), Err(CommandError::new("pin_too_short").with("min", 10)));
        assert_eq!(check_pin("长一点的口令也可以用", false), Ok(()));
    }

    #[test]
    fn a_spoiled_count_costs_the_longest_wait_once_and_locks_nobody_out() {
        let dir = tempfile::tempdir().unwrap();
        seal(dir.path(), "246810", &Key::new([7; 32]), true, "相山区").unwrap();
        std::fs::write(dir.path().join("tries.json"), "?").unwrap();
        assert!(outcome(dir.path(), "246810").starts_with("pin_wait"));
        wait_is_over(dir.path());
        assert_eq!(outcome(dir.path(), "246810"), "open 7");
    }
}
