//! Photos that were picked and not saved yet, and the photos of a record.
//!
//! A picked photo has its bytes and its id here from the moment it was picked, so that a draft needs to keep the id only.
//! Saving turns it into an attachment in the transaction of the form it belongs to ([`unstage`]).

use crate::blobs;
use crate::error::Result;
use crate::rows::id;
use crate::store::Tx;
use rusqlite::OptionalExtension;
use sync_protocol::blobs::BlobHash;
use sync_protocol::{RecordId, RecordKey};

/// A picked photo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staged {
    pub sha256: BlobHash,
    pub thumb: BlobHash,
    pub bytes: u64,
}

/// Picked photos that no form was saved with are kept this long.
const KEPT_MS: u64 = 30 * 24 * 3_600_000;

/// Keeps a picked photo for the person who picked it.
pub fn stage(
    tx: &Tx<'_>,
    photo: RecordId,
    person: RecordId,
    whole: &[u8],
    thumb: &[u8],
    now_ms: u64,
) -> Result<Staged> {
    forget_old(tx, now_ms)?;
    let staged = Staged {
        sha256: blobs::put(tx, whole, false, now_ms)?,
        thumb: blobs::put(tx, thumb, true, now_ms)?,
        bytes: whole.len() as u64,
    };
    let sql = "INSERT INTO staged_photo (id, person, sha256, thumb, bytes, added_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    tx.prepare_cached(sql)?.execute((
        photo.as_bytes(),
        person.as_bytes(),
        staged.sha256.to_string(),
        staged.thumb.to_string(),
        staged.bytes.cast_signed(),
        now_ms.cast_signed(),
    ))?;
    Ok(staged)
}

/// A picked photo, for who picked it.
pub fn staged(tx: &Tx<'_>, photo: RecordId, person: RecordId) -> Result<Option<Staged>> {
    let mut query = tx.prepare_cached("SELECT sha256, thumb, bytes FROM staged_photo WHERE id = ?1 AND person = ?2")?;
    let found = query
        .query_row((photo.as_bytes(), person.as_bytes()), |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, i64>(2)?))
        })
        .optional()?;
    found
        .map(|(sha256, thumb, bytes)| {
            Ok(Staged { sha256: name(&sha256)?, thumb: name(&thumb)?, bytes: bytes.cast_unsigned() })
        })
        .transpose()
}

/// Takes a picked photo out of the picked ones and queues its bytes. The caller saves the attachment in this transaction.
pub fn unstage(tx: &Tx<'_>, photo: RecordId, person: RecordId) -> Result<Option<Staged>> {
    let Some(staged) = staged(tx, photo, person)? else { return Ok(None) };
    tx.prepare_cached("DELETE FROM staged_photo WHERE id = ?1")?.execute([photo.as_bytes()])?;
    blobs::send(tx, staged.thumb)?;
    blobs::send(tx, staged.sha256)?;
    Ok(Some(staged))
}

/// Forgets a picked photo. One that is not there is no error: it was saved or forgotten already.
pub fn forget(tx: &Tx<'_>, photo: RecordId, person: RecordId) -> Result<()> {
    let Some(staged) = staged(tx, photo, person)? else { return Ok(()) };
    tx.prepare_cached("DELETE FROM staged_photo WHERE id = ?1")?.execute([photo.as_bytes()])?;
    blobs::drop_unnamed(tx, &staged.sha256.to_string())?;
    blobs::drop_unnamed(tx, &staged.thumb.to_string())
}

fn forget_old(tx: &Tx<'_>, now_ms: u64) -> Result<()> {
    let sql = "DELETE FROM staged_photo WHERE added_ms < ?1 RETURNING sha256, thumb";
    let before = now_ms.saturating_sub(KEPT_MS).cast_signed();
    let old: Vec<(String, String)> = tx
        .prepare_cached(sql)?
        .query_map([before], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    for (sha256, thumb) in old {
        blobs::drop_unnamed(tx, &sha256)?;
        blobs::drop_unnamed(tx, &thumb)?;
    }
    Ok(())
}

/// The attachments of a record in view, in the order they were made.
pub fn of(tx: &Tx<'_>, about: &RecordKey) -> Result<Vec<RecordId>> {
    let mut query = tx.prepare_cached("SELECT id FROM attachment WHERE about = ?1 ORDER BY id")?;
    Ok(query.query_map([about.to_string()], |row| id(row, "id"))?.collect::<rusqlite::Result<_>>()?)
}

fn name(text: &str) -> Result<BlobHash> {
    text.parse().map_err(|_| crate::StoreError::Unreadable("sha256".to_owned()))
}
