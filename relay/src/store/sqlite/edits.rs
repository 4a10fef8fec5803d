//! Every edit that arrived, with its outcome. Nothing is ever taken out of this table by a push.

use super::SqliteTx;
use super::columns::edit_id;
use crate::error::Result;
use crate::store::columns::{fate_name, from_json, to_json};
use crate::store::{Edits, StoredEdit};
use rusqlite::{Row, named_params};
use sync_protocol::record::Accepted;
use sync_protocol::{DeviceNumber, RecordKey};

impl Edits for SqliteTx<'_> {
    fn edits_numbered(&self, device: DeviceNumber, first: u32, last: u32) -> Result<Vec<StoredEdit>> {
        let sql = "SELECT device, id, body, outcome, received_ms FROM edit
            WHERE device = :device AND number BETWEEN :first AND :last ORDER BY number";
        let mut find = self.0.prepare_cached(sql)?;
        let params = named_params! { ":device": device.0, ":first": first, ":last": last };
        let rows: Vec<Columns> = find.query_map(params, columns)?.collect::<Result<_, _>>()?;
        rows.into_iter().map(stored).collect()
    }

    fn put_edit(&self, stored: &StoredEdit) -> Result<()> {
        let sql = "INSERT INTO edit (device, number, id, kind, record, author, fate, body, outcome, received_ms)
            VALUES (:device, :number, :id, :kind, :record, :author, :fate, :body, :outcome, :received_ms)
            ON CONFLICT (device, number) DO UPDATE SET fate = excluded.fate, outcome = excluded.outcome";
        let edit = &stored.edit;
        self.0.prepare_cached(sql)?.execute(named_params! {
            ":device": stored.chain.0,
            ":number": edit.number,
            ":id": stored.id.as_bytes(),
            ":kind": edit.kind,
            ":record": edit.record.as_bytes(),
            ":author": edit.author.as_bytes(),
            ":fate": fate_name(stored.outcome.result),
            ":body": to_json(edit)?,
            ":outcome": to_json(&stored.outcome)?,
            ":received_ms": stored.received_ms,
        })?;
        Ok(())
    }

    fn edits_of(&self, key: &RecordKey) -> Result<Vec<StoredEdit>> {
        let sql = "SELECT device, id, body, outcome, received_ms FROM edit WHERE record = :id AND kind = :kind";
        let mut find = self.0.prepare_cached(sql)?;
        let params = named_params! { ":id": key.id.as_bytes(), ":kind": key.kind };
        let rows: Vec<Columns> = find.query_map(params, columns)?.collect::<Result<_, _>>()?;
        rows.into_iter().map(stored).collect()
    }

    fn replace_edit(&self, stored: &StoredEdit) -> Result<()> {
        let sql = "UPDATE edit SET fate = :fate, body = :body, outcome = :outcome
            WHERE device = :device AND number = :number AND id = :id";
        self.0.prepare_cached(sql)?.execute(named_params! {
            ":device": stored.chain.0,
            ":number": stored.edit.number,
            ":id": stored.id.as_bytes(),
            ":fate": fate_name(stored.outcome.result),
            ":body": to_json(&stored.edit)?,
            ":outcome": to_json(&stored.outcome)?,
        })?;
        Ok(())
    }

    fn accepted_edits(&self, key: &RecordKey) -> Result<Vec<Accepted>> {
        let sql = "SELECT device, id, body, outcome, received_ms FROM edit
            WHERE record = :id AND kind = :kind AND fate IN ('merged', 'conflict')";
        let mut find = self.0.prepare_cached(sql)?;
        let params = named_params! { ":id": key.id.as_bytes(), ":kind": key.kind };
        let rows: Vec<Columns> = find.query_map(params, columns)?.collect::<Result<_, _>>()?;
        rows.into_iter().map(|row| Ok(stored(row)?.accepted())).collect()
    }

    fn wait_for(&self, key: &RecordKey, (device, number): (DeviceNumber, u32)) -> Result<()> {
        let sql = "INSERT INTO waiting (kind, id, device, number) VALUES (:kind, :id, :device, :number)
            ON CONFLICT DO NOTHING";
        self.0.prepare_cached(sql)?.execute(named_params! {
            ":kind": key.kind, ":id": key.id.as_bytes(), ":device": device.0, ":number": number,
        })?;
        Ok(())
    }

    fn take_waiting(&self, key: &RecordKey) -> Result<Vec<StoredEdit>> {
        let sql = "SELECT edit.device, edit.id, body, outcome, received_ms FROM waiting
            JOIN edit ON edit.device = waiting.device AND edit.number = waiting.number
            WHERE waiting.kind = :kind AND waiting.id = :id ORDER BY waiting.device, waiting.number";
        let mut find = self.0.prepare_cached(sql)?;
        let params = named_params! { ":kind": key.kind, ":id": key.id.as_bytes() };
        let rows: Vec<Columns> = find.query_map(params, columns)?.collect::<Result<_, _>>()?;
        if !rows.is_empty() {
            self.0.prepare_cached("DELETE FROM waiting WHERE kind = :kind AND id = :id")?.execute(params)?;
        }
        rows.into_iter().map(stored).collect()
    }
}

type Columns = (u32, [u8; 16], String, String, u64);

fn columns(row: &Row<'_>) -> rusqlite::Result<Columns> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
}

fn stored((chain, id, body, outcome, received_ms): Columns) -> Result<StoredEdit> {
    Ok(StoredEdit {
        chain: DeviceNumber(chain),
        id: edit_id(id),
        edit: from_json(&body)?,
        outcome: from_json(&outcome)?,
        received_ms,
    })
}
