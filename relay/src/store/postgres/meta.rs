//! Single values.

use super::locks::{Hold, Strength};
use super::tx::{PostgresTx, params};
use crate::error::Result;
use crate::store::Meta;

impl Meta for PostgresTx<'_> {
    fn meta(&self, key: &str) -> Result<Option<Vec<u8>>> {
        let sql = "SELECT value FROM meta WHERE district = $1 AND key = $2";
        Ok(self.ask_one(sql, params![key.to_owned()])?.map(|row| row.get(0)))
    }

    fn meta_to_change(&self, key: &str) -> Result<Option<Vec<u8>>> {
        self.hold(Hold::Meta(key), Strength::Alone)?;
        self.meta(key)
    }

    fn put_meta(&self, key: &str, value: &[u8]) -> Result<()> {
        let sql = "INSERT INTO meta (district, key, value) VALUES ($1, $2, $3)
            ON CONFLICT (district, key) DO UPDATE SET value = excluded.value";
        self.send(sql, params![key.to_owned(), value.to_vec()])
    }
}
