use super::*;
use crate::ids::DeviceNumber;
use crate::schema::linli;
use crate::stamp::Stamp;

const TODAY: &str = "2026-11-23";
const GRID: &str = "340603002001003";

struct Town;
impl Places for Town {
    fn grid_of(&self, _: RecordId) -> Option<String> {
        Some(GRID.into())
    }
    fn division_of(&self, _: RecordId) -> Option<String> {
        Some("340603002".into())
    }
    fn codes_under(&self, code: &str) -> Vec<String> {
        let all = ["340603", "340603002", "340603002001", GRID, "340603002001004"];
        all.into_iter().filter(|one| one.len() > code.len() && one.starts_with(code)).map(str::to_owned).collect()
    }
}

fn id(n: u8) -> RecordId {
    RecordId::from_bytes([n; 16])
}

fn assignment(role: Role, scope: Scope, rights: &[&str]) -> Assignment {
    let rights = rights.iter().map(|right| (*right).to_owned()).collect();
    Assignment { role, scope, from: "2026-01-01".into(), until: None, rights }
}

fn division(code: &str) -> Scope {
    Scope::Division(code.into())
}

/// `channel facet+facet` per grant, as a table a person can read.
fn table(assignments: &[Assignment]) -> Vec<String> {
    let grants = grants(id(9), assignments, TODAY, &Town);
    let line = |grant: &Grant| {
        let facets: Vec<_> = grant.facets.iter().map(|facet| facet.name()).collect();
        format!("{} {}", grant.channel, facets.join("+"))
    };
    grants.iter().map(line).filter(|line| !line.starts_with("person:")).collect()
}

#[test]
fn a_grid_worker_reads_their_grid_and_what_is_open_above_it() {
    assert_eq!(
        table(&[assignment(Role::GridWorker, division(GRID), &[])]),
        [
            "division:340603 open",
            "division:340603002 open",
            "division:340603002001 open",
            "grid:340603002001003 open+personal+guarded"
        ]
    );
}

#[test]
fn a_building_lead_reads_nothing_about_residents() {
    let lines = table(&[assignment(Role::BuildingLead, Scope::Building(id(1)), &[])]);
    assert!(lines.iter().all(|line| line.ends_with(" open")), "{lines:?}");
}

#[test]
fn a_district_supervisor_reads_the_register_only_with_that_right() {
    let lines = table(&[assignment(Role::Supervisor, division("340603"), &[])]);
    assert!(lines.contains(&"grid:340603002001003 open".to_owned()), "{lines:?}");
    let lines = table(&[assignment(Role::Supervisor, division("340603"), &["register"])]);
    assert!(lines.contains(&"grid:340603002001003 open+personal+guarded".to_owned()), "{lines:?}");
}

#[test]
fn an_ended_assignment_grants_nothing() {
    let ended = Assignment { until: Some("2026-11-22".into()), ..assignment(Role::GridWorker, division(GRID), &[]) };
    assert_eq!(table(&[ended]), Vec::<String>::new());
}

fn edit(kind: &str, create: bool) -> Edit {
    Edit {
        kind: kind.into(),
        record: id(1),
        create,
        author: id(9),
        device: DeviceNumber(1),
        number: 1,
        stamp: Stamp::ZERO,
        fields: BTreeMap::new(),
    }
}

#[test]
fn rights_end_slowly_so_that_work_under_way_is_held_and_not_lost() {
    let kind = linli().kind("visit").unwrap();
    let channels = BTreeSet::from([Channel::of_code(GRID).unwrap()]);
    let verdict = |until: Option<&str>, code: &str| {
        let one = Assignment { until: until.map(str::to_owned), ..assignment(Role::GridWorker, division(code), &[]) };
        may_write(kind, &edit("visit", true), &[one], &channels, TODAY, &Town)
    };
    assert_eq!(verdict(None, GRID), Verdict::Now);
    assert_eq!(verdict(Some("2026-11-01"), GRID), Verdict::Once);
    assert_eq!(verdict(Some("2026-03-01"), GRID), Verdict::Never);
    assert_eq!(verdict(None, "340603002001004"), Verdict::Never);
}

#[test]
fn a_supervisor_writes_under_their_division_and_only_where_the_kind_says_so() {
    let channels = BTreeSet::from([Channel::of_code(GRID).unwrap()]);
    let su = |code: &str| [assignment(Role::Supervisor, division(code), &[])];
    let verdict = |kind: &str, code: &str| {
        may_write(linli().kind(kind).unwrap(), &edit(kind, false), &su(code), &channels, TODAY, &Town)
    };
    assert_eq!(verdict("resident", "340603002001"), Verdict::Now);
    assert_eq!(verdict("resident", "340603005"), Verdict::Never);
    assert_eq!(verdict("division", "340603002001"), Verdict::Never);
}

/// A lead of building 1, in GRID, who is person 9, writes something of a kind that lies in these channels.
fn of_lead(edit: &Edit, channels: &[Channel]) -> Verdict {
    let lead = [assignment(Role::BuildingLead, Scope::Building(id(1)), &[])];
    let kind = linli().kind(&edit.kind).unwrap();
    may_write(kind, edit, &lead, &channels.iter().cloned().collect(), TODAY, &Town)
}

fn report(building: Option<u8>, grid: &str) -> Edit {
    let value = |value| crate::edit::FieldEdit { value, bases: Vec::new() };
    let fields = [("building", building.map(id).into()), ("grid", grid.into())];
    let fields = fields.map(|(name, of): (&str, crate::value::Value)| (name.to_owned(), value(of)));
    Edit { record: id(30), fields: fields.into(), ..edit("issue", true) }
}

#[test]
fn a_lead_reports_a_private_matter_of_the_own_building_and_what_is_outdoors_in_its_grid() {
    // Neither lies in the building's channel.
    let private = [Channel::of_code(GRID).unwrap(), Channel::Person(id(9))];
    assert_eq!(of_lead(&report(Some(1), GRID), &private), Verdict::Now);
    assert_eq!(of_lead(&report(None, GRID), &private), Verdict::Now);
    assert_eq!(of_lead(&report(Some(2), GRID), &private), Verdict::Never, "another building");
    assert_eq!(of_lead(&report(None, "340603002001004"), &private), Verdict::Never, "another grid");
}

#[test]
fn a_lead_goes_on_with_an_own_report_and_with_no_other_private_one() {
    let grid = Channel::of_code(GRID).unwrap();
    for kind in ["issue_step", "attachment", "issue_contact"] {
        assert_eq!(of_lead(&edit(kind, true), &[grid.clone(), Channel::Person(id(9))]), Verdict::Now, "{kind}");
        assert_eq!(of_lead(&edit(kind, true), &[grid.clone(), Channel::Person(id(8))]), Verdict::Never, "{kind}");
    }
    assert_eq!(of_lead(&edit("visit", true), &[grid, Channel::Person(id(9))]), Verdict::Never);
}

const COMMUNITY: &str = "340603002001";

/// Person 9 appoints person 8 to something that lies in these channels, with this role and this right.
fn appointed(by: &Assignment, channels: &[Channel], fields: &[(&str, &str)]) -> Verdict {
    let value = |value| crate::edit::FieldEdit { value, bases: Vec::new() };
    let truth = |word: &str| if word == "true" { crate::value::Value::Bool(true) } else { word.into() };
    let fields = fields.iter().map(|(name, word)| ((*name).to_owned(), value(truth(word)))).collect();
    let edit = Edit { fields, ..edit("assignment", true) };
    let mut channels: BTreeSet<_> = channels.iter().cloned().collect();
    channels.insert(Channel::Person(id(8)));
    may_write(linli().kind("assignment").unwrap(), &edit, std::slice::from_ref(by), &channels, TODAY, &Town)
}

#[test]
fn a_supervisor_appoints_below_their_own_place_and_gives_no_more_than_they_have() {
    let su = assignment(Role::Supervisor, division(COMMUNITY), &["identity"]);
    let code = |code: &str| Channel::of_code(code).unwrap();
    let grid = [code(GRID), code(COMMUNITY)];
    let worker = ("role", "grid_worker");
    assert_eq!(appointed(&su, &grid, &[worker]), Verdict::Now);
    assert_eq!(appointed(&su, &grid, &[worker, ("rights:identity", "true")]), Verdict::Now);
    assert_eq!(
        appointed(&su, &grid, &[worker, ("rights:export", "true")]),
        Verdict::Never,
        "a right of their own only"
    );
    assert_eq!(appointed(&su, &[Channel::Unit(id(3)), code(COMMUNITY)], &[("role", "handler")]), Verdict::Now);
    assert_eq!(appointed(&su, &[code(COMMUNITY)], &[("role", "supervisor")]), Verdict::Never, "beside themselves");
    assert_eq!(appointed(&su, &[code("340603002")], &[("role", "supervisor")]), Verdict::Never, "above themselves");
    assert_eq!(appointed(&su, &[code("340603005001001")], &[worker]), Verdict::Never, "elsewhere");
    let street = assignment(Role::Supervisor, division("340603002"), &[]);
    assert_eq!(appointed(&street, &[code(COMMUNITY)], &[("role", "supervisor")]), Verdict::Now);
    assert_eq!(appointed(&street, &[code(COMMUNITY)], &[("role", "administrator")]), Verdict::Never);
}

#[test]
fn nobody_appoints_themselves_and_only_administrators_open_accounts() {
    let admin = assignment(Role::Administrator, division("340603"), &[]);
    let district = Channel::of_code("340603").unwrap();
    assert_eq!(appointed(&admin, std::slice::from_ref(&district), &[("role", "supervisor")]), Verdict::Now);
    assert_eq!(
        appointed(&admin, &[district.clone(), Channel::Person(id(9))], &[("role", "supervisor")]),
        Verdict::Never
    );
    let account = |by: &Assignment, channels: &[Channel]| {
        let channels: BTreeSet<_> = channels.iter().cloned().collect();
        let kind = linli().kind("person").unwrap();
        may_write(kind, &edit("person", true), std::slice::from_ref(by), &channels, TODAY, &Town)
    };
    assert_eq!(account(&admin, &[Channel::Person(id(1))]), Verdict::Now, "it has no place yet");
    assert_eq!(account(&admin, &[Channel::Person(id(1)), district.clone()]), Verdict::Now);
    let elsewhere = assignment(Role::Administrator, division("340604"), &[]);
    assert_eq!(account(&elsewhere, &[Channel::Person(id(1)), district]), Verdict::Never);
    let su = assignment(Role::Supervisor, division(COMMUNITY), &[]);
    assert_eq!(account(&su, &[Channel::Person(id(1))]), Verdict::Never);
}
