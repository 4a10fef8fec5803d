//! The categories of issues, needs, mediation and care, as administrators keep them. What a report chooses from is
//! [`crate::issues`]' list.

use crate::core::Asking;
use crate::error::{CommandError, Result};
use crate::forms::{FormValue, checked};
use crate::issues::CategoryGroup;
use crate::moment;
use crate::saved::{Saved, id};
use crate::units::UnitType;
use crate::words::{self, SyncMark};
use local_store::saving::NewEdit;
use local_store::{records, staff};
use serde::{Deserialize, Serialize};
use sync_protocol::RecordKey;
use ts_rs::TS;

#[derive(Clone, Debug, Serialize, TS)]
pub struct CategoryLine {
    pub id: String,
    pub code: String,
    pub group: CategoryGroup,
    pub name: String,
    pub name_en: String,
    /// Who it goes to first: a unit, or the type of unit where the place decides which.
    pub unit_name: Option<String>,
    pub unit_type: Option<UnitType>,
    pub accept_hours: u32,
    pub sign_hours: u32,
    pub handle_hours: u32,
    pub private: bool,
    pub in_use: bool,
    pub mark: SyncMark,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct NewCategory {
    pub code: String,
    pub group: CategoryGroup,
    pub name: String,
    pub name_en: String,
    pub unit: Option<String>,
    pub unit_type: Option<UnitType>,
    pub accept_hours: i32,
    pub sign_hours: i32,
    pub handle_hours: i32,
    pub private: bool,
    /// The draft it was typed in, dropped with the save.
    #[serde(default)]
    #[ts(optional)]
    pub draft: Option<String>,
}

/// Every category, those out of use last.
pub(crate) fn all_categories(asking: &Asking, _: ()) -> Result<Vec<CategoryLine>> {
    asking.read(|tx| {
        let lines = staff::categories(tx)?.into_iter().map(|one| CategoryLine {
            id: one.id.to_string(),
            code: one.code,
            group: words::read(&one.group, CategoryGroup::Issue),
            name: one.name,
            name_en: one.name_en,
            unit_name: one.unit_name,
            unit_type: words::read_or_none(one.unit_type.as_deref()),
            accept_hours: one.accept_hours,
            sign_hours: one.sign_hours,
            handle_hours: one.handle_hours,
            private: one.private,
            in_use: one.ended_on.is_none(),
            mark: SyncMark::of(one.unsent, one.refused > 0),
        });
        Ok(lines.collect())
    })
}

pub(crate) fn add_category(asking: &Asking, input: NewCategory) -> Result<Saved> {
    let category = asking.mint()?;
    let edit = asking.read(|tx| {
        let kind = tx.schema.kind("category").ok_or_else(|| CommandError::internal("no kind category"))?;
        let today = moment::today(tx)?;
        let mut edit = NewEdit::create("category", category, asking.person).set("group", words::word(&input.group));
        let mut problems = Vec::new();
        let typed = [
            ("code", FormValue::Text(input.code.clone())),
            ("name", FormValue::Text(input.name.clone())),
            ("name_en", FormValue::Text(input.name_en.clone())),
            ("accept_hours", FormValue::Number(input.accept_hours)),
            ("sign_hours", FormValue::Number(input.sign_hours)),
            ("handle_hours", FormValue::Number(input.handle_hours)),
            ("private", FormValue::Truth(input.private)),
        ];
        for (field, typed) in typed {
            match checked(kind, field, &typed, &today) {
                Ok(value) => edit = edit.set(field, value),
                Err(problem) => problems.push(problem),
            }
        }
        let held = staff::categories(tx)?;
        if held.iter().any(|one| one.code == input.code.trim()) {
            problems.push(CommandError::value("code", "taken"));
        }
        CommandError::unless_none(problems)?;
        if let Some(unit) = input.unit.as_deref().filter(|unit| !unit.is_empty()) {
            let unit = id("unit", unit)?;
            records::expect(tx, &RecordKey::new("unit", unit))?;
            edit = edit.set("unit", unit);
        }
        // Behind all others; the order is changed in the form.
        Ok(edit
            .set("unit_type", input.unit_type.map(|of| words::word(&of)))
            .set("sort", i64::try_from(held.len() + 1).unwrap_or(i64::from(i32::MAX)) * 10))
    })?;
    asking.save_undoable(category, input.draft.as_deref(), |_, _| Ok(vec![edit]))
}
