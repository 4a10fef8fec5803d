//! Words typed and not saved: kept on the device for their author alone, gone in the breath that saves them.

use anyhow::Result;
use linli_tests::neighbourhood::{Device, Home, Neighbourhood, list};
use serde_json::{Value, json};

fn typed(key: &str, said: &str) -> Value {
    let body = json!({ "outcome": "met", "said": said }).to_string();
    json!({ "key": key, "title": "3-2-1203", "path": "/buildings/b/doors/d/visit", "body": body })
}

#[tokio::test]
async fn words_typed_and_not_saved_survive_a_dead_battery_and_go_with_the_record_they_became() -> Result<()> {
    let here = Neighbourhood::start().await?;
    let tablet = here.tablet("wangwei").await?;
    let home = tablet.home().await?;
    let key = format!("visit:{}", home.dwelling);
    tablet.ask("save_draft", typed(&key, "楼道灯坏")).await?;
    tablet.ask("save_draft", typed(&key, "楼道灯坏了三天")).await?;

    let tablet = tablet.after_the_battery_died(None)?;
    tablet.unlock().await?;
    let kept = tablet.ask("draft", json!({ "key": key })).await?;
    assert!(kept["body"].as_str().is_some_and(|body| body.contains("楼道灯坏了三天")), "{kept}");
    let cards = tablet.ask("list_drafts", Value::Null).await?;
    assert_eq!((list(&cards).len(), &cards[0]["title"]), (1, &json!("3-2-1203")));
    let status = tablet.ask("sync_status", Value::Null).await?;
    assert_eq!(status["waiting"], 0, "a draft is nothing to send");

    let visit = |said: &str, outcome: &str| {
        json!({ "dwelling": home.dwelling, "household": home.household, "outcome": outcome, "met": [], "said": said,
                "revisit_on": null, "draft": key })
    };
    // What is refused leaves the words where they were.
    tablet.refused("save_visit", visit("楼道灯坏了三天", "appointment")).await?;
    assert!(tablet.ask("draft", json!({ "key": key })).await?.is_object());
    tablet.ask("save_visit", visit("楼道灯坏了三天", "met")).await?;
    assert_eq!(tablet.ask("draft", json!({ "key": key })).await?, Value::Null);
    assert_eq!(tablet.ask("list_drafts", Value::Null).await?, json!([]));
    Ok(())
}

#[tokio::test]
async fn who_sits_at_a_console_next_finds_nothing_of_what_the_one_before_was_typing() -> Result<()> {
    let here = Neighbourhood::start().await?;
    let console = here.console().await?;
    let (one, other) = (here.desk(&console, "lina").await?, here.desk(&console, "liuyang").await?);
    one.ask("save_draft", typed("correct:r", "单雄信")).await?;
    assert_eq!(other.ask("draft", json!({ "key": "correct:r" })).await?, Value::Null);
    assert_eq!(other.ask("list_drafts", Value::Null).await?, json!([]));
    other.ask("drop_draft", json!({ "key": "correct:r" })).await?;
    assert!(one.ask("draft", json!({ "key": "correct:r" })).await?.is_object());
    assert_eq!(console.refused("list_drafts", Value::Null).await?.code, "session_ended");
    Ok(())
}

#[tokio::test]
async fn a_draft_goes_with_the_door_building_or_move_that_it_became() -> Result<()> {
    let here = Neighbourhood::start().await?;
    let tablet = here.tablet("xuli").await?;
    let home: Home = tablet.home().await?;
    let building = json!({
        "grid": tablet.ask("list_buildings", Value::Null).await?[0]["grid"], "name": "新楼", "number": "99", "address": null,
        "entrances": 1, "floors": 2, "doors_per_floor": 2, "lift": false, "walk_order": 9,
    });
    let made = tablet.ask("add_building", with_draft(&tablet, building).await?).await?;
    let door = json!({ "building": made["record"], "entrance": "1", "floor": 3, "floor_name": null, "door": "301", "use": "other" });
    let door = tablet.ask("add_dwelling", with_draft(&tablet, door).await?).await?;
    let moves = json!({ "household": home.household, "to": door["record"] });
    tablet.ask("move_household", with_draft(&tablet, moves).await?).await?;
    let end = json!({ "household": home.household, "on": "2026-01-02", "vacant": true });
    tablet.ask("end_household", with_draft(&tablet, end).await?).await?;
    assert_eq!(tablet.ask("list_drafts", Value::Null).await?, json!([]));
    let left = tablet.ask("household_file", json!({ "dwelling": door["record"] })).await?;
    assert_eq!((&left["household"], &left["use"], &left["residents"]), (&Value::Null, &json!("vacant"), &json!([])));
    Ok(())
}

/// The input of a call with a draft that was kept for it.
async fn with_draft(tablet: &Device, mut input: Value) -> Result<Value> {
    tablet.ask("save_draft", typed("form:any", "写了一半")).await?;
    input["draft"] = json!("form:any");
    Ok(input)
}
