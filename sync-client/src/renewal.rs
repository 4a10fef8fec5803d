//! A device whose clock ran years ahead goes on under a new number, whose stamps are of today.
//!
//! Its stamps would otherwise stay ahead for years, and the relay would have to give each of them an order. What it wrote
//! under the former number and did not send yet goes up in the chain of the new one.

use crate::clock::Believed;
use crate::enrol::{enrol_believing, facts as enrolled};
use crate::error::{Result, SyncError};
use crate::round::{Replica, facts, on_store};
use crate::transport::Transport;
use crate::trust;
use local_store::{View, device};

/// An honest clock may be so far ahead.
const AHEAD_MS: u64 = 60_000;

/// Renews the device where its clock is ahead of the relay's; whether it was.
pub(crate) async fn if_ahead<T: Transport>(replica: &Replica, transport: &T) -> Result<bool> {
    let machine_ms = (replica.now_ms)();
    let read = on_store(replica, move |store| {
        store.read(&View::Everything, |tx| {
            let offset = device::fact(tx, facts::CLOCK_OFFSET)?.and_then(|text| text.parse().ok());
            // Before any word of the relay nobody knows who is wrong.
            let Some(offset) = offset else { return Ok((false, None)) };
            let now_ms = machine_ms.saturating_add_signed(offset);
            Ok((device::is_ahead(tx, now_ms, AHEAD_MS)?, device::fact(tx, trust::facts::RELAY_KEY)?))
        })
    });
    let (true, Some(relay_key)) = read.await? else { return Ok(false) };
    let code = transport.renew().await?.code;
    let mut nonce = [0; 16];
    getrandom::fill(&mut nonce).map_err(|_| SyncError::TaskEnded)?;
    let version = env!("CARGO_PKG_VERSION");
    let answer = enrol_believing(transport, &code, &Believed::Key(&relay_key), &replica.key, nonce, version).await?;
    let (number, token) = (answer.device, answer.token.clone());
    on_store(replica, move |store| {
        store.write(|tx| {
            device::renewed_as(tx, number)?;
            device::put_fact(tx, enrolled::TOKEN, &token)
        })
    })
    .await?;
    tracing::info!(device = number.0, "the clock had run ahead; it starts afresh under a new number");
    transport.take_token(answer.token);
    Ok(true)
}
