//! What goes into a store and comes out of it.

use std::collections::{BTreeMap, BTreeSet};
use sync_protocol::messages::{Fate, Outcome};
use sync_protocol::record::{Accepted, RecordState};
use sync_protocol::routes::Placement;
use sync_protocol::{DeviceNumber, Digest, Edit, EditId, Facet, RecordId, RecordKey, Stamp};

/// A record as it stands, and where it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredRecord {
    pub revision: u64,
    pub state: RecordState,
    pub placement: Placement,
}

impl StoredRecord {
    /// A mark that is left where a record was: its id, and nothing else.
    pub fn erased(key: &RecordKey, revision: u64, facet: Facet) -> Self {
        let (marks, fields) = (Vec::new(), BTreeMap::new());
        let state = RecordState { kind: key.kind.clone(), id: key.id, marks, fields };
        Self { revision, state, placement: Placement { channels: BTreeSet::new(), facet } }
    }

    pub fn is_erased(&self) -> bool {
        self.state.marks.is_empty()
    }
}

/// A routing field of a child that points at a parent.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Link {
    pub parent: RecordId,
    pub child: RecordKey,
    pub field: &'static str,
}

/// An edit with what became of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredEdit {
    /// The device in whose chain it came. Another than the edit's own where a tablet was enrolled again and brought with it
    /// what it had written under its former number.
    pub chain: DeviceNumber,
    pub id: EditId,
    pub edit: Edit,
    pub outcome: Outcome,
    pub received_ms: u64,
}

impl StoredEdit {
    /// Whether it counts in its record.
    pub fn is_accepted(&self) -> bool {
        matches!(self.outcome.result, Fate::Merged | Fate::Conflict)
    }

    /// As it counts in its record: without the fields that were refused.
    pub fn accepted(self) -> Accepted {
        let Self { id, mut edit, outcome, .. } = self;
        edit.fields.retain(|name, _| outcome.fields.get(name).is_none_or(|field| field.result != Fate::Refused));
        Accepted { edit, id, order: outcome.order }
    }
}

/// A change of a channel facet's list: a record that is in it, or has left it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listing {
    pub record: RecordKey,
    pub departed: bool,
}

/// A channel facet as a whole: the position given last, how many entries there are before and at it, and the digest of
/// the records it lists.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Standing {
    pub head: u64,
    pub entries: u64,
    pub digest: Digest,
}

/// An entry of a channel facet; the record is absent where it departed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    pub position: u64,
    pub key: RecordKey,
    pub record: Option<(u64, RecordState)>,
    /// How long the record's state is as JSON.
    pub bytes: usize,
}

/// Whose device it is.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Holder {
    /// A person's tablet.
    Person(RecordId),
    /// The console of a division and all under it.
    Console(String),
    /// The relay itself, which writes imports.
    Relay,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredDevice {
    pub number: DeviceNumber,
    pub holder: Holder,
    /// P-256 public key as the wire spells it.
    pub key: String,
    pub is_revoked: bool,
    pub last_contact_ms: u64,
    /// The number and id of the last edit of its chain.
    pub head: Option<(u32, EditId)>,
    pub head_order: Stamp,
}

impl StoredDevice {
    pub fn last_number(&self) -> u32 {
        self.head.map_or(0, |(number, _)| number)
    }
}

pub struct NewDevice {
    pub holder: Holder,
    pub key: String,
    pub token_hash: [u8; 32],
    pub app_version: String,
    pub now_ms: u64,
}

/// A one-time code; what it was for and, once used, by which device.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OneTimeCode {
    pub hash: [u8; 32],
    pub holder: Holder,
    pub expires_ms: u64,
    pub used_by: Option<(DeviceNumber, String)>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Account {
    pub person: RecordId,
    pub sign_in_name: String,
    /// Argon2id, as a PHC string.
    pub password_hash: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FailedSignIn {
    pub failures: u32,
    pub wait_until_ms: u64,
}

/// An entry of the audit trail, as it was hashed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AuditRow {
    pub chain: String,
    pub number: u64,
    pub what: String,
    pub body: String,
    pub hash: Vec<u8>,
}

/// A person signed in at a console.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Session {
    pub token_hash: [u8; 32],
    pub person: RecordId,
    pub device: DeviceNumber,
    pub ends_ms: u64,
}
