//! A matter of somebody's home stays with those who may know of it: an issue that has to be private says so, or is refused.
//!
//! Its author's app sets this by itself; one that does not would show a household's matter to the whole building.

use crate::error::Result;
use crate::placing::Register;
use sync_protocol::routes::Parents;
use sync_protocol::{Edit, RecordKey, RecordState, Value};

/// Whether an issue, as an edit leaves it, is shown to more people than a household's matter may be.
pub fn is_too_open(register: &Register<'_>, edit: &Edit, issue: &RecordState) -> Result<bool> {
    let decides = edit.create || ["private", "category"].iter().any(|field| edit.fields.contains_key(*field));
    if edit.kind != "issue" || !decides || issue.value("private") == &Value::Bool(true) {
        return Ok(false);
    }
    if !issue.value("household").is_null() {
        return Ok(true);
    }
    let category = issue.reference("category").map(|id| register.record(&RecordKey::new("category", id)));
    Ok(category.transpose()?.flatten().is_some_and(|category| category.value("private") == &Value::Bool(true)))
}
