//! F36: every call of the OpenAPI document, by every role, about records that are none of theirs. The answer is the one for
//! what is not there, and nothing of a foreign record is in it.

use crate::served;
use crate::support::*;
use linli_relay::routes::openapi;
use reqwest::Client;
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use sync_protocol::blobs::BlobHash;
use sync_protocol::{ChannelFacet, Facet};

/// What only people of the other grid may read.
const SECRET: &str = "不该看见的人";
const SECRET_PHONE: &str = "10000099999";
const FOREIGN: u8 = 90;
const FOREIGN_HOUSEHOLD: u8 = 91;
const NOBODY: u8 = 200;

struct Asking<'a> {
    client: &'a Client,
    url: &'a str,
    token: &'a str,
}

impl Asking<'_> {
    /// Status and body, without what differs from one moment to the next.
    async fn ask(&self, method: &str, call: &str, body: Option<Json>) -> (u16, Json) {
        let mut request = self.client.request(method.parse().unwrap(), format!("{}{call}", self.url));
        request = request.bearer_auth(self.token);
        if method == "PUT" {
            request = request.header("content-range", "bytes */10");
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        let mut body: Json = serde_json::from_str(&text).unwrap_or(Json::String(text));
        if let Some(object) = body.as_object_mut() {
            object.remove("now_ms");
        }
        if let Some(page) = body.get_mut("page").and_then(Json::as_object_mut) {
            page.remove("now_ms");
        }
        (status, body)
    }
}

fn is_silent(call: &str, who: &str, answer: &(u16, Json)) {
    let text = answer.1.to_string();
    for secret in [SECRET, SECRET_PHONE, &id(FOREIGN).to_string(), &id(FOREIGN_HOUSEHOLD).to_string()] {
        assert!(!text.contains(secret), "{call} tells {who} of a foreign record: {text}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f36_every_call_by_every_role_answers_about_foreign_records_as_about_none() {
    let town = Town::new();
    town.write(vec![
        ("household", FOREIGN_HOUSEHOLD, household(OTHER_DWELLING)),
        ("resident", FOREIGN, vec![("name", SECRET.into()), ("phone", SECRET_PHONE.into())]),
        (
            "residence",
            92,
            vec![
                ("resident", id(FOREIGN).into()),
                ("household", id(FOREIGN_HOUSEHOLD).into()),
                ("relation", "head".into()),
                ("stays", "main".into()),
            ],
        ),
    ]);
    let (url, client) = served(&town).await;
    let document = openapi::build();
    let mut calls = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for method in operations.as_object().unwrap().keys().filter(|key| *key != "parameters") {
            calls.push((method.to_ascii_uppercase(), path.clone()));
        }
    }
    let all: BTreeSet<ChannelFacet> =
        town.relay.store().read(|tx| tx.all_standings()).unwrap().into_iter().map(|one| one.0).collect();
    let foreign_photo = BlobHash::of(b"a photo of the other grid").to_string();
    let no_photo = BlobHash::of(b"no photo at all").to_string();
    let (mut asked, mut probed) = (0, BTreeSet::new());
    for person in PEOPLE {
        let mut device = town.tablet(person);
        let who = format!("p{person}");
        let mine: BTreeSet<ChannelFacet> =
            town.grants(&device).iter().flat_map(|grant| grant.channel_facets()).collect();
        let token = device.token.clone();
        let asking = Asking { client: &client, url: &url, token: &token };
        let not_mine: Vec<&ChannelFacet> = all.difference(&mine).collect();
        let may_read_it = mine.iter().any(|at| at.channel.to_string() == format!("grid:{OTHER_GRID}"));
        let reads_people = mine.contains(&at(&format!("grid:{OTHER_GRID}"), Facet::Personal));
        let nowhere = at("grid:340603999999999", Facet::Open);
        for (method, path) in &calls {
            probed.insert((method.clone(), path.clone()));
            match (method.as_str(), path.as_str()) {
                ("POST", "/v1/pull") => {
                    for foreign in &not_mine {
                        let pull = |at: &ChannelFacet| json!({ "epoch": null, "cursors": [{ "channel": at.channel, "facet": at.facet, "position": 0 }] });
                        let theirs = asking.ask(method, path, Some(pull(foreign))).await;
                        assert_eq!(theirs, asking.ask(method, path, Some(pull(&nowhere))).await, "{who} {foreign:?}");
                        assert_eq!(theirs.0, 200);
                        is_silent(path, &who, &theirs);
                        asked += 1;
                    }
                }
                ("POST", "/v1/compare") => {
                    for foreign in &not_mine {
                        let head = town.relay.store().read(|tx| tx.head(foreign)).unwrap();
                        let compare = |at: &ChannelFacet| {
                            json!({
                                "epoch": town.relay.epoch(), "channel": at.channel, "facet": at.facet, "position": head,
                                "buckets": vec!["0".repeat(32); 256],
                            })
                        };
                        let theirs = asking.ask(method, path, Some(compare(foreign))).await;
                        assert_eq!(
                            theirs,
                            asking.ask(method, path, Some(compare(&nowhere))).await,
                            "{who} {foreign:?}"
                        );
                        is_silent(path, &who, &theirs);
                        asked += 1;
                    }
                }
                ("POST", "/v1/push") => {
                    // An id of 128 bits is known to whoever was shown the record. An edit of it is taken or not by where the
                    // record is; its outcome says nothing of what the record holds.
                    for target in [FOREIGN, NOBODY] {
                        let edit = device.edit(person, "resident", target, &[("reading", "bu gai".into(), &[])]);
                        let request = device.request(device.last, vec![edit]);
                        let body = serde_json::to_value(&request).unwrap();
                        let answer = asking.ask(method, path, Some(body)).await;
                        assert_eq!(answer.0, 200, "{}", answer.1);
                        let outcome = &answer.1["outcomes"][0];
                        device.last = Some(outcome["edit"].as_str().unwrap().parse().unwrap());
                        if !may_read_it {
                            let text = outcome.to_string();
                            assert!(!text.contains(SECRET) && !text.contains(SECRET_PHONE), "{text}");
                            assert!(outcome["revision"].is_null() && outcome["order"].is_null(), "{who}: {outcome}");
                        }
                        asked += 1;
                    }
                }
                ("GET" | "PUT", "/v1/blobs/{sha256}") => {
                    let call = |hash: &str| path.replace("{sha256}", hash);
                    let theirs = asking.ask(method, &call(&foreign_photo), None).await;
                    assert_eq!(theirs, asking.ask(method, &call(&no_photo), None).await, "{who} {method}");
                    asked += 1;
                }
                ("POST", "/v1/sign-in") => {
                    // A tablet has no sign-in, whoever's name it asks with.
                    let answers =
                        [json!({ "name": "p4", "password": "x" }), json!({ "name": "nobody", "password": "x" })];
                    let first = asking.ask(method, path, Some(answers[0].clone())).await;
                    assert_eq!(first, asking.ask(method, path, Some(answers[1].clone())).await);
                    assert_eq!(first.0, 404);
                    asked += 1;
                }
                ("POST", "/v1/sign-out") => {
                    let first = asking.ask(method, path, Some(json!({ "token": "somebody-else" }))).await;
                    assert!(matches!(first.0, 204 | 404), "{first:?}");
                    asked += 1;
                }
                ("POST", "/v1/enrol") => {
                    let body = json!({ "code": "00000000", "device_key": device.pair.public, "nonce": "bm9uY2U", "app_version": "0" });
                    let answer = asking.ask(method, path, Some(body)).await;
                    assert!(matches!(answer.0, 404 | 429), "{answer:?}");
                    asked += 1;
                }
                ("POST", "/v1/erasures") => {
                    if !reads_people {
                        let erasure = |n: u8| json!({ "resident": id(n), "reason": "request" });
                        let theirs = asking.ask(method, path, Some(erasure(FOREIGN))).await;
                        assert_eq!(theirs, asking.ask(method, path, Some(erasure(NOBODY))).await, "{who} {method}");
                        assert_eq!(theirs.0, 404);
                        asked += 1;
                    }
                }
                ("POST", "/v1/renew") => {
                    // It takes no id, and its code enrols the device's own holder again.
                    let answer = asking.ask(method, path, None).await;
                    assert_eq!(answer.0, 200, "{who}: {answer:?}");
                    is_silent(path, &who, &answer);
                    asked += 1;
                }
                ("POST", "/v1/devices/{number}/revoke") => {
                    // From a tablet a device of somebody else is not there, whether or not it is.
                    for number in ["2", "99999999"] {
                        let call = path.replace("{number}", number);
                        let answer = asking.ask(method, &call, Some(json!({ "token": "somebody-else" }))).await;
                        assert_eq!((answer.0, answer.1["code"].as_str()), (404, Some("not_there")), "{who}");
                        asked += 1;
                    }
                }
                ("GET", "/v1/changes") => {
                    // Its heads are those of the grants; the stream goes on, so only its beginning is read.
                    let mut answer = client.get(format!("{url}{path}")).bearer_auth(&token).send().await.unwrap();
                    let first = String::from_utf8(answer.chunk().await.unwrap().unwrap().to_vec()).unwrap();
                    for foreign in &not_mine {
                        let named =
                            format!("{{\"channel\":\"{}\",\"facet\":\"{}\"", foreign.channel, foreign.facet.name());
                        assert!(!first.contains(&named), "{who} hears of {foreign:?}");
                    }
                    asked += 1;
                }
                ("GET", "/v1/records/{kind}/{id}/history") => {
                    if !reads_people {
                        let call = |n: u8| path.replace("{kind}", "resident").replace("{id}", &id(n).to_string());
                        let theirs = asking.ask(method, &call(FOREIGN), None).await;
                        assert_eq!(theirs, asking.ask(method, &call(NOBODY), None).await, "{who} {method}");
                        assert_eq!(theirs.0, 404);
                        asked += 1;
                    }
                }
                ("GET", _) => {
                    // Calls that take no id at all.
                    let answer = asking.ask(method, &format!("{path}?nonce=0123456789abcdef"), None).await;
                    assert!(answer.0 < 500, "{path}: {answer:?}");
                    if !may_read_it {
                        is_silent(path, &who, &answer);
                    }
                    asked += 1;
                }
                other => panic!("{other:?} is a new call: say here what it answers about foreign records"),
            }
        }
    }
    assert_eq!(probed.len(), calls.len());
    println!("F36: {} calls by {} people, {asked} questions about foreign records, 0 told", calls.len(), PEOPLE.len());
}
