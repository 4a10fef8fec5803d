//! Serving connections until told to stop, and noticing what other processes write meanwhile.

use crate::relay::Relay;
use crate::routes::router;
use axum::serve::ListenerExt;
use std::io;
use std::time::Duration;
use tokio::net::TcpListener;

/// How soon changes made by other processes are noticed.
const WATCH_EVERY: Duration = Duration::from_millis(200);
/// What is still being answered when the relay stops may take this long.
const STOP_WITHIN: Duration = Duration::from_secs(10);

/// Serves until `stop` resolves, then lets what is under way finish.
pub async fn run_until_stopped(
    listener: TcpListener,
    relay: Relay,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    // Answers are small and waited for: sent at once rather than gathered.
    let listener = listener.tap_io(|connection| drop(connection.set_nodelay(true)));
    let stopping = relay.clone();
    let serving = axum::serve(listener, router(relay.clone())).with_graceful_shutdown(async move {
        stop.await;
        stopping.stop();
    });
    let mut stopped = relay.stopping();
    let too_long = async move {
        drop(stopped.wait_for(|stopping| *stopping).await);
        tokio::time::sleep(STOP_WITHIN).await;
    };
    tokio::select! {
        result = serving.into_future() => result,
        () = too_long => Ok(()),
    }
}

/// Commands write to the store beside us; devices that listen here hear of it too.
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
