//! What somebody has typed and not saved yet: kept on this device for them alone, given back when they come again.

use crate::core::Asking;
use crate::error::{CommandError, Result};
use crate::moment;
use local_store::drafts;
use serde::{Deserialize, Serialize};
use sync_protocol::day;
use ts_rs::TS;

/// The longest diary has 4000 characters; a form around it is never near this.
const LONGEST: usize = 200_000;

#[derive(Clone, Debug, Deserialize, TS)]
pub struct NewDraft {
    pub key: String,
    pub title: String,
    pub path: String,
    pub body: String,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct DraftRef {
    pub key: String,
}

/// A draft as a list shows it.
#[derive(Clone, Debug, Serialize, TS)]
pub struct DraftCard {
    pub key: String,
    pub title: String,
    pub path: String,
    pub saved_at: String,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct DraftText {
    pub body: String,
    pub saved_at: String,
}

pub(crate) fn save_draft(asking: &Asking, input: NewDraft) -> Result<()> {
    if input.body.len() > LONGEST || [&input.key, &input.title, &input.path].iter().any(|text| text.len() > 1000) {
        return Err(CommandError::new("input_invalid").with("reason", "draft"));
    }
    let saved_ms = moment::machine_ms();
    let draft = drafts::Draft { key: input.key, title: input.title, path: input.path, body: input.body, saved_ms };
    asking.write(|tx| Ok(drafts::put(tx, asking.person, &draft)?))
}

pub(crate) fn draft(asking: &Asking, input: DraftRef) -> Result<Option<DraftText>> {
    let found = asking.read(|tx| Ok(drafts::find(tx, asking.person, &input.key)?))?;
    Ok(found.map(|draft| DraftText { body: draft.body, saved_at: day::time_text(draft.saved_ms) }))
}

pub(crate) fn list_drafts(asking: &Asking, _: ()) -> Result<Vec<DraftCard>> {
    let all = asking.read(|tx| Ok(drafts::all(tx, asking.person)?))?;
    Ok(all
        .into_iter()
        .map(|draft| DraftCard {
            key: draft.key,
            title: draft.title,
            path: draft.path,
            saved_at: day::time_text(draft.saved_ms),
        })
        .collect())
}

pub(crate) fn drop_draft(asking: &Asking, input: DraftRef) -> Result<()> {
    asking.write(|tx| Ok(drafts::remove(tx, asking.person, &input.key)?))
}
