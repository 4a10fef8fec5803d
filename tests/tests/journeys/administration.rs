//! Who works here, kept at the desk: accounts opened, people appointed and let go, units and categories, and what that means
//! for their tablets. Nobody gives what they do not have, and nobody appoints themselves.

use anyhow::{Context, Result};
use linli_tests::Link;
use linli_tests::neighbourhood::{Device, Neighbourhood, list, text};
use serde_json::{Value, json};
use sync_protocol::{RecordId, day};

const DISTRICT: &str = "340603";
const COMMUNITY: &str = "340603002001";
const GRID: &str = "340603002001002";

fn today() -> String {
    day::day_of(linli_relay::clock::now_ms())
}

fn duty(role: &str, division: &str, rights: &[&str]) -> Value {
    json!({
        "role": role, "division": division, "unit": null, "building": null, "from": today(), "until": null,
        "stands_in_for": null, "rights": rights,
    })
}

fn account(sign_in_name: &str, duty: &Value) -> Value {
    json!({ "name": "钱多多", "sign_in_name": sign_in_name, "work_phone": "10099 01 0001", "duty": duty })
}

async fn staff(of: &Device, text: &str, former: bool) -> Result<Vec<Value>> {
    let asked = json!({ "text": text, "scope": null, "role": null, "former": former, "offset": 0, "limit": 50 });
    Ok(list(&of.ask("list_staff", asked).await?["rows"]).to_vec())
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_is_appointed_at_the_desk_works_on_a_tablet_and_is_let_go_without_losing_a_word() -> Result<()> {
    let here = Neighbourhood::start().await?;
    let console = here.console().await?;
    let admin = here.desk(&console, "chenjie").await?;
    let saved = admin.ask("add_person", account("qianduoduo", &duty("grid_worker", GRID, &[]))).await?;
    let person = text(&saved["record"]);
    assert_eq!(staff(&admin, "qdd", false).await?[0]["name"], "钱多多", "found by initials, before the relay has them");
    admin.until_sent().await?;

    // What was opened at the desk is enough for a tablet.
    let line = Link::to_port(here.port()).await?;
    let tablet = here.tablet_through("qianduoduo", &line.address()).await?;
    let home = tablet.home().await?;
    line.close().await;
    tablet.visit(&home, "交接前的最后一次").await?;

    let file = admin.ask("staff_file", json!({ "person": person })).await?;
    let held = file["duties"][0].clone();
    assert_eq!((&held["state"], &held["may_change"]), (&json!("open"), &json!(true)), "{file}");
    let end = json!({ "assignment": held["assignment"], "until": day::add_days(&today(), -1) });
    admin.ask("end_assignment", end).await?;
    assert!(staff(&admin, "钱多多", false).await?.is_empty(), "holds nothing any more");
    assert_eq!(staff(&admin, "钱多多", true).await?[0]["duties"][0]["state"], "ended");
    admin.until_sent().await?;
    line.open().await?;

    tablet.until("list_buildings", Value::Null, |buildings| list(buildings).is_empty()).await?;
    let told = tablet.until("list_attention", Value::Null, |told| !list(told).is_empty()).await?;
    assert!(list(&told).iter().all(|one| one["fate"] == "held"), "{told}");
    let supervisor = here.desk(&console, "lina").await?;
    let asked = json!({ "scope": null });
    let waiting = supervisor.until("list_held", asked, |held| !list(held).is_empty()).await?;
    assert!(waiting.to_string().contains("交接前的最后一次"), "{waiting}");
    Ok(())
}

#[tokio::test]
async fn a_supervisor_appoints_below_themselves_and_hears_in_words_why_nothing_else() -> Result<()> {
    let here = Neighbourhood::start().await?;
    let console = here.console().await?;
    let desk = here.desk(&console, "lina").await?;
    let powers = desk.ask("my_powers", Value::Null).await?;
    assert_eq!(powers["administers"], false);
    // She has the second grid already.
    let (other, third) = (here.person("xuli")?.to_string(), format!("{COMMUNITY}003"));
    let appoint = |person: &str, duty: Value| json!({ "person": person, "duty": duty });
    let refused = async |person: &str, duty: Value| -> Result<String> {
        Ok(desk.refused("add_assignment", appoint(person, duty)).await?.code)
    };
    assert_eq!(refused(&other, duty("supervisor", COMMUNITY, &[])).await?, "appoint_beyond", "beside themselves");
    assert_eq!(refused(&other, duty("supervisor", DISTRICT, &[])).await?, "appoint_beyond");
    let street = here.desk(&console, "liuyang").await?;
    let more = appoint(&other, duty("grid_worker", &third, &["identity"]));
    assert_eq!(street.refused("add_assignment", more).await?.code, "appoint_right", "which she does not hold herself");
    let own = here.person("lina")?.to_string();
    assert_eq!(refused(&own, duty("grid_worker", GRID, &[])).await?, "appoint_oneself");
    let wrong = desk.refused("add_assignment", appoint(&other, duty("grid_worker", COMMUNITY, &[]))).await?;
    assert_eq!((wrong.code.as_str(), wrong.detail["field"].as_str()), ("value_invalid", "place"), "no grid");
    let elsewhere = account("zhaozhao", &duty("grid_worker", GRID, &[]));
    assert_eq!(
        desk.refused("add_person", elsewhere).await?.code,
        "not_allowed",
        "accounts are opened by administrators"
    );

    let saved = desk.ask("add_assignment", appoint(&other, duty("grid_worker", &third, &[]))).await?;
    let file = desk.ask("staff_file", json!({ "person": other })).await?;
    let places: Vec<String> = list(&file["duties"]).iter().map(|one| text(&one["place"])).collect();
    assert_eq!(places.len(), 2, "{file}");
    desk.ask("undo_save", json!({ "undo": saved["undo"] })).await?;
    desk.until_sent().await?;
    let file = desk.ask("staff_file", json!({ "person": other })).await?;
    assert_eq!(list(&file["duties"]).len(), 1, "taken back");
    let again = list(&desk.ask("list_attention", Value::Null).await?).len();
    assert_eq!(again, 0, "the relay agreed with every answer");
    Ok(())
}

#[tokio::test]
async fn a_sign_in_name_is_one_persons_and_free_again_when_the_account_is_taken_back() -> Result<()> {
    let here = Neighbourhood::start().await?;
    let admin = here.desk(&here.console().await?, "chenjie").await?;
    let opened = account("qianduoduo", &duty("volunteer", COMMUNITY, &[]));
    let taken = admin.refused("add_person", account("lina", &duty("volunteer", COMMUNITY, &[]))).await?;
    assert_eq!((taken.detail["field"].as_str(), taken.detail["reason"].as_str()), ("sign_in_name", "taken"));
    let bad = admin.refused("add_person", account("钱 多多", &duty("grid_worker", COMMUNITY, &[]))).await?;
    assert_eq!(bad.detail["all"], "sign_in_name:bad_sign_in_name,place:empty", "both at once");
    let first = admin.ask("add_person", opened.clone()).await?;
    admin.until_sent().await?;
    admin.ask("undo_save", json!({ "undo": first["undo"] })).await?;
    admin.until_sent().await?;
    let second = admin.ask("add_person", opened).await?;
    admin.until_sent().await?;
    assert_eq!(here.person("qianduoduo")?, text(&second["record"]).parse::<RecordId>()?);
    assert!(list(&admin.ask("list_attention", Value::Null).await?).is_empty(), "nothing was refused");

    // Closed, the account holds nothing; open again, what it held holds again.
    let record = format!("person:{}", text(&second["record"]));
    admin.ask("set_in_use", json!({ "record": record, "in_use": false })).await?;
    assert!(staff(&admin, "qianduoduo", false).await?.is_empty());
    admin.ask("set_in_use", json!({ "record": record, "in_use": true })).await?;
    assert_eq!(staff(&admin, "qianduoduo", false).await?.len(), 1);
    let own = format!("person:{}", here.person("chenjie")?);
    let closed = admin.refused("set_in_use", json!({ "record": own, "in_use": false })).await?;
    assert_eq!(closed.code, "appoint_oneself", "nobody locks themselves out");
    Ok(())
}

#[tokio::test]
async fn units_categories_and_names_are_kept_by_administrators_and_reach_the_tablets() -> Result<()> {
    let here = Neighbourhood::start().await?;
    let console = here.console().await?;
    let (admin, supervisor) = (here.desk(&console, "chenjie").await?, here.desk(&console, "lina").await?);
    let tablet = here.tablet("wangwei").await?;
    let unit = json!({
        "unit_type": "property_firm", "name": "新邻里物业", "short_name": "新邻里", "division": COMMUNITY, "parent": null,
        "phone": null,
    });
    assert_eq!(supervisor.refused("add_unit", unit.clone()).await?.code, "not_allowed");
    let unit = text(&admin.ask("add_unit", unit).await?["record"]);
    let category = json!({
        "code": "bike_shed", "group": "issue", "name": "车棚", "name_en": "Bicycle shed", "unit": unit, "unit_type": null,
        "accept_hours": 4, "sign_hours": 8, "handle_hours": 40, "private": false,
    });
    admin.until_sent().await?;
    supervisor.until("list_units", Value::Null, |all| list(all).iter().any(|one| one["id"] == unit)).await?;
    assert_eq!(supervisor.refused("add_category", category.clone()).await?.code, "not_allowed");
    let taken = {
        let mut same = category.clone();
        same["code"] = json!("lift");
        same
    };
    assert_eq!(admin.refused("add_category", taken).await?.detail["reason"], "taken");
    let category = text(&admin.ask("add_category", category).await?["record"]);
    let has = |code: &'static str| move |all: &Value| list(all).iter().any(|one| one["code"] == code);
    tablet.until("list_categories", Value::Null, has("bike_shed")).await?;

    // Handlers of the new unit are seen where the unit is.
    let handler = json!({
        "role": "handler", "division": null, "unit": unit, "building": null, "from": today(), "until": null,
        "stands_in_for": null, "rights": [],
    });
    admin.ask("add_person", account("qianduoduo", &handler)).await?;
    admin.until_sent().await?;
    let asked = json!({ "text": "钱多多", "scope": COMMUNITY, "role": null, "former": false, "offset": 0, "limit": 9 });
    supervisor.until("list_staff", asked, |page| page["rows"][0]["duties"][0]["place"] == "新邻里物业").await?;

    admin.ask("set_in_use", json!({ "record": format!("category:{category}"), "in_use": false })).await?;
    tablet.until("list_categories", Value::Null, |all| !has("bike_shed")(all)).await?;

    let divisions = admin.ask("list_divisions", json!({ "scope": GRID })).await?;
    let record = format!("division:{}", text(&divisions[0]["id"]));
    let form = admin.ask("record_form", json!({ "record": record })).await?;
    let name = list(&form["fields"]).iter().find(|one| one["field"] == "name").context("a name")?.clone();
    let change =
        json!({ "record": record, "changes": [{ "field": "name", "value": "河畔网格", "seen": name["seen"] }] });
    assert_eq!(supervisor.refused("save_form", change.clone()).await?.code, "not_allowed");
    admin.ask("save_form", change).await?;
    supervisor.until("list_scopes", Value::Null, |all| list(all).iter().any(|one| one["name"] == "河畔网格")).await?;
    Ok(())
}
