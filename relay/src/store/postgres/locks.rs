//! What a write holds until it commits, so that writes come out as if one had followed another.
//!
//! Locks are the database's advisory ones: they cost no write, and cover what is not there yet. Whoever reads something in
//! a write shares it; whoever changes it, or adds a child to it, has it alone. A list of children or of waiting edits
//! belongs to the record it hangs on. Positions in channels need none of this: their row's own lock does.

use std::collections::HashMap;
use sync_protocol::RecordId;
use sync_protocol::blobs::BlobHash;
use sync_protocol::canonical::sha256;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Strength {
    Shared,
    Alone,
}

/// What can be held.
#[derive(Clone, Copy)]
pub enum Hold<'a> {
    /// Everything of the district: who has this alone needs no other.
    Store,
    Device(u32),
    Record(RecordId),
    /// Which divisions there are, and their codes.
    Divisions,
    Blob(BlobHash),
    Meta(&'a str),
    Chain(&'a str),
    Code(&'a [u8]),
    SignInName(&'a [u8]),
}

impl Hold<'_> {
    /// The number that stands for it at the database. Two things with one number only wait for each other in vain.
    pub fn key(self, district: &str) -> i64 {
        let device;
        let (kind, name): (u8, &[u8]) = match &self {
            Self::Store => (0, b""),
            Self::Device(number) => {
                device = number.to_be_bytes();
                (1, &device)
            }
            Self::Record(id) => (2, id.as_bytes()),
            Self::Divisions => (3, b""),
            Self::Blob(hash) => (4, &hash.0),
            Self::Meta(key) => (5, key.as_bytes()),
            Self::Chain(chain) => (6, chain.as_bytes()),
            Self::Code(hash) => (7, hash),
            Self::SignInName(hash) => (8, hash),
        };
        let mut bytes = Vec::with_capacity(64);
        bytes.extend_from_slice(b"linli-relay");
        bytes.push(kind);
        bytes.extend_from_slice(&(district.len() as u64).to_be_bytes());
        bytes.extend_from_slice(district.as_bytes());
        bytes.extend_from_slice(name);
        let [a, b, c, d, e, f, g, h, ..] = sha256(&bytes);
        i64::from_be_bytes([a, b, c, d, e, f, g, h])
    }
}

/// More than any push needs. The database keeps all writes' locks in one table of a fixed size.
pub const MOST: usize = 600;

/// The locks of one write.
#[derive(Default)]
pub struct Held(HashMap<i64, Strength>);

impl Held {
    /// Whether a lock is still to be taken; it counts as held from now on.
    pub fn note(&mut self, key: i64, strength: Strength) -> bool {
        let held = self.0.get(&key).copied();
        if held.is_some_and(|held| held >= strength) {
            return false;
        }
        self.0.insert(key, strength);
        true
    }

    pub fn count(&self) -> usize {
        self.0.len()
    }
}
