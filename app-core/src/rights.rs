//! What a person may see on a console now, by the same policy as at the relay, over the records held here.

use crate::error::Result;
use crate::moment;
use local_store::{Tx, places, records};
use sync_protocol::policy::{self, Assignment, Places};
use sync_protocol::{Grant, RecordId, RecordKey};

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

/// Places as this replica holds them.
struct Held<'a>(&'a Tx<'a>);

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
