//! What was written down once is mended by whoever may: needs, visits, compounds, a building's grid; and issues are found again.

use anyhow::{Context, Result};
use app_core::CommandError;
use linli_tests::neighbourhood::{Device, Home, Neighbourhood, list, text};
use serde_json::{Value, json};

const GRID: &str = "340603002001001";
const SECOND_GRID: &str = "340603002001002";

async fn household(device: &Device, home: &Home) -> Result<Value> {
    device.ask("household_file", json!({ "dwelling": home.dwelling })).await
}

async fn form(device: &Device, record: &str) -> Result<Value> {
    device.ask("record_form", json!({ "record": record })).await
}

fn field<'a>(form: &'a Value, name: &str) -> Result<&'a Value> {
    list(&form["fields"]).iter().find(|one| one["field"] == name).with_context(|| format!("{name} in the form"))
}

async fn change(device: &Device, record: &str, name: &str, value: Value) -> Result<Value> {
    let seen = field(&form(device, record).await?, name)?["seen"].clone();
    let changes = json!([{ "field": name, "value": value, "seen": seen }]);
    device.ask("save_form", json!({ "record": record, "changes": changes })).await
}

async fn refused_change(device: &Device, record: &str, name: &str, value: Value) -> Result<CommandError> {
    let changes = json!([{ "field": name, "value": value, "seen": [] }]);
    device.refused("save_form", json!({ "record": record, "changes": changes })).await
}

async fn found(device: &Device, words: &str) -> Result<Vec<Value>> {
    Ok(list(&device.ask("search", json!({ "text": words, "limit": 5 })).await?["issues"]).to_vec())
}

#[tokio::test]
async fn a_need_is_changed_after_it_was_written_down_and_only_to_a_category_there_is() -> Result<()> {
    let here = Neighbourhood::start().await?;
    let tablet = here.tablet("wangwei").await?;
    let home = tablet.home().await?;
    let categories = tablet.ask("list_categories", Value::Null).await?;
    let kinds: Vec<&Value> = list(&categories).iter().filter(|one| one["group"] == "need").collect();
    let household_id = household(&tablet, &home).await?["household"].clone();
    let need = json!({
        "household": household_id, "resident": null, "category": kinds[0]["id"], "words": "想修水龙头", "urgency": "normal",
    });
    let record = format!("need:{}", text(&tablet.ask("add_need", need).await?["record"]));

    change(&tablet, &record, "words", json!("想换水龙头")).await?;
    change(&tablet, &record, "category", kinds[1]["id"].clone()).await?;
    change(&tablet, &record, "urgency", json!("today")).await?;
    let shown = household(&tablet, &home).await?["needs"][0].clone();
    assert_eq!(
        (&shown["words"], &shown["category"], &shown["urgency"]),
        (&json!("想换水龙头"), &kinds[1]["id"], &json!("today"))
    );
    let nowhere = refused_change(&tablet, &record, "category", json!(home.dwelling)).await?;
    assert_eq!((nowhere.code.as_str(), nowhere.detail["field"].as_str()), ("value_invalid", "category"));
    tablet.until_sent().await
}

#[tokio::test]
async fn a_supervisor_names_a_compound_and_moves_a_building_and_a_grid_worker_may_not() -> Result<()> {
    let here = Neighbourhood::start().await?;
    let tablet = here.tablet("wangwei").await?;
    let desk = here.desk(&here.console().await?, "lina").await?;
    let home = tablet.home().await?;
    let at = text(&household(&tablet, &home).await?["building"]);
    let building = format!("building:{at}");

    let new = json!({ "name": "桂花苑", "community": &GRID[..12], "address": null, "built_year": 1998 });
    let compound = text(&desk.ask("add_compound", new.clone()).await?["record"]);
    assert_eq!(desk.refused("add_compound", new.clone()).await?.detail["reason"], "taken");
    assert_eq!(tablet.refused("add_compound", new).await?.code, "not_allowed");
    change(&desk, &building, "compound", json!(compound)).await?;
    change(&desk, &format!("compound:{compound}"), "name", json!("桂花新苑")).await?;
    desk.until_sent().await?;
    tablet
        .until("list_buildings", Value::Null, |all| {
            list(all).iter().any(|one| one["compound"] == "桂花新苑" && one["id"] == at.as_str())
        })
        .await?;

    assert!(
        field(&form(&tablet, &building).await?, "grid").is_err(),
        "a worker is not shown what only others may write"
    );
    assert_eq!(refused_change(&tablet, &building, "grid", json!(SECOND_GRID)).await?.code, "not_allowed");
    assert_eq!(refused_change(&desk, &building, "grid", json!("340603002001999")).await?.code, "value_invalid");
    change(&desk, &building, "grid", json!(SECOND_GRID)).await?;
    desk.until_sent().await?;
    let gone = |all: &Value| list(all).iter().all(|one| one["id"] != at.as_str());
    tablet.until("list_buildings", Value::Null, gone).await.map(drop)
}

#[tokio::test]
async fn a_visit_is_corrected_by_another_one_and_by_its_author_alone() -> Result<()> {
    let here = Neighbourhood::start().await?;
    let tablet = here.tablet("wangwei").await?;
    let home = tablet.home().await?;
    let before = list(&household(&tablet, &home).await?["visits"]).len();
    let first = text(&tablet.visit(&home, "灯坏了").await?["record"]);
    let correction = |visit: &str, void: bool| json!({ "visit": visit, "void": void, "outcome": "nobody", "met": [], "said": "敲错了门", "revisit_on": null });
    let second = text(&tablet.ask("correct_visit", correction(&first, false)).await?["record"]);

    let file = household(&tablet, &home).await?;
    let visits = list(&file["visits"]);
    assert_eq!((visits.len(), &visits[0]["id"], &visits[0]["outcome"]), (before + 1, &json!(second), &json!("nobody")));
    assert_eq!(visits[0]["mine"], true);
    assert_eq!(tablet.refused("correct_visit", correction(&first, false)).await?.code, "visit_replaced");

    tablet.until_sent().await?;
    let held = here.held("visit", &first)?;
    assert_eq!(held.text("said"), Some("灯坏了"), "what was signed off is not edited");
    let at = here.held("visit", &second)?.text("happened_at").map(str::to_owned);
    assert_eq!(held.text("happened_at"), at.as_deref(), "the correction stands on the day of the visit");
    let desk = here.desk(&here.console().await?, "lina").await?;
    assert_eq!(desk.refused("correct_visit", correction(&second, false)).await?.code, "not_allowed");

    tablet.ask("correct_visit", correction(&second, true)).await?;
    assert_eq!(list(&household(&tablet, &home).await?["visits"]).len(), before, "a void visit is no visit");
    tablet.until_sent().await
}

#[tokio::test]
async fn an_issue_is_found_by_number_and_words_and_a_private_one_by_nobody_who_may_not_open_it() -> Result<()> {
    let here = Neighbourhood::start().await?;
    let tablet = here.tablet("wangwei").await?;
    let home = tablet.home().await?;
    let categories = tablet.ask("list_categories", Value::Null).await?;
    let open = list(&categories).iter().find(|one| one["group"] == "issue" && one["private"] == false);
    let at = text(&household(&tablet, &home).await?["building"]);
    let report = |household: Value, words: &str| {
        json!({
            "category": open.map(|one| one["id"].clone()), "words": words, "place": "三层拐角", "grid": null,
            "building": at, "household": household, "urgency": "normal", "photos": [],
        })
    };
    let household_id = json!(home.household);
    let shared = text(&tablet.ask("report_issue", report(Value::Null, "感应灯100%不亮")).await?["record"]);
    let private = text(&tablet.ask("report_issue", report(household_id, "夜里有感应不到的响声")).await?["record"]);

    let both = found(&tablet, "感应").await?;
    assert_eq!(both.iter().map(|one| text(&one["issue"])).collect::<Vec<_>>(), [private.as_str(), &shared]);
    let number = text(&both[1]["number"]);
    assert_eq!(found(&tablet, &number).await?[0]["issue"], shared.as_str());
    assert_eq!(found(&tablet, "拐角 不亮").await?.len(), 1, "every word must stand in it");
    assert_eq!(found(&tablet, "0%不").await?.len(), 1);
    assert!(found(&tablet, "感_灯").await?.is_empty(), "what is typed means itself");
    assert!(found(&tablet, "9").await?.is_empty());
    tablet.until_sent().await?;

    // The lead of another building hears of neither; the lead of this one never of what is private.
    let lead = here.tablet("maguiying").await?;
    lead.until_loaded().await?;
    assert!(found(&lead, "感应").await?.iter().all(|one| one["issue"] != private.as_str()));
    let desk = here.desk(&here.console().await?, "lina").await?;
    desk.until("search", json!({ "text": "感应", "limit": 5 }), |all| list(&all["issues"]).len() == 2).await.map(drop)
}
