//! The bytes of photos, named by their hash, in pieces inside the encrypted store.
//!
//! They stand in the database rather than in files beside it, because then the store's own cipher covers them and one
//! transaction takes a photo and the record that names it: neither is ever there without the other. A photo as app-core
//! makes it is a few hundred kilobytes, and a tablet holds a few hundred of them, which SQLite reads as fast as files.
//!
//! Invariants:
//! - What is not whole is never shown: [`read`] answers only once every byte is here, and bytes from the relay have been
//!   checked against their hash by then.
//! - Bytes that wait to be sent are never dropped, whatever becomes of the records that name them.
//! - No view stands in front of these tables (scope.rs). They are read by a hash that an attachment in view names.

use crate::error::Result;
use crate::store::Tx;
use rusqlite::{OptionalExtension, named_params};
use sync_protocol::blobs::BlobHash;

/// Long enough for few rows, short enough that a line that drops every few seconds moves something.
pub const PIECE: usize = 64 * 1024;

/// How far a blob has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    pub held: u64,
    pub bytes: Option<u64>,
}

impl Standing {
    pub fn is_whole(self) -> bool {
        self.bytes == Some(self.held)
    }
}

/// What became of bytes that the relay sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    Some,
    Whole,
    /// They do not add up to their name. All of them were dropped.
    Wrong,
}

/// Stores bytes made here.
pub fn put(tx: &Tx<'_>, bytes: &[u8], thumb: bool, now_ms: u64) -> Result<BlobHash> {
    let name = BlobHash::of(bytes);
    if standing(tx, name)?.is_some_and(Standing::is_whole) {
        return Ok(name);
    }
    drop_bytes(tx, name)?;
    let no = row(tx, name, thumb, now_ms)?;
    for (at, piece) in bytes.chunks(PIECE).enumerate() {
        put_piece(tx, no, (at * PIECE) as u64, piece)?;
    }
    let length = bytes.len() as u64;
    set_standing(tx, no, length, length)?;
    Ok(name)
}

/// A blob's bytes, once all of them are here.
pub fn read(tx: &Tx<'_>, name: BlobHash) -> Result<Option<Vec<u8>>> {
    if !standing(tx, name)?.is_some_and(Standing::is_whole) {
        return Ok(None);
    }
    let sql = "SELECT data FROM blob_piece WHERE blob = (SELECT no FROM blob WHERE sha256 = ?1) ORDER BY at";
    let mut query = tx.prepare_cached(sql)?;
    let mut rows = query.query([name.to_string()])?;
    let mut bytes = Vec::new();
    while let Some(row) = rows.next()? {
        bytes.extend_from_slice(row.get_ref(0)?.as_blob().unwrap_or_default());
    }
    Ok(Some(bytes))
}

pub fn standing(tx: &Tx<'_>, name: BlobHash) -> Result<Option<Standing>> {
    let mut query = tx.prepare_cached("SELECT held, bytes FROM blob WHERE sha256 = ?1")?;
    let found = query.query_row([name.to_string()], |row| {
        let bytes: Option<i64> = row.get(1)?;
        Ok(Standing { held: row.get::<_, i64>(0)?.cast_unsigned(), bytes: bytes.map(i64::cast_unsigned) })
    });
    Ok(found.optional()?)
}

/// Takes the next bytes of a blob from the relay, which said how long all of it is. Bytes of another place are ignored:
/// they were asked for before something else moved it.
pub fn append(
    tx: &Tx<'_>,
    name: BlobHash,
    thumb: bool,
    at: u64,
    whole: u64,
    data: &[u8],
    now_ms: u64,
) -> Result<Taken> {
    let no = row(tx, name, thumb, now_ms)?;
    let before = standing(tx, name)?.unwrap_or(Standing { held: 0, bytes: None });
    if before.is_whole() {
        return Ok(Taken::Whole);
    }
    if before.held != at {
        return Ok(Taken::Some);
    }
    put_piece(tx, no, at, data)?;
    let held = at + data.len() as u64;
    set_standing(tx, no, held, whole)?;
    if held < whole {
        return Ok(Taken::Some);
    }
    let bytes = read(tx, name)?.unwrap_or_default();
    if BlobHash::of(&bytes) != name {
        drop_bytes(tx, name)?;
        return Ok(Taken::Wrong);
    }
    tx.prepare_cached("UPDATE blob SET wanted = 0 WHERE no = ?1")?.execute([no])?;
    Ok(Taken::Whole)
}

/// Notes that somebody would like to see a blob that is not here.
pub fn want(tx: &Tx<'_>, name: BlobHash, now_ms: u64) -> Result<()> {
    let no = row(tx, name, false, now_ms)?;
    tx.prepare_cached("UPDATE blob SET wanted = 1 WHERE no = ?1 AND bytes IS NOT held")?.execute([no])?;
    Ok(())
}

/// Queues a blob that a saved attachment names. One that the relay has from us already is not sent twice.
pub fn send(tx: &Tx<'_>, name: BlobHash) -> Result<()> {
    let sql = "UPDATE blob SET upload = 1, sent = NULL WHERE sha256 = ?1 AND upload = 0";
    tx.prepare_cached(sql)?.execute([name.to_string()])?;
    Ok(())
}

/// Forgets bytes that nothing here names any more.
pub(crate) fn drop_unnamed(tx: &Tx<'_>, name: &str) -> Result<()> {
    let sql = "SELECT no FROM blob WHERE sha256 = :name AND upload <> 1 \
               AND NOT EXISTS (SELECT 1 FROM attachment WHERE sha256 = :name OR thumb = :name) \
               AND NOT EXISTS (SELECT 1 FROM staged_photo WHERE sha256 = :name OR thumb = :name)";
    let found = tx.prepare_cached(sql)?.query_row(named_params! { ":name": name }, |row| row.get::<_, i64>(0));
    if let Some(no) = found.optional()? {
        tx.prepare_cached("DELETE FROM blob_piece WHERE blob = ?1")?.execute([no])?;
        tx.prepare_cached("DELETE FROM blob WHERE no = ?1")?.execute([no])?;
    }
    Ok(())
}

fn drop_bytes(tx: &Tx<'_>, name: BlobHash) -> Result<()> {
    let sql = "DELETE FROM blob_piece WHERE blob = (SELECT no FROM blob WHERE sha256 = ?1)";
    tx.prepare_cached(sql)?.execute([name.to_string()])?;
    tx.prepare_cached("UPDATE blob SET held = 0, bytes = NULL WHERE sha256 = ?1")?.execute([name.to_string()])?;
    Ok(())
}

fn row(tx: &Tx<'_>, name: BlobHash, thumb: bool, now_ms: u64) -> Result<i64> {
    let sql = "INSERT INTO blob (sha256, thumb, added_ms) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
    tx.prepare_cached(sql)?.execute((name.to_string(), thumb, now_ms.cast_signed()))?;
    let mut query = tx.prepare_cached("SELECT no FROM blob WHERE sha256 = ?1")?;
    Ok(query.query_row([name.to_string()], |row| row.get(0))?)
}

fn put_piece(tx: &Tx<'_>, no: i64, at: u64, data: &[u8]) -> Result<()> {
    let sql = "INSERT OR REPLACE INTO blob_piece (blob, at, data) VALUES (?1, ?2, ?3)";
    tx.prepare_cached(sql)?.execute((no, at.cast_signed(), data))?;
    Ok(())
}

fn set_standing(tx: &Tx<'_>, no: i64, held: u64, bytes: u64) -> Result<()> {
    let sql = "UPDATE blob SET held = ?2, bytes = ?3 WHERE no = ?1";
    tx.prepare_cached(sql)?.execute((no, held.cast_signed(), bytes.cast_signed()))?;
    Ok(())
}
