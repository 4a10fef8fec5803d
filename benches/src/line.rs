//! A line between device and relay that counts the bytes it carries each way: HTTP's heads included, TCP's not.

use anyhow::Result;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

#[derive(Default)]
struct Counts {
    up: AtomicU64,
    down: AtomicU64,
}

pub struct Line {
    pub address: String,
    counts: Arc<Counts>,
}

impl Line {
    /// A new address that leads to another.
    pub async fn to(there: &str) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = format!("http://{}", listener.local_addr()?);
        let there = there.trim_start_matches("http://").to_owned();
        let counts = Arc::new(Counts::default());
        let counted = counts.clone();
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let (there, counts) = (there.clone(), counted.clone());
                tokio::spawn(async move {
                    let Ok(far) = TcpStream::connect(there).await else { return };
                    drop((near.set_nodelay(true), far.set_nodelay(true)));
                    let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
                    let up = counts.clone();
                    tokio::join!(
                        carry(near_in, far_out, move |bytes| _ = up.up.fetch_add(bytes, Ordering::Relaxed)),
                        carry(far_in, near_out, move |bytes| _ = counts.down.fetch_add(bytes, Ordering::Relaxed)),
                    );
                });
            }
        });
        Ok(Self { address, counts })
    }

    /// The bytes carried up and down since this was asked last.
    pub fn take(&self) -> (u64, u64) {
        (self.counts.up.swap(0, Ordering::Relaxed), self.counts.down.swap(0, Ordering::Relaxed))
    }
}

async fn carry(mut from: impl AsyncReadExt + Unpin, mut to: impl AsyncWriteExt + Unpin, count: impl Fn(u64)) {
    let mut piece = vec![0; 64 * 1024];
    while let Ok(read @ 1..) = from.read(&mut piece).await {
        count(read as u64);
        if to.write_all(&piece[..read]).await.is_err() {
            break;
        }
    }
    drop(to.shutdown().await);
}
