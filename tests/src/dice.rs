//! Chance from a seed: what a fault test does can be done again.

use std::time::{SystemTime, UNIX_EPOCH};

/// SplitMix64: enough to choose moments and bytes, and the same on every machine.
pub struct Dice(u64);

impl Dice {
    /// From `LINLI_SEED`, or from the clock; says which, so that a failure can be repeated.
    pub fn thrown() -> Self {
        let given = std::env::var("LINLI_SEED").ok().and_then(|seed| seed.parse().ok());
        let clock = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64);
        let seed = given.unwrap_or_else(clock);
        eprintln!("LINLI_SEED={seed}");
        Self(seed)
    }

    pub fn of(seed: u64) -> Self {
        Self(seed)
    }

    #[expect(clippy::should_implement_trait, reason = "a die never runs out")]
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Less than `end`, which is not 0.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    pub fn one_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }
}

/// How often a fault is made: a small number on every run of the tests, `LINLI_SOAK` as many times more in `make soak`.
pub fn times(usual: u64) -> u64 {
    let more: u64 = std::env::var("LINLI_SOAK").ok().and_then(|times| times.parse().ok()).unwrap_or(1);
    usual * more.max(1)
}
