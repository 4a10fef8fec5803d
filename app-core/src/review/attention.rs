//! Edits that did not simply come through: what was entered, why it was not taken, and what can be done now.

use super::about::{about, shown};
use super::cards::AboutRecord;
use crate::core::{Asking, Shell};
use crate::error::{CommandError, Result};
use crate::saved::Saved;
use crate::words::words;
use local_store::attention::{self, Told};
use local_store::saving::NewEdit;
use local_store::{Tx, places, records};
use serde::{Deserialize, Serialize};
use sync_protocol::messages::Fate;
use sync_protocol::{Code, EditId, RecordId, RecordKey, day};
use ts_rs::TS;

/// How many are listed; those read long ago are at the end.
const MOST: u32 = 200;

words! {
    AttentionFate { Refused, PartlyRefused, Held, Accepted, Declined, Waiting, Erased, TooLate }
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct AttentionItem {
    pub edit: String,
    pub about: AboutRecord,
    pub fate: AttentionFate,
    /// Why, as a code; the screens have the words.
    pub code: Option<String>,
    pub fields: Vec<EnteredField>,
    /// What the supervisor said to it.
    pub words: Option<String>,
    pub decided_by: Option<String>,
    pub by: String,
    pub saved_at: String,
    pub read: bool,
    pub can_retry: bool,
    /// Whether the record is here and can be opened.
    pub is_here: bool,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct EnteredField {
    pub field: String,
    /// Absent where it was emptied, and where the record is not for this person to see any more.
    pub shown: Option<String>,
    pub hidden: bool,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct EditRef {
    pub edit: String,
}

pub fn list_attention(asking: &Asking, _: ()) -> Result<Vec<AttentionItem>> {
    asking.read(|tx| {
        // A tablet is one person's. On a console each sees their own, and those of others about what they may see.
        let author = (asking.shell == Shell::Tablet).then_some(asking.person);
        let told = attention::list(tx, author, MOST)?;
        let items = told.into_iter().filter_map(|told| item(tx, asking, told).transpose());
        items.collect()
    })
}

fn item(tx: &Tx<'_>, asking: &Asking, told: Told) -> Result<Option<AttentionItem>> {
    let key = told.edit.key();
    let is_here = records::shown(tx, &key)?.is_some();
    if told.edit.author != asking.person && !is_here {
        return Ok(None);
    }
    let held = records::shown(tx, &RecordKey::new("held_edit", RecordId(told.id.0)))?;
    let decision = held.as_ref().and_then(|held| held.text("decision"));
    let fate = match (told.outcome.result, decision) {
        (Fate::Held, Some("accept")) => AttentionFate::Accepted,
        (Fate::Held, Some(_)) => AttentionFate::Declined,
        (Fate::Held, None) => AttentionFate::Held,
        (Fate::Waiting, _) => AttentionFate::Waiting,
        (Fate::Erased, _) => AttentionFate::Erased,
        (Fate::Refused, _) => AttentionFate::Refused,
        _ if told.outcome.fields.values().any(|field| field.result == Fate::Refused) => AttentionFate::PartlyRefused,
        _ => AttentionFate::TooLate,
    };
    let about = about(tx, &key, None)?;
    // What is here is for this person to see; so is a new record of their own that never came to be.
    let may_show = is_here || told.edit.create;
    let visible = |field: &str| !matches!(field, "author_name" | "happened_at" | "limit_minutes" | "calendar_version");
    let refused_only = fate == AttentionFate::PartlyRefused;
    let mut fields = Vec::new();
    for (name, field) in told.edit.fields.iter().filter(|(name, _)| visible(name)) {
        let is_refused = told.outcome.fields.get(name).is_some_and(|field| field.result == Fate::Refused);
        if refused_only && !is_refused {
            continue;
        }
        let value = if may_show { shown(tx, &key.kind, name, &field.value)? } else { None };
        fields.push(EnteredField { field: name.clone(), shown: value, hidden: !may_show });
    }
    let code = told.outcome.code.or_else(|| told.outcome.fields.values().find_map(|field| field.code));
    let words = held.as_ref().and_then(|held| held.text("words")).map(str::to_owned);
    let decider = held.as_ref().and_then(|held| held.versions("decision").next().map(|(mark, _)| mark.author));
    Ok(Some(AttentionItem {
        edit: told.id.to_string(),
        about,
        fate,
        code: code.map(|code| code.name().to_owned()),
        fields,
        words,
        decided_by: decider.map(|person| places::person_name(tx, person)).transpose()?.flatten(),
        by: places::person_name(tx, told.edit.author)?.unwrap_or_default(),
        saved_at: day::time_text(told.saved_ms),
        read: told.read,
        can_retry: fate == AttentionFate::Refused && may_retry(code) && told.edit.author == asking.person,
        is_here,
    }))
}

/// Reasons that may have gone since, as a right given or a relay brought up to date, and the one that offering it again mends.
fn may_retry(code: Option<Code>) -> bool {
    use Code::{Internal, MustBePrivate, NeverAllowed, UnknownField, UnknownKind};
    matches!(code, Some(NeverAllowed | UnknownKind | UnknownField | Internal | MustBePrivate))
}

pub fn mark_read(asking: &Asking, input: EditRef) -> Result<()> {
    let told = own(asking, &input)?;
    asking.write(|tx| Ok(attention::mark_read(tx, told.id)?))?;
    // The round that follows tells every screen to count anew.
    asking.open.engine.nudge();
    Ok(())
}

/// Offers the same entry again, as a new edit over what its author was shown then. A report that had to be private is now: it
/// is the same issue with its number, and the photos that waited for it follow.
pub fn retry_edit(asking: &Asking, input: EditRef) -> Result<Saved> {
    let told = own(asking, &input)?;
    if told.outcome.result != Fate::Refused {
        return Err(CommandError::new("nothing_changed"));
    }
    let key = told.edit.key();
    let mut again = if told.edit.create {
        NewEdit::create(&key.kind, key.id, asking.person)
    } else {
        NewEdit::change(key.clone(), asking.person)
    };
    for (name, field) in told.edit.fields {
        again = again.set_over(&name, field.value, field.bases);
    }
    if told.outcome.code == Some(Code::MustBePrivate) {
        again = again.set("private", true);
    }
    asking.save(|_, _| Ok(vec![again]))?;
    asking.write(|tx| Ok(attention::mark_read(tx, told.id)?))?;
    asking.saved(key.id)
}

fn own(asking: &Asking, input: &EditRef) -> Result<Told> {
    let none = || CommandError::new("not_found").with("kind", "edit");
    let id: EditId = input.edit.parse().map_err(|_| none())?;
    asking.read(|tx| attention::one(tx, id)?.filter(|told| told.edit.author == asking.person).ok_or_else(none))
}
