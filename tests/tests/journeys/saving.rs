//! Work at the door: saved without a network, kept whatever happens to the tablet, sent once, seen by those who may.

use anyhow::{Context, Result};
use linli_relay::clock::now_ms;
use linli_tests::neighbourhood::{Device, Home, Neighbourhood, assignment, list};
use linli_tests::{DeafLine, Link};
use local_store::{View, device};
use serde_json::{Value, json};
use sync_protocol::messages::Fate;
use sync_protocol::{RecordId, day};

const SAID: &str = "楼道灯坏了三天，老人晚上下楼不便";
const GRID: &str = "340603002001001";

async fn visits(device: &Device, home: &Home) -> Result<Vec<Value>> {
    let file = device.ask("household_file", json!({ "dwelling": home.dwelling })).await?;
    Ok(list(&file["visits"]).to_vec())
}

/// Waits until a visit with these words is at the door and stands so, and says how many there are.
async fn until_visit(device: &Device, home: &Home, said: &str, mark: &str) -> Result<usize> {
    let is_it = |visit: &&Value| visit["said"] == said;
    let file = device.until("household_file", json!({ "dwelling": home.dwelling }), |file| {
        list(&file["visits"]).iter().find(is_it).is_some_and(|visit| visit["mark"] == mark)
    });
    Ok(list(&file.await?["visits"]).iter().filter(is_it).count())
}

fn today() -> String {
    day::day_of(now_ms())
}

#[tokio::test]
async fn what_was_saved_offline_survives_a_dead_battery_and_reaches_the_supervisor_by_itself() -> Result<()> {
    let here = Neighbourhood::start().await?;
    let line = Link::to_port(here.port()).await?;
    let console = here.console().await?;
    let desk = here.desk(&console, "lina").await?;
    let tablet = here.tablet_through("wangwei", &line.address()).await?;
    let home = tablet.home().await?;

    line.close().await;
    let saved = tablet.visit(&home, SAID).await?;
    assert_eq!(
        (&saved["mark"], &saved["outbox"]),
        (&json!("saved_here"), &json!(2)),
        "the visit, and the household's last"
    );
    let saved = tablet.correct(&home.resident, "phone", "100 6660 1234").await?;
    assert_eq!((&saved["mark"], &saved["outbox"]), (&json!("saved_here"), &json!(3)));

    let tablet = tablet.after_the_battery_died(None)?;
    assert_eq!(tablet.stage().await?, "locked");
    tablet.unlock().await?;
    assert_eq!(visits(&tablet, &home).await?[0]["said"], SAID);
    assert_eq!(visits(&tablet, &home).await?[0]["mark"], "saved_here");
    let phone = tablet.field(&home.resident, "phone").await?;
    assert_eq!((&phone["shown"], &phone["mark"]), (&json!("100****1234"), &json!("saved_here")));
    // Between two attempts to reach the relay.
    let status = tablet.until("sync_status", Value::Null, |status| status["state"] == "waiting").await?;
    assert_eq!(status["waiting"], 3);
    let kinds: Vec<_> = list(&status["queue"]).iter().map(|line| &line["kind"]).collect();
    assert_eq!(kinds, ["visit", "household", "resident"]);
    let recent = desk.ask("recent_visits", json!({ "scope": null, "limit": 500 })).await?;
    assert!(list(&recent).iter().all(|visit| visit["said"] != SAID), "nothing left the tablet yet");

    // Nobody touches anything from here on.
    line.open().await?;
    assert_eq!(until_visit(&tablet, &home, SAID, "sent").await?, 1);
    let phone = tablet.until_field(&home.resident, "phone", |field| field["mark"] == "sent").await?;
    assert_eq!(phone["shown"], "100****1234");
    let status = tablet.until("sync_status", Value::Null, |status| status["waiting"] == 0).await?;
    assert_eq!((&status["state"], &status["queue"]), (&json!("all_sent"), &json!([])));
    assert!(status["sent_at"].is_string());

    let is_it = |visit: &&Value| visit["said"] == SAID;
    let recent = desk.until("recent_visits", json!({ "scope": GRID, "limit": 5 }), |recent| {
        list(recent).iter().any(|one| is_it(&one))
    });
    let recent = recent.await?;
    let visit = list(&recent).iter().find(is_it).context("the visit")?;
    assert_eq!((&visit["by"], &visit["outcome"]), (&json!("王伟"), &json!("met")));
    desk.until_field(&home.resident, "phone", |field| field["shown"] == "100****1234").await?;
    let file = desk.ask("resident_file", json!({ "resident": home.resident })).await?;
    assert_eq!(file["edited_by"], "王伟");
    let named = json!({ "scope": GRID, "text": file["name"], "offset": 0, "limit": 200 });
    let moved = |page: &Value| {
        list(&page["rows"])
            .iter()
            .any(|row| row["resident"] == home.resident.as_str() && row["last_visited"] == today().as_str())
    };
    desk.until("register", named, moved).await?;
    Ok(())
}

#[tokio::test]
async fn a_colleague_standing_in_has_the_grid_and_what_was_saved_in_it_and_both_see_each_other() -> Result<()> {
    let here = Neighbourhood::start().await?;
    let tablet = here.tablet("wangwei").await?;
    let colleague = here.tablet("xuli").await?;
    let home = tablet.home().await?;
    tablet.visit(&home, SAID).await?;
    assert_eq!(colleague.refused("household_file", json!({ "dwelling": home.dwelling })).await?.code, "not_found");

    here.write(vec![assignment(RecordId::from_bytes([7; 16]), here.person("xuli")?, "grid_worker", GRID)])?;
    assert_eq!(until_visit(&colleague, &home, SAID, "sent").await?, 1);
    colleague.visit(&home, "已报修").await?;
    assert_eq!(until_visit(&tablet, &home, "已报修", "sent").await?, 1);
    assert_eq!(visits(&tablet, &home).await?[0]["by"], "徐丽");
    Ok(())
}

#[tokio::test]
async fn f15_an_answer_lost_on_the_way_doubles_nothing_and_everything_ends_up_sent() -> Result<()> {
    let here = Neighbourhood::start().await?;
    let line = DeafLine::to_port(here.port(), "POST /v1/push").await?;
    let tablet = here.tablet_through("wangwei", &line.address()).await?;
    let home = tablet.home().await?;
    let visits_before = visits(&tablet, &home).await?.len();

    line.lose(2);
    tablet.visit(&home, SAID).await?;
    tablet.correct(&home.resident, "phone", "10066601234").await?;
    tablet.until("sync_status", Value::Null, |status| status["waiting"] == 0).await?;
    assert_eq!(line.left(), 0, "two answers were lost");
    assert_eq!(until_visit(&tablet, &home, SAID, "sent").await?, 1);
    assert_eq!(visits(&tablet, &home).await?.len(), visits_before + 1);
    assert_eq!(tablet.field(&home.resident, "phone").await?["mark"], "sent");

    // The relay holds each edit once, with its outcome, and one visit at the door with these words.
    let number = tablet.store()?.read(&View::Everything, device::number)?.context("a number")?;
    let edits = here.relay.store().read(|tx| tx.edits_numbered(number, 1, 100))?;
    let told: Vec<_> = edits.iter().map(|one| (one.edit.number, one.edit.kind.as_str(), one.outcome.result)).collect();
    let merged = |number, kind| (number, kind, Fate::Merged);
    assert_eq!(told, [merged(1, "visit"), merged(2, "household"), merged(3, "resident")]);
    let door = home.dwelling.parse()?;
    let at_door = here.relay.store().read(|tx| {
        let keys = tx.pointing("visit", "dwelling", door)?;
        keys.iter().map(|key| tx.record(key)).collect::<linli_relay::error::Result<Vec<_>>>()
    })?;
    let said = at_door.iter().flatten().filter(|record| record.state.text("said") == Some(SAID)).count();
    assert_eq!(said, 1);
    Ok(())
}

#[tokio::test]
async fn a_visit_moves_the_households_last_visit_only_where_somebody_was_met() -> Result<()> {
    let here = Neighbourhood::start().await?;
    let tablet = here.tablet("wangwei").await?;
    let homes = tablet.homes(2).await?;
    let last_visited = |home: &Home| {
        Ok::<_, anyhow::Error>(here.held("household", &home.household)?.text("last_visited").map(str::to_owned))
    };
    let before = last_visited(&homes[1])?;
    tablet.visit(&homes[0], SAID).await?;
    let nobody = json!({
        "dwelling": homes[1].dwelling, "household": homes[1].household, "outcome": "nobody", "met": [], "said": null,
        "revisit_on": today(),
    });
    tablet.ask("save_visit", nobody).await?;
    tablet.until_sent().await?;
    assert_eq!(last_visited(&homes[0])?, Some(today()));
    assert_eq!(last_visited(&homes[1])?, before);
    Ok(())
}

#[tokio::test]
async fn what_does_not_fit_is_refused_by_field_and_reason_and_nothing_of_it_is_saved() -> Result<()> {
    let here = Neighbourhood::start().await?;
    let tablet = here.tablet("wangwei").await?;
    let homes = tablet.homes(2).await?;
    let (home, other) = (&homes[0], &homes[1]);
    let visit = |change: Value| {
        let mut visit = json!({
            "dwelling": home.dwelling, "household": home.household, "outcome": "met", "met": [home.resident], "said": null,
            "revisit_on": null,
        });
        for (name, value) in change.as_object().into_iter().flatten() {
            visit[name] = value.clone();
        }
        visit
    };
    let unknown = RecordId::from_bytes([9; 16]).to_string();
    for (change, code, field, reason) in [
        (json!({ "outcome": "appointment" }), "value_invalid", "revisit_on", "empty"),
        (json!({ "revisit_on": "2026-02-30" }), "value_invalid", "revisit_on", "bad_date"),
        (json!({ "revisit_on": "2020-01-01" }), "value_invalid", "revisit_on", "in_past"),
        (json!({ "said": "长".repeat(100_000) }), "value_invalid", "said", "too_long"),
        (json!({ "dwelling": unknown }), "not_found", "", ""),
        (json!({ "dwelling": "' OR 1=1 --" }), "not_found", "", ""),
        (json!({ "household": other.household }), "not_found", "", ""),
        (json!({ "met": [other.resident] }), "not_found", "", ""),
        (json!({ "outcome": "flew_away" }), "input_invalid", "", ""),
    ] {
        let error = tablet.refused("save_visit", visit(change.clone())).await?;
        assert_eq!(error.code, code, "{change:.100}");
        if !field.is_empty() {
            assert_eq!((error.detail["field"].as_str(), error.detail["reason"].as_str()), (field, reason));
        }
    }
    for (field, value, code, reason) in [
        ("phone", "没有电话", "value_invalid", "bad_phone"),
        ("phone", "123456789012345678901", "value_invalid", "too_long"),
        ("name", "   ", "value_invalid", "empty"),
        ("name", "王\u{0}芳", "value_invalid", "control characters"),
    ] {
        let changes = [json!({ "field": field, "value": value, "seen": [] })];
        let error =
            tablet.refused("correct_resident", json!({ "resident": home.resident, "changes": changes })).await?;
        assert_eq!((error.code.as_str(), error.detail["reason"].as_str()), (code, reason), "{value:?}");
    }
    let name = tablet.ask("resident_file", json!({ "resident": home.resident })).await?["name"].clone();
    let same = json!([{ "field": "name", "value": name, "seen": [] }]);
    let error = tablet.refused("correct_resident", json!({ "resident": home.resident, "changes": same })).await?;
    assert_eq!(error.code, "nothing_changed");

    let status = tablet.ask("sync_status", Value::Null).await?;
    assert_eq!((&status["waiting"], &status["needs_attention"]), (&json!(0), &json!(0)));
    Ok(())
}
