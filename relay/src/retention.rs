//! How long entries of channels live: a record that departed or was deleted is said so until every active device of the
//! channel has heard it.
//!
//! Invariants:
//! - An entry goes only once each device that holds the channel and was seen within [`ACTIVE_MS`] is past it. A device of which
//!   it is not known how far it is counts as one that is at the beginning.
//! - Whoever comes with a cursor before something that went hears that it is too old, and loads anew (F30).
//! - What was erased is said for ever, and so is what is listed.

use crate::error::{RelayError, Result};
use crate::rights::{Granted, grants_of};
use crate::store::{Holder, Store, Tx};
use std::collections::{BTreeMap, HashMap};
use sync_protocol::day::day_of;
use sync_protocol::{ChannelFacet, DeviceNumber};

/// A device that was not seen for so long loads anew when it comes back.
pub const ACTIVE_MS: u64 = 180 * 24 * 3_600_000;
/// How far a device is, is written down no more often than this: it must not cost a commit per pull.
pub const NOTED_EVERY_MS: u64 = 20 * 3_600_000;
/// Channel facets that are swept in one write, so that nobody waits long for it.
const SLICE: usize = 50;

fn passed_key(device: DeviceNumber) -> String {
    format!("passed:{device}")
}

fn swept_key(at: &ChannelFacet) -> String {
    format!("swept:{} {}", at.channel, at.facet.name())
}

/// Writes down how far a device has applied its channels.
pub fn note_passed(tx: &dyn Tx, device: DeviceNumber, passed: &[(ChannelFacet, u64)]) -> Result<()> {
    let spelled: BTreeMap<String, u64> =
        passed.iter().map(|(at, position)| (format!("{} {}", at.channel, at.facet.name()), *position)).collect();
    let json = serde_json::to_vec(&spelled).map_err(|error| RelayError::Damaged(error.to_string()))?;
    tx.put_meta(&passed_key(device), &json)
}

fn passed(tx: &dyn Tx, device: DeviceNumber) -> Result<HashMap<String, u64>> {
    let held = tx.meta(&passed_key(device))?;
    Ok(held.and_then(|json| serde_json::from_slice(&json).ok()).unwrap_or_default())
}

/// Whether something went between a cursor and the head, so that what comes after the cursor is not all there was.
pub fn is_too_old(tx: &dyn Tx, at: &ChannelFacet, position: u64) -> Result<bool> {
    Ok(position > 0 && position < swept(tx, at)?)
}

fn swept(tx: &dyn Tx, at: &ChannelFacet) -> Result<u64> {
    let held = tx.meta(&swept_key(at))?;
    Ok(held.and_then(|bytes| <[u8; 8]>::try_from(bytes).ok()).map_or(0, u64::from_be_bytes))
}

/// Lets go what every active device is past. How many entries that were.
pub fn sweep(store: &dyn Store, now_ms: u64) -> Result<u64> {
    let plan = store.read(|tx| plan(tx, now_ms))?;
    let mut gone = 0;
    for slice in plan.chunks(SLICE) {
        gone += store.write(|tx| {
            let mut gone = 0;
            for (at, up_to) in slice {
                let (count, last) = tx.sweep(at, *up_to)?;
                if count > 0 {
                    let last = last.max(swept(tx, at)?);
                    tx.put_meta(&swept_key(at), &last.to_be_bytes())?;
                }
                gone += count;
            }
            Ok(gone)
        })?;
    }
    Ok(gone)
}

/// Every channel facet with the position up to which all of its active devices are.
fn plan(tx: &dyn Tx, now_ms: u64) -> Result<Vec<(ChannelFacet, u64)>> {
    let day = day_of(now_ms);
    let mut least: HashMap<ChannelFacet, u64> = HashMap::new();
    for (device, ..) in tx.devices_after(None)? {
        let is_active = now_ms.saturating_sub(device.last_contact_ms) <= ACTIVE_MS;
        if device.is_revoked || !is_active || device.holder == Holder::Relay {
            continue;
        }
        let passed = passed(tx, device.number)?;
        for at in Granted::new(grants_of(tx, &device.holder, &day)?).facets {
            let position = passed.get(&format!("{} {}", at.channel, at.facet.name())).copied().unwrap_or(0);
            least.entry(at).and_modify(|least| *least = position.min(*least)).or_insert(position);
        }
    }
    let all = tx.all_standings()?.into_iter();
    let up_to = |(at, standing): (ChannelFacet, crate::store::Standing)| {
        let up_to = least.get(&at).copied().unwrap_or(standing.head);
        (up_to > 0).then_some((at, up_to))
    };
    Ok(all.filter_map(up_to).collect())
}
