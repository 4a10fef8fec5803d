//! Settling a conflict by a tap, and taking that back.
//!
//! A settlement lists every side as its base. Taking it back writes each side again, over the settlement only, so that none
//! knows of the others and the conflict stands as before.

use super::about::key;
use super::cards::{SettledRef, Settlement};
use super::conflicts::{second_field, standing};
use crate::core::Asking;
use crate::error::{CommandError, Result};
use crate::residents::checked_phone;
use crate::saved::Saved;
use local_store::saving::NewEdit;
use local_store::{Tx, attention, outbox, records, review};
use std::collections::BTreeSet;
use sync_protocol::edit::DELETED;
use sync_protocol::schema::FieldType;
use sync_protocol::{RecordKey, Stamp, Value};

pub fn settle_conflict(asking: &Asking, input: Settlement) -> Result<Saved> {
    let key = key(&input.record)?;
    let seen = stamps(&input.seen)?;
    let edit = asking.read(|tx| settlement(tx, asking, &key, &input, &seen))?;
    asking.save(|_, _| Ok(vec![edit]))?;
    asking.saved(key.id)
}

fn settlement(
    tx: &Tx<'_>,
    asking: &Asking,
    key: &RecordKey,
    input: &Settlement,
    seen: &BTreeSet<Stamp>,
) -> Result<NewEdit> {
    let state = records::shown(tx, key)?;
    let standing = match &state {
        Some(state) => standing(tx, state, &input.field)?,
        None => review::of_field(tx, key, &input.field)?.map(|one| one.conflict.sides).unwrap_or_default(),
    };
    let moved_on = || CommandError::new("conflict_moved_on");
    // Somebody who chose was shown every side that stands now; else they are asked to look again.
    if standing.is_empty() || standing.iter().any(|side| !seen.contains(&side.stamp)) {
        return Err(moved_on());
    }
    let chosen = match &input.side {
        Some(side) => {
            let side = standing.iter().find(|one| one.stamp.to_string() == *side).ok_or_else(moved_on)?;
            side.value.clone()
        }
        None => own_value(tx, key, &input.field, input.value.as_deref().unwrap_or(""))?,
    };
    let bases: Vec<Stamp> = standing.iter().map(|side| side.stamp).collect();
    let mut edit = NewEdit::change(key.clone(), asking.person).set_over(&input.field, chosen.clone(), bases);
    if input.keep_both
        && let (Some(second), Some(state)) = (second_field(&input.field), &state)
        && let Some(other) = standing.iter().find(|side| side.value != chosen && !side.value.is_null())
    {
        if !state.value(second).is_null() {
            return Err(moved_on());
        }
        edit = edit.set(second, other.value.clone());
    }
    Ok(edit)
}

/// A value typed by hand, as the field's type has it. Limits are checked where it is saved.
fn own_value(tx: &Tx<'_>, key: &RecordKey, field: &str, typed: &str) -> Result<Value> {
    let typed = typed.trim();
    let declared = tx.schema.kind(&key.kind).and_then(|kind| kind.field(field));
    let Some(declared) = declared.filter(|_| field != DELETED) else {
        return Err(CommandError::new("input_invalid").with("reason", "field"));
    };
    if field.starts_with("phone") {
        return Ok(checked_phone(field, typed)?.into());
    }
    if typed.is_empty() {
        return if declared.optional { Ok(Value::Null) } else { Err(CommandError::value(field, "empty")) };
    }
    Ok(match declared.ty {
        FieldType::Int => typed.parse::<i64>().map_err(|_| CommandError::value(field, "unknown"))?.into(),
        FieldType::Bool => (typed == "true").into(),
        _ => typed.into(),
    })
}

pub fn undo_settlement(asking: &Asking, input: SettledRef) -> Result<Saved> {
    let key = key(&input.record)?;
    let edits = asking.read(|tx| match input.field.as_str() {
        DELETED => deletion_taken_back(tx, asking, &key),
        field => taken_back(tx, asking, &key, field),
    })?;
    asking.save(|_, _| Ok(edits))?;
    asking.saved(key.id)
}

fn taken_back(tx: &Tx<'_>, asking: &Asking, key: &RecordKey, field: &str) -> Result<Vec<NewEdit>> {
    let moved_on = || CommandError::new("conflict_moved_on");
    let state = records::expect(tx, key)?;
    let (mark, _) = state.versions(field).next().ok_or_else(moved_on)?;
    if !state.open_sides(field).is_empty() {
        return Err(moved_on());
    }
    let recorded = review::of_field(tx, key, field)?.map(|one| one.conflict);
    let sides: Vec<Value> = match recorded {
        Some(conflict) if conflict.settled.as_ref().is_some_and(|settled| settled.stamp == mark.stamp) => {
            conflict.sides.into_iter().map(|side| side.value).collect()
        }
        // Settled here and not accounted for by the relay yet: what stood before is known from its state and own edits.
        _ => {
            let before = attention::without(tx, key, mark.edit)?.ok_or_else(moved_on)?;
            before.versions(field).map(|(_, value)| value.clone()).collect()
        }
    };
    let mut values: Vec<Value> = Vec::new();
    // The side that won is written last, so that it wins again.
    for value in sides.into_iter().rev() {
        values.retain(|other| *other != value);
        values.push(value);
    }
    if values.len() < 2 {
        return Err(moved_on());
    }
    let seen: Vec<Stamp> = state.versions(field).map(|(mark, _)| mark.stamp).collect();
    let again = |value| NewEdit::change(key.clone(), asking.person).set_over(field, value, seen.clone());
    let mut edits: Vec<NewEdit> = values.into_iter().map(again).collect();
    if let Some(second) = second_field(field)
        && let Some((other, _)) = state.versions(second).next()
        && other.edit == mark.edit
        && let Some(last) = edits.pop()
    {
        edits.push(last.set_over(second, Value::Null, vec![other.stamp]));
    }
    Ok(edits)
}

/// A settled deletion is open again once both answers stand beside each other; the record stays as it was deleted.
fn deletion_taken_back(tx: &Tx<'_>, asking: &Asking, key: &RecordKey) -> Result<Vec<NewEdit>> {
    let moved_on = || CommandError::new("conflict_moved_on");
    let state = records::shown(tx, key)?;
    let stands = state.as_ref().and_then(|state| state.versions(DELETED).next().map(|(mark, _)| mark.stamp));
    // Settled here and not known to the relay yet, or else as the relay has it.
    let own = outbox::unsettled(tx, key)?.into_iter().rev().find(|edit| edit.fields.contains_key(DELETED));
    let recorded = review::of_field(tx, key, DELETED)?.and_then(|one| one.conflict.settled);
    let settled = own.map(|edit| edit.stamp).or(recorded.map(|settled| settled.stamp)).ok_or_else(moved_on)?;
    if stands.is_some_and(|stands| stands != settled) {
        return Err(moved_on());
    }
    // The deletion is written last, so that it wins again.
    let again = |value: bool| NewEdit::change(key.clone(), asking.person).set_over(DELETED, value, vec![settled]);
    Ok(vec![again(false), again(true)])
}

fn stamps(texts: &[String]) -> Result<BTreeSet<Stamp>> {
    let read = texts.iter().map(|text| text.parse()).collect::<std::result::Result<_, _>>();
    read.map_err(|_| CommandError::new("input_invalid").with("reason", "seen"))
}
