//! Commands and the running relay: one process at a time holds a store, and the others ask it.
//!
//! Invariants:
//! - Whoever serves or changes a store holds its lock, which the kernel releases when the process ends, however it ends.
//! - A command that finds the lock taken talks to its holder through a socket that only the store's owner can reach.

mod client;
mod lock;
mod office;
mod server;

pub use client::{Holder, ask, reach};
pub use lock::{InUse, StoreLock};
pub use office::{Answer, Ask, Office};
pub use server::Socket;

use std::path::{Path, PathBuf};

/// Names the socket's path: a data folder may lie so deep that the socket itself has to be elsewhere.
fn address_file(data: &Path) -> PathBuf {
    data.join("relay.socket-path")
}
