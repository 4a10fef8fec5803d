//! A person's right to be forgotten: everything held on a resident goes, and stays gone.
//!
//! Invariants:
//! - Of an erased record its id stays, for ever and without a value: the row is a mark ([`StoredRecord::is_erased`]), and so
//!   is each of its edits, which keep their place in their chains. Whatever is written of it later is taken as erased.
//! - An erasure stands in the ledger before the store changes, and is done again in whatever store is opened over that: a
//!   backup brings nobody back (F29).
//! - Every device that was ever given the record, or wrote of it, is told by an entry of a channel it holds.
//! - What is said of it in logs and the audit trail is ids, never a value.

use crate::accept::{RELAY_DEVICE, relay_person};
use crate::audit;
use crate::error::Result;
use crate::placing::Register;
use crate::store::{Listing, StoredEdit, Tx};
use std::collections::{BTreeMap, BTreeSet};
use sync_protocol::blobs::BlobHash;
use sync_protocol::messages::{ErasureReason, Fate, Outcome};
use sync_protocol::{
    Channel, ChannelFacet, Code, DeviceNumber, Digest, Edit, EditId, Facet, RecordId, RecordKey, RecordState, Schema,
    day,
};

/// Somebody's word that a resident is to be forgotten.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Erasure {
    pub resident: RecordId,
    pub reason: ErasureReason,
    pub by: RecordId,
    pub device: DeviceNumber,
    pub at_ms: u64,
}

impl Erasure {
    /// One that an operator asks for.
    pub fn by_operator(resident: RecordId, reason: ErasureReason, at_ms: u64) -> Self {
        Self { resident, reason, by: relay_person(), device: RELAY_DEVICE, at_ms }
    }
}

const ANY: &str = "erased";
/// Photos that nothing names any more, whose files are still to go.
const FORGOTTEN: &str = "forgotten_blobs";

/// Whether anything was ever erased here: a store in which nothing was need not ask.
pub fn is_any(tx: &dyn Tx) -> Result<bool> {
    Ok(tx.meta(ANY)?.is_some())
}

/// Everything that goes with a record: what stands below it and shares its id; of a resident also the needs that are
/// theirs, and those for whom they are named as a guardian.
pub fn everything_of(tx: &dyn Tx, schema: &Schema, record: &RecordKey) -> Result<BTreeSet<RecordKey>> {
    let district = crate::district::code(tx)?;
    let register = Register::new(tx, schema, &district);
    let mut found = BTreeSet::new();
    let mut open = vec![record.clone()];
    if record.kind == "resident" {
        open.extend(named_elsewhere(&register, tx, record.id)?);
    }
    while let Some(key) = open.pop() {
        if found.insert(key.clone()) {
            open.extend(register.below(&key)?.into_iter().map(|record| record.state.key()));
        }
    }
    Ok(found)
}

/// What is theirs and hangs below somebody else's record.
fn named_elsewhere(register: &Register<'_>, tx: &dyn Tx, resident: RecordId) -> Result<Vec<RecordKey>> {
    let mut found = Vec::new();
    let read = |key: &RecordKey| register.get(key);
    for residence in tx.pointing("residence", "resident", resident)? {
        let Some(household) = read(&residence)?.and_then(|one| one.state.reference("household")) else { continue };
        for need in tx.pointing("need", "household", household)? {
            if read(&need)?.is_some_and(|need| need.state.reference("resident") == Some(resident)) {
                found.push(need);
            }
        }
        for other in tx.pointing("residence", "household", household)? {
            let Some(child) = read(&other)?.and_then(|one| one.state.reference("resident")) else { continue };
            for guardian in tx.pointing("guardian", "child", child)? {
                if read(&guardian)?.is_some_and(|one| one.state.reference("guardian") == Some(resident)) {
                    found.push(guardian);
                }
            }
        }
    }
    Ok(found)
}

/// Erases a resident at somebody's word. How many records that were; done again it finds nothing more to do.
pub fn erase_resident(tx: &dyn Tx, schema: &Schema, erasure: &Erasure, now_ms: u64) -> Result<u32> {
    let key = RecordKey::new("resident", erasure.resident);
    let home = tx.record(&key)?.map(|held| held.placement.channels).unwrap_or_default();
    let records = erase(tx, schema, &key)?;
    if records > 0 {
        let district = crate::district::code(tx)?;
        audit::append_erasure(tx, erasure, home.iter(), &district, day::time_text(now_ms))?;
    }
    Ok(records)
}

/// Does again what the ledger says was done. Whether this store knew nothing of it: then it is a backup of before.
pub fn erase_again(tx: &dyn Tx, schema: &Schema, key: &RecordKey, now_ms: u64) -> Result<bool> {
    if key.kind == "resident" {
        let erasure = Erasure::by_operator(key.id, ErasureReason::Request, now_ms);
        return Ok(erase_resident(tx, schema, &erasure, now_ms)? > 0);
    }
    Ok(erase(tx, schema, key)? > 0)
}

fn erase(tx: &dyn Tx, schema: &Schema, record: &RecordKey) -> Result<u32> {
    let keys = everything_of(tx, schema, record)?;
    tx.claim(&keys.iter().map(|key| key.id).collect())?;
    tx.put_meta(ANY, b"1")?;
    let district = crate::district::code(tx)?;
    let register = Register::new(tx, schema, &district);
    let (mut records, mut blobs) = (0, BTreeSet::new());
    let mut told: BTreeMap<ChannelFacet, BTreeSet<RecordKey>> = BTreeMap::new();
    for key in &keys {
        let held = register.get(key)?;
        if held.as_ref().is_some_and(|held| held.is_erased()) {
            continue;
        }
        blobs.extend(held.iter().flat_map(|held| blobs_of(&held.state)));
        for edit in tx.edits_of(key)? {
            let at = ChannelFacet { channel: Channel::Person(edit.edit.author), facet: Facet::Personal };
            told.entry(at).or_default().insert(key.clone());
            tx.replace_edit(&mark_of(edit))?;
        }
        for waiting in tx.take_waiting(key)? {
            tx.replace_edit(&mark_of(waiting))?;
        }
        for at in tx.left(key)? {
            told.entry(at).or_default().insert(key.clone());
        }
        register.erase(key)?;
        records += 1;
    }
    if records == 0 {
        return Ok(0);
    }
    register.publish()?;
    // Where it departed long ago, and where it never was: who wrote of it keeps what they wrote for a while.
    for (at, keys) in told {
        let entries = |departed| keys.iter().map(move |key| Listing { record: key.clone(), departed });
        tx.list(&at, &entries(false).chain(entries(true)).collect::<Vec<_>>(), Digest::default())?;
    }
    let mut forgotten = forgotten_blobs(tx)?;
    for blob in blobs {
        if tx.attachments_naming(blob)?.is_empty() {
            tx.drop_givers(blob)?;
            forgotten.insert(blob);
        }
    }
    put_forgotten(tx, &forgotten)?;
    Ok(records)
}

/// The photos whose files are still to go. They go after the commit: bytes cannot be brought back.
pub fn forgotten_blobs(tx: &dyn Tx) -> Result<BTreeSet<BlobHash>> {
    let held = tx.meta(FORGOTTEN)?.unwrap_or_default();
    Ok(String::from_utf8_lossy(&held).lines().filter_map(|name| name.parse().ok()).collect())
}

/// Notes that these files are gone.
pub fn note_forgotten(tx: &dyn Tx, gone: &BTreeSet<BlobHash>) -> Result<()> {
    let left: BTreeSet<BlobHash> = forgotten_blobs(tx)?.difference(gone).copied().collect();
    put_forgotten(tx, &left)
}

fn put_forgotten(tx: &dyn Tx, blobs: &BTreeSet<BlobHash>) -> Result<()> {
    let names: Vec<String> = blobs.iter().map(BlobHash::to_string).collect();
    tx.put_meta(FORGOTTEN, names.join("\n").as_bytes())
}

fn blobs_of(attachment: &RecordState) -> Vec<BlobHash> {
    if attachment.kind != "attachment" {
        return Vec::new();
    }
    let names = ["sha256", "thumb"].into_iter().filter_map(|field| attachment.text(field));
    names.filter_map(|name| name.parse().ok()).collect()
}

/// An edit without what it said, in its place in its chain.
fn mark_of(stored: StoredEdit) -> StoredEdit {
    StoredEdit { edit: without_values(&stored.edit), outcome: outcome_of(&stored.edit, stored.id), ..stored }
}

pub fn without_values(edit: &Edit) -> Edit {
    Edit { fields: BTreeMap::new(), ..edit.clone() }
}

pub fn outcome_of(edit: &Edit, id: EditId) -> Outcome {
    Outcome {
        number: edit.number,
        edit: id,
        result: Fate::Erased,
        code: Some(Code::Erased),
        fields: BTreeMap::new(),
        revision: None,
        order: None,
        receipt: None,
    }
}
