//! Photos at the relay: bytes named by their hash, given in stretches, read by who may read a record that names them.
//!
//! Invariants:
//! - A blob counts only once all its bytes are there, their hash is right, and they are on durable storage.
//! - Its file is named by the hash as we spell it. Nothing that a caller sent stands in a path (F34).
//! - Who gives a blob gives all of it, whoever gave it before: nobody learns from the relay that it exists.
//! - An attachment opens a blob only where the device that wrote it belongs to who gave the bytes. A hash that somebody
//!   heard of is therefore of no use to them ([`may_read`]).

mod files;

pub use files::Files;

use crate::error::Result;
use crate::rights::Granted;
use crate::store::{Holder, Listing, Tx};
use std::collections::BTreeMap;
use sync_protocol::blobs::BlobHash;
use sync_protocol::{ChannelFacet, Digest, RecordKey};

/// A giver's name: the same for all devices of a person, so that a tablet enrolled anew goes on where it was.
pub fn giver(holder: &Holder) -> String {
    match holder {
        Holder::Person(person) => format!("person:{person}"),
        Holder::Console(division) => format!("console:{division}"),
        Holder::Relay => "relay".to_owned(),
    }
}

/// Whether somebody with these grants may read a blob.
pub fn may_read(tx: &dyn Tx, blob: BlobHash, granted: &Granted) -> Result<bool> {
    for key in tx.attachments_naming(blob)? {
        if is_seen(tx, &key, granted)? && is_of_giver(tx, &key, blob)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn is_seen(tx: &dyn Tx, key: &RecordKey, granted: &Granted) -> Result<bool> {
    let Some(record) = tx.record(key)?.filter(|record| !record.state.is_deleted()) else { return Ok(false) };
    let facet = record.placement.facet;
    let mut places = record.placement.channels.into_iter().map(|channel| ChannelFacet { channel, facet });
    Ok(places.any(|at| granted.facets.contains(&at)))
}

/// Whether the device that wrote the attachment belongs to who gave the blob.
fn is_of_giver(tx: &dyn Tx, key: &RecordKey, blob: BlobHash) -> Result<bool> {
    let Some(record) = tx.record(key)? else { return Ok(false) };
    let Some(mark) = record.state.marks.first() else { return Ok(false) };
    match tx.device(mark.stamp.device)? {
        Some(device) => tx.is_giver(blob, &giver(&device.holder)),
        None => Ok(false),
    }
}

/// Notes that a blob is there, and lists the attachments that name it once more, so that those who listen come for it.
pub fn arrived(tx: &dyn Tx, blob: BlobHash, giver: &str, bytes: u64, now_ms: u64) -> Result<()> {
    tx.put_giver(blob, giver, bytes, now_ms)?;
    let mut listings: BTreeMap<ChannelFacet, Vec<Listing>> = BTreeMap::new();
    for key in tx.attachments_naming(blob)? {
        let Some(record) = tx.record(&key)?.filter(|record| !record.state.is_deleted()) else { continue };
        for channel in record.placement.channels {
            let at = ChannelFacet { channel, facet: record.placement.facet };
            listings.entry(at).or_default().push(Listing { record: key.clone(), departed: false });
        }
    }
    listings.iter().try_for_each(|(at, listings)| tx.list(at, listings, Digest::default()))
}
