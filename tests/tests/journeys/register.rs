//! The register at the door: who moves in and out, who is asked about twice, and who looked at what.

use anyhow::{Context, Result};
use linli_relay::audit;
use linli_tests::Link;
use linli_tests::neighbourhood::{Device, Home, Neighbourhood, list, text};
use local_store::View;
use serde_json::{Value, json};
use sync_protocol::{RecordId, day};

const SECOND_GRID: &str = "340603002001002";

fn today() -> String {
    day::day_of(linli_relay::clock::now_ms())
}

fn newcomer(dwelling: &str, name: &str) -> Value {
    json!({
        "dwelling": dwelling, "household": null, "name": name, "reading": null, "gender": "female", "born_on": "1956-03-08",
        "phone": "100 9999 0001", "phone_2": null, "other_names": ["老王"], "languages": ["普通话"], "relation": "parent",
        "stays": "main", "registered_here": false, "since": null, "number": null,
    })
}

async fn file(device: &Device, resident: &str) -> Result<Value> {
    device.ask("resident_file", json!({ "resident": resident })).await
}

/// A dwelling that this device holds and nobody lives in.
fn empty_door(device: &Device, grid: &str) -> Result<String> {
    let id: [u8; 16] = device.store()?.read(&View::Everything, |tx| {
        let sql = "SELECT d.id FROM dwelling d JOIN building b ON b.id = d.building WHERE b.grid = ?1 \
                   AND NOT EXISTS (SELECT 1 FROM household h WHERE h.dwelling = d.id AND h.ended_on IS NULL) LIMIT 1";
        Ok(tx.query_row(sql, [grid], |row| row.get(0))?)
    })?;
    Ok(RecordId::from_bytes(id).to_string())
}

fn entries(here: &Neighbourhood) -> Result<Vec<Value>> {
    let rows = here.relay.store().read(|tx| {
        let chains = tx.audit_chains()?;
        chains.iter().map(|chain| tx.audit(chain)).collect::<linli_relay::error::Result<Vec<_>>>()
    })?;
    rows.into_iter().flatten().map(|row| Ok(serde_json::from_str(&row.body)?)).collect()
}

#[tokio::test]
async fn somebody_registered_offline_is_in_the_file_at_once_and_can_be_taken_back() -> Result<()> {
    let here = Neighbourhood::start().await?;
    let tablet = here.tablet("xuli").await?;
    let home: Home = tablet.home().await?;
    let saved = tablet.ask("add_resident", newcomer(&home.dwelling, "王桂英")).await?;
    let resident = text(&saved["record"]);
    let shown = file(&tablet, &resident).await?;
    assert_eq!((text(&shown["name"]), list(&shown["homes"]).len()), ("王桂英".to_owned(), 1));
    assert_eq!(shown["fields"][1]["shown"], "100****0001");

    let again =
        json!({ "dwelling": home.dwelling, "name": "王贵英", "born_on": null, "phone": "10099990001", "number": null });
    let alike = tablet.ask("possible_duplicates", again).await?;
    assert!(list(&alike).iter().any(|one| one["resident"] == resident.as_str() && one["reason"] == "phone"));
    let own = json!({ "dwelling": null, "name": "", "born_on": null, "phone": "10099990001", "number": null, "without": resident });
    assert_eq!(tablet.ask("possible_duplicates", own).await?, json!([]), "nobody is their own double");
    let sounds = json!({ "dwelling": home.dwelling, "name": "王贵英", "born_on": null, "phone": null, "number": null });
    let alike = tablet.ask("possible_duplicates", sounds).await?;
    assert!(list(&alike).iter().any(|one| one["reason"] == "sound_at_this_door"), "{alike}");

    tablet.ask("undo_save", json!({ "undo": saved["undo"] })).await?;
    tablet.refused("resident_file", json!({ "resident": resident })).await?;
    let late = tablet.refused("undo_save", json!({ "undo": saved["undo"] })).await?;
    assert_eq!(late.code, "undo_too_late");
    tablet.until_sent().await
}

#[tokio::test]
async fn a_child_of_thirteen_is_registered_as_a_minor_and_a_wrong_form_names_every_field() -> Result<()> {
    let here = Neighbourhood::start().await?;
    let tablet = here.tablet("xuli").await?;
    let home = tablet.home().await?;
    let mut child = newcomer(&home.dwelling, "王小宝");
    child["born_on"] = json!(day::add_days(&today(), -365 * 10));
    child["phone"] = json!(null);
    let saved = tablet.ask("add_resident", child).await?;
    let shown = file(&tablet, &text(&saved["record"])).await?;
    assert_eq!(shown["minor"], true);

    let mut wrong = newcomer(&home.dwelling, " ");
    wrong["phone"] = json!("没有");
    wrong["born_on"] = json!("2999-01-01");
    let refused = tablet.refused("add_resident", wrong).await?;
    assert_eq!(refused.detail["all"], "name:empty,born_on:in_future,phone:bad_phone");
    Ok(())
}

#[tokio::test]
async fn a_household_moved_to_another_grid_while_a_tablet_is_offline_leaves_it_and_arrives_with_its_history()
-> Result<()> {
    let here = Neighbourhood::start().await?;
    let line = Link::to_port(here.port()).await?;
    let (old, new) = (here.tablet_through("wangwei", &line.address()).await?, here.tablet("xuli").await?);
    let console = here.console().await?;
    let desk = here.desk(&console, "lina").await?;
    let home = old.home().await?;
    let said = "搬家前说的话";
    old.visit(&home, said).await?;
    old.until_sent().await?;
    let household = text(&old.ask("household_file", json!({ "dwelling": home.dwelling })).await?["household"]);
    let to = empty_door(&new, SECOND_GRID)?;
    desk.until("household_file", json!({ "dwelling": home.dwelling }), |file| {
        list(&file["visits"]).iter().any(|visit| visit["said"] == said)
    })
    .await?;
    let before = desk.ask("household_file", json!({ "dwelling": home.dwelling })).await?;
    assert_eq!(text(&before["household"]), household);
    line.close().await;
    desk.ask("move_household", json!({ "household": household, "to": to })).await?;

    let arrived =
        new.until("household_file", json!({ "dwelling": to }), |file| file["household"] == household.as_str()).await?;
    assert_eq!(list(&arrived["residents"]).len(), list(&before["residents"]).len(), "everybody came along");
    // Without a line the old tablet still shows them; with it, the rows leave.
    assert_eq!(old.ask("household_file", json!({ "dwelling": home.dwelling })).await?["household"], household.as_str());
    line.open().await?;
    old.until("household_file", json!({ "dwelling": home.dwelling }), |file| file["household"].is_null()).await?;
    let resident = text(&before["residents"][0]["id"]);
    old.refused("resident_file", json!({ "resident": resident })).await?;
    let shown = file(&new, &resident).await?;
    assert_eq!(shown["homes"][0]["dwelling"], to.as_str());
    // The visit hangs below the household, and came with it.
    let held: i64 = new.store()?.read(&View::Everything, |tx| {
        Ok(tx.query_row("SELECT count(*) FROM visit WHERE said = ?1", [said], |row| row.get(0))?)
    })?;
    assert_eq!(held, 1);
    Ok(())
}

#[tokio::test]
async fn somebody_moves_out_and_in_within_a_grid_and_both_doors_tell_it() -> Result<()> {
    let here = Neighbourhood::start().await?;
    let tablet = here.tablet("xuli").await?;
    let home = tablet.home().await?;
    let to = empty_door(&tablet, SECOND_GRID)?;
    let saved = tablet.ask("add_resident", newcomer(&home.dwelling, "赵搬家")).await?;
    let resident = text(&saved["record"]);
    let residence = text(&file(&tablet, &resident).await?["homes"][0]["residence"]);
    let door = json!({ "dwelling": to, "household": null, "relation": "head", "stays": "main" });
    tablet.ask("move_out", json!({ "residence": residence, "on": today(), "to": door })).await?;
    let shown = file(&tablet, &resident).await?;
    assert_eq!((list(&shown["homes"]).len(), list(&shown["former_homes"]).len()), (1, 1));
    assert_eq!(shown["homes"][0]["dwelling"], to.as_str());
    let again = json!({ "residence": residence, "on": today(), "to": null });
    assert_eq!(tablet.refused("move_out", again).await?.code, "moved_already");
    tablet.until_sent().await?;

    // Gone, and nobody knows where: the person is still there for whoever held them last.
    let residence = text(&shown["homes"][0]["residence"]);
    tablet.ask("move_out", json!({ "residence": residence, "on": today(), "to": null })).await?;
    tablet.until_sent().await?;
    assert_eq!(list(&file(&tablet, &resident).await?["former_homes"]).len(), 2);
    tablet.ask("record_death", json!({ "resident": resident, "on": today() })).await?;
    tablet.until_sent().await
}

#[tokio::test]
async fn no_look_without_its_entry_and_a_changed_entry_is_named() -> Result<()> {
    let here = Neighbourhood::start().await?;
    let tablet = here.tablet("xuli").await?;
    let home = tablet.home().await?;
    let saved = tablet.ask("add_resident", newcomer(&home.dwelling, "钱查看")).await?;
    let record = format!("resident:{}", text(&saved["record"]));
    for reason in ["call", "visit"] {
        let look = json!({ "record": record, "field": "phone", "reason": reason });
        assert_eq!(tablet.ask("reveal", look).await?, json!({ "value": "10099990001", "seconds": 30 }));
    }
    tablet.refused("reveal", json!({ "record": record, "field": "born_on", "reason": "call" })).await?;
    tablet.refused("reveal", json!({ "record": record, "field": "phone_2", "reason": "call" })).await?;
    tablet.until_sent().await?;

    let entries = entries(&here)?;
    let told: Vec<_> =
        entries.iter().map(|one| (text(&one["record"]), text(&one["field"]), text(&one["reason"]))).collect();
    let looked = |reason: &str| (record.clone(), "phone".to_owned(), reason.to_owned());
    assert_eq!(told, [looked("call"), looked("visit")]);
    assert!(!serde_json::to_string(&entries)?.contains("10099990001"), "the value is in no entry");
    let checked = here.relay.store().read(audit::verify)?;
    assert_eq!(checked, Ok(2));

    // Somebody with the database in hand makes a look disappear from the first entry.
    let trail = rusqlite::Connection::open(here.path("relay").join("relay.db"))?;
    let changed = trail.execute("UPDATE audit SET body = replace(body, 'call', 'visit') WHERE number = 1", [])?;
    assert_eq!(changed, 1);
    let broken = here.relay.store().read(audit::verify)?.expect_err("the trail no longer fits");
    assert_eq!((broken.number, broken.reason), (1, "it is not as it was written"));
    Ok(())
}

#[tokio::test]
async fn identity_numbers_are_entered_and_seen_by_those_with_the_right_only() -> Result<()> {
    let here = Neighbourhood::start().await?;
    let tablet = here.tablet("xuli").await?;
    let home = tablet.home().await?;
    let saved = tablet.ask("add_resident", newcomer(&home.dwelling, "孙证件")).await?;
    let entry = json!({ "resident": saved["record"], "document": "resident_card", "number": "11010519491231002x" });
    assert_eq!(tablet.refused("save_identity", entry.clone()).await?.code, "not_allowed");

    let other = here.tablet("wangwei").await?;
    let home = other.home().await?;
    let saved = other.ask("add_resident", newcomer(&home.dwelling, "孙有证")).await?;
    let entry = json!({ "resident": saved["record"], "document": "resident_card", "number": "11010519491231002x" });
    let resident = text(&saved["record"]);
    let shown = file(&other, &resident).await?;
    assert_eq!(shown["may_enter_identity"], true);
    other.ask("save_identity", entry).await?;
    let shown = file(&other, &resident).await?;
    assert_eq!(
        shown["identity"],
        json!({ "document": "resident_card", "masked": "1***************2X", "check_digit_ok": true })
    );
    other.until_sent().await
}

#[tokio::test]
async fn a_need_is_written_down_answered_and_shown_with_its_household() -> Result<()> {
    let here = Neighbourhood::start().await?;
    let tablet = here.tablet("xuli").await?;
    let home = tablet.home().await?;
    let door = tablet.ask("household_file", json!({ "dwelling": home.dwelling })).await?;
    let categories = tablet.ask("list_categories", Value::Null).await?;
    let category = list(&categories).iter().find(|one| one["group"] == "need").context("a category of needs")?;
    let need = json!({
        "household": door["household"], "resident": null, "category": category["id"], "words": "想修一下水管", "urgency": "soon",
    });
    let saved = tablet.ask("add_need", need).await?;
    let empty = json!({ "need": saved["record"], "state": "answered", "answer": " " });
    assert_eq!(tablet.refused("answer_need", empty).await?.detail["field"], "answer");
    tablet
        .ask("answer_need", json!({ "need": saved["record"], "state": "answered", "answer": "物业已经修好" }))
        .await?;
    let door = tablet.ask("household_file", json!({ "dwelling": home.dwelling })).await?;
    let shown = list(&door["needs"]).iter().find(|one| one["id"] == saved["record"]).context("the need")?;
    assert_eq!((text(&shown["state"]), text(&shown["answer"])), ("answered".to_owned(), "物业已经修好".to_owned()));
    tablet.until_sent().await
}

#[tokio::test]
async fn a_form_changes_only_what_was_changed_in_it_and_a_new_building_has_all_its_doors() -> Result<()> {
    let here = Neighbourhood::start().await?;
    let tablet = here.tablet("xuli").await?;
    let home = tablet.home().await?;
    let saved = tablet.ask("add_resident", newcomer(&home.dwelling, "周改改")).await?;
    let record = format!("resident:{}", text(&saved["record"]));
    let form = tablet.ask("record_form", json!({ "record": record })).await?;
    let field = |name: &str| list(&form["fields"]).iter().find(|one| one["field"] == name).cloned().unwrap_or_default();
    assert_eq!((&field("phone")["value"], &field("phone")["shown"]), (&Value::Null, &json!("100****0001")));
    let languages = field("languages");
    let changes = json!([
        { "field": "born_on", "value": "1957-03-08", "seen": field("born_on")["seen"] },
        { "field": "languages", "value": ["淮北话"], "seen": languages["seen"] },
    ]);
    tablet.ask("save_form", json!({ "record": record, "changes": changes })).await?;
    let shown = file(&tablet, &text(&saved["record"])).await?;
    assert_eq!((&shown["born_on"], &shown["languages"]), (&json!("1957-03-08"), &json!(["淮北话"])));

    let building = json!({
        "grid": SECOND_GRID, "name": "新建楼", "number": "99", "address": null, "entrances": 2, "floors": 6,
        "doors_per_floor": 2, "lift": false, "walk_order": 99,
    });
    let saved = tablet.ask("add_building", building).await?;
    let matrix = tablet.ask("building_matrix", json!({ "building": saved["record"] })).await?;
    assert_eq!(list(&matrix["cells"]).len(), 24);
    tablet.until_sent().await
}
