//! What the relay says of the time, and what it does while it doubts its own clock (F9).
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use linli_relay::accept::Now;
use linli_relay::clock::Doubt;
use linli_relay::district;
use linli_relay::keys::verify;
use linli_relay::serving::run_until_stopped;
use serde_json::Value as Json;
use support::*;
use sync_protocol::messages::{Fate, TimeAnswer, time_proof};
use sync_protocol::{DeviceNumber, Stamp};
use tokio::net::TcpListener;

const YEAR_MS: u64 = 365 * 24 * 3_600_000;

async fn serve(town: &Town) -> (String, reqwest::Client) {
    drop(rustls::crypto::ring::default_provider().install_default());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(run_until_stopped(listener, town.relay.clone(), std::future::pending()));
    (url, reqwest::Client::builder().no_proxy().build().unwrap())
}

async fn get(url: &str, client: &reqwest::Client) -> (u16, Json) {
    let answer = client.get(url).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

/// Lets the relay's clock be a year behind an order it once gave.
fn fall_behind(town: &Town) {
    let ahead = Stamp { ms: now_ms() + YEAR_MS, counter: 0, device: DeviceNumber(1) };
    town.relay.store().write(|tx| district::set_last_order(tx, ahead)).unwrap();
}

#[tokio::test]
async fn f8_the_time_is_told_to_anybody_and_signed_over_their_own_nonce() {
    let town = Town::new();
    let (url, client) = serve(&town).await;
    let (status, answer) = get(&format!("{url}/v1/time?nonce=abc_-9"), &client).await;
    let answer: TimeAnswer = serde_json::from_value(answer).unwrap();
    assert_eq!((status, answer.nonce.as_str()), (200, "abc_-9"));
    assert!(answer.time_ms.abs_diff(now_ms()) < 60_000);
    let key = &town.relay.identity().key.public;
    assert_eq!(&answer.relay_key, key);
    assert!(verify(key, &time_proof("abc_-9", answer.time_ms), &answer.proof));
    assert!(!verify(key, &time_proof("abc_-8", answer.time_ms), &answer.proof));
    for wrong in ["", "?nonce=", "?nonce=a%0Ab", &format!("?nonce={}", "a".repeat(65))] {
        let (status, problem) = get(&format!("{url}/v1/time{wrong}"), &client).await;
        assert_eq!((status, problem["code"].as_str()), (400, Some("request_invalid")), "{wrong}");
    }
}

#[tokio::test]
async fn f9_a_relay_behind_its_highest_order_says_no_time_and_sounds_the_alarm() {
    let town = Town::new();
    let (url, client) = serve(&town).await;
    let tablet = town.tablet(WORKER);
    fall_behind(&town);
    assert!(matches!(town.relay.look_at_clock().unwrap(), Some(Doubt::Behind { .. })));
    let (status, problem) = get(&format!("{url}/v1/time?nonce=a"), &client).await;
    assert_eq!((status, problem["code"].as_str()), (503, Some("clock_unsure")));
    let (status, problem) = get(&format!("{url}/v1/trust"), &client).await;
    assert_eq!((status, problem["code"].as_str()), (503, Some("clock_unsure")));
    let me = client.get(format!("{url}/v1/me")).bearer_auth(&tablet.token).send().await.unwrap();
    assert_eq!(me.json::<Json>().await.unwrap()["now_ms"], 0, "no time in any answer");
    let (status, ready) = get(&format!("{url}/readyz"), &client).await;
    assert_eq!(status, 200, "records move all the same");
    assert!(ready["alarm"].as_str().unwrap().contains("behind the highest order"));
    let figures = client.get(format!("{url}/metrics")).send().await.unwrap().text().await.unwrap();
    assert!(figures.contains("linli_clock_alarm 1"), "{figures}");
}

#[tokio::test]
async fn f9_five_tablets_that_call_tell_a_relay_that_its_clock_is_wrong() {
    let town = Town::new();
    let (url, client) = serve(&town).await;
    let tablets: Vec<Device> = (0..5).map(|_| town.tablet(WORKER)).collect();
    let call = async |shows_ms: u64| {
        for tablet in &tablets {
            let me = client.get(format!("{url}/v1/me")).bearer_auth(&tablet.token);
            assert!(me.header("linli-clock", shows_ms).send().await.unwrap().status().is_success());
        }
    };
    call(now_ms() - YEAR_MS).await;
    assert!(matches!(town.relay.look_at_clock().unwrap(), Some(Doubt::Apart { tablets: 5, .. })));
    assert_eq!(town.relay.told_ms(), 0);
    call(now_ms()).await;
    assert_eq!(town.relay.look_at_clock().unwrap(), None);
    // A console may run on the relay's own machine: it proves nothing.
    let consoles: Vec<Device> = (0..12).map(|_| town.console()).collect();
    for console in &consoles {
        let me = client.get(format!("{url}/v1/me")).bearer_auth(&console.token).header("linli-clock", "0");
        assert!(me.send().await.unwrap().status().is_success());
    }
    assert_eq!(town.relay.look_at_clock().unwrap(), None);
}

#[test]
fn f9_a_relay_in_doubt_re_orders_nobody_by_its_clock_and_drags_no_order_along() {
    let town = Town::new();
    let mut tablet = town.tablet(WORKER);
    let ahead = now_ms() + YEAR_MS;
    let push = |tablet: &mut Device, now: Now| {
        let mut edit = tablet.create(WORKER, "visit", 70 + tablet.next.get() as u8, &visit(DWELLING, HOUSEHOLD));
        edit.stamp = tablet.clock.tick(ahead);
        let stamp = edit.stamp;
        let outcome = town.push_at(tablet, vec![edit], now).unwrap().pop().unwrap();
        assert_eq!(outcome.result, Fate::Merged);
        (stamp, outcome.order)
    };
    // Who is in doubt says nothing about others' clocks.
    let (_, order) = push(&mut tablet, Now { ms: now_ms(), is_sure: false });
    assert_eq!(order, None);
    // Neither does a relay that is behind what it said itself.
    fall_behind(&town);
    let highest = |town: &Town| town.relay.store().read(district::highest_order).unwrap();
    let before = highest(&town);
    town.relay.look_at_clock().unwrap();
    let now = town.relay.now();
    assert!(!now.is_sure && now.ms >= before.ms, "rights are asked of a day that has been");
    let (_, order) = push(&mut tablet, now);
    assert_eq!(order, None);
    assert_eq!(highest(&town).ms, before.ms);
}

#[test]
fn f8_a_stamp_years_ahead_gets_an_order_of_today() {
    let town = Town::new();
    let mut tablet = town.tablet(WORKER);
    let mut edit = tablet.create(WORKER, "visit", 70, &visit(DWELLING, HOUSEHOLD));
    edit.stamp = tablet.clock.tick(now_ms() + 70 * YEAR_MS);
    let outcome = town.push(&mut tablet, vec![edit]).unwrap().pop().unwrap();
    assert!(outcome.order.unwrap().ms.abs_diff(now_ms()) < 60_000);
}
