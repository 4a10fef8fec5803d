//! Orders: what an edit is compared by where its stamp would not do.
//!
//! No honest edit is refused because of a clock. One that runs ahead, or that seems older than what its author was
//! shown, keeps its stamp as its name and gets an order from the relay beside it.

use super::clock::RelayClock;
use crate::error::Result;
use std::collections::BTreeMap;
use sync_protocol::planted::{self, Bug};
use sync_protocol::record::Accepted;
use sync_protocol::{Edit, RecordState, Stamp};

/// The order an edit needs beside its stamp, if any: later than each base's order and the device's previous edit.
pub fn order_for(
    edit: &Edit,
    state: Option<&RecordState>,
    log: impl FnOnce() -> Result<Vec<Accepted>>,
    previous: Stamp,
    clock: &mut RelayClock<'_>,
) -> Result<Option<Stamp>> {
    let newest_base = newest_base(edit, state, log)?;
    if planted::is(Bug::NoOrder) {
        return Ok(None);
    }
    if newest_base.is_none_or(|base| base < edit.stamp) && !clock.is_ahead(edit.stamp)? {
        return Ok(None);
    }
    clock.tick_after([previous].into_iter().chain(newest_base)).map(Some)
}

/// The greatest order among the edits that this one was written over. Bases nobody knows here (an edit that was
/// refused) do not count.
fn newest_base(
    edit: &Edit,
    state: Option<&RecordState>,
    log: impl FnOnce() -> Result<Vec<Accepted>>,
) -> Result<Option<Stamp>> {
    let Some(state) = state else { return Ok(None) };
    let mut orders: BTreeMap<Stamp, Stamp> = state.marks.iter().map(|mark| (mark.stamp, mark.order())).collect();
    let bases = || edit.fields.values().flat_map(|field| &field.bases);
    // A base that another edit answered meanwhile no longer shows; the log still has it.
    if bases().any(|base| !orders.contains_key(base)) {
        orders.extend(log()?.iter().map(|one| (one.edit.stamp, one.order.unwrap_or(one.edit.stamp))));
    }
    Ok(bases().filter_map(|base| orders.get(base).copied()).max())
}
