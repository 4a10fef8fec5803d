//! The register on the console: places as a tree, residents page by page.

use crate::core::Asking;
use crate::error::Result;
use crate::words::{self, Level, SyncMark};
use crate::{mask, moment};
use local_store::register::Query;
use local_store::{View, cursors, places, register};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use sync_protocol::{Channel, day};
use ts_rs::TS;

/// A division the asker may look into.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Scope {
    /// Its code.
    pub id: String,
    pub name: String,
    pub level: Level,
    pub parent: Option<String>,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct RegisterQuery {
    pub scope: Option<String>,
    pub text: Option<String>,
    pub offset: u32,
    pub limit: u32,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct RegisterPage {
    pub total: u32,
    pub rows: Vec<RegisterRow>,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct RegisterRow {
    pub resident: String,
    pub name: String,
    pub age: Option<u32>,
    pub masked_phone: Option<String>,
    pub dwelling: String,
    pub door_label: String,
    pub building_name: String,
    pub grid_name: String,
    pub last_visited: Option<String>,
    pub mark: SyncMark,
    pub conflict: bool,
}

pub(crate) fn list_scopes(asking: &Asking, _: ()) -> Result<Vec<Scope>> {
    asking.read(|tx| {
        let channels: Vec<Channel> = match &asking.view {
            View::Granted(grants) => grants.iter().map(|grant| grant.channel.clone()).collect(),
            View::Everything => cursors::all(tx)?.into_iter().map(|cursor| cursor.at.channel).collect(),
        };
        let codes: BTreeSet<&str> = channels.iter().filter_map(Channel::code).collect();
        // The divisions beside one's own are held too, as their parent lists them, but there is nothing to look into.
        let divisions = places::divisions(tx)?.into_iter().filter(|one| codes.contains(one.code.as_str()));
        Ok(divisions
            .map(|one| Scope {
                id: one.code,
                name: one.name,
                level: words::read(&one.level, Level::Grid),
                parent: one.parent,
            })
            .collect())
    })
}

pub(crate) fn list_register(asking: &Asking, input: RegisterQuery) -> Result<RegisterPage> {
    asking.read(|tx| {
        let today = moment::today(tx)?;
        let query = Query {
            division: input.scope.as_deref(),
            text: input.text.as_deref(),
            offset: input.offset,
            limit: input.limit.clamp(1, 200),
        };
        let (total, entries) = register::page(tx, &query)?;
        let rows = entries.into_iter().map(|entry| RegisterRow {
            resident: entry.resident.to_string(),
            age: entry.born_on.as_deref().and_then(|born| day::age_on(born, &today)),
            masked_phone: entry.phone.as_deref().map(mask::phone),
            dwelling: entry.dwelling.id.to_string(),
            door_label: entry.dwelling.label(),
            building_name: entry.dwelling.building_name,
            grid_name: entry.grid_name.unwrap_or(entry.dwelling.grid),
            last_visited: entry.last_visited,
            mark: SyncMark::of(entry.unsent, entry.conflict || entry.refused > 0),
            conflict: entry.conflict,
            name: entry.name,
        });
        Ok(RegisterPage { total, rows: rows.collect() })
    })
}
