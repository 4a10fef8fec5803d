//! A year of issues: eight in a grid, nearly all of them solved by its worker, the newest still open.

use crate::Seed;
use crate::draft::{Draft, fields};
use crate::staff::Person;
use crate::visits;
use std::collections::BTreeMap;
use sync_protocol::{RecordId, Value, day};

const IN_A_GRID: u32 = 8;
const DAYS_BACK: u32 = 365;
/// Younger ones may still be open.
const SETTLED_AFTER_DAYS: i64 = 30;
const ACCEPT_MINUTES: i32 = 240;
const HOUR_MS: u64 = 3_600_000;

/// What an issue may be about.
pub(crate) struct Category {
    id: RecordId,
    name: String,
}

/// The categories of issues among a district's records.
pub(crate) fn categories(records: &[Seed]) -> Vec<Category> {
    let text = |record: &Seed, field: &str| record.fields.get(field).and_then(Value::as_text).map(str::to_owned);
    let of_issues = |record: &&Seed| record.kind == "category" && text(record, "group").as_deref() == Some("issue");
    let category = |record: &Seed| Some(Category { id: record.id, name: text(record, "name")? });
    records.iter().filter(of_issues).filter_map(category).collect()
}

/// The issues of one grid, reported by its worker and closed by the supervisor, at these buildings.
pub(crate) fn add(
    draft: &mut Draft<'_>,
    categories: &[Category],
    grid: &str,
    (worker, supervisor): (&Person, &Person),
    buildings: &[(RecordId, String)],
) {
    if categories.is_empty() || buildings.is_empty() {
        return;
    }
    let mut numbers = Numbers::of(draft.part, grid);
    for _ in 0..IN_A_GRID {
        let Some((reported_on, ms)) = visits::moment(&mut draft.prng, draft.today, DAYS_BACK) else { continue };
        let category = &categories[draft.prng.below(categories.len() as u32) as usize];
        let (building, place) = &buildings[draft.prng.below(buildings.len() as u32) as usize];
        let entrance = draft.prng.between(1, 3);
        let record = fields([
            ("number", numbers.next(&reported_on).into()),
            ("words", format!("{place}{entrance}单元：{}，已看过现场，请处理。", category.name).into()),
            ("source", draft.prng.weighted(&[(50, "seen"), (30, "visit"), (20, "resident")]).into()),
            ("author_name", worker.name.as_str().into()),
            ("happened_at", day::time_text(ms).into()),
            ("limit_minutes", ACCEPT_MINUTES.into()),
            ("category", category.id.into()),
            ("place", format!("{place}{entrance}单元").into()),
            ("grid", grid.into()),
            ("building", (*building).into()),
            ("urgency", draft.prng.weighted(&[(80, "normal"), (15, "soon"), (5, "now")]).into()),
            ("private", false.into()),
        ]);
        let issue = draft.id();
        draft.add_as("issue", issue, Some(worker.id), record);
        let is_old = reported_on < day::add_days(draft.today, -SETTLED_AFTER_DAYS);
        let steps = if is_old { STEPS.len() } else { draft.prng.below(4) as usize };
        for (step, hours, words) in STEPS.into_iter().take(steps) {
            let by = if step == "close" { supervisor } else { worker };
            let record = fields([
                ("issue", issue.into()),
                ("step", step.into()),
                ("words", words.into()),
                ("rating", (step == "rate").then_some("satisfied").into()),
                ("happened_at", day::time_text(ms + hours * HOUR_MS).into()),
                ("author_name", by.name.as_str().into()),
            ]);
            let id = draft.id();
            draft.add_as("issue_step", id, Some(by.id), record);
        }
    }
}

/// The numbers of one tablet, as it gives them: the day, the tablet, and which of that day's it is.
struct Numbers {
    device: String,
    given: BTreeMap<String, u32>,
}

impl Numbers {
    /// Every grid has a tablet of its own; no two grids of a district have the same.
    fn of(part: u32, grid: &str) -> Self {
        let device = format!("{}{}", part, grid.get(13..).unwrap_or_default());
        Self { device, given: BTreeMap::new() }
    }

    fn next(&mut self, day: &str) -> String {
        let count = self.given.entry(day.to_owned()).or_default();
        *count += 1;
        format!("{}-{}-{count}", day.replace('-', "").get(2..).unwrap_or_default(), self.device)
    }
}

/// From acceptance to what its reporter says of it, with the hours since the report.
const STEPS: [(&str, u64, Option<&str>); 5] = [
    ("accept", 1, None),
    ("solve", 26, Some("已联系处理，现场恢复正常。")),
    ("check_passed", 50, None),
    ("close", 74, None),
    ("rate", 80, None),
];
