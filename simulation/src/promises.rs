//! What must hold when the network has healed: the promises of the protocol, each a sentence for what breaks it.

use crate::device::DeviceNode;
use crate::ledger::Ledger;
use crate::world::World;
use anyhow::Result;
use linli_relay::accept::RELAY_DEVICE;
use linli_relay::digests;
use local_store::{cursors, records};
use std::collections::{BTreeMap, BTreeSet};
use sync_protocol::messages::Fate;
use sync_protocol::{ChannelFacet, Grant, RecordKey, RecordState};

/// Every broken promise of a healed world.
pub fn broken(world: &World) -> Result<Vec<String>> {
    let mut broken = Vec::new();
    nothing_is_lost(world, &mut broken)?;
    let records = all_records(world)?;
    state_is_a_function_of_the_edits(world, &records, &mut broken)?;
    cause_comes_before_effect(world, &records, &mut broken)?;
    for device in &world.devices {
        device_agrees(world, device, &records, &mut broken)?;
        digests_agree(world, device, &mut broken)?;
    }
    let wrong = world.relay.relay.store().read(|tx| digests::wrong(tx))?;
    broken.extend(wrong.into_iter().map(|(at, _)| format!("the relay's digest of {at:?} is not what it lists")));
    Ok(broken)
}

/// Promise 1: each (edit, field) ends in exactly one visible place, and every outbox is empty.
fn nothing_is_lost(world: &World, broken: &mut Vec<String>) -> Result<()> {
    let mut ledger = Ledger::new(&world.relay);
    for device in &world.devices {
        let (stored, fates) = (world.relay.edits(device.number)?, device.fates()?);
        for edit in world.saved.iter().filter(|edit| edit.device == device.number) {
            let fate = fates.get(&edit.number);
            let Some(fate) = fate else {
                broken.push(format!("{} forgot its edit {}", device.name, edit.number));
                continue;
            };
            if fate.as_deref().is_none_or(|fate| fate == "later") {
                broken.push(format!("{} still has edit {} in its outbox", device.name, edit.number));
            }
            let places = ledger.places(edit, stored.get(&edit.number), fate.as_deref())?;
            for (field, place) in places {
                if let Err(why) = place {
                    let what = format!("{} {} {}", edit.kind, edit.record, field);
                    broken.push(format!("{}'s edit {} of {what}: {why}", device.name, edit.number));
                }
            }
        }
    }
    Ok(())
}

/// Every record somebody ever wrote to, as the relay has it.
fn all_records(world: &World) -> Result<BTreeMap<RecordKey, linli_relay::store::StoredRecord>> {
    let mut keys = BTreeSet::new();
    for number in world.devices.iter().map(|device| device.number).chain([RELAY_DEVICE]) {
        let accepted = |fate| matches!(fate, Fate::Merged | Fate::Conflict);
        let edits = world.relay.edits(number)?.into_values();
        keys.extend(edits.filter(|edit| accepted(edit.outcome.result)).map(|edit| edit.edit.key()));
    }
    let mut records = BTreeMap::new();
    for key in keys {
        if let Some(record) = world.relay.record(&key)? {
            records.insert(key, record);
        }
    }
    Ok(records)
}

/// Promise 2: what a record shows follows from the set of its edits; how they arrived does not matter.
fn state_is_a_function_of_the_edits(
    world: &World,
    records: &BTreeMap<RecordKey, linli_relay::store::StoredRecord>,
    broken: &mut Vec<String>,
) -> Result<()> {
    let schema = world.relay.relay.schema();
    for (key, record) in records {
        let Some(kind) = schema.kind(&key.kind) else { continue };
        let expected = RecordState::from_edits(kind, &world.relay.accepted(key)?);
        if expected.as_ref() != Some(&record.state) {
            broken.push(format!("{key} at the relay is {:?}, its edits say {expected:?}", record.state));
        }
    }
    Ok(())
}

/// An edit is ordered after every edit its author was shown.
fn cause_comes_before_effect(
    world: &World,
    records: &BTreeMap<RecordKey, linli_relay::store::StoredRecord>,
    broken: &mut Vec<String>,
) -> Result<()> {
    for key in records.keys() {
        let edits = world.relay.accepted(key)?;
        let order = |edit: &sync_protocol::record::Accepted| edit.order.unwrap_or(edit.edit.stamp);
        let orders: BTreeMap<_, _> = edits.iter().map(|edit| (edit.edit.stamp, order(edit))).collect();
        for edit in &edits {
            let bases = edit.edit.fields.values().flat_map(|field| &field.bases);
            if bases.filter_map(|base| orders.get(base)).any(|base| *base >= order(edit)) {
                broken.push(format!(
                    "{key}: edit {} of {} comes before what it was written over",
                    edit.edit.number, edit.edit.device
                ));
            }
        }
    }
    Ok(())
}

/// Promises 2 and 4: a device holds what its grants list, as the relay has it, and nothing else.
fn device_agrees(
    world: &World,
    device: &DeviceNode,
    records: &BTreeMap<RecordKey, linli_relay::store::StoredRecord>,
    broken: &mut Vec<String>,
) -> Result<()> {
    let grants = world.relay.grants(&device.holder, world.true_ms)?;
    let granted: BTreeSet<ChannelFacet> = grants.iter().flat_map(Grant::channel_facets).collect();
    for (key, record) in records {
        let at = |channel| ChannelFacet { channel, facet: record.placement.facet };
        let may = record.placement.channels.iter().cloned().map(at).any(|at| granted.contains(&at));
        let held = device.read(|tx| records::relay_state(tx, key))?.map(|(_, state)| state);
        // Beneath an own edit that is held, also what was deleted since stands.
        let held = held.filter(|held| !(may && held.is_deleted() && record.state.is_deleted()));
        match (may && !record.state.is_deleted(), held) {
            (true, None) => broken.push(format!("{} lacks {key}", device.name)),
            (false, Some(_)) => broken.push(format!("{} holds {key} without a right", device.name)),
            (true, Some(held)) if held != record.state => {
                broken.push(format!("{} has {key} as {held:?}, the relay as {:?}", device.name, record.state));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Promise 3: "all data safe" is said only where digests agree, so they must.
fn digests_agree(world: &World, device: &DeviceNode, broken: &mut Vec<String>) -> Result<()> {
    for cursor in device.read(cursors::all)? {
        let standing = world.relay.relay.store().read(|tx| tx.standing(&cursor.at))?;
        if cursor.position == standing.head && cursor.digest != Some(standing.digest) {
            broken.push(format!("{}'s digest of {:?} is not the relay's", device.name, cursor.at));
        }
    }
    let differing = device.read(cursors::differing)?;
    if differing > 0 {
        broken.push(format!("{} has {differing} channels that differ from the relay's", device.name));
    }
    Ok(())
}
