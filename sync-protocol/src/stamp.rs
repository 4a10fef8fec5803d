//! Stamps: when an edit was made, in an order that cause always follows.
//!
//! A stamp is a hybrid logical clock reading (Kulkarni et al., "Logical Physical Clocks", 2014): milliseconds since 1970 in
//! 48 bits, a 16-bit counter, and the device's number in 32 bits so that no two devices make the same one. It is given
//! once, at save, and nobody rewrites it.

use crate::ids::DeviceNumber;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// The greatest number of milliseconds that fits 48 bits: the year 10889.
pub const MAX_MS: u64 = (1 << 48) - 1;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stamp {
    pub ms: u64,
    pub counter: u16,
    pub device: DeviceNumber,
}

impl Stamp {
    pub const ZERO: Stamp = Stamp { ms: 0, counter: 0, device: DeviceNumber(0) };

    /// Twelve bytes whose order is the stamps' order.
    pub fn to_bytes(self) -> [u8; 12] {
        let mut bytes = [0; 12];
        bytes[..6].copy_from_slice(&self.ms.to_be_bytes()[2..]);
        bytes[6..8].copy_from_slice(&self.counter.to_be_bytes());
        bytes[8..].copy_from_slice(&self.device.0.to_be_bytes());
        bytes
    }

    pub fn from_bytes(bytes: [u8; 12]) -> Self {
        let mut ms = [0; 8];
        ms[2..].copy_from_slice(&bytes[..6]);
        let counter = u16::from_be_bytes([bytes[6], bytes[7]]);
        let device = u32::from_be_bytes([bytes[8], bytes[9], bytes[10], bytes[11]]);
        Self { ms: u64::from_be_bytes(ms), counter, device: DeviceNumber(device) }
    }
}

impl fmt::Display for Stamp {
    /// 24 lower-case hex digits: text that sorts as the stamps do.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:012x}{:04x}{:08x}", self.ms, self.counter, self.device.0)
    }
}

impl fmt::Debug for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[derive(Debug, thiserror::Error)]
#[error("{0:?} is not a stamp of 24 lower-case hex digits")]
pub struct NotAStamp(String);

impl FromStr for Stamp {
    type Err = NotAStamp;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || NotAStamp(text.chars().take(40).collect());
        // Only one spelling of a stamp is accepted, because edit ids are hashes over the text.
        if text.len() != 24 || !text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
            return Err(wrong());
        }
        let part = |range: std::ops::Range<usize>| u64::from_str_radix(&text[range], 16).map_err(|_| wrong());
        Ok(Self { ms: part(0..12)?, counter: part(12..16)? as u16, device: DeviceNumber(part(16..24)? as u32) })
    }
}

impl Serialize for Stamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Stamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A device's clock. Its state is stored in the transaction that uses a reading, so that a restart never goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hlc {
    device: DeviceNumber,
    last: Stamp,
}

impl Hlc {
    /// A clock that continues after `last`, the greatest stamp or order this device has given or seen.
    pub fn new(device: DeviceNumber, last: Stamp) -> Self {
        Self { device, last }
    }

    pub fn last(&self) -> Stamp {
        self.last
    }

    /// The next stamp: later than every one given or seen, and `now_ms` where that is later still.
    pub fn tick(&mut self, now_ms: u64) -> Stamp {
        let now_ms = now_ms.min(MAX_MS);
        let (ms, counter) = if now_ms > self.last.ms {
            (now_ms, 0)
        } else {
            match self.last.counter.checked_add(1) {
                Some(counter) => (self.last.ms, counter),
                // 65,536 edits within one millisecond: borrow the next one rather than repeat a stamp.
                None => ((self.last.ms + 1).min(MAX_MS), 0),
            }
        };
        self.last = Stamp { ms, counter, device: self.device };
        self.last
    }

    /// Takes note of a stamp or order from elsewhere, so that what is written next comes after it.
    pub fn observe(&mut self, seen: Stamp) {
        self.last = self.last.max(seen);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_stamp_survives_text_and_bytes(ms in 0..=MAX_MS, counter: u16, device: u32) {
            let stamp = Stamp { ms, counter, device: DeviceNumber(device) };
            prop_assert_eq!(stamp.to_string().parse::<Stamp>().unwrap(), stamp);
            prop_assert_eq!(Stamp::from_bytes(stamp.to_bytes()), stamp);
        }

        #[test]
        fn text_and_bytes_sort_as_stamps_do(a: (u32, u16, u32), b: (u32, u16, u32)) {
            let stamp = |t: (u32, u16, u32)| Stamp { ms: t.0.into(), counter: t.1, device: DeviceNumber(t.2) };
            let (a, b) = (stamp(a), stamp(b));
            prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
            prop_assert_eq!(a.cmp(&b), a.to_bytes().cmp(&b.to_bytes()));
        }

        #[test]
        fn a_clock_never_repeats_or_goes_back(readings in prop::collection::vec((0u64..5_000, 0u64..5_000), 1..200)) {
            let mut clock = Hlc::new(DeviceNumber(7), Stamp::ZERO);
            let mut before = Stamp::ZERO;
            for (now, seen) in readings {
                clock.observe(Stamp { ms: seen, counter: u16::MAX, device: DeviceNumber(9) });
                let stamp = clock.tick(now);
                prop_assert!(stamp > before && stamp.ms >= seen);
                before = stamp;
            }
        }
    }

    #[test]
    fn other_spellings_of_a_stamp_are_refused() {
        for text in ["", "0", "00000000000000000000000G", "00000000000000000000000A", " 0000000000000000000000a"] {
            assert!(text.parse::<Stamp>().is_err(), "{text:?}");
        }
    }
}
