//! Where an issue stands: the fold over its steps, in the relay's order, own unsent steps last.
//!
//! A step that the state no longer allows stays in the history as "came too late" and moves nothing. Everybody who holds
//! the issue holds all its steps, so everybody computes the same.

use super::steps::{self, State};
use crate::day;
use crate::ids::RecordId;
use crate::record::RecordState;
use crate::stamp::Stamp;
use crate::value::Value;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// How far up the ladder an issue has come.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    Community,
    Street,
    District,
}

impl Level {
    fn up(self) -> Self {
        if self == Self::Community { Self::Street } else { Self::District }
    }

    /// How many digits of a grid's code name the division of this level.
    pub fn digits(self) -> usize {
        match self {
            Self::Community => 12,
            Self::Street => 9,
            Self::District => 6,
        }
    }
}

/// Who may take the next step that moves the issue.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Holder {
    Supervisor,
    /// The grid worker, or a supervisor.
    Grid,
    Unit(RecordId),
    Reporter,
    Nobody,
}

/// One step, as its record says.
#[derive(Clone, Debug)]
pub struct StepFacts {
    pub id: RecordId,
    pub name: String,
    pub order: Stamp,
    pub author: Option<RecordId>,
    pub happened_ms: u64,
    /// The unit its author acted for.
    pub for_unit: Option<RecordId>,
    pub to: Vec<RecordId>,
    pub due_ms: Option<u64>,
    pub limit_minutes: Option<u32>,
    pub rating: Option<String>,
    pub same_as: Option<RecordId>,
}

impl StepFacts {
    pub fn read(record: &RecordState) -> Self {
        let time = |field| record.text(field).and_then(day::time_ms);
        Self {
            id: record.id,
            name: record.text("step").unwrap_or_default().to_owned(),
            order: record.marks.first().map_or(Stamp::ZERO, |mark| mark.order()),
            author: record.author(),
            happened_ms: time("happened_at").unwrap_or(0),
            for_unit: record.reference("for_unit"),
            to: record
                .value("to")
                .as_list()
                .iter()
                .filter_map(Value::as_text)
                .filter_map(|id| id.parse().ok())
                .collect(),
            due_ms: time("due"),
            limit_minutes: record.value("limit_minutes").as_int().and_then(|minutes| u32::try_from(minutes).ok()),
            rating: record.text("rating").map(str::to_owned),
            same_as: record.reference("same_as"),
        }
    }
}

/// What follows from an issue and its steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssueFold {
    pub state: State,
    pub level: Level,
    /// The units it is with, the lead first.
    pub units: Vec<RecordId>,
    /// Every unit that keeps the issue: those it is with, and those that signed it once.
    pub keepers: BTreeSet<RecordId>,
    pub holder: Holder,
    pub deadline_ms: Option<u64>,
    pub rating: Option<String>,
    pub merged_into: Option<RecordId>,
    pub came_too_late: BTreeSet<RecordId>,
    signed: BTreeSet<RecordId>,
    /// What `resume` leads back to, with the time that was left when it was suspended.
    suspended_from: Option<(State, Option<u64>)>,
}

impl IssueFold {
    pub fn lead(&self) -> Option<RecordId> {
        self.units.first().copied()
    }

    /// The fold of an issue over all its steps.
    pub fn of(issue: &RecordState, steps: &[RecordState]) -> Self {
        let happened_ms = issue.text("happened_at").and_then(day::time_ms).unwrap_or(0);
        let limit = issue.value("limit_minutes").as_int().and_then(|minutes| u32::try_from(minutes).ok());
        Self::reported(happened_ms, limit).over(steps.iter().map(StepFacts::read))
    }

    /// The issue as reported, with the limit that its record carries.
    pub fn reported(happened_ms: u64, limit_minutes: Option<u32>) -> Self {
        Self {
            state: State::Reported,
            level: Level::Community,
            units: Vec::new(),
            keepers: BTreeSet::new(),
            signed: BTreeSet::new(),
            holder: Holder::Supervisor,
            deadline_ms: limit_minutes.map(|minutes| happened_ms + u64::from(minutes) * 60_000),
            rating: None,
            merged_into: None,
            came_too_late: BTreeSet::new(),
            suspended_from: None,
        }
    }

    /// Folds steps, in any order of arrival.
    pub fn over(mut self, steps: impl IntoIterator<Item = StepFacts>) -> Self {
        let mut steps: Vec<StepFacts> = steps.into_iter().collect();
        steps.sort_by_key(|step| (step.order, step.id));
        for step in &steps {
            self.take(step);
        }
        self
    }

    fn take(&mut self, step: &StepFacts) {
        let Some(row) = steps::step(&step.name) else { return };
        if !row.may_follow(self.state) {
            self.came_too_late.insert(step.id);
            return;
        }
        if matches!(step.name.as_str(), "pass_on" | "hand_back") && step.for_unit != self.lead() {
            // The unit led the issue when this was written, and does not any more.
            self.came_too_late.insert(step.id);
            return;
        }
        match step.name.as_str() {
            "dispatch" | "pass_on" => {
                self.units = step.to.clone();
                self.keepers = self.signed.iter().copied().chain(step.to.iter().copied()).collect();
            }
            "sign" => {
                // Another unit's signature says that it takes part; only the lead's moves the issue.
                if !step.for_unit.is_some_and(|unit| self.units.contains(&unit)) {
                    self.came_too_late.insert(step.id);
                    return;
                }
                self.signed.extend(step.for_unit);
                if step.for_unit != self.lead() {
                    return;
                }
            }
            "handle" if step.for_unit != self.lead() => return, // kept as that unit's position
            "hand_back" => self.units.clear(),
            "suspend" => {
                let left = self.deadline_ms.map(|deadline| deadline.saturating_sub(step.happened_ms));
                self.suspended_from = Some((self.state, left));
            }
            "resume" => {
                if let Some((state, left)) = self.suspended_from.take() {
                    self.state = state;
                    self.deadline_ms = left.map(|left| step.happened_ms + left);
                }
            }
            "grant_time" => self.deadline_ms = step.due_ms.or(self.deadline_ms),
            "escalate" => self.level = self.level.up(),
            "rate" => self.rating.clone_from(&step.rating),
            "merge" => self.merged_into = step.same_as,
            "reopen" => {
                self.rating = None;
                self.units.clear();
            }
            _ => {}
        }
        if let Some(to) = row.to {
            self.state = to;
            self.deadline_ms = step.limit_minutes.map(|minutes| step.happened_ms + u64::from(minutes) * 60_000);
        }
        self.holder = self.holder_now();
    }

    fn holder_now(&self) -> Holder {
        match self.state {
            State::Reported | State::Opened | State::Checked | State::Suspended => Holder::Supervisor,
            State::Accepted | State::Handled => Holder::Grid,
            State::Dispatched | State::Signed => self.lead().map_or(Holder::Supervisor, Holder::Unit),
            State::Returned => Holder::Reporter,
            State::Closed if self.rating.is_none() => Holder::Reporter,
            State::Closed | State::Merged | State::Void => Holder::Nobody,
        }
    }
}

#[cfg(test)]
mod tests;
