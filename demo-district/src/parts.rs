//! The three parts a district is made of, each from its own stream of chance: the district, a street, a community.

use crate::divisions::DivisionRow;
use crate::draft::{Draft, fields};
use crate::numbers::Numbers;
use crate::people::Kin;
use crate::staff::{Duty, Scope, Staff};
use crate::{District, calendar, categories, issues, people, places, visits};
use std::collections::BTreeMap;
use sync_protocol::RecordId;

/// The tree of divisions as published, parents first.
pub(crate) type Tree = BTreeMap<(usize, String), DivisionRow>;

/// Leads in a grid at most, one a building; with the grids of few large buildings five on average, as in the real
/// district (3,505 in 664 grids).
const LEADS_IN_A_GRID: usize = 6;

/// All divisions, the calendar, the categories, the departments, and those who look after the whole district.
pub(crate) fn district(seed: u64, today: &str, tree: &Tree) -> Option<District> {
    let top = tree.values().next()?;
    let mut draft = Draft::new(seed, &top.code, 0, today)?;
    for (sort, row) in (1..).zip(tree.values()) {
        add_division(&mut draft, row, sort * 10);
    }
    calendar::add(&mut draft);
    categories::add(&mut draft);

    let mut staff = Staff::new();
    let everywhere = |role, rights| Duty { role, scope: Scope::Division(&top.code), rights, place: top.name.clone() };
    staff.known(&mut draft, "chenjie", everywhere("administrator", &[]));
    staff.known(&mut draft, "zhangmin", everywhere("supervisor", &["register"]));
    staff.known(&mut draft, "huangyan", everywhere("auditor", &[]));
    let departments = [
        ("区住房和城乡建设局", "住建局", "heyong"),
        ("区城市管理局", "城管局", "fengzhiqiang"),
        ("区民政局", "民政局", "songyumei"),
    ];
    for (name, short, handler) in departments {
        let unit = staff.add_unit(&mut draft, "department", name, short, &top.code);
        let duty = Duty { role: "handler", scope: Scope::Unit(unit), rights: &[], place: name.to_owned() };
        staff.known(&mut draft, handler, duty);
    }
    Some(draft.out)
}

/// A street's supervisor and its enforcement centre.
pub(crate) fn street(seed: u64, today: &str, tree: &Tree, code: &str, is_of_tour: bool) -> Option<District> {
    let (part, row) = find(tree, code)?;
    let mut draft = Draft::new(seed, code, part, today)?;
    let mut staff = if is_of_tour { Staff::new() } else { Staff::elsewhere(part) };
    let scope = Scope::Division(code);
    staff.known(
        &mut draft,
        "liuyang",
        Duty { role: "supervisor", scope, rights: &["register"], place: row.name.clone() },
    );
    let name = format!("{}综合执法中心", row.name);
    let centre = staff.add_unit(&mut draft, "centre", &name, "执法中心", code);
    staff.known(
        &mut draft,
        "sunlei",
        Duty { role: "handler", scope: Scope::Unit(centre), rights: &[], place: name.clone() },
    );
    Some(draft.out)
}

/// How much of a community there is.
pub(crate) struct Extent<'a> {
    pub grids: usize,
    /// The people of the tour work here.
    pub is_of_tour: bool,
    pub visits: visits::Period,
    /// Categories that issues of the last year are of; none, and there are no issues.
    pub issues: &'a [issues::Category],
}

impl Extent<'_> {
    /// As in the demonstration of one community.
    pub fn alone() -> Self {
        Self { grids: places::GRIDS, is_of_tour: true, visits: visits::WEEKS, issues: &[] }
    }
}

/// A community with its grids, staff, buildings, people and past visits.
pub(crate) fn community(seed: u64, today: &str, tree: &Tree, code: &str, extent: &Extent<'_>) -> Option<District> {
    let (part, row) = find(tree, code).filter(|(_, row)| row.level == "community")?;
    let street = find(tree, row.parent.as_deref()?)?.1.name.as_str();
    let name = row.name.trim_end_matches("居民委员会").trim_end_matches("村民委员会");
    let mut draft = Draft::new(seed, code, part, today)?;
    let mut staff = if extent.is_of_tour { Staff::new() } else { Staff::elsewhere(part) };

    let grids: Vec<DivisionRow> = (1..=extent.grids).map(|number| grid(code, number)).collect();
    for (sort, grid) in (1..).zip(&grids) {
        add_division(&mut draft, grid, sort * 10);
    }
    let units = add_units(&mut draft, &mut staff, code, name);
    let supervisor = staff.known(
        &mut draft,
        "lina",
        Duty {
            role: "supervisor",
            scope: Scope::Division(code),
            rights: &["identity", "register", "export"],
            place: format!("{street} {name}"),
        },
    );
    let mut workers = Vec::new();
    for (at, grid) in grids.iter().enumerate() {
        let rights: &[_] = if at % 3 == 0 { &["identity"] } else { &[] };
        let place = format!("{street} {name} {}", grid.name);
        let duty = Duty { role: "grid_worker", scope: Scope::Division(&grid.code), rights, place };
        workers.push(match at {
            0 => staff.known(&mut draft, "wangwei", duty),
            1 => staff.known(&mut draft, "xuli", duty),
            // In a whole district the list of accounts names the tour's people and who stands above.
            _ => staff.drawn(&mut draft, 1985, duty, extent.is_of_tour),
        });
    }

    let mut compounds = places::add_compounds(&mut draft, code, (street, name), &units);
    let mut numbers = Numbers::default();
    let mut kin = Kin::default();
    for (at, (grid, worker)) in grids.iter().zip(&workers).enumerate() {
        let (mut leads, mut reported) = (0, Vec::new());
        for (building, walk_order) in places::plan(&mut draft.prng, at).iter().zip(1..) {
            let compound = compounds.iter_mut().find(|compound| compound.reaches(at));
            let site = places::Site { grid: &grid.code, street, compound, walk_order };
            let (id, shown) = places::add_building(&mut draft, site, building);
            let shown_at = shown.clone();
            if building.has_lead() && leads < LEADS_IN_A_GRID {
                let duty = Duty { role: "building_lead", scope: Scope::Building(id), rights: &[], place: shown };
                // The leads of the first grid may sign in; more of them would only make the list of accounts long.
                match (at, leads) {
                    (0, 0) => staff.known(&mut draft, "maguiying", duty),
                    _ => staff.drawn(&mut draft, 1962, duty, at == 0 && extent.is_of_tour),
                };
                leads += 1;
            }
            for door in &building.doors {
                add_door(&mut draft, &mut numbers, &mut kin, &extent.visits, (worker, id), door);
            }
            reported.push((id, shown_at));
        }
        issues::add(&mut draft, extent.issues, &grid.code, (worker, &supervisor), &reported);
    }
    people::add_second_homes(&mut draft, &kin);
    Some(draft.out)
}

/// A door, those who live behind it, and who knocked there.
fn add_door(
    draft: &mut Draft<'_>,
    numbers: &mut Numbers,
    kin: &mut Kin,
    period: &visits::Period,
    (worker, building): (&crate::staff::Person, RecordId),
    door: &places::Door,
) {
    let dwelling = places::add_door(draft, building, door);
    if !places::is_home(door) {
        return;
    }
    let let_out = door.used == "let";
    if let_out && draft.prng.chance(5) {
        people::settle_former(draft, numbers, dwelling);
    }
    let planned = (door.used != "vacant").then(|| people::plan(&mut draft.prng, let_out));
    let visits = visits::plan(&mut draft.prng, draft.today, planned.as_ref().map(|planned| planned.way), period);
    let home = planned.map(|planned| people::settle(draft, numbers, kin, dwelling, planned, visits::last_met(&visits)));
    let (household, at_home) = home.map_or((None, Vec::new()), |home| (Some(home.id), home.at_home));
    let visited = visits::Door { worker: worker.id, worker_name: &worker.name, dwelling, household, at_home: &at_home };
    visits::add(draft, &visited, visits);
}

/// The community's own units, and for each compound its firm and, where there is one, its owners' committee.
fn add_units(draft: &mut Draft<'_>, staff: &mut Staff, code: &str, name: &str) -> Vec<(RecordId, Option<RecordId>)> {
    let handler =
        |unit, place: &str| Duty { role: "handler", scope: Scope::Unit(unit), rights: &[], place: place.to_owned() };
    let office = format!("{name}居委会");
    let unit = staff.add_unit(draft, "office", &office, "居委会", code);
    staff.known(draft, "wujing", handler(unit, &office));
    let centre = format!("{name}党群服务中心");
    let unit = staff.add_unit(draft, "service_centre", &centre, "服务中心", code);
    staff.drawn(draft, 1990, handler(unit, &centre), true);

    let first = staff.add_unit(draft, "property_firm", "邻安物业服务有限公司", "邻安物业", code);
    staff.known(draft, "zhouting", handler(first, "邻安物业"));
    let second = staff.add_unit(draft, "property_firm", "和顺物业服务有限公司", "和顺物业", code);
    staff.drawn(draft, 1986, handler(second, "和顺物业"), true);
    let owners = staff.add_unit(draft, "owners_committee", "邻里花园业主委员会", "业委会", code);
    staff.known(draft, "zhengjianguo", handler(owners, "邻里花园业主委员会"));
    let others = staff.add_unit(draft, "owners_committee", "和美家园业主委员会", "业委会", code);
    vec![(first, Some(owners)), (second, None), (first, Some(others)), (second, None), (second, None)]
}

fn add_division(draft: &mut Draft<'_>, row: &DivisionRow, sort: i32) {
    let division = [
        ("code", row.code.as_str().into()),
        ("level", row.level.as_str().into()),
        ("parent", row.parent.clone().into()),
        ("name", row.name.as_str().into()),
        ("sort", sort.into()),
    ];
    draft.add("division", fields(division));
}

fn grid(community: &str, number: usize) -> DivisionRow {
    let name = format!("第{}网格", ["一", "二", "三", "四", "五", "六", "七", "八", "九"][(number - 1) % 9]);
    DivisionRow {
        code: format!("{community}{number:03}"),
        name,
        level: "grid".to_owned(),
        parent: Some(community.to_owned()),
    }
}

/// A division and its place in the tree, which keeps the ids and numbers of parts apart.
fn find<'a>(tree: &'a Tree, code: &str) -> Option<(u32, &'a DivisionRow)> {
    (0..).zip(tree.values()).find(|(_, row)| row.code == code)
}
