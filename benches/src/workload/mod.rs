//! The data of the sync workload: 32-bit arithmetic only, so that every language makes the same bytes from the same name.
//!
//! A scope's name seeds its generator, so `g0001` and `g0002` are two grids of one shape. The bytes are pinned by a test:
//! if they change, figures taken before can no longer be compared.

mod chance;
mod columns;
mod drawn;
mod words;

use chance::Chance;
pub use columns::{BUILDING, ISSUE, RESIDENT};
use drawn::{building, issue, resident};
use serde_json::{Map, Value};
use words::HOURS;

/// How many of each there are in a scope.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    pub name: &'static str,
    pub residents: usize,
    pub buildings: usize,
    pub issues: usize,
}

impl Size {
    pub const GRID: Self = Self { name: "grid", residents: 770, buildings: 40, issues: 120 };
    pub const COMMUNITY: Self = Self { name: "community", residents: 6_800, buildings: 360, issues: 1_060 };
    pub const STREET: Self = Self { name: "street", residents: 50_000, buildings: 2_600, issues: 7_800 };
    /// For the smoke run of `make test`: enough to see that every step still does what it says.
    pub const TINY: Self = Self { name: "tiny", residents: 40, buildings: 4, issues: 6 };

    pub fn named(name: &str) -> Option<Self> {
        [Self::TINY, Self::GRID, Self::COMMUNITY, Self::STREET].into_iter().find(|size| size.name == name)
    }

    pub fn records(self) -> usize {
        self.residents + self.buildings + self.issues
    }
}

pub type Record = Map<String, Value>;

/// A change of one field of one resident.
#[derive(Clone, Debug)]
pub struct FieldEdit {
    pub id: String,
    pub field: &'static str,
    pub value: String,
}

/// The fields that edits change, in turn.
const EDITED: [&str; 5] = ["phone", "note", "home_hours", "room_no", "last_visit_at"];

/// The second seed, beside the scope's name.
const SEED: u32 = 20_260;

/// The records of a scope: buildings, then residents, then issues. `each` is given them one by one.
pub fn records(scope: &str, size: Size, mut each: impl FnMut(Record)) {
    let mut chance = Chance::named(scope, SEED);
    let mut buildings: Vec<Record> = Vec::with_capacity(size.buildings);
    for _ in 0..size.buildings {
        let record = building(&mut chance, scope);
        buildings.push(record.clone());
        each(record);
    }
    let mut residents = Vec::with_capacity(size.residents);
    for _ in 0..size.residents {
        let building = &buildings[chance.below(buildings.len())];
        let record = resident(&mut chance, scope, building);
        residents.push(record["id"].clone());
        each(record);
    }
    for _ in 0..size.issues {
        let building = &buildings[chance.below(buildings.len())];
        each(issue(&mut chance, scope, building, &residents));
    }
}

/// So many changes of different (resident, field) pairs of a scope.
pub fn edits(scope: &str, size: Size, count: usize, tag: &str) -> Vec<FieldEdit> {
    let mut ids = Vec::new();
    records(scope, size, |record| {
        if record["type"] == "resident" {
            ids.push(record["id"].as_str().unwrap_or_default().to_owned());
        }
    });
    let mut chance = Chance::named(&format!("{scope}:{tag}"), 0);
    let edit = |at: usize| {
        let field = EDITED[(at + at / ids.len()) % EDITED.len()];
        let value = match field {
            "phone" => chance.mobile(),
            "note" => format!("{}{tag}{at}", chance.prose(1)),
            "home_hours" => format!("{}{tag}{at}", chance.pick(&HOURS)),
            "room_no" => {
                let floor = 1 + chance.below(30);
                format!("{floor}{:02}-{tag}{at}", 1 + chance.below(4))
            }
            _ => format!("{}{tag}{at}", chance.moment()),
        };
        FieldEdit { id: ids[at % ids.len()].clone(), field, value }
    };
    (0..count).map(edit).collect()
}

/// A scope as JSON lines, with the fields in their order: the bytes that the figures of others were taken with.
#[cfg(test)]
pub fn jsonl(scope: &str, size: Size, mut line: impl FnMut(&str)) {
    records(scope, size, |record| {
        let order: &[&str] = match record["type"].as_str() {
            Some("building") => &BUILDING,
            Some("resident") => &RESIDENT,
            _ => &ISSUE,
        };
        let fields: Vec<String> = order.iter().map(|name| format!("\"{name}\":{}", plain(&record[*name]))).collect();
        line(&format!("{{{}}}\n", fields.join(",")));
    });
}

/// As JavaScript writes it: 30, not 30.0.
#[cfg(test)]
fn plain(value: &Value) -> String {
    let text = value.to_string();
    if value.is_f64() { text.strip_suffix(".0").map(str::to_owned).unwrap_or(text) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};

    /// A change of these bytes makes every figure taken before incomparable.
    #[test]
    fn the_bytes_are_those_that_figures_of_others_were_taken_with() {
        let pinned = [
            ("g0001", Size::GRID, "929a86fa4977dad4", 686_668),
            ("c0001", Size::COMMUNITY, "b223eebaa8a8d27d", 6_074_328),
            ("s0001", Size::STREET, "0abc3fecdacc2bc7", 44_659_830),
        ];
        for (scope, size, prefix, bytes) in pinned {
            let (mut digest, mut count) = (Sha256::new(), 0);
            jsonl(scope, size, |line| {
                digest.update(line);
                count += line.len();
            });
            let hex: String = digest.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
            assert_eq!((hex.as_str(), count), (prefix, bytes), "{}", size.name);
        }
    }

    #[test]
    fn edits_change_different_fields() {
        let edits = edits("g0001", Size::GRID, 1_000, "e");
        let pairs: std::collections::BTreeSet<_> = edits.iter().map(|edit| (&edit.id, edit.field)).collect();
        assert_eq!(pairs.len(), 1_000);
    }
}
