//! Devices: their keys, tokens and the ends of their edit chains.

use super::locks::{Hold, Strength};
use super::tx::{PostgresTx, params};
use crate::error::{RelayError, Result};
use crate::store::{Devices, Holder, NewDevice, StoredDevice};
use sync_protocol::{DeviceNumber, EditId, RecordId, Stamp};
use tokio_postgres::Row;
use uuid::Uuid;

impl Devices for PostgresTx<'_> {
    fn add_device(&self, device: &NewDevice) -> Result<DeviceNumber> {
        // Number 1 is the relay's own.
        let draw = "INSERT INTO counter (district, name, value) VALUES ($1, 'device', 2)
            ON CONFLICT (district, name) DO UPDATE SET value = counter.value + 1 RETURNING value";
        let drawn = self.ask_one(draw, params![])?.map(|row| row.get::<_, i64>(0));
        let number = drawn.and_then(|value| u32::try_from(value).ok());
        let number = number.ok_or_else(|| RelayError::Damaged("the device numbers".to_owned()))?;
        let number = DeviceNumber(number);
        self.put_device(number, device)?;
        Ok(number)
    }

    fn put_device(&self, number: DeviceNumber, device: &NewDevice) -> Result<()> {
        let given = "INSERT INTO counter (district, name, value) VALUES ($1, 'device', $2)
            ON CONFLICT (district, name) DO UPDATE SET value = greatest(counter.value, excluded.value)";
        self.send(given, params![i64::from(number.0)])?;
        let (person, division) = holder_columns(&device.holder);
        let sql = "INSERT INTO device
                (district, number, person, division, key, token_hash, app_version, enrolled_ms, last_contact_ms)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)";
        self.send(
            sql,
            params![
                i64::from(number.0),
                person,
                division,
                device.key.clone(),
                device.token_hash.to_vec(),
                device.app_version.replace('\0', ""),
                device.now_ms as i64,
            ],
        )
    }

    fn revoke(&self, number: DeviceNumber) -> Result<()> {
        let sql = "UPDATE device SET revoked = true WHERE district = $1 AND number = $2";
        self.send(sql, params![i64::from(number.0)])
    }

    fn devices_after(&self, number: Option<DeviceNumber>) -> Result<Vec<(StoredDevice, [u8; 32], String)>> {
        // Number 1 is the relay itself.
        let sql =
            "SELECT * FROM device WHERE district = $1 AND number > greatest(1::bigint, $2) AND token_hash IS NOT NULL
            ORDER BY number";
        let rows = self.ask(sql, params![number.map_or(0, |number| i64::from(number.0))])?;
        let found = |row: &Row| {
            let hash: &[u8] = row.get("token_hash");
            let hash = hash.try_into().map_err(|_| RelayError::Damaged("a device's token".to_owned()))?;
            Ok((stored(row)?, hash, row.get("app_version")))
        };
        rows.iter().map(found).collect()
    }

    fn device(&self, number: DeviceNumber) -> Result<Option<StoredDevice>> {
        self.hold(Hold::Device(number.0), Strength::Alone)?;
        let sql = "SELECT * FROM device WHERE district = $1 AND number = $2";
        self.ask_one(sql, params![i64::from(number.0)])?.as_ref().map(stored).transpose()
    }

    fn device_by_token(&self, token_hash: &[u8; 32]) -> Result<Option<StoredDevice>> {
        let sql = "SELECT * FROM device WHERE district = $1 AND token_hash = $2";
        self.ask_one(sql, params![token_hash.to_vec()])?.as_ref().map(stored).transpose()
    }

    fn set_token(&self, number: DeviceNumber, token_hash: &[u8; 32]) -> Result<()> {
        let sql = "UPDATE device SET token_hash = $3 WHERE district = $1 AND number = $2";
        self.send(sql, params![i64::from(number.0), token_hash.to_vec()])
    }

    fn set_contact(&self, number: DeviceNumber, now_ms: u64) -> Result<()> {
        let sql = "UPDATE device SET last_contact_ms = greatest(last_contact_ms, $3)
            WHERE district = $1 AND number = $2";
        self.send(sql, params![i64::from(number.0), now_ms as i64])
    }

    fn set_head(&self, number: DeviceNumber, last: u32, edit: EditId, order: Stamp) -> Result<()> {
        // The relay's own device has no row until its first import.
        let sql = "INSERT INTO device
                (district, number, key, app_version, enrolled_ms, last_contact_ms, head_number, head_edit, head_order)
            VALUES ($1, $2, '', '', 0, 0, $3, $4, $5)
            ON CONFLICT (district, number) DO UPDATE SET head_number = excluded.head_number,
                head_edit = excluded.head_edit, head_order = excluded.head_order";
        self.send(sql, params![i64::from(number.0), i64::from(last), edit.0, order.to_string()])
    }
}

fn stored(row: &Row) -> Result<StoredDevice> {
    let damaged = |what: &str| RelayError::Damaged(format!("a device's {what}"));
    let number = |column: &str| u32::try_from(row.get::<_, i64>(column)).map_err(|_| damaged(column));
    let (order, edit): (&str, Option<Uuid>) = (row.get("head_order"), row.get("head_edit"));
    let last = number("head_number")?;
    Ok(StoredDevice {
        number: DeviceNumber(number("number")?),
        holder: holder(row),
        key: row.get("key"),
        is_revoked: row.get("revoked"),
        last_contact_ms: row.get::<_, i64>("last_contact_ms") as u64,
        head: edit.map(|edit| (last, EditId(edit))),
        head_order: order.parse().map_err(|_| damaged("order"))?,
    })
}

/// Whose a device or code is, from its columns `person` and `division`.
pub fn holder(row: &Row) -> Holder {
    match (row.get::<_, Option<Uuid>>("person"), row.get("division")) {
        (Some(person), _) => Holder::Person(RecordId(person)),
        (None, Some(division)) => Holder::Console(division),
        (None, None) => Holder::Relay,
    }
}

pub fn holder_columns(holder: &Holder) -> (Option<Uuid>, Option<String>) {
    match holder {
        Holder::Person(person) => (Some(person.0), None),
        Holder::Console(division) => (None, Some(division.clone())),
        Holder::Relay => (None, None),
    }
}
