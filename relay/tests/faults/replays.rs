//! F37: a push that is sent again, sent by somebody else, changed after it was signed, or signed by another key.

use crate::served;
use crate::support::*;
use serde_json::Value as Json;
use sync_protocol::messages::PushRequest;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f37_nothing_is_taken_twice_and_nothing_under_another_key() {
    let town = Town::new();
    let (url, client) = served(&town).await;
    let (mut mine, other) = (town.tablet(WORKER), town.tablet(WORKER));
    let push = async |token: &str, request: &PushRequest| -> (u16, Json) {
        let answer = client.post(format!("{url}/v1/push")).bearer_auth(token).json(request).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    };
    let edit = mine.create(WORKER, "visit", 70, &visit(DWELLING, HOUSEHOLD));
    let request = mine.request(None, vec![edit]);
    let (status, first) = push(&mine.token, &request).await;
    assert_eq!((status, &first["outcomes"][0]["result"]), (200, &"merged".into()));
    let held = town.record("visit", 70);

    // Recorded and sent again, ten times over: the stored outcome, and nothing changes.
    for _ in 0..10 {
        let (status, again) = push(&mine.token, &request).await;
        assert_eq!((status, &again["outcomes"]), (200, &first["outcomes"]));
    }
    let last = first["outcomes"][0]["edit"].as_str().unwrap().parse().ok();
    let next = mine.create(WORKER, "visit", 71, &visit(DWELLING, HOUSEHOLD));
    let good = mine.request(last, vec![next]);
    let refused = async |token: &str, request: &PushRequest, told: &str| {
        let (status, answer) = push(token, request).await;
        assert!(matches!(status, 400..=409), "{told}: {status} {answer}");
        let is_there = town.relay.store().read(|tx| tx.record(&key("visit", 71))).unwrap();
        assert!(is_there.is_none(), "{told}: it was taken");
    };
    refused(&other.token, &good, "under another device's token").await;
    refused("invented", &good, "under no token").await;
    let stolen = PushRequest { signature: other.pair.sign(b"anything"), ..good.clone() };
    refused(&mine.token, &stolen, "signed by another key").await;
    let older = PushRequest { signature: request.signature.clone(), ..good.clone() };
    refused(&mine.token, &older, "with the signature of an earlier push").await;
    let mut changed = good.clone();
    changed.edits[0].fields.get_mut("author_name").unwrap().value = "别人".into();
    refused(&mine.token, &changed, "changed after it was signed").await;
    assert_eq!(town.record("visit", 70), held);

    assert_eq!(push(&mine.token, &good).await.0, 200, "as it was signed it is taken");
    println!("F37: 10 repeats with the stored outcome; 5 pushes stolen, changed or signed by another key, 0 taken");
}
