//! The calls over a real listener, as a device makes them.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use futures_util::StreamExt;
use linli_relay::keys::{self, KeyPair};
use linli_relay::serving::{run_until_stopped, watch_other_processes};
use linli_relay::store::Holder;
use linli_relay::{district, enrolment};
use reqwest::{Client, Response, StatusCode};
use serde::Serialize;
use serde_json::{Value as Json, json};
use std::time::Duration;
use support::*;
use sync_protocol::messages::{
    Cursor, EnrolAnswer, EnrolRequest, Fate, Heads, Me, PullAnswer, PullRequest, PushAnswer, PushRequest, SignInAnswer,
    enrol_proof,
};
use sync_protocol::policy::Role;
use sync_protocol::{ChannelFacet, Facet};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

struct Served {
    town: Town,
    url: String,
    client: Client,
    stop: Option<oneshot::Sender<()>>,
    serving: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl Served {
    async fn start(town: Town) -> Self {
        drop(rustls::crypto::ring::default_provider().install_default());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = tokio::spawn(run_until_stopped(listener, town.relay.clone(), async { drop(stopped.await) }));
        tokio::spawn(watch_other_processes(town.relay.clone()));
        let client = Client::builder().no_proxy().no_zstd().build().unwrap();
        Self { town, url, client, stop: Some(stop), serving }
    }

    async fn post(&self, call: &str, token: Option<&str>, body: &impl Serialize) -> Response {
        let mut request = self.client.post(format!("{}{call}", self.url)).json(body);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        request.send().await.unwrap()
    }

    async fn get(&self, call: &str, token: &str) -> Response {
        self.client.get(format!("{}{call}", self.url)).bearer_auth(token).send().await.unwrap()
    }

    fn code(&self, holder: Holder, minutes: u64) -> String {
        let work = |tx: &dyn linli_relay::store::Tx| enrolment::new_code(tx, holder.clone(), minutes, now_ms());
        self.town.relay.store().write(work).unwrap()
    }

    async fn enrol(&self, code: &str, pair: &KeyPair) -> Response {
        self.post("/v1/enrol", None, &enrol_request(code, pair)).await
    }

    async fn enrolled(&self, holder: Holder) -> Device {
        let pair = KeyPair::generate().unwrap();
        let answer = self.enrol(&self.code(holder.clone(), 10), &pair).await;
        let answer: EnrolAnswer = answer.error_for_status().unwrap().json().await.unwrap();
        Device {
            number: answer.device,
            holder,
            pair,
            token: answer.token,
            last: None,
            next: 1.into(),
            clock: sync_protocol::Hlc::new(answer.device, sync_protocol::Stamp::ZERO),
        }
    }

    async fn pull(&self, device: &Device, at: &[ChannelFacet]) -> PullAnswer {
        let cursors = at.iter().map(|at| Cursor { at: at.clone(), position: 0, digest: None }).collect();
        let request = PullRequest { epoch: None, cursors, ..PullRequest::default() };
        let answer = self.post("/v1/pull", Some(&device.token), &request).await;
        answer.error_for_status().unwrap().json().await.unwrap()
    }

    async fn push(&self, device: &Device, request: &PushRequest) -> PushAnswer {
        let answer = self.post("/v1/push", Some(&device.token), request).await;
        answer.error_for_status().unwrap().json().await.unwrap()
    }
}

fn enrol_request(code: &str, pair: &KeyPair) -> EnrolRequest {
    EnrolRequest {
        code: code.into(),
        device_key: pair.public.clone(),
        nonce: "bm9uY2U".into(),
        app_version: "0.1.0".into(),
    }
}

/// The status and code of a refusal, which is always a problem of its own media type.
async fn problem(response: Response) -> (u16, String) {
    let status = response.status().as_u16();
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    assert_eq!(response.headers()["cache-control"], "no-store");
    let body: Json = response.json().await.unwrap();
    assert_eq!(body["status"], status);
    (status, body["code"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_tablet_enrols_pushes_and_its_edit_reaches_the_console() {
    let served = Served::start(Town::new()).await;
    let mut tablet = served.enrolled(Holder::Person(id(WORKER))).await;
    let console = served.enrolled(Holder::Console(DISTRICT.into())).await;
    let me: Me = served.get("/v1/me", &tablet.token).await.json().await.unwrap();
    assert_eq!((me.device, me.person.unwrap().name.as_str()), (tablet.number, "李娜"));
    let grid = at(&format!("grid:{GRID}"), Facet::Personal);
    assert!(me.grants.iter().any(|grant| grant.channel == grid.channel && grant.facets.contains(&grid.facet)));

    let edit = tablet.create(WORKER, "visit", 70, &visit(DWELLING, HOUSEHOLD));
    let answer = served.push(&tablet, &tablet.request(None, vec![edit])).await;
    assert_eq!((answer.epoch, answer.outcomes[0].result), (me.epoch, Fate::Merged));
    let pulled = served.pull(&console, &[grid]).await;
    assert_eq!(pulled.channels[0].listed.last(), Some(&key("visit", 70)));
    assert!(pulled.records.iter().any(|record| record.state.key() == key("visit", 70)));
}

#[tokio::test]
async fn a_code_enrols_one_device_once_and_says_why_not() {
    let served = Served::start(Town::new()).await;
    let worker = || Holder::Person(id(WORKER));
    let (pair, other) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let code = served.code(worker(), 10);
    let first: EnrolAnswer = served.enrol(&code, &pair).await.json().await.unwrap();
    assert!(keys::verify(&first.relay_key, &enrol_proof(&enrol_request(&code, &pair), first.device), &first.proof));
    assert_eq!((first.district.name.as_str(), first.demonstration), ("相山区", false));

    // The answer was lost: the same device hears it again, with a token that works.
    let again: EnrolAnswer = served.enrol(&code, &pair).await.json().await.unwrap();
    assert_eq!(again.device, first.device);
    assert_eq!(served.get("/v1/me", &again.token).await.status(), StatusCode::OK);

    assert_eq!(problem(served.enrol(&code, &other).await).await, (409, "enrol_code_used".into()));
    let expired = served.code(worker(), 0);
    assert_eq!(problem(served.enrol(&expired, &pair).await).await, (410, "enrol_code_expired".into()));
    assert_eq!(problem(served.enrol("none", &pair).await).await, (404, "enrol_code_unknown".into()));
    let mut no_key = enrol_request(&served.code(worker(), 10), &pair);
    no_key.device_key = "AAAA".into();
    assert_eq!(problem(served.post("/v1/enrol", None, &no_key).await).await, (400, "request_invalid".into()));
}

#[tokio::test]
async fn who_guesses_codes_has_to_wait() {
    let served = Served::start(Town::new()).await;
    let pair = KeyPair::generate().unwrap();
    for _ in 0..20 {
        assert_eq!(problem(served.enrol("none", &pair).await).await.0, 404);
    }
    let answer = served.enrol(&served.code(Holder::Person(id(WORKER)), 10), &pair).await;
    assert_eq!(answer.headers()["retry-after"], "60");
    assert_eq!(problem(answer).await, (429, "too_many_requests".into()));
}

#[tokio::test]
async fn a_supervisor_signs_in_writes_at_the_console_and_signs_out() {
    let served = Served::start(Town::new().with_password(SUPERVISOR).with_password(WORKER)).await;
    let mut console = served.enrolled(Holder::Console(DISTRICT.into())).await;
    let token = console.token.clone();
    let sign_in = |name: &str, password: &str| {
        let body = json!({ "name": name, "password": password });
        let (served, token) = (&served, token.clone());
        async move { served.post("/v1/sign-in", Some(&token), &body).await }
    };
    assert_eq!(problem(sign_in("p3", "wrong").await).await, (401, "sign_in_wrong".into()));
    assert_eq!(problem(sign_in("nobody", PASSWORD).await).await, (401, "sign_in_wrong".into()));
    // The right password, and nothing to do at a console.
    assert_eq!(problem(sign_in("p1", PASSWORD).await).await, (401, "sign_in_wrong".into()));
    let answer: SignInAnswer = sign_in("p3", PASSWORD).await.json().await.unwrap();
    assert_eq!((answer.roles[0].role, answer.roles[0].place.as_str()), (Role::Supervisor, "供电社区"));
    assert!(answer.grants.iter().any(|grant| grant.channel.to_string() == format!("grid:{GRID}")));

    let mut edits = Vec::new();
    for name in ["王方", "王放"] {
        let bases = served.town.bases("resident", RESIDENT, "name");
        edits.push(console.edit(SUPERVISOR, "resident", RESIDENT, &[("name", name.into(), &bases)]));
    }
    let mut request = console.request(None, vec![edits.remove(0)]);
    request.author_tokens.insert(id(SUPERVISOR), answer.token.clone());
    let before = served.push(&console, &request).await.outcomes.remove(0);
    assert_eq!(before.result, Fate::Merged);

    let signed_out = served.post("/v1/sign-out", Some(&console.token), &json!({ "token": answer.token })).await;
    assert_eq!(signed_out.status(), StatusCode::NO_CONTENT);
    let mut request = console.request(Some(before.edit), edits);
    request.author_tokens.insert(id(SUPERVISOR), answer.token);
    assert_eq!(served.push(&console, &request).await.outcomes[0].result, Fate::Later);

    // A tablet has no such call.
    let tablet = served.enrolled(Holder::Person(id(WORKER))).await;
    let body = json!({ "name": "p3", "password": PASSWORD });
    assert_eq!(problem(served.post("/v1/sign-in", Some(&tablet.token), &body).await).await.1, "not_there");
}

#[tokio::test]
async fn wrong_passwords_make_a_name_wait_whether_or_not_there_is_an_account() {
    let served = Served::start(Town::new().with_password(SUPERVISOR)).await;
    let console = served.enrolled(Holder::Console(DISTRICT.into())).await;
    for name in ["p3", "nobody"] {
        for _ in 0..5 {
            let body = json!({ "name": name, "password": "wrong" });
            assert_eq!(problem(served.post("/v1/sign-in", Some(&console.token), &body).await).await.1, "sign_in_wrong");
        }
        let body = json!({ "name": name, "password": PASSWORD });
        let answer = served.post("/v1/sign-in", Some(&console.token), &body).await;
        let seconds: u32 = answer.headers()["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((50..=60).contains(&seconds), "{seconds}");
        assert_eq!(problem(answer).await, (429, "sign_in_wait".into()));
    }
}

#[tokio::test]
async fn changes_tell_of_what_moved_at_once_and_of_other_processes_soon() {
    let served = Served::start(Town::new()).await;
    let tablet = served.enrolled(Holder::Person(id(WORKER))).await;
    let mut other = served.enrolled(Holder::Person(id(WORKER))).await;
    let grid = at(&format!("grid:{GRID}"), Facet::Personal);
    let mut events = served.get("/v1/changes", &tablet.token).await.bytes_stream();
    let mut position = async || {
        loop {
            let next = tokio::time::timeout(Duration::from_secs(5), events.next()).await.unwrap();
            let text = String::from_utf8(next.unwrap().unwrap().to_vec()).unwrap();
            let Some(data) = text.lines().find_map(|line| line.strip_prefix("data: ")) else { continue };
            let heads: Heads = serde_json::from_str(data).unwrap();
            assert!(heads.heads.iter().all(|head| !head.channel.to_string().ends_with(OTHER_GRID)));
            let at_grid = heads.heads.iter().find(|head| head.channel == grid.channel && head.facet == grid.facet);
            return at_grid.unwrap().position;
        }
    };
    let first = position().await;

    let edit = other.create(WORKER, "visit", 70, &visit(DWELLING, HOUSEHOLD));
    served.push(&other, &other.request(None, vec![edit])).await;
    assert!(position().await > first);

    // As a command beside the running relay would write.
    let beside = linli_relay::relay::Relay::open(served.town.folder.path()).unwrap();
    let second = beside.store().read(|tx| tx.head(&grid)).unwrap();
    let resident = linli_relay::accept::Draft {
        kind: "household".into(),
        id: id(71),
        author: None,
        create: true,
        fields: [("dwelling".to_owned(), id(DWELLING).into())].into(),
    };
    let mut drafts = vec![resident];
    beside
        .store()
        .write(|tx| linli_relay::accept::write_own(tx, beside.schema(), std::mem::take(&mut drafts), now_ms()))
        .unwrap();
    assert!(position().await > second);
}

/// Grants are remembered between calls; what they depend on makes them anew.
#[tokio::test]
async fn a_new_assignment_reaches_calls_and_listeners_that_had_other_rights() {
    let served = Served::start(Town::new()).await;
    let tablet = served.enrolled(Holder::Person(id(OTHER_WORKER))).await;
    let grid = at(&format!("grid:{GRID}"), Facet::Personal);
    let may_see = async || {
        let me: Me = served.get("/v1/me", &tablet.token).await.json().await.unwrap();
        let pulled = served.pull(&tablet, std::slice::from_ref(&grid)).await;
        (me.grants.iter().any(|grant| grant.channel == grid.channel), !pulled.channels.is_empty())
    };
    assert_eq!(may_see().await, (false, false));
    let mut events = served.get("/v1/changes", &tablet.token).await.bytes_stream();
    events.next().await.unwrap().unwrap();
    let assignment = vec![
        ("person", id(OTHER_WORKER).into()),
        ("role", "grid_worker".into()),
        ("division", GRID.into()),
        ("from", "2026-01-01".into()),
    ];
    served.town.write(vec![("assignment", 120, assignment)]);
    let told = async {
        while let Some(event) = events.next().await {
            if String::from_utf8_lossy(&event.unwrap()).contains(GRID) {
                return true;
            }
        }
        false
    };
    assert!(tokio::time::timeout(Duration::from_secs(5), told).await.unwrap());
    assert_eq!(may_see().await, (true, true));
}

#[tokio::test]
async fn what_is_not_a_call_is_answered_with_a_code() {
    let served = Served::start(Town::new()).await;
    let tablet = served.enrolled(Holder::Person(id(WORKER))).await;
    assert_eq!(problem(served.get("/v1/nothing", &tablet.token).await).await, (404, "not_there".into()));
    assert_eq!(problem(served.get("/v1/me", "no token of ours").await).await, (401, "not_signed_in".into()));
    let unnamed = served.client.get(format!("{}/v1/me", served.url)).send().await.unwrap();
    assert_eq!(problem(unnamed).await, (401, "not_signed_in".into()));
    let wrong = served.post("/v1/pull", Some(&tablet.token), &json!({ "cursors": 3 })).await;
    assert_eq!(problem(wrong).await, (400, "request_invalid".into()));
    let other_epoch = json!({ "epoch": "00000000-0000-0000-0000-000000000009", "cursors": [] });
    let answer = served.post("/v1/pull", Some(&tablet.token), &other_epoch).await;
    assert_eq!(problem(answer).await, (409, "epoch_changed".into()));
    let answer = served.client.get(format!("{}/healthz", served.url)).send().await.unwrap();
    assert_eq!(answer.json::<Json>().await.unwrap()["status"], "ok");
}

#[tokio::test]
async fn bodies_may_be_packed_but_not_blow_up() {
    let served = Served::start(Town::new()).await;
    let tablet = served.enrolled(Holder::Person(id(WORKER))).await;
    let send = |body: Vec<u8>, accept: &str| {
        let request = served.client.post(format!("{}/v1/pull", served.url)).bearer_auth(&tablet.token);
        let body = zstd::encode_all(body.as_slice(), 3).unwrap();
        request.header("content-encoding", "zstd").header("accept-encoding", accept).body(body).send()
    };
    let answer = send(json!({ "epoch": null, "cursors": [] }).to_string().into(), "identity").await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);

    let cursors =
        [at(&format!("grid:{GRID}"), Facet::Open)].map(|at| Cursor { at, position: 0, digest: None }).to_vec();
    let request = PullRequest { epoch: None, cursors, ..PullRequest::default() };
    let answer = send(serde_json::to_vec(&request).unwrap(), "zstd").await.unwrap();
    assert_eq!(answer.headers()["content-encoding"], "zstd");
    let unpacked = zstd::decode_all(&*answer.bytes().await.unwrap()).unwrap();
    assert!(!serde_json::from_slice::<PullAnswer>(&unpacked).unwrap().records.is_empty());

    let bomb = vec![b' '; 9 * 1024 * 1024];
    assert_eq!(problem(send(bomb, "identity").await.unwrap()).await, (413, "request_too_large".into()));
}

#[tokio::test]
async fn a_relay_that_stops_ends_open_streams_and_starts_again_with_everything() {
    let mut served = Served::start(Town::new()).await;
    let mut tablet = served.enrolled(Holder::Person(id(WORKER))).await;
    let edit = tablet.create(WORKER, "visit", 70, &visit(DWELLING, HOUSEHOLD));
    let request = tablet.request(None, vec![edit]);
    let first = served.push(&tablet, &request).await;
    let mut events = served.get("/v1/changes", &tablet.token).await.bytes_stream();
    events.next().await.unwrap().unwrap();
    served.stop.take().unwrap().send(()).unwrap();
    while let Some(event) = tokio::time::timeout(Duration::from_secs(5), events.next()).await.unwrap() {
        event.unwrap();
    }
    tokio::time::timeout(Duration::from_secs(5), served.serving).await.unwrap().unwrap().unwrap();

    let Town { relay, folder } = served.town;
    let epoch = relay.epoch();
    drop(relay);
    let relay = linli_relay::relay::Relay::open(folder.path()).unwrap();
    assert_eq!(relay.epoch(), epoch);
    let served = Served::start(Town { relay, folder }).await;
    let again = served.push(&tablet, &request).await;
    assert_eq!(again.outcomes, first.outcomes);
    let pulled = served.pull(&tablet, &[at(&format!("grid:{GRID}"), Facet::Personal)]).await;
    assert!(pulled.channels[0].listed.contains(&key("visit", 70)));
}

#[tokio::test]
async fn a_demonstration_says_so() {
    let served = Served::start(Town::new()).await;
    served.town.relay.store().write(district::set_demonstration).unwrap();
    let tablet = served.enrolled(Holder::Person(id(WORKER))).await;
    let me: Me = served.get("/v1/me", &tablet.token).await.json().await.unwrap();
    assert!(me.demonstration);
}

/// The program itself on a port of its own choosing.
fn spawn(data: &std::path::Path) -> (std::process::Child, String) {
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};
    let mut child = Command::new(env!("CARGO_BIN_EXE_linli-relay"))
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(data)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let url = line.trim().rsplit(' ').next().unwrap().to_owned();
    (child, url)
}

#[tokio::test]
async fn f1_a_relay_that_is_killed_keeps_what_it_acknowledged() {
    let town = Town::new();
    let data = town.folder.path().to_owned();
    let (mut child, url) = spawn(&data);
    let mut served = Served { url, ..Served::start(town).await };
    let mut tablet = served.enrolled(Holder::Person(id(WORKER))).await;
    let grid = at(&format!("grid:{GRID}"), Facet::Personal);
    for n in 70..75 {
        let edit = tablet.create(WORKER, "visit", n, &visit(DWELLING, HOUSEHOLD));
        let request = tablet.request(tablet.last, vec![edit]);
        let first = served.push(&tablet, &request).await.outcomes;
        child.kill().unwrap();
        child.wait().unwrap();
        (child, served.url) = spawn(&data);
        assert_eq!(served.push(&tablet, &request).await.outcomes, first);
        tablet.last = Some(first[0].edit);
        let listed = served.pull(&tablet, std::slice::from_ref(&grid)).await.channels.remove(0).listed;
        assert!((70..=n).all(|n| listed.contains(&key("visit", n))), "{listed:?}");
    }
    child.kill().unwrap();
    child.wait().unwrap();
}
