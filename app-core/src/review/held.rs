//! Edits whose author's right ended under way: a supervisor takes them over or declines them, with words.

use super::about::{about, shown};
use super::cards::AboutRecord;
use super::conflicts::is_within;
use crate::core::Asking;
use crate::error::{CommandError, Result};
use crate::saved::{Saved, id};
use crate::words::words;
use local_store::saving::NewEdit;
use local_store::{places, records, review};
use serde::{Deserialize, Serialize};
use sync_protocol::{Edit, RecordKey, RecordState, Value, day};
use ts_rs::TS;

words! {
    Decision { Accept, Decline }
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct HeldQuery {
    pub scope: Option<String>,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct HeldCard {
    pub held: String,
    pub about: AboutRecord,
    /// Whether it would make a new record.
    pub creates: bool,
    pub fields: Vec<HeldField>,
    pub by: String,
    pub at: String,
    pub reason: String,
    pub decision: Option<Decision>,
    pub words: Option<String>,
    pub decided_by: Option<String>,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct HeldField {
    pub field: String,
    pub now: Option<String>,
    pub entered: Option<String>,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct HeldDecision {
    pub held: String,
    pub decision: Decision,
    pub words: Option<String>,
}

pub fn list_held(asking: &Asking, input: HeldQuery) -> Result<Vec<HeldCard>> {
    asking.read(|tx| {
        let mut cards = Vec::new();
        for state in review::held(tx)? {
            let Some(edit) = edit_of(&state).filter(|edit| edit.author != asking.person) else { continue };
            if !is_within(tx, &state.key(), input.scope.as_deref())? {
                continue;
            }
            let key = edit.key();
            let held = records::shown(tx, &key)?;
            let mut fields = Vec::new();
            for (name, field) in edit.fields.iter().filter(|(name, _)| !name.starts_with("author_")) {
                let now = held.as_ref().map(|held| shown(tx, &key.kind, name, held.value(name))).transpose()?.flatten();
                fields.push(HeldField { field: name.clone(), now, entered: shown(tx, &key.kind, name, &field.value)? });
            }
            let decider = state.versions("decision").next().map(|(mark, _)| mark.author);
            cards.push(HeldCard {
                held: state.id.to_string(),
                about: about(tx, &key, None)?,
                creates: edit.create,
                fields,
                by: places::person_name(tx, edit.author)?.unwrap_or_default(),
                at: day::time_text(edit.stamp.ms),
                reason: state.text("reason").unwrap_or_default().to_owned(),
                decision: crate::words::read_or_none(state.text("decision")),
                words: state.text("words").map(str::to_owned),
                decided_by: decider.map(|person| places::person_name(tx, person)).transpose()?.flatten(),
            });
        }
        Ok(cards)
    })
}

/// Accepting writes what was held anew, by the supervisor, over what is shown now.
pub fn decide_held(asking: &Asking, input: HeldDecision) -> Result<Saved> {
    let key = RecordKey::new("held_edit", id("held_edit", &input.held)?);
    let words = input.words.as_deref().map(str::trim).filter(|words| !words.is_empty());
    if input.decision == Decision::Decline && words.is_none() {
        return Err(CommandError::value("words", "empty"));
    }
    let state = asking.read(|tx| Ok(records::expect(tx, &key)?))?;
    if state.text("decision").is_some() {
        return Err(CommandError::new("conflict_moved_on"));
    }
    let edit = edit_of(&state).ok_or_else(|| CommandError::new("not_found").with("kind", "held_edit"))?;
    let accepted = (input.decision == Decision::Accept).then(|| {
        let again = match edit.create {
            true => NewEdit::create(&edit.kind, edit.record, asking.person),
            false => NewEdit::change(edit.key(), asking.person),
        };
        edit.fields.into_iter().fold(again, |again, (name, field)| again.set(&name, field.value))
    });
    let decided = NewEdit::change(key.clone(), asking.person)
        .set("decision", crate::words::word(&input.decision))
        .set("words", words);
    asking.save(|_, _| Ok(accepted.into_iter().chain([decided]).collect()))?;
    asking.saved(key.id)
}

fn edit_of(state: &RecordState) -> Option<Edit> {
    let value: &Value = state.value("edit");
    serde_json::from_value(serde_json::to_value(value).ok()?).ok()
}
