//! Where every edit ever saved is: the one visible place of each of its fields.

use crate::relay::RelayNode;
use anyhow::Result;
use linli_relay::store::StoredEdit;
use std::collections::{BTreeMap, HashMap};
use sync_protocol::messages::Fate;
use sync_protocol::record::Accepted;
use sync_protocol::schema::Rule;
use sync_protocol::{Code, Edit, RecordId, RecordKey, Schema};

/// The place of one field of one edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The value shown.
    Shown,
    /// A side of an open conflict, or an unanswered version that says the same as what is shown.
    Beside,
    /// Somebody saw it and wrote over it.
    Answered,
    /// A greater day stands.
    Surpassed,
    /// Held for a supervisor.
    Held,
    /// Waits at the relay for something it lacks.
    Waiting,
    /// Refused, and still on the device with the reason.
    Refused,
    Erased,
}

/// Edits by their place, or a sentence for each that has none.
pub struct Ledger<'a> {
    relay: &'a RelayNode,
    schema: &'static Schema,
    accepted: HashMap<RecordKey, Vec<Accepted>>,
}

impl<'a> Ledger<'a> {
    pub fn new(relay: &'a RelayNode) -> Self {
        Self { relay, schema: relay.relay.schema(), accepted: HashMap::new() }
    }

    /// The places of an edit's fields; `fate` is what its own device holds of it.
    pub fn places(
        &mut self,
        edit: &Edit,
        stored: Option<&StoredEdit>,
        fate: Option<&str>,
    ) -> Result<BTreeMap<String, Result<Place, String>>> {
        let mut places = BTreeMap::new();
        for field in edit.fields.keys() {
            let place = match stored {
                None => Err("the relay never had it".to_owned()),
                Some(stored) if &stored.edit != edit => Err("the relay has another edit under its number".to_owned()),
                Some(stored) => self.place(stored, field, fate)?,
            };
            places.insert(field.clone(), place);
        }
        Ok(places)
    }

    fn place(&mut self, stored: &StoredEdit, field: &str, fate: Option<&str>) -> Result<Result<Place, String>> {
        let told = stored.outcome.fields.get(field).map_or(stored.outcome.result, |field| field.result);
        Ok(match told {
            Fate::Held => self.place_of_held(stored)?,
            Fate::Waiting => self.place_of_waiting(stored)?,
            Fate::Erased => Ok(Place::Erased),
            Fate::Refused if stored.outcome.code == Some(Code::UnknownRecord) => {
                Err("refused for want of a record, which may come".to_owned())
            }
            Fate::Refused if fate.is_some() => Ok(Place::Refused),
            Fate::Refused => Err("refused, and its device does not know".to_owned()),
            Fate::Later => Err("still to be offered again".to_owned()),
            Fate::Merged | Fate::Conflict => self.place_of_accepted(stored, field)?,
        })
    }

    /// A supervisor sees a held edit by the record that speaks of it.
    fn place_of_held(&self, stored: &StoredEdit) -> Result<Result<Place, String>> {
        let key = RecordKey::new("held_edit", RecordId(stored.id.0));
        Ok(self.relay.record(&key)?.map(|_| Place::Held).ok_or_else(|| "held, and no supervisor sees it".to_owned()))
    }

    fn place_of_waiting(&self, stored: &StoredEdit) -> Result<Result<Place, String>> {
        let edit = &stored.edit;
        let needs = self.relay.missing_parent(edit)?;
        let is_known = edit.create || self.relay.record(&edit.key())?.is_some();
        Ok(if is_known && needs.is_none() {
            Err("waits, and all it needs is there".to_owned())
        } else {
            Ok(Place::Waiting)
        })
    }

    fn place_of_accepted(&mut self, stored: &StoredEdit, field: &str) -> Result<Result<Place, String>> {
        let key = stored.edit.key();
        let Some(record) = self.relay.record(&key)? else { return Ok(Err("merged into a record nobody has".into())) };
        let state = record.state;
        let rule = self.schema.kind(&key.kind).and_then(|kind| kind.rule(field));
        let value = stored.edit.fields.get(field).map(|field| &field.value);
        if let Some(place) = state.versions(field).position(|(mark, _)| mark.edit == stored.id) {
            return Ok(Ok(if place == 0 { Place::Shown } else { Place::Beside }));
        }
        if rule == Some(Rule::Greatest) {
            let stands = value.is_some_and(|value| value <= state.value(field));
            return Ok(if stands { Ok(Place::Surpassed) } else { Err("a lesser day stands".to_owned()) });
        }
        if !self.accepted.contains_key(&key) {
            self.accepted.insert(key.clone(), self.relay.accepted(&key)?);
        }
        let answered =
            self.accepted.get(&key).into_iter().flatten().any(|other| {
                other.edit.fields.get(field).is_some_and(|field| field.bases.contains(&stored.edit.stamp))
            });
        Ok(if answered { Ok(Place::Answered) } else { Err("merged, and shown nowhere".to_owned()) })
    }
}
