//! How much the relay takes on at once, and from one device.

use anyhow::{Result, bail};
use serde::Deserialize;

/// The built-in figures let a tablet's first load run through without a pause, and stop a loop within a second.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Calls of one device (one token) in a second, on average, and at once after a rest.
    pub device_calls_per_second: u32,
    pub device_burst: u32,
    /// Photos that one device sends, on average and at once after a rest.
    pub device_photo_kib_per_second: u32,
    pub device_photo_burst_mib: u32,
    /// The same for one address: calls without a token, and those whose token is not known.
    pub address_calls_per_second: u32,
    pub address_burst: u32,
    /// Connections open at once; more are closed unanswered.
    pub connections: u32,
    /// Streams of changes that one device holds open at once.
    pub device_streams: u32,
    /// Reads of the store at the same time.
    pub readers: u32,
    /// Calls that wait for their turn at the store; the next ones are told to come back.
    pub waiting: u32,
    /// Request bodies held in memory at the same time, unpacked.
    pub body_memory_mib: u32,
}

impl Default for Limits {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(2, |cores| cores.get());
        Self {
            device_calls_per_second: 30,
            device_burst: 120,
            device_photo_kib_per_second: 512,
            device_photo_burst_mib: 256,
            address_calls_per_second: 60,
            address_burst: 240,
            connections: 10_000,
            device_streams: 4,
            readers: u32::try_from(cores * 2).unwrap_or(8).clamp(4, 64),
            waiting: 1_000,
            body_memory_mib: 48,
        }
    }
}

impl Limits {
    /// A zero would shut everybody out.
    pub fn check(&self) -> Result<()> {
        let all = [
            ("device_calls_per_second", self.device_calls_per_second),
            ("device_burst", self.device_burst),
            ("device_photo_kib_per_second", self.device_photo_kib_per_second),
            ("address_calls_per_second", self.address_calls_per_second),
            ("address_burst", self.address_burst),
            ("connections", self.connections),
            ("device_streams", self.device_streams),
            ("readers", self.readers),
            ("waiting", self.waiting),
        ];
        if let Some((name, _)) = all.into_iter().find(|(_, value)| *value == 0) {
            bail!("limits.{name} must be at least 1");
        }
        if self.device_photo_burst_mib < 4 {
            bail!("limits.device_photo_burst_mib must be at least 4, the size of one photo");
        }
        // One legal body must always fit.
        if self.body_memory_mib < 8 {
            bail!("limits.body_memory_mib must be at least 8, the size of one body");
        }
        Ok(())
    }
}
