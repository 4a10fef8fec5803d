//! The relay's hybrid clock within one transaction: where its orders, and the stamps of its own edits, come from.
//!
//! Invariant: two transactions never give the same order. The clock is therefore taken from the store only by the first
//! order that is given, and by nobody else until the commit; most pushes need none and wait for nobody.

use super::RELAY_DEVICE;
use crate::district;
use crate::error::Result;
use crate::store::Tx;
use sync_protocol::{Hlc, Stamp};

pub struct RelayClock<'t> {
    tx: &'t dyn Tx,
    taken: Option<Hlc>,
}

impl<'t> RelayClock<'t> {
    pub fn new(tx: &'t dyn Tx) -> Self {
        Self { tx, taken: None }
    }

    /// An order later than every one given before, and than these.
    pub fn tick_after(&mut self, seen: impl IntoIterator<Item = Stamp>, now_ms: u64) -> Result<Stamp> {
        let mut clock = match self.taken {
            Some(clock) => clock,
            None => Hlc::new(RELAY_DEVICE, district::last_order(self.tx)?),
        };
        seen.into_iter().for_each(|stamp| clock.observe(stamp));
        let order = clock.tick(now_ms);
        self.taken = Some(clock);
        Ok(order)
    }

    /// Lets every order from now on be later than this one, which was given before the store was restored.
    pub fn observe(&mut self, order: Stamp) -> Result<()> {
        let mut clock = match self.taken {
            Some(clock) => clock,
            None => Hlc::new(RELAY_DEVICE, district::last_order(self.tx)?),
        };
        clock.observe(order);
        self.taken = Some(clock);
        Ok(())
    }

    pub fn finish(self) -> Result<()> {
        self.taken.map_or(Ok(()), |clock| district::set_last_order(self.tx, clock.last()))
    }
}
