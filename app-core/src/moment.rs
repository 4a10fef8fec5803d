//! Now, by this machine's clock and by the relay's.

use crate::error::Result;
use local_store::{Tx, device};
use std::time::{SystemTime, UNIX_EPOCH};
use sync_client::round::facts;

/// Milliseconds since 1970 by this machine. A clock before 1970 reads as 1970: wrong, but nothing breaks by it.
pub fn machine_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

/// The corrected clock: this machine's, moved by what the relay last said. It may be wrong only as long as there was no
/// contact, and saved stamps are never rewritten.
pub fn now_ms(tx: &Tx<'_>) -> Result<u64> {
    let offset: i64 = device::fact(tx, facts::CLOCK_OFFSET)?.and_then(|text| text.parse().ok()).unwrap_or(0);
    Ok(machine_ms().saturating_add_signed(offset))
}

/// Today in Asia/Shanghai by the corrected clock.
pub fn today(tx: &Tx<'_>) -> Result<String> {
    Ok(sync_protocol::day::day_of(now_ms(tx)?))
}
