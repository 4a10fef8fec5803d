//! The relay's word on a record and own unsettled edits, kept apart, and the row that shows the second over the first.
//!
//! Invariants:
//! - While own edits are laid over a record, what the relay said of it stands in `beneath`; otherwise the row is that.
//! - [`refresh`] runs in the transaction of whatever changed either of the two, so a row is never behind.

use crate::error::{Result, StoreError};
use crate::search::index;
use crate::store::Tx;
use crate::{blobs, outbox, rows};
use rusqlite::types::Value as Sql;
use rusqlite::{OptionalExtension, ToSql};
use sync_protocol::routes;
use sync_protocol::schema::FieldType;
use sync_protocol::{Digest, RecordId, RecordKey, RecordState};

/// A record as shown: the relay's state with own edits laid over it.
pub fn shown(tx: &Tx<'_>, key: &RecordKey) -> Result<Option<RecordState>> {
    Ok(read(tx, key)?.map(|(_, _, state)| state))
}

/// As [`shown`], for a record that must be here.
pub fn expect(tx: &Tx<'_>, key: &RecordKey) -> Result<RecordState> {
    shown(tx, key)?.ok_or_else(|| StoreError::not_found(key))
}

/// What the relay last said of a record, with its revision.
pub fn relay_state(tx: &Tx<'_>, key: &RecordKey) -> Result<Option<(u64, RecordState)>> {
    let mut query = tx.prepare_cached("SELECT revision, state FROM beneath WHERE kind = ?1 AND id = ?2")?;
    let beneath = query
        .query_row((&key.kind, key.id.as_bytes()), |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))
        .optional()?;
    if let Some((revision, state)) = beneath {
        return Ok(Some((revision.cast_unsigned(), serde_json::from_str(&state)?)));
    }
    Ok(read(tx, key)?
        .filter(|(revision, own, _)| *revision > 0 && *own == 0)
        .map(|(revision, _, state)| (revision, state)))
}

/// Takes a newer state from the relay. Kinds that only a newer app knows are kept in `beneath`, unread.
pub(crate) fn put_relay_state(tx: &Tx<'_>, revision: u64, state: &RecordState) -> Result<()> {
    let key = state.key();
    if tx.tables.get(&key.kind).is_none() || outbox::is_overlaid(tx, &key)? {
        put_beneath(tx, revision, state)?;
        return refresh(tx, &key);
    }
    put_row(tx, revision, state, outbox::standing(tx, &key)?)?;
    // What lay beneath edits that are accounted for now is older than this.
    remove_beneath(tx, &key)
}

/// As [`put_relay_state`], for a record that nothing was written of on this device. Returns the digest of the copy it took
/// the place of, or `None` where that is as new.
pub(crate) fn put_untouched(tx: &Tx<'_>, revision: u64, state: &RecordState) -> Result<Option<Digest>> {
    let Some(table) = tx.tables.get(&state.kind) else { return Ok(None) };
    let mut query = tx.prepare_cached(&table.revision)?;
    let held: Option<i64> = query.query_row([state.id.as_bytes()], |row| row.get(0)).optional()?;
    if held.is_some_and(|held| held.cast_unsigned() >= revision) {
        return Ok(None);
    }
    let before = if held.is_some() { digest(tx, &state.key())? } else { Digest::default() };
    put_row(tx, revision, state, Standing::default())?;
    Ok(Some(before))
}

/// The digest of what the relay last said of a record; nothing where that is not here.
pub(crate) fn digest(tx: &Tx<'_>, key: &RecordKey) -> Result<Digest> {
    Ok(relay_state(tx, key)?.map(|(_, state)| Digest::of(&state)).unwrap_or_default())
}

/// Writes the row of a record anew from what the relay said and what was saved here.
pub(crate) fn refresh(tx: &Tx<'_>, key: &RecordKey) -> Result<()> {
    let Some(table) = tx.tables.get(&key.kind) else { return Ok(()) };
    let relay = relay_state(tx, key)?;
    let own = outbox::overlaid(tx, key)?;
    let standing = Standing { own: own.len() as u32, ..outbox::standing(tx, key)? };
    match (relay, own.is_empty()) {
        (Some((revision, state)), true) => {
            put_row(tx, revision, &state, standing)?;
            remove_beneath(tx, key)
        }
        (Some((revision, state)), false) => {
            put_beneath(tx, revision, &state)?;
            put_row(tx, revision, &state.overlay(table.kind, &own), standing)
        }
        (None, _) => match RecordState::from_edits(table.kind, &own) {
            Some(state) => put_row(tx, 0, &state, standing),
            // Edits of a record that left this device wait in the outbox; there is nothing to lay them over.
            None => remove_row(tx, key),
        },
    }
}

/// Removes a record that no channel lists any more. Its unsent edits stay in the outbox.
pub(crate) fn remove(tx: &Tx<'_>, key: &RecordKey) -> Result<()> {
    remove_beneath(tx, key)?;
    remove_row(tx, key)
}

/// The records of a kind whose field holds this id.
pub fn pointing(tx: &Tx<'_>, kind: &str, field: &str, at: RecordId) -> Result<Vec<RecordState>> {
    pointing_as(tx, kind, field, at.as_bytes().to_vec())
}

fn pointing_as(tx: &Tx<'_>, kind: &str, field: &str, spelled: impl ToSql) -> Result<Vec<RecordState>> {
    let Some(table) = tx.tables.get(kind).filter(|table| table.kind.field(field).is_some()) else { return Ok(vec![]) };
    let (name, column) = (crate::tables::quoted(table.kind.name), crate::tables::quoted(field));
    let sql = format!("SELECT id FROM {name} WHERE {column} = ?1");
    let ids: Vec<[u8; 16]> =
        tx.prepare_cached(&sql)?.query_map([spelled], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    let states = ids.into_iter().map(|id| shown(tx, &RecordKey::new(kind, RecordId::from_bytes(id))));
    states.filter_map(Result::transpose).collect()
}

/// The records below one, as they are shown here: those whose route names it, and those that share its id.
pub fn children(tx: &Tx<'_>, parent: &RecordKey) -> Result<Vec<RecordState>> {
    let mut found = Vec::new();
    for (kind, field) in routes::dependants(tx.schema, &parent.kind) {
        let Some(table) = tx.tables.get(kind).filter(|_| !matches!(kind, "conflict" | "held_edit")) else { continue };
        match table.kind.field(field).map(|field| &field.ty) {
            None => found.extend(shown(tx, &RecordKey::new(kind, parent.id))?),
            Some(FieldType::RefAny(_)) => found.extend(pointing_as(tx, kind, field, parent.to_string())?),
            Some(_) => found.extend(pointing(tx, kind, field, parent.id)?),
        }
    }
    Ok(found)
}

/// How own edits of a record stand, as its row counts them.
#[derive(Clone, Copy, Default)]
pub(crate) struct Standing {
    pub own: u32,
    pub unsent: u32,
    pub refused: u32,
}

fn read(tx: &Tx<'_>, key: &RecordKey) -> Result<Option<(u64, u32, RecordState)>> {
    let Some(table) = tx.tables.get(&key.kind) else { return Ok(None) };
    let mut query = tx.prepare_cached(&table.select)?;
    let mut rows = query.query([key.id.as_bytes()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let state = rows::from_row(table, key.id, row)?;
    Ok(Some((row.get::<_, i64>(0)?.cast_unsigned(), row.get(3)?, state)))
}

fn put_row(tx: &Tx<'_>, revision: u64, state: &RecordState, standing: Standing) -> Result<()> {
    let Some(table) = tx.tables.get(&state.kind) else { return Ok(()) };
    if state.is_deleted() {
        // Hidden, not forgotten: the versions live at the relay, and `beneath` holds what is not settled.
        return remove_row(tx, &state.key());
    }
    let (marks, apart, values) = rows::to_columns(table, state)?;
    let head = [
        Sql::Blob(state.id.as_bytes().to_vec()),
        Sql::Integer(revision.cast_signed()),
        Sql::Blob(marks),
        apart.map_or(Sql::Null, Sql::Text),
        Sql::Integer(standing.own.into()),
        Sql::Integer(standing.unsent.into()),
        Sql::Integer(standing.refused.into()),
        Sql::Integer(state.has_conflict(table.kind).into()),
    ];
    let mut statement = tx.prepare_cached(&table.upsert)?;
    statement.execute(rusqlite::params_from_iter(head.into_iter().chain(values)))?;
    index::touch(tx, &state.kind, state.id);
    Ok(())
}

fn remove_row(tx: &Tx<'_>, key: &RecordKey) -> Result<()> {
    if let Some(table) = tx.tables.get(&key.kind) {
        let photo = if key.kind == "attachment" { names_of(tx, key)? } else { Vec::new() };
        tx.prepare_cached(&table.delete)?.execute([key.id.as_bytes()])?;
        photo.iter().try_for_each(|name| blobs::drop_unnamed(tx, name))?;
        index::touch(tx, &key.kind, key.id);
    }
    Ok(())
}

/// The blobs an attachment names. They leave with the last record that names them.
fn names_of(tx: &Tx<'_>, key: &RecordKey) -> Result<Vec<String>> {
    let mut query = tx.prepare_cached("SELECT sha256, thumb FROM attachment WHERE id = ?1")?;
    let names = query
        .query_row([key.id.as_bytes()], |row| Ok([row.get::<_, Option<String>>(0)?, row.get::<_, Option<String>>(1)?]))
        .optional()?;
    Ok(names.into_iter().flatten().flatten().collect())
}

pub(crate) fn put_beneath(tx: &Tx<'_>, revision: u64, state: &RecordState) -> Result<()> {
    let sql = "INSERT OR REPLACE INTO beneath (kind, id, revision, state) VALUES (?1, ?2, ?3, ?4)";
    let state_text = serde_json::to_string(state)?;
    tx.prepare_cached(sql)?.execute((&state.kind, state.id.as_bytes(), revision.cast_signed(), state_text))?;
    Ok(())
}

fn remove_beneath(tx: &Tx<'_>, key: &RecordKey) -> Result<()> {
    let sql = "DELETE FROM beneath WHERE kind = ?1 AND id = ?2";
    tx.prepare_cached(sql)?.execute((&key.kind, key.id.as_bytes()))?;
    Ok(())
}
