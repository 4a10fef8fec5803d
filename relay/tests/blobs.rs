//! Photos over a real listener: resumed at any byte, checked before they count, read by who may and by nobody else.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use linli_relay::keys::token;
use linli_relay::relay::{Relay, store_path};
use linli_relay::routes::openapi;
use linli_relay::serving::run_until_stopped;
use linli_relay::store::Holder;
use reqwest::{Client, RequestBuilder, Response};
use serde_json::{Value as Json, json};
use std::time::{Duration, SystemTime};
use support::*;
use sync_protocol::Value;
use sync_protocol::blobs::{BlobAnswer, BlobHash, MAX_BLOB_BYTES};
use sync_protocol::messages::Fate;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};

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

    /// The same store after the relay was started again.
    async fn again(self) -> Self {
        let Town { relay, folder } = self.town;
        drop(relay);
        let relay = Relay::open_file(&store_path(folder.path())).unwrap();
        Self::start(Town { relay, folder }).await
    }

    fn blob(&self, method: reqwest::Method, name: &str, device: &Device) -> RequestBuilder {
        self.client.request(method, format!("{}/v1/blobs/{name}", self.url)).bearer_auth(&device.token)
    }

    async fn put(&self, device: &Device, name: &str, place: &str, bytes: &[u8]) -> Response {
        let put = self.blob(reqwest::Method::PUT, name, device).header("content-range", format!("bytes {place}"));
        put.body(bytes.to_vec()).send().await.unwrap()
    }

    async fn give(&self, device: &Device, photo: &[u8]) -> BlobAnswer {
        let place = format!("0-{}/{}", photo.len() - 1, photo.len());
        self.put(device, &name(photo), &place, photo).await.json().await.unwrap()
    }

    async fn get(&self, device: &Device, photo: &[u8]) -> Response {
        self.blob(reqwest::Method::GET, &name(photo), device).send().await.unwrap()
    }
}

/// Bytes that begin as a photo's do.
fn photo(length: usize) -> Vec<u8> {
    let mut bytes: Vec<u8> = (0..length).map(|at| (at * 7 % 251) as u8).collect();
    bytes[..4].copy_from_slice(&[0xff, 0xd8, 0xff, 0xe0]);
    bytes
}

fn name(photo: &[u8]) -> String {
    BlobHash::of(photo).to_string()
}

fn attachment(about: &str, photo: &[u8]) -> Vec<(&'static str, Value)> {
    vec![
        ("about", about.into()),
        ("use", "photo".into()),
        ("sha256", name(photo).into()),
        ("media_type", "image/jpeg".into()),
        ("bytes", (photo.len() as i64).into()),
        ("place_kept", false.into()),
    ]
}

fn issue(private: bool) -> Vec<(&'static str, Value)> {
    vec![
        ("number", "261123-7-1".into()),
        ("words", "三楼的灯不亮".into()),
        ("source", "seen".into()),
        ("author_name", "李娜".into()),
        ("happened_at", "2026-11-23T01:12:00.000Z".into()),
        ("category", id(80).into()),
        ("place", "3号楼".into()),
        ("grid", GRID.into()),
        ("building", id(BUILDING).into()),
        ("urgency", "normal".into()),
        ("private", private.into()),
    ]
}

async fn problem(response: Response) -> (u16, String) {
    let status = response.status().as_u16();
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    let body: Json = response.json().await.unwrap();
    (status, body["code"].as_str().unwrap_or_default().to_owned())
}

/// A worker's tablet that has reported an issue with this photo.
fn reported(town: &Town, private: bool, photo: &[u8]) -> Device {
    let mut tablet = town.tablet(WORKER);
    let issue = tablet.create(WORKER, "issue", 90, &issue(private));
    let about = format!("issue:{}", id(90));
    let attachment = tablet.create(WORKER, "attachment", 91, &attachment(&about, photo));
    let outcomes = town.push(&mut tablet, vec![issue, attachment]).unwrap();
    assert!(outcomes.iter().all(|one| one.result == Fate::Merged), "{outcomes:?}");
    tablet
}

#[tokio::test]
async fn a_photo_goes_on_where_it_stopped_also_after_the_relay_was_started_again() {
    let photo = photo(200_000);
    let town = Town::new();
    let tablet = reported(&town, false, &photo);
    let served = Served::start(town).await;
    let answer: BlobAnswer =
        served.put(&tablet, &name(&photo), "0-99999/200000", &photo[..100_000]).await.json().await.unwrap();
    assert_eq!(answer, BlobAnswer { held: 100_000, whole: false });
    assert_eq!(problem(served.get(&tablet, &photo).await).await, (404, "not_there".into()), "half a photo is none");

    // A line that breaks in the middle of a stretch: what came is kept.
    let address = served.url.strip_prefix("http://").unwrap();
    let mut line = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "PUT /v1/blobs/{} HTTP/1.1\r\nhost: relay\r\nauthorization: Bearer {}\r\ncontent-length: 100000\r\n\
         content-range: bytes 100000-199999/200000\r\n\r\n",
        name(&photo),
        tablet.token
    );
    line.write_all(head.as_bytes()).await.unwrap();
    line.write_all(&photo[100_000..130_001]).await.unwrap();
    line.flush().await.unwrap();
    drop(line);
    let mut held = 0;
    for _ in 0..200 {
        let asked = served.put(&tablet, &name(&photo), "*/200000", b"").await;
        held = asked.json::<BlobAnswer>().await.unwrap().held;
        if held == 130_001 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    assert_eq!(held, 130_001, "to the byte");

    let served = served.again().await;
    let asked: BlobAnswer = served.put(&tablet, &name(&photo), "*/200000", b"").await.json().await.unwrap();
    assert_eq!(asked, BlobAnswer { held: 130_001, whole: false });
    // Too far ahead: nothing is taken, and the answer says where to go on.
    let gap: BlobAnswer =
        served.put(&tablet, &name(&photo), "150000-199999/200000", &photo[150_000..]).await.json().await.unwrap();
    assert_eq!(gap, asked);
    let last: BlobAnswer =
        served.put(&tablet, &name(&photo), "130001-199999/200000", &photo[130_001..]).await.json().await.unwrap();
    assert_eq!(last, BlobAnswer { held: 200_000, whole: true });
    let got = served.get(&tablet, &photo).await;
    assert_eq!((got.status().as_u16(), got.headers()["content-type"].to_str().unwrap()), (200, "image/jpeg"));
    assert_eq!(got.bytes().await.unwrap(), photo);
    let rest = served.blob(reqwest::Method::GET, &name(&photo), &tablet).header("range", "bytes=199990-");
    let rest = rest.send().await.unwrap();
    assert_eq!(
        (rest.status().as_u16(), &rest.headers()["content-range"]),
        (206, &"bytes 199990-199999/200000".parse().unwrap())
    );
    assert_eq!(rest.bytes().await.unwrap(), &photo[199_990..]);
    let beyond = served.blob(reqwest::Method::GET, &name(&photo), &tablet).header("range", "bytes=200000-");
    assert_eq!(problem(beyond.send().await.unwrap()).await, (416, "request_invalid".into()));
    let nobody_else = std::fs::metadata(served.town.folder.path().join("blobs")).unwrap();
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&nobody_else.permissions()) & 0o077, 0);
}

#[tokio::test]
async fn what_is_not_what_its_hash_says_or_is_no_photo_never_counts() {
    let served = Served::start(Town::new()).await;
    let tablet = served.town.tablet(WORKER);
    let (right, mut wrong) = (photo(1_000), photo(1_000));
    wrong[500] ^= 1;
    let refused = served.put(&tablet, &name(&right), "0-999/1000", &wrong).await;
    assert_eq!(problem(refused).await, (422, "blob_hash_wrong".into()));
    let asked: BlobAnswer = served.put(&tablet, &name(&right), "*/1000", b"").await.json().await.unwrap();
    assert_eq!(asked.held, 0, "it begins again");
    assert!(served.give(&tablet, &right).await.whole);
    let page = b"<html><script>alert(1)</script></html>";
    let refused = served.put(&tablet, &name(page), "0-37/38", page).await;
    assert_eq!(problem(refused).await, (415, "blob_type_wrong".into()));
    let too_large = format!("0-9/{}", MAX_BLOB_BYTES + 1);
    assert_eq!(problem(served.put(&tablet, &name(&right), &too_large, b"0123456789").await).await.0, 413);
    for place in ["0-9/0", "9-0/10", "0-10/10", "x-9/10", "0-9", "-1-9/10", "99999999999999999999-1/2"] {
        assert_eq!(problem(served.put(&tablet, &name(&right), place, b"0123456789").await).await.0, 400, "{place}");
    }
}

#[tokio::test]
async fn f34_nothing_a_caller_sends_becomes_a_path() {
    let served = Served::start(Town::new()).await;
    let tablet = served.town.tablet(WORKER);
    let upper = name(b"x").to_uppercase();
    for bad in ["..%2F..%2Frelay.db", "relay.db", "%00", &upper, "0", "..%2Fblobs"] {
        assert_eq!(problem(served.put(&tablet, bad, "0-0/1", b"x").await).await, (404, "not_there".into()), "{bad}");
        let got = served.blob(reqwest::Method::GET, bad, &tablet).send().await.unwrap();
        assert_eq!(problem(got).await, (404, "not_there".into()), "{bad}");
    }
    assert!(!served.town.folder.path().join("blobs").exists());
}

#[tokio::test]
async fn f36_a_photo_is_there_for_who_may_see_its_record_and_for_nobody_else() {
    let town = Town::new();
    let (open, private) = (photo(3_000), photo(4_000));
    let mut tablet = reported(&town, false, &open);
    let secret = tablet.create(WORKER, "issue", 92, &issue(true));
    let about = format!("issue:{}", id(92));
    let of_secret = tablet.create(WORKER, "attachment", 93, &attachment(&about, &private));
    let outcomes = town.push(&mut tablet, vec![secret, of_secret]).unwrap();
    assert!(outcomes.iter().all(|one| one.result == Fate::Merged), "{outcomes:?}");
    let served = Served::start(town).await;
    assert!(served.give(&tablet, &open).await.whole);
    assert!(served.give(&tablet, &private).await.whole);
    let unknown = problem(served.get(&tablet, &photo(5)).await).await;
    let console = served.town.console();
    // Who may see it; the last column is the private one.
    for (who, device, sees_open, sees_private) in [
        ("its author", &tablet, true, true),
        ("the console", &console, true, true),
        ("the community's supervisor", &served.town.tablet(SUPERVISOR), true, true),
        ("the building's lead", &served.town.tablet(LEAD), true, false),
        ("the next grid's worker", &served.town.tablet(OTHER_WORKER), false, false),
        ("a worker of former times", &served.town.tablet(FORMER_WORKER), false, false),
        ("a handler it was not sent to", &served.town.tablet(HANDLER), false, false),
        ("an auditor", &served.town.tablet(AUDITOR), false, false),
    ] {
        for (photo, sees) in [(&open, sees_open), (&private, sees_private)] {
            let got = served.get(device, photo).await;
            match sees {
                true => assert_eq!(got.status(), 200, "{who}"),
                false => assert_eq!(problem(got).await, unknown, "{who}"),
            }
        }
    }
    let nobody = Device { token: token().unwrap().0, ..served.town.tablet(WORKER) };
    assert_eq!(problem(served.get(&nobody, &open).await).await.0, 401);
}

#[tokio::test]
async fn f36_nobody_learns_that_a_photo_exists_and_a_hash_alone_opens_none() {
    let town = Town::new();
    let photo = photo(150_000);
    let tablet = reported(&town, false, &photo);
    let served = Served::start(town).await;
    assert!(served.give(&tablet, &photo).await.whole);
    // Another person is asked for every byte of it, as if it were new.
    let mut stranger = served.town.tablet(OTHER_WORKER);
    let asked: BlobAnswer = served.put(&stranger, &name(&photo), "*/150000", b"").await.json().await.unwrap();
    assert_eq!(asked, BlobAnswer { held: 0, whole: false });
    // A record of their own that names a hash they heard of does not open it.
    let other: Vec<_> = issue(false)
        .into_iter()
        .map(|(field, value)| match field {
            "grid" => (field, OTHER_GRID.into()),
            "building" => (field, id(OTHER_BUILDING).into()),
            _ => (field, value),
        })
        .collect();
    let mine = stranger.create(OTHER_WORKER, "issue", 94, &other);
    let names = stranger.create(OTHER_WORKER, "attachment", 95, &attachment(&format!("issue:{}", id(94)), &photo));
    let outcomes = served.town.push(&mut stranger, vec![mine, names]).unwrap();
    assert!(outcomes.iter().all(|one| one.result == Fate::Merged), "{outcomes:?}");
    assert_eq!(problem(served.get(&stranger, &photo).await).await, (404, "not_there".into()));
    // Whoever has the bytes may have them.
    assert!(served.give(&stranger, &photo).await.whole);
    assert_eq!(served.get(&stranger, &photo).await.bytes().await.unwrap(), photo);
}

#[tokio::test]
async fn a_person_enrolled_anew_goes_on_with_their_photo_and_those_who_listen_hear_of_it() {
    let town = Town::new();
    let photo = photo(10_000);
    let tablet = reported(&town, false, &photo);
    let grid = at(&format!("grid:{GRID}"), sync_protocol::Facet::Open);
    let served = Served::start(town).await;
    served.put(&tablet, &name(&photo), "0-4999/10000", &photo[..5_000]).await.error_for_status().unwrap();
    let head = || served.town.relay.store().read(|tx| tx.head(&grid)).unwrap();
    let before = head();
    let anew = served.town.device(Holder::Person(id(WORKER)));
    let done = served.put(&anew, &name(&photo), "5000-9999/10000", &photo[5_000..]).await;
    assert!(done.json::<BlobAnswer>().await.unwrap().whole);
    assert!(head() > before, "the attachment is listed once more");
    assert_eq!(served.get(&anew, &photo).await.status(), 200);
}

#[tokio::test]
async fn what_nobody_went_on_with_is_given_up_after_a_week() {
    let served = Served::start(Town::new()).await;
    let (tablet, photo) = (served.town.tablet(WORKER), photo(10_000));
    served.put(&tablet, &name(&photo), "0-4999/10000", &photo[..5_000]).await.error_for_status().unwrap();
    let (files, day) = (served.town.relay.blobs(), Duration::from_secs(24 * 3600));
    assert_eq!(files.tidy(SystemTime::now() + day * 6).unwrap(), 0);
    assert_eq!(files.tidy(SystemTime::now() + day * 8).unwrap(), 1);
    let asked: BlobAnswer = served.put(&tablet, &name(&photo), "*/10000", b"").await.json().await.unwrap();
    assert_eq!(asked.held, 0);
}

#[tokio::test]
async fn f32_one_device_cannot_fill_the_disk_in_one_go() {
    let folder = tempfile::tempdir().unwrap();
    drop(folder);
    let town = Town::new();
    let limits = linli_relay::settings::Limits {
        device_photo_kib_per_second: 1,
        device_photo_burst_mib: 4,
        ..linli_relay::settings::Limits::default()
    };
    let Town { relay, folder } = town;
    drop(relay);
    let relay = Relay::open_file_with(&store_path(folder.path()), limits).unwrap();
    let served = Served::start(Town { relay, folder }).await;
    let (tablet, other) = (served.town.tablet(WORKER), served.town.tablet(OTHER_WORKER));
    let large = photo(3 * 1024 * 1024);
    assert!(served.give(&tablet, &large).await.whole);
    let second = photo(2 * 1024 * 1024);
    let place = format!("0-{}/{}", second.len() - 1, second.len());
    let refused = served.put(&tablet, &name(&second), &place, &second).await;
    assert!(refused.headers().contains_key("retry-after"));
    assert_eq!(problem(refused).await, (429, "too_many_requests".into()));
    assert!(served.give(&other, &second).await.whole, "the next one is not held up");
}

#[tokio::test]
async fn the_description_says_what_a_photo_call_answers() {
    let document = openapi::build();
    let schema = json!({ "$ref": "#/components/schemas/BlobAnswer", "components": document["components"] });
    let answer = serde_json::to_value(BlobAnswer { held: 1, whole: false }).unwrap();
    assert!(jsonschema::draft202012::new(&schema).unwrap().is_valid(&answer));
    let call = &document["paths"]["/v1/blobs/{sha256}"];
    for (method, statuses) in
        [("get", &["200", "206", "404", "416"][..]), ("put", &["200", "400", "404", "408", "413", "415", "422"])]
    {
        for status in statuses.iter().chain(&["401", "403", "429", "503"]) {
            assert!(call[method]["responses"][status].is_object(), "{method} {status}");
        }
    }
}
