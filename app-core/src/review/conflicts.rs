//! Reading conflicts: the relay's records of them, and those this device foresees from what it has not sent.

use super::about::{about, key, shown};
use super::cards::*;
use crate::core::Asking;
use crate::error::Result;
use crate::moment;
use local_store::review::{self, Recorded};
use local_store::{Tx, device, outbox, places, records};
use std::collections::BTreeSet;
use sync_protocol::conflict::Side;
use sync_protocol::edit::DELETED;
use sync_protocol::schema::{FieldType, Rule};
use sync_protocol::{RecordKey, RecordState, Value, day};

/// How long a settlement is listed and can be taken back.
const LISTED_MS: u64 = 30 * 24 * 3_600_000;

/// The fields in which a record is disputed as shown here.
pub(super) fn disputed_fields(tx: &Tx<'_>, state: &RecordState) -> Vec<String> {
    let Some(kind) = tx.schema.kind(&state.kind) else { return Vec::new() };
    let fields = state.fields.keys().filter(|field| kind.rule(field) == Some(Rule::Latest));
    fields.filter(|field| !state.open_sides(field).is_empty()).cloned().collect()
}

/// The open conflicts of records that are not shown here: deleted ones, and those a side would move here.
fn of_hidden(tx: &Tx<'_>) -> Result<Vec<Recorded>> {
    let mut found = Vec::new();
    for one in review::recorded(tx, false)? {
        if records::shown(tx, &one.record)?.is_none() && outbox::unsettled(tx, &one.record)?.is_empty() {
            found.push(one);
        }
    }
    Ok(found)
}

/// How many fields are disputed in what the asker sees.
pub(crate) fn open_count(tx: &Tx<'_>) -> Result<u32> {
    let mut count = of_hidden(tx)?.len();
    for key in review::disputed(tx)? {
        count += records::shown(tx, &key)?.map_or(0, |state| disputed_fields(tx, &state).len());
    }
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

pub fn list_conflicts(asking: &Asking, input: ConflictQuery) -> Result<Vec<ConflictLine>> {
    asking.read(|tx| {
        let mut lines = Vec::new();
        if input.settled {
            let since = moment::now_ms(tx)?.saturating_sub(LISTED_MS);
            for one in review::recorded(tx, true)? {
                if is_within(tx, &one.record, input.scope.as_deref())? {
                    lines.extend(settled_line(tx, one, since)?);
                }
            }
            lines.sort_by(|a, b| b.settled.as_ref().map(|by| &by.at).cmp(&a.settled.as_ref().map(|by| &by.at)));
            return Ok(lines);
        }
        for key in review::disputed(tx)? {
            let Some(state) = records::shown(tx, &key)? else { continue };
            if !is_within(tx, &key, input.scope.as_deref())? {
                continue;
            }
            for field in disputed_fields(tx, &state) {
                let sides = sides(tx, &key, &field, &standing(tx, &state, &field)?)?;
                lines.push(ConflictLine { about: about(tx, &key, None)?, field, sides, settled: None });
            }
        }
        for one in of_hidden(tx)? {
            let sides = sides(tx, &one.record, &one.field, &one.conflict.sides)?;
            let about = about(tx, &one.record, None)?;
            lines.push(ConflictLine { about, field: one.field, sides, settled: None });
        }
        Ok(lines)
    })
}

pub fn conflict_card(asking: &Asking, input: ConflictRef) -> Result<ConflictCard> {
    let key = key(&input.record)?;
    asking.read(|tx| {
        let fields = match records::shown(tx, &key)? {
            Some(state) => {
                let fields = disputed_fields(tx, &state).into_iter();
                fields
                    .map(|field| {
                        let more = review::of_field(tx, &key, &field)?
                            .map_or(0, |one| one.conflict.count.saturating_sub(one.conflict.sides.len()));
                        card_field(tx, &key, Some(&state), field.clone(), &standing(tx, &state, &field)?, more)
                    })
                    .collect::<Result<Vec<_>>>()?
            }
            None => {
                let hidden = of_hidden(tx)?.into_iter().filter(|one| one.record == key);
                hidden
                    .map(|one| {
                        let more = one.conflict.count.saturating_sub(one.conflict.sides.len());
                        card_field(tx, &key, None, one.field, &one.conflict.sides, more)
                    })
                    .collect::<Result<Vec<_>>>()?
            }
        };
        Ok(ConflictCard { about: about(tx, &key, None)?, fields })
    })
}

/// The versions of a field as they stand here, under the names of who wrote them first.
pub(super) fn standing(tx: &Tx<'_>, state: &RecordState, field: &str) -> Result<Vec<Side>> {
    let recorded = review::of_field(tx, &state.key(), field)?.map(|one| one.conflict.sides).unwrap_or_default();
    let side = |(mark, value): (&sync_protocol::record::Mark, &Value)| {
        let known = recorded.iter().find(|side| side.stamp == mark.stamp);
        known.cloned().unwrap_or_else(|| Side {
            value: value.clone(),
            stamp: mark.stamp,
            base: Value::Null,
            author: mark.author,
            device: mark.stamp.device,
            at_ms: mark.stamp.ms,
            changed: Vec::new(),
        })
    };
    Ok(state.versions(field).map(side).collect())
}

fn card_field(
    tx: &Tx<'_>,
    key: &RecordKey,
    state: Option<&RecordState>,
    field: String,
    standing: &[Side],
    more: usize,
) -> Result<ConflictField> {
    let base = standing.iter().map(|side| &side.base).find(|base| !base.is_null());
    let base_shown = base.map(|base| shown(tx, &key.kind, &field, base)).transpose()?.flatten();
    let declared = tx.schema.kind(&key.kind).and_then(|kind| kind.field(&field));
    let (input, choices) = match declared.map(|declared| &declared.ty) {
        Some(FieldType::Text(_)) if field.starts_with("phone") => (ValueInput::Phone, vec![]),
        Some(FieldType::Text(_)) => (ValueInput::Text, vec![]),
        Some(FieldType::Words) => (ValueInput::Words, vec![]),
        Some(FieldType::Int) => (ValueInput::Number, vec![]),
        Some(FieldType::Date) => (ValueInput::Date, vec![]),
        Some(FieldType::OneOf(choices)) => (ValueInput::Choice, choices.iter().map(|one| (*one).to_owned()).collect()),
        _ => (ValueInput::None, vec![]),
    };
    let second = second_field(&field).filter(|second| state.is_some_and(|state| state.value(second).is_null()));
    Ok(ConflictField {
        base_known: base.is_some(),
        base: base_shown,
        sides: sides(tx, key, &field, standing)?,
        more: u32::try_from(more).unwrap_or(u32::MAX),
        second: second.map(str::to_owned),
        input,
        choices,
        seen: standing.iter().map(|side| side.stamp.to_string()).collect(),
        field,
    })
}

/// The field beside it that can hold a second value of the same sort.
pub(super) fn second_field(field: &str) -> Option<&'static str> {
    (field == "phone").then_some("phone_2")
}

/// One line per value: who says the same is named once, the newest of them.
pub(super) fn sides(tx: &Tx<'_>, key: &RecordKey, field: &str, standing: &[Side]) -> Result<Vec<ConflictSide>> {
    let own = device::number(tx)?;
    let mut listed: Vec<(&Value, ConflictSide)> = Vec::new();
    let mut values = BTreeSet::new();
    for (at, side) in standing.iter().enumerate() {
        // Of a deleted record each change is a side of its own, though all of them would restore it.
        if !values.insert((side.value.clone(), side.changed.clone())) {
            continue;
        }
        let shown = if field == DELETED { None } else { shown(tx, &key.kind, field, &side.value)? };
        let winner = listed.first().map(|(value, side)| (*value, side.shown.clone()));
        let differs_hidden =
            winner.is_some_and(|(value, winner)| *value != side.value && winner == shown && shown.is_some());
        let told = ConflictSide {
            side: side.stamp.to_string(),
            shown,
            by: places::person_name(tx, side.author)?.unwrap_or_default(),
            at: day::time_text(side.at_ms),
            device: side.device.0,
            here: Some(side.device) == own,
            wins: at == 0,
            changed: side.changed.clone(),
            restores: field == DELETED && side.value != Value::Bool(true),
            differs_hidden,
        };
        listed.push((&side.value, told));
    }
    Ok(listed.into_iter().map(|(_, side)| side).collect())
}

fn settled_line(tx: &Tx<'_>, one: Recorded, since: u64) -> Result<Option<ConflictLine>> {
    let Some(settled) = one.conflict.settled.clone().filter(|settled| settled.stamp.ms >= since) else {
        return Ok(None);
    };
    let state = records::shown(tx, &one.record)?;
    let stands = state.as_ref().and_then(|state| state.versions(&one.field).next().map(|(mark, _)| mark.stamp));
    Ok(Some(ConflictLine {
        about: about(tx, &one.record, None)?,
        sides: sides(tx, &one.record, &one.field, &one.conflict.sides)?,
        settled: Some(SettledBy {
            by: places::person_name(tx, settled.author)?.unwrap_or_default(),
            at: day::time_text(settled.stamp.ms),
            shown: shown(tx, &one.record.kind, &one.field, &settled.value)?,
            // Of a deletion that stands nothing is held here but the conflict itself.
            can_undo: stands.map_or(one.field == DELETED && state.is_none(), |stands| stands == settled.stamp),
        }),
        field: one.field,
    }))
}

/// Whether a record is under a division; all are where none is asked for.
pub(super) fn is_within(tx: &Tx<'_>, key: &RecordKey, scope: Option<&str>) -> Result<bool> {
    let Some(scope) = scope else { return Ok(true) };
    Ok(review::channels(tx, key)?.iter().filter_map(|channel| channel.code()).any(|code| code.starts_with(scope)))
}
