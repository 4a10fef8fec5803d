//! Who may take a step of an issue, and whose turn it is. Screens offer what this allows; the relay judges by it at
//! acceptance.

use super::{Assignment, Places, Role, Scope};
use crate::folds::issue::{Holder, IssueFold};
use crate::folds::steps::{By, State, Step};
use crate::ids::RecordId;

/// An issue as the policy sees it, before the step.
#[derive(Clone, Copy, Debug)]
pub struct IssueAt<'a> {
    pub fold: &'a IssueFold,
    pub grid: &'a str,
    pub reporter: Option<RecordId>,
    /// A building lead or volunteer reported it, so that the grid worker may receive it: see [`is_resident_helper`].
    pub reported_by_resident_helper: bool,
    /// The present limit has run out.
    pub overdue: bool,
}

impl IssueAt<'_> {
    fn is_supervised_by(&self, scope: &Scope) -> bool {
        matches!(scope, Scope::Division(code) if self.grid.starts_with(code.as_str()))
    }
    fn is_walked_by(&self, scope: &Scope) -> bool {
        matches!(scope, Scope::Division(code) if code == self.grid)
    }
}

fn holds(assignments: &[Assignment], role: Role, day: &str, fits: impl Fn(&Scope) -> bool) -> bool {
    assignments.iter().any(|one| one.role == role && one.holds_on(day) && fits(&one.scope))
}

/// Whether somebody with these assignments who reported on a day in a grid did so as a helper among its residents: as
/// building lead or volunteer there, and not as its worker. What a report says of its own source decides nothing, since
/// whoever writes it could say anything.
pub fn is_resident_helper(assignments: &[Assignment], grid: &str, day: &str, places: &dyn Places) -> bool {
    let is_of_grid = |scope: &Scope| matches!(scope, Scope::Division(code) if code == grid);
    let leads = |scope: &Scope| matches!(scope, Scope::Building(building) if places.grid_of(*building).as_deref() == Some(grid));
    let helps =
        holds(assignments, Role::BuildingLead, day, leads) || holds(assignments, Role::Volunteer, day, is_of_grid);
    helps && !holds(assignments, Role::GridWorker, day, is_of_grid)
}

/// Whether it is this person's turn: they hold the issue, or it waits to be received and they may receive it.
pub fn needs(issue: IssueAt<'_>, person: RecordId, assignments: &[Assignment], day: &str) -> bool {
    let supervises = || holds(assignments, Role::Supervisor, day, |scope| issue.is_supervised_by(scope));
    let walks = || holds(assignments, Role::GridWorker, day, |scope| issue.is_walked_by(scope));
    match issue.fold.holder {
        Holder::Supervisor => {
            let waits_for_worker = issue.fold.state == State::Reported && issue.reported_by_resident_helper;
            supervises() || (waits_for_worker && walks())
        }
        Holder::Grid => walks() || supervises(),
        Holder::Unit(unit) => holds(assignments, Role::Handler, day, |scope| *scope == Scope::Unit(unit)),
        Holder::Reporter => issue.reporter == Some(person),
        Holder::Nobody => false,
    }
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
    let holds = |role: Role, fits: &dyn Fn(&Scope) -> bool| holds(assignments, role, day, fits);
    let supervises = |scope: &Scope| issue.is_supervised_by(scope);
    let above = |scope: &Scope| matches!(scope, Scope::Division(code) if issue.grid.starts_with(code.as_str()) && code.len() < issue.fold.level.digits());
    let walks = |scope: &Scope| issue.is_walked_by(scope);
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
    use crate::folds::issue::StepFacts;
    use crate::folds::steps::{TABLE, step};
    use crate::stamp::Stamp;

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
    fn the_worker_receives_what_a_helper_reported_and_nothing_of_their_own() {
        let fold = IssueFold::reported(0, None);
        let worker = holds(Role::GridWorker, Scope::Division(GRID.into()));
        let may = |name: &str, helper: bool| {
            let issue = IssueAt {
                fold: &fold,
                grid: GRID,
                reporter: Some(id(9)),
                reported_by_resident_helper: helper,
                overdue: false,
            };
            may_take(step(name).unwrap(), issue, id(1), None, std::slice::from_ref(&worker), DAY)
        };
        assert_eq!((may("accept", true), may("return", true)), (true, true));
        assert_eq!((may("accept", false), may("return", false)), (false, false));
    }

    struct Town;
    impl Places for Town {
        fn grid_of(&self, building: RecordId) -> Option<String> {
            (building == id(20)).then(|| GRID.to_owned())
        }
        fn division_of(&self, _: RecordId) -> Option<String> {
            None
        }
        fn codes_under(&self, _: &str) -> Vec<String> {
            Vec::new()
        }
    }

    #[test]
    fn a_helper_is_who_leads_a_building_of_the_grid_or_volunteers_there_and_does_not_walk_it() {
        let helper = |assignments: &[Assignment]| is_resident_helper(assignments, GRID, DAY, &Town);
        let lead = |n: u8| holds(Role::BuildingLead, Scope::Building(id(n)));
        let of_grid = |role| holds(role, Scope::Division(GRID.into()));
        assert!(helper(&[lead(20)]) && helper(&[of_grid(Role::Volunteer)]));
        assert!(!helper(&[lead(21)]), "of another grid");
        assert!(!helper(&[lead(20), of_grid(Role::GridWorker)]), "who walks the grid reports as its worker");
        assert!(!helper(&[of_grid(Role::GridWorker)]) && !helper(&[]));
        assert!(!helper(&[Assignment { until: Some("2026-11-22".into()), ..lead(20) }]), "not on that day any more");
    }

    fn taken(n: u8, name: &str) -> StepFacts {
        StepFacts {
            id: id(100 + n),
            name: name.into(),
            order: Stamp { ms: u64::from(n), ..Stamp::ZERO },
            author: None,
            happened_ms: 0,
            for_unit: None,
            to: Vec::new(),
            due_ms: None,
            limit_minutes: None,
            rating: None,
            same_as: None,
        }
    }

    /// Whose turn it is after these steps of an issue that a helper or the worker reported: supervisor, worker, the leading
    /// unit's handler, another unit's, reporter.
    fn turns(steps: &[StepFacts], helper: bool) -> String {
        let fold = IssueFold::reported(0, None).over(steps.iter().cloned());
        let (worker, reporter) = (id(1), if helper { id(9) } else { id(1) });
        let issue = IssueAt {
            fold: &fold,
            grid: GRID,
            reporter: Some(reporter),
            reported_by_resident_helper: helper,
            overdue: false,
        };
        let people = [
            ("supervisor", id(2), holds(Role::Supervisor, Scope::Division("340603002001".into()))),
            ("worker", worker, holds(Role::GridWorker, Scope::Division(GRID.into()))),
            ("unit", id(3), holds(Role::Handler, Scope::Unit(id(10)))),
            ("other unit", id(4), holds(Role::Handler, Scope::Unit(id(11)))),
            ("helper", id(9), holds(Role::BuildingLead, Scope::Building(id(20)))),
            ("next door", id(5), holds(Role::GridWorker, Scope::Division("340603002001004".into()))),
        ];
        let turn = people.iter().filter(|(_, person, one)| needs(issue, *person, std::slice::from_ref(one), DAY));
        turn.map(|(name, ..)| *name).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn an_issue_needs_who_holds_it_and_nobody_once_it_is_rated() {
        let of_unit = |step: StepFacts| StepFacts { for_unit: Some(id(10)), ..step };
        let life = [
            (taken(1, "accept"), "supervisor, worker"),
            (StepFacts { to: vec![id(10), id(11)], ..taken(2, "dispatch") }, "unit"),
            (of_unit(taken(3, "sign")), "unit"),
            (taken(4, "suspend"), "supervisor"),
            (taken(5, "resume"), "unit"),
            (of_unit(taken(6, "handle")), "supervisor, worker"),
            (taken(7, "check_passed"), "supervisor"),
            (taken(8, "close"), "worker"),
            (StepFacts { rating: Some("satisfied".into()), ..taken(9, "rate") }, ""),
        ];
        assert_eq!(turns(&[], false), "supervisor");
        let steps: Vec<StepFacts> = life.iter().map(|(step, _)| step.clone()).collect();
        for (count, (step, turn)) in life.iter().enumerate() {
            assert_eq!(turns(&steps[..=count], false), *turn, "after {}", step.name);
        }
    }

    #[test]
    fn a_helpers_report_needs_the_worker_too_and_comes_back_to_the_helper() {
        assert_eq!(turns(&[], true), "supervisor, worker");
        assert_eq!(turns(&[taken(1, "return")], true), "helper");
        assert_eq!(turns(&[taken(1, "return"), taken(2, "supplement")], true), "supervisor, worker");
        assert_eq!(turns(&[taken(1, "void")], true), "");
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
