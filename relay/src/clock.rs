//! The relay's wall clock, and whether it can be trusted (F9). Everything that judges or merges takes the time as an
//! argument instead.
//!
//! The clock is in doubt while it is behind the highest order the relay ever gave, or while the median of what at least
//! five tablets show by their own clocks is elsewhere. Then the relay says no time and re-orders nobody: its wrong year
//! would otherwise become the year of every tablet.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use sync_protocol::DeviceNumber;

/// A difference up to this is nobody's fault: lines are slow, and an honest order may be so far ahead.
pub const APART_MS: u64 = 60_000;
/// Fewer clocks than this prove nothing.
const ENOUGH: usize = 5;
/// What a tablet's clock showed longer ago says little about it now.
const FRESH: Duration = Duration::from_secs(3_600);

/// Milliseconds since 1970; a clock before that reads as 1970.
pub fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64)
}

/// Why the relay's clock is not trusted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Doubt {
    Behind { by_ms: u64 },
    Apart { by_ms: u64, tablets: usize },
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Behind { by_ms } => {
                write!(f, "the relay's clock is {} s behind the highest order it gave", by_ms / 1_000)
            }
            Self::Apart { by_ms, tablets } => {
                write!(f, "the relay's clock is {} s away from those of {tablets} tablets", by_ms / 1_000)
            }
        }
    }
}

/// What is known about how right the clock is.
#[derive(Default)]
pub struct Watch(Mutex<Known>);

#[derive(Default)]
struct Known {
    /// What each tablet's clock showed, and when that was by a clock that nobody sets.
    tablets: HashMap<DeviceNumber, (u64, Instant)>,
    highest_order_ms: u64,
    /// By the last look.
    apart: Option<Doubt>,
}

impl Watch {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A tablet said what its own clock shows.
    pub fn heard(&self, tablet: DeviceNumber, shows_ms: u64) {
        self.known().tablets.insert(tablet, (shows_ms, Instant::now()));
    }

    /// Looks at the tablets' clocks anew, and takes note of the highest order given.
    pub fn look(&self, now_ms: u64, highest_order_ms: u64) -> Option<Doubt> {
        let mut known = self.known();
        known.highest_order_ms = known.highest_order_ms.max(highest_order_ms);
        known.tablets.retain(|_, (_, at)| at.elapsed() < FRESH);
        let shown = |(shown, at): &(u64, Instant)| {
            let shows = i128::from(*shown) + at.elapsed().as_millis() as i128;
            shows - i128::from(now_ms)
        };
        let mut ahead: Vec<i128> = known.tablets.values().map(shown).collect();
        ahead.sort_unstable();
        let median = ahead.get(ahead.len() / 2).filter(|_| ahead.len() >= ENOUGH).map(|median| median.unsigned_abs());
        let by_ms = median.map(|by| u64::try_from(by).unwrap_or(u64::MAX)).filter(|by| *by > APART_MS);
        known.apart = by_ms.map(|by_ms| Doubt::Apart { by_ms, tablets: ahead.len() });
        drop(known);
        self.doubt(now_ms)
    }

    pub fn doubt(&self, now_ms: u64) -> Option<Doubt> {
        let known = self.known();
        let by_ms = known.highest_order_ms.saturating_sub(now_ms);
        if by_ms > APART_MS { Some(Doubt::Behind { by_ms }) } else { known.apart }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: u64 = 1_800_000_000_000;
    const YEAR: u64 = 365 * 24 * 3_600_000;

    fn heard_from(watch: &Watch, count: u32, shows_ms: u64) {
        (1..=count).for_each(|tablet| watch.heard(DeviceNumber(tablet), shows_ms));
    }

    #[test]
    fn f9_a_clock_behind_the_highest_order_is_in_doubt() {
        let watch = Watch::default();
        assert_eq!(watch.look(NOON, NOON + 30_000), None, "an order may be a minute ahead");
        assert!(matches!(watch.look(NOON, NOON + YEAR), Some(Doubt::Behind { .. })));
        assert_eq!(watch.doubt(NOON + YEAR), None, "set right again");
    }

    #[test]
    fn f9_five_tablets_outvote_the_relay_and_four_do_not() {
        let watch = Watch::default();
        heard_from(&watch, 4, NOON - YEAR);
        assert_eq!(watch.look(NOON, 0), None);
        heard_from(&watch, 5, NOON - YEAR);
        assert!(matches!(watch.look(NOON, 0), Some(Doubt::Apart { tablets: 5, .. })));
        heard_from(&watch, 5, NOON);
        assert_eq!(watch.look(NOON, 0), None, "the clock is right, or was set right");
    }

    #[test]
    fn f9_a_few_wrong_tablets_among_many_put_nothing_in_doubt() {
        let watch = Watch::default();
        heard_from(&watch, 9, NOON + 20_000);
        heard_from(&watch, 4, 0);
        assert_eq!(watch.look(NOON, 0), None);
    }
}
