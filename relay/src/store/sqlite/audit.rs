//! The audit trail's rows. There is no statement here that changes or deletes one.

use super::SqliteTx;
use crate::error::Result;
use crate::store::{Audit, AuditRow};
use rusqlite::{OptionalExtension, Row, named_params};

impl Audit for SqliteTx<'_> {
    fn append_audit(&self, row: &AuditRow) -> Result<()> {
        let sql = "INSERT INTO audit (chain, number, what, body, hash) VALUES (:chain, :number, :what, :body, :hash)";
        self.0.prepare_cached(sql)?.execute(named_params! {
            ":chain": row.chain, ":number": row.number, ":what": row.what, ":body": row.body, ":hash": row.hash,
        })?;
        Ok(())
    }

    fn last_audit(&self, chain: &str) -> Result<Option<AuditRow>> {
        let sql = "SELECT chain, number, what, body, hash FROM audit WHERE chain = :chain ORDER BY number DESC LIMIT 1";
        Ok(self.0.prepare_cached(sql)?.query_row(named_params! { ":chain": chain }, audit_row).optional()?)
    }

    fn audit_chains(&self) -> Result<Vec<String>> {
        let mut find = self.0.prepare_cached("SELECT DISTINCT chain FROM audit ORDER BY chain")?;
        Ok(find.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
    }

    fn audit(&self, chain: &str) -> Result<Vec<AuditRow>> {
        let sql = "SELECT chain, number, what, body, hash FROM audit WHERE chain = :chain ORDER BY number";
        let mut find = self.0.prepare_cached(sql)?;
        Ok(find.query_map(named_params! { ":chain": chain }, audit_row)?.collect::<rusqlite::Result<_>>()?)
    }
}

fn audit_row(row: &Row<'_>) -> rusqlite::Result<AuditRow> {
    Ok(AuditRow { chain: row.get(0)?, number: row.get(1)?, what: row.get(2)?, body: row.get(3)?, hash: row.get(4)? })
}
