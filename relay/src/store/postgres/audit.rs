//! The audit trail's rows. There is no statement here that changes or deletes one.

use super::locks::{Hold, Strength};
use super::tx::{PostgresTx, params};
use crate::error::Result;
use crate::store::{Audit, AuditRow};
use tokio_postgres::Row;

impl Audit for PostgresTx<'_> {
    fn append_audit(&self, row: &AuditRow) -> Result<()> {
        let sql = "INSERT INTO audit (district, chain, number, what, body, hash) VALUES ($1, $2, $3, $4, $5, $6)";
        let (chain, what, body) = (row.chain.clone(), row.what.clone(), row.body.clone());
        self.send(sql, params![chain, row.number as i64, what, body, row.hash.clone()])
    }

    fn last_audit(&self, chain: &str) -> Result<Option<AuditRow>> {
        // Whoever asks goes on to append: one after another, or two entries would follow the same one.
        self.hold(Hold::Chain(chain), Strength::Alone)?;
        let sql = "SELECT chain, number, what, body, hash FROM audit
            WHERE district = $1 AND chain = $2 ORDER BY number DESC LIMIT 1";
        Ok(self.ask_one(sql, params![chain.to_owned()])?.as_ref().map(audit_row))
    }

    fn audit_chains(&self) -> Result<Vec<String>> {
        let rows = self.ask("SELECT DISTINCT chain FROM audit WHERE district = $1 ORDER BY chain", params![])?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }

    fn audit(&self, chain: &str) -> Result<Vec<AuditRow>> {
        let sql = "SELECT chain, number, what, body, hash FROM audit
            WHERE district = $1 AND chain = $2 ORDER BY number";
        Ok(self.ask(sql, params![chain.to_owned()])?.iter().map(audit_row).collect())
    }
}

fn audit_row(row: &Row) -> AuditRow {
    AuditRow {
        chain: row.get(0),
        number: row.get::<_, i64>(1) as u64,
        what: row.get(2),
        body: row.get(3),
        hash: row.get(4),
    }
}
