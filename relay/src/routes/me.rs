//! `GET /v1/me`: what the relay knows of the device that asks, and what it may be given.

use super::caller::Caller;
use crate::error::Result;
use crate::relay::Relay;
use crate::store::{Holder, Tx};
use crate::{district, rights};
use axum::Json;
use axum::extract::State;
use sync_protocol::day::day_of;
use sync_protocol::messages::{Me, Person};

pub async fn me(State(relay): State<Relay>, Caller(device): Caller) -> Result<Json<Me>> {
    let now_ms = relay.now_ms();
    let (epoch, cache) = (relay.epoch(), relay.clone());
    let me = relay.read(move |tx| {
        let granted = cache.rights().granted(tx, &device.holder, &day_of(now_ms))?;
        Ok(Me {
            device: device.number,
            person: person_of(tx, &device.holder)?,
            epoch,
            demonstration: district::is_demonstration(tx)?,
            grants_version: granted.version.clone(),
            grants: granted.grants.clone(),
            now_ms,
        })
    });
    Ok(Json(me.await?))
}

/// Whose tablet it is; nobody's for a console.
pub fn person_of(tx: &dyn Tx, holder: &Holder) -> Result<Option<Person>> {
    match holder {
        Holder::Person(id) => Ok(Some(Person { id: *id, name: rights::name_of(tx, *id)? })),
        Holder::Console(_) | Holder::Relay => Ok(None),
    }
}
