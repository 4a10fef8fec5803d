//! Saving: an edit gets its stamp, number and place in the chain, and its record's row is written, in one transaction.

use crate::error::{Result, StoreError};
use crate::store::Tx;
use crate::{device, outbox, records};
use std::collections::BTreeMap;
use sync_protocol::edit::DELETED;
use sync_protocol::planted::{self, Bug};
use sync_protocol::{Edit, FieldEdit, RecordId, RecordKey, RecordState, Stamp, Value};

/// What a form wrote, before it has a stamp.
#[derive(Clone, Debug)]
pub struct NewEdit {
    pub key: RecordKey,
    pub create: bool,
    pub author: RecordId,
    pub fields: BTreeMap<String, NewValue>,
}

/// A field's new value, with the stamps its author was shown. Without them the stamps shown now are taken.
#[derive(Clone, Debug)]
pub struct NewValue {
    pub value: Value,
    pub seen: Option<Vec<Stamp>>,
}

impl NewEdit {
    pub fn create(kind: &str, id: RecordId, author: RecordId) -> Self {
        Self { key: RecordKey::new(kind, id), create: true, author, fields: BTreeMap::new() }
    }

    pub fn change(key: RecordKey, author: RecordId) -> Self {
        Self { key, create: false, author, fields: BTreeMap::new() }
    }

    /// Sets a field. Absent values are left out of a creation: nothing was there before.
    pub fn set(mut self, field: &str, value: impl Into<Value>) -> Self {
        let value = value.into();
        if !(self.create && value.is_null()) {
            self.fields.insert(field.to_owned(), NewValue { value, seen: None });
        }
        self
    }

    /// Sets a field over what the author was shown, which may be older than what is held now.
    pub fn set_over(mut self, field: &str, value: impl Into<Value>, seen: Vec<Stamp>) -> Self {
        self.fields.insert(field.to_owned(), NewValue { value: value.into(), seen: Some(seen) });
        self
    }
}

/// Saves an edit. `now_ms` is the corrected clock. The returned edit is in the outbox and shown when this commits.
pub fn save(tx: &Tx<'_>, new: NewEdit, now_ms: u64) -> Result<Edit> {
    let held = records::shown(tx, &new.key)?;
    // What was deleted is not shown, and who restores it says what they were told of it.
    let restores = new.fields.iter().all(|(name, new)| name == DELETED && new.seen.is_some());
    if !new.create && held.is_none() && !restores {
        return Err(StoreError::not_found(&new.key));
    }
    let mut clock = device::clock(tx)?;
    let number = device::number(tx)?.ok_or(StoreError::NotEnrolled)?;
    let (last, before) = device::chain_end(tx)?;
    let unsettled = outbox::unsettled(tx, &new.key)?;
    let fields = new
        .fields
        .into_iter()
        .map(|(name, new)| {
            let seen = match (new.seen, &held) {
                (Some(seen), _) => seen,
                (None, Some(held)) if name == DELETED && new.value == Value::Bool(true) => all_shown(tx, held)?,
                (None, held) => held.as_ref().map(|state| state.shown_stamps(&name)).unwrap_or_default(),
            };
            let bases = with_bases_of_own(&unsettled, &name, seen);
            Ok((name, FieldEdit { value: new.value, bases }))
        })
        .collect::<Result<_>>()?;
    let edit = Edit {
        kind: new.key.kind.clone(),
        record: new.key.id,
        create: new.create,
        author: new.author,
        device: number,
        number: last + 1,
        stamp: clock.tick(now_ms),
        fields,
    };
    let faults = tx.schema.check(&edit);
    if !faults.is_empty() {
        return Err(StoreError::Invalid(faults));
    }
    if !planted::is(Bug::ClockForgotten) {
        device::put_clock(tx, &clock)?;
    }
    outbox::add(tx, edit.id(before), &edit, now_ms)?;
    records::refresh(tx, &new.key)?;
    Ok(edit)
}

/// Everything that who deletes a record was shown: all that stands in it, and what stands below it. Whatever else there is
/// was written without their knowing, and can restore the record.
fn all_shown(tx: &Tx<'_>, held: &RecordState) -> Result<Vec<Stamp>> {
    let below = records::children(tx, &held.key())?;
    let created = below.iter().filter_map(|child| child.marks.first());
    Ok(held.marks.iter().chain(created).map(|mark| mark.stamp).collect())
}

/// Where an author was shown their own edit without final outcome, that edit's bases count as shown too: should the relay
/// refuse it, this edit still answers what it stood upon.
fn with_bases_of_own(unsettled: &[Edit], field: &str, mut bases: Vec<Stamp>) -> Vec<Stamp> {
    for own in unsettled
        .iter()
        .filter(|own| bases.contains(&own.stamp))
        .filter_map(|own| own.fields.get(field))
        .collect::<Vec<_>>()
    {
        bases.extend(own.bases.iter().filter(|base| !bases.contains(base)).copied().collect::<Vec<_>>());
    }
    bases
}
