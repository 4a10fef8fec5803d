//! Who gave which blob, and the attachments that name one.

use super::SqliteTx;
use super::columns::record_id;
use crate::error::Result;
use crate::store::Blobs;
use rusqlite::named_params;
use sync_protocol::RecordKey;
use sync_protocol::blobs::BlobHash;

impl Blobs for SqliteTx<'_> {
    fn put_giver(&self, blob: BlobHash, giver: &str, bytes: u64, now_ms: u64) -> Result<()> {
        let sql = "INSERT INTO blob (sha256, giver, bytes, given_ms) VALUES (:sha256, :giver, :bytes, :now)
            ON CONFLICT DO NOTHING";
        self.0.prepare_cached(sql)?.execute(named_params! {
            ":sha256": blob.0, ":giver": giver, ":bytes": bytes, ":now": now_ms,
        })?;
        Ok(())
    }

    fn is_giver(&self, blob: BlobHash, giver: &str) -> Result<bool> {
        let mut find = self.0.prepare_cached("SELECT 1 FROM blob WHERE sha256 = :sha256 AND giver = :giver")?;
        Ok(find.exists(named_params! { ":sha256": blob.0, ":giver": giver })?)
    }

    fn drop_givers(&self, blob: BlobHash) -> Result<()> {
        let mut forget = self.0.prepare_cached("DELETE FROM blob WHERE sha256 = :sha256")?;
        forget.execute(named_params! { ":sha256": blob.0 })?;
        Ok(())
    }

    fn attachments_naming(&self, blob: BlobHash) -> Result<Vec<RecordKey>> {
        let sql = "SELECT id FROM record
            WHERE kind = 'attachment' AND json_extract(state, '$.fields.sha256[0][1]') = :name
            UNION SELECT id FROM record
            WHERE kind = 'attachment' AND json_extract(state, '$.fields.thumb[0][1]') = :name";
        let mut find = self.0.prepare_cached(sql)?;
        let keys = find.query_map(named_params! { ":name": blob.to_string() }, |row| {
            Ok(RecordKey::new("attachment", record_id(row, "id")?))
        })?;
        Ok(keys.collect::<Result<_, _>>()?)
    }
}
