//! The relay's word on a record and own unsettled edits, kept apart, and the row that shows the second over the first.
//!
//! Invariants:
//! - While own edits are laid over a record, what the relay said of it stands in `beneath`; otherwise the row is that.
//! - [`refresh`] runs in the transaction of whatever changed either of the two, so a row is never behind.

use crate::error::{Result, StoreError};
use crate::rows::{self, Column};
use crate::search::index;
use crate::store::Tx;
use crate::tables::{FIELDS_FROM, Table};
use crate::{blobs, outbox};
use rusqlite::types::{Value as Sql, ValueRef};
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

/// The revision of what the relay last said of a record.
pub(crate) fn relay_revision(tx: &Tx<'_>, key: &RecordKey) -> Result<Option<u64>> {
    let mut query = tx.prepare_cached("SELECT revision FROM beneath WHERE kind = ?1 AND id = ?2")?;
    let beneath: Option<i64> = query.query_row((&key.kind, key.id.as_bytes()), |row| row.get(0)).optional()?;
    let revision = match (beneath, tx.tables.get(&key.kind)) {
        (None, Some(table)) => tx
            .prepare_cached(&table.revision)?
            .query_row([key.id.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?
            .filter(|(revision, own): &(i64, u32)| *revision > 0 && *own == 0)
            .map(|(revision, _)| revision),
        (beneath, _) => beneath,
    };
    Ok(revision.map(i64::cast_unsigned))
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
    if !state.is_deleted() && insert_row(tx, table, revision, state, Standing::default())? {
        return Ok(Some(Digest::default()));
    }
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
            // Before the first own edit is laid over a record, its row is what the relay said; that must not be lost.
            if !lies_beneath(tx, key)? {
                put_beneath(tx, revision, &state)?;
            }
            put_row(tx, revision, &state.overlay(table.kind, &own), standing)
        }
        (None, _) => match RecordState::from_edits(table.kind, &own) {
            Some(state) => put_row(tx, 0, &state, standing),
            // Edits of a record that left this device wait in the outbox; there is nothing to lay them over.
            None => remove_row(tx, key),
        },
    }
}

/// Counts anew the edits that a row waits for, where nothing that it shows has changed.
pub(crate) fn recount(tx: &Tx<'_>, key: &RecordKey) -> Result<()> {
    let Some(table) = tx.tables.get(&key.kind) else { return Ok(()) };
    let Standing { unsent, refused, .. } = outbox::standing(tx, key)?;
    tx.prepare_cached(&table.recount)?.execute((key.id.as_bytes(), unsent, refused))?;
    Ok(())
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
    change_row(tx, table, &columns(table, revision, state, standing)?, state)
}

/// Writes a row that is not there yet. False where one is.
fn insert_row(tx: &Tx<'_>, table: &Table, revision: u64, state: &RecordState, standing: Standing) -> Result<bool> {
    let columns = columns(table, revision, state, standing)?;
    let inserted = tx.prepare_cached(&table.insert)?.execute(rusqlite::params_from_iter(&columns))? > 0;
    if inserted {
        index::touch(tx, &state.kind, state.id);
    }
    Ok(inserted)
}

/// Writes what is different in a row and nothing else: neither the row nor an index is touched for a value that stays.
fn change_row(tx: &Tx<'_>, table: &Table, new: &[Column<'_>], state: &RecordState) -> Result<()> {
    let mut query = tx.prepare_cached(&table.whole)?;
    let mut rows = query.query([state.id.as_bytes()])?;
    let Some(row) = rows.next()? else {
        drop(rows);
        tx.prepare_cached(&table.insert)?.execute(rusqlite::params_from_iter(new))?;
        index::touch(tx, &state.kind, state.id);
        return Ok(());
    };
    let mut different = Vec::new();
    for (at, value) in new.iter().enumerate() {
        let stays = match value {
            Column::Borrowed(value) => row.get_ref(at)? == *value,
            Column::Owned(value) => row.get_ref(at)? == ValueRef::from(value),
            _ => false,
        };
        if !stays {
            different.push(at);
        }
    }
    drop(rows);
    if different.is_empty() {
        return Ok(());
    }
    let values = different.iter().filter_map(|at| new.get(*at)).chain(new.first());
    tx.prepare_cached(&table.update(&different))?.execute(rusqlite::params_from_iter(values))?;
    if different.iter().any(|at| *at >= FIELDS_FROM) {
        index::touch(tx, &state.kind, state.id);
    }
    Ok(())
}

/// A row as it is to stand, in the order of [`Table::columns`].
fn columns<'s>(table: &Table, revision: u64, state: &'s RecordState, standing: Standing) -> Result<Vec<Column<'s>>> {
    let (marks, apart, values) = rows::to_columns(table, state)?;
    let number = |number: i64| Column::Owned(Sql::Integer(number));
    let mut columns = vec![
        Column::Borrowed(ValueRef::Blob(state.id.as_bytes())),
        number(revision.cast_signed()),
        Column::Owned(Sql::Blob(marks)),
        apart.map_or(Column::Borrowed(ValueRef::Null), |apart| Column::Owned(Sql::Text(apart))),
        number(standing.own.into()),
        number(standing.unsent.into()),
        number(standing.refused.into()),
        number(state.has_conflict(table.kind).into()),
    ];
    columns.extend(values);
    Ok(columns)
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

fn lies_beneath(tx: &Tx<'_>, key: &RecordKey) -> Result<bool> {
    let sql = "SELECT 1 FROM beneath WHERE kind = ?1 AND id = ?2";
    Ok(tx.prepare_cached(sql)?.exists((&key.kind, key.id.as_bytes()))?)
}

fn remove_beneath(tx: &Tx<'_>, key: &RecordKey) -> Result<()> {
    let sql = "DELETE FROM beneath WHERE kind = ?1 AND id = ?2";
    tx.prepare_cached(sql)?.execute((&key.kind, key.id.as_bytes()))?;
    Ok(())
}
