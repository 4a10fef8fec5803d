//! Small facts about this device, by name: number, clock, epoch, enrolment, times of contact.

use crate::error::{Result, StoreError};
use crate::store::Tx;
use rusqlite::types::{FromSql, ToSql};
use rusqlite::{Connection, OptionalExtension};
use sync_protocol::{DeviceNumber, EditId, Epoch, Hlc, Stamp};

pub(crate) fn get<T: FromSql>(connection: &Connection, name: &str) -> Result<Option<T>> {
    let mut query = connection.prepare_cached("SELECT value FROM device WHERE name = ?1")?;
    Ok(query.query_row([name], |row| row.get(0)).optional()?)
}

pub(crate) fn put(connection: &Connection, name: &str, value: impl ToSql) -> Result<()> {
    let mut statement = connection.prepare_cached("INSERT OR REPLACE INTO device (name, value) VALUES (?1, ?2)")?;
    statement.execute((name, value))?;
    Ok(())
}

/// A fact that other crates keep here, as text: what was agreed at enrolment, when the relay last answered.
pub fn fact(tx: &Tx<'_>, name: &str) -> Result<Option<String>> {
    get(tx, &format!("fact.{name}"))
}

pub fn put_fact(tx: &Tx<'_>, name: &str, value: &str) -> Result<()> {
    put(tx, &format!("fact.{name}"), value)
}

/// Takes the number that the relay gave at enrolment. The chain of edits and the clock go on.
pub fn enrolled_as(tx: &Tx<'_>, number: DeviceNumber) -> Result<()> {
    put(tx, "number", number.0)
}

pub fn number(tx: &Tx<'_>) -> Result<Option<DeviceNumber>> {
    Ok(get(tx, "number")?.map(DeviceNumber))
}

/// The relay store whose positions and revisions this replica holds.
pub fn epoch(tx: &Tx<'_>) -> Result<Option<Epoch>> {
    let text: Option<String> = get(tx, "epoch")?;
    text.map(|text| text.parse().map(Epoch).map_err(|_| StoreError::Unreadable("epoch".into()))).transpose()
}

pub fn put_epoch(tx: &Tx<'_>, epoch: Epoch) -> Result<()> {
    put(tx, "epoch", epoch.to_string())
}

/// The device's clock, continued after everything it gave or saw.
pub(crate) fn clock(tx: &Tx<'_>) -> Result<Hlc> {
    let number = number(tx)?.ok_or(StoreError::NotEnrolled)?;
    let last: Option<[u8; 12]> = get(tx, "clock")?;
    Ok(Hlc::new(number, last.map_or(Stamp::ZERO, Stamp::from_bytes)))
}

pub(crate) fn put_clock(tx: &Tx<'_>, clock: &Hlc) -> Result<()> {
    put(tx, "clock", clock.last().to_bytes().as_slice())
}

/// Notes the greatest order that came from the relay: where the clock starts afresh if it ran ahead.
pub(crate) fn put_seen(tx: &Tx<'_>, order: Stamp) -> Result<()> {
    if order <= seen(tx)? { Ok(()) } else { put(tx, "seen", order.to_bytes().as_slice()) }
}

fn seen(tx: &Tx<'_>) -> Result<Stamp> {
    Ok(get::<[u8; 12]>(tx, "seen")?.map_or(Stamp::ZERO, Stamp::from_bytes))
}

/// Whether the clock is so far ahead that the relay gives every new stamp another order.
pub fn is_ahead(tx: &Tx<'_>, now_ms: u64, by_ms: u64) -> Result<bool> {
    Ok(number(tx)?.is_some() && clock(tx)?.last().ms > now_ms.saturating_add(by_ms))
}

/// Goes on under a new number, with a clock that starts from the greatest order held: stamps of the former number may lie
/// years ahead, and keep their orders beside them.
pub fn renewed_as(tx: &Tx<'_>, number: DeviceNumber) -> Result<()> {
    enrolled_as(tx, number)?;
    put_clock(tx, &Hlc::new(number, seen(tx)?))
}

/// The number and id of the device's last edit.
pub(crate) fn chain_end(tx: &Tx<'_>) -> Result<(u32, Option<EditId>)> {
    let mut query = tx.prepare_cached("SELECT number, id FROM edit ORDER BY number DESC LIMIT 1")?;
    let end = query.query_row([], |row| Ok((row.get(0)?, row.get::<_, [u8; 16]>(1)?))).optional()?;
    Ok(end.map_or((0, None), |(number, id)| (number, Some(EditId::from_bytes(id)))))
}
