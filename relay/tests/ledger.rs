//! What no restore may undo: the ledger beside the store, over real backups and a real relay.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use linli_relay::error::RelayError;
use linli_relay::keys::KeyPair;
use linli_relay::ledger::Entry;
use linli_relay::relay::Relay;
use linli_relay::serving::run_until_stopped;
use linli_relay::settings::{Given, Place, Settings};
use linli_relay::store::Holder;
use linli_relay::{backups, district, enrolment, rights, store};
use serde_json::{Value as Json, json};
use std::fs;
use std::path::{Path, PathBuf};
use support::*;
use sync_protocol::messages::Fate;
use sync_protocol::{DeviceNumber, Epoch, Value, day};
use tokio::net::TcpListener;

fn settings(data: &Path) -> Settings {
    let place = Place { data: data.to_owned(), config: None, store: None, ledger: None };
    Settings::read(&place, Given::default()).unwrap()
}

fn back_up(data: &Path) -> PathBuf {
    backups::make(&settings(data), data, &data.join("backups"), None).unwrap().0
}

/// The store is lost, and the backup put back.
fn restore(data: &Path, backup: &Path) -> Relay {
    for file in ["relay.db", "relay.db-wal", "relay.db-shm"] {
        drop(fs::remove_file(data.join(file)));
    }
    backups::restore(&settings(data), data, backup, None, false, now_ms()).unwrap();
    Relay::open_set(&settings(data)).unwrap()
}

async fn serve(relay: &Relay) -> String {
    drop(rustls::crypto::ring::default_provider().install_default());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(run_until_stopped(listener, relay.clone(), std::future::pending()));
    url
}

async fn post(url: &str, call: &str, token: &str, body: &Json) -> (u16, Json) {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = client.post(format!("{url}{call}")).bearer_auth(token).json(body).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn me(url: &str, token: &str, epoch: Option<Epoch>) -> (u16, Json) {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let asked = epoch.map(|epoch| format!("?epoch={epoch}")).unwrap_or_default();
    let answer = client.get(format!("{url}/v1/me{asked}")).bearer_auth(token).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn enrol(relay: &Relay, url: &str) -> (DeviceNumber, String) {
    let holder = Holder::Person(id(WORKER));
    let code = relay.store().write(|tx| enrolment::new_code(tx, holder.clone(), 10, now_ms())).unwrap();
    let key = KeyPair::generate().unwrap().public;
    let body = json!({ "code": code, "device_key": key, "nonce": "n", "app_version": "0" });
    let (_, answer) = post(url, "/v1/enrol", "", &body).await;
    (DeviceNumber(answer["device"].as_u64().unwrap() as u32), answer["token"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn f20_a_device_enrolled_after_the_backup_keeps_its_number_and_goes_on() {
    let town = Town::new();
    let data = town.folder.path().to_owned();
    let backup = back_up(&data);
    let (first, token) = enrol(&town.relay, &serve(&town.relay).await).await;

    let relay = restore(&data, &backup);
    let url = serve(&relay).await;
    let (status, answer) = me(&url, &token, None).await;
    assert_eq!((status, answer["device"].as_u64()), (200, Some(u64::from(first.0))), "{answer}");
    let (second, _) = enrol(&relay, &url).await;
    assert!(second > first, "{second} was given before");
}

#[tokio::test]
async fn f23_a_device_that_was_removed_stays_removed_whatever_backup_is_put_back() {
    let town = Town::new();
    let data = town.folder.path().to_owned();
    let (device, token) = enrol(&town.relay, &serve(&town.relay).await).await;
    let backup = back_up(&data);
    town.relay.revoke(device).unwrap();

    let relay = restore(&data, &backup);
    let (status, problem) = me(&serve(&relay).await, &token, None).await;
    assert_eq!((status, problem["code"].as_str()), (403, Some("device_revoked")));
}

#[tokio::test]
async fn f24_a_right_that_ended_after_the_backup_has_ended_and_ends_again_when_its_record_comes_back() {
    let town = Town::new();
    let data = town.folder.path().to_owned();
    let mut console = town.console();
    let code = |relay: &Relay| {
        let grants =
            relay.store().read(|tx| rights::grants_of(tx, &Holder::Person(id(WORKER)), &day::day_of(now_ms())));
        grants.unwrap().iter().any(|grant| grant.channel.to_string().contains(GRID))
    };
    let number = console.number;
    let session = |relay: &Relay| {
        let (token, token_hash) = linli_relay::keys::token().unwrap();
        let (person, device, ends_ms) = (id(ADMINISTRATOR), number, now_ms() + 60_000);
        let session = store::Session { token_hash, person, device, ends_ms };
        relay.store().write(|tx| tx.put_session(&session)).unwrap();
        json!({ id(ADMINISTRATOR).to_string(): token })
    };
    let backup = back_up(&data);
    assert!(code(&town.relay));

    let url = serve(&town.relay).await;
    let tokens = session(&town.relay);
    let bases = town.bases("assignment", 100 + WORKER, "until");
    let yesterday = day::add_days(&day::day_of(now_ms()), -1);
    let fields: [(&str, Value, &[_]); 1] = [("until", yesterday.as_str().into(), &bases)];
    let end = console.edit(ADMINISTRATOR, "assignment", 100 + WORKER, &fields);
    let mut request = serde_json::to_value(console.request(None, vec![end])).unwrap();
    request["author_tokens"] = tokens;
    let (_, answer) = post(&url, "/v1/push", &console.token, &request).await;
    assert_eq!(answer["outcomes"][0]["result"], "merged", "{answer}");
    assert!(!code(&town.relay));

    let relay = restore(&data, &backup);
    assert!(!code(&relay), "an ended right came back with an old backup");
    // What the console brings again changes nothing, and is no disagreement.
    let mut request = request.clone();
    request["author_tokens"] = session(&relay);
    let (_, answer) = post(&serve(&relay).await, "/v1/push", &console.token, &request).await;
    assert_eq!(answer["outcomes"][0]["result"], "merged", "{answer}");
    assert!(!code(&relay));
}

#[tokio::test]
async fn f20_a_life_between_two_restores_of_one_backup_is_still_this_stores() {
    let town = Town::new();
    let data = town.folder.path().to_owned();
    let backup = back_up(&data);
    let first = restore(&data, &backup);
    let between = first.epoch();
    drop(first);
    let second = restore(&data, &backup);
    assert_ne!(second.epoch(), between);
    let known = second.store().read(|tx| tx.heads_since(between)).unwrap();
    assert!(known.is_some(), "devices of that life would take the relay for another one");
}

#[test]
fn f20_a_store_put_back_by_hand_begins_a_new_life_of_itself() {
    let town = Town::new();
    let data = town.folder.path().to_owned();
    let copy = data.join("copy.db");
    town.relay.store().write(|tx| tx.put_meta("copied", b"1")).unwrap();
    let before = town.relay.epoch();
    drop(town.relay);
    fs::copy(data.join("relay.db"), &copy).unwrap();
    let relay = Relay::open_set(&settings(&data)).unwrap();
    assert_eq!(relay.epoch(), before, "an ordinary start");
    let new = store::NewDevice {
        holder: Holder::Person(id(WORKER)),
        key: "k".into(),
        token_hash: [9; 32],
        app_version: "0".into(),
        now_ms: now_ms(),
    };
    relay.store().write(|tx| tx.add_device(&new)).unwrap();
    drop(relay);
    // As after a death between commit and ledger: the next start writes it down.
    let relay = Relay::open_set(&settings(&data)).unwrap();
    assert_eq!(relay.epoch(), before);
    drop(relay);
    for file in ["relay.db-wal", "relay.db-shm"] {
        drop(fs::remove_file(data.join(file)));
    }
    fs::copy(&copy, data.join("relay.db")).unwrap();
    let relay = Relay::open_set(&settings(&data)).unwrap();
    assert_ne!(relay.epoch(), before, "devices hold more than this store: they must offer it");
    assert!(relay.store().read(|tx| tx.heads_since(before)).unwrap().is_some());
    assert!(relay.store().read(|tx| tx.device_by_token(&[9; 32])).unwrap().is_some());
    // And only once.
    let now = relay.epoch();
    drop(relay);
    assert_eq!(Relay::open_set(&settings(&data)).unwrap().epoch(), now);
}

#[tokio::test]
async fn f21_an_emptied_store_keeps_numbers_and_removals_and_is_another_store_to_its_devices() {
    let town = Town::new();
    let data = town.folder.path().to_owned();
    let url = serve(&town.relay).await;
    let (removed, _) = enrol(&town.relay, &url).await;
    let (_, token) = enrol(&town.relay, &url).await;
    town.relay.revoke(removed).unwrap();
    let before = town.relay.epoch();
    for file in ["relay.db", "relay.db-wal", "relay.db-shm"] {
        drop(fs::remove_file(data.join(file)));
    }
    let relay = Relay::open_set(&settings(&data)).unwrap();
    relay.store().write(|tx| district::set_code(tx, DISTRICT)).unwrap();
    assert!(relay.store().read(|tx| tx.device(removed)).unwrap().unwrap().is_revoked);
    let url = serve(&relay).await;
    let (status, answer) = me(&url, &token, Some(before)).await;
    assert_eq!((status, answer.get("restored")), (200, None), "{answer}");
}

/// Opening over a ledger that was spoilt; the words of the refusal.
fn refusal(data: &Path, spoil: impl Fn(&str) -> String) -> String {
    let folder = data.join("ledger");
    let file = fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    let whole = fs::read_to_string(&file).unwrap();
    fs::write(&file, spoil(&whole)).unwrap();
    let error = Relay::open_set(&settings(data)).err();
    fs::write(&file, whole).unwrap();
    match error {
        Some(RelayError::Damaged(words)) => words,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_spoilt_ledger_is_refused_with_its_first_bad_line() {
    let town = Town::new();
    let data = town.folder.path().to_owned();
    for device in 5..9 {
        town.relay.ledger().append(&Entry::Revoked { device: DeviceNumber(device) }, 7).unwrap();
    }
    drop(town.relay);
    // It has taken all of it.
    drop(Relay::open_set(&settings(&data)).unwrap());
    let changed = refusal(&data, |whole| whole.replacen("\"device\":6", "\"device\":7", 1));
    assert!(changed.contains("from line 3 on") && changed.contains("was changed"), "{changed}");
    let out =
        |whole: &str| whole.lines().filter(|line| !line.contains("\"device\":5")).map(|l| format!("{l}\n")).collect();
    assert!(refusal(&data, out).contains("from line 2 on"));
    let cut = refusal(&data, |whole| whole.lines().take(3).map(|line| format!("{line}\n")).collect());
    assert!(cut.contains("lines are missing"), "{cut}");
    // A line that a power cut tore was promised to nobody.
    let file = fs::read_dir(data.join("ledger")).unwrap().next().unwrap().unwrap().path();
    let mut whole = fs::read_to_string(&file).unwrap();
    whole.push_str("0123 6 7 {\"what\":\"revo");
    fs::write(&file, whole).unwrap();
    let relay = Relay::open_set(&settings(&data)).unwrap();
    relay.ledger().append(&Entry::Revoked { device: DeviceNumber(9) }, 8).unwrap();
    drop(relay);
    drop(Relay::open_set(&settings(&data)).unwrap());
}

#[test]
fn f29_the_ledger_names_every_record_that_was_erased() {
    let town = Town::new();
    let data = town.folder.path().to_owned();
    let gone = key("resident", RESIDENT);
    let entry = Entry::Erased { kind: gone.kind.clone(), record: gone.id };
    town.relay.ledger().append(&entry, now_ms()).unwrap();
    drop(town.relay);
    assert!(Relay::open_set(&settings(&data)).unwrap().ledger().erased().contains(&gone));
}

#[test]
fn relays_of_one_database_read_what_each_other_wrote() {
    let town = Town::new();
    let mut device = town.tablet(WORKER);
    let visit = device.create(WORKER, "visit", 70, &visit(DWELLING, HOUSEHOLD));
    assert_eq!(town.push(&mut device, vec![visit]).unwrap()[0].result, Fate::Merged);
    let data = town.folder.path().to_owned();
    drop(town.relay);
    let shared = data.join("shared");
    let place = |own: &str| linli_relay::ledger::LedgerPlace::new(&shared, &data.join(own));
    let one = linli_relay::ledger::Ledger::open(&place("one")).unwrap();
    one.append(&Entry::Revoked { device: device.number }, 5).unwrap();
    let other = linli_relay::ledger::Ledger::open(&place("other")).unwrap();
    assert_eq!(other.last_words_since(&Default::default()).len(), 1);
    assert_ne!(place("one").file, place("other").file);
}
