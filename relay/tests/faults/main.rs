//! Faults at the relay and its store, by their numbers in docs/faults.md. `LINLI_SOAK` multiplies how often each is made.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "../support/mod.rs"]
mod support;

mod foreign_ids;
mod full_disk;
mod positions;
mod replays;
mod returning;
mod standby;

/// A small number on every run of the tests, so many times more in a long one.
fn times(usual: u64) -> u64 {
    let more: u64 = std::env::var("LINLI_SOAK").ok().and_then(|times| times.parse().ok()).unwrap_or(1);
    usual * more.max(1)
}

/// A relay on a port of its own, and a client that follows nothing and trusts nobody.
async fn served(town: &support::Town) -> (String, reqwest::Client) {
    drop(rustls::crypto::ring::default_provider().install_default());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(linli_relay::serving::run_until_stopped(listener, town.relay.clone(), std::future::pending()));
    (url, reqwest::Client::builder().no_proxy().build().unwrap())
}
