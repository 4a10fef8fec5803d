//! New buildings, floor by floor, and single doors.

use crate::core::Asking;
use crate::error::{CommandError, Result};
use crate::forms::{chosen, said};
use crate::saved::{Saved, id};
use crate::words::{self, DwellingUse};
use local_store::saving::NewEdit;
use local_store::{buildings, places};
use serde::Deserialize;
use ts_rs::TS;

/// One transaction and one push take no more edits than this at a time.
const MOST_DOORS: u32 = 600;

#[derive(Clone, Debug, Deserialize, TS)]
pub struct NewDwelling {
    pub building: String,
    pub entrance: String,
    pub floor: i32,
    pub floor_name: Option<String>,
    pub door: String,
    #[serde(rename = "use")]
    pub use_: DwellingUse,
    /// The draft it was typed in, dropped with the save.
    #[serde(default)]
    #[ts(optional)]
    pub draft: Option<String>,
}

/// A building whose entrances and floors are alike; what differs is mended door by door.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct NewBuilding {
    pub grid: String,
    pub name: String,
    pub number: String,
    pub address: Option<String>,
    pub entrances: u32,
    pub floors: u32,
    pub doors_per_floor: u32,
    pub lift: Option<bool>,
    pub walk_order: i32,
    /// The draft it was typed in, dropped with the save.
    #[serde(default)]
    #[ts(optional)]
    pub draft: Option<String>,
}

pub(crate) fn add_dwelling(asking: &Asking, input: NewDwelling) -> Result<Saved> {
    let building = id("building", &input.building)?;
    let (entrance, door) = (input.entrance.trim().to_owned(), said("door", &input.door)?);
    asking.read(|tx| {
        buildings::one(tx, building)?;
        let doors = buildings::doors(tx, Some(building))?;
        let taken = doors.iter().any(|one| one.entrance == entrance && one.door == door);
        if taken { Err(CommandError::value("door", "taken")) } else { Ok(()) }
    })?;
    let dwelling = asking.mint()?;
    let edit = NewEdit::create("dwelling", dwelling, asking.person)
        .set("building", building)
        .set("entrance", if entrance.is_empty() { "1".to_owned() } else { entrance })
        .set("floor", input.floor)
        .set("floor_name", chosen(input.floor_name.as_deref()))
        .set("door", door)
        .set("use", words::word(&input.use_));
    asking.save_undoable(dwelling, input.draft.as_deref(), |_, _| Ok(vec![edit]))
}

pub(crate) fn add_building(asking: &Asking, input: NewBuilding) -> Result<Saved> {
    let (name, number) = (said("name", &input.name)?, said("number", &input.number)?);
    let within = |field: &str, value: u32, most: u32| {
        if (1..=most).contains(&value) { Ok(()) } else { Err(CommandError::value(field, "bad_number")) }
    };
    within("entrances", input.entrances, 40)?;
    within("floors", input.floors, 60)?;
    within("doors_per_floor", input.doors_per_floor, 40)?;
    if input.entrances * input.floors * input.doors_per_floor > MOST_DOORS {
        return Err(CommandError::value("doors_per_floor", "too_many_doors"));
    }
    asking.read(|tx| {
        let known = places::divisions(tx)?.into_iter().any(|one| one.code == input.grid && one.level == "grid");
        if known { Ok(()) } else { Err(CommandError::new("not_found").with("kind", "division")) }
    })?;
    let building = asking.mint()?;
    let mut edits = vec![
        NewEdit::create("building", building, asking.person)
            .set("grid", input.grid.as_str())
            .set("name", name)
            .set("number", number)
            .set("address", chosen(input.address.as_deref()))
            .set("entrances", i64::from(input.entrances))
            .set("floors_up", i64::from(input.floors))
            .set("floors_down", 0)
            .set("lift", input.lift)
            .set("walk_order", input.walk_order),
    ];
    for entrance in 1..=input.entrances {
        for floor in 1..=input.floors {
            for column in 1..=input.doors_per_floor {
                let dwelling = NewEdit::create("dwelling", asking.mint()?, asking.person)
                    .set("building", building)
                    .set("entrance", entrance.to_string())
                    .set("floor", i64::from(floor))
                    .set("door", format!("{floor}{column:02}"))
                    .set("column", i64::from(column))
                    .set("use", "other");
                edits.push(dwelling);
            }
        }
    }
    asking.save_undoable(building, input.draft.as_deref(), |_, _| Ok(edits))
}
