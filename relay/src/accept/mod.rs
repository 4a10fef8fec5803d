//! What becomes of edits: each is judged, merged and placed, or kept where somebody sees it.
//!
//! Invariants:
//! - An edit, its outcome, the record it changes and everything that moves with it commit together.
//! - Known or unknown is decided by edit id. A known edit hears its stored outcome again.
//! - One bad edit never blocks those behind it.

mod accounts;
mod chain;
mod clock;
mod judge;
mod order;
mod own;
mod privacy;
mod review;
mod steps;

pub use chain::{Chain, Pushed};
pub use clock::Now;
pub use judge::{Accepting, Authority};
pub use own::{Draft, RELAY_DEVICE, relay_person, write_own};

use crate::error::Result;
use crate::placing::touched;
use crate::receipts::Receipts;
use crate::store::{Holder, StoredDevice, StoredEdit, Tx};
use std::collections::BTreeSet;
use sync_protocol::messages::{Fate, Outcome};
use sync_protocol::planted::{self, Bug};
use sync_protocol::{RecordId, Schema};

/// Takes a push whose signature was verified, and answers with the outcome of each edit.
pub fn accept(
    tx: &dyn Tx,
    schema: &Schema,
    device: &StoredDevice,
    pushed: &Pushed,
    signed_in: &BTreeSet<RecordId>,
    now: impl Into<Now>,
) -> Result<Vec<Outcome>> {
    // Read again inside the transaction: another push of the same device may have come in between.
    let device = tx.device(device.number)?.unwrap_or_else(|| device.clone());
    let mut chain = Chain::continued(tx, &device, pushed)?;
    let receipts = Receipts::of(tx)?;
    let district = crate::district::code(tx)?;
    let news = pushed.edits.iter().filter(|edit| chain.known(edit.number).is_none());
    tx.claim(&news.flat_map(|edit| touched(schema, edit)).collect())?;
    let mut accepting = Accepting::new(tx, schema, &district, now);
    let mut outcomes = Vec::with_capacity(pushed.edits.len());
    for (edit, id) in pushed.edits.iter().zip(&pushed.ids) {
        let known = chain.known(edit.number);
        let is_final = |known: &&StoredEdit| known.outcome.result != Fate::Later && !planted::is(Bug::RepeatJudged);
        if let Some(known) = known.filter(is_final) {
            outcomes.push(known.outcome.clone().told());
            chain.pass(edit, *id);
            continue;
        }
        accepting.brought_by(known.map_or(device.number, |known| known.chain));
        if pushed.erased.contains_key(&edit.number) {
            let outcome = accepting.take_erased(edit, *id)?;
            chain.append(edit, *id, &outcome);
            outcomes.push(outcome);
            continue;
        }
        let decided = pushed.decided.get(&edit.number);
        if let Some(decided) = decided.filter(|decided| decided.edit == *id && receipts.is_valid(decided)) {
            let outcome = accepting.take_decided(edit, *id, decided, chain.order())?;
            chain.append(edit, *id, &outcome);
            outcomes.push(outcome);
            continue;
        }
        let authority = match &device.holder {
            Holder::Person(person) if *person == edit.author => Authority::Author,
            Holder::Console(_) if signed_in.contains(&edit.author) => Authority::Author,
            Holder::Console(_) => Authority::SessionEnded,
            Holder::Person(_) | Holder::Relay => Authority::None,
        };
        let outcome = accepting.take(edit, *id, authority, chain.order())?;
        chain.append(edit, *id, &outcome);
        outcomes.push(outcome);
        if planted::is(Bug::RefusalBlocks) && outcomes.last().is_some_and(|last| last.result == Fate::Refused) {
            break;
        }
    }
    accepting.finish()?;
    chain.finish(tx)?;
    outcomes.iter_mut().for_each(|outcome| receipts.seal(outcome));
    Ok(outcomes)
}
