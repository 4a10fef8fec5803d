//! The single values of a store: its epoch, its district, the relay's own key, and whether it is a demonstration.

use crate::error::{RelayError, Result};
use crate::keys::{KeyPair, random};
use crate::rights::Granted;
use crate::store::{Meta, Tx};
use sync_protocol::messages::{Division, Head, Restored};
use sync_protocol::{DeviceNumber, Epoch, Stamp};

/// What a store is made with at its first start, and keeps for life.
pub struct Identity {
    pub epoch: Epoch,
    pub key: KeyPair,
}

/// Reads the store's identity, making it where there is none.
pub fn identity(tx: &dyn Tx) -> Result<Identity> {
    let epoch = match epoch(tx)? {
        Some(epoch) => epoch,
        None => new_epoch(tx)?,
    };
    crate::receipts::Receipts::found(tx)?;
    let key = match tx.meta("relay_key")? {
        Some(secret) => KeyPair::from_secret(&secret)?,
        None => {
            let key = KeyPair::generate()?;
            tx.put_meta("relay_key", &key.secret())?;
            key
        }
    };
    Ok(Identity { epoch, key })
}

/// The life the store is in; `None` before its first start.
pub fn epoch(tx: &dyn Tx) -> Result<Option<Epoch>> {
    text(tx, "epoch")?.map(|epoch| epoch.parse().map_err(|_| damaged("epoch"))).transpose()
}

/// Begins a new life of the store. Cursors of the life before mean nothing in it: devices first bring what the store lacks.
pub fn new_epoch(tx: &dyn Tx) -> Result<Epoch> {
    let epoch = Epoch(uuid::Builder::from_random_bytes(random()?).into_uuid());
    tx.begin_epoch(epoch, crate::clock::now_ms())?;
    tx.put_meta("epoch", epoch.to_string().as_bytes())?;
    Ok(epoch)
}

/// How a device goes on that was in another epoch; nothing where that was never this store's, unless somebody allowed it.
pub fn restored_since(tx: &dyn Tx, epoch: Epoch, granted: &Granted, now_ms: u64) -> Result<Option<Restored>> {
    let Some(heads) = tx.heads_since(epoch)? else {
        let until_ms: u64 = text(tx, REFILL_UNTIL)?.and_then(|until| until.parse().ok()).unwrap_or(0);
        return Ok((now_ms < until_ms).then(|| Restored { heads: Vec::new() }));
    };
    let theirs = heads.into_iter().filter(|(at, _)| granted.facets.contains(at));
    let heads = theirs.map(|(at, position)| Head { channel: at.channel, facet: at.facet, position }).collect();
    Ok(Some(Restored { heads }))
}

/// Until when devices of any other life may hand over what they hold of their own.
const REFILL_UNTIL: &str = "refill_until";

/// Lets devices of another store refill this one (F21): an operator says that it took that one's place. The lives that the
/// ledger names become this store's for ever; all others may come until a moment, since a lost ledger names none.
pub fn allow_refill(tx: &dyn Tx, lives: &[Epoch], until_ms: u64, now_ms: u64) -> Result<()> {
    for life in lives {
        if tx.heads_since(*life)?.is_none() {
            tx.begin_epoch(*life, now_ms)?;
        }
    }
    // Each life sets revisions far beyond those of the one before. So far must this store be beyond the other's.
    for _ in 0..LIVES_ASIDE {
        tx.begin_epoch(Epoch(uuid::Builder::from_random_bytes(random()?).into_uuid()), now_ms)?;
    }
    tx.put_meta(REFILL_UNTIL, until_ms.to_string().as_bytes())
}

/// More lives than a store has had, where nobody knows how many.
const LIVES_ASIDE: usize = 8;

/// Marks a device number that two tablets were seen to use (F22).
pub fn mark_copied(tx: &dyn Tx, device: DeviceNumber) -> Result<()> {
    tx.put_meta(&copied_key(device), b"1")
}

/// Whether two tablets use a device's number, so that it has to be enrolled again.
pub fn is_copied(tx: &dyn Tx, device: DeviceNumber) -> Result<bool> {
    Ok(tx.meta(&copied_key(device))?.is_some())
}

fn copied_key(device: DeviceNumber) -> String {
    format!("copied {device}")
}

/// The code of the deployment's district; empty before its divisions were imported.
pub fn code(tx: &dyn Tx) -> Result<String> {
    Ok(text(tx, "district")?.unwrap_or_default())
}

pub fn set_code(tx: &dyn Tx, code: &str) -> Result<()> {
    tx.put_meta("district", code.as_bytes())
}

/// A division's code and name; the code stands for the name where the division is not known.
pub fn division(tx: &dyn Tx, code: &str) -> Result<Division> {
    let record = tx.division(code)?;
    let name = record.as_ref().and_then(|record| record.state.text("name")).unwrap_or(code);
    Ok(Division { code: code.to_owned(), name: name.to_owned() })
}

pub fn is_demonstration(tx: &dyn Tx) -> Result<bool> {
    Ok(tx.meta("demonstration")?.is_some())
}

pub fn set_demonstration(tx: &dyn Tx) -> Result<()> {
    tx.put_meta("demonstration", b"1")
}

/// The greatest order the relay ever gave, to give later ones after.
pub fn last_order(tx: &dyn Tx) -> Result<Stamp> {
    match spelled("clock", tx.meta_to_change("clock")?)? {
        Some(last) => last.parse().map_err(|_| damaged("clock")),
        None => Ok(Stamp::ZERO),
    }
}

/// The same, for who only looks.
pub fn highest_order(tx: &dyn Tx) -> Result<Stamp> {
    match text(tx, "clock")? {
        Some(last) => last.parse().map_err(|_| damaged("clock")),
        None => Ok(Stamp::ZERO),
    }
}

pub fn set_last_order(tx: &dyn Tx, last: Stamp) -> Result<()> {
    tx.put_meta("clock", last.to_string().as_bytes())
}

fn text<M: Meta + ?Sized>(tx: &M, key: &'static str) -> Result<Option<String>> {
    spelled(key, tx.meta(key)?)
}

fn spelled(key: &'static str, value: Option<Vec<u8>>) -> Result<Option<String>> {
    value.map(|bytes| String::from_utf8(bytes).map_err(|_| damaged(key))).transpose()
}

fn damaged(key: &str) -> RelayError {
    RelayError::Damaged(format!("the store's {key}"))
}
