//! The network between a tablet and the relay: a TCP relay of bytes that can be cut and mended.
//!
//! Cut means what a switched-off port means: connections that were open break, new ones are refused. The relay itself
//! stays up, so that the console goes on while the tablet is alone.

use std::net::SocketAddr;
use std::sync::Mutex;

use anyhow::{Context, Result};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// An address that leads to another address, while it is open.
pub struct Link {
    here: SocketAddr,
    there: SocketAddr,
    running: Mutex<Option<JoinHandle<()>>>,
}

impl Link {
    /// Opens a way to `127.0.0.1:port`.
    pub async fn to_port(port: u16) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.context("no free port for the link")?;
        let link = Self {
            here: listener.local_addr()?,
            there: SocketAddr::from(([127, 0, 0, 1], port)),
            running: Mutex::new(None),
        };
        link.keep(tokio::spawn(carry(listener, link.there)));
        Ok(link)
    }

    /// The address to give to the tablet.
    pub fn address(&self) -> String {
        format!("http://{}", self.here)
    }

    /// Cuts the network: what was connected breaks, new connections are refused.
    pub async fn close(&self) {
        let running = self.take();
        if let Some(task) = running {
            task.abort();
            // Only when the task is gone are its listener and its connections.
            let _ = task.await;
        }
    }

    /// Mends the network, on the same port as before.
    pub async fn open(&self) -> Result<()> {
        self.close().await;
        let listener = TcpListener::bind(self.here).await.context("the link's port was taken meanwhile")?;
        self.keep(tokio::spawn(carry(listener, self.there)));
        Ok(())
    }

    fn keep(&self, task: JoinHandle<()>) {
        *self.running.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = Some(task);
    }

    fn take(&self) -> Option<JoinHandle<()>> {
        self.running.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).take()
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        if let Some(task) = self.take() {
            task.abort();
        }
    }
}

async fn carry(listener: TcpListener, there: SocketAddr) {
    // Owned by this task: when it is aborted, every connection breaks with it.
    let mut connections = JoinSet::new();
    while let Ok((mut near, _)) = listener.accept().await {
        connections.spawn(async move {
            if let Ok(mut far) = TcpStream::connect(there).await {
                // How a connection ends is the business of its two ends.
                let _ = copy_bidirectional(&mut near, &mut far).await;
            }
        });
        while connections.try_join_next().is_some() {}
    }
}

#[cfg(test)]
mod tests {
    use anyhow::{Result, ensure};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    use super::Link;

    #[tokio::test]
    async fn a_cut_link_breaks_and_refuses_and_a_mended_one_carries_again() -> Result<()> {
        let echo = TcpListener::bind("127.0.0.1:0").await?;
        let port = echo.local_addr()?.port();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = echo.accept().await {
                tokio::spawn(async move {
                    let (mut read, mut write) = stream.split();
                    let _ = tokio::io::copy(&mut read, &mut write).await;
                });
            }
        });

        let link = Link::to_port(port).await?;
        let mut before = TcpStream::connect(link.here).await?;
        before.write_all(b"a").await?;
        ensure!(before.read_u8().await? == b'a', "the link carries bytes both ways");

        link.close().await;
        ensure!(before.read_u8().await.is_err(), "an open connection breaks");
        ensure!(TcpStream::connect(link.here).await.is_err(), "a new one is refused");

        link.open().await?;
        let mut after = TcpStream::connect(link.here).await?;
        after.write_all(b"b").await?;
        ensure!(after.read_u8().await? == b'b', "the mended link carries again");
        Ok(())
    }
}
