//! The table of steps: from which state each may be taken, where it leads, by whom, and what it must carry.

use serde::{Deserialize, Serialize};

/// Where an issue stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Reported,
    Accepted,
    Returned,
    Opened,
    Dispatched,
    Signed,
    Handled,
    Checked,
    Closed,
    Suspended,
    Merged,
    Void,
}

impl State {
    /// Work on it may go on.
    pub fn is_open(self) -> bool {
        !matches!(self, Self::Closed | Self::Merged | Self::Void)
    }
}

/// Who may take a step.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum By {
    /// A supervisor of a level the issue has reached, or of one above.
    Supervisor,
    /// A supervisor of a level above the one that holds it.
    SupervisorAbove,
    /// The grid worker of its grid.
    GridWorker,
    /// The grid worker of its grid, where a building lead or volunteer reported it.
    GridWorkerForOthers,
    /// The unit dispatched first.
    LeadUnit,
    /// Any unit dispatched.
    AnyUnit,
    Reporter,
    /// The reporter, once a limit ran out.
    ReporterOverdue,
    /// Whoever may read the issue.
    Reader,
}

/// What a step must carry beside its author and time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Must {
    Words,
    /// Words, or an attachment that names the step.
    WordsOrPhoto,
    To,
    Due,
    Reason,
    Rating,
    SameAs,
}

/// Which of the category's limits a step starts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Limit {
    Accept,
    Sign,
    Handle,
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    pub name: &'static str,
    from: After,
    /// Where it leads; `None` when it moves nothing.
    pub to: Option<State>,
    pub by: &'static [By],
    pub must: &'static [Must],
    pub starts: Option<Limit>,
}

#[derive(Clone, Copy, Debug)]
enum After {
    These(&'static [State]),
    /// Any state in which work may go on.
    Open,
    Any,
}

impl Step {
    pub fn may_follow(&self, state: State) -> bool {
        match self.from {
            After::These(states) => states.contains(&state),
            After::Open => state.is_open(),
            After::Any => true,
        }
    }
}

pub fn step(name: &str) -> Option<&'static Step> {
    TABLE.iter().find(|step| step.name == name)
}

const fn row(name: &'static str, from: After, to: Option<State>, by: &'static [By], must: &'static [Must]) -> Step {
    Step { name, from, to, by, must, starts: None }
}

const fn timed(step: Step, limit: Limit) -> Step {
    Step { starts: Some(limit), ..step }
}

use After::{Any, Open, These};
use By::{
    AnyUnit, GridWorker, GridWorkerForOthers, LeadUnit, Reader, Reporter, ReporterOverdue, Supervisor, SupervisorAbove,
};
use Must::{Due, Rating, Reason, SameAs, To, Words, WordsOrPhoto};
use State::{
    Accepted, Checked, Closed, Dispatched, Handled, Merged, Opened, Reported, Returned, Signed, Suspended, Void,
};

/// Every step, in the order of an issue's life. `resume` leads back to where it was, which only the fold knows.
pub const TABLE: &[Step] = &[
    row("accept", These(&[Reported]), Some(Accepted), &[Supervisor, GridWorkerForOthers], &[]),
    row("return", These(&[Reported, Accepted]), Some(Returned), &[Supervisor, GridWorkerForOthers], &[Words]),
    timed(row("supplement", These(&[Returned]), Some(Reported), &[Reporter], &[WordsOrPhoto]), Limit::Accept),
    row("solve", These(&[Accepted]), Some(Handled), &[GridWorker], &[Words]),
    row("open", These(&[Accepted]), Some(Opened), &[Supervisor], &[]),
    timed(
        row("dispatch", These(&[Accepted, Opened, Dispatched, Signed]), Some(Dispatched), &[Supervisor], &[To]),
        Limit::Sign,
    ),
    timed(row("pass_on", These(&[Dispatched, Signed]), Some(Dispatched), &[LeadUnit], &[To, Words]), Limit::Sign),
    row("hand_back", These(&[Dispatched, Signed]), Some(Opened), &[LeadUnit], &[Words]),
    timed(row("sign", These(&[Dispatched]), Some(Signed), &[AnyUnit], &[]), Limit::Handle),
    row("handle", These(&[Signed]), Some(Handled), &[AnyUnit], &[Words]),
    row("check_passed", These(&[Handled]), Some(Checked), &[Supervisor, GridWorker], &[]),
    timed(row("check_failed", These(&[Handled]), Some(Signed), &[Supervisor, GridWorker], &[Words]), Limit::Handle),
    row("close", These(&[Checked, Handled]), Some(Closed), &[Supervisor], &[]),
    row("rate", These(&[Closed]), Some(Closed), &[Reporter], &[Rating]),
    row("reopen", These(&[Closed, Checked]), Some(Accepted), &[Reporter, GridWorker, Supervisor], &[Words]),
    row("suspend", These(&[Opened, Dispatched, Signed]), Some(Suspended), &[Supervisor], &[Reason, Due]),
    row("resume", These(&[Suspended]), None, &[Supervisor], &[]),
    row("ask_time", These(&[Dispatched, Signed]), None, &[AnyUnit], &[Due]),
    row("grant_time", These(&[Dispatched, Signed]), None, &[Supervisor], &[Due]),
    row("refuse_time", These(&[Dispatched, Signed]), None, &[Supervisor], &[]),
    row("escalate", Open, None, &[Supervisor, ReporterOverdue], &[Words]),
    row("urge", Open, None, &[Reporter, Supervisor], &[]),
    row("supervise", Open, None, &[SupervisorAbove], &[Words]),
    row("position", Any, None, &[AnyUnit], &[WordsOrPhoto]),
    row("add", Any, None, &[Reader], &[WordsOrPhoto]),
    row("merge", Open, Some(Merged), &[Supervisor], &[SameAs]),
    row("void", Open, Some(Void), &[Supervisor, Reporter], &[Words]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_and_the_schema_name_the_same_steps() {
        let mut table: Vec<_> = TABLE.iter().map(|step| step.name).collect();
        let mut schema = crate::schema::STEPS.to_vec();
        table.sort_unstable();
        schema.sort_unstable();
        assert_eq!(table, schema);
    }
}
