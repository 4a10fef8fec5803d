//! Two tablets under one number (F22): nothing of either is lost or doubled, and both hear that they are to enrol again.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use linli_relay::district;
use linli_relay::error::RelayError;
use linli_relay::serving::run_until_stopped;
use serde_json::Value as Json;
use support::*;
use sync_protocol::edit::chain_ids;
use sync_protocol::messages::Fate;
use sync_protocol::{Code, Edit, EditId, Hlc, Stamp};
use tokio::net::TcpListener;

/// Another tablet with all that this one has, its key included.
fn copy_of(device: &Device) -> Device {
    Device {
        number: device.number,
        holder: device.holder.clone(),
        pair: linli_relay::keys::KeyPair::from_secret(&device.pair.secret()).unwrap(),
        token: device.token.clone(),
        last: device.last,
        next: std::cell::Cell::new(device.next.get()),
        clock: device.clock,
    }
}

/// The tablet enrolled again: a new number and key, and everything it counted goes on.
fn again(town: &Town, of: &Device) -> Device {
    let new = town.tablet(WORKER);
    Device {
        last: of.last,
        next: std::cell::Cell::new(of.next.get()),
        clock: Hlc::new(new.number, of.clock.last()),
        ..new
    }
}

fn a_visit(device: &mut Device, n: u8) -> Edit {
    device.create(WORKER, "visit", n, &visit(DWELLING, HOUSEHOLD))
}

fn code_of(error: RelayError) -> Code {
    match error {
        RelayError::Refused(problem) => problem.code,
        other => panic!("{other}"),
    }
}

#[test]
fn f22_what_two_copies_of_a_tablet_wrote_is_taken_once_each_after_both_enrolled_again() {
    let town = Town::new();
    let mut one = town.tablet(WORKER);
    let first = a_visit(&mut one, 70);
    assert_eq!(town.push(&mut one, vec![first]).unwrap()[0].result, Fate::Merged);
    // Saved and not sent yet when the tablet is copied.
    let shared = a_visit(&mut one, 71);
    let mut copy = copy_of(&one);

    let (of_one, of_copy) = (a_visit(&mut one, 72), a_visit(&mut copy, 73));
    assert_eq!(town.push(&mut one, vec![shared.clone(), of_one]).unwrap().len(), 2);
    let refused = town.push_after(&copy, copy.last, vec![shared.clone(), of_copy.clone()], &[]).unwrap_err();
    assert_eq!(code_of(refused), Code::ChainBroken);

    // The copy enrols again and goes on saving; all that it did not send goes up under the new number.
    let before = copy.last;
    let mut copy = again(&town, &copy);
    let later = a_visit(&mut copy, 74);
    let edits = vec![shared.clone(), of_copy, later];
    let outcomes = town.push_after(&copy, before, edits.clone(), &[]).unwrap();
    assert!(outcomes.iter().all(|outcome| outcome.result == Fate::Merged), "{outcomes:?}");
    assert_eq!(town.push_after(&copy, before, edits.clone(), &[]).unwrap(), outcomes, "the answer was lost");
    copy.last = chain_ids(before, &edits).last().copied();
    let last = a_visit(&mut copy, 75);
    assert_eq!(town.push(&mut copy, vec![last]).unwrap()[0].result, Fate::Merged);

    // So does the other one.
    let unsent = a_visit(&mut one, 76);
    let mut one = again(&town, &one);
    assert_eq!(town.push(&mut one, vec![unsent]).unwrap()[0].result, Fate::Merged);
    for n in 70..=76 {
        let log = town.relay.store().read(|tx| tx.accepted_edits(&key("visit", n))).unwrap();
        assert_eq!(log.len(), 1, "visit {n} is there once");
    }
}

#[test]
fn f22_two_edits_of_one_number_are_both_kept_with_an_order_that_all_agree_on() {
    let town = Town::new();
    let mut one = town.tablet(WORKER);
    let bases = town.bases("resident", RESIDENT, "phone");
    let mut copy = copy_of(&one);
    let write = |device: &mut Device, phone: &str| {
        device.edit(WORKER, "resident", RESIDENT, &[("phone", phone.into(), &bases)])
    };
    let (mine, mut theirs) = (write(&mut one, "10000000002"), write(&mut copy, "10000000003"));
    theirs.stamp = mine.stamp;
    assert_eq!(town.push(&mut one, vec![mine]).unwrap()[0].result, Fate::Merged);
    let copy = again(&town, &copy);
    let outcome = town.push_after(&copy, None, vec![theirs], &[]).unwrap().pop().unwrap();
    assert_eq!(outcome.result, Fate::Conflict, "both values are kept, side by side");
    let state = town.record("resident", RESIDENT).state;
    let sides: Vec<EditId> = state.versions("phone").map(|(mark, _)| mark.edit).collect();
    assert_eq!(sides.len(), 2);
    let stamps: Vec<Stamp> = state.versions("phone").map(|(mark, _)| mark.stamp).collect();
    assert_eq!(stamps[0], stamps[1]);
}

#[test]
fn f22_nobody_brings_what_somebody_elses_tablet_wrote() {
    let town = Town::new();
    let (mut one, other) = (town.tablet(WORKER), town.tablet(OTHER_WORKER));
    let edit = a_visit(&mut one, 70);
    let refused = town.push_after(&other, None, vec![edit], &[]).unwrap_err();
    assert_eq!(code_of(refused), Code::RequestInvalid);
}

#[tokio::test]
async fn f22_the_relay_asks_both_tablets_to_enrol_again() {
    drop(rustls::crypto::ring::default_provider().install_default());
    let town = Town::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(run_until_stopped(listener, town.relay.clone(), std::future::pending()));
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let push = async |device: &Device, edits: Vec<Edit>| {
        let request = client.post(format!("{url}/v1/push")).bearer_auth(&device.token);
        request.json(&device.request(device.last, edits)).send().await.unwrap().json::<Json>().await.unwrap()
    };
    let renew = async |device: &Device| {
        let answer = client.post(format!("{url}/v1/renew")).bearer_auth(&device.token).send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Json>().await.unwrap())
    };
    let mut one = town.tablet(WORKER);
    let mut copy = copy_of(&one);
    assert_eq!(renew(&one).await.1["code"].as_str().unwrap().len(), 8);
    let edit = a_visit(&mut one, 70);
    let answer = push(&one, vec![edit.clone()]).await;
    assert_eq!((answer["outcomes"][0]["result"].as_str(), answer.get("enrol_again")), (Some("merged"), None));
    one.last = chain_ids(None, &[edit]).pop();
    let edit = a_visit(&mut copy, 71);
    assert_eq!(push(&copy, vec![edit]).await["code"], "chain_broken");
    assert!(town.relay.store().read(|tx| district::is_copied(tx, one.number)).unwrap());

    let edit = a_visit(&mut one, 72);
    let answer = push(&one, vec![edit]).await;
    assert_eq!(answer["outcomes"][0]["result"], "merged", "work goes on");
    assert_eq!(answer["enrol_again"], true);
    let me = client.get(format!("{url}/v1/me")).bearer_auth(&copy.token).send().await.unwrap();
    assert_eq!(me.json::<Json>().await.unwrap()["enrol_again"], true);
    assert_eq!(renew(&copy).await, (409, renew(&copy).await.1), "no copy gets a number by itself");
}
