//! What people and devices may do, from their assignments as they stand in the store.

use crate::error::Result;
use crate::store::{Holder, Tx};
use sync_protocol::policy::{self, Assignment, Places};
use sync_protocol::{Grant, RecordId, RecordKey, canonical};

/// A person's assignments, ended ones too. A closed account ends them all.
pub fn assignments_of(tx: &dyn Tx, person: RecordId) -> Result<Vec<Assignment>> {
    let account = tx.record(&RecordKey::new("person", person))?;
    let ended_on = account.as_ref().and_then(|account| account.state.text("ended_on"));
    let mut assignments = Vec::new();
    for key in tx.pointing("assignment", "person", person)? {
        let Some(record) = tx.record(&key)?.filter(|record| !record.state.is_deleted()) else { continue };
        assignments.extend(Assignment::read(&record.state).map(|mut one| {
            let ends = one.until.as_deref().into_iter().chain(ended_on).min();
            one.until = ends.map(str::to_owned);
            one
        }));
    }
    Ok(assignments)
}

/// What a device may be given on a day.
pub fn grants_of(tx: &dyn Tx, holder: &Holder, day: &str) -> Result<Vec<Grant>> {
    Ok(match holder {
        Holder::Person(person) => policy::grants(*person, &assignments_of(tx, *person)?, day, &StoredPlaces(tx)),
        Holder::Console(division) => policy::console_grants(division, &StoredPlaces(tx)),
        Holder::Relay => Vec::new(),
    })
}

/// A short name for a set of grants, so that a device notices when they change.
pub fn grants_version(grants: &[Grant]) -> String {
    let hash = canonical::sha256(&canonical::bytes(&grants));
    hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// Places as the policy asks for them. Where the store fails the answer is "unknown", which only ever grants less.
pub struct StoredPlaces<'t>(pub &'t dyn Tx);

impl StoredPlaces<'_> {
    fn text(&self, kind: &str, id: RecordId, field: &str) -> Option<String> {
        let record = self.0.record(&RecordKey::new(kind, id)).ok()??;
        record.state.text(field).map(str::to_owned)
    }
}

impl Places for StoredPlaces<'_> {
    fn grid_of(&self, building: RecordId) -> Option<String> {
        self.text("building", building, "grid")
    }

    fn division_of(&self, unit: RecordId) -> Option<String> {
        self.text("unit", unit, "division")
    }

    fn codes_under(&self, code: &str) -> Vec<String> {
        self.0.codes_under(code).unwrap_or_default()
    }
}

/// A person's name; empty where the account is not known.
pub fn name_of(tx: &dyn Tx, person: RecordId) -> Result<String> {
    let record = tx.record(&RecordKey::new("person", person))?;
    Ok(record.as_ref().and_then(|record| record.state.text("name")).unwrap_or_default().to_owned())
}
