//! A device that was removed (F23): by whom, and from which moment on.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use linli_relay::keys;
use linli_relay::serving::run_until_stopped;
use linli_relay::store::Session;
use serde_json::{Value as Json, json};
use std::process::Command;
use support::*;
use tokio::net::TcpListener;

struct Desk {
    url: String,
    client: reqwest::Client,
}

impl Desk {
    async fn over(town: &Town) -> Self {
        drop(rustls::crypto::ring::default_provider().install_default());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(run_until_stopped(listener, town.relay.clone(), std::future::pending()));
        Self { url, client: reqwest::Client::builder().no_proxy().build().unwrap() }
    }

    async fn revoke(&self, number: &str, console: &Device, token: &str) -> (u16, Option<String>) {
        let call = self.client.post(format!("{}/v1/devices/{number}/revoke", self.url)).bearer_auth(&console.token);
        let answer = call.json(&json!({ "token": token })).send().await.unwrap();
        let status = answer.status().as_u16();
        let code = answer.json::<Json>().await.ok().and_then(|problem| problem["code"].as_str().map(str::to_owned));
        (status, code)
    }

    async fn me(&self, device: &Device) -> u16 {
        let call = self.client.get(format!("{}/v1/me", self.url)).bearer_auth(&device.token);
        call.send().await.unwrap().status().as_u16()
    }
}

fn signed_in(town: &Town, person: u8, console: &Device) -> String {
    let (token, token_hash) = keys::token().unwrap();
    let session = Session { token_hash, person: id(person), device: console.number, ends_ms: now_ms() + 60_000 };
    town.relay.store().write(|tx| tx.put_session(&session)).unwrap();
    token
}

#[tokio::test]
async fn f23_an_administrator_removes_a_tablet_and_its_next_call_is_refused() {
    let town = Town::new();
    let desk = Desk::over(&town).await;
    let (tablet, other, console) = (town.tablet(WORKER), town.tablet(OTHER_WORKER), town.console());
    let token = signed_in(&town, ADMINISTRATOR, &console);
    let number = tablet.number.to_string();
    assert_eq!(desk.me(&tablet).await, 200);
    assert_eq!(desk.revoke(&number, &console, &token).await, (204, None));
    assert_eq!(desk.me(&tablet).await, 403);
    assert_eq!(desk.revoke(&number, &console, &token).await, (204, None), "the answer was lost");
    assert_eq!(desk.me(&other).await, 200);
    let words = town.relay.ledger().last_words_since(&Default::default());
    assert!(words.contains(&linli_relay::ledger::Entry::Revoked { device: tablet.number }));
    // The tablet of who left is the one to be removed.
    let left = town.tablet(FORMER_WORKER);
    assert_eq!(desk.revoke(&left.number.to_string(), &console, &token).await, (204, None));
}

#[tokio::test]
async fn f23_nobody_else_removes_a_device() {
    let town = Town::new();
    let desk = Desk::over(&town).await;
    let (tablet, console, elsewhere) = (town.tablet(WORKER), town.console(), town.console());
    let number = tablet.number.to_string();
    let refused = |status: u16, code: &str| (status, Some(code.to_owned()));
    let (supervisor, administrator) =
        (signed_in(&town, SUPERVISOR, &console), signed_in(&town, ADMINISTRATOR, &console));
    assert_eq!(desk.revoke(&number, &console, &supervisor).await, refused(403, "never_allowed"));
    assert_eq!(desk.revoke(&number, &console, "guessed").await, refused(401, "session_ended"));
    assert_eq!(desk.revoke(&number, &elsewhere, &administrator).await, refused(401, "session_ended"));
    assert_eq!(desk.revoke(&number, &tablet, &administrator).await, refused(404, "not_there"));
    for unknown in ["1", "999", "x"] {
        assert_eq!(desk.revoke(unknown, &console, &administrator).await, refused(404, "not_there"), "{unknown}");
    }
    // Somebody of no place in the division.
    let stranger = town.tablet(77);
    let answer = desk.revoke(&stranger.number.to_string(), &console, &administrator).await;
    assert_eq!(answer, refused(404, "not_there"));
    assert_eq!(desk.me(&tablet).await, 200);
}

#[test]
fn f23_the_operator_sees_the_devices_and_removes_one_by_a_command() {
    let town = Town::new();
    let tablet = town.tablet(WORKER);
    let data = town.folder.path().to_owned();
    drop(town.relay);
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_linli-relay"));
        let output = command.args(arguments).arg("--data").arg(&data).output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    };
    let number = tablet.number.to_string();
    let (_, listed) = run(&["devices"]);
    assert!(listed.contains(&number) && listed.contains("in use") && listed.contains("李娜"), "{listed}");
    assert!(run(&["revoke", "--device", &number]).0);
    assert!(run(&["devices"]).1.contains("removed"));
    let (done, words) = run(&["revoke", "--device", "999"]);
    assert!(!done && words.contains("there is no device 999"), "{words}");
}
