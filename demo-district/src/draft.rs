//! The records as they are being made: one stream of chance, one run of ids, one list that grows parent-first.

use crate::prng::Prng;
use crate::{DemoAccount, District, Fields, Seed};
use sync_protocol::{RecordId, Value, day};

const HOUR_MS: u64 = 3_600_000;
/// Where the time in every generated id begins: before anything that a demonstration's people enter.
const FIRST_DAY: &str = "2026-01-01";

/// One independent part of the district: its own chance and its own ids, so that parts can be made in any order, alone,
/// or at once.
pub(crate) struct Draft<'a> {
    pub prng: Prng,
    pub today: &'a str,
    /// The part's place in the district, below 100; ids, phones and identity numbers of two parts never meet.
    pub part: u32,
    pub out: District,
    first_ms: u64,
    minted: u64,
}

impl<'a> Draft<'a> {
    /// `None` when `today` is not a day.
    pub fn new(seed: u64, label: &str, part: u32, today: &'a str) -> Option<Self> {
        day::parse_day(today)?;
        // One day for every run, so that the same seed gives the same ids whatever day it is made on.
        let first_ms = midnight_ms(FIRST_DAY)? + u64::from(part) * 1_000;
        Some(Self { prng: Prng::new(seed, label), today, part, out: District::default(), first_ms, minted: 0 })
    }

    /// A new id that is greater than all before it in this part.
    pub fn id(&mut self) -> RecordId {
        // 4,096 ids in a millisecond count up in the 12 bits behind the version; a part has a second of them.
        let mut random = [0; 10];
        random[..2].copy_from_slice(&((self.minted % 4_096) as u16).to_be_bytes());
        random[2..].copy_from_slice(&self.prng.next().to_be_bytes());
        let id = RecordId::mint(self.first_ms + self.minted / 4_096, random);
        self.minted += 1;
        id
    }

    /// Adds a record under a new id.
    pub fn add(&mut self, kind: &str, fields: Fields) -> RecordId {
        let id = self.id();
        self.add_as(kind, id, None, fields);
        id
    }

    pub fn add_as(&mut self, kind: &str, id: RecordId, author: Option<RecordId>, fields: Fields) {
        self.out.records.push(Seed { kind: kind.to_owned(), id, author, fields });
    }

    pub fn account(&mut self, account: DemoAccount) {
        self.out.accounts.push(account);
    }
}

/// The first millisecond of a day in Shanghai.
pub(crate) fn midnight_ms(day: &str) -> Option<u64> {
    day::time_ms(&format!("{day}T00:00:00.000Z"))?.checked_sub(8 * HOUR_MS)
}

/// The fields of a record, without those that are absent.
pub(crate) fn fields<const N: usize>(pairs: [(&str, Value); N]) -> Fields {
    pairs.into_iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| (name.to_owned(), value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_count_up_past_a_millisecond_of_them() {
        let mut draft = Draft::new(1, "ids", 0, "2026-11-23").unwrap();
        let ids: Vec<_> = (0..10_000).map(|_| draft.id()).collect();
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(ids.iter().all(|id| id.0.get_version_num() == 7));
    }

    #[test]
    fn a_day_begins_at_midnight_in_shanghai() {
        assert_eq!(day::time_text(midnight_ms("2026-11-23").unwrap()), "2026-11-22T16:00:00.000Z");
        assert!(Draft::new(1, "x", 0, "2026-02-30").is_none());
    }
}
