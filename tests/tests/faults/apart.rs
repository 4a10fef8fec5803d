//! Two programs on one file (F39), and a system that freezes or kills the app in the midst of a photo (F40).

use anyhow::{Context, Result, ensure};
use base64::Engine as _;
use image::{ImageFormat, Rgb, RgbImage};
use linli_relay::digests;
use linli_tests::fleet::signal;
use linli_tests::neighbourhood::{Home, list};
use linli_tests::{Fleet, HeadlessTablet};
use local_store::{View, outbox};
use serde_json::{Value, json};
use std::io::Cursor;
use std::time::Duration;

fn visit(home: &Home, said: &str) -> Value {
    json!({
        "dwelling": home.dwelling, "household": home.household, "outcome": "met", "met": [home.resident], "said": said,
        "revisit_on": null,
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f39_two_programs_on_one_file_neither_lose_nor_double_what_either_saves() -> Result<()> {
    let mut fleet = Fleet::start().await?;
    let home = fleet.enrolled("wangwei", "tablet", &fleet.address()).await?.home().await?;
    let (mut one, mut other) = (fleet.run("tablet").await?, fleet.run("tablet").await?);
    let save = async |tablet: &mut HeadlessTablet, who: &str| -> Result<()> {
        for n in 0..20 {
            tablet.ask("save_visit", visit(&home, &format!("{who}写的第{n}句"))).await?;
        }
        Ok(())
    };
    let (by_one, by_other) = tokio::join!(save(&mut one, "甲"), save(&mut other, "乙"));
    by_one?;
    by_other?;
    one.kill().await?;
    other.kill().await?;
    let device = fleet.device("tablet")?;
    device.unlock().await?;
    device.until_sent().await?;
    let store = device.store()?;
    drop(device);
    let words: Vec<String> = store.read(&View::Everything, |tx| {
        ensure_empty(outbox::queue(tx)?.len());
        let mut query = tx.prepare("SELECT DISTINCT said FROM visit WHERE said LIKE '%写的第%句'")?;
        Ok(query.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
    })?;
    ensure!(words.len() == 40, "{} of 40", words.len());
    let relay = fleet.relay_at_rest()?;
    let door = home.dwelling.parse()?;
    let at_door = relay.store().read(|tx| {
        let keys = tx.pointing("visit", "dwelling", door)?;
        keys.iter().map(|key| tx.record(key)).collect::<linli_relay::error::Result<Vec<_>>>()
    })?;
    let said: Vec<_> = at_door.iter().flatten().filter_map(|one| one.state.text("said")).collect();
    ensure!(said.iter().filter(|said| said.contains("写的第")).count() == 40, "{said:?}");
    ensure!(relay.store().read(digests::wrong)?.is_empty());
    println!("F39: two programs saved 40 visits into one file side by side; each is at the relay once");
    Ok(())
}

fn ensure_empty(lines: usize) {
    assert_eq!(lines, 0, "something still waits");
}

/// A picture as a camera gives it, in base64.
fn picture() -> Result<String> {
    let picture =
        RgbImage::from_fn(1200, 900, |x, y| Rgb([(x * 7 % 251) as u8, (y * 5 % 251) as u8, (x * y % 253) as u8]));
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, ImageFormat::Jpeg)?;
    Ok(base64::engine::general_purpose::STANDARD.encode(file.into_inner()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f40_an_app_that_is_frozen_or_killed_in_a_photo_has_draft_and_photo_when_it_comes_back() -> Result<()> {
    let mut fleet = Fleet::start().await?;
    let device = fleet.enrolled("wangwei", "tablet", &fleet.address()).await?;
    let buildings = device.ask("list_buildings", Value::Null).await?;
    let categories = device.ask("list_categories", Value::Null).await?;
    let category = list(&categories).iter().find(|one| one["private"] == false).context("a public category")?.clone();
    drop(device);
    // The line is gone while it happens.
    fleet.kill_relay();
    let data = picture()?;
    for kind in ["frozen", "killed"] {
        let mut tablet = fleet.run("tablet").await?;
        let draft = json!({
            "key": format!("issue:{kind}"), "title": "三楼的灯", "path": "/issues/new", "body": "{\"words\":\"三楼的灯不亮\"}",
        });
        tablet.ask("save_draft", draft).await?;
        let photo = tablet.ask("stage_photo", json!({ "data": data })).await?["photo"].clone();
        let pid = tablet.process().context("a process")?;
        if kind == "frozen" {
            signal(pid, "STOP");
            tokio::time::sleep(Duration::from_millis(500)).await;
            signal(pid, "CONT");
        } else {
            tablet.kill().await?;
            tablet = fleet.run("tablet").await?;
        }
        let drafts = tablet.ask("list_drafts", Value::Null).await?;
        ensure!(drafts.to_string().contains(&format!("issue:{kind}")), "{kind}: the draft is gone: {drafts}");
        tablet.ask("photo_data", json!({ "photo": photo, "whole": false })).await.context("the photo is gone")?;

        // Killed in the midst of making the next one: it is there whole or not at all, and the first is as it was.
        let another = tablet.call("stage_photo", json!({ "data": data }));
        let cut = tokio::time::timeout(Duration::from_millis(60), another).await;
        drop(cut);
        signal(tablet.process().context("a process")?, "KILL");
        tablet.kill().await?;
        let mut tablet = fleet.run("tablet").await?;
        let issue = json!({
            "category": category["id"], "words": format!("三楼的灯不亮 {kind}"), "place": "1单元三层",
            "building": list(&buildings)[0]["id"], "grid": null, "household": null, "urgency": "normal", "photos": [photo],
        });
        tablet.ask("report_issue", issue).await?;
        tablet.kill().await?;
    }
    fleet.start_relay().await?;
    let device = fleet.device("tablet")?;
    device.unlock().await?;
    let all_sent = |status: &Value| status["waiting"] == 0 && status["photos"]["count"] == 0;
    let status = device.until("sync_status", Value::Null, all_sent).await?;
    ensure!(status["needs_attention"] == 0, "{status}");
    println!("F40: frozen and killed around a photo: drafts, photos and issues came back and were sent");
    Ok(())
}
