//! Compounds: the names that several buildings share, as a building's form chooses from them.

use crate::core::Asking;
use crate::error::{CommandError, Result};
use crate::forms::{FormValue, checked, said};
use crate::moment;
use crate::saved::Saved;
use local_store::saving::NewEdit;
use local_store::{compounds, places};
use serde::{Deserialize, Serialize};
use sync_protocol::Value;
use ts_rs::TS;

#[derive(Clone, Debug, Serialize, TS)]
pub struct CompoundCard {
    pub id: String,
    pub name: String,
    /// The code of its community, and what that is called.
    pub community: String,
    pub community_name: String,
    pub address: Option<String>,
    pub buildings: u32,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct NewCompound {
    pub name: String,
    pub community: String,
    pub address: Option<String>,
    pub built_year: Option<i32>,
    /// The draft it was typed in, dropped with the save.
    #[serde(default)]
    #[ts(optional)]
    pub draft: Option<String>,
}

pub(crate) fn list_compounds(asking: &Asking, _: ()) -> Result<Vec<CompoundCard>> {
    asking.read(|tx| {
        let all = compounds::all(tx)?.into_iter().map(|one| {
            Ok(CompoundCard {
                id: one.id.to_string(),
                name: one.name,
                community_name: places::division_name(tx, &one.community)?,
                community: one.community,
                address: one.address,
                buildings: one.buildings,
            })
        });
        all.collect()
    })
}

pub(crate) fn add_compound(asking: &Asking, input: NewCompound) -> Result<Saved> {
    let name = said("name", &input.name)?;
    let (address, built_year) = asking.read(|tx| {
        if !places::divisions(tx)?.iter().any(|one| one.code == input.community && one.level == "community") {
            return Err(CommandError::value("community", "unknown"));
        }
        let taken = compounds::all(tx)?.iter().any(|one| one.community == input.community && one.name == name);
        if taken {
            return Err(CommandError::value("name", "taken"));
        }
        let kind = tx.schema.kind("compound").ok_or_else(|| CommandError::new("not_found"))?;
        let today = moment::today(tx)?;
        let address = input.address.map_or(FormValue::Nothing, FormValue::Text);
        let built_year = input
            .built_year
            .map_or(Ok(Value::Null), |year| checked(kind, "built_year", &FormValue::Number(year), &today));
        checked(kind, "name", &FormValue::Text(name.clone()), &today)?;
        Ok((checked(kind, "address", &address, &today)?, built_year?))
    })?;
    let compound = asking.mint()?;
    let edit = NewEdit::create("compound", compound, asking.person)
        .set("name", name)
        .set("community", input.community)
        .set("address", address)
        .set("built_year", built_year);
    asking.save_undoable(compound, input.draft.as_deref(), |_, _| Ok(vec![edit]))
}
