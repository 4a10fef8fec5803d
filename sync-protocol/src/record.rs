//! What a replica holds of one record: for every field the versions nobody has answered yet.
//!
//! The edits that still show in some field are listed once (`marks`), and fields point at them, because one save usually
//! writes many fields. Versions that were answered live on in the relay's edit log only.

use crate::edit::{Edit, declared_field};
use crate::ids::{EditId, RecordId, RecordKey};
use crate::merge::{Version, resolve};
use crate::planted::{self, Bug};
use crate::schema::{Kind, Rule};
use crate::stamp::Stamp;
use crate::value::Value;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// An edit that still shows in a record.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Mark {
    pub stamp: Stamp,
    /// What comparison uses where the relay gave another order than the stamp.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<Stamp>,
    pub edit: EditId,
    pub author: RecordId,
}

impl Mark {
    pub fn order(&self) -> Stamp {
        self.order.unwrap_or(self.stamp)
    }
}

/// One unanswered version of a field: the index of its edit in `marks`, and the value.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FieldVersion(pub usize, pub Value);

/// The unanswered versions of every field, the winner first.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RecordState {
    pub kind: String,
    pub id: RecordId,
    /// The creating edit first, then by stamp.
    pub marks: Vec<Mark>,
    pub fields: BTreeMap<String, Vec<FieldVersion>>,
}

/// An edit as accepted: with its id, and the order the relay gave it where that is not its stamp.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Accepted {
    pub edit: Edit,
    pub id: EditId,
    pub order: Option<Stamp>,
}

impl Accepted {
    fn mark(&self) -> Mark {
        Mark { stamp: self.edit.stamp, order: self.order, edit: self.id, author: self.edit.author }
    }
}

static NULL: Value = Value::Null;

impl RecordState {
    pub fn key(&self) -> RecordKey {
        RecordKey::new(self.kind.clone(), self.id)
    }

    /// The value of a field; null when nothing was ever written. Sets are asked for with [`RecordState::set`].
    pub fn value(&self, field: &str) -> &Value {
        self.fields.get(field).and_then(|versions| versions.first()).map_or(&NULL, |version| &version.1)
    }

    pub fn text(&self, field: &str) -> Option<&str> {
        self.value(field).as_text()
    }

    pub fn reference(&self, field: &str) -> Option<RecordId> {
        self.text(field)?.parse().ok()
    }

    /// The elements of a set: those that some unanswered version says are present.
    pub fn set(&self, set: &str) -> BTreeSet<&str> {
        self.fields
            .iter()
            .filter(|(_, versions)| versions.iter().any(|version| version.1 == Value::Bool(true)))
            .filter_map(|(name, _)| name.strip_prefix(set)?.strip_prefix(':'))
            .collect()
    }

    pub fn is_deleted(&self) -> bool {
        self.value(crate::edit::DELETED) == &Value::Bool(true)
    }

    /// The stamps somebody is shown with this field: the winner's, and those of versions that say the same.
    pub fn shown_stamps(&self, field: &str) -> Vec<Stamp> {
        let value = self.value(field);
        self.versions(field).filter(|(_, other)| *other == value).map(|(mark, _)| mark.stamp).collect()
    }

    /// Every unanswered version of a field with the edit it came from, the winner first.
    pub fn versions(&self, field: &str) -> impl Iterator<Item = (&Mark, &Value)> {
        self.fields
            .get(field)
            .into_iter()
            .flatten()
            .filter_map(|version| Some((self.marks.get(version.0)?, &version.1)))
    }

    /// The sides of the open conflict of a field, if there is one.
    pub fn open_sides(&self, field: &str) -> Vec<(&Mark, &Value)> {
        let value = self.value(field);
        self.versions(field).skip(1).filter(|(_, other)| *other != value).collect()
    }

    pub fn has_conflict(&self, kind: &Kind) -> bool {
        let disputed = self.fields.iter().filter(|(_, versions)| versions.len() > 1).map(|(name, _)| name);
        disputed.into_iter().any(|name| kind.rule(name) == Some(Rule::Latest) && !self.open_sides(name).is_empty())
    }

    pub fn author(&self) -> Option<RecordId> {
        self.marks.first().map(|mark| mark.author)
    }

    /// The mark of the newest edit that still shows: who edited last, and when.
    pub fn newest(&self) -> Option<&Mark> {
        self.marks.iter().max_by_key(|mark| (mark.order(), mark.edit))
    }

    /// The state that follows from a set of accepted edits of one record, whatever their order. `None` without a creation.
    pub fn from_edits(kind: &Kind, accepted: &[Accepted]) -> Option<Self> {
        if let [only] = accepted {
            return only.edit.create.then(|| Self::created(only));
        }
        let created = accepted.iter().filter(|one| one.edit.create).min_by_key(|one| (one.edit.stamp, one.id))?;
        let names: BTreeSet<&str> =
            accepted.iter().flat_map(|one| one.edit.fields.keys().map(String::as_str)).collect();
        let mut fields = BTreeMap::new();
        for name in names {
            let versions: Vec<Version> = accepted.iter().filter_map(|one| version_of(one, name)).collect();
            let kept = match kind.rule(name) {
                Some(Rule::Greatest) => {
                    versions.iter().max_by_key(|v| (v.value.clone(), v.stamp)).into_iter().collect()
                }
                Some(Rule::Once) => versions.iter().find(|v| v.edit == created.id).into_iter().collect(),
                _ => {
                    let resolution = resolve(&versions);
                    resolution.winner.into_iter().chain(resolution.others).collect::<Vec<_>>()
                }
            };
            if !kept.is_empty() {
                fields.insert(name.to_owned(), kept.into_iter().map(|v| (v.edit, v.value.clone())).collect());
            }
        }
        Some(Self::assemble(created.edit.key(), created, accepted, fields))
    }

    /// The state after its creation: every field has one version, whatever its rule.
    fn created(by: &Accepted) -> Self {
        let fields = by.edit.fields.iter();
        let fields = fields.map(|(name, field)| (name.clone(), vec![FieldVersion(0, field.value.clone())])).collect();
        Self { kind: by.edit.kind.clone(), id: by.edit.record, marks: vec![by.mark()], fields }
    }

    /// Applies one more accepted edit. The usual case, an edit newer than all that show, needs no look at the edit log;
    /// otherwise the caller's `log` is asked for every accepted edit of the record, this one included.
    pub fn apply<E>(
        &mut self,
        kind: &Kind,
        accepted: &Accepted,
        log: impl FnOnce() -> Result<Vec<Accepted>, E>,
    ) -> Result<(), E> {
        let newest = self.marks.iter().map(|mark| mark.stamp).max();
        // An edit that answers this one would be newer than it, and would show or be answered by a newer one still.
        if newest.is_some_and(|newest| accepted.edit.stamp > newest) {
            self.put_newest(kind, accepted);
        } else if let Some(state) = Self::from_edits(kind, &log()?) {
            *self = state;
        }
        Ok(())
    }

    /// Lays a device's own edits over what the relay told it, in the order they were made.
    pub fn overlay(mut self, kind: &Kind, own: &[Accepted]) -> Self {
        for accepted in own {
            self.put_newest(kind, accepted);
        }
        self
    }

    fn put_newest(&mut self, kind: &Kind, accepted: &Accepted) {
        let at = self.marks.len();
        self.marks.push(accepted.mark());
        let marks = &self.marks;
        for (name, field) in &accepted.edit.fields {
            let rule = kind.rule(name);
            if rule == Some(Rule::Once) && !accepted.edit.create {
                continue;
            }
            let versions = self.fields.entry(name.clone()).or_default();
            if rule == Some(Rule::Greatest) {
                let gives_way = planted::is(Bug::GreatestGivesWay);
                if gives_way || versions.first().is_none_or(|held| held.1 <= field.value) {
                    *versions = vec![FieldVersion(at, field.value.clone())];
                }
                continue;
            }
            let keeps_all = planted::is(Bug::BasesIgnored);
            versions.retain(|version| {
                marks.get(version.0).is_some_and(|mark| keeps_all || !field.bases.contains(&mark.stamp))
            });
            versions.push(FieldVersion(at, field.value.clone()));
            versions
                .sort_by_key(|version| std::cmp::Reverse(marks.get(version.0).map(|mark| (mark.order(), mark.edit))));
            if planted::is(Bug::OldestWins) {
                versions.reverse();
            }
            if planted::is(Bug::LoserDropped) {
                versions.truncate(1);
            }
        }
        self.drop_unused_marks();
    }

    fn drop_unused_marks(&mut self) {
        let used: BTreeSet<usize> = self.fields.values().flatten().map(|version| version.0).chain([0]).collect();
        let mut order: Vec<usize> = used.into_iter().collect();
        if let Some(rest) = order.get_mut(1..) {
            rest.sort_by_key(|index| self.marks.get(*index).map(|mark| (mark.stamp, mark.edit)));
        }
        let place: BTreeMap<usize, usize> = order.iter().enumerate().map(|(new, old)| (*old, new)).collect();
        self.marks = order.iter().filter_map(|old| self.marks.get(*old).cloned()).collect();
        for version in self.fields.values_mut().flatten() {
            version.0 = place.get(&version.0).copied().unwrap_or(0);
        }
    }

    fn assemble(
        key: RecordKey,
        created: &Accepted,
        accepted: &[Accepted],
        fields: BTreeMap<String, Vec<(EditId, Value)>>,
    ) -> Self {
        let used: BTreeSet<EditId> = fields.values().flatten().map(|(edit, _)| *edit).collect();
        let mut marks: Vec<Mark> = Vec::new();
        for one in accepted.iter().filter(|one| one.id != created.id && used.contains(&one.id)) {
            if marks.iter().all(|mark| mark.edit != one.id) {
                marks.push(one.mark());
            }
        }
        marks.sort_by_key(|mark| (mark.stamp, mark.edit));
        marks.insert(0, created.mark());
        let index = |edit: EditId| marks.iter().position(|mark| mark.edit == edit).unwrap_or(0);
        let fields = fields
            .into_iter()
            .map(|(name, list)| {
                (name, list.into_iter().map(|(edit, value)| FieldVersion(index(edit), value)).collect())
            })
            .collect();
        Self { kind: key.kind, id: key.id, marks, fields }
    }
}

/// What an accepted edit says of a field.
pub(crate) fn version_of(one: &Accepted, name: &str) -> Option<Version> {
    let field = one.edit.fields.get(name)?;
    Some(Version {
        stamp: one.edit.stamp,
        order: one.order.unwrap_or(one.edit.stamp),
        edit: one.id,
        value: field.value.clone(),
        bases: field.bases.clone(),
    })
}

/// The declared fields an edit writes, each once even where several elements of a set are written.
pub fn written_fields(edit: &Edit) -> BTreeSet<&str> {
    edit.fields.keys().map(|name| declared_field(name)).collect()
}

#[cfg(test)]
mod tests;
