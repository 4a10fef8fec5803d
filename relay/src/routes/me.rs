//! `GET /v1/me`: what the relay knows of the device that asks, and what it may be given.

use super::caller::Caller;
use crate::error::{RelayError, Result};
use crate::relay::Relay;
use crate::store::{Holder, Tx};
use crate::{backups, district, rights};
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::Deserialize;
use sync_protocol::day::day_of;
use sync_protocol::messages::{ChainEnd, Me, Person};
use sync_protocol::{Code, Epoch};

/// What a device may say of itself.
#[derive(Deserialize)]
pub struct Asked {
    /// The epoch that its cursors are of.
    epoch: Option<Epoch>,
}

pub async fn me(
    State(relay): State<Relay>,
    Caller(device): Caller,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Me>> {
    let Query(asked) = asked.map_err(|_| RelayError::refused(Code::RequestInvalid, "`epoch` is a UUID"))?;
    let (now_ms, told_ms) = (relay.now_ms(), relay.told_ms());
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
            // Read anew: the caller was looked up in an earlier snapshot.
            last: tx
                .device(device.number)?
                .and_then(|device| device.head)
                .map(|(number, edit)| ChainEnd { number, edit }),
            restored: match asked.epoch.filter(|of| *of != epoch) {
                Some(of) => {
                    let restored = district::restored_since(tx, of, &granted, now_ms)?;
                    if restored.is_none() {
                        tracing::warn!(
                            device = device.number.0,
                            "the device worked with another store and hands over nothing; if this one took its place, \
                             run `linli-relay allow-refill`"
                        );
                    }
                    restored
                }
                None => None,
            },
            enrol_again: district::is_copied(tx, device.number)?,
            backed_up: backups::backed_up(tx, device.number)?,
            now_ms: told_ms,
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
