//! Every edit that arrived, with its outcome. Nothing is ever taken out of this table by a push.

use super::locks::{Hold, Strength};
use super::tx::{PostgresTx, params};
use crate::error::{RelayError, Result};
use crate::store::columns::{fate_name, from_json, to_json};
use crate::store::{Edits, StoredEdit};
use sync_protocol::record::Accepted;
use sync_protocol::{DeviceNumber, EditId, RecordKey};
use tokio_postgres::Row;

impl Edits for PostgresTx<'_> {
    fn edits_numbered(&self, device: DeviceNumber, first: u32, last: u32) -> Result<Vec<StoredEdit>> {
        let sql = "SELECT id, body::text, outcome::text, received_ms, device FROM edit
            WHERE district = $1 AND device = $2 AND number BETWEEN $3 AND $4 ORDER BY number";
        let rows = self.ask(sql, params![i64::from(device.0), i64::from(first), i64::from(last)])?;
        rows.iter().map(stored).collect()
    }

    fn put_edit(&self, stored: &StoredEdit) -> Result<()> {
        // Only over the same edit: two edits of one number would be two chains, and neither may be lost.
        let sql = "INSERT INTO edit
                (district, device, number, id, kind, record, author, fate, body, outcome, received_ms)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::text::json, $10::text::json, $11)
            ON CONFLICT (district, device, number) DO UPDATE SET fate = excluded.fate, outcome = excluded.outcome
                WHERE edit.id = excluded.id";
        let edit = &stored.edit;
        self.send_for_one(
            sql,
            params![
                i64::from(stored.chain.0),
                i64::from(edit.number),
                stored.id.0,
                without_nul(&edit.kind),
                edit.record.0,
                edit.author.0,
                fate_name(stored.outcome.result),
                to_json(edit)?,
                to_json(&stored.outcome)?,
                stored.received_ms as i64,
            ],
        )
    }

    fn edits_of(&self, key: &RecordKey) -> Result<Vec<StoredEdit>> {
        self.hold(Hold::Record(key.id), Strength::Alone)?;
        let sql = "SELECT id, body::text, outcome::text, received_ms, device FROM edit
            WHERE district = $1 AND record = $2 AND kind = $3";
        self.ask(sql, params![key.id.0, key.kind.clone()])?.iter().map(stored).collect()
    }

    fn replace_edit(&self, stored: &StoredEdit) -> Result<()> {
        let sql = "UPDATE edit SET fate = $5, body = $6::text::json, outcome = $7::text::json
            WHERE district = $1 AND device = $2 AND number = $3 AND id = $4";
        self.send(
            sql,
            params![
                i64::from(stored.chain.0),
                i64::from(stored.edit.number),
                stored.id.0,
                fate_name(stored.outcome.result),
                to_json(&stored.edit)?,
                to_json(&stored.outcome)?,
            ],
        )
    }

    fn accepted_edits(&self, key: &RecordKey) -> Result<Vec<Accepted>> {
        self.hold(Hold::Record(key.id), Strength::Shared)?;
        let sql = "SELECT id, body::text, outcome::text, received_ms, device FROM edit
            WHERE district = $1 AND record = $2 AND kind = $3 AND fate IN ('merged', 'conflict')";
        let rows = self.ask(sql, params![key.id.0, key.kind.clone()])?;
        rows.iter().map(|row| Ok(stored(row)?.accepted())).collect()
    }

    fn wait_for(&self, key: &RecordKey, (device, number): (DeviceNumber, u32)) -> Result<()> {
        self.hold(Hold::Record(key.id), Strength::Alone)?;
        let sql = "INSERT INTO waiting (district, kind, id, device, number) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT DO NOTHING";
        self.send(sql, params![key.kind.clone(), key.id.0, i64::from(device.0), i64::from(number)])
    }

    fn take_waiting(&self, key: &RecordKey) -> Result<Vec<StoredEdit>> {
        self.hold(Hold::Record(key.id), Strength::Alone)?;
        let sql = "WITH taken AS (
                DELETE FROM waiting WHERE district = $1 AND id = $2 AND kind = $3 RETURNING device, number
            )
            SELECT id, body::text, outcome::text, received_ms, device
            FROM taken JOIN edit USING (device, number) WHERE district = $1 ORDER BY device, number";
        let rows = self.ask(sql, params![key.id.0, key.kind.clone()])?;
        rows.iter().map(stored).collect()
    }
}

fn stored(row: &Row) -> Result<StoredEdit> {
    let chain = u32::try_from(row.get::<_, i64>(4)).map_err(|_| RelayError::Damaged("an edit's chain".to_owned()))?;
    Ok(StoredEdit {
        chain: DeviceNumber(chain),
        id: EditId(row.get(0)),
        edit: from_json(row.get(1))?,
        outcome: from_json(row.get(2))?,
        received_ms: row.get::<_, i64>(3) as u64,
    })
}

/// PostgreSQL's text takes no such character. Only the kind of an edit that is refused can hold one; the edit itself
/// keeps it, as JSON spells it.
fn without_nul(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}
