//! F1: programs killed by SIGKILL in whatever they do. Nothing acknowledged is lost, nothing is there twice, and no tablet
//! asks for repair when it starts again.

use anyhow::{Context, Result, ensure};
use linli_relay::digests;
use linli_tests::dice::times;
use linli_tests::fleet::kill_process;
use linli_tests::neighbourhood::{Home, PIN};
use linli_tests::{Dice, Fleet, HeadlessTablet};
use local_store::{View, cursors};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::time::Duration;

const TABLETS: [&str; 2] = ["first", "second"];

/// What was typed in, by its words: whether the tablet said that it is saved.
type Said = BTreeMap<String, bool>;

/// Saves visits until told to stop or until the program is gone.
async fn work(tablet: &mut HeadlessTablet, homes: &[Home], next: &AtomicU64, stop: &AtomicBool) -> Said {
    let mut said = Said::new();
    while !stop.load(SeqCst) {
        let number = next.fetch_add(1, SeqCst);
        let (words, home) = (format!("第{number}句"), &homes[number as usize % homes.len()]);
        let visit = json!({
            "dwelling": home.dwelling, "household": home.household, "outcome": "met", "met": [home.resident],
            "said": words, "revisit_on": null,
        });
        said.insert(words.clone(), false);
        let Ok(answer) = tablet.call("save_visit", visit).await else { break };
        said.insert(words, answer.is_ok());
    }
    said
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f1_programs_killed_while_they_save_push_and_pull_lose_nothing_they_acknowledged() -> Result<()> {
    let mut dice = Dice::thrown();
    let mut fleet = Fleet::start().await?;
    let mut homes = Vec::new();
    for name in TABLETS {
        let device = fleet.enrolled("wangwei", name, &fleet.address()).await?;
        homes = device.homes(4).await?;
    }
    let (mut said, next, kills) = (Said::new(), AtomicU64::new(1), times(85));
    let mut running: Vec<Option<HeadlessTablet>> = vec![None, None];
    let (mut tablets_killed, mut relays_killed) = (0, 0);
    for kill in 0..kills {
        fleet.start_relay().await?;
        for (tablet, name) in running.iter_mut().zip(TABLETS) {
            if tablet.is_none() {
                *tablet = Some(fleet.run(name).await.with_context(|| format!("kill {kill}"))?);
            }
        }
        let victim = dice.below(3);
        let pid = match running.get(victim as usize) {
            Some(tablet) => tablet.as_ref().and_then(HeadlessTablet::process),
            None => fleet.relay_process(),
        };
        let pid = pid.context("nobody to kill")?;
        let after = Duration::from_micros(dice.below(60_000));
        let stop = AtomicBool::new(false);
        let end = async {
            tokio::time::sleep(after).await;
            kill_process(pid);
            stop.store(true, SeqCst);
        };
        let (one, other) = running.split_at_mut(1);
        let (one, other) = (one[0].as_mut().context("a tablet")?, other[0].as_mut().context("a tablet")?);
        let ((), by_one, by_other) =
            tokio::join!(end, work(one, &homes, &next, &stop), work(other, &homes, &next, &stop));
        said.extend(by_one);
        said.extend(by_other);
        match running.get_mut(victim as usize) {
            Some(tablet) => {
                tablets_killed += 1;
                tablet.take().context("the victim")?.kill().await?;
            }
            None => {
                relays_killed += 1;
                fleet.kill_relay();
            }
        }
    }
    for tablet in running.into_iter().flatten() {
        tablet.kill().await?;
    }
    let acknowledged = said.values().filter(|done| **done).count();
    ensure!(acknowledged as u64 > kills, "too little was saved to be lost: {acknowledged}");
    settle_and_check(&mut fleet, &said).await?;
    println!(
        "F1: {tablets_killed} tablets and {relays_killed} relays killed; {acknowledged} saves acknowledged, 0 lost, 0 twice"
    );
    Ok(())
}

/// The network is whole again: everybody goes round, and all agree.
async fn settle_and_check(fleet: &mut Fleet, said: &Said) -> Result<()> {
    fleet.start_relay().await?;
    for _ in 0..2 {
        for name in TABLETS {
            let device = fleet.device(name)?;
            ensure!(device.unlock().await?["stage"] == "ready");
            device.until_sent().await?;
            let received = device.until("sync_status", Value::Null, |status| status["online"] == true);
            received.await?;
        }
    }
    let relay = fleet.relay_at_rest()?;
    for name in TABLETS {
        let store = fleet.device(name)?.store()?;
        let (words, held) = store.read(&View::Everything, |tx| {
            let mut query = tx.prepare("SELECT said FROM visit WHERE said LIKE '第%句'")?;
            let words = query.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()?;
            Ok((words, cursors::all(tx)?))
        })?;
        let once: BTreeSet<&String> = words.iter().collect();
        ensure!(once.len() == words.len(), "{name} shows a visit twice");
        let lost: Vec<_> = said.iter().filter(|(words, done)| **done && !once.contains(words)).collect();
        ensure!(lost.is_empty(), "{name} lost {lost:?}");
        for cursor in held {
            let standing = relay.store().read(|tx| tx.standing(&cursor.at))?;
            ensure!(
                cursor.position == standing.head && cursor.digest == Some(standing.digest),
                "{name} and the relay differ in {:?}",
                cursor.at
            );
        }
    }
    ensure!(relay.store().read(digests::wrong)?.is_empty(), "the relay's digests do not add up");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f1_a_tablet_killed_while_it_enrols_and_loads_goes_on_where_it_stood() -> Result<()> {
    let mut dice = Dice::thrown();
    let fleet = Fleet::start().await?;
    let (kills, mut killed, mut round) = (times(15), 0, 0);
    while killed < kills {
        let name = format!("fresh-{round}");
        round += 1;
        // The link stays good for this tablet, also where the answer to it was lost with the program.
        let mut link = fleet.link("wangwei", &fleet.address())?;
        for life in 0.. {
            let mut tablet = HeadlessTablet::start(&fleet.path(&name))?;
            let pid = tablet.process().context("a process")?;
            let is_last = life == 3 || killed >= kills;
            let after = Duration::from_millis(dice.below(700));
            let begin = async {
                let stage = tablet.ask("app_state", Value::Null).await?["stage"].clone();
                match stage.as_str() {
                    Some("locked") => tablet.ask("unlock", json!({ "pin": PIN })).await?,
                    _ => tablet.ask("enrol", json!({ "link": link, "pin": PIN })).await?,
                };
                loop {
                    let progress = tablet.ask("load_progress", Value::Null).await?;
                    if progress["finished"] == true {
                        return anyhow::Ok(());
                    }
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            };
            if is_last {
                begin.await?;
                tablet.kill().await?;
                break;
            }
            tokio::select! {
                begun = begin => begun?,
                () = tokio::time::sleep(after) => {}
            }
            kill_process(pid);
            killed += 1;
            tablet.kill().await?;
            link = fleet.link("wangwei", &fleet.address())?;
        }
        let device = fleet.device(&name)?;
        ensure!(device.unlock().await?["stage"] == "ready");
        device.until_loaded().await?;
        device.home().await?;
    }
    println!("F1: {killed} tablets killed while they enrolled and loaded; all came through");
    Ok(())
}
