//! Divisions, as administrators name them. Their codes are the state's and come by import.

use crate::core::Asking;
use crate::error::Result;
use crate::words::{self, Level, SyncMark};
use local_store::staff;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

#[derive(Clone, Debug, Deserialize, TS)]
pub struct DivisionQuery {
    pub scope: Option<String>,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct DivisionLine {
    pub id: String,
    pub code: String,
    pub name: String,
    pub level: Level,
    pub parent_name: Option<String>,
    pub mark: SyncMark,
}

pub(crate) fn list_divisions(asking: &Asking, input: DivisionQuery) -> Result<Vec<DivisionLine>> {
    asking.read(|tx| {
        let lines = staff::divisions(tx, input.scope.as_deref().unwrap_or(""))?.into_iter().map(|one| DivisionLine {
            id: one.id.to_string(),
            code: one.code,
            name: one.name,
            level: words::read(&one.level, Level::Grid),
            parent_name: one.parent_name,
            mark: SyncMark::of(one.unsent, one.refused > 0),
        });
        Ok(lines.collect())
    })
}
