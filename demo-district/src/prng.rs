//! Chance that is the same everywhere: SplitMix64, written out.
//!
//! A crate's generator may change its stream with a release, and then every pinned district would change with it. These
//! lines cannot.

/// A stream of numbers that follows from its seed alone.
pub(crate) struct Prng(u64);

impl Prng {
    /// A stream of its own for each label, so that one more building in one community moves nothing in another.
    pub fn new(seed: u64, label: &str) -> Self {
        // FNV-1a over the label: it only has to differ, not to be secret.
        let hash = label.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        let mut stream = Self(seed ^ hash);
        // Seeds 1 and 2 lie close together; a first step spreads them before the label's stream begins.
        stream.0 = stream.next() ^ hash.rotate_left(32);
        stream
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `limit`; 0 when the limit is 0.
    pub fn below(&mut self, limit: u32) -> u32 {
        // The high bits of the product: even enough for people and doors, and never a second draw.
        ((u128::from(self.next()) * u128::from(limit)) >> 64) as u32
    }

    /// A number from `least` to `most`, both included.
    pub fn between(&mut self, least: u32, most: u32) -> u32 {
        least + self.below(most.saturating_sub(least) + 1)
    }

    pub fn chance(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    /// One of these, each as likely as the next.
    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u32) as usize]
    }

    /// One of these by weight.
    pub fn weighted<T: Copy>(&mut self, from: &[(u32, T)]) -> T {
        let mut left = self.below(from.iter().map(|(weight, _)| weight).sum());
        let chosen = from.iter().find(|(weight, _)| {
            let found = left < *weight;
            left = left.saturating_sub(*weight);
            found
        });
        chosen.unwrap_or(&from[0]).1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_first_numbers_of_splitmix64_come_out() {
        let mut stream = Prng(1_234_567);
        assert_eq!([stream.next(), stream.next()], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
    }

    #[test]
    fn labels_and_seeds_give_streams_of_their_own() {
        let first = |seed, label| Prng::new(seed, label).next();
        assert_eq!(first(1, "a"), first(1, "a"));
        assert_ne!(first(1, "a"), first(1, "b"));
        assert_ne!(first(1, "a"), first(2, "a"));
    }

    #[test]
    fn weights_and_limits_are_kept() {
        let mut stream = Prng::new(7, "weights");
        let rare = (0..10_000).filter(|_| stream.weighted(&[(95, false), (5, true)])).count();
        assert!((400..600).contains(&rare), "{rare} of 10,000");
        assert!((0..1_000).all(|_| (3..=5).contains(&stream.between(3, 5))));
        assert_eq!(stream.below(0), 0);
    }
}
