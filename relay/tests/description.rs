//! `/v1/openapi.json` says what is so: real requests and answers validate against it, and no call is left out.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use linli_relay::keys::KeyPair;
use linli_relay::routes::openapi;
use linli_relay::serving::run_until_stopped;
use linli_relay::store::Holder;
use linli_relay::{enrolment, store};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use support::*;
use sync_protocol::messages::{Cursor, PullRequest};
use sync_protocol::{Code, Grant};
use tokio::net::TcpListener;

/// Whether a value is of a schema of the document.
fn assert_fits(name: &str, value: &Json) {
    let document = openapi::build();
    let schema = json!({ "$ref": format!("#/components/schemas/{name}"), "components": document["components"] });
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let faults: Vec<String> =
        validator.iter_errors(value).map(|fault| format!("{} at {}", fault, fault.instance_path())).collect();
    assert!(faults.is_empty(), "{name}: {faults:?}\n{value:#}");
}

struct Caller {
    url: String,
    client: reqwest::Client,
}

impl Caller {
    async fn send(&self, call: &str, token: Option<&str>, of: &str, body: &Json, answer: &str) -> Json {
        assert_fits(of, body);
        let mut request = self.client.post(format!("{}{call}", self.url)).json(body);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let answered: Json = request.send().await.unwrap().json().await.unwrap();
        assert_fits(answer, &answered);
        answered
    }

    async fn get(&self, call: &str, token: &str, answer: &str) -> Json {
        let sent = self.client.get(format!("{}{call}", self.url)).bearer_auth(token).send().await.unwrap();
        let answered = sent.json().await.unwrap();
        assert_fits(answer, &answered);
        answered
    }
}

#[tokio::test]
async fn real_requests_and_answers_are_as_described() {
    drop(rustls::crypto::ring::default_provider().install_default());
    let town = Town::new().with_password(SUPERVISOR);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(run_until_stopped(listener, town.relay.clone(), std::future::pending()));
    let caller = Caller { url, client: reqwest::Client::builder().no_proxy().build().unwrap() };

    for holder in [Holder::Person(id(WORKER)), Holder::Console(DISTRICT.into())] {
        let work = |tx: &dyn store::Tx| enrolment::new_code(tx, holder.clone(), 10, now_ms());
        let code = town.relay.store().write(work).unwrap();
        let key = KeyPair::generate().unwrap().public;
        let body = json!({ "code": code, "device_key": key, "nonce": "n", "app_version": "0" });
        let enrolled = caller.send("/v1/enrol", None, "EnrolRequest", &body, "EnrolAnswer").await;
        caller.get("/v1/me", enrolled["token"].as_str().unwrap(), "Me").await;
    }

    let (mut tablet, console) = (town.tablet(WORKER), town.console());
    let seen = tablet.edit(WORKER, "resident", RESIDENT, &[("reading", "fang".into(), &[])]);
    let unseen = tablet.edit(WORKER, "resident", RESIDENT, &[("phone", "10000000009".into(), &[])]);
    let refused = tablet.edit(WORKER, "resident", RESIDENT, &[("no_such_field", 1.into(), &[])]);
    let waiting = tablet.edit(WORKER, "resident", 99, &[("phone", "1".into(), &[])]);
    let visited = tablet.create(WORKER, "visit", 70, &visit(DWELLING, HOUSEHOLD));
    let push = serde_json::to_value(tablet.request(None, vec![seen, unseen, refused, waiting, visited])).unwrap();
    let pushed = caller.send("/v1/push", Some(&tablet.token), "PushRequest", &push, "PushAnswer").await;
    let fates: BTreeSet<&str> =
        pushed["outcomes"].as_array().unwrap().iter().map(|one| one["result"].as_str().unwrap()).collect();
    assert_eq!(fates, BTreeSet::from(["conflict", "merged", "refused", "waiting"]), "{pushed:#}");

    let facets = town.grants(&console);
    let cursors =
        facets.iter().flat_map(Grant::channel_facets).map(|at| Cursor { at, position: 0, digest: None }).collect();
    let pull =
        serde_json::to_value(PullRequest { epoch: None, cursors, limit: Some(500), ..PullRequest::default() }).unwrap();
    let pulled = caller.send("/v1/pull", Some(&console.token), "PullRequest", &pull, "PullAnswer").await;
    assert!(pulled["records"].as_array().unwrap().len() > 10);

    let body = json!({ "name": "p3", "password": PASSWORD });
    let signed_in = caller.send("/v1/sign-in", Some(&console.token), "SignInRequest", &body, "SignInAnswer").await;
    assert_fits("SignOutRequest", &json!({ "token": signed_in["token"] }));
    caller.send("/v1/sign-in", Some(&tablet.token), "SignInRequest", &body, "Problem").await;
    caller.get(&format!("/v1/records/resident/{}/history", id(RESIDENT)), &tablet.token, "History").await;
    let erasure = json!({ "resident": id(RESIDENT), "reason": "request" });
    caller.send("/v1/erasures", Some(&tablet.token), "ErasureRequest", &erasure, "Problem").await;
    caller.get("/v1/nothing", &tablet.token, "Problem").await;
    caller.get("/healthz", "", "Health").await;
    caller.get("/readyz", "", "Ready").await;
    let served: Json =
        caller.client.get(format!("{}/v1/openapi.json", caller.url)).send().await.unwrap().json().await.unwrap();
    assert_eq!(served, openapi::build());
}

/// Codes that stand beside an edit or field, and never refuse a call.
const OF_EDITS: [Code; 10] = [
    Code::MovedAway,
    Code::UnknownKind,
    Code::UnknownField,
    Code::UnknownRecord,
    Code::ValueInvalid,
    Code::MustBePrivate,
    Code::SetOnce,
    Code::AlreadyThere,
    Code::Erased,
    Code::RightEnded,
];

#[test]
fn every_call_and_every_code_is_described() {
    let document = openapi::build();
    let described: BTreeSet<&str> = document["paths"].as_object().unwrap().keys().map(String::as_str).collect();
    // The routes, read where they are declared.
    let declared: BTreeSet<&str> = include_str!("../src/routes/mod.rs")
        .split(".route(\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    assert_eq!(described, declared);
    let calls = document["paths"].to_string();
    for code in Code::ALL {
        let is_described = calls.contains(&format!("\"{}\"", code.name()));
        assert_eq!(is_described, !OF_EDITS.contains(code), "{}", code.name());
    }
}
