//! The life of an issue: reported without a network, received, sent to who is responsible, sent back and filled up; and the
//! reports of building leads, private ones and those outdoors, which come to who may know of them and to nobody else.

use anyhow::{Context, Result};
use linli_relay::accept::Draft;
use linli_relay::clock::now_ms;
use linli_tests::Link;
use linli_tests::neighbourhood::{Device, Neighbourhood, list, record, text};
use serde_json::{Value, json};
use sync_protocol::{RecordId, day};

const GRID: &str = "340603002001001";

async fn category(of: &Device, code: &str) -> Result<Value> {
    let categories = of.ask("list_categories", Value::Null).await?;
    Ok(list(&categories).iter().find(|one| one["code"] == code).context("a category")?["id"].clone())
}

async fn first_building(of: &Device) -> Result<Value> {
    let buildings = of.ask("list_buildings", Value::Null).await?;
    Ok(list(&buildings).first().context("a building")?["id"].clone())
}

/// Reports something of a category at a building, or outdoors in the first grid.
async fn report(of: &Device, code: &str, building: Option<Value>) -> Result<String> {
    let input = json!({
        "category": category(of, code).await?, "words": "请来看一看", "place": "1单元门口",
        "grid": building.is_none().then_some(GRID), "building": building, "household": null, "urgency": "normal",
    });
    Ok(text(&of.ask("report_issue", input).await?["record"]))
}

fn step(issue: &str, step: &str, words: Option<&str>) -> Value {
    json!({ "issue": issue, "step": step, "words": words, "to": [], "due": null, "reason": null, "rating": null })
}

async fn take(of: &Device, issue: &str, name: &str, words: Option<&str>) -> Result<()> {
    of.ask("take_step", step(issue, name, words)).await.map(drop)
}

async fn until_card(of: &Device, issue: &str, is_wanted: impl Fn(&Value) -> bool) -> Result<Value> {
    let file = of.until("issue_file", json!({ "issue": issue }), |file| is_wanted(&file["card"])).await?;
    Ok(file["card"].clone())
}

async fn waits_for(of: &Device, issue: &str) -> Result<bool> {
    let waiting = of.ask("list_issues", json!({ "scope": null, "tab": "needs_me" })).await?;
    Ok(list(&waiting).iter().any(|card| card["id"] == issue))
}

/// Makes a person the lead of a building.
fn lead_of(person: RecordId, building: &Value) -> Result<Draft> {
    let fields = [
        ("person", person.into()),
        ("role", "building_lead".into()),
        ("building", text(building).parse::<RecordId>()?.into()),
        ("from", "2026-01-01".into()),
    ];
    Ok(record("assignment", RecordId::from_bytes([61; 16]), &fields))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_made_offline_is_received_and_sent_to_a_unit_and_the_tablet_says_who_has_it_and_until_when()
-> Result<()> {
    let here = Neighbourhood::start().await?;
    let line = Link::to_port(here.port()).await?;
    let tablet = here.tablet_through("wangwei", &line.address()).await?;
    let desk = here.desk(&here.console().await?, "lina").await?;
    let building = first_building(&tablet).await?;

    line.close().await;
    let issue = report(&tablet, "stair_light", Some(building.clone())).await?;
    let second = report(&tablet, "lift", Some(building)).await?;
    let number = |card: &Value| -> Result<(String, u32)> {
        let number = text(&card["number"]);
        let (front, count) = number.rsplit_once('-').context("yymmdd-device-n")?;
        Ok((front.to_owned(), count.parse()?))
    };
    let (first, next) = (until_card(&tablet, &issue, |_| true).await?, until_card(&tablet, &second, |_| true).await?);
    let ((front, count), (next_front, next_count)) = (number(&first)?, number(&next)?);
    let today = day::day_of(now_ms()).replace('-', "");
    let (date, device) = front.split_once('-').context("yymmdd-device-n")?;
    assert_eq!(date, &today[2..]);
    assert!(device.parse::<u32>()? > 0, "{front}");
    assert_eq!((next_front, next_count), (front, count + 1));
    assert_eq!((&first["mark"], &first["mine"]), (&json!("saved_here"), &json!(true)));
    assert!(!waits_for(&tablet, &issue).await?, "who reported it does not receive it");

    line.open().await?;
    tablet.until_sent().await?;
    until_card(&desk, &issue, |card| card["state"] == "reported").await?;
    assert!(waits_for(&desk, &issue).await?);

    // A worker cannot receive what they reported, and cannot send it anywhere.
    for name in ["accept", "dispatch"] {
        assert_eq!(tablet.refused("take_step", step(&issue, name, None)).await?.code, "not_allowed");
    }
    take(&desk, &issue, "accept", None).await?;
    let file = desk.ask("issue_file", json!({ "issue": issue })).await?;
    let unit = list(&file["units"]).iter().find(|one| one["proposed"] == true).context("a unit for it")?.clone();
    let mut dispatch = step(&issue, "dispatch", None);
    dispatch["to"] = json!([unit["id"]]);
    desk.ask("take_step", dispatch).await?;
    assert!(!waits_for(&desk, &issue).await?, "it is the unit's turn");
    desk.until_sent().await?;

    let card = until_card(&tablet, &issue, |card| card["state"] == "dispatched").await?;
    assert_eq!((&card["holder"], &card["holder_name"]), (&json!("unit"), &unit["name"]), "{card}");
    assert!(card["deadline"].is_string() && card["overdue"] == false, "{card}");
    assert!(!waits_for(&tablet, &issue).await?);
    let file = tablet.ask("issue_file", json!({ "issue": issue })).await?;
    let steps: Vec<_> = list(&file["steps"]).iter().map(|one| text(&one["step"])).collect();
    assert_eq!(steps, ["accept", "dispatch"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_sent_back_says_why_and_comes_again_with_what_was_missing() -> Result<()> {
    let here = Neighbourhood::start().await?;
    let tablet = here.tablet("wangwei").await?;
    let desk = here.desk(&here.console().await?, "lina").await?;
    let issue = report(&tablet, "rubbish", Some(first_building(&tablet).await?)).await?;
    tablet.until_sent().await?;
    until_card(&desk, &issue, |card| card["state"] == "reported").await?;
    assert_eq!(desk.refused("take_step", step(&issue, "return", None)).await?.code, "value_invalid");
    take(&desk, &issue, "return", Some("是哪个门口？")).await?;
    desk.until_sent().await?;

    let card = until_card(&tablet, &issue, |card| card["state"] == "returned").await?;
    assert_eq!((&card["holder"], &card["needs_me"]), (&json!("reporter"), &json!(true)), "{card}");
    let file = tablet.ask("issue_file", json!({ "issue": issue })).await?;
    assert_eq!(list(&file["steps"])[0]["words"], "是哪个门口？");
    take(&tablet, &issue, "supplement", Some("东门口")).await?;
    assert!(!waits_for(&tablet, &issue).await?);
    tablet.until_sent().await?;
    until_card(&desk, &issue, |card| card["state"] == "reported" && card["needs_me"] == true).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leads_private_report_comes_to_worker_and_supervisor_and_not_to_another_lead_of_the_building() -> Result<()> {
    let here = Neighbourhood::start().await?;
    let lead = here.tablet("maguiying").await?;
    let own = first_building(&lead).await?;
    // 冯志强 works for a department of the district; here he leads the same building as well.
    here.write(vec![lead_of(here.person("fengzhiqiang")?, &own)?])?;
    let other = here.tablet("fengzhiqiang").await?;
    let worker = here.tablet("wangwei").await?;
    let desk = here.desk(&here.console().await?, "lina").await?;

    let quarrel = report(&lead, "neighbours", Some(own.clone())).await?;
    let light = report(&lead, "stair_light", Some(own)).await?;
    lead.until_sent().await?;
    for device in [&worker, &desk] {
        let card = until_card(device, &quarrel, |card| card["state"] == "reported").await?;
        assert_eq!((&card["private"], &card["needs_me"]), (&json!(true), &json!(true)), "{card}");
    }
    assert_eq!(lead.ask("sync_status", Value::Null).await?["needs_attention"], 0);
    // What both leads share has come, so what only one may know would have.
    until_card(&other, &light, |card| card["private"] == false).await?;
    assert!(other.call("issue_file", json!({ "issue": quarrel })).await.is_err());
    assert!(other.call("take_step", step(&quarrel, "add", Some("我也听见了"))).await.is_err());

    // The lead follows it and can say more, though it is not in the building's channel.
    take(&lead, &quarrel, "add", Some("昨晚又吵了")).await?;
    lead.until_sent().await?;
    let says = |file: &Value| list(&file["steps"]).iter().any(|one| one["words"] == "昨晚又吵了");
    worker.until("issue_file", json!({ "issue": quarrel }), says).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_grid_worker_receives_or_returns_what_a_lead_reported_in_the_building_and_outdoors() -> Result<()> {
    let here = Neighbourhood::start().await?;
    let lead = here.tablet("maguiying").await?;
    let worker = here.tablet("wangwei").await?;
    let own = first_building(&lead).await?;
    let inside = report(&lead, "stair_light", Some(own)).await?;
    let outdoors = report(&lead, "manhole", None).await?;
    lead.until_sent().await?;
    assert_eq!(here.held("issue", &inside)?.text("source"), Some("lead"));

    for issue in [&inside, &outdoors] {
        until_card(&worker, issue, |card| card["state"] == "reported" && card["needs_me"] == true).await?;
    }
    take(&worker, &inside, "accept", None).await?;
    take(&worker, &outdoors, "return", Some("在哪一段路上？")).await?;
    worker.until_sent().await?;
    assert_eq!(worker.ask("sync_status", Value::Null).await?["needs_attention"], 0, "the relay took both steps");
    until_card(&lead, &inside, |card| card["state"] == "accepted").await?;
    until_card(&lead, &outdoors, |card| card["state"] == "returned" && card["needs_me"] == true).await?;
    Ok(())
}

/// A category may have become one of people's homes while a tablet was away: what it reported openly is refused, kept, and
/// offered again as a private matter by one tap, under its number and with what belongs to it.
#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_had_to_be_private_is_reported_again_as_private_by_one_tap() -> Result<()> {
    let here = Neighbourhood::start().await?;
    let console = here.console().await?;
    let (admin, desk) = (here.desk(&console, "chenjie").await?, here.desk(&console, "lina").await?);
    let line = Link::to_port(here.port()).await?;
    let tablet = here.tablet_through("wangwei", &line.address()).await?;
    line.close().await;
    let issue = report(&tablet, "parking", Some(first_building(&tablet).await?)).await?;
    let number = until_card(&tablet, &issue, |_| true).await?["number"].clone();

    let record = format!("category:{}", text(&category(&admin, "parking").await?));
    let form = admin.ask("record_form", json!({ "record": record })).await?;
    let private = list(&form["fields"]).iter().find(|one| one["field"] == "private").context("a field")?.clone();
    let change =
        json!({ "record": record, "changes": [{ "field": "private", "value": true, "seen": private["seen"] }] });
    admin.ask("save_form", change).await?;
    admin.until_sent().await?;
    line.open().await?;

    let refused =
        |told: &Value| list(told).iter().any(|one| one["code"] == "must_be_private" && one["fate"] == "refused");
    let told = tablet.until("list_attention", Value::Null, refused).await?;
    let one = list(&told).iter().find(|one| one["code"] == "must_be_private").context("told")?.clone();
    assert_eq!(one["can_retry"], true);
    tablet.ask("retry_edit", json!({ "edit": one["edit"] })).await?;
    tablet.until_sent().await?;
    let card = until_card(&desk, &issue, |card| card["private"] == true).await?;
    assert_eq!((&card["number"], &card["words"]), (&number, &json!("请来看一看")));
    Ok(())
}
