//! What is disputed, what was settled, and what a supervisor is to decide.

use crate::error::Result;
use crate::records;
use crate::store::Tx;
use sync_protocol::conflict::{Conflict, conflict_id};
use sync_protocol::schema::Rule;
use sync_protocol::{Channel, RecordId, RecordKey, RecordState};

/// A conflict record of the relay's.
#[derive(Clone, Debug)]
pub struct Recorded {
    pub record: RecordKey,
    pub field: String,
    pub conflict: Conflict,
}

/// Every record with a field that people disagree about, as shown here: own edits not sent yet count.
pub fn disputed(tx: &Tx<'_>) -> Result<Vec<RecordKey>> {
    let mut found = Vec::new();
    for kind in tx.schema.kinds().filter(|kind| kind.fields.iter().any(|field| field.rule == Rule::Latest)) {
        let sql = format!("SELECT id FROM {} WHERE conflict = 1", crate::tables::quoted(kind.name));
        let mut query = tx.prepare_cached(&sql)?;
        let ids = query.query_map([], |row| Ok(RecordId::from_bytes(row.get(0)?)))?;
        for id in ids {
            found.push(RecordKey::new(kind.name, id?));
        }
    }
    Ok(found)
}

/// The conflict records held here, open or settled.
pub fn recorded(tx: &Tx<'_>, settled: bool) -> Result<Vec<Recorded>> {
    let mut query = tx.prepare_cached("SELECT id FROM conflict WHERE (settled IS NOT NULL) = ?1 ORDER BY id")?;
    let ids: Vec<[u8; 16]> = query.query_map([settled], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    let mut found = Vec::new();
    for id in ids {
        let state = records::shown(tx, &RecordKey::new("conflict", RecordId::from_bytes(id)))?;
        found.extend(state.and_then(|state| read(&state)));
    }
    Ok(found)
}

/// The relay's record of the conflict of one field.
pub fn of_field(tx: &Tx<'_>, record: &RecordKey, field: &str) -> Result<Option<Recorded>> {
    let state = records::shown(tx, &RecordKey::new("conflict", conflict_id(record, field)))?;
    Ok(state.and_then(|state| read(&state)))
}

fn read(state: &RecordState) -> Option<Recorded> {
    Some(Recorded {
        record: state.text("record")?.parse().ok()?,
        field: state.text("field")?.to_owned(),
        conflict: Conflict::read(state.value("sides"), state.value("count"), state.value("settled")),
    })
}

/// The held edits that were sent here, undecided first, the newest first.
pub fn held(tx: &Tx<'_>) -> Result<Vec<RecordState>> {
    let mut query = tx.prepare_cached("SELECT id FROM held_edit ORDER BY decision IS NOT NULL, id DESC")?;
    let ids: Vec<[u8; 16]> = query.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    let states = ids.into_iter().map(|id| records::shown(tx, &RecordKey::new("held_edit", RecordId::from_bytes(id))));
    states.filter_map(Result::transpose).collect()
}

/// The channels that list a record here; none while it exists on this device only.
pub fn channels(tx: &Tx<'_>, key: &RecordKey) -> Result<std::collections::BTreeSet<Channel>> {
    let sql = "SELECT cursor.channel FROM main.entry JOIN main.cursor ON cursor.no = entry.cursor \
         WHERE entry.kind = (SELECT no FROM main.kind WHERE name = ?1) AND entry.id = ?2";
    let mut query = tx.prepare_cached(sql)?;
    let names = query.query_map((&key.kind, key.id.as_bytes()), |row| row.get::<_, String>(0))?;
    let names: Vec<String> = names.collect::<rusqlite::Result<_>>()?;
    Ok(names.iter().filter_map(|name| name.parse().ok()).collect())
}
