//! The program against a hostile or clumsy world: TLS, limits, slow callers, logs, figures.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use serde_json::{Value as Json, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use support::*;

struct Program {
    child: Child,
    url: String,
    log: std::path::PathBuf,
}

impl Program {
    fn start(data: &Path, more: &[&str]) -> Self {
        let log = data.join("log");
        let mut child = Command::new(env!("CARGO_BIN_EXE_linli-relay"))
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .args(more)
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().rsplit(' ').next().unwrap().to_owned();
        assert!(url.starts_with("http"), "{}", std::fs::read_to_string(&log).unwrap());
        Self { child, url, log }
    }

    fn address(&self) -> &str {
        self.url.split_once("://").unwrap().1
    }

    fn terminate(&mut self) -> std::process::ExitStatus {
        let process = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &process]).status().unwrap().success());
        self.child.wait().unwrap()
    }

    fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn client() -> reqwest::ClientBuilder {
    drop(rustls::crypto::ring::default_provider().install_default());
    reqwest::Client::builder().no_proxy()
}

fn data_of(town: Town) -> tempfile::TempDir {
    drop(town.relay);
    town.folder
}

#[tokio::test]
async fn with_a_certificate_only_tls_1_3_is_spoken_and_the_key_must_fit() {
    let folder = data_of(Town::new());
    let data = folder.path();
    let one = rcgen::generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
    let other = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    std::fs::write(data.join("relay.pem"), one.cert.pem()).unwrap();
    std::fs::write(data.join("relay.key"), one.signing_key.serialize_pem()).unwrap();
    std::fs::write(data.join("other.key"), other.signing_key.serialize_pem()).unwrap();
    std::fs::write(data.join("relay.toml"), "[tls]\ncertificate = \"relay.pem\"\nkey = \"relay.key\"\n").unwrap();

    let mut program = Program::start(data, &[]);
    assert!(program.url.starts_with("https://127.0.0.1:"), "{}", program.url);
    let trusted = reqwest::Certificate::from_pem(one.cert.pem().as_bytes()).unwrap();
    let tls = client().tls_certs_only([trusted]).build().unwrap();
    let answer = tls.get(format!("{}/healthz", program.url)).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let stranger = client().tls_certs_only([]).build().unwrap();
    assert!(stranger.get(format!("{}/healthz", program.url)).send().await.is_err());
    let plain = client().build().unwrap();
    assert!(plain.get(format!("http://{}/healthz", program.address())).send().await.is_err());

    // Links lead to the address with TLS, whether or not the relay runs, and never past it.
    let code = |more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_linli-relay"));
        let output = command.args(["code", "--console", DISTRICT, "--data"]).arg(data).args(more).output().unwrap();
        (output.status.success(), String::from_utf8(output.stdout).unwrap())
    };
    let expected = format!("u=https%3A%2F%2F{}&", program.address().replace(':', "%3A"));
    assert!(code(&[]).1.contains(&expected), "{:?}", code(&[]));
    assert!(!code(&["--relay", "http://127.0.0.1:1"]).0);
    assert!(program.terminate().success());
    assert!(code(&[]).1.contains("u=https%3A%2F%2F127.0.0.1%3A7400&"));

    let pem = data.join("relay.pem");
    let output = Command::new(env!("CARGO_BIN_EXE_linli-relay"))
        .args(["serve", "--data"])
        .arg(data)
        .arg("--tls-certificate")
        .arg(&pem)
        .arg("--tls-key")
        .arg(data.join("other.key"))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("do not fit"));
}

#[tokio::test]
async fn f42_a_store_has_one_relay_and_commands_ask_it_while_it_runs() {
    let folder = data_of(Town::new());
    let data = folder.path();
    let run = |arguments: &[&str], data: &Path| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_linli-relay"));
        let output = command.args(arguments).arg("--data").arg(data).output().unwrap();
        let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        (output.status.code(), out, err)
    };
    let mut program = Program::start(data, &[]);
    let (status, _, words) = run(&["serve", "--listen", "127.0.0.1:0"], data);
    assert_eq!(status, Some(1));
    assert!(words.contains(&format!("process {}", program.child.id())), "{words}");

    let (status, link, words) = run(&["code", "--person", "p1"], data);
    assert_eq!(status, Some(0), "{words}");
    assert!(link.contains(&program.address().replace(':', "%3A")), "{link}");
    assert_eq!(run(&["code", "--person", "nobody"], data).0, Some(1));
    let file = data.join("divisions.csv");
    let rows = "code,name,level,parent\n340603,相山区,district,\n340603009,南街道,street,340603\n";
    std::fs::write(&file, rows).unwrap();
    let (_, said, words) = run(&["import", "--divisions", file.to_str().unwrap()], data);
    assert!(said.contains("1 new"), "{said}{words}");
    assert!(run(&["demo"], data).1.contains("already"));

    // Only the store's owner reaches the socket; with the relay it goes.
    let socket = std::fs::read_to_string(data.join("relay.socket-path")).unwrap();
    let mode = std::fs::metadata(Path::new(&socket).parent().unwrap()).unwrap();
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&mode.permissions()) & 0o777, 0o700);
    assert!(program.terminate().success());
    assert!(!Path::new(&socket).exists() && !data.join("relay.socket-path").exists());
    assert_eq!(run(&["code", "--person", "p1"], data).0, Some(0));

    // After a kill the next relay takes over what lay about.
    let mut killed = Program::start(data, &[]);
    killed.child.kill().unwrap();
    killed.child.wait().unwrap();
    let program = Program::start(data, &[]);
    assert!(run(&["code", "--person", "p1"], data).1.contains(&program.address().replace(':', "%3A")));
}

#[test]
fn a_data_folder_too_deep_for_a_socket_is_served_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("d".repeat(60)).join("e".repeat(60));
    drop(linli_relay::relay::Relay::open_file(&linli_relay::relay::store_path(&data)).unwrap());
    let mut program = Program::start(&data, &[]);
    let output = Command::new(env!("CARGO_BIN_EXE_linli-relay"))
        .args(["code", "--console", "340603", "--data"])
        .arg(&data)
        .output()
        .unwrap();
    assert!(String::from_utf8(output.stderr).unwrap().contains("no division"), "the running relay answered");
    assert!(program.terminate().success());
}

#[test]
fn f33_who_says_nothing_or_half_a_head_is_not_waited_for() {
    let folder = data_of(Town::new());
    let program = Program::start(folder.path(), &[]);
    let mut slow = TcpStream::connect(program.address()).unwrap();
    slow.write_all(b"POST /v1/pull HTTP/1.1\r\nhost: x\r\nx-slow: ").unwrap();
    slow.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let begun = Instant::now();
    let mut answer = Vec::new();
    slow.read_to_end(&mut answer).unwrap();
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn f32_a_device_that_hammers_is_told_to_wait_and_the_others_are_not() {
    let town = Town::new();
    let (one, other) = (town.tablet(WORKER), town.tablet(OTHER_WORKER));
    let folder = data_of(town);
    let limits =
        "[limits]\ndevice_calls_per_second = 1\ndevice_burst = 5\naddress_calls_per_second = 1\naddress_burst = 8\n";
    std::fs::write(folder.path().join("relay.toml"), limits).unwrap();
    let program = Program::start(folder.path(), &[]);
    let client = client().build().unwrap();
    let me = |token: String| client.get(format!("{}/v1/me", program.url)).bearer_auth(token).send();
    let mut statuses = Vec::new();
    for _ in 0..10 {
        statuses.push(me(one.token.clone()).await.unwrap().status().as_u16());
    }
    assert!(statuses[..5].iter().all(|status| *status == 200) && statuses[9] == 429, "{statuses:?}");
    let answer = me(one.token.clone()).await.unwrap();
    assert!(answer.headers()["retry-after"].to_str().unwrap().parse::<u32>().unwrap() >= 1);
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    assert_eq!(answer.json::<Json>().await.unwrap()["code"], "too_many_requests");
    assert_eq!(me(other.token.clone()).await.unwrap().status(), 200);
    // Invented tokens share the limit of the address they come from.
    let mut invented = Vec::new();
    for n in 0..12 {
        invented.push(me(format!("token-{n}")).await.unwrap().status().as_u16());
    }
    assert_eq!((invented[0], invented[11]), (401, 429), "{invented:?}");
    assert_eq!(me(other.token.clone()).await.unwrap().status(), 200);
}

#[tokio::test]
async fn f33_bodies_of_the_wrong_sort_are_refused_by_code() {
    let town = Town::new();
    let tablet = town.tablet(WORKER);
    let folder = data_of(town);
    let program = Program::start(folder.path(), &[]);
    let client = client().build().unwrap();
    let send = async |headers: &[(&str, &str)], body: Vec<u8>| {
        let mut request = client.post(format!("{}/v1/pull", program.url)).bearer_auth(&tablet.token).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.json::<Json>().await.unwrap()["code"].as_str().unwrap().to_owned())
    };
    let invalid = |status: u16| (status, "request_invalid".to_owned());
    assert_eq!(send(&[("content-type", "text/plain")], b"{}".to_vec()).await, invalid(415));
    assert_eq!(send(&[("content-encoding", "gzip")], b"{}".to_vec()).await, invalid(415));
    assert_eq!(send(&[("content-encoding", "zstd")], b"{}".to_vec()).await, invalid(400));
    assert_eq!(send(&[], "[".repeat(100_000).into_bytes()).await, invalid(400));
    // As a list without names, which the parser would take for an empty request.
    assert_eq!(send(&[], b" [null, null]".to_vec()).await, invalid(400));
    assert_eq!(send(&[], vec![b' '; 9 << 20]).await, (413, "request_too_large".to_owned()));
    let bomb = zstd::encode_all(vec![b' '; 1 << 20].as_slice(), 3).unwrap();
    assert_eq!(send(&[("content-encoding", "zstd")], bomb).await, (413, "request_too_large".to_owned()));
    let other_method = client.put(format!("{}/v1/pull", program.url)).send().await.unwrap();
    assert_eq!((other_method.status().as_u16(), &other_method.headers()["allow"]), (405, &"POST".parse().unwrap()));
}

#[tokio::test]
async fn the_log_and_the_figures_name_calls_but_nobody_and_nothing_they_sent() {
    let town = Town::new().with_password(SUPERVISOR);
    let (mut tablet, console) = (town.tablet(WORKER), town.console());
    let folder = data_of(town);
    let mut program = Program::start(folder.path(), &["--log", "json"]);
    let client = client().build().unwrap();
    let url = |call: &str| format!("{}{call}", program.url);
    let canaries = ["桂花姐", "13900001111", "p3", PASSWORD, "88887777", "一路平安"];
    let fields = [("name", "桂花姐".into()), ("phone", "13900001111".into())];
    let edit = tablet.create(WORKER, "resident", 90, &fields);
    let push = tablet.request(None, vec![edit]);
    let answer = client.post(url("/v1/push")).bearer_auth(&tablet.token).json(&push).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    for password in [PASSWORD, "一路平安"] {
        let body = json!({ "name": "p3", "password": password });
        client.post(url("/v1/sign-in")).bearer_auth(&console.token).json(&body).send().await.unwrap();
    }
    let enrol = json!({ "code": "88887777", "device_key": console.pair.public, "nonce": "n", "app_version": "桂花姐" });
    client.post(url("/v1/enrol")).json(&enrol).send().await.unwrap();
    client.post(url("/v1/enrol")).body(r#"{"code": 88887777, "#).send().await.unwrap();
    client.get(url("/v1/residents/桂花姐?phone=13900001111")).send().await.unwrap();

    let figures = client.get(url("/metrics")).send().await.unwrap().text().await.unwrap();
    assert!(figures.contains(r#"linli_requests_total{route="/v1/push",method="POST",status="200"} 1"#), "{figures}");
    let proxied = client.get(url("/metrics")).header("x-forwarded-for", "203.0.113.9").send().await.unwrap();
    assert_eq!(proxied.status(), 404);
    assert_eq!(client.get(url("/readyz")).send().await.unwrap().status(), 200);

    assert!(program.terminate().success());
    let log = program.log();
    let events: Vec<Json> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let pushed = events.iter().find(|event| event["route"] == "/v1/push").unwrap();
    assert_eq!((&pushed["status"], &pushed["device"]), (&json!(200), &json!(tablet.number.0)));
    for canary in canaries.iter().chain([&tablet.token.as_str(), &console.token.as_str(), &"127.0.0.1:"]) {
        // Its own address it may say, at the start.
        let hits = log.lines().filter(|line| line.contains(canary) && !line.contains("\"serving\"")).count();
        assert_eq!(hits, 0, "{canary} in {log}");
        assert!(!figures.contains(canary), "{canary} in the figures");
    }
}

/// F31 in small: more callers at once than the relay lets in, each doing as it is told.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f31_devices_that_return_at_once_all_get_through_in_turn() {
    let town = Town::new();
    let tokens: Vec<String> = (0..300).map(|_| town.tablet(WORKER).token).collect();
    let folder = data_of(town);
    std::fs::write(folder.path().join("relay.toml"), "[limits]\nreaders = 1\nwaiting = 5\n").unwrap();
    let program = Program::start(folder.path(), &[]);
    let (client, url) = (client().build().unwrap(), format!("{}/v1/pull", program.url));
    let body = json!({ "epoch": null, "cursors": [{ "channel": format!("grid:{GRID}"), "facet": "personal", "position": 0 }] });
    let callers = tokens.into_iter().map(|token| {
        let (client, url, body) = (client.clone(), url.clone(), body.clone());
        tokio::spawn(async move {
            let mut waits = Vec::new();
            loop {
                let answer = client.post(&url).bearer_auth(&token).json(&body).send().await.unwrap();
                if answer.status() == 200 {
                    return waits;
                }
                assert_eq!(answer.status(), 503);
                let seconds: u64 = answer.headers()["retry-after"].to_str().unwrap().parse().unwrap();
                waits.push(seconds);
                tokio::time::sleep(Duration::from_millis(seconds * 100)).await;
            }
        })
    });
    let mut waits = Vec::new();
    for caller in callers.collect::<Vec<_>>() {
        waits.extend(caller.await.unwrap());
    }
    let distinct: std::collections::BTreeSet<u64> = waits.iter().copied().collect();
    assert!(distinct.len() > 3, "they are not all told the same time: {distinct:?}");
}

/// Bombs from many devices at once cost a bounded amount of memory.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f33_bombs_sent_together_do_not_swell_the_relay() {
    let town = Town::new();
    let tokens: Vec<String> = (0..24).map(|_| town.tablet(WORKER).token).collect();
    let folder = data_of(town);
    let program = Program::start(folder.path(), &[]);
    let resident_kib = || {
        let status = std::fs::read_to_string(format!("/proc/{}/status", program.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap().to_owned();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap()
    };
    let client = client().build().unwrap();
    client.get(format!("{}/readyz", program.url)).send().await.unwrap();
    let before = resident_kib();
    let bomb = zstd::encode_all(vec![b' '; 64 << 20].as_slice(), 3).unwrap();
    let callers = tokens.into_iter().map(|token| {
        let (client, url, bomb) = (client.clone(), format!("{}/v1/pull", program.url), bomb.clone());
        tokio::spawn(async move {
            let request = client.post(url).bearer_auth(token).header("content-encoding", "zstd").body(bomb);
            request.send().await.unwrap().status().as_u16()
        })
    });
    for caller in callers.collect::<Vec<_>>() {
        assert!(matches!(caller.await.unwrap(), 413 | 503));
    }
    let grown = resident_kib() - before;
    assert!(grown <= 64 * 1024, "grew by {grown} KiB");
}
