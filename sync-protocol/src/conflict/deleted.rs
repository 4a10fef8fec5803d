//! Changed when deleted: what somebody wrote without knowing that somebody else deleted the record, into it or below it.

use super::{Conflict, Side, field_conflict};
use crate::edit::DELETED;
use crate::ids::EditId;
use crate::merge::resolve;
use crate::record::{Accepted, Mark, RecordState, version_of};
use crate::schema::Kind;
use crate::stamp::Stamp;
use crate::value::Value;
use std::collections::BTreeSet;

/// A record that stands below another one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Child {
    pub kind: String,
    /// By whom and when it came into being.
    pub created: Mark,
}

/// What a child says as the side of its parent's deletion: the word before its kind in [`Side::changed`].
pub const CHILD: &str = "child";

/// The open conflict of a deleted record with what its deletion did not know, beside any open conflict of the field
/// `deleted` itself. `None` while the record stands, or while its deletion knew all there is.
///
/// Who deletes lists every stamp they were shown, those by which its children came into being among them. `children` are
/// those that are not deleted themselves. A side's `value` says what becomes of the record if it is chosen.
pub fn changed_when_deleted(kind: &Kind, accepted: &[Accepted], children: &[Child]) -> Option<Conflict> {
    let state = RecordState::from_edits(kind, accepted)?;
    if !state.is_deleted() {
        return field_conflict(DELETED, accepted);
    }
    let known = known(accepted);
    let missed_by_it = |one: &&Accepted| {
        !one.edit.create
            && !one.edit.fields.contains_key(DELETED)
            && !known.contains(&one.edit.stamp)
            && state.marks.iter().any(|mark| mark.edit == one.id)
    };
    let mut missed: Vec<(Stamp, EditId, Side)> = Vec::new();
    for one in accepted.iter().filter(missed_by_it) {
        let changed = one.edit.fields.keys().cloned().collect();
        missed.push((one.order.unwrap_or(one.edit.stamp), one.id, side(one, Value::Bool(false), changed)));
    }
    for Child { kind, created } in children.iter().filter(|child| !known.contains(&child.created.stamp)) {
        let side = Side {
            value: Value::Bool(false),
            stamp: created.stamp,
            base: Value::Null,
            author: created.author,
            device: created.stamp.device,
            at_ms: created.stamp.ms,
            changed: vec![format!("{CHILD}:{kind}")],
        };
        missed.push((created.order(), created.edit, side));
    }
    missed.sort_by_key(|(order, edit, _)| std::cmp::Reverse((*order, *edit)));
    missed.dedup_by_key(|(_, edit, _)| *edit);
    if missed.is_empty() {
        return field_conflict(DELETED, accepted);
    }
    let deletions = state.versions(DELETED).filter_map(|(mark, value)| {
        let by = accepted.iter().find(|one| one.id == mark.edit)?;
        Some(side(by, value.clone(), Vec::new()))
    });
    Some(Conflict::new(deletions.chain(missed.into_iter().map(|(.., side)| side)).collect(), None))
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
