//! Serving connections until told to stop, and noticing what other processes write meanwhile.
//!
//! Invariants:
//! - A connection that says nothing, or says it slowly, is closed: none is held open by waiting alone.
//! - Once told to stop, no new connection is taken, and what is under way gets a fixed time to finish.

mod connection;
mod own_check;
mod tls;

pub use connection::Peer;
pub use own_check::objection;
pub use tls::Tls;

use crate::measuring;
use crate::relay::Relay;
use crate::retention;
use crate::routes::router;
use hyper_util::server::graceful::GracefulShutdown;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

const TIDY_EVERY: Duration = Duration::from_secs(5);
const TIDY_BLOBS_EVERY: Duration = Duration::from_secs(3600);
/// How soon changes made by other processes are noticed.
const WATCH_EVERY: Duration = Duration::from_millis(100);
/// What is still being answered when the relay stops may take this long.
const STOP_WITHIN: Duration = Duration::from_secs(10);
/// A connection that could not be taken, for want of file descriptors, waits in the kernel meanwhile.
const AFTER_FAILURE: Duration = Duration::from_millis(100);

/// Where the relay listens, and how it proves who it is; without TLS only this machine can reach it.
pub struct Listener {
    pub listener: TcpListener,
    pub tls: Option<Tls>,
}

/// Serves without TLS until `stop` resolves, then lets what is under way finish.
pub async fn run_until_stopped(
    listener: TcpListener,
    relay: Relay,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    Listener { listener, tls: None }.serve(relay, stop).await
}

impl Listener {
    pub async fn serve(self, relay: Relay, stop: impl Future<Output = ()>) -> io::Result<()> {
        let Self { listener, tls } = self;
        // Before the first call, which it counts.
        let _ = measuring::handle();
        let router = router(relay.clone());
        let places = Arc::new(Semaphore::new(relay.limits().connections as usize));
        let graceful = GracefulShutdown::new();
        let tidying = tokio::spawn(tidy(relay.clone()));
        let mut stop = pin!(stop);
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = &mut stop => break,
            };
            let (stream, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be taken");
                    tokio::time::sleep(AFTER_FAILURE).await;
                    continue;
                }
            };
            let Ok(place) = places.clone().try_acquire_owned() else {
                metrics::counter!("linli_connections_refused_total").increment(1);
                continue;
            };
            let router = router.clone().layer(axum::Extension(Peer(peer.ip())));
            let (tls, watcher) = (tls.clone(), graceful.watcher());
            tokio::spawn(async move {
                let open = metrics::gauge!("linli_connections");
                open.increment(1);
                connection::serve(stream, tls, router, watcher).await;
                open.decrement(1);
                drop(place);
            });
        }
        drop(listener);
        tidying.abort();
        relay.stop();
        tokio::select! {
            () = graceful.shutdown() => {}
            () = tokio::time::sleep(STOP_WITHIN) => tracing::warn!("some calls did not finish in time"),
        }
        Ok(())
    }
}

/// What is remembered of callers and of times past does not grow for ever.
async fn tidy(relay: Relay) {
    let mut ticks = tokio::time::interval(TIDY_EVERY);
    let mut blobs_at = Instant::now();
    loop {
        ticks.tick().await;
        relay.traffic().fairness.tidy();
        let looking = relay.clone();
        match tokio::task::spawn_blocking(move || looking.look_at_clock()).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the clock could not be looked at"),
            Err(error) => tracing::warn!(%error, "the clock could not be looked at"),
        }
        if Instant::now() >= blobs_at {
            blobs_at = Instant::now() + TIDY_BLOBS_EVERY;
            let blobs = relay.clone();
            let entries = relay.clone();
            match relay.compute(move || retention::sweep(entries.store(), entries.now_ms())).await {
                Ok(Ok(0)) => {}
                Ok(Ok(gone)) => tracing::info!(gone, "entries that everybody has heard"),
                Ok(Err(error)) | Err(error) => tracing::warn!(%error, "entries could not be swept"),
            }
            if let Ok(Err(error)) = relay.compute(move || blobs.blobs().tidy(SystemTime::now())).await {
                tracing::warn!(%error, "unfinished photos could not be tidied");
            }
        }
        if let Some(handle) = measuring::handle() {
            handle.run_upkeep();
        }
    }
}

/// Something may write to the store beside us; devices that listen here hear of it too.
pub async fn watch_other_processes(relay: Relay) {
    let mut known = None;
    let mut ticks = tokio::time::interval(WATCH_EVERY);
    loop {
        ticks.tick().await;
        let watched = relay.clone();
        match tokio::task::spawn_blocking(move || watched.store().version()).await {
            Ok(Ok(version)) if known.replace(version).is_some_and(|known| known != version) => relay.note_change(),
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the store could not be watched"),
            Err(error) => tracing::warn!(%error, "the store could not be watched"),
        }
    }
}
