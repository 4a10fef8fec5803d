//! What only the district can open: backups are sealed to its backup key, whose private half the relay never sees.
//!
//! A sealed file is `linli-sealed-1\n`, a fresh P-256 public key (33 bytes), and pieces of 64 KiB, each ChaCha20-Poly1305
//! under a key from both by HKDF-SHA256. A piece's nonce is its number and whether it is the last, so pieces can neither be
//! changed, cut off, moved nor repeated without the opening failing.

use crate::error::{RelayError, Result};
use crate::keys::random;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, Nonce};
use hmac::{Hmac, Mac};
use p256::elliptic_curve::point::AffineCoordinates;
use p256::elliptic_curve::sec1::ToEncodedPoint;
use p256::{PublicKey, SecretKey};
use sha2::Sha256;
use std::io::{ErrorKind, Read, Write};

const MAGIC: &[u8] = b"linli-sealed-1\n";
const POINT: usize = 33;
const PIECE: usize = 64 * 1024;
const TAG: usize = 16;
const PUBLIC: &str = "linli-backup-key-1:";
const PRIVATE: &str = "LINLI-BACKUP-SECRET-KEY-1:";

/// Whom backups are sealed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient(PublicKey);

/// Who can open them.
pub struct Opener(SecretKey);

impl Recipient {
    /// As it stands in relay.toml.
    pub fn read(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text.trim().strip_prefix(PUBLIC)?).ok()?;
        PublicKey::from_sec1_bytes(&bytes).ok().map(Self)
    }

    pub fn spelled(&self) -> String {
        format!("{PUBLIC}{}", URL_SAFE_NO_PAD.encode(self.0.to_encoded_point(true)))
    }

    /// Seals all of `from` into `into`.
    pub fn seal(&self, mut from: impl Read, mut into: impl Write) -> Result<()> {
        let once = Opener::generate()?;
        let point = once.recipient().0.to_encoded_point(true);
        let cipher = cipher(&self.0, &once.0, point.as_bytes())?;
        into.write_all(MAGIC)?;
        into.write_all(point.as_bytes())?;
        let (mut piece, mut next) = (vec![0; PIECE], vec![0; PIECE]);
        let mut length = fill(&mut from, &mut piece)?;
        for number in 0.. {
            // One ahead, to know which is the last.
            let following = if length == PIECE { fill(&mut from, &mut next)? } else { 0 };
            let sealed = cipher.encrypt(&nonce(number, following == 0), piece.get(..length).unwrap_or_default());
            into.write_all(&sealed.map_err(|_| RelayError::Damaged("a piece could not be sealed".to_owned()))?)?;
            if following == 0 {
                break;
            }
            std::mem::swap(&mut piece, &mut next);
            length = following;
        }
        Ok(())
    }
}

impl Opener {
    pub fn generate() -> Result<Self> {
        loop {
            // One value in 2^32 is no key; draw again.
            if let Ok(key) = SecretKey::from_slice(&random::<32>()?) {
                return Ok(Self(key));
            }
        }
    }

    /// As the file that holds it.
    pub fn read(text: &str) -> Option<Self> {
        let line = text.lines().find_map(|line| line.trim().strip_prefix(PRIVATE))?;
        SecretKey::from_slice(&URL_SAFE_NO_PAD.decode(line).ok()?).ok().map(Self)
    }

    pub fn spelled(&self) -> String {
        format!("{PRIVATE}{}\n", URL_SAFE_NO_PAD.encode(self.0.to_bytes()))
    }

    pub fn recipient(&self) -> Recipient {
        Recipient(self.0.public_key())
    }

    /// Opens what was sealed. What was written of a file that turns out to be changed or cut must be thrown away.
    pub fn open(&self, mut from: impl Read, mut into: impl Write) -> Result<()> {
        let changed = || RelayError::Damaged("it was changed or cut short".to_owned());
        let mut head = vec![0; MAGIC.len() + POINT];
        if fill(&mut from, &mut head)? < head.len() || !head.starts_with(MAGIC) {
            return Err(changed());
        }
        let point = head.get(MAGIC.len()..).unwrap_or_default();
        let theirs = PublicKey::from_sec1_bytes(point).map_err(|_| changed())?;
        let cipher = cipher(&theirs, &self.0, point)?;
        let (mut piece, mut next) = (vec![0; PIECE + TAG], vec![0; PIECE + TAG]);
        let mut length = fill(&mut from, &mut piece)?;
        for number in 0.. {
            let following = if length == piece.len() { fill(&mut from, &mut next)? } else { 0 };
            let opened = cipher.decrypt(&nonce(number, following == 0), piece.get(..length).unwrap_or_default());
            into.write_all(&opened.map_err(|_| changed())?)?;
            if following == 0 {
                break;
            }
            std::mem::swap(&mut piece, &mut next);
            length = following;
        }
        Ok(())
    }
}

/// The cipher for one file: both halves of one agreement, and the fresh key that it was made with.
fn cipher(theirs: &PublicKey, ours: &SecretKey, point: &[u8]) -> Result<ChaCha20Poly1305> {
    let shared = (theirs.to_projective() * *ours.to_nonzero_scalar()).to_affine().x();
    let key = hmac(&hmac(point, &[&shared])?, &[b"linli backup 1", &[1]])?;
    ChaCha20Poly1305::new_from_slice(&key).map_err(|_| RelayError::Damaged("a key of another length".to_owned()))
}

fn hmac(key: &[u8], parts: &[&[u8]]) -> Result<Vec<u8>> {
    let mac = <Hmac<Sha256> as Mac>::new_from_slice(key);
    let mut mac = mac.map_err(|_| RelayError::Damaged("a key of another length".to_owned()))?;
    parts.iter().for_each(|part| mac.update(part));
    Ok(mac.finalize().into_bytes().to_vec())
}

fn nonce(number: u64, is_last: bool) -> Nonce {
    let mut bytes = [0; 12];
    bytes[3..11].copy_from_slice(&number.to_be_bytes());
    bytes[11] = u8::from(is_last);
    bytes.into()
}

/// Reads until a piece is full or there is no more.
fn fill(from: &mut impl Read, into: &mut [u8]) -> Result<usize> {
    let mut length = 0;
    while let Some(rest) = into.get_mut(length..).filter(|rest| !rest.is_empty()) {
        match from.read(rest) {
            Ok(0) => break,
            Ok(count) => length += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(length)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn sealed(of: &Recipient, length: usize) -> (Vec<u8>, Vec<u8>) {
        let bytes: Vec<u8> = (0..length).map(|at| (at * 31 % 251) as u8).collect();
        let mut out = Vec::new();
        of.seal(bytes.as_slice(), &mut out).unwrap();
        (bytes, out)
    }

    #[test]
    fn f41_what_is_sealed_is_opened_by_its_key_alone() {
        let (key, other) = (Opener::generate().unwrap(), Opener::generate().unwrap());
        let recipient = Recipient::read(&key.recipient().spelled()).unwrap();
        for length in [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE] {
            let (bytes, out) = sealed(&recipient, length);
            let mut opened = Vec::new();
            Opener::read(&key.spelled()).unwrap().open(out.as_slice(), &mut opened).unwrap();
            assert!(opened == bytes, "{length}");
            assert!(other.open(out.as_slice(), std::io::sink()).is_err(), "{length}: another key opened it");
        }
    }

    #[test]
    fn f41_no_change_and_no_cut_is_overlooked() {
        let key = Opener::generate().unwrap();
        let (_, out) = sealed(&key.recipient(), 2 * PIECE + 5);
        for at in (0..out.len()).step_by(997).chain([0, 14, 15, 47, 48, out.len() - 1]) {
            let mut bent = out.clone();
            bent[at] ^= 1;
            assert!(key.open(bent.as_slice(), std::io::sink()).is_err(), "a bit at {at}");
            assert!(key.open(&out[..at], std::io::sink()).is_err(), "cut at {at}");
        }
        // A whole piece less, a piece twice, two changed about.
        let start = MAGIC.len() + POINT;
        let piece = PIECE + TAG;
        let parts = |order: &[usize]| {
            let mut bent = out[..start].to_vec();
            for at in order {
                bent.extend(&out[start + at * piece..(start + (at + 1) * piece).min(out.len())]);
            }
            bent
        };
        assert!(key.open(parts(&[0, 1, 2]).as_slice(), std::io::sink()).is_ok());
        for order in [&[0, 1][..], &[0, 2], &[1, 0, 2], &[0, 1, 1, 2], &[0, 1, 2, 2]] {
            assert!(key.open(parts(order).as_slice(), std::io::sink()).is_err(), "{order:?}");
        }
    }
}
