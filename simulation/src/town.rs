//! The town every run begins with: a community of three grids, its people, and a few households.
//!
//! Ids are small numbers spelled as ids, so that a log reads easily.

use sync_protocol::{RecordId, Value};

pub const DISTRICT: &str = "340603";
pub const STREET: &str = "340603002";
pub const COMMUNITY: &str = "340603002001";
pub const GRIDS: [&str; 3] = ["340603002001001", "340603002001002", "340603002001003"];

/// The worker of each grid, the community's supervisor, a building lead and a unit's handler.
pub const WORKERS: [u16; 3] = [1, 2, 3];
pub const SUPERVISOR: u16 = 4;
pub const LEAD: u16 = 5;
pub const HANDLER: u16 = 6;
pub const UNIT: u16 = 30;
pub const CATEGORY: u16 = 31;

const BUILDINGS_EACH: u16 = 2;
const DWELLINGS_EACH: u16 = 2;

pub fn id(n: u16) -> RecordId {
    let mut bytes = [0; 16];
    bytes[..2].copy_from_slice(&n.to_be_bytes());
    // A version and variant that a UUID parser takes.
    bytes[6] = 0x70;
    bytes[8] = 0x80;
    RecordId::from_bytes(bytes)
}

pub type Record = (&'static str, RecordId, Vec<(&'static str, Value)>);

pub fn building(grid: usize, n: u16) -> u16 {
    100 + grid as u16 * 10 + n
}

/// Everything there is in the morning, parents first.
pub fn records() -> Vec<Record> {
    let mut all = divisions();
    all.push((
        "unit",
        id(UNIT),
        vec![
            ("type", "office".into()),
            ("name", "居委会".into()),
            ("short_name", "居委会".into()),
            ("division", COMMUNITY.into()),
        ],
    ));
    all.push((
        "category",
        id(CATEGORY),
        vec![
            ("code", "leak".into()),
            ("group", "issue".into()),
            ("name", "漏水".into()),
            ("name_en", "Leak".into()),
            ("accept_hours", 4.into()),
            ("sign_hours", 4.into()),
            ("handle_hours", 16.into()),
            ("private", false.into()),
            ("sort", 1.into()),
        ],
    ));
    for grid in 0..GRIDS.len() {
        for n in 0..BUILDINGS_EACH {
            all.extend(house(grid, n));
        }
    }
    all.extend(staff());
    all
}

fn divisions() -> Vec<Record> {
    let mut rows =
        vec![(DISTRICT, "district", None), (STREET, "street", Some(DISTRICT)), (COMMUNITY, "community", Some(STREET))];
    rows.extend(GRIDS.map(|grid| (grid, "grid", Some(COMMUNITY))));
    rows.into_iter()
        .enumerate()
        .map(|(n, (code, level, parent))| {
            let mut fields: Vec<(&str, Value)> =
                vec![("code", code.into()), ("level", level.into()), ("name", level.into()), ("sort", 1.into())];
            fields.extend(parent.map(|parent| ("parent", parent.into())));
            ("division", id(10 + n as u16), fields)
        })
        .collect()
}

fn house(grid: usize, n: u16) -> Vec<Record> {
    let building = building(grid, n);
    let mut all: Vec<Record> = vec![(
        "building",
        id(building),
        vec![
            ("grid", GRIDS.get(grid).copied().unwrap_or_default().into()),
            ("name", "1号楼".into()),
            ("number", "1".into()),
            ("entrances", 1.into()),
            ("floors_up", 6.into()),
            ("floors_down", 0.into()),
            ("walk_order", 1.into()),
        ],
    )];
    for door in 0..DWELLINGS_EACH {
        let base = building * 10 + door;
        let (dwelling, household, resident, residence) = (base, base + 2_000, base + 4_000, base + 6_000);
        all.push((
            "dwelling",
            id(dwelling),
            vec![
                ("building", id(building).into()),
                ("entrance", "1".into()),
                ("floor", 1.into()),
                ("door", "101".into()),
                ("use", "owner_occupied".into()),
            ],
        ));
        all.push(("household", id(household), vec![("dwelling", id(dwelling).into())]));
        all.push(("resident", id(resident), vec![("name", "王芳".into()), ("phone", "10000000001".into())]));
        all.push(("residence", id(residence), home(id(resident), id(household))));
    }
    all
}

pub fn home(resident: RecordId, household: RecordId) -> Vec<(&'static str, Value)> {
    vec![
        ("resident", resident.into()),
        ("household", household.into()),
        ("relation", "head".into()),
        ("stays", "main".into()),
    ]
}

fn staff() -> Vec<Record> {
    let mut posts: Vec<(u16, &str, (&'static str, Value))> =
        WORKERS.iter().zip(GRIDS).map(|(worker, grid)| (*worker, "grid_worker", ("division", grid.into()))).collect();
    posts.push((SUPERVISOR, "supervisor", ("division", COMMUNITY.into())));
    posts.push((LEAD, "building_lead", ("building", id(building(0, 0)).into())));
    posts.push((HANDLER, "handler", ("unit", id(UNIT).into())));
    let mut all: Vec<Record> = Vec::new();
    for (person, role, scope) in posts {
        let name = format!("p{person}");
        all.push(("person", id(person), vec![("sign_in_name", name.into()), ("name", "李娜".into())]));
        all.push((
            "assignment",
            id(50 + person),
            vec![("person", id(person).into()), ("role", role.into()), scope, ("from", "2026-01-01".into())],
        ));
    }
    all
}
