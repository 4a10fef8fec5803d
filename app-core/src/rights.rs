//! What a person may see on a console now, by the same policy as at the relay, over the records held here.

use crate::core::{Asking, facts};
use crate::error::{CommandError, Result};
use crate::moment;
use local_store::saving::NewEdit;
use local_store::{Tx, places, records, review};
use std::collections::BTreeSet;
use sync_protocol::policy::appointing::{self, Barred};
use sync_protocol::policy::{self, Assignment, Places, Role, Verdict};
use sync_protocol::record::Accepted;
use sync_protocol::routes::{self, Parents, Placement};
use sync_protocol::{
    Channel, DeviceNumber, Edit, Facet, FieldEdit, Grant, RecordId, RecordKey, RecordState, Schema, Stamp,
};

/// A person's grants by their assignments of today. They are read at each call, so a right that ended has ended.
pub(crate) fn grants_now(tx: &Tx<'_>, person: RecordId) -> Result<Vec<Grant>> {
    let assignments = assignments(tx, person)?;
    Ok(policy::grants(person, &assignments, &moment::today(tx)?, &Held(tx)))
}

/// Every assignment of a person that is held here, open or ended.
pub(crate) fn assignments(tx: &Tx<'_>, person: RecordId) -> Result<Vec<Assignment>> {
    let account = records::shown(tx, &RecordKey::new("person", person))?;
    let mut assignments = Vec::new();
    for id in places::assignments(tx, person)? {
        let record = records::expect(tx, &RecordKey::new("assignment", id))?;
        assignments.extend(Assignment::read(&record).map(|one| one.under(account.as_ref())));
    }
    Ok(assignments)
}

/// Refuses an edit that its author has no right to. One whose right ended lately passes: the relay holds it for a supervisor.
pub(crate) fn must_be_allowed(tx: &Tx<'_>, asking: &Asking, new: &NewEdit) -> Result<()> {
    let not_allowed = || CommandError::new("not_allowed").with("what", &new.key.kind);
    let kind = tx.schema.kind(&new.key.kind).ok_or_else(not_allowed)?;
    let district = asking.open.facts.get(facts::DISTRICT).map(String::as_str).unwrap_or_default();
    let fields =
        new.fields.iter().map(|(name, new)| (name.clone(), FieldEdit { value: new.value.clone(), bases: Vec::new() }));
    let edit = Edit {
        kind: new.key.kind.clone(),
        record: new.key.id,
        create: new.create,
        author: new.author,
        device: DeviceNumber(0),
        number: 0,
        stamp: Stamp::ZERO,
        fields: fields.collect(),
    };
    let held = Register { tx, district };
    let mut channels = match held.placement(&new.key)? {
        Some(placed) if !placed.channels.is_empty() => placed.channels,
        _ => {
            let accepted = Accepted { id: edit.id(None), edit: edit.clone(), order: None };
            match RecordState::from_edits(kind, &[accepted]) {
                Some(state) => routes::place(tx.schema, district, &state, &held)?.channels,
                None => BTreeSet::new(),
            }
        }
    };
    if appointing::is_about_staff(&edit) {
        // A console holds no person's channel, and whose account or assignment it is decides.
        let state = records::shown(tx, &new.key)?;
        channels.extend(
            state
                .map(|state| routes::place(tx.schema, district, &state, &held))
                .transpose()?
                .into_iter()
                .flat_map(|placed| placed.channels),
        );
    }
    let assignments = assignments(tx, new.author)?;
    match policy::may_write(kind, &edit, &assignments, &channels, &moment::today(tx)?, &Held(tx)) {
        Verdict::Never => Err(barred(&edit, &assignments, &channels, &moment::today(tx)?).unwrap_or_else(not_allowed)),
        Verdict::Once | Verdict::Now => Ok(()),
    }
}

/// Why somebody who may appoint at all may not appoint like this.
fn barred(edit: &Edit, held: &[Assignment], channels: &BTreeSet<Channel>, today: &str) -> Option<CommandError> {
    let appoints =
        |one: &&Assignment| matches!(one.role, Role::Administrator | Role::Supervisor) && one.holds_on(today);
    if !appointing::is_about_staff(edit) {
        return None;
    }
    // The nearest miss says most.
    let why = held.iter().filter(appoints).filter_map(|one| appointing::may_appoint(one, edit, channels).err()).max();
    let code = match why? {
        // Accounts are the administrators'; there is no place below for them.
        Barred::Place if edit.kind == "person" => return None,
        Barred::Place => "appoint_beyond",
        Barred::Role => "appoint_role",
        Barred::Right => "appoint_right",
        Barred::Oneself => "appoint_oneself",
    };
    Some(CommandError::new(code))
}

/// Records as this replica holds them, for the routes of what is saved here and was never placed by the relay.
struct Register<'a> {
    tx: &'a Tx<'a>,
    district: &'a str,
}

impl Parents for Register<'_> {
    type Error = CommandError;

    fn schema(&self) -> &Schema {
        self.tx.schema
    }

    fn placement(&self, key: &RecordKey) -> Result<Option<Placement>> {
        let channels = review::channels(self.tx, key)?;
        if !channels.is_empty() {
            // Only who may write is asked here, and that does not depend on the facet.
            return Ok(Some(Placement { channels, facet: Facet::Review }));
        }
        let state = records::shown(self.tx, key)?;
        state.map(|state| routes::place(self.tx.schema, self.district, &state, self)).transpose()
    }

    fn record(&self, key: &RecordKey) -> Result<Option<RecordState>> {
        Ok(records::shown(self.tx, key)?)
    }

    fn pointing(&self, kind: &str, field: &str, at: RecordId) -> Result<Vec<RecordState>> {
        Ok(records::pointing(self.tx, kind, field, at)?)
    }
}

/// Places as this replica holds them.
pub(crate) struct Held<'a>(pub &'a Tx<'a>);

impl Places for Held<'_> {
    fn grid_of(&self, building: RecordId) -> Option<String> {
        self.text("building", building, "grid")
    }
    fn division_of(&self, unit: RecordId) -> Option<String> {
        self.text("unit", unit, "division")
    }
    fn codes_under(&self, code: &str) -> Vec<String> {
        let divisions = places::divisions(self.0).unwrap_or_default();
        divisions
            .into_iter()
            .map(|one| one.code)
            .filter(|one| one.len() > code.len() && one.starts_with(code))
            .collect()
    }
}

impl Held<'_> {
    fn text(&self, kind: &str, id: RecordId, field: &str) -> Option<String> {
        let record = records::shown(self.0, &RecordKey::new(kind, id)).ok().flatten()?;
        record.text(field).map(str::to_owned)
    }
}
