//! Photos on the wire: bytes named by their hash, moved apart from the records that name them.
//!
//! `PUT /v1/blobs/{sha256}` takes any stretch of the bytes, said by `Content-Range: bytes FROM-TO/WHOLE`, or none at all
//! (`bytes */WHOLE`), and answers how many bytes from the start the relay has now ([`BlobAnswer`]). A sender goes on from
//! there, so a line that breaks at any byte costs nothing that arrived. `GET` gives the bytes, from any one on.

use crate::canonical;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// No blob is larger. A photo as app-core makes it stays below half a mebibyte.
pub const MAX_BLOB_BYTES: u64 = 4 * 1024 * 1024;

/// What a PUT is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlobAnswer {
    /// Bytes from the start that this sender has given so far.
    pub held: u64,
    /// All of them came, their hash is right, and they are on durable storage.
    pub whole: bool,
}

/// The name of a blob: the SHA-256 of its bytes. Its one spelling is 64 small hex digits, so that it can stand in a path.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlobHash(pub [u8; 32]);

impl BlobHash {
    pub fn of(bytes: &[u8]) -> Self {
        Self(canonical::sha256(bytes))
    }
}

impl fmt::Display for BlobHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&canonical::hex(&self.0))
    }
}

impl fmt::Debug for BlobHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for BlobHash {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if text.len() != 64 || !text.bytes().all(is_hex) {
            return Err("a blob is named by 64 small hex digits".to_owned());
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let pair = std::str::from_utf8(pair).unwrap_or_default();
            *byte = u8::from_str_radix(pair, 16).map_err(|error| error.to_string())?;
        }
        Ok(Self(bytes))
    }
}

/// The type of bytes, by what they begin with and never by a name; `None` for what is no photo.
pub fn media_type(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blob_has_one_name_and_nothing_else_is_one() {
        let name = BlobHash::of(b"photo").to_string();
        assert_eq!(name.parse::<BlobHash>().unwrap(), BlobHash::of(b"photo"));
        let long = format!("{name}0");
        for bad in [&name.to_uppercase(), &name[1..], &long, "../../etc/passwd", "", &"é".repeat(32)] {
            assert!(bad.parse::<BlobHash>().is_err(), "{bad}");
        }
    }
}
