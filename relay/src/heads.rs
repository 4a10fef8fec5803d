//! Where every channel stands, read once per change for all who listen.
//!
//! Thousands of devices listen, and each commit wakes all of them. They share one reading of the heads, at most a few
//! in a second; what a device may see is picked out of it in memory.

use crate::error::Result;
use crate::relay::Relay;
use crate::rights;
use crate::store::{Standing, Tx};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use sync_protocol::ChannelFacet;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// Commits that come closer together than this are told of together.
const AT_MOST_EVERY: Duration = Duration::from_millis(50);

pub struct Heads {
    standings: HashMap<ChannelFacet, Standing>,
    /// See [`rights::revision`].
    pub rights: u64,
}

impl Heads {
    pub fn read(tx: &dyn Tx) -> Result<Self> {
        Ok(Self { standings: tx.all_standings()?.into_iter().collect(), rights: rights::revision(tx)? })
    }

    pub fn position(&self, at: &ChannelFacet) -> u64 {
        self.standing(at).head
    }

    pub fn standing(&self, at: &ChannelFacet) -> Standing {
        self.standings.get(at).copied().unwrap_or_default()
    }
}

struct Read {
    change: u64,
    at: Instant,
    heads: Arc<Heads>,
}

#[derive(Default)]
pub struct Board(Mutex<Option<Read>>);

impl Board {
    /// The heads as of the newest change; whoever asks first reads them for the rest.
    pub async fn heads(&self, relay: &Relay) -> Result<Arc<Heads>> {
        let mut latest = self.0.lock().await;
        if let Some(read) = &*latest {
            if read.change == relay.change_count() {
                return Ok(read.heads.clone());
            }
            tokio::time::sleep_until(read.at + AT_MOST_EVERY).await;
        }
        // Before reading: a change that comes while we read makes the next one read again.
        let (change, at) = (relay.change_count(), Instant::now());
        let heads = relay.read(|tx| Heads::read(tx).map(Arc::new));
        let heads = heads.await?;
        *latest = Some(Read { change, at, heads: heads.clone() });
        Ok(heads)
    }
}
