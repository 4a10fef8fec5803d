//! Issue steps: each gets an order after every step its issue has, and its author must have had the right to take it.
//!
//! A step that no longer fits is kept: the fold calls it "came too late" and the state does not move. So the right is asked
//! of the issue as it stands and as it once stood; only who never had it is refused.

use super::clock::RelayClock;
use crate::error::Result;
use crate::rights::{StoredPlaces, assignments_of};
use crate::store::Tx;
use sync_protocol::folds::issue::{IssueFold, StepFacts};
use sync_protocol::folds::steps::{self, By};
use sync_protocol::planted::{self, Bug};
use sync_protocol::policy::Assignment;
use sync_protocol::policy::issue_steps::{IssueAt, is_resident_helper, may_take};
use sync_protocol::{Edit, RecordId, RecordKey, RecordState, Stamp, day};

/// The issue a step is of, with the steps it has.
pub struct IssueBefore {
    issue: RecordState,
    steps: Vec<StepFacts>,
    /// A building lead or volunteer reported it, by what they were appointed to then. Asked where the step depends on it.
    by_helper: bool,
}

/// Reads the issue that an edit adds a step to; `None` for other edits.
pub fn issue_before(tx: &dyn Tx, edit: &Edit) -> Result<Option<IssueBefore>> {
    let issue = edit.fields.get("issue").and_then(|field| field.value.as_text()).and_then(|text| text.parse().ok());
    let (true, Some(issue)) = (edit.kind == "issue_step" && edit.create, issue) else { return Ok(None) };
    let Some(record) = tx.record(&RecordKey::new("issue", issue))? else { return Ok(None) };
    let mut found = Vec::new();
    for key in tx.pointing("issue_step", "issue", issue)? {
        found.extend(tx.record(&key)?.map(|step| StepFacts::read(&step.state)));
    }
    found.sort_by_key(|step| (step.order, step.id));
    let by_helper = depends_on_reporter(edit) && is_by_helper(tx, &record.state)?;
    Ok(Some(IssueBefore { issue: record.state, steps: found, by_helper }))
}

fn depends_on_reporter(edit: &Edit) -> bool {
    let row = edit.fields.get("step").and_then(|field| field.value.as_text()).and_then(steps::step);
    row.is_some_and(|row| row.by.contains(&By::GridWorkerForOthers))
}

fn is_by_helper(tx: &dyn Tx, issue: &RecordState) -> Result<bool> {
    let reported_ms = issue.text("happened_at").and_then(day::time_ms);
    let (Some(reporter), Some(grid), Some(ms)) = (issue.author(), issue.text("grid"), reported_ms) else {
        return Ok(false);
    };
    Ok(is_resident_helper(&assignments_of(tx, reporter)?, grid, &day::day_of(ms), &StoredPlaces(tx)))
}

impl IssueBefore {
    /// The order a step needs beside its stamp, to come after every step there is.
    pub fn order_for(&self, given: Option<Stamp>, stamp: Stamp, clock: &mut RelayClock<'_>) -> Result<Option<Stamp>> {
        match self.steps.iter().map(|step| step.order).max() {
            _ if planted::is(Bug::StepUnordered) => Ok(given),
            Some(newest) if given.unwrap_or(stamp) <= newest => clock.tick_after([newest]).map(Some),
            _ => Ok(given),
        }
    }

    /// Whether the author may take the step now, or might have at an earlier moment of the issue's life.
    pub fn may_be_taken(&self, step: &RecordState, author: RecordId, assignments: &[Assignment], today: &str) -> bool {
        let Some(row) = step.text("step").and_then(steps::step) else { return false };
        let happened_ms = step.text("happened_at").and_then(day::time_ms).unwrap_or(0);
        (0..=self.steps.len()).rev().any(|count| {
            let fold = self.fold_of(count);
            let issue = IssueAt {
                fold: &fold,
                grid: self.issue.text("grid").unwrap_or_default(),
                reporter: self.issue.author(),
                reported_by_resident_helper: self.by_helper,
                overdue: fold.deadline_ms.is_some_and(|deadline| deadline < happened_ms),
            };
            may_take(row, issue, author, step.reference("for_unit"), assignments, today)
        })
    }

    fn fold_of(&self, count: usize) -> IssueFold {
        let reported = IssueFold::of(&self.issue, &[]);
        reported.over(self.steps.iter().take(count).cloned())
    }
}
