//! Chance that is the same in every language, and what is drawn with it alone.

use super::words::{GIVEN, PREFIXES, SENTENCES, SURNAMES};
use serde_json::{Value, json};

/// Chance: mulberry32, seeded with the FNV-1a hash of a name.
pub struct Chance(u32);

impl Chance {
    pub fn named(name: &str, seed: u32) -> Self {
        let hash = name.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        Self(hash ^ seed)
    }

    pub fn next(&mut self) -> u32 {
        self.0 = self.0.wrapping_add(0x6d2b_79f5);
        let state = self.0;
        let mixed = (state ^ (state >> 15)).wrapping_mul(1 | state);
        let mixed = mixed.wrapping_add((mixed ^ (mixed >> 7)).wrapping_mul(61 | mixed)) ^ mixed;
        mixed ^ (mixed >> 14)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        self.next() as usize % limit
    }
    pub fn pick(&mut self, from: &[&'static str]) -> &'static str {
        from[self.below(from.len())]
    }
    pub fn character(&mut self, from: &str) -> char {
        let count = from.chars().count();
        from.chars().nth(self.below(count)).unwrap_or_default()
    }
    pub fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
    pub fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| self.below(10).to_string()).collect()
    }
    pub fn hex(&mut self, count: usize) -> String {
        let mut text = String::new();
        while text.len() < count {
            text += &format!("{:08x}", self.next());
        }
        text[..count].to_owned()
    }
    pub fn date(&mut self, first: usize, last: usize) -> String {
        let year = first + self.below(last - first + 1);
        let (month, day) = (1 + self.below(12), 1 + self.below(28));
        format!("{year}-{month:02}-{day:02}")
    }
    pub fn moment(&mut self) -> String {
        let (month, day) = (1 + self.below(9), 1 + self.below(28));
        let (hour, minute, second) = (self.below(24), self.below(60), self.below(60));
        format!("2026-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
    pub fn person(&mut self) -> String {
        let mut name = String::from(self.character(SURNAMES));
        name.push(self.character(GIVEN));
        if self.percent(75) {
            name.push(self.character(GIVEN));
        }
        name
    }
    pub fn mobile(&mut self) -> String {
        format!("1{}{}", self.pick(&PREFIXES), self.digits(8))
    }
    pub fn prose(&mut self, sentences: usize) -> String {
        let all: Vec<&str> = (0..sentences).map(|_| self.pick(&SENTENCES)).collect();
        format!("{}。", all.join("，"))
    }
    /// Degrees with up to six digits behind the point, as JSON writes them.
    pub fn degrees(&mut self, whole: usize) -> Value {
        let millionths = self.below(1_000_000);
        json!(whole as f64 + millionths as f64 / 1e6)
    }
}
