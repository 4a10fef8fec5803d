//! Compounds, buildings and doors, as a Chinese town of four decades has them.
//!
//! Most people live in walk-ups of six storeys with two doors a floor. Beside them stand towers with lifts, rows of
//! single-storey houses, and the building that no table fits: shops below, a mezzanine, cellars, flats knocked together
//! and a flat that was never built. The building matrix must show them all.

use crate::draft::{Draft, fields};
use crate::prng::Prng;
use sync_protocol::edit::element_field;
use sync_protocol::{RecordId, Value};

/// Doors to live behind in a grid, so that with one in ten empty about 295 households remain.
const HOMES_IN_A_GRID: u32 = 330;
const DOORS_OF_AN_ENTRANCE: u32 = 12;

/// A building before it has an id.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Shape {
    WalkUp { entrances: u32 },
    Tower { entrances: u32, floors: u32, doors: u32, lucky: bool },
    Row { doors: u32 },
    Shops,
}

/// What stands in each grid beside the walk-ups that fill it. The first is the grid of every demonstration: it has one of
/// each, with the tower of 216 doors; its building 3 answers to "3-2-501".
const STANDING: [&[Shape]; 9] = [
    &[
        Shape::Tower { entrances: 3, floors: 18, doors: 4, lucky: false },
        Shape::WalkUp { entrances: 3 },
        Shape::WalkUp { entrances: 3 },
        Shape::Shops,
        Shape::Row { doors: 10 },
    ],
    &[],
    &[],
    &[Shape::Row { doors: 8 }],
    &[
        Shape::Tower { entrances: 2, floors: 11, doors: 4, lucky: false },
        Shape::Tower { entrances: 2, floors: 11, doors: 4, lucky: false },
        Shape::Tower { entrances: 1, floors: 18, doors: 4, lucky: false },
    ],
    &[
        Shape::Tower { entrances: 1, floors: 17, doors: 4, lucky: true },
        Shape::Tower { entrances: 2, floors: 16, doors: 4, lucky: true },
    ],
    &[],
    &[Shape::Shops],
    &[Shape::Row { doors: 12 }, Shape::Row { doors: 9 }],
];
pub(crate) const GRIDS: usize = STANDING.len();

/// Compounds: the name behind the community's own (or alone), the year, and the grids they reach over.
const COMPOUNDS: [(&str, bool, i32, std::ops::RangeInclusive<usize>); 5] = [
    ("邻里花园", false, 2008, 0..=0),
    ("小区", true, 1996, 1..=3),
    ("和美家园", false, 2013, 4..=5),
    ("新村", true, 2001, 6..=7),
    ("老家属院", true, 1988, 8..=8),
];

const ROADS: [&str; 6] = ["和睦路", "邻里巷", "平安街", "书院巷", "槐荫路", "长青路"];
const ALIASES: [&str; 6] = ["红楼", "拐角楼", "车棚楼", "老邮局楼", "水塔楼", "临街楼"];

pub(crate) struct Compound {
    pub id: RecordId,
    pub name: String,
    grids: std::ops::RangeInclusive<usize>,
    address: String,
    at: (i32, i32),
    /// Numbers are given in the order buildings are added.
    buildings: u32,
}

impl Compound {
    pub fn reaches(&self, grid: usize) -> bool {
        self.grids.contains(&grid)
    }
}

/// A door and the place it takes in the matrix.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Door {
    pub entrance: u32,
    pub floor: i32,
    pub floor_name: Option<String>,
    pub door: String,
    pub column: u32,
    /// Columns it takes, where flats were knocked together.
    pub span: u32,
    pub used: &'static str,
}

/// A building with its doors, in walking order.
pub(crate) struct Building {
    shape: Shape,
    pub doors: Vec<Door>,
}

impl Building {
    /// Rows of a few houses have no lead of their own.
    pub fn has_lead(&self) -> bool {
        !matches!(self.shape, Shape::Row { .. })
    }
}

/// The compounds of a community, each with who looks after it.
pub(crate) fn add_compounds(
    draft: &mut Draft<'_>,
    community: &str,
    names: (&str, &str),
    units: &[(RecordId, Option<RecordId>)],
) -> Vec<Compound> {
    let (street, community_name) = names;
    let own = community_name.trim_end_matches("社区").trim_end_matches('村');
    // Somewhere in the district; communities lie apart, compounds within one a few hundred metres.
    let (north, east) = (33_930_000 + draft.prng.below(60_000) as i32, 116_760_000 + draft.prng.below(80_000) as i32);
    let mut compounds = Vec::new();
    for (at, (name, named_after, built_year, grids)) in COMPOUNDS.into_iter().enumerate() {
        let name = if named_after { format!("{own}{name}") } else { name.to_owned() };
        let road = ROADS[at % ROADS.len()];
        let address = format!("淮北市相山区{street}{road}{}号", draft.prng.between(2, 198));
        let place = (north + 3_400 * (at as i32 % 3), east + 4_300 * (at as i32 / 3));
        let (firm, committee) = units.get(at).copied().map_or((None, None), |(firm, owners)| (Some(firm), owners));
        let mut compound = fields([
            ("name", name.as_str().into()),
            ("community", community.into()),
            ("address", address.as_str().into()),
            ("property_firm", firm.into()),
            ("owners_committee", committee.into()),
            ("latitude_e6", place.0.into()),
            ("longitude_e6", place.1.into()),
            ("built_year", built_year.into()),
        ]);
        // What people still call the oldest one.
        if built_year < 1990 {
            compound.insert(element_field("aliases", &format!("{own}大院")), true.into());
        }
        let id = draft.add("compound", compound);
        compounds.push(Compound { id, name, grids, address, at: place, buildings: 0 });
    }
    compounds
}

/// What stands in a grid, filled up with walk-ups of two to five entrances.
pub(crate) fn plan(prng: &mut Prng, grid: usize) -> Vec<Building> {
    let mut buildings: Vec<Building> = STANDING[grid % GRIDS]
        .iter()
        .map(|shape| Building { shape: shape.clone(), doors: doors(prng, shape) })
        .collect();
    let homes: usize = buildings.iter().flat_map(|one| &one.doors).filter(|door| is_home(door)).count();
    let mut entrances =
        (HOMES_IN_A_GRID + DOORS_OF_AN_ENTRANCE / 2).saturating_sub(homes as u32) / DOORS_OF_AN_ENTRANCE;
    // One entrance alone is no building here, neither to begin with nor left over.
    while entrances > 1 {
        let mut here = if entrances <= 5 { entrances } else { prng.between(2, 5) };
        if entrances - here == 1 {
            here = if here == 5 { 4 } else { here + 1 };
        }
        let shape = Shape::WalkUp { entrances: here };
        buildings.push(Building { doors: doors(prng, &shape), shape });
        entrances -= here;
    }
    buildings
}

/// Whether people may live behind it.
pub(crate) fn is_home(door: &Door) -> bool {
    !matches!(door.used, "commercial" | "other")
}

fn doors(prng: &mut Prng, shape: &Shape) -> Vec<Door> {
    match *shape {
        Shape::WalkUp { entrances } => storeys(prng, entrances, 6, 2, false),
        Shape::Tower { entrances, floors, doors, lucky } => storeys(prng, entrances, floors, doors, lucky),
        Shape::Row { doors } => {
            (1..=doors).map(|column| Door { column, ..plain(prng, 1, 1, column.to_string()) }).collect()
        }
        Shape::Shops => irregular(prng),
    }
}

fn storeys(prng: &mut Prng, entrances: u32, floors: u32, doors: u32, lucky: bool) -> Vec<Door> {
    let mut all = Vec::new();
    for entrance in 1..=entrances {
        for floor in 1..=floors {
            let name = if lucky { lucky_floor(floor) } else { None };
            let spoken = name.clone().unwrap_or_else(|| floor.to_string());
            for column in 1..=doors {
                let label = format!("{spoken}{column:02}");
                let mut door = Door { floor_name: name.clone(), column, ..plain(prng, entrance, floor as i32, label) };
                // A hairdresser or a shop for daily things on the ground floor.
                if floor == 1 && prng.chance(4) {
                    door.used = "commercial";
                }
                all.push(door);
            }
        }
    }
    all
}

/// Four sounds like death and thirteen is shunned abroad, so builders name such floors after the one below.
fn lucky_floor(floor: u32) -> Option<String> {
    match floor {
        4 => Some("3A".to_owned()),
        13 => Some("12A".to_owned()),
        14 => Some("12B".to_owned()),
        _ => None,
    }
}

/// Two entrances, shops with a mezzanine, cellars, six floors of flats: on the third two are one, on the fifth one is
/// missing.
fn irregular(prng: &mut Prng) -> Vec<Door> {
    let mut all = Vec::new();
    for entrance in 1..=2 {
        for column in 1..=2 {
            let name = Some("地下室".to_owned());
            let cellar = plain(prng, entrance, -1, format!("B0{column}"));
            all.push(Door { floor_name: name, column, used: "other", ..cellar });
        }
        for column in 1..=3 {
            let shop = plain(prng, entrance, 1, format!("商{}", (entrance - 1) * 3 + column));
            all.push(Door { floor_name: Some("商铺".to_owned()), column, used: "commercial", ..shop });
        }
        if entrance == 1 {
            let mezzanine = plain(prng, entrance, 1, "夹1".to_owned());
            all.push(Door { floor_name: Some("夹层".to_owned()), column: 4, used: "let", ..mezzanine });
        }
        for floor in 2..=7 {
            for column in 1..=3 {
                let label = format!("{floor}0{column}");
                let door = Door { column, ..plain(prng, entrance, floor, label) };
                match (entrance, floor, column) {
                    (1, 3, 1) => all.push(Door { door: "301-302".to_owned(), span: 2, used: "owner_occupied", ..door }),
                    (1, 3, 2) | (2, 5, 2) => {}
                    _ => all.push(door),
                }
            }
        }
    }
    all
}

/// An ordinary door: one in ten is empty, one in seven let.
fn plain(prng: &mut Prng, entrance: u32, floor: i32, door: String) -> Door {
    let used = prng.weighted(&[(76, "owner_occupied"), (14, "let"), (10, "vacant")]);
    Door { entrance, floor, floor_name: None, door, column: 1, span: 1, used }
}

/// Where a building goes: its grid, its compound where it has one, and its place on the walk.
pub(crate) struct Site<'a> {
    pub grid: &'a str,
    pub street: &'a str,
    pub compound: Option<&'a mut Compound>,
    pub walk_order: i32,
}

pub(crate) fn add_building(draft: &mut Draft<'_>, site: Site<'_>, building: &Building) -> (RecordId, String) {
    let (entrances, floors_up, floors_down, lift) = match building.shape {
        Shape::WalkUp { entrances } => (entrances, 6, 0, false),
        Shape::Tower { entrances, floors, .. } => (entrances, floors, 0, true),
        Shape::Row { .. } => (1, 1, 0, false),
        Shape::Shops => (2, 7, 1, false),
    };
    let mut record = fields([
        ("grid", site.grid.into()),
        ("entrances", Value::from(i64::from(entrances))),
        ("floors_up", i64::from(floors_up).into()),
        ("floors_down", i64::from(floors_down).into()),
        ("lift", lift.into()),
        ("walk_order", site.walk_order.into()),
    ]);
    let mut put = |name: &str, value: Value| record.insert(name.to_owned(), value);
    let (shown, aliased) = match site.compound {
        // Rows stand along a lane that belongs to no compound.
        Some(compound) if building.has_lead() => {
            compound.buildings += 1;
            let number = compound.buildings;
            let step = number as i32 - 1;
            put("compound", compound.id.into());
            put("number", number.to_string().into());
            put("name", format!("{number}号楼").into());
            put("address", format!("{}{}{number}号楼", compound.address, compound.name).into());
            put("latitude_e6", (compound.at.0 + 360 * (step / 4)).into());
            put("longitude_e6", (compound.at.1 + 620 * (step % 4)).into());
            (format!("{}{number}号楼", compound.name), draft.prng.chance(12))
        }
        _ => {
            let number = site.walk_order;
            let name = format!("邻里巷平房{number}排");
            put("number", format!("平{number}").into());
            put("name", name.as_str().into());
            put("address", format!("淮北市相山区{}邻里巷{number}排", site.street).into());
            (name, false)
        }
    };
    if aliased {
        record.insert(element_field("aliases", draft.prng.pick(&ALIASES)), true.into());
    }
    (draft.add("building", record), shown)
}

pub(crate) fn add_door(draft: &mut Draft<'_>, building: RecordId, door: &Door) -> RecordId {
    let span = (door.span > 1).then_some(i64::from(door.span));
    let dwelling = [
        ("building", building.into()),
        ("entrance", door.entrance.to_string().into()),
        ("floor", door.floor.into()),
        ("floor_name", door.floor_name.clone().into()),
        ("door", door.door.as_str().into()),
        ("column", i64::from(door.column).into()),
        ("span", span.into()),
        ("use", door.used.into()),
    ];
    draft.add("dwelling", fields(dwelling))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(at: usize) -> Vec<Building> {
        plan(&mut Prng::new(1, "places"), at)
    }

    #[test]
    fn every_grid_has_homes_for_about_295_households() {
        for at in 0..GRIDS {
            let doors = grid(at).into_iter().flat_map(|one| one.doors);
            let homes = doors.filter(|door| is_home(door) && door.used != "vacant").count();
            assert!((265..=320).contains(&homes), "grid {at}: {homes}");
        }
    }

    #[test]
    fn the_first_grid_has_one_of_each_kind_and_the_matrix_of_216_doors() {
        let buildings = grid(0);
        assert!(buildings.iter().any(|one| one.doors.len() == 216));
        assert!(buildings[2].doors.iter().any(|door| (door.entrance, door.door.as_str()) == (2, "501")));
        let doors: Vec<_> = buildings.iter().flat_map(|one| &one.doors).collect();
        assert!(doors.iter().any(|door| door.span == 2) && doors.iter().any(|door| door.floor == -1));
        assert!(doors.iter().any(|door| door.floor_name.as_deref() == Some("夹层")));
    }

    #[test]
    fn no_two_doors_of_a_building_take_the_same_place() {
        for building in (0..GRIDS).flat_map(grid) {
            let mut places = std::collections::BTreeSet::new();
            let mut labels = std::collections::BTreeSet::new();
            for door in &building.doors {
                assert!(labels.insert((door.entrance, door.door.clone())), "{door:?}");
                for column in door.column..door.column + door.span {
                    assert!(places.insert((door.entrance, door.floor, column)), "{door:?}");
                }
            }
        }
    }

    #[test]
    fn walk_ups_have_two_to_five_entrances() {
        let entrances = (0..GRIDS).flat_map(grid).filter_map(|building| match building.shape {
            Shape::WalkUp { entrances } => Some(entrances),
            _ => None,
        });
        assert!(entrances.into_iter().all(|count| (2..=5).contains(&count)));
    }
}
