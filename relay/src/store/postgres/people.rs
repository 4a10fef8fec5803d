//! One-time codes, sign-in accounts and sessions. Only hashes of secrets are stored.

use super::devices::{holder, holder_columns};
use super::locks::{Hold, Strength};
use super::tx::{PostgresTx, params};
use crate::error::{RelayError, Result};
use crate::store::{Account, FailedSignIn, OneTimeCode, People, Session};
use sync_protocol::{DeviceNumber, RecordId};
use tokio_postgres::Row;

impl People for PostgresTx<'_> {
    fn code(&self, hash: &[u8; 32]) -> Result<Option<OneTimeCode>> {
        // A code enrols one device, wherever two that hold it ask.
        self.hold(Hold::Code(hash), Strength::Alone)?;
        let found = self.ask_one("SELECT * FROM code WHERE district = $1 AND hash = $2", params![hash.to_vec()])?;
        let code = |row: Row| {
            let used_by = row.get::<_, Option<i64>>("device").map(device_number).transpose()?;
            Ok(OneTimeCode {
                hash: *hash,
                holder: holder(&row),
                expires_ms: row.get::<_, i64>("expires_ms") as u64,
                used_by: used_by.zip(row.get("device_key")),
            })
        };
        found.map(code).transpose()
    }

    fn put_code(&self, code: &OneTimeCode) -> Result<()> {
        let (person, division) = holder_columns(&code.holder);
        let sql = "INSERT INTO code (district, hash, person, division, expires_ms, device, device_key)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (district, hash) DO UPDATE SET person = excluded.person, division = excluded.division,
                expires_ms = excluded.expires_ms, device = excluded.device, device_key = excluded.device_key";
        let device = code.used_by.as_ref().map(|(device, _)| i64::from(device.0));
        let device_key = code.used_by.as_ref().map(|(_, key)| key.clone());
        self.send(sql, params![code.hash.to_vec(), person, division, ms(code.expires_ms), device, device_key])
    }

    fn drop_codes_before(&self, expired_ms: u64) -> Result<()> {
        self.send("DELETE FROM code WHERE district = $1 AND expires_ms < $2", params![ms(expired_ms)])
    }

    fn account(&self, sign_in_name: &str) -> Result<Option<Account>> {
        if sign_in_name.contains('\0') {
            return Ok(None);
        }
        let sql = "SELECT * FROM account WHERE district = $1 AND sign_in_name = $2";
        let account = |row: Row| Account {
            person: RecordId(row.get("person")),
            sign_in_name: row.get("sign_in_name"),
            password_hash: row.get("password_hash"),
        };
        Ok(self.ask_one(sql, params![sign_in_name.to_owned()])?.map(account))
    }

    fn put_account(&self, account: &Account) -> Result<()> {
        let sql = "INSERT INTO account (district, person, sign_in_name, password_hash) VALUES ($1, $2, $3, $4)
            ON CONFLICT (district, person) DO UPDATE SET sign_in_name = excluded.sign_in_name,
                password_hash = excluded.password_hash";
        self.send(sql, params![account.person.0, account.sign_in_name.clone(), account.password_hash.clone()])
    }

    fn failed_sign_in(&self, name_hash: &[u8; 32]) -> Result<Option<FailedSignIn>> {
        self.hold(Hold::SignInName(name_hash), Strength::Alone)?;
        let sql = "SELECT failures, wait_until_ms FROM failed_sign_in WHERE district = $1 AND name_hash = $2";
        let failed = |row: Row| FailedSignIn {
            failures: u32::try_from(row.get::<_, i64>(0)).unwrap_or(u32::MAX),
            wait_until_ms: row.get::<_, i64>(1) as u64,
        };
        Ok(self.ask_one(sql, params![name_hash.to_vec()])?.map(failed))
    }

    fn put_failed_sign_in(&self, name_hash: &[u8; 32], failed: FailedSignIn) -> Result<()> {
        let sql = "INSERT INTO failed_sign_in (district, name_hash, failures, wait_until_ms) VALUES ($1, $2, $3, $4)
            ON CONFLICT (district, name_hash) DO UPDATE SET failures = excluded.failures,
                wait_until_ms = excluded.wait_until_ms";
        self.send(sql, params![name_hash.to_vec(), i64::from(failed.failures), ms(failed.wait_until_ms)])
    }

    fn drop_failed_sign_in(&self, name_hash: &[u8; 32]) -> Result<()> {
        self.send("DELETE FROM failed_sign_in WHERE district = $1 AND name_hash = $2", params![name_hash.to_vec()])
    }

    fn session(&self, token_hash: &[u8; 32]) -> Result<Option<Session>> {
        let sql = "SELECT * FROM session WHERE district = $1 AND token_hash = $2";
        let session = |row: Row| {
            Ok(Session {
                token_hash: *token_hash,
                person: RecordId(row.get("person")),
                device: device_number(row.get("device"))?,
                ends_ms: row.get::<_, i64>("ends_ms") as u64,
            })
        };
        self.ask_one(sql, params![token_hash.to_vec()])?.map(session).transpose()
    }

    fn put_session(&self, session: &Session) -> Result<()> {
        let sql = "INSERT INTO session (district, token_hash, person, device, ends_ms) VALUES ($1, $2, $3, $4, $5)";
        let device = i64::from(session.device.0);
        self.send(sql, params![session.token_hash.to_vec(), session.person.0, device, ms(session.ends_ms)])
    }

    fn drop_session(&self, token_hash: &[u8; 32]) -> Result<()> {
        self.send("DELETE FROM session WHERE district = $1 AND token_hash = $2", params![token_hash.to_vec()])
    }

    fn drop_sessions_before(&self, ended_ms: u64) -> Result<()> {
        self.send("DELETE FROM session WHERE district = $1 AND ends_ms < $2", params![ms(ended_ms)])
    }
}

/// An end far beyond any year stays an end far beyond any year.
fn ms(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn device_number(value: i64) -> Result<DeviceNumber> {
    u32::try_from(value).map(DeviceNumber).map_err(|_| RelayError::Damaged("a device's number".to_owned()))
}
