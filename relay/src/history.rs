//! The history of a record, for who may read the record.
//!
//! Invariants:
//! - It follows from accepted edits only: what is held, waiting or refused is no part of a record's history.
//! - Each change is judged by the facet that the record had then: where a private matter was opened later, what it said while
//!   it was private is for those who may read private matters there.
//! - A record that is not there and one that the asker may not read are answered alike.

use crate::error::Result;
use crate::placing::Register;
use crate::rights::{Granted, name_of};
use crate::store::Tx;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use sync_protocol::history::{Change, changes};
use sync_protocol::messages::{History, MAX_CHANGES};
use sync_protocol::routes::Placement;
use sync_protocol::{ChannelFacet, Facet, RecordId, RecordKey, Schema, Value};

pub fn of(tx: &dyn Tx, schema: &Schema, key: &RecordKey, granted: &Granted) -> Result<Option<History>> {
    let (Some(kind), Some(held)) = (schema.kind(&key.kind), tx.record(key)?) else { return Ok(None) };
    if !may_read(granted, &held.placement, held.placement.facet) {
        return Ok(None);
    }
    let district = crate::district::code(tx)?;
    let register = Register::new(tx, schema, &district);
    let (mut found, mut was_hidden) = (Vec::new(), false);
    for (mut change, state) in changes(kind, &tx.accepted_edits(key)?) {
        let is_hidden = !may_read(granted, &held.placement, register.place(&state)?.facet);
        if was_hidden {
            change.fields.values_mut().for_each(|field| field.before = Value::Null);
        }
        if !is_hidden {
            found.push(change);
        }
        was_hidden = is_hidden;
    }
    let earlier = found.len().saturating_sub(MAX_CHANGES);
    let mut newest = found.split_off(earlier);
    newest.reverse();
    name_authors(tx, &mut newest)?;
    Ok(Some(History { changes: newest, earlier: u32::try_from(earlier).unwrap_or(u32::MAX) }))
}

fn may_read(granted: &Granted, placement: &Placement, facet: Facet) -> bool {
    let at = |channel: &sync_protocol::Channel| ChannelFacet { channel: channel.clone(), facet };
    placement.channels.iter().any(|channel| granted.facets.contains(&at(channel)))
}

/// Names of staff stand on the stairway; a history stays readable where its author's account is not held.
fn name_authors(tx: &dyn Tx, changes: &mut [Change]) -> Result<()> {
    let mut names: HashMap<RecordId, String> = HashMap::new();
    for change in changes {
        change.author_name = match names.entry(change.author) {
            Entry::Occupied(known) => known.get().clone(),
            Entry::Vacant(new) => new.insert(name_of(tx, change.author)?).clone(),
        };
    }
    Ok(())
}
