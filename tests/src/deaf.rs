//! A line that loses an answer: what was asked arrives at the relay and is done, and who asked never hears of it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};

use anyhow::{Context, Result};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Breaks each connection in the moment in which the relay begins to answer a certain call, so many times.
pub struct DeafLine {
    here: SocketAddr,
    left: Arc<AtomicU32>,
    task: JoinHandle<()>,
}

impl DeafLine {
    /// A way to `127.0.0.1:port` that loses answers to requests beginning like this: `POST /v1/push`.
    pub async fn to_port(port: u16, request: &'static str) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.context("no free port for the line")?;
        let here = listener.local_addr()?;
        let left = Arc::new(AtomicU32::new(0));
        let to_lose = left.clone();
        let task = tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let to_lose = to_lose.clone();
                tokio::spawn(async move {
                    if let Ok(far) = TcpStream::connect(("127.0.0.1", port)).await {
                        carry(near, far, request.as_bytes(), &to_lose).await;
                    }
                });
            }
        });
        Ok(Self { here, left, task })
    }

    pub fn address(&self) -> String {
        format!("http://{}", self.here)
    }

    /// From now on so many answers are lost.
    pub fn lose(&self, answers: u32) {
        self.left.store(answers, SeqCst);
    }

    /// How many are still to be lost.
    pub fn left(&self) -> u32 {
        self.left.load(SeqCst)
    }
}

impl Drop for DeafLine {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn carry(near: TcpStream, far: TcpStream, request: &[u8], left: &AtomicU32) {
    let ((near_read, near_write), (far_read, far_write)) = (near.into_split(), far.into_split());
    let asked = AtomicBool::new(false);
    // The head of a request comes in one piece here, as a client on the same machine writes it.
    let up = pass(near_read, far_write, |bytes| {
        if bytes.starts_with(request) {
            asked.store(true, SeqCst);
        }
        true
    });
    let down = pass(far_read, near_write, |_| {
        let lost = asked.swap(false, SeqCst) && left.fetch_update(SeqCst, SeqCst, |left| left.checked_sub(1)).is_ok();
        !lost
    });
    // Whichever end stops first takes the other with it.
    tokio::select! {
        () = up => {}
        () = down => {}
    }
}

async fn pass(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut goes_on: impl FnMut(&[u8]) -> bool,
) {
    let mut bytes = vec![0; 64 * 1024];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        if !goes_on(&bytes[..count]) || to.write_all(&bytes[..count]).await.is_err() {
            break;
        }
    }
}
