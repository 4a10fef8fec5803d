//! What the ledger remembers.

use crate::store::{Holder, StoredDevice};
use serde::{Deserialize, Serialize};
use sync_protocol::{DeviceNumber, EditId, Epoch, RecordId, RecordKey};

/// One thing that must outlive the store and every backup of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Entry {
    /// A device got a number, or the same device a new token. The number is never given again.
    Enrolled(Enrolled),
    /// A device may never call again.
    Revoked { device: DeviceNumber },
    /// What an assignment's end was set to.
    RightEnded(RightEnd),
    /// A record is gone by a person's right to be forgotten, and never comes back.
    Erased { kind: String, record: RecordId },
    /// A life of the store began.
    Epoch { epoch: Epoch },
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Enrolled {
    pub device: DeviceNumber,
    /// Whose tablet it is, or which division's console.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<RecordId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub division: Option<String>,
    pub key: String,
    /// Of 256 random bits, so it opens nothing.
    pub token_hash: String,
    pub app_version: String,
}

impl Enrolled {
    pub fn new(device: &StoredDevice, token_hash: &[u8; 32], app_version: &str) -> Self {
        let (person, division) = match &device.holder {
            Holder::Person(person) => (Some(*person), None),
            Holder::Console(division) => (None, Some(division.clone())),
            Holder::Relay => (None, None),
        };
        Self {
            device: device.number,
            person,
            division,
            key: device.key.clone(),
            token_hash: sync_protocol::canonical::hex(token_hash),
            app_version: app_version.to_owned(),
        }
    }

    pub fn holder(&self) -> Holder {
        match (self.person, &self.division) {
            (Some(person), _) => Holder::Person(person),
            (None, Some(division)) => Holder::Console(division.clone()),
            (None, None) => Holder::Relay,
        }
    }

    /// `None` where the text is no hash.
    pub fn token_hash(&self) -> Option<[u8; 32]> {
        let mut bytes = [0; 32];
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(self.token_hash.get(at * 2..at * 2 + 2)?, 16).ok()?;
        }
        Some(bytes)
    }
}

/// How an assignment stood after an edit of its end.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RightEnd {
    pub assignment: RecordId,
    pub until: Option<String>,
    pub deleted: bool,
    /// The edit that set it: a store that has it knows of this end, whatever came after.
    pub device: DeviceNumber,
    pub number: u32,
    pub edit: EditId,
}

impl RightEnd {
    pub fn key(&self) -> RecordKey {
        RecordKey::new("assignment", self.assignment)
    }
}
