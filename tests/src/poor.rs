//! A poor line to the relay: slow, late, cut after so many bytes, or silent. It counts what it carries.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// What is wrong with the line.
#[derive(Clone, Copy, Debug, Default)]
pub struct Line {
    /// Bytes a second, each way; 0 for as many as go.
    pub rate: u64,
    /// How much later everything arrives.
    pub delay: Duration,
    /// Each connection breaks after so many bytes, both ways taken together; 0 for never.
    pub breaks_after: u64,
}

#[derive(Default)]
struct Seen {
    up: AtomicU64,
    down: AtomicU64,
    connections: AtomicU64,
    broken: AtomicU64,
    silent: AtomicBool,
    requests: Mutex<Vec<String>>,
}

/// An address that leads to the relay by such a line.
pub struct PoorLine {
    here: SocketAddr,
    seen: Arc<Seen>,
    task: JoinHandle<()>,
}

impl PoorLine {
    pub async fn to_port(port: u16, line: Line) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.context("no free port for the line")?;
        let (here, seen) = (listener.local_addr()?, Arc::<Seen>::default());
        let noted = seen.clone();
        let task = tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                noted.connections.fetch_add(1, SeqCst);
                let noted = noted.clone();
                tokio::spawn(async move {
                    if let Ok(far) = TcpStream::connect(("127.0.0.1", port)).await {
                        carry(near, far, line, &noted).await;
                    }
                });
            }
        });
        Ok(Self { here, seen, task })
    }

    pub fn address(&self) -> String {
        format!("http://{}", self.here)
    }

    /// From now on every connection stays open and carries nothing, as one does whose other end is gone.
    pub fn go_silent(&self, silent: bool) {
        self.seen.silent.store(silent, SeqCst);
    }

    /// Bytes carried to the relay and from it.
    pub fn carried(&self) -> (u64, u64) {
        (self.seen.up.load(SeqCst), self.seen.down.load(SeqCst))
    }

    pub fn connections(&self) -> u64 {
        self.seen.connections.load(SeqCst)
    }

    /// How many connections broke.
    pub fn broken(&self) -> u64 {
        self.seen.broken.load(SeqCst)
    }

    /// The first line of every request, in the order in which they went up.
    pub fn requests(&self) -> Vec<String> {
        self.seen.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for PoorLine {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn carry(near: TcpStream, far: TcpStream, line: Line, seen: &Seen) {
    let ((near_read, near_write), (far_read, far_write)) = (near.into_split(), far.into_split());
    let left = AtomicU64::new(if line.breaks_after == 0 { u64::MAX } else { line.breaks_after });
    let up = pass(near_read, far_write, line, &left, seen, &seen.up);
    let down = pass(far_read, near_write, line, &left, seen, &seen.down);
    tokio::select! {
        () = up => {}
        () = down => {}
    }
    if left.load(SeqCst) == 0 {
        seen.broken.fetch_add(1, SeqCst);
    }
}

async fn pass(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    line: Line,
    left: &AtomicU64,
    seen: &Seen,
    counted: &AtomicU64,
) {
    // As much as a slow line has under way at a time.
    let mut bytes = vec![0; 1400];
    let (mut free_at, mut spoke_at) = (Instant::now(), None::<Instant>);
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        let some = &bytes[..count];
        if ["GET ", "POST ", "PUT "].iter().any(|method| some.starts_with(method.as_bytes())) {
            let end = some.iter().position(|byte| *byte == b'\r').unwrap_or(some.len());
            let first = String::from_utf8_lossy(&some[..end]).into_owned();
            seen.requests.lock().unwrap_or_else(PoisonError::into_inner).push(first);
        }
        while seen.silent.load(SeqCst) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let may = left.fetch_update(SeqCst, SeqCst, |left| Some(left.saturating_sub(count as u64)));
        if may.is_ok_and(|left| left < count as u64) {
            left.store(0, SeqCst);
            return;
        }
        // Late for who speaks after a pause, not for each piece of one body.
        if spoke_at.is_none_or(|at| at.elapsed() >= line.delay) {
            tokio::time::sleep(line.delay).await;
        }
        if let Some(takes) = (count as u64 * 1_000_000).checked_div(line.rate) {
            free_at = free_at.max(Instant::now()) + Duration::from_micros(takes);
            tokio::time::sleep_until(free_at).await;
        }
        spoke_at = Some(Instant::now());
        counted.fetch_add(count as u64, SeqCst);
        if to.write_all(some).await.is_err() {
            return;
        }
    }
}
