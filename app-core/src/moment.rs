//! Now, by this machine's clock and by the relay's.

use crate::error::Result;
use local_store::{Tx, device};
pub use sync_client::clock::machine_ms;
use sync_client::round::facts;

/// The corrected clock: this machine's, moved by what the relay last said. It may be wrong only as long as there was no
/// contact, and saved stamps are never rewritten. Never earlier than the last contact: a tablet whose battery died wakes up
/// in 1970, when nobody was appointed to anything yet.
pub fn now_ms(tx: &Tx<'_>) -> Result<u64> {
    let offset: i64 = device::fact(tx, facts::CLOCK_OFFSET)?.and_then(|text| text.parse().ok()).unwrap_or(0);
    let contact = device::fact(tx, facts::RECEIVED_UNTIL)?.and_then(|text| text.parse().ok()).unwrap_or(0);
    Ok(machine_ms().saturating_add_signed(offset).max(contact))
}

/// Today in Asia/Shanghai by the corrected clock.
pub fn today(tx: &Tx<'_>) -> Result<String> {
    Ok(sync_protocol::day::day_of(now_ms(tx)?))
}
