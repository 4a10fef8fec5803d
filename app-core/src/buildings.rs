//! The list of buildings and the building matrix.

pub mod add;

use crate::core::Asking;
use crate::error::Result;
use crate::mask;
use crate::moment;
use crate::saved::id;
use crate::words::{self, DwellingUse, SyncMark, VisitState};
use local_store::buildings::{Behind, Building, Door};
use local_store::visits::Newest;
use local_store::{Tx, buildings, visits};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use sync_protocol::folds::visit_state::{VisitFacts, counts_from, visit_state};
use sync_protocol::{RecordId, day};
use ts_rs::TS;

#[derive(Clone, Debug, Deserialize, TS)]
pub struct BuildingRef {
    pub building: String,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct BuildingCard {
    pub id: String,
    pub name: String,
    pub number: String,
    pub compound: Option<String>,
    pub compound_id: Option<String>,
    pub address: Option<String>,
    pub grid: String,
    pub grid_name: String,
    pub entrances: u32,
    pub floors: u32,
    pub doors: u32,
    pub visited: u32,
    pub revisit: u32,
    pub households: u32,
    pub mark: SyncMark,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct BuildingMatrix {
    pub building: BuildingCard,
    /// Left to right.
    pub entrances: Vec<MatrixEntrance>,
    /// The top floor first, basements last.
    pub floors: Vec<MatrixFloor>,
    pub cells: Vec<MatrixCell>,
    pub counts: MatrixCounts,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct MatrixEntrance {
    pub entrance: String,
    pub columns: u32,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct MatrixFloor {
    pub floor: i32,
    pub name: String,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct MatrixCell {
    pub dwelling: String,
    pub entrance: String,
    pub floor: i32,
    /// From 1 within the entrance.
    pub column: u32,
    pub span: u32,
    pub door: String,
    #[serde(rename = "use")]
    pub use_: DwellingUse,
    pub household: Option<String>,
    pub masked_head: Option<String>,
    pub people: u32,
    pub visit_state: VisitState,
    pub mark: SyncMark,
    pub conflict: bool,
}

#[derive(Clone, Debug, Default, Serialize, TS)]
pub struct MatrixCounts {
    pub doors: u32,
    pub visited: u32,
    pub revisit: u32,
    pub nobody: u32,
    pub refused: u32,
    pub vacant: u32,
    pub unvisited: u32,
    pub unsent: u32,
}

pub(crate) fn list_buildings(asking: &Asking, _: ()) -> Result<Vec<BuildingCard>> {
    asking.read(|tx| {
        let mut cells: HashMap<RecordId, Vec<MatrixCell>> = HashMap::new();
        for (building, cell) in all_cells(tx, None)? {
            cells.entry(building).or_default().push(cell);
        }
        let cards = buildings::all(tx)?.into_iter().map(|one| {
            let cells = cells.remove(&one.id).unwrap_or_default();
            card(one, &cells)
        });
        Ok(cards.collect())
    })
}

pub(crate) fn building_matrix(asking: &Asking, input: BuildingRef) -> Result<BuildingMatrix> {
    let building = id("building", &input.building)?;
    asking.read(|tx| {
        let building = buildings::one(tx, building)?;
        let doors = buildings::doors(tx, Some(building.id))?;
        let cells: Vec<MatrixCell> = all_cells(tx, Some(building.id))?.into_iter().map(|(_, cell)| cell).collect();
        Ok(BuildingMatrix {
            entrances: entrances(&cells),
            floors: floors(&doors),
            counts: counts(&cells),
            building: card(building, &cells),
            cells,
        })
    })
}

/// The cells of one building or of every building in view, each with its building.
fn all_cells(tx: &Tx<'_>, building: Option<RecordId>) -> Result<Vec<(RecordId, MatrixCell)>> {
    let from = counts_from(None, &moment::today(tx)?);
    let newest = visits::newest_by_dwelling(tx, building)?;
    let mut behind = buildings::behind_doors(tx, building)?;
    let mut column: (Option<(RecordId, String, i32)>, u32) = (None, 0);
    let mut cells = Vec::new();
    for door in buildings::doors(tx, building)? {
        // Doors come in order; where the register has no column, a door stands right of the one before it.
        let floor = Some((door.building, door.entrance.clone(), door.floor));
        let next = if column.0 == floor { column.1 + 1 } else { 1 };
        let here =
            door.column.and_then(|column| u32::try_from(column).ok()).filter(|column| *column > 0).unwrap_or(next);
        let span = door.span.and_then(|span| u32::try_from(span).ok()).unwrap_or(1).max(1);
        column = (floor, here + span - 1);
        let household = behind.remove(&door.dwelling).unwrap_or_default();
        cells.push((door.building, cell(&door, here, span, household, newest.get(&door.dwelling), &from)));
    }
    Ok(cells)
}

fn cell(door: &Door, column: u32, span: u32, behind: Behind, newest: Option<&Newest>, from: &str) -> MatrixCell {
    let day = newest.and_then(|visit| day::time_ms(&visit.happened_at)).map(day::day_of).unwrap_or_default();
    let facts =
        newest.map(|visit| VisitFacts { outcome: &visit.outcome, revisit_on: visit.revisit_on.as_deref(), day: &day });
    let unsent = door.unsent + behind.unsent + newest.map_or(0, |visit| visit.unsent);
    let conflict = door.conflict || behind.conflict;
    MatrixCell {
        dwelling: door.dwelling.to_string(),
        entrance: door.entrance.clone(),
        floor: door.floor,
        column,
        span,
        door: door.door.clone(),
        use_: words::read(&door.use_, DwellingUse::Other),
        household: door.household.map(|id| id.to_string()),
        masked_head: behind.head_name.as_deref().map(mask::name),
        people: behind.people,
        visit_state: visit_state(facts, &door.use_, from).into(),
        mark: SyncMark::of(unsent, conflict || door.refused + behind.refused > 0),
        conflict,
    }
}

fn card(building: Building, cells: &[MatrixCell]) -> BuildingCard {
    let counts = counts(cells);
    let unsent = building.unsent + counts.unsent;
    let attention = cells.iter().any(|cell| cell.mark == SyncMark::NeedsAttention);
    BuildingCard {
        id: building.id.to_string(),
        name: building.name,
        number: building.number,
        compound: building.compound,
        compound_id: building.compound_id.map(|id| id.to_string()),
        address: building.address,
        grid_name: building.grid_name.unwrap_or_else(|| building.grid.clone()),
        grid: building.grid,
        entrances: u32::try_from(building.entrances).unwrap_or(0),
        floors: u32::try_from(building.floors_up).unwrap_or(0),
        doors: counts.doors,
        visited: counts.visited,
        revisit: counts.revisit,
        households: cells.iter().filter(|cell| cell.household.is_some()).count() as u32,
        mark: SyncMark::of(unsent, attention),
    }
}

fn counts(cells: &[MatrixCell]) -> MatrixCounts {
    let mut counts = MatrixCounts { doors: cells.len() as u32, ..MatrixCounts::default() };
    for cell in cells {
        *match cell.visit_state {
            VisitState::Visited => &mut counts.visited,
            VisitState::Revisit => &mut counts.revisit,
            VisitState::Nobody => &mut counts.nobody,
            VisitState::Refused => &mut counts.refused,
            VisitState::Vacant => &mut counts.vacant,
            VisitState::Unvisited => &mut counts.unvisited,
        } += 1;
        counts.unsent += u32::from(cell.mark == SyncMark::SavedHere);
    }
    counts
}

/// The entrances in the order of the doors, each as wide as its widest floor.
fn entrances(cells: &[MatrixCell]) -> Vec<MatrixEntrance> {
    let mut found: Vec<MatrixEntrance> = Vec::new();
    for cell in cells {
        let width = cell.column + cell.span - 1;
        match found.iter_mut().find(|one| one.entrance == cell.entrance) {
            Some(one) => one.columns = one.columns.max(width),
            None => found.push(MatrixEntrance { entrance: cell.entrance.clone(), columns: width }),
        }
    }
    found
}

fn floors(doors: &[Door]) -> Vec<MatrixFloor> {
    let mut found: BTreeMap<i32, String> = BTreeMap::new();
    for door in doors {
        let name = found.entry(door.floor).or_default();
        if name.is_empty() {
            *name = door.floor_name.clone().unwrap_or_default();
        }
    }
    let named = found
        .into_iter()
        .rev()
        .map(|(floor, name)| MatrixFloor { name: if name.is_empty() { floor.to_string() } else { name }, floor });
    named.collect()
}
