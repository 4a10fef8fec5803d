//! One connection: TLS where there is a certificate, then HTTP/1.1 or HTTP/2, with a limit on everything that waits.

use super::tls::Tls;
use axum::Router;
use hyper::server::conn::{http1, http2};
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::graceful::Watcher;
use hyper_util::service::TowerToHyperService;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

/// A handshake, and the head of a request, come within this (F33). hyper counts the rest between two requests of
/// HTTP/1.1 in; HTTP/2 rests as long as it answers pings.
const HEAD_WITHIN: Duration = Duration::from_secs(10);
/// Heads larger than this are refused with 431.
const MAX_HEAD_BYTES: u32 = 16 * 1024;
const MAX_STREAMS: u32 = 32;
/// A half-open connection is noticed after one silence and one unanswered question (F12).
const PING_EVERY: Duration = Duration::from_secs(20);
const PONG_WITHIN: Duration = Duration::from_secs(20);

/// The address at the other end.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Peer(pub IpAddr);

/// Serves a connection to its end. Its faults are its own: they say nothing about the relay.
pub async fn serve(stream: TcpStream, tls: Option<Tls>, router: Router, watcher: Watcher) {
    // Answers are small and waited for: sent at once rather than gathered.
    drop(stream.set_nodelay(true));
    match tls {
        None => serve_http1(stream, router, watcher).await,
        Some(tls) => match tokio::time::timeout(HEAD_WITHIN, tls.accept(stream)).await {
            Ok(Ok(stream)) if stream.get_ref().1.alpn_protocol() == Some(b"h2") => {
                serve_http2(stream, router, watcher).await;
            }
            Ok(Ok(stream)) => serve_http1(stream, router, watcher).await,
            Ok(Err(_)) | Err(_) => metrics::counter!("linli_tls_failures_total").increment(1),
        },
    }
}

async fn serve_http1(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, router: Router, watcher: Watcher) {
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD_WITHIN).max_buf_size(MAX_HEAD_BYTES as usize * 4);
    let connection = builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    drop(watcher.watch(connection).await);
}

async fn serve_http2(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, router: Router, watcher: Watcher) {
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .keep_alive_interval(PING_EVERY)
        .keep_alive_timeout(PONG_WITHIN)
        .max_concurrent_streams(MAX_STREAMS)
        .max_header_list_size(MAX_HEAD_BYTES);
    let has_asked = Arc::new(AtomicBool::new(false));
    let (router, asked) = (TowerToHyperService::new(router), has_asked.clone());
    let service = service_fn(move |request| {
        asked.store(true, Ordering::Relaxed);
        router.call(request)
    });
    tokio::select! {
        _ = watcher.watch(builder.serve_connection(TokioIo::new(stream), service)) => {}
        // hyper asks a silent connection for signs of life only once it has said hello.
        () = silence(&has_asked) => {}
    }
}

/// Resolves when nothing was asked in the time a first request may take; otherwise never.
async fn silence(has_asked: &AtomicBool) {
    tokio::time::sleep(HEAD_WITHIN).await;
    if has_asked.load(Ordering::Relaxed) {
        std::future::pending::<()>().await;
    }
}
