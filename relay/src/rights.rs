//! What people and devices may do, from their assignments as they stand in the store.

use crate::error::Result;
use crate::store::{Holder, Tx};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use sync_protocol::policy::{self, Assignment, Places};
use sync_protocol::{ChannelFacet, Grant, RecordId, RecordKey, canonical};

/// A person's assignments, ended ones too. A closed account ends them all.
pub fn assignments_of(tx: &dyn Tx, person: RecordId) -> Result<Vec<Assignment>> {
    let account = tx.record(&RecordKey::new("person", person))?;
    let mut assignments = Vec::new();
    for key in tx.pointing("assignment", "person", person)? {
        let Some(record) = tx.record(&key)?.filter(|record| !record.state.is_deleted()) else { continue };
        let account = account.as_ref().map(|account| &account.state);
        assignments.extend(Assignment::read(&record.state).map(|one| one.under(account)));
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

/// What a device may be given, with what is asked of it over and over.
pub struct Granted {
    pub grants: Vec<Grant>,
    pub facets: BTreeSet<ChannelFacet>,
    pub version: String,
}

impl Granted {
    pub fn new(grants: Vec<Grant>) -> Self {
        let facets = grants.iter().flat_map(Grant::channel_facets).collect();
        let version = grants_version(&grants);
        Self { grants, facets, version }
    }
}

const REVISION: &str = "rights";

/// Counts the changes of records that grants depend on; read in the same snapshot as what it is used for.
pub fn revision(tx: &dyn Tx) -> Result<u64> {
    Ok(number(tx.meta(REVISION)?))
}

fn number(held: Option<Vec<u8>>) -> u64 {
    held.and_then(|bytes| <[u8; 8]>::try_from(bytes).ok()).map_or(0, u64::from_be_bytes)
}

/// Whether grants may change with a record of this kind.
pub fn depend_on(kind: &str) -> bool {
    matches!(kind, "assignment" | "person" | "division" | "unit" | "building")
}

/// Makes every grant to be worked out anew. Whatever ends a device's rights calls this, in the same transaction.
pub fn note_moved(tx: &dyn Tx) -> Result<()> {
    let revision = number(tx.meta_to_change(REVISION)?);
    tx.put_meta(REVISION, &revision.wrapping_add(1).to_be_bytes())
}

/// Grants as worked out last, good for one day and until something they depend on changes.
#[derive(Default)]
pub struct RightsCache(Mutex<HashMap<Holder, Remembered>>);

struct Remembered {
    revision: u64,
    day: String,
    granted: Arc<Granted>,
}

/// More holders than a district has; beyond that the memory is worth more than the time.
const MOST_REMEMBERED: usize = 20_000;

impl RightsCache {
    pub fn granted(&self, tx: &dyn Tx, holder: &Holder, day: &str) -> Result<Arc<Granted>> {
        let revision = revision(tx)?;
        let held = |one: &&Remembered| one.revision == revision && one.day == day;
        if let Some(known) = self.locked().get(holder).filter(held) {
            return Ok(known.granted.clone());
        }
        let granted = Arc::new(Granted::new(grants_of(tx, holder, day)?));
        let mut all = self.locked();
        if all.len() >= MOST_REMEMBERED {
            all.clear();
        }
        all.insert(holder.clone(), Remembered { revision, day: day.to_owned(), granted: granted.clone() });
        Ok(granted)
    }

    fn locked(&self) -> MutexGuard<'_, HashMap<Holder, Remembered>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A short name for a set of grants, so that a device notices when they change.
pub fn grants_version(grants: &[Grant]) -> String {
    canonical::hex(&canonical::sha256(&canonical::bytes(&grants))[..8])
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
