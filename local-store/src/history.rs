//! What this device can tell of a record's history by itself: the edits it made, and those of others that still show.
//!
//! Versions that were answered live on in the relay's log only, so without a network a history is a part of it.

use crate::error::Result;
use crate::records;
use crate::store::Tx;
use std::collections::BTreeMap;
use sync_protocol::messages::{Fate, Outcome};
use sync_protocol::{Edit, EditId, RecordId, RecordKey, Value};

/// One edit of a record, as far as it is known here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    pub edit: EditId,
    pub at_ms: u64,
    pub author: RecordId,
    pub created: bool,
    /// What it wrote, as far as that still shows or was written here.
    pub fields: BTreeMap<String, Value>,
    /// Of an edit made here: what became of it; `None` while it waits.
    pub own: Option<Option<Fate>>,
}

/// Every edit of a record that is known here, the newest first.
pub fn known(tx: &Tx<'_>, key: &RecordKey) -> Result<Vec<Known>> {
    let mut found: BTreeMap<EditId, Known> = BTreeMap::new();
    if let Some(state) = records::shown(tx, key)? {
        for (at, mark) in state.marks.iter().enumerate() {
            let fields = state.fields.iter().filter_map(|(name, versions)| {
                let version = versions.iter().find(|version| version.0 == at)?;
                Some((name.clone(), version.1.clone()))
            });
            let one = Known {
                edit: mark.edit,
                at_ms: mark.order().ms,
                author: mark.author,
                created: at == 0,
                fields: fields.collect(),
                own: None,
            };
            found.insert(mark.edit, one);
        }
    }
    let mut query =
        tx.prepare_cached("SELECT id, body, outcome FROM main.edit WHERE kind = ?1 AND record = ?2 ORDER BY number")?;
    let mut rows = query.query((&key.kind, key.id.as_bytes()))?;
    while let Some(row) = rows.next()? {
        let id = EditId::from_bytes(row.get(0)?);
        let edit: Edit = serde_json::from_str(&row.get::<_, String>(1)?)?;
        let outcome: Option<Outcome> = match row.get::<_, Option<String>>(2)? {
            Some(text) => Some(serde_json::from_str(&text)?),
            None => None,
        };
        let order = outcome.as_ref().and_then(|outcome| outcome.order).unwrap_or(edit.stamp);
        let one = Known {
            edit: id,
            at_ms: order.ms,
            author: edit.author,
            created: edit.create,
            fields: edit.fields.into_iter().map(|(name, field)| (name, field.value)).collect(),
            own: Some(outcome.map(|outcome| outcome.result)),
        };
        found.insert(id, one);
    }
    let mut found: Vec<Known> = found.into_values().collect();
    found.sort_by_key(|one| std::cmp::Reverse((one.at_ms, one.edit)));
    Ok(found)
}
