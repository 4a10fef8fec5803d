//! What the relay keeps, behind one trait, so that another database is a new file beside the first.
//!
//! Invariants:
//! - Everything a call changes happens in one transaction; an error rolls all of it back.
//! - A read sees one snapshot, and no position whose smaller neighbours could still appear.
//! - What a write has read nobody else changes before it commits, as if writes came one after another. A store that
//!   runs several at once sees to that itself, with locks taken in one order: devices, records by id
//!   ([`Records::claim`]), channels by name ([`Channels::list`] comes last).
//! - Work given to [`Store::write`] may run again after a deadlock, so it keeps nothing from a run that failed.

mod columns;
mod fresh;
mod types;

pub mod copying;
pub mod place;
pub mod postgres;
pub mod sqlite;

pub use fresh::{Bulk, Fresh};
pub use types::{
    Account, AuditRow, Entry, FailedSignIn, Holder, Link, Listing, NewDevice, OneTimeCode, Session, Standing,
    StoredDevice, StoredEdit, StoredRecord,
};

use crate::error::Result;
use std::collections::BTreeSet;
use sync_protocol::blobs::BlobHash;
use sync_protocol::record::Accepted;
use sync_protocol::{ChannelFacet, DeviceNumber, Digest, EditId, Epoch, RecordId, RecordKey, Stamp};

/// A store: something that runs work in transactions.
pub trait Store: Send + Sync {
    fn read_with(&self, work: &mut dyn FnMut(&dyn Tx) -> Result<()>) -> Result<()>;
    fn write_with(&self, work: &mut dyn FnMut(&dyn Tx) -> Result<()>) -> Result<()>;
    /// A number that changes when any process commits to this store.
    fn version(&self) -> Result<i64>;
    /// The time by the one clock that all relays of this store go by, in milliseconds since 1970.
    fn now_ms(&self) -> u64;
    /// How many writes may be at work at once.
    fn writers(&self) -> u32;
}

impl dyn Store + '_ {
    pub fn read<T>(&self, mut work: impl FnMut(&dyn Tx) -> Result<T>) -> Result<T> {
        let mut answer = None;
        self.read_with(&mut |tx| work(tx).map(|value| answer = Some(value)))?;
        answer.ok_or_else(|| crate::error::RelayError::Damaged("a read gave no answer".to_owned()))
    }

    pub fn write<T>(&self, mut work: impl FnMut(&dyn Tx) -> Result<T>) -> Result<T> {
        let mut answer = None;
        self.write_with(&mut |tx| work(tx).map(|value| answer = Some(value)))?;
        answer.ok_or_else(|| crate::error::RelayError::Damaged("a write gave no answer".to_owned()))
    }

    /// Begins a new life of the store, as after a restore: cursors of the life before mean nothing in it.
    pub fn new_epoch(&self) -> Result<Epoch> {
        self.write(crate::district::new_epoch)
    }
}

/// One transaction.
pub trait Tx: Records + Edits + Channels + Bulk + Devices + People + Audit + Blobs + Epochs + Meta {}

pub trait Records {
    /// Takes records that a write is going to change, all at once and in the order of their ids, so that two writes which
    /// meet wait for each other and not in a circle. Never needed for the result, only for the way to it.
    fn claim(&self, ids: &BTreeSet<RecordId>) -> Result<()>;
    fn record(&self, key: &RecordKey) -> Result<Option<StoredRecord>>;
    fn put_record(&self, record: &StoredRecord) -> Result<()>;
    fn put_link(&self, link: &Link) -> Result<()>;
    fn drop_link(&self, link: &Link) -> Result<()>;
    /// The records of a kind whose routing field points at an id.
    fn pointing(&self, kind: &str, field: &str, at: RecordId) -> Result<Vec<RecordKey>>;
    /// Every record with a routing field that points at an id.
    fn children(&self, parent: RecordId) -> Result<Vec<RecordKey>>;
    /// The next revision; each is given once in the life of the store.
    fn next_revision(&self) -> Result<u64>;
    fn division(&self, code: &str) -> Result<Option<StoredRecord>>;
    /// The codes of every division and grid under a code, itself not included.
    fn codes_under(&self, code: &str) -> Result<Vec<String>>;
}

pub trait Edits {
    /// The edits of a device with numbers from `first` to `last`.
    fn edits_numbered(&self, device: DeviceNumber, first: u32, last: u32) -> Result<Vec<StoredEdit>>;
    /// Stores an edit with its outcome, or a new outcome of an edit that was stored already.
    fn put_edit(&self, edit: &StoredEdit) -> Result<()>;
    /// Every edit of a record, whatever became of it.
    fn edits_of(&self, key: &RecordKey) -> Result<Vec<StoredEdit>>;
    /// Puts an edit in the place of itself: what it said may be gone.
    fn replace_edit(&self, edit: &StoredEdit) -> Result<()>;
    /// Every accepted edit of a record, without the fields that were refused.
    fn accepted_edits(&self, key: &RecordKey) -> Result<Vec<Accepted>>;
    fn wait_for(&self, key: &RecordKey, edit: (DeviceNumber, u32)) -> Result<()>;
    /// Takes the edits that wait for a record off the list, in the order they were made.
    fn take_waiting(&self, key: &RecordKey) -> Result<Vec<StoredEdit>>;
}

pub trait Channels {
    /// Gives each record the next position of a channel facet, in this order, and changes its digest by as much.
    fn list(&self, at: &ChannelFacet, listings: &[Listing], change: Digest) -> Result<()>;
    /// Where each of these stands; nothing at all before the first entry.
    fn standings(&self, of: &[&ChannelFacet]) -> Result<Vec<Standing>>;
    fn standing(&self, at: &ChannelFacet) -> Result<Standing> {
        Ok(self.standings(&[at])?.pop().unwrap_or_default())
    }
    /// The position given last; 0 before the first.
    fn head(&self, at: &ChannelFacet) -> Result<u64> {
        Ok(self.standing(at)?.head)
    }
    /// How every channel facet there is stands.
    fn all_standings(&self) -> Result<Vec<(ChannelFacet, Standing)>>;
    fn entries_after(&self, at: &ChannelFacet, position: u64, limit: u32) -> Result<Vec<Entry>>;
    fn count_after(&self, at: &ChannelFacet, position: u64) -> Result<u64>;
    /// Drops the entries up to a position that say that a record departed or is deleted, but for those that were erased. How
    /// many, and the last position among them.
    fn sweep(&self, at: &ChannelFacet, up_to: u64) -> Result<(u64, u64)>;
    /// The channel facets that listed a record once and still say that it departed.
    fn left(&self, key: &RecordKey) -> Result<BTreeSet<ChannelFacet>>;
}

pub trait Devices {
    /// Gives a device the next number; each is given once.
    fn add_device(&self, device: &NewDevice) -> Result<DeviceNumber>;
    /// Puts a device back under the number it was given, which is then given to no other.
    fn put_device(&self, number: DeviceNumber, device: &NewDevice) -> Result<()>;
    /// Lets a device never call again.
    fn revoke(&self, number: DeviceNumber) -> Result<()>;
    /// The enrolled devices beyond a number, each with the hash of its token and the version of its app.
    fn devices_after(&self, number: Option<DeviceNumber>) -> Result<Vec<(StoredDevice, [u8; 32], String)>>;
    fn device(&self, number: DeviceNumber) -> Result<Option<StoredDevice>>;
    fn device_by_token(&self, token_hash: &[u8; 32]) -> Result<Option<StoredDevice>>;
    fn set_token(&self, number: DeviceNumber, token_hash: &[u8; 32]) -> Result<()>;
    fn set_contact(&self, number: DeviceNumber, now_ms: u64) -> Result<()>;
    /// Moves the end of a device's chain: the last edit, its number and its order.
    fn set_head(&self, number: DeviceNumber, last: u32, edit: EditId, order: Stamp) -> Result<()>;
}

pub trait People {
    fn code(&self, hash: &[u8; 32]) -> Result<Option<OneTimeCode>>;
    fn put_code(&self, code: &OneTimeCode) -> Result<()>;
    fn drop_codes_before(&self, expired_ms: u64) -> Result<()>;
    fn account(&self, sign_in_name: &str) -> Result<Option<Account>>;
    fn put_account(&self, account: &Account) -> Result<()>;
    fn failed_sign_in(&self, name_hash: &[u8; 32]) -> Result<Option<FailedSignIn>>;
    fn put_failed_sign_in(&self, name_hash: &[u8; 32], failed: FailedSignIn) -> Result<()>;
    fn drop_failed_sign_in(&self, name_hash: &[u8; 32]) -> Result<()>;
    fn session(&self, token_hash: &[u8; 32]) -> Result<Option<Session>>;
    fn put_session(&self, session: &Session) -> Result<()>;
    fn drop_session(&self, token_hash: &[u8; 32]) -> Result<()>;
    fn drop_sessions_before(&self, ended_ms: u64) -> Result<()>;
}

pub trait Audit {
    /// Adds an entry; there is no call that changes or removes one.
    fn append_audit(&self, row: &AuditRow) -> Result<()>;
    fn last_audit(&self, chain: &str) -> Result<Option<AuditRow>>;
    fn audit_chains(&self) -> Result<Vec<String>>;
    /// The entries of a chain in their order.
    fn audit(&self, chain: &str) -> Result<Vec<AuditRow>>;
}

pub trait Blobs {
    /// Notes that somebody gave all bytes of a blob.
    fn put_giver(&self, blob: BlobHash, giver: &str, bytes: u64, now_ms: u64) -> Result<()>;
    fn is_giver(&self, blob: BlobHash, giver: &str) -> Result<bool>;
    /// Forgets who gave a blob, and so that it was ever here.
    fn drop_givers(&self, blob: BlobHash) -> Result<()>;
    /// The attachments whose photo or thumbnail a blob is.
    fn attachments_naming(&self, blob: BlobHash) -> Result<Vec<RecordKey>>;
}

pub trait Epochs {
    /// Begins a new life of the store: notes where every channel stands, and lets revisions go on far beyond.
    fn begin_epoch(&self, id: Epoch, now_ms: u64) -> Result<()>;
    /// The least head of every channel among the beginnings of all lives after this one; `None` where it was never this
    /// store's. A channel that is not named stood at 0.
    fn heads_since(&self, epoch: Epoch) -> Result<Option<Vec<(ChannelFacet, u64)>>>;
}

pub trait Meta {
    fn meta(&self, key: &str) -> Result<Option<Vec<u8>>>;
    /// As [`Self::meta`], for a value that this write goes on to change and that others change as well. What is written
    /// once and only read from then on does not need it.
    fn meta_to_change(&self, key: &str) -> Result<Option<Vec<u8>>>;
    fn put_meta(&self, key: &str, value: &[u8]) -> Result<()>;
}
