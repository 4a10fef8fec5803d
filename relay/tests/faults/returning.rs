//! F31: everybody comes back in the same second. F32: one of them hammers.

use crate::support::*;
use crate::times;
use serde_json::json;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Devices of the largest district.
const ALL: u64 = 4_169;

struct Program {
    child: Child,
    url: String,
}

impl Program {
    fn start(data: &std::path::Path) -> Self {
        drop(rustls::crypto::ring::default_provider().install_default());
        let mut command = Command::new(env!("CARGO_BIN_EXE_linli-relay"));
        command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(data);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { url: line.trim().rsplit(' ').next().unwrap().to_owned(), child }
    }

    /// The most memory it ever held, in MiB.
    fn peak_mib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap().to_owned();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

/// Each pulls all of its grid; who is told to wait waits as long, and no longer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f31_a_district_that_comes_back_at_once_is_in_step_in_minutes_and_within_the_memory() {
    let town = Town::new();
    let devices = times(600).min(ALL);
    let tokens: Vec<String> = (0..devices).map(|_| town.tablet(WORKER).token).collect();
    let Town { relay, folder } = town;
    drop(relay);
    let program = Program::start(folder.path());
    let (client, url) = (client(), format!("{}/v1/pull", program.url));
    let body = json!({ "epoch": null, "cursors": [{ "channel": format!("grid:{GRID}"), "facet": "personal", "position": 0 }] });
    let begun = Instant::now();
    let callers = tokens.into_iter().map(|token| {
        let (client, url, body) = (client.clone(), url.clone(), body.clone());
        tokio::spawn(async move {
            let mut waits = 0u64;
            loop {
                // A connection that was refused is tried again, as the engine does.
                let Ok(answer) = client.post(&url).bearer_auth(&token).json(&body).send().await else {
                    tokio::time::sleep(Duration::from_millis(500)).await;
                    continue;
                };
                match answer.status().as_u16() {
                    200 => return waits,
                    429 | 503 => {
                        let seconds: u64 = answer.headers()["retry-after"].to_str().unwrap().parse().unwrap();
                        waits += 1;
                        tokio::time::sleep(Duration::from_secs(seconds)).await;
                    }
                    other => panic!("{other}"),
                }
            }
        })
    });
    let mut waits = 0;
    for caller in callers.collect::<Vec<_>>() {
        waits += caller.await.unwrap();
    }
    let (took, peak) = (begun.elapsed(), program.peak_mib());
    println!(
        "F31: {devices} devices in step after {:.1} s, told to wait {waits} times; the relay held {peak} MiB at most",
        took.as_secs_f64()
    );
    assert!(took <= Duration::from_secs(600));
    assert!(peak <= 512, "{peak} MiB");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f32_while_one_hammers_the_others_are_answered_as_before() {
    let town = Town::new();
    let (one, other) = (town.tablet(WORKER).token, town.tablet(OTHER_WORKER).token);
    let Town { relay, folder } = town;
    drop(relay);
    std::fs::write(folder.path().join("relay.toml"), "[limits]\ndevice_calls_per_second = 5\ndevice_burst = 400\n")
        .unwrap();
    let program = Program::start(folder.path());
    let (client, url) = (client(), format!("{}/v1/me", program.url));
    let ask = async |token: &str| {
        let begun = Instant::now();
        let status = client.get(&url).bearer_auth(token).send().await.unwrap().status().as_u16();
        (status, begun.elapsed())
    };
    let p99 = async || {
        let mut times = Vec::new();
        for _ in 0..100 {
            let (status, took) = ask(&other).await;
            assert_eq!(status, 200, "somebody else was refused");
            times.push(took);
        }
        times.sort();
        times[98]
    };
    let before = p99().await;
    let hammering: Vec<_> = (0..4)
        .map(|_| {
            let (client, url, token) = (client.clone(), url.clone(), one.clone());
            tokio::spawn(async move {
                loop {
                    drop(client.get(&url).bearer_auth(&token).send().await);
                }
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(500)).await;
    let meanwhile = p99().await;
    assert_eq!(ask(&one).await.0, 429, "who hammers is told to wait");
    hammering.into_iter().for_each(|task| task.abort());
    // The figure is for the page; a busy machine decides about milliseconds.
    println!("F32: p99 of another device {before:?} alone, {meanwhile:?} while one hammered");
}
