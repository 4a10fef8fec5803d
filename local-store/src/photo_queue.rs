//! Which photos are still to travel, and in which order: thumbnails before originals, what somebody waits for in between.

use crate::error::{Result, StoreError};
use crate::store::Tx;
use sync_protocol::blobs::BlobHash;

/// A blob to send. `sent` is what the relay said it has of it; `None` before it was ever offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Upload {
    pub name: BlobHash,
    pub bytes: u64,
    pub sent: Option<u64>,
}

/// What waits to be sent. Counted apart from edits: words that wait and photos that wait are two things to a worker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    pub photos: u32,
    pub bytes: u64,
    pub oldest_ms: Option<u64>,
}

/// The attachment whose record the relay has; text goes before photos.
const NAMED: &str =
    "EXISTS (SELECT 1 FROM attachment AS a WHERE (a.sha256 = blob.sha256 OR a.thumb = blob.sha256) AND a.unsent = 0)";

/// The next thumbnail or original to send, oldest first.
pub fn next_upload(tx: &Tx<'_>, thumb: bool) -> Result<Option<Upload>> {
    let sql = format!(
        "SELECT sha256, bytes, sent FROM blob WHERE upload = 1 AND thumb = ?1 AND bytes IS NOT NULL AND {NAMED} ORDER BY no LIMIT 1"
    );
    let mut query = tx.prepare_cached(&sql)?;
    let mut rows = query.query([thumb])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let sent: Option<i64> = row.get(2)?;
    Ok(Some(Upload {
        name: name(&row.get::<_, String>(0)?)?,
        bytes: row.get::<_, i64>(1)?.cast_unsigned(),
        sent: sent.map(i64::cast_unsigned),
    }))
}

/// Notes what the relay has of a blob now.
pub fn note_sent(tx: &Tx<'_>, name: BlobHash, held: u64, whole: bool) -> Result<()> {
    let sql =
        "UPDATE blob SET sent = ?2, upload = CASE WHEN ?3 THEN 2 ELSE upload END WHERE sha256 = ?1 AND upload = 1";
    tx.prepare_cached(sql)?.execute((name.to_string(), held.cast_signed(), whole))?;
    Ok(())
}

/// A restored relay may lack photos that it had: all that were sent from here are offered once more. It says of each
/// how much it holds, so nothing is sent twice.
pub(crate) fn offer_again(tx: &Tx<'_>) -> Result<()> {
    tx.execute("UPDATE blob SET upload = 1, sent = NULL WHERE upload = 2", [])?;
    Ok(())
}

/// What of a photo is still on this device only.
pub fn waiting(tx: &Tx<'_>) -> Result<Waiting> {
    let sql = "SELECT count(*) FROM attachment AS a \
               WHERE EXISTS (SELECT 1 FROM blob WHERE upload = 1 AND sha256 IN (a.sha256, a.thumb))";
    let photos = tx.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
    let sql = "SELECT coalesce(sum(bytes - coalesce(sent, 0)), 0), min(added_ms) FROM blob WHERE upload = 1 \
               AND EXISTS (SELECT 1 FROM attachment AS a WHERE a.sha256 = blob.sha256 OR a.thumb = blob.sha256)";
    let (bytes, oldest): (i64, Option<i64>) =
        tx.prepare_cached(sql)?.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(Waiting { photos, bytes: bytes.cast_unsigned(), oldest_ms: oldest.map(i64::cast_unsigned) })
}

/// Whether a photo is on this device only, all or part of it.
pub fn is_waiting(tx: &Tx<'_>, sha256: &str, thumb: Option<&str>) -> Result<bool> {
    let sql = "SELECT 1 FROM blob WHERE upload = 1 AND sha256 IN (?1, ?2)";
    Ok(tx.prepare_cached(sql)?.exists((sha256, thumb))?)
}

/// The originals that somebody opened and that are not here.
pub fn wanted(tx: &Tx<'_>) -> Result<Vec<BlobHash>> {
    names(tx, "SELECT sha256 FROM blob WHERE wanted = 1 AND bytes IS NOT held ORDER BY no")
}

/// The thumbnails that are not here, newest photo first.
pub fn missing_thumbs(tx: &Tx<'_>) -> Result<Vec<BlobHash>> {
    names(
        tx,
        "SELECT a.thumb FROM attachment AS a LEFT JOIN blob ON blob.sha256 = a.thumb \
         WHERE a.thumb IS NOT NULL AND (blob.bytes IS NULL OR blob.bytes > blob.held) ORDER BY a.id DESC LIMIT 1000",
    )
}

fn names(tx: &Tx<'_>, sql: &str) -> Result<Vec<BlobHash>> {
    let mut query = tx.prepare_cached(sql)?;
    let found: Vec<String> = query.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    found.iter().map(|text| name(text)).collect()
}

fn name(text: &str) -> Result<BlobHash> {
    text.parse().map_err(|_| StoreError::Unreadable("sha256".to_owned()))
}
