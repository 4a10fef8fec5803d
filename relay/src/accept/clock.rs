//! The relay's hybrid clock within one transaction: where its orders, and the stamps of its own edits, come from.
//!
//! Invariants:
//! - Two transactions never give the same order. The clock is therefore taken from the store only by the first order that
//!   is given, and by nobody else until the commit; most pushes need none and wait for nobody.
//! - While the relay's own clock is in doubt (F9), orders go on by counting alone and no stamp is called ahead.

use super::RELAY_DEVICE;
use crate::clock::APART_MS;
use crate::district;
use crate::error::Result;
use crate::store::Tx;
use sync_protocol::{Hlc, Stamp};

/// The relay's time, and whether the relay trusts its own clock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Now {
    pub ms: u64,
    pub is_sure: bool,
}

impl From<u64> for Now {
    fn from(ms: u64) -> Self {
        Self { ms, is_sure: true }
    }
}

pub struct RelayClock<'t> {
    tx: &'t dyn Tx,
    now: Now,
    taken: Option<Hlc>,
}

impl<'t> RelayClock<'t> {
    pub fn new(tx: &'t dyn Tx, now: Now) -> Self {
        Self { tx, now, taken: None }
    }

    /// Whether a stamp lies so far ahead that it needs an order. Never while it may be the relay that is behind.
    pub fn is_ahead(&mut self, stamp: Stamp) -> Result<bool> {
        if stamp.ms <= self.now.ms.saturating_add(APART_MS) {
            return Ok(false);
        }
        self.take()?;
        Ok(self.now.is_sure)
    }

    /// An order later than every one given before, and than these.
    pub fn tick_after(&mut self, seen: impl IntoIterator<Item = Stamp>) -> Result<Stamp> {
        let mut clock = self.take()?;
        seen.into_iter().for_each(|stamp| clock.observe(stamp));
        let order = clock.tick(if self.now.is_sure { self.now.ms } else { 0 });
        self.taken = Some(clock);
        Ok(order)
    }

    /// Lets every order from now on be later than this one, which was given before the store was restored.
    pub fn observe(&mut self, order: Stamp) -> Result<()> {
        let mut clock = self.take()?;
        clock.observe(order);
        self.taken = Some(clock);
        Ok(())
    }

    pub fn finish(self) -> Result<()> {
        self.taken.map_or(Ok(()), |clock| district::set_last_order(self.tx, clock.last()))
    }

    fn take(&mut self) -> Result<Hlc> {
        if let Some(clock) = self.taken {
            return Ok(clock);
        }
        let last = district::last_order(self.tx)?;
        self.now.is_sure &= last.ms <= self.now.ms.saturating_add(APART_MS);
        let clock = Hlc::new(RELAY_DEVICE, last);
        self.taken = Some(clock);
        Ok(clock)
    }
}
