//! Two relays on one database serve the same devices, over HTTP, as an operator starts them.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use futures_util::StreamExt;
use linli_relay::relay::Relay;
use reqwest::Client;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use support::*;
use sync_protocol::messages::{Cursor, Fate, Me, PullAnswer, PullRequest, PushAnswer};
use sync_protocol::{Facet, RecordKey};

struct Running {
    process: Child,
    url: String,
}

impl Running {
    fn start(database: &str, data: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_linli-relay"));
        command.arg("serve").arg("--data").arg(data).args(["--listen", "127.0.0.1:0", "--log", "json"]);
        let mut process = command.env("LINLI_RELAY_STORE", database).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("linli-relay: serving at ").unwrap_or_else(|| panic!("{line:?}")).to_owned();
        Self { process, url }
    }

    async fn post<T: DeserializeOwned>(
        &self,
        client: &Client,
        device: &Device,
        call: &str,
        body: &impl Serialize,
    ) -> T {
        let request = client.post(format!("{}{call}", self.url)).json(body).bearer_auth(&device.token);
        request.send().await.unwrap().error_for_status().unwrap().json().await.unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_relay_takes_the_other_gives_and_both_tell_of_it() {
    drop(rustls::crypto::ring::default_provider().install_default());
    let database = postgres::database();
    let town = Town::in_database(&database.url);
    let (mut one_tablet, mut other_tablet) = (town.tablet(WORKER), town.tablet(WORKER));
    let folder = tempfile::tempdir().unwrap();
    let start = |name: &str| Running::start(&database.url, &folder.path().join(name));
    let (one, other) = (start("one"), start("other"));
    let client = Client::builder().no_proxy().build().unwrap();

    // One store: the same life, whichever relay is asked.
    let me = |relay: &Running| client.get(format!("{}/v1/me", relay.url)).bearer_auth(&other_tablet.token).send();
    let (here, there) = (me(&one).await.unwrap(), me(&other).await.unwrap());
    let (here, there): (Me, Me) = (here.json().await.unwrap(), there.json().await.unwrap());
    assert_eq!(here.epoch, there.epoch);
    assert!(here.now_ms.abs_diff(there.now_ms) < 60_000);

    let stream = client.get(format!("{}/v1/changes", other.url)).bearer_auth(&other_tablet.token).send();
    let mut stream = stream.await.unwrap().error_for_status().unwrap().bytes_stream();
    stream.next().await.unwrap().unwrap();

    // Both tablets write, each at the relay it happens to reach, again and again.
    let mut written = BTreeSet::new();
    for round in 0..5_u8 {
        for (at, (relay, tablet)) in (0..).zip([(&one, &mut one_tablet), (&other, &mut other_tablet)]) {
            let n = 100 + round * 2 + at;
            let edit = tablet.create(WORKER, "visit", n, &visit(DWELLING, HOUSEHOLD));
            let request = tablet.request(tablet.last, vec![edit]);
            let answer: PushAnswer = relay.post(&client, tablet, "/v1/push", &request).await;
            assert_eq!(answer.outcomes[0].result, Fate::Merged);
            tablet.last = Some(answer.outcomes[0].edit);
            written.insert(key("visit", n));
        }
    }
    let told = tokio::time::timeout(Duration::from_secs(30), stream.next()).await.unwrap();
    assert!(String::from_utf8(told.unwrap().unwrap().to_vec()).unwrap().contains("heads"));

    let at = at(&format!("grid:{GRID}"), Facet::Personal);
    let cursors = vec![Cursor { at, position: 0, digest: None }];
    let request = PullRequest { epoch: None, cursors, ..PullRequest::default() };
    let (from_one, from_other): (PullAnswer, PullAnswer) = (
        one.post(&client, &one_tablet, "/v1/pull", &request).await,
        other.post(&client, &one_tablet, "/v1/pull", &request).await,
    );
    assert_eq!(from_one.channels, from_other.channels);
    let held: BTreeSet<RecordKey> = from_one.records.iter().map(|one| one.state.key()).collect();
    assert!(written.is_subset(&held), "{held:?}");
    let wrong = town.relay.store().read(linli_relay::digests::wrong).unwrap();
    assert!(wrong.is_empty(), "digests that are not the sum of what is listed: {wrong:?}");
    drop::<Relay>(town.relay);
}

#[test]
fn serving_a_database_says_clearly_why_it_cannot() {
    let database = postgres::database();
    let folder = tempfile::tempdir().unwrap();
    let serve = |store: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_linli-relay"));
        let output = command.args(["serve", "--store", store, "--data"]).arg(folder.path()).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stderr).unwrap()
    };
    let empty = serve(&database.url);
    assert!(empty.contains("there is no store in postgres://") && empty.contains(&database.name), "{empty}");
    let nobody = serve("postgres://linli:hunter2@127.0.0.1:1/relay");
    assert!(nobody.contains("the database failed") && !nobody.contains("hunter2"), "{nobody}");
    let missing = serve(&database.url.replace(&database.name, "elsewhere"));
    assert!(missing.contains("elsewhere"), "{missing}");
}
