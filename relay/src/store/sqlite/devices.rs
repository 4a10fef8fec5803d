//! Devices: their keys, tokens and the ends of their edit chains.

use super::SqliteTx;
use super::columns::{edit_id, optional_record_id};
use crate::error::{RelayError, Result};
use crate::store::{Devices, Holder, NewDevice, StoredDevice};
use rusqlite::{OptionalExtension, Row, ToSql, named_params};
use sync_protocol::{DeviceNumber, EditId, Stamp};

impl Devices for SqliteTx<'_> {
    fn add_device(&self, device: &NewDevice) -> Result<DeviceNumber> {
        let draw = "UPDATE counter SET value = value + 1 WHERE name = 'device' RETURNING value";
        let number: u32 = self.0.prepare_cached(draw)?.query_row([], |row| row.get(0))?;
        let number = DeviceNumber(number);
        self.put_device(number, device)?;
        Ok(number)
    }

    fn put_device(&self, number: DeviceNumber, device: &NewDevice) -> Result<()> {
        let given = "UPDATE counter SET value = max(value, :number) WHERE name = 'device'";
        self.0.prepare_cached(given)?.execute(named_params! { ":number": number.0 })?;
        let (person, division) = holder_columns(&device.holder);
        let sql =
            "INSERT INTO device (number, person, division, key, token_hash, app_version, enrolled_ms, last_contact_ms)
            VALUES (:number, :person, :division, :key, :token_hash, :app_version, :now, :now)";
        self.0.prepare_cached(sql)?.execute(named_params! {
            ":number": number.0, ":person": person, ":division": division, ":key": device.key,
            ":token_hash": device.token_hash, ":app_version": device.app_version, ":now": device.now_ms,
        })?;
        Ok(())
    }

    fn revoke(&self, number: DeviceNumber) -> Result<()> {
        let sql = "UPDATE device SET revoked = 1 WHERE number = :number";
        self.0.prepare_cached(sql)?.execute(named_params! { ":number": number.0 })?;
        Ok(())
    }

    fn devices_after(&self, number: Option<DeviceNumber>) -> Result<Vec<(StoredDevice, [u8; 32], String)>> {
        // Number 1 is the relay itself.
        let sql = "SELECT * FROM device WHERE number > max(1, :after) AND token_hash IS NOT NULL ORDER BY number";
        let mut find = self.0.prepare_cached(sql)?;
        let mut rows = find.query(named_params! { ":after": number.map_or(0, |number| number.0) })?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push((stored(columns(row)?)?, row.get("token_hash")?, row.get("app_version")?));
        }
        Ok(found)
    }

    fn device(&self, number: DeviceNumber) -> Result<Option<StoredDevice>> {
        find_device(self, "SELECT * FROM device WHERE number = ?", &number.0)
    }

    fn device_by_token(&self, token_hash: &[u8; 32]) -> Result<Option<StoredDevice>> {
        find_device(self, "SELECT * FROM device WHERE token_hash = ?", token_hash)
    }

    fn set_token(&self, number: DeviceNumber, token_hash: &[u8; 32]) -> Result<()> {
        let sql = "UPDATE device SET token_hash = :token_hash WHERE number = :number";
        self.0.prepare_cached(sql)?.execute(named_params! { ":number": number.0, ":token_hash": token_hash })?;
        Ok(())
    }

    fn set_contact(&self, number: DeviceNumber, now_ms: u64) -> Result<()> {
        let sql = "UPDATE device SET last_contact_ms = :now WHERE number = :number";
        self.0.prepare_cached(sql)?.execute(named_params! { ":number": number.0, ":now": now_ms })?;
        Ok(())
    }

    fn set_head(&self, number: DeviceNumber, last: u32, edit: EditId, order: Stamp) -> Result<()> {
        // The relay's own device has no row until its first import.
        let sql = "INSERT INTO device (number, key, app_version, enrolled_ms, last_contact_ms, head_number, head_edit,
                head_order)
            VALUES (:number, '', '', 0, 0, :last, :edit, :order)
            ON CONFLICT (number) DO UPDATE SET head_number = excluded.head_number, head_edit = excluded.head_edit,
                head_order = excluded.head_order";
        self.0.prepare_cached(sql)?.execute(named_params! {
            ":number": number.0, ":last": last, ":edit": edit.as_bytes(), ":order": order.to_string(),
        })?;
        Ok(())
    }
}

fn find_device(tx: &SqliteTx<'_>, sql: &str, by: &dyn ToSql) -> Result<Option<StoredDevice>> {
    tx.0.prepare_cached(sql)?.query_row([by], columns).optional()?.map(stored).transpose()
}

fn stored((device, order): (StoredDevice, String)) -> Result<StoredDevice> {
    let head_order = order.parse().map_err(|_| RelayError::Damaged("a device's order".to_owned()))?;
    Ok(StoredDevice { head_order, ..device })
}

fn columns(row: &Row<'_>) -> rusqlite::Result<(StoredDevice, String)> {
    let last: u32 = row.get("head_number")?;
    let edit: Option<[u8; 16]> = row.get("head_edit")?;
    let device = StoredDevice {
        number: DeviceNumber(row.get("number")?),
        holder: holder(row)?,
        key: row.get("key")?,
        is_revoked: row.get("revoked")?,
        last_contact_ms: row.get("last_contact_ms")?,
        head: edit.map(|edit| (last, edit_id(edit))),
        head_order: Stamp::ZERO,
    };
    Ok((device, row.get("head_order")?))
}

/// Whose a device or code is, from its columns `person` and `division`.
pub fn holder(row: &Row<'_>) -> rusqlite::Result<Holder> {
    let division: Option<String> = row.get("division")?;
    Ok(match (optional_record_id(row, "person")?, division) {
        (Some(person), _) => Holder::Person(person),
        (None, Some(division)) => Holder::Console(division),
        (None, None) => Holder::Relay,
    })
}

pub fn holder_columns(holder: &Holder) -> (Option<&[u8; 16]>, Option<&str>) {
    match holder {
        Holder::Person(person) => (Some(person.as_bytes()), None),
        Holder::Console(division) => (None, Some(division)),
        Holder::Relay => (None, None),
    }
}
