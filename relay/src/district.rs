//! The single values of a store: its epoch, its district, the relay's own key, and whether it is a demonstration.

use crate::error::{RelayError, Result};
use crate::keys::{KeyPair, random};
use crate::store::{Meta, Tx};
use sync_protocol::messages::Division;
use sync_protocol::{Epoch, Hlc, Stamp};

/// What a store is made with at its first start, and keeps for life.
pub struct Identity {
    pub epoch: Epoch,
    pub key: KeyPair,
}

/// Reads the store's identity, making it where there is none.
pub fn identity(tx: &dyn Tx) -> Result<Identity> {
    let epoch = match text(tx, "epoch")? {
        Some(epoch) => epoch.parse().map_err(|_| damaged("epoch"))?,
        None => {
            let epoch = Epoch(uuid::Builder::from_random_bytes(random()?).into_uuid());
            tx.put_meta("epoch", epoch.to_string().as_bytes())?;
            epoch
        }
    };
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

/// The relay's clock: the greatest order it ever gave.
pub fn clock(tx: &dyn Tx) -> Result<Hlc> {
    let last = match text(tx, "clock")? {
        Some(last) => last.parse().map_err(|_| damaged("clock"))?,
        None => Stamp::ZERO,
    };
    Ok(Hlc::new(crate::accept::RELAY_DEVICE, last))
}

pub fn set_clock(tx: &dyn Tx, clock: &Hlc) -> Result<()> {
    tx.put_meta("clock", clock.last().to_string().as_bytes())
}

fn text<M: Meta + ?Sized>(tx: &M, key: &'static str) -> Result<Option<String>> {
    tx.meta(key)?.map(|bytes| String::from_utf8(bytes).map_err(|_| damaged(key))).transpose()
}

fn damaged(key: &str) -> RelayError {
    RelayError::Damaged(format!("the store's {key}"))
}
