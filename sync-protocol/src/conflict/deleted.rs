//! Changed when deleted: what somebody wrote without knowing that somebody else deleted the record.

use super::{Conflict, Side, field_conflict};
use crate::edit::DELETED;
use crate::merge::resolve;
use crate::record::{Accepted, RecordState, version_of};
use crate::schema::Kind;
use crate::stamp::Stamp;
use crate::value::Value;
use std::collections::BTreeSet;

/// The open conflict of a deleted record with what its deletion did not know, beside any open conflict of the field
/// `deleted` itself. `None` while the record stands, or while its deletion knew all there is.
///
/// Who deletes lists every stamp they were shown. A side's `value` says what becomes of the record if it is chosen.
pub fn changed_when_deleted(kind: &Kind, accepted: &[Accepted]) -> Option<Conflict> {
    let state = RecordState::from_edits(kind, accepted)?;
    if !state.is_deleted() {
        return field_conflict(DELETED, accepted);
    }
    let known = known(accepted);
    let missed = |one: &&Accepted| {
        !one.edit.create
            && !one.edit.fields.contains_key(DELETED)
            && !known.contains(&one.edit.stamp)
            && state.marks.iter().any(|mark| mark.edit == one.id)
    };
    let mut missed: Vec<&Accepted> = accepted.iter().filter(missed).collect();
    missed.sort_by_key(|one| std::cmp::Reverse((one.order.unwrap_or(one.edit.stamp), one.id)));
    missed.dedup_by_key(|one| one.id);
    if missed.is_empty() {
        return field_conflict(DELETED, accepted);
    }
    let deletions = state.versions(DELETED).filter_map(|(mark, value)| {
        let by = accepted.iter().find(|one| one.id == mark.edit)?;
        Some(side(by, value.clone(), Vec::new()))
    });
    let changes =
        missed.into_iter().map(|one| side(one, Value::Bool(false), one.edit.fields.keys().cloned().collect()));
    Some(Conflict::new(deletions.chain(changes).collect(), None))
}

fn side(one: &Accepted, value: Value, changed: Vec<String>) -> Side {
    let (author, device, stamp) = (one.edit.author, one.edit.device, one.edit.stamp);
    Side { value, stamp, base: Value::Null, author, device, at_ms: stamp.ms, changed }
}

/// Every stamp that who deleted the record knew: what they list, and what the deletions they list had listed.
fn known(accepted: &[Accepted]) -> BTreeSet<Stamp> {
    let versions: Vec<_> = accepted.iter().filter_map(|one| version_of(one, DELETED)).collect();
    let resolution = resolve(&versions);
    let unnamed = resolution.winner.into_iter().chain(resolution.others.iter().copied());
    let mut open: Vec<Stamp> = unnamed.filter(|one| one.value == Value::Bool(true)).map(|one| one.stamp).collect();
    let mut known = BTreeSet::new();
    while let Some(stamp) = open.pop() {
        if known.insert(stamp) {
            open.extend(versions.iter().filter(|one| one.stamp == stamp).flat_map(|one| one.bases.iter().copied()));
        }
    }
    known
}
