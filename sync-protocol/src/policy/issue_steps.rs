//! Who may take a step of an issue. Screens offer what this allows; the relay judges by it at acceptance.

use super::{Assignment, Role, Scope};
use crate::folds::issue::IssueFold;
use crate::folds::steps::{By, Step};
use crate::ids::RecordId;

/// An issue as the policy sees it, before the step.
#[derive(Clone, Copy, Debug)]
pub struct IssueAt<'a> {
    pub fold: &'a IssueFold,
    pub grid: &'a str,
    pub reporter: Option<RecordId>,
    /// A building lead or volunteer reported it, so that the grid worker may receive it.
    pub reported_by_resident_helper: bool,
    /// The present limit has run out.
    pub overdue: bool,
}

/// Whether an author may take a step, acting for `for_unit` where it is a unit's step.
pub fn may_take(
    step: &Step,
    issue: IssueAt<'_>,
    author: RecordId,
    for_unit: Option<RecordId>,
    assignments: &[Assignment],
    day: &str,
) -> bool {
    let holds = |role: Role, fits: &dyn Fn(&Scope) -> bool| {
        assignments.iter().any(|one| one.role == role && one.holds_on(day) && fits(&one.scope))
    };
    let supervises = |scope: &Scope| matches!(scope, Scope::Division(code) if issue.grid.starts_with(code.as_str()));
    let above = |scope: &Scope| matches!(scope, Scope::Division(code) if issue.grid.starts_with(code.as_str()) && code.len() < issue.fold.level.digits());
    let walks = |scope: &Scope| matches!(scope, Scope::Division(code) if code == issue.grid);
    let acts_for =
        |unit: RecordId| for_unit == Some(unit) && holds(Role::Handler, &|scope| *scope == Scope::Unit(unit));
    step.by.iter().any(|by| match by {
        By::Supervisor => holds(Role::Supervisor, &supervises),
        By::SupervisorAbove => holds(Role::Supervisor, &above),
        By::GridWorker => holds(Role::GridWorker, &walks),
        By::GridWorkerForOthers => issue.reported_by_resident_helper && holds(Role::GridWorker, &walks),
        By::LeadUnit => issue.fold.lead().is_some_and(acts_for),
        By::AnyUnit => issue.fold.units.iter().copied().any(acts_for),
        By::Reporter => issue.reporter == Some(author),
        By::ReporterOverdue => issue.overdue && issue.reporter == Some(author),
        By::Reader => true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folds::steps::{TABLE, step};

    const GRID: &str = "340603002001003";
    const DAY: &str = "2026-11-23";

    fn id(n: u8) -> RecordId {
        RecordId::from_bytes([n; 16])
    }
    fn holds(role: Role, scope: Scope) -> Assignment {
        Assignment { role, scope, from: "2026-01-01".into(), until: None, rights: Default::default() }
    }
    /// The steps somebody may take of an issue that unit 10 leads and unit 11 takes part in.
    fn allowed(assignment: Assignment, for_unit: Option<u8>, overdue: bool) -> Vec<&'static str> {
        let mut fold = IssueFold::reported(0, None);
        fold.units = vec![id(10), id(11)];
        let issue =
            IssueAt { fold: &fold, grid: GRID, reporter: Some(id(9)), reported_by_resident_helper: false, overdue };
        let may = |one: &&Step| may_take(one, issue, id(1), for_unit.map(id), std::slice::from_ref(&assignment), DAY);
        TABLE.iter().filter(may).map(|one| one.name).collect()
    }

    #[test]
    fn each_role_takes_its_own_steps() {
        let division = |code: &str| Scope::Division(code.into());
        assert_eq!(
            allowed(holds(Role::GridWorker, division(GRID)), None, false),
            ["solve", "check_passed", "check_failed", "reopen", "add"]
        );
        assert_eq!(
            allowed(holds(Role::Handler, Scope::Unit(id(10))), Some(10), false),
            ["pass_on", "hand_back", "sign", "handle", "ask_time", "position", "add"]
        );
        assert_eq!(
            allowed(holds(Role::Handler, Scope::Unit(id(11))), Some(11), false),
            ["sign", "handle", "ask_time", "position", "add"]
        );
        assert_eq!(allowed(holds(Role::Handler, Scope::Unit(id(12))), Some(12), false), ["add"]);
        let community = allowed(holds(Role::Supervisor, division("340603002001")), None, false);
        assert!(community.contains(&"dispatch") && !community.contains(&"supervise"));
        assert!(allowed(holds(Role::Supervisor, division("340603002")), None, false).contains(&"supervise"));
        assert_eq!(allowed(holds(Role::Supervisor, division("340603005")), None, false), ["add"]);
    }

    #[test]
    fn a_reporter_may_escalate_only_a_limit_that_ran_out() {
        let fold = IssueFold::reported(0, None);
        let may = |name: &str, overdue| {
            let issue =
                IssueAt { fold: &fold, grid: GRID, reporter: Some(id(9)), reported_by_resident_helper: false, overdue };
            may_take(step(name).unwrap(), issue, id(9), None, &[], DAY)
        };
        assert_eq!((may("escalate", false), may("escalate", true), may("urge", false)), (false, true, true));
    }
}
