//! Digests: whether two replicas hold the same of a channel, said in 16 bytes.
//!
//! The digest of a channel facet is the sum, modulo 2^128, of the digests of the records it lists. A sum does not mind the
//! order, and a record that changes costs one subtraction and one addition at either end. It speaks of what the relay
//! said, never of own unsent edits.

use crate::canonical;
use crate::ids::{RecordId, RecordKey};
use crate::record::{FieldVersion, Mark, RecordState};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Sub, SubAssign};
use std::str::FromStr;

/// A sum of record digests; zero of nothing.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Digest(u128);

/// A record with its names in the order of the alphabet: the JSON of this is its canonical bytes.
#[derive(Serialize)]
struct Sorted<'r> {
    fields: &'r BTreeMap<String, Vec<FieldVersion>>,
    id: RecordId,
    kind: &'r str,
    marks: Vec<SortedMark>,
}

#[derive(Serialize)]
struct SortedMark {
    author: RecordId,
    edit: crate::ids::EditId,
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<crate::stamp::Stamp>,
    stamp: crate::stamp::Stamp,
}

impl Digest {
    /// The digest of one record: the first 16 bytes of the SHA-256 of its canonical bytes, as a big-endian number. Nothing
    /// for a deleted one: a replica that hides it need not keep it.
    pub fn of(state: &RecordState) -> Self {
        if state.is_deleted() {
            return Self::default();
        }
        let mut first = [0; 16];
        first.copy_from_slice(&canonical::sha256(&Self::canonical(state))[..16]);
        Self(u128::from_be_bytes(first))
    }

    fn canonical(state: &RecordState) -> Vec<u8> {
        let mark = |mark: &'_ Mark| -> SortedMark {
            SortedMark { author: mark.author, edit: mark.edit, order: mark.order, stamp: mark.stamp }
        };
        let marks = state.marks.iter().map(mark).collect();
        serde_json::to_vec(&Sorted { fields: &state.fields, id: state.id, kind: &state.kind, marks })
            .unwrap_or_default()
    }

    pub fn to_bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }

    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(u128::from_be_bytes(bytes))
    }
}

/// Buckets that a channel is compared in where its digests differ.
pub const BUCKETS: usize = 256;

/// The bucket of a record: the first byte of the SHA-256 of its id, because ids of one hour begin alike.
pub fn bucket(key: &RecordKey) -> u8 {
    canonical::sha256(key.id.as_bytes())[0]
}

impl Add for Digest {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.wrapping_add(other.0))
    }
}

impl Sub for Digest {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.wrapping_sub(other.0))
    }
}

impl AddAssign for Digest {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl SubAssign for Digest {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

impl Sum for Digest {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), Add::add)
    }
}

/// 32 hex digits.
impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a digest is 32 hex digits")]
pub struct NoDigest;

impl FromStr for Digest {
    type Err = NoDigest;
    fn from_str(text: &str) -> Result<Self, NoDigest> {
        let is_hex = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_hex { u128::from_str_radix(text, 16).map(Self).map_err(|_| NoDigest) } else { Err(NoDigest) }
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{DeviceNumber, EditId};
    use crate::stamp::Stamp;
    use crate::value::Value;

    fn record(id: u8) -> RecordState {
        let stamp = |ms| Stamp { ms, counter: 1, device: DeviceNumber(7) };
        let mark = |ms, order| Mark {
            stamp: stamp(ms),
            order,
            edit: EditId::from_bytes([id; 16]),
            author: RecordId::from_bytes([9; 16]),
        };
        let answers = Value::Map(BTreeMap::from([("b".into(), Value::Null), ("a\n\"邻".into(), vec![true].into())]));
        RecordState {
            kind: "resident".into(),
            id: RecordId::from_bytes([id; 16]),
            marks: vec![mark(1_000, None), mark(2_000, Some(stamp(3_000)))],
            fields: BTreeMap::from([
                ("name".into(), vec![FieldVersion(0, "王小明".into())]),
                ("answers".into(), vec![FieldVersion(1, answers), FieldVersion(0, Value::Null)]),
            ]),
        }
    }

    #[test]
    fn its_bytes_are_canonical() {
        let state = record(3);
        assert_eq!(Digest::canonical(&state), canonical::bytes(&state));
    }

    #[test]
    fn a_sum_knows_no_order_and_takes_back_what_it_took() {
        let [one, two] = [Digest::of(&record(1)), Digest::of(&record(2))];
        assert_ne!(one, two);
        assert_eq!(one + two, two + one);
        assert_eq!(one + two - two, one);
        assert_eq!([one, two].into_iter().sum::<Digest>() - one - two, Digest::default());
    }

    #[test]
    fn a_deleted_record_counts_for_nothing() {
        let mut state = record(1);
        state.fields.insert(crate::edit::DELETED.into(), vec![FieldVersion(1, true.into())]);
        assert_eq!(Digest::of(&state), Digest::default());
    }

    #[test]
    fn it_is_spelled_in_32_digits() {
        let digest = Digest::from_bytes([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255]);
        let text = digest.to_string();
        assert_eq!(text, "000102030405060708090a0b0c0d0eff");
        assert_eq!(text.parse(), Ok(digest));
        for wrong in ["", "+00102030405060708090a0b0c0d0eff", "000102030405060708090a0b0c0d0ef"] {
            assert_eq!(wrong.parse::<Digest>(), Err(NoDigest));
        }
    }
}
