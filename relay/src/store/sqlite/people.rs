//! One-time codes, sign-in accounts and sessions. Only hashes of secrets are stored.

use super::SqliteTx;
use super::columns::record_id;
use super::devices::{holder, holder_columns};
use crate::error::Result;
use crate::store::{Account, FailedSignIn, OneTimeCode, People, Session};
use rusqlite::{OptionalExtension, named_params};
use sync_protocol::DeviceNumber;

impl People for SqliteTx<'_> {
    fn code(&self, hash: &[u8; 32]) -> Result<Option<OneTimeCode>> {
        let mut find = self.0.prepare_cached("SELECT * FROM code WHERE hash = :hash")?;
        let code = find.query_row(named_params! { ":hash": hash }, |row| {
            let used_by: Option<u32> = row.get("device")?;
            let device_key: Option<String> = row.get("device_key")?;
            Ok(OneTimeCode {
                hash: row.get("hash")?,
                holder: holder(row)?,
                expires_ms: row.get("expires_ms")?,
                used_by: used_by.map(DeviceNumber).zip(device_key),
            })
        });
        Ok(code.optional()?)
    }

    fn put_code(&self, code: &OneTimeCode) -> Result<()> {
        let (person, division) = holder_columns(&code.holder);
        let sql = "INSERT INTO code (hash, person, division, expires_ms, device, device_key)
            VALUES (:hash, :person, :division, :expires, :device, :device_key)
            ON CONFLICT (hash) DO UPDATE SET person = excluded.person, division = excluded.division,
                expires_ms = excluded.expires_ms, device = excluded.device, device_key = excluded.device_key";
        self.0.prepare_cached(sql)?.execute(named_params! {
            ":hash": code.hash,
            ":person": person,
            ":division": division,
            ":expires": code.expires_ms,
            ":device": code.used_by.as_ref().map(|(device, _)| device.0),
            ":device_key": code.used_by.as_ref().map(|(_, key)| key),
        })?;
        Ok(())
    }

    fn drop_codes_before(&self, expired_ms: u64) -> Result<()> {
        let sql = "DELETE FROM code WHERE expires_ms < :expired";
        self.0.prepare_cached(sql)?.execute(named_params! { ":expired": expired_ms })?;
        Ok(())
    }

    fn account(&self, sign_in_name: &str) -> Result<Option<Account>> {
        let mut find = self.0.prepare_cached("SELECT * FROM account WHERE sign_in_name = :name")?;
        let account = find.query_row(named_params! { ":name": sign_in_name }, |row| {
            Ok(Account {
                person: record_id(row, "person")?,
                sign_in_name: row.get("sign_in_name")?,
                password_hash: row.get("password_hash")?,
            })
        });
        Ok(account.optional()?)
    }

    fn put_account(&self, account: &Account) -> Result<()> {
        let sql = "INSERT INTO account (person, sign_in_name, password_hash) VALUES (:person, :name, :hash)
            ON CONFLICT (person) DO UPDATE SET sign_in_name = excluded.sign_in_name,
                password_hash = excluded.password_hash";
        self.0.prepare_cached(sql)?.execute(named_params! {
            ":person": account.person.as_bytes(), ":name": account.sign_in_name, ":hash": account.password_hash,
        })?;
        Ok(())
    }

    fn failed_sign_in(&self, name_hash: &[u8; 32]) -> Result<Option<FailedSignIn>> {
        let sql = "SELECT failures, wait_until_ms FROM failed_sign_in WHERE name_hash = :name";
        let mut find = self.0.prepare_cached(sql)?;
        let failed = find.query_row(named_params! { ":name": name_hash }, |row| {
            Ok(FailedSignIn { failures: row.get("failures")?, wait_until_ms: row.get("wait_until_ms")? })
        });
        Ok(failed.optional()?)
    }

    fn put_failed_sign_in(&self, name_hash: &[u8; 32], failed: FailedSignIn) -> Result<()> {
        let sql = "INSERT INTO failed_sign_in (name_hash, failures, wait_until_ms) VALUES (:name, :failures, :until)
            ON CONFLICT (name_hash) DO UPDATE SET failures = excluded.failures, wait_until_ms = excluded.wait_until_ms";
        self.0.prepare_cached(sql)?.execute(named_params! {
            ":name": name_hash, ":failures": failed.failures, ":until": failed.wait_until_ms,
        })?;
        Ok(())
    }

    fn drop_failed_sign_in(&self, name_hash: &[u8; 32]) -> Result<()> {
        let sql = "DELETE FROM failed_sign_in WHERE name_hash = :name";
        self.0.prepare_cached(sql)?.execute(named_params! { ":name": name_hash })?;
        Ok(())
    }

    fn session(&self, token_hash: &[u8; 32]) -> Result<Option<Session>> {
        let mut find = self.0.prepare_cached("SELECT * FROM session WHERE token_hash = :hash")?;
        let session = find.query_row(named_params! { ":hash": token_hash }, |row| {
            Ok(Session {
                token_hash: row.get("token_hash")?,
                person: record_id(row, "person")?,
                device: DeviceNumber(row.get("device")?),
                ends_ms: row.get("ends_ms")?,
            })
        });
        Ok(session.optional()?)
    }

    fn put_session(&self, session: &Session) -> Result<()> {
        let sql = "INSERT INTO session (token_hash, person, device, ends_ms) VALUES (:hash, :person, :device, :ends)";
        self.0.prepare_cached(sql)?.execute(named_params! {
            ":hash": session.token_hash, ":person": session.person.as_bytes(), ":device": session.device.0,
            ":ends": session.ends_ms,
        })?;
        Ok(())
    }

    fn drop_session(&self, token_hash: &[u8; 32]) -> Result<()> {
        let sql = "DELETE FROM session WHERE token_hash = :hash";
        self.0.prepare_cached(sql)?.execute(named_params! { ":hash": token_hash })?;
        Ok(())
    }

    fn drop_sessions_before(&self, ended_ms: u64) -> Result<()> {
        let sql = "DELETE FROM session WHERE ends_ms < :ended";
        self.0.prepare_cached(sql)?.execute(named_params! { ":ended": ended_ms })?;
        Ok(())
    }
}
