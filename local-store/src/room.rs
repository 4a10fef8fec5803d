//! Room on the disk: a ballast that is thrown off when it runs out, so that what a person saves still fits (F3).
//!
//! Invariants:
//! - While the ballast is off, nothing is taken from the relay: what room there is belongs to saves and to the outbox.
//! - It is laid again only where much more than itself is free, so that it is not thrown off the moment after.

use rustix::fs::{FallocateFlags, fallocate, statvfs};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

const BALLAST: u64 = 16 << 20;
/// With less than this free the ballast goes.
const SCARCE: u64 = 4 << 20;
/// So much must be free beside a new ballast.
const AMPLE: u64 = 16 << 20;

#[derive(Default)]
pub(crate) struct Room {
    /// Where the ballast lies; none for stores that keep none.
    ballast: Option<PathBuf>,
    is_off: AtomicBool,
}

impl Room {
    /// Beside a store's file.
    pub fn beside(store: &Path) -> Self {
        let room = Self { ballast: Some(store.with_extension("ballast")), is_off: AtomicBool::new(true) };
        room.lay();
        room
    }

    /// Before a write: throws the ballast off where room is scarce.
    pub fn before_a_write(&self) {
        let Some(ballast) = &self.ballast else { return };
        if !self.is_off.load(Relaxed) && free_beside(ballast).is_some_and(|free| free < SCARCE) {
            self.is_off.store(true, Relaxed);
            // Where it does not go there is no room either way, and the write will say so.
            drop(fs::remove_file(ballast));
        }
    }

    /// Whether there is room for what comes in. Lays the ballast again where there is.
    pub fn is_ample(&self) -> bool {
        self.ballast.is_none() || !self.is_off.load(Relaxed) || self.lay()
    }

    fn lay(&self) -> bool {
        let Some(ballast) = &self.ballast else { return true };
        let held = fs::metadata(ballast).is_ok_and(|file| file.len() == BALLAST);
        let Some(free) = free_beside(ballast) else { return true };
        if !held {
            if free < BALLAST + AMPLE {
                return false;
            }
            if reserve(ballast).is_err() {
                // A disk that reserves nothing: there is room, and no ballast.
                drop(fs::remove_file(ballast));
                return true;
            }
        }
        self.is_off.store(false, Relaxed);
        true
    }
}

fn reserve(ballast: &Path) -> std::io::Result<()> {
    let file = File::create(ballast)?;
    fallocate(&file, FallocateFlags::empty(), 0, BALLAST)?;
    file.sync_all()
}

/// What is free for us where a file lies; unknown where the system does not say.
fn free_beside(file: &Path) -> Option<u64> {
    let told = statvfs(file.parent()?).ok()?;
    Some(told.f_bavail.saturating_mul(told.f_frsize))
}
