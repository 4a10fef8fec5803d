//! What keeps many callers from harming each other: gates, limits per caller, memory for bodies, streams per device.

use crate::error::{RelayError, Result};
use crate::fairness::Fairness;
use crate::gate::{Gate, spread};
use crate::settings::Limits;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use sync_protocol::{Code, DeviceNumber};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

pub struct Traffic {
    pub readers: Gate,
    /// As many as the store lets write at once.
    pub writer: Gate,
    /// Signatures and passwords: as many at once as there are cores.
    pub computing: Gate,
    pub fairness: Fairness,
    bodies_kib: Arc<Semaphore>,
    streams: Arc<Mutex<HashMap<DeviceNumber, u32>>>,
    device_streams: u32,
}

impl Traffic {
    pub fn new(limits: &Limits, writers: u32) -> Self {
        let cores = std::thread::available_parallelism().map_or(2, |cores| cores.get());
        Self {
            readers: Gate::new(limits.readers, limits.waiting),
            writer: Gate::new(writers, limits.waiting),
            computing: Gate::new(u32::try_from(cores).unwrap_or(2), limits.waiting),
            fairness: Fairness::new(limits),
            bodies_kib: Arc::new(Semaphore::new(limits.body_memory_mib as usize * 1024)),
            streams: Arc::default(),
            device_streams: limits.device_streams,
        }
    }

    pub fn body_memory(&self) -> BodyMemory {
        BodyMemory { all: self.bodies_kib.clone(), held: None, bytes: 0 }
    }

    /// A place for one more stream of a device.
    pub fn stream(&self, device: DeviceNumber) -> Result<Stream> {
        let mut open = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(device).or_default();
        if *count >= self.device_streams {
            return Err(RelayError::wait(Code::TooManyRequests, "the device listens already", spread(5, 15)));
        }
        *count += 1;
        Ok(Stream { device, streams: self.streams.clone() })
    }
}

/// The part that one request's body takes of the memory for all of them (F33).
pub struct BodyMemory {
    all: Arc<Semaphore>,
    held: Option<OwnedSemaphorePermit>,
    bytes: usize,
}

impl BodyMemory {
    /// Takes more, or says that too much is being received already.
    pub fn grow(&mut self, bytes: usize) -> Result<()> {
        let before = self.bytes.div_ceil(1024);
        self.bytes += bytes;
        let more = u32::try_from(self.bytes.div_ceil(1024) - before).unwrap_or(u32::MAX);
        if more == 0 {
            return Ok(());
        }
        let Ok(permit) = self.all.clone().try_acquire_many_owned(more) else {
            return Err(RelayError::wait(Code::Unavailable, "too much is being received at once", spread(2, 15)));
        };
        match &mut self.held {
            Some(held) => held.merge(permit),
            none => *none = Some(permit),
        }
        Ok(())
    }
}

/// An open stream of changes; counted until dropped.
pub struct Stream {
    device: DeviceNumber,
    streams: Arc<Mutex<HashMap<DeviceNumber, u32>>>,
}

impl Drop for Stream {
    fn drop(&mut self) {
        let mut open = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.device) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.device);
            }
        }
    }
}
