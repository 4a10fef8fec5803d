use std::fmt::Write;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The raw 32-byte key of a store. Raw, because a passphrase key costs a tenth of a second at each opening.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Key([u8; 32]);

impl Key {
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The key as SQLCipher takes it: `x'…'`.
    pub(crate) fn literal(&self) -> String {
        let mut text = String::from("x'");
        for byte in self.0 {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        text.push('\'');
        text
    }
}
