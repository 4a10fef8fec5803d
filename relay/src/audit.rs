//! The audit trail: entries that can be added to and read, and in which a change shows.
//!
//! Invariants:
//! - An entry is appended in the transaction that accepts the edit it speaks of, and by nothing else.
//! - It names who, when, which record and field, and why; it never holds the value.
//! - Each entry's hash covers the entry before it, so that whoever changes, drops or inserts one is found by [`verify`].
//!   What was cut off at the end shows only beside a copy of the last hash, which `audit list` prints.

use crate::erasing::Erasure;
use crate::error::Result;
use crate::store::{AuditRow, Tx};
use serde::{Deserialize, Serialize};
use sync_protocol::canonical::sha256;
use sync_protocol::{Channel, DeviceNumber, Edit, EditId, RecordId, day};

/// What an entry says. Fields that an entry of another kind does not need are left out of its body.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Entry {
    pub person: RecordId,
    pub device: DeviceNumber,
    /// When it happened, by the device's corrected clock, and when the relay heard of it.
    pub happened_at: String,
    pub received_at: String,
    /// `kind:id`.
    pub record: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    pub edit: EditId,
}

/// Appends a look at a masked value. `home` are the channels of the record looked at.
pub fn append_reveal<'c>(
    tx: &dyn Tx,
    edit: &Edit,
    id: EditId,
    home: impl Iterator<Item = &'c Channel>,
    district: &str,
    received_at: String,
) -> Result<()> {
    let text = |name: &str| edit.fields.get(name).and_then(|field| field.value.as_text()).map(str::to_owned);
    let entry = Entry {
        person: edit.author,
        device: edit.device,
        happened_at: text("happened_at").unwrap_or_default(),
        received_at,
        record: text("record").unwrap_or_default(),
        field: text("field"),
        reason: text("reason"),
        edit: id,
    };
    append(tx, &home_division(home, district), "reveal", &entry)
}

/// Appends that everything held on a resident was erased. `home` are the channels they were in.
pub fn append_erasure<'c>(
    tx: &dyn Tx,
    erasure: &Erasure,
    home: impl Iterator<Item = &'c Channel>,
    district: &str,
    received_at: String,
) -> Result<()> {
    let entry = Entry {
        person: erasure.by,
        device: erasure.device,
        happened_at: day::time_text(erasure.at_ms),
        received_at,
        record: format!("resident:{}", erasure.resident),
        field: None,
        reason: serde_json::to_value(erasure.reason).ok().and_then(|word| word.as_str().map(str::to_owned)),
        edit: EditId::from_bytes([0; 16]),
    };
    append(tx, &home_division(home, district), "erase", &entry)
}

/// The community that a record belongs to; the district where it belongs to none.
fn home_division<'c>(channels: impl Iterator<Item = &'c Channel>, district: &str) -> String {
    let community = channels.filter_map(Channel::code).filter_map(|code| code.get(..12)).min();
    community.unwrap_or(district).to_owned()
}

fn append(tx: &dyn Tx, chain: &str, what: &str, entry: &Entry) -> Result<()> {
    let last = tx.last_audit(chain)?;
    let (number, before) = last.map_or((1, Vec::new()), |last| (last.number + 1, last.hash));
    let body = serde_json::to_string(entry).map_err(|error| crate::error::RelayError::Damaged(error.to_string()))?;
    let hash = hash(chain, number, what, &body, &before);
    tx.append_audit(&AuditRow { chain: chain.to_owned(), number, what: what.to_owned(), body, hash })
}

/// The first entry of a trail that is not as it was written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Broken {
    pub chain: String,
    pub number: u64,
    pub reason: &'static str,
}

/// Checks every chain, entry by entry. `Ok(Err(..))` names the first bad entry.
pub fn verify(tx: &dyn Tx) -> Result<std::result::Result<u64, Broken>> {
    let mut checked = 0;
    for chain in tx.audit_chains()? {
        let (mut expected, mut before) = (1, Vec::new());
        for row in tx.audit(&chain)? {
            let broken = |reason| Ok(Err(Broken { chain: chain.clone(), number: row.number, reason }));
            if row.number != expected {
                return broken("an entry before it is missing");
            }
            if hash(&row.chain, row.number, &row.what, &row.body, &before) != row.hash {
                return broken("it is not as it was written");
            }
            (expected, before, checked) = (row.number + 1, row.hash, checked + 1);
        }
    }
    Ok(Ok(checked))
}

fn hash(chain: &str, number: u64, what: &str, body: &str, before: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Each part with its length, so that none can lend letters to the next.
    for part in [chain.as_bytes(), &number.to_be_bytes(), what.as_bytes(), body.as_bytes(), before] {
        bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part);
    }
    sha256(&bytes).to_vec()
}
