//! Something on a port that is not the relay: a router's sign-in page, as tablets meet it on strange networks.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

const PAGE: &str = "<!doctype html><html><head><title>WiFi</title></head><body>Please sign in</body></html>";

/// Answers every request alike, as captive portals do, and remembers what it was asked.
pub struct Impostor {
    here: SocketAddr,
    heard: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Impostor {
    /// Answers with a web page and 200.
    pub async fn start() -> Result<Self> {
        Self::answering("200 OK\r\ncontent-type: text/html", PAGE).await
    }

    /// Answers with this status line, with further headers behind it, and this body.
    pub async fn answering(head: &str, body: &str) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.context("no free port for the impostor")?;
        let here = listener.local_addr()?;
        let answer = format!("HTTP/1.1 {head}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
        let heard: Arc<Mutex<Vec<String>>> = Arc::default();
        let remembered = heard.clone();
        let task = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (answer, remembered) = (answer.clone(), remembered.clone());
                tokio::spawn(async move {
                    if let Some(request) = read_request(&mut stream).await {
                        held(&remembered).push(request);
                        let _ = stream.write_all(answer.as_bytes()).await;
                        let _ = stream.shutdown().await;
                    }
                });
            }
        });
        Ok(Self { here, heard, task })
    }

    pub fn address(&self) -> String {
        format!("http://{}", self.here)
    }

    /// Every request so far, head and body.
    pub fn heard(&self) -> Vec<String> {
        held(&self.heard).clone()
    }
}

impl Drop for Impostor {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A whole request: who closes with half of it unread breaks the line, and the answer is lost.
async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut request = Vec::new();
    loop {
        if stream.read_buf(&mut request).await.ok()? == 0 {
            return None;
        }
        let text = String::from_utf8_lossy(&request).to_ascii_lowercase();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
        if body.len() >= length.and_then(|length| length.trim().parse().ok()).unwrap_or(0) {
            return Some(text);
        }
    }
}

fn held(heard: &Mutex<Vec<String>>) -> MutexGuard<'_, Vec<String>> {
    heard.lock().unwrap_or_else(PoisonError::into_inner)
}
