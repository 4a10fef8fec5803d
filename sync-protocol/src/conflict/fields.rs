//! The conflict of a field whose newest value wins.

use super::{Conflict, Settled, Side};
use crate::ids::{DeviceNumber, EditId, RecordId};
use crate::merge::{Version, resolve};
use crate::record::{Accepted, version_of};
use std::collections::BTreeMap;

/// How often a settlement may have been taken back before the first authors of its sides are not looked for any more.
const MOST_STEPS_BACK: usize = 64;

/// What people disagree about in a field, or what they last disagreed about; `None` where they never did.
pub fn field_conflict(field: &str, accepted: &[Accepted]) -> Option<Conflict> {
    let history = History::of(field, accepted);
    let resolution = resolve(&history.versions);
    if resolution.sides().next().is_some() {
        let open = resolution.winner.into_iter().chain(resolution.others.iter().copied());
        return Some(Conflict::new(open.map(|version| history.side(version)).collect(), None));
    }
    let settlements = history.versions.iter().filter(|version| history.rivals(version).is_some());
    let settlement = settlements.max_by_key(|version| (version.order, version.edit))?;
    let sides = history.rivals(settlement)?;
    let (author, device) = history.writer(settlement.edit);
    let settled =
        Settled { edit: settlement.edit, stamp: settlement.stamp, author, device, value: settlement.value.clone() };
    Some(Conflict::new(sides.into_iter().map(|version| history.side(version)).collect(), Some(settled)))
}

/// Every version of one field, with who wrote it.
struct History {
    versions: Vec<Version>,
    writers: BTreeMap<EditId, (RecordId, DeviceNumber)>,
}

impl History {
    fn of(field: &str, accepted: &[Accepted]) -> Self {
        let mut versions: Vec<Version> = accepted.iter().filter_map(|one| version_of(one, field)).collect();
        versions.sort_by_key(|version| (version.order, version.edit));
        versions.dedup_by_key(|version| version.edit);
        let writers = accepted.iter().map(|one| (one.id, (one.edit.author, one.edit.device))).collect();
        Self { versions, writers }
    }

    fn writer(&self, edit: EditId) -> (RecordId, DeviceNumber) {
        self.writers.get(&edit).copied().unwrap_or((RecordId::from_bytes([0; 16]), DeviceNumber(0)))
    }

    /// The versions that one lists as bases, the newest first.
    fn named<'h>(&'h self, by: &Version) -> Vec<&'h Version> {
        self.versions.iter().rev().filter(|one| one.edit != by.edit && by.bases.contains(&one.stamp)).collect()
    }

    /// What a version chose between: the versions it lists that did not know of each other, if they disagree.
    fn rivals<'h>(&'h self, version: &Version) -> Option<Vec<&'h Version>> {
        if version.bases.len() < 2 {
            return None;
        }
        let named = self.named(version);
        let unanswered = |one: &&&Version| !named.iter().any(|other| other.bases.contains(&one.stamp));
        let rivals: Vec<&Version> = named.iter().filter(unanswered).copied().collect();
        let first = rivals.first()?;
        rivals.iter().any(|rival| rival.value != first.value).then_some(rivals)
    }

    fn side(&self, version: &Version) -> Side {
        let first = self.first_written(version);
        let (author, device) = self.writer(first.edit);
        let base = self.named(first).first().map(|base| base.value.clone()).unwrap_or_default();
        let (value, stamp) = (version.value.clone(), version.stamp);
        Side { value, stamp, base, author, device, at_ms: first.stamp.ms, changed: Vec::new() }
    }

    /// The version that says what this one says again because a settlement was taken back; else itself.
    ///
    /// A settlement is taken back by edits of one device, one for each side, that answer it and do not know of each other.
    /// Nothing else a form saves looks like that: a device's later edit of a field answers its own earlier one.
    fn first_written<'h>(&'h self, version: &'h Version) -> &'h Version {
        let mut first = version;
        for _ in 0..MOST_STEPS_BACK {
            let device = self.writer(first.edit).1;
            let twin = |base: &Version| {
                self.versions.iter().any(|other| {
                    other.edit != first.edit
                        && self.writer(other.edit).1 == device
                        && other.bases.contains(&base.stamp)
                        && !other.bases.contains(&first.stamp)
                        && !first.bases.contains(&other.stamp)
                })
            };
            let taken_back = self.named(first).into_iter().filter(|base| twin(base)).find_map(|base| self.rivals(base));
            let Some(again) = taken_back.and_then(|rivals| rivals.into_iter().find(|one| one.value == first.value))
            else {
                break;
            };
            first = again;
        }
        first
    }
}
