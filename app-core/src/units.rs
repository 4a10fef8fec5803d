//! Handling units, as administrators keep them: property firms, offices, departments.

use crate::core::Asking;
use crate::error::{CommandError, Result};
use crate::forms::{FormValue, checked, chosen};
use crate::moment;
use crate::saved::{Saved, id};
use crate::words::{self, SyncMark};
use local_store::saving::NewEdit;
use local_store::{places, records, staff};
use serde::{Deserialize, Serialize};
use sync_protocol::RecordKey;
use ts_rs::TS;

words::words! {
    UnitType { Office, Centre, Department, PropertyFirm, OwnersCommittee, ServiceCentre }
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct UnitLine {
    pub id: String,
    pub unit_type: UnitType,
    pub name: String,
    pub short_name: String,
    /// The code of its division, and what that is called.
    pub division: String,
    pub division_name: String,
    pub parent_name: Option<String>,
    pub phone: Option<String>,
    pub in_use: bool,
    pub mark: SyncMark,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct NewUnit {
    pub unit_type: UnitType,
    pub name: String,
    pub short_name: String,
    pub division: String,
    pub parent: Option<String>,
    pub phone: Option<String>,
    /// The draft it was typed in, dropped with the save.
    #[serde(default)]
    #[ts(optional)]
    pub draft: Option<String>,
}

/// Every unit in view, those out of use last.
pub(crate) fn list_units(asking: &Asking, _: ()) -> Result<Vec<UnitLine>> {
    asking.read(|tx| {
        let lines = staff::units(tx)?.into_iter().map(|one| UnitLine {
            id: one.id.to_string(),
            unit_type: words::read(&one.unit_type, UnitType::Office),
            name: one.name,
            short_name: one.short_name,
            division: one.division,
            division_name: one.division_name,
            parent_name: one.parent_name,
            phone: one.phone,
            in_use: one.ended_on.is_none(),
            mark: SyncMark::of(one.unsent, one.refused > 0),
        });
        Ok(lines.collect())
    })
}

pub(crate) fn add_unit(asking: &Asking, input: NewUnit) -> Result<Saved> {
    let unit = asking.mint()?;
    let edit = asking.read(|tx| {
        let kind = tx.schema.kind("unit").ok_or_else(|| CommandError::internal("no kind unit"))?;
        let today = moment::today(tx)?;
        let mut edit = NewEdit::create("unit", unit, asking.person).set("type", words::word(&input.unit_type));
        let mut problems = Vec::new();
        let phone = input.phone.clone().map_or(FormValue::Nothing, FormValue::Text);
        let typed = [
            ("name", FormValue::Text(input.name.clone())),
            ("short_name", FormValue::Text(input.short_name.clone())),
            ("phone", phone),
        ];
        for (field, typed) in typed {
            match checked(kind, field, &typed, &today) {
                Ok(value) => edit = edit.set(field, value),
                Err(problem) => problems.push(problem),
            }
        }
        if !places::divisions(tx)?.iter().any(|one| one.code == input.division && one.level != "grid") {
            problems.push(CommandError::value("division", "empty"));
        }
        let taken = |one: &staff::Unit| one.division == input.division && one.name == input.name.trim();
        if staff::units(tx)?.iter().any(|one| one.ended_on.is_none() && taken(one)) {
            problems.push(CommandError::value("name", "taken"));
        }
        if let Some(parent) = chosen(input.parent.as_deref()) {
            let parent = id("unit", &parent)?;
            records::expect(tx, &RecordKey::new("unit", parent))?;
            edit = edit.set("parent", parent);
        }
        CommandError::unless_none(problems)?;
        Ok(edit.set("division", input.division.as_str()))
    })?;
    asking.save_undoable(unit, input.draft.as_deref(), |_, _| Ok(vec![edit]))
}
