//! What must hold when the network has healed: the promises of the protocol, each a sentence for what breaks it.

use crate::device::DeviceNode;
use crate::ledger::Ledger;
use crate::world::World;
use anyhow::Result;
use linli_relay::accept::RELAY_DEVICE;
use linli_relay::digests;
use local_store::{cursors, outbox, records};
use std::collections::{BTreeMap, BTreeSet};
use sync_protocol::conflict::conflict_id;
use sync_protocol::edit::DELETED;
use sync_protocol::messages::Fate;
use sync_protocol::schema::Rule;
use sync_protocol::{ChannelFacet, DeviceNumber, Edit, Grant, RecordId, RecordKey, RecordState, Stamp};

/// Every broken promise of a healed world.
pub fn broken(world: &World) -> Result<Vec<String>> {
    let mut broken = Vec::new();
    nothing_is_lost(world, &mut broken)?;
    let records = all_records(world)?;
    state_is_a_function_of_the_edits(world, &records, &mut broken)?;
    cause_comes_before_effect(world, &records, &mut broken)?;
    stamps_ascend(world, &mut broken);
    nobody_differs_without_a_reason(world, &mut broken);
    no_clock_is_dragged(world, &records, &mut broken)?;
    conflicts_are_seen(world, &records, &mut broken)?;
    steps_come_one_after_another(world, &records, &mut broken)?;
    everything_is_where_it_belongs(world, &records, &mut broken)?;
    for device in &world.devices {
        device_agrees(world, device, &records, &mut broken)?;
        digests_agree(world, device, &mut broken)?;
        nothing_is_laid_over_twice(device, &mut broken)?;
        a_chain_ends_at_its_last_edit(world, device, &mut broken)?;
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
        let pending: u32 = device.read(outbox::queue)?.iter().map(|line| line.count).sum();
        if pending > 0 {
            broken.push(format!("{} still has {pending} edits to send", device.name));
        }
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
        if cursor.position != standing.head {
            broken.push(format!(
                "{} is at {} of {:?}, the relay at {}",
                device.name, cursor.position, cursor.at, standing.head
            ));
        }
        if cursor.digest != Some(standing.digest) {
            broken.push(format!("{}'s digest of {:?} is not the relay's", device.name, cursor.at));
        }
    }
    let differing = device.read(cursors::differing)?;
    if differing > 0 {
        broken.push(format!("{} has {differing} channels that differ from the relay's", device.name));
    }
    Ok(())
}

/// A tablet whose clock runs years ahead drags nobody's order along.
fn no_clock_is_dragged(
    world: &World,
    records: &BTreeMap<RecordKey, linli_relay::store::StoredRecord>,
    broken: &mut Vec<String>,
) -> Result<()> {
    let latest = world.true_ms + 60_000;
    for key in records.keys() {
        let edits = world.relay.accepted(key)?.into_iter();
        for ahead in edits.filter(|edit| edit.order.unwrap_or(edit.edit.stamp).ms > latest) {
            broken.push(format!("{key}: edit {} of {} is ordered in the future", ahead.edit.number, ahead.edit.device));
        }
    }
    Ok(())
}

/// Digests that are carried along rightly differ only where a row changed by itself or the relay was restored.
fn nobody_differs_without_a_reason(world: &World, broken: &mut Vec<String>) {
    let count = |what| world.counts.get(what).copied().unwrap_or(0);
    if count("compared") > 0 && count("row rotted") == 0 && count("restored") == 0 {
        broken.push("a replica was laid beside the relay, though nothing had made the two differ".to_owned());
    }
}

/// The relay goes on where a device's chain ended. Where it did not, any number would pass for the next.
fn a_chain_ends_at_its_last_edit(world: &World, device: &DeviceNode, broken: &mut Vec<String>) -> Result<()> {
    let last = world.relay.edits(device.number)?.pop_last().map(|(number, stored)| (number, stored.id));
    let held = world.relay.relay.store().read(|tx| tx.device(device.number))?.and_then(|held| held.head);
    if held != last {
        broken.push(format!("the chain of {} ends at {held:?}, and its last edit is {last:?}", device.name));
    }
    Ok(())
}

/// A device's stamps ascend with its running numbers, whatever its clock did.
fn stamps_ascend(world: &World, broken: &mut Vec<String>) {
    let mut last: BTreeMap<DeviceNumber, &Edit> = BTreeMap::new();
    for edit in &world.saved {
        if let Some(before) = last.insert(edit.device, edit).filter(|before| before.stamp >= edit.stamp) {
            broken.push(format!("edit {} of {} is stamped no later than {}", edit.number, edit.device, before.number));
        }
    }
}

/// Every open disagreement has a record by which people see it, with all its sides.
fn conflicts_are_seen(
    world: &World,
    records: &BTreeMap<RecordKey, linli_relay::store::StoredRecord>,
    broken: &mut Vec<String>,
) -> Result<()> {
    let schema = world.relay.relay.schema();
    for (key, record) in records.iter().filter(|(key, _)| key.kind != "conflict") {
        let Some(kind) = schema.kind(&key.kind) else { continue };
        let latest = |field: &&String| kind.rule(field) == Some(Rule::Latest) && field.as_str() != DELETED;
        for field in record.state.fields.keys().filter(latest) {
            let sides = record.state.open_sides(field).len();
            if sides == 0 {
                continue;
            }
            let seen = world.relay.record(&RecordKey::new("conflict", conflict_id(key, field)))?;
            let count = seen.and_then(|seen| seen.state.value("count").as_int()).unwrap_or(0);
            if count <= sides as i64 {
                broken.push(format!(
                    "{key} {field} has {sides} sides beside the winner; its conflict record counts {count}"
                ));
            }
        }
    }
    Ok(())
}

/// The relay orders each step of an issue after those it took before. After a restore steps keep the orders they had.
fn steps_come_one_after_another(
    world: &World,
    records: &BTreeMap<RecordKey, linli_relay::store::StoredRecord>,
    broken: &mut Vec<String>,
) -> Result<()> {
    if world.counts.contains_key("restored") {
        return Ok(());
    }
    let mut steps: BTreeMap<RecordId, Vec<(u64, Stamp)>> = BTreeMap::new();
    for (key, record) in records.iter().filter(|(key, _)| key.kind == "issue_step") {
        let (Some(issue), Some(mark)) = (record.state.reference("issue"), record.state.marks.first()) else { continue };
        steps.entry(issue).or_default().push((record.revision, mark.order()));
        debug_assert_eq!(key.kind, "issue_step");
    }
    for (issue, mut steps) in steps {
        steps.sort_unstable();
        if !steps.is_sorted_by_key(|(_, order)| *order) {
            broken.push(format!("the steps of issue {issue} are not in the order in which they were taken"));
        }
    }
    Ok(())
}

/// A record's place is the one that follows from it and what it hangs on.
fn everything_is_where_it_belongs(
    world: &World,
    records: &BTreeMap<RecordKey, linli_relay::store::StoredRecord>,
    broken: &mut Vec<String>,
) -> Result<()> {
    for (key, record) in records {
        let belongs = world.relay.place(&record.state)?;
        if belongs != record.placement {
            broken.push(format!("{key} is in {:?} and belongs in {belongs:?}", record.placement));
        }
    }
    Ok(())
}

/// An own edit that a copy from the relay shows is laid over it no longer.
fn nothing_is_laid_over_twice(device: &DeviceNode, broken: &mut Vec<String>) -> Result<()> {
    let twice = device.laid_over_twice()?;
    broken.extend(
        twice.into_iter().map(|number| format!("{} lays edit {number} over a copy that shows it", device.name)),
    );
    Ok(())
}
