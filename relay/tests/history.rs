//! The history of a record over the wire: what it says, and to whom.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use linli_relay::serving::run_until_stopped;
use reqwest::Client;
use support::*;
use sync_protocol::messages::{ASKER_HEADER, History, SignInAnswer};
use tokio::net::TcpListener;

struct Served {
    town: Town,
    url: String,
    client: Client,
}

impl Served {
    async fn start(town: Town) -> Self {
        drop(rustls::crypto::ring::default_provider().install_default());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(run_until_stopped(listener, town.relay.clone(), std::future::pending()));
        Self { town, url, client: Client::builder().no_proxy().build().unwrap() }
    }

    /// The history, or the status and code of the refusal, the words of which say nothing of the record.
    async fn history(&self, device: &Device, asker: Option<&str>, record: &str) -> Result<History, (u16, String)> {
        let mut request =
            self.client.get(format!("{}/v1/records/{record}/history", self.url)).bearer_auth(&device.token);
        if let Some(asker) = asker {
            request = request.header(ASKER_HEADER, asker);
        }
        let answer = request.send().await.unwrap();
        if answer.status().is_success() {
            return Ok(answer.json().await.unwrap());
        }
        let status = answer.status().as_u16();
        let body = answer.text().await.unwrap();
        Err((status, body))
    }

    async fn sign_in(&self, console: &Device) -> String {
        let body = serde_json::json!({ "name": format!("p{SUPERVISOR}"), "password": PASSWORD });
        let request = self.client.post(format!("{}/v1/sign-in", self.url)).bearer_auth(&console.token).json(&body);
        request.send().await.unwrap().json::<SignInAnswer>().await.unwrap().token
    }
}

fn record(kind: &str, n: u8) -> String {
    format!("{kind}/{}", id(n))
}

#[tokio::test]
async fn a_history_says_who_changed_what_from_what_to_what() {
    let served = Served::start(Town::new().with_password(SUPERVISOR)).await;
    let town = &served.town;
    let (mut tablet, console) = (town.tablet(WORKER), town.console());
    let bases = town.bases("resident", RESIDENT, "phone");
    let change = tablet.edit(WORKER, "resident", RESIDENT, &[("phone", "10000000002".into(), &bases)]);
    let refused = tablet.edit(WORKER, "resident", RESIDENT, &[("no_such_field", 1.into(), &[])]);
    let stamp = change.stamp;
    town.push(&mut tablet, vec![change, refused]).unwrap();

    let token = served.sign_in(&console).await;
    let mine = served.history(&tablet, None, &record("resident", RESIDENT)).await.unwrap();
    let theirs = served.history(&console, Some(&token), &record("resident", RESIDENT)).await.unwrap();
    assert_eq!(mine, theirs);
    assert_eq!((mine.changes.len(), mine.earlier), (2, 0));
    let newest = &mine.changes[0];
    assert_eq!((newest.author, newest.author_name.as_str(), newest.at_ms), (id(WORKER), "李娜", stamp.ms));
    let phone = &newest.fields["phone"];
    assert_eq!((&phone.before, &phone.after), (&"10000000001".into(), &"10000000002".into()));
    assert!(mine.changes[1].created && mine.changes[1].author_name.is_empty());
}

#[tokio::test]
async fn f36_whose_record_it_is_not_hears_what_they_would_hear_of_a_record_that_is_not_there() {
    let served = Served::start(Town::new().with_password(SUPERVISOR)).await;
    let town = &served.town;
    let (worker, other, lead) = (town.tablet(WORKER), town.tablet(OTHER_WORKER), town.tablet(LEAD));
    let console = town.console();
    let nothing = served.history(&worker, None, &record("resident", 99)).await.unwrap_err();
    assert!(nothing.0 == 404 && nothing.1.contains("not_there"), "{nothing:?}");

    let hidden = [
        (&other, record("resident", RESIDENT)),
        (&other, record("household", HOUSEHOLD)),
        (&lead, record("resident", RESIDENT)),
        (&lead, record("household", HOUSEHOLD)),
        // The worker's own grid, and a facet that they have no right to.
        (&worker, record("identity", RESIDENT)),
        (&worker, "nothing/of-this-form".to_owned()),
        (&worker, record("no_such_kind", RESIDENT)),
    ];
    for (device, record) in hidden {
        assert_eq!(served.history(device, None, &record).await.unwrap_err(), nothing, "{record}");
    }
    assert!(served.history(&worker, None, &record("resident", CHILD)).await.is_ok());

    // A console is a device and no person: who asks has to be signed in there.
    let nobody = served.history(&console, None, &record("resident", RESIDENT)).await.unwrap_err();
    assert!(nobody.0 == 401 && nobody.1.contains("session_ended"), "{nobody:?}");
    let token = served.sign_in(&console).await;
    let elsewhere = served.history(&town.console(), Some(&token), &record("resident", RESIDENT)).await.unwrap_err();
    assert_eq!(elsewhere, nobody);
    assert_eq!(served.history(&console, Some(&token), &record("identity", RESIDENT)).await.unwrap_err(), nothing);
    // A token at a tablet lends it nobody's rights.
    assert_eq!(served.history(&other, Some(&token), &record("resident", RESIDENT)).await.unwrap_err(), nothing);
}

#[tokio::test]
async fn what_was_written_while_a_matter_was_private_stays_with_those_who_may_read_private_matters() {
    let served = Served::start(Town::new()).await;
    let town = &served.town;
    let (mut worker, lead) = (town.tablet(WORKER), town.tablet(LEAD));
    town.write(vec![(
        "category",
        90,
        vec![
            ("code", "light".into()),
            ("group", "issue".into()),
            ("name", "路灯".into()),
            ("name_en", "Light".into()),
            ("accept_hours", 4.into()),
            ("sign_hours", 4.into()),
            ("handle_hours", 4.into()),
            ("private", false.into()),
            ("sort", 1.into()),
        ],
    )]);
    let issue = worker.create(
        WORKER,
        "issue",
        91,
        &[
            ("number", "261127-2-1".into()),
            ("words", "楼道灯不亮".into()),
            ("source", "seen".into()),
            ("happened_at", "2026-11-27T01:00:00.000Z".into()),
            ("author_name", "李娜".into()),
            ("category", id(90).into()),
            ("place", "王芳家门口".into()),
            ("grid", GRID.into()),
            ("building", id(BUILDING).into()),
            ("urgency", "normal".into()),
            ("private", true.into()),
        ],
    );
    let bases = vec![issue.stamp];
    let opened =
        worker.edit(WORKER, "issue", 91, &[("private", false.into(), &bases), ("place", "三单元门口".into(), &bases)]);
    let outcomes = town.push(&mut worker, vec![issue, opened]).unwrap();
    assert!(outcomes.iter().all(|one| one.code.is_none()), "{outcomes:?}");
    let all = served.history(&worker, None, &record("issue", 91)).await.unwrap();
    assert_eq!(all.changes.len(), 2);
    let open = served.history(&lead, None, &record("issue", 91)).await.unwrap();
    assert_eq!(open.changes.len(), 1, "{open:#?}");
    assert!(!serde_json::to_string(&open).unwrap().contains("王芳"), "{open:#?}");
}
