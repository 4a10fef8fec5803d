//! Answers that are not what the relay wrote: captive portals (F13), and whatever changes a body on its way (F14).

use anyhow::{Context, Result, ensure};
use linli_tests::dice::times;
use linli_tests::neighbourhood::Neighbourhood;
use linli_tests::{Dice, Impostor};
use local_store::{View, cursors, device};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use sync_client::trust::Anchors;
use sync_client::{Http, SyncError, transport::Transport};
use sync_protocol::messages::{PullRequest, PushRequest};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

#[tokio::test]
async fn f13_a_captive_portal_is_called_that_and_moves_neither_cursor_nor_outbox() -> Result<()> {
    let here = Neighbourhood::start().await?;
    let mut tablet = here.tablet("wangwei").await?;
    let home = tablet.home().await?;
    let before = tablet.store()?.read(&View::Everything, cursors::all)?;
    for (n, (head, body)) in [
        ("200 OK\r\ncontent-type: text/html", "<html>请登录无线网络</html>"),
        ("200 OK\r\ncontent-type: application/json", "{\"login\":\"required\"}"),
        ("302 Found\r\nlocation: http://10.0.0.1/login", ""),
        ("511 Network Authentication Required\r\ncontent-type: text/html", "<html>"),
        (
            "403 Forbidden\r\ncontent-type: application/problem+json",
            "{\"code\":\"device_revoked\",\"title\":\"\",\"status\":403}",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let portal = Impostor::answering(head, body).await?;
        tablet = tablet.after_the_battery_died(Some(portal.address()))?;
        tablet.unlock().await?;
        tablet.visit(&home, &format!("在无线网络后面写的第{n}句")).await?;
        let is_told = |status: &Value| status["last_problem"]["code"] == "not_the_relay" && status["online"] == false;
        let status = tablet.until("sync_status", Value::Null, is_told).await?;
        ensure!(status["waiting"] == (n as u64 + 1) * 2, "{head}: {status}");
        ensure!(!portal.heard().is_empty());
        let now = tablet.store()?.read(&View::Everything, cursors::all)?;
        ensure!(now == before, "{head}: a cursor moved");
    }
    let tablet = tablet.after_the_battery_died(Some(here.address()))?;
    tablet.unlock().await?;
    tablet.until_sent().await
}

/// Says what it is told to, once to each caller, and remembers nothing.
struct Parrot {
    address: String,
    says: Arc<Mutex<Vec<u8>>>,
}

impl Parrot {
    async fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = format!("http://{}", listener.local_addr()?);
        let says: Arc<Mutex<Vec<u8>>> = Arc::default();
        let said = says.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let said = said.lock().unwrap().clone();
                tokio::spawn(async move {
                    let mut request = vec![0; 64 * 1024];
                    if stream.read(&mut request).await.is_ok() {
                        drop(stream.write_all(&said).await);
                        drop(stream.shutdown().await);
                    }
                });
            }
        });
        Ok(Self { address, says })
    }

    fn say(&self, bytes: Vec<u8>) {
        *self.says.lock().unwrap() = bytes;
    }
}

/// A genuine answer of the relay, with the call it is of.
struct Genuine {
    head: String,
    body: Vec<u8>,
}

async fn ask(port: u16, token: &str, call: &str, body: &str, packed: bool) -> Result<Genuine> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    let encoding = if packed { "zstd" } else { "identity" };
    let request = format!(
        "{call} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n\
         accept-encoding: {encoding}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").context("no head")?;
    let head = String::from_utf8(answer[..end].to_vec())?;
    let mut body = answer.split_off(end + 4);
    if head.to_ascii_lowercase().contains("transfer-encoding: chunked") {
        body = unchunked(&body)?;
    }
    let lines = head.lines().filter(|line| {
        let line = line.to_ascii_lowercase();
        !["transfer-encoding", "content-length", "connection"].iter().any(|name| line.starts_with(name))
    });
    Ok(Genuine { head: lines.collect::<Vec<_>>().join("\r\n"), body })
}

fn unchunked(mut body: &[u8]) -> Result<Vec<u8>> {
    let mut whole = Vec::new();
    loop {
        let end = body.windows(2).position(|two| two == b"\r\n").context("no chunk")?;
        let length = usize::from_str_radix(std::str::from_utf8(&body[..end])?.trim(), 16)?;
        if length == 0 {
            return Ok(whole);
        }
        whole.extend(&body[end + 2..end + 2 + length]);
        body = &body[end + 2 + length + 2..];
    }
}

/// What a bad line, disk or proxy makes of a body.
fn changed(body: &[u8], others: &[Genuine], dice: &mut Dice) -> Vec<u8> {
    let mut bent = body.to_vec();
    let place = |dice: &mut Dice| dice.below(body.len() as u64) as usize;
    match dice.below(8) {
        0..=2 => bent[place(dice)] ^= 1 << dice.below(8),
        3 => bent.truncate(place(dice)),
        4 => {
            let (from, length) = (place(dice), 1 + dice.below(64) as usize);
            let some = body[from..(from + length).min(body.len())].to_vec();
            bent.splice(from..from, some);
        }
        5 => {
            let (one, other) = (place(dice), place(dice));
            let length = 1 + dice.below(16) as usize;
            for at in 0..length {
                if one.max(other) + at < bent.len() {
                    bent.swap(one + at, other + at);
                }
            }
        }
        6 => drop(bent.drain(..place(dice))),
        _ => bent = others[dice.below(others.len() as u64) as usize].body.clone(),
    }
    bent
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f14_no_answer_that_was_changed_on_its_way_is_believed() -> Result<()> {
    let mut dice = Dice::thrown();
    let here = Neighbourhood::start().await?;
    let tablet = here.tablet("wangwei").await?;
    let (token, mut held, epoch) = tablet
        .store()?
        .read(&View::Everything, |tx| Ok((device::fact(tx, "token")?, cursors::all(tx)?, device::epoch(tx)?)))?;
    let token = token.context("a token")?;
    held.iter_mut().for_each(|cursor| (cursor.position, cursor.digest) = (0, None));
    let pull = PullRequest { epoch, cursors: held, limit: Some(40), ..PullRequest::default() };
    let push = PushRequest {
        epoch,
        before: None,
        edits: Vec::new(),
        signature: String::new(),
        author_tokens: BTreeMap::new(),
        decided: BTreeMap::new(),
        erased: Default::default(),
    };
    let (pull_body, push_body) = (serde_json::to_string(&pull)?, serde_json::to_string(&push)?);
    let mut genuine = Vec::new();
    for packed in [false, true] {
        genuine.push(ask(here.port(), &token, "POST /v1/pull", &pull_body, packed).await?);
        genuine.push(ask(here.port(), &token, "GET /v1/me", "", packed).await?);
        genuine.push(ask(here.port(), &token, "POST /v1/push", &push_body, packed).await?);
        genuine.push(ask(here.port(), "nobody's", "GET /v1/me", "", packed).await?);
    }

    let parrot = Parrot::start().await?;
    let client = Http::new(&parrot.address, Some(token), Anchors::Nobody)?;
    // The answer as the client took it, or that it did not.
    let hear = async |call: usize| -> Result<String, SyncError> {
        match call % 4 {
            0 => client.pull(&pull).await.map(|answer| serde_json::to_string(&answer).unwrap_or_default()),
            1 | 3 => client.me(None).await.map(|answer| serde_json::to_string(&answer).unwrap_or_default()),
            _ => client.push(&push).await.map(|answer| serde_json::to_string(&answer).unwrap_or_default()),
        }
    };
    let whole = |one: &Genuine, body: &[u8], length: usize| {
        let head = format!("{}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n", one.head);
        [head.as_bytes(), body].concat()
    };
    let mut as_sent = Vec::new();
    for (call, one) in genuine.iter().enumerate() {
        parrot.say(whole(one, &one.body, one.body.len()));
        let heard = hear(call).await;
        let is_taken = if call % 4 == 3 { matches!(heard, Err(SyncError::Problem(_))) } else { heard.is_ok() };
        ensure!(is_taken, "the genuine answer {call} is not taken: {heard:?}");
        as_sent.push(format!("{heard:?}"));
    }
    let (mut tried, mut harmless, wanted) = (0, 0, times(10_000));
    while tried < wanted {
        let call = dice.below(genuine.len() as u64) as usize;
        let one = &genuine[call];
        let bent = changed(&one.body, &genuine, &mut dice);
        if bent == one.body {
            continue;
        }
        // A cut that nobody noticed, or one that left the length as it was said.
        let length = if dice.one_in(4) { one.body.len() } else { bent.len() };
        parrot.say(whole(one, &bent, length));
        let heard = hear(call).await;
        let refused = matches!(heard, Err(SyncError::NotTheRelay { .. } | SyncError::Unreachable { .. }));
        // A few bits of a packed body say nothing: then what comes out is what the relay wrote.
        let is_genuine = format!("{heard:?}") == as_sent[call];
        ensure!(refused || is_genuine, "answer {call} was believed after a change: {heard:?}");
        harmless += u64::from(is_genuine);
        tried += 1;
    }
    println!(
        "F14: {tried} changed answers to pull, me and push: 0 other words believed ({harmless} changes were of no meaning)"
    );
    ensure!(harmless * 50 < tried);
    Ok(())
}
