//! Something on a port that is not the relay: a router's sign-in page, as tablets meet it on strange networks.

use std::net::SocketAddr;

use anyhow::{Context, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

const PAGE: &str = "<!doctype html><html><head><title>WiFi</title></head><body>Please sign in</body></html>";

/// Answers every request with a web page and 200, as captive portals do.
pub struct Impostor {
    here: SocketAddr,
    task: JoinHandle<()>,
}

impl Impostor {
    pub async fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.context("no free port for the impostor")?;
        let here = listener.local_addr()?;
        let task = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let mut request = vec![0; 64 * 1024];
                    // Whatever was asked, the answer is the page; the rest of a long body is of no interest.
                    if stream.read(&mut request).await.is_ok() {
                        let answer = format!(
                            "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{PAGE}",
                            PAGE.len()
                        );
                        let _ = stream.write_all(answer.as_bytes()).await;
                        let _ = stream.shutdown().await;
                    }
                });
            }
        });
        Ok(Self { here, task })
    }

    pub fn address(&self) -> String {
        format!("http://{}", self.here)
    }
}

impl Drop for Impostor {
    fn drop(&mut self) {
        self.task.abort();
    }
}
