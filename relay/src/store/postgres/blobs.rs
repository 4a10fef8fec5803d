//! Who gave which blob, and the attachments that name one.

use super::locks::{Hold, Strength};
use super::tx::{PostgresTx, params};
use crate::error::Result;
use crate::store::Blobs;
use sync_protocol::blobs::BlobHash;
use sync_protocol::{RecordId, RecordKey};

impl Blobs for PostgresTx<'_> {
    fn put_giver(&self, blob: BlobHash, giver: &str, bytes: u64, now_ms: u64) -> Result<()> {
        // An attachment that comes at the same moment either finds the blob here or is found to name it.
        self.hold(Hold::Blob(blob), Strength::Alone)?;
        let sql = "INSERT INTO blob (district, sha256, giver, bytes, given_ms) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT DO NOTHING";
        self.send(sql, params![blob.0.to_vec(), giver.to_owned(), bytes as i64, now_ms as i64])
    }

    fn is_giver(&self, blob: BlobHash, giver: &str) -> Result<bool> {
        let sql = "SELECT 1 FROM blob WHERE district = $1 AND sha256 = $2 AND giver = $3";
        Ok(self.ask_one(sql, params![blob.0.to_vec(), giver.to_owned()])?.is_some())
    }

    fn drop_givers(&self, blob: BlobHash) -> Result<()> {
        self.hold(Hold::Blob(blob), Strength::Alone)?;
        self.send("DELETE FROM blob WHERE district = $1 AND sha256 = $2", params![blob.0.to_vec()])
    }

    fn attachments_naming(&self, blob: BlobHash) -> Result<Vec<RecordKey>> {
        self.hold(Hold::Blob(blob), Strength::Shared)?;
        let sql = "SELECT id FROM record
            WHERE district = $1 AND kind = 'attachment' AND state #>> '{fields,sha256,0,1}' = $2
            UNION SELECT id FROM record
            WHERE district = $1 AND kind = 'attachment' AND state #>> '{fields,thumb,0,1}' = $2";
        let rows = self.ask(sql, params![blob.to_string()])?;
        Ok(rows.iter().map(|row| RecordKey::new("attachment", RecordId(row.get(0)))).collect())
    }
}
