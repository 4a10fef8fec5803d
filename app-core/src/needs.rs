//! What households ask for: writing it down, and what became of it.

use crate::core::Asking;
use crate::error::{CommandError, Result};
use crate::forms::{chosen, said};
use crate::saved::{Saved, id};
use crate::words::{self, SyncMark};
use crate::{issues, moment};
use local_store::saving::NewEdit;
use local_store::{Tx, households, needs, records};
use serde::{Deserialize, Serialize};
use sync_protocol::{RecordId, RecordKey};
use ts_rs::TS;

/// How many needs a file shows.
const MOST: u32 = 50;

words::words! {
    NeedUrgency { Normal, Soon, Today }
    NeedState { Open, Matched, Answered, Declined, Withdrawn }
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct NeedLine {
    pub id: String,
    pub category: String,
    pub category_name: Option<String>,
    pub category_name_en: Option<String>,
    /// Whose it is, where it is not the whole household's.
    pub resident_name: Option<String>,
    pub words: String,
    pub urgency: NeedUrgency,
    pub state: NeedState,
    pub answer: Option<String>,
    pub answered_on: Option<String>,
    pub mark: SyncMark,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct NewNeed {
    pub household: String,
    pub resident: Option<String>,
    pub category: String,
    pub words: String,
    pub urgency: NeedUrgency,
    /// The draft it was typed in, dropped with the save.
    #[serde(default)]
    #[ts(optional)]
    pub draft: Option<String>,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct NeedAnswer {
    pub need: String,
    pub state: NeedState,
    pub answer: Option<String>,
}

pub(crate) fn add_need(asking: &Asking, input: NewNeed) -> Result<Saved> {
    let household = id("household", &input.household)?;
    let resident = input.resident.as_deref().map(|text| id("resident", text)).transpose()?;
    let category = id("category", &input.category)?;
    let words = said("words", &input.words)?;
    asking.read(|tx| {
        households::one(tx, household)?;
        issues::known_category(tx, category)?;
        let members = households::residences(tx, household)?;
        match resident {
            Some(one) if !members.iter().any(|(_, who)| *who == one) => {
                Err(CommandError::new("not_found").with("kind", "resident"))
            }
            _ => Ok(()),
        }
    })?;
    let need = asking.mint()?;
    let edit = NewEdit::create("need", need, asking.person)
        .set("household", household)
        .set("resident", resident)
        .set("category", category)
        .set("words", words)
        .set("urgency", words::word(&input.urgency))
        .set("state", "open");
    asking.save_undoable(need, input.draft.as_deref(), |_, _| Ok(vec![edit]))
}

/// Says what became of a need. Answering or declining takes words: somebody will ask why.
pub(crate) fn answer_need(asking: &Asking, input: NeedAnswer) -> Result<Saved> {
    let need = id("need", &input.need)?;
    let key = RecordKey::new("need", need);
    let answer = chosen(input.answer.as_deref());
    if matches!(input.state, NeedState::Answered | NeedState::Declined) && answer.is_none() {
        return Err(CommandError::value("answer", "empty"));
    }
    asking.read(|tx| Ok(records::expect(tx, &key)?))?;
    asking.save_undoable(need, None, |tx, _| {
        let over = !matches!(input.state, NeedState::Open | NeedState::Matched);
        let answered_on = over.then(|| moment::today(tx)).transpose()?;
        let edit = NewEdit::change(key, asking.person)
            .set("state", words::word(&input.state))
            .set("answer", answer)
            .set("answered_on", answered_on);
        Ok(vec![edit])
    })
}

pub(crate) fn lines(tx: &Tx<'_>, household: RecordId) -> Result<Vec<NeedLine>> {
    let needs = needs::of_household(tx, household, MOST)?.into_iter().map(|one| NeedLine {
        id: one.id.to_string(),
        category: one.category.to_string(),
        category_name: one.category_name,
        category_name_en: one.category_name_en,
        resident_name: one.resident_name,
        words: one.words,
        urgency: words::read(&one.urgency, NeedUrgency::Normal),
        state: words::read(&one.state, NeedState::Open),
        answer: one.answer,
        answered_on: one.answered_on,
        mark: SyncMark::of(one.unsent, one.conflict || one.refused > 0),
    });
    Ok(needs.collect())
}
