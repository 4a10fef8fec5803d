//! What needs somebody: a number changed in two places is kept twice and settled by a tap; what was not taken is told.

use anyhow::{Context, Result};
use linli_tests::Link;
use linli_tests::neighbourhood::{Device, Home, Neighbourhood, assignment, ended, list, text};
use serde_json::{Value, json};
use sync_protocol::RecordId;

const GRID: &str = "340603002001001";

async fn conflicts(of: &Device, settled: bool) -> Result<Vec<Value>> {
    Ok(list(&of.ask("list_conflicts", json!({ "scope": null, "settled": settled })).await?).to_vec())
}

async fn until_conflicts(of: &Device, settled: bool, count: usize) -> Result<Vec<Value>> {
    let found =
        of.until("list_conflicts", json!({ "scope": null, "settled": settled }), |found| list(found).len() == count);
    Ok(list(&found.await?).to_vec())
}

async fn card(of: &Device, home: &Home) -> Result<Value> {
    let card = of.ask("conflict_card", json!({ "record": format!("resident:{}", home.resident) })).await?;
    Ok(list(&card["fields"]).first().context("a disputed field")?.clone())
}

fn said(field: &Value) -> Vec<(String, String)> {
    let mut said: Vec<_> = list(&field["sides"]).iter().map(|side| (text(&side["shown"]), text(&side["by"]))).collect();
    said.sort();
    said
}

fn choice(home: &Home, field: &Value, side: usize) -> Value {
    json!({
        "record": format!("resident:{}", home.resident), "field": "phone", "side": field["sides"][side]["side"],
        "value": null, "keep_both": false, "seen": field["seen"],
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_changed_in_two_places_is_kept_twice_settled_by_a_tap_and_taken_back() -> Result<()> {
    let here = Neighbourhood::start().await?;
    let line = Link::to_port(here.port()).await?;
    let tablet = here.tablet_through("wangwei", &line.address()).await?;
    let desk = here.desk(&here.console().await?, "lina").await?;
    let home = tablet.home().await?;
    line.close().await;
    tablet.correct(&home.resident, "phone", "10000000002").await?;
    desk.correct(&home.resident, "phone", "10000000003").await?;
    desk.until_sent().await?;
    line.open().await?;
    tablet.until_sent().await?;

    let shown = |card: &Value| said(card).len() == 2;
    for device in [&tablet, &desk] {
        until_conflicts(device, false, 1).await?;
        let field = card(device, &home).await?;
        assert!(shown(&field), "{field}");
        let both: Vec<String> = said(&field).into_iter().map(|(shown, _)| shown).collect();
        assert_eq!(both, ["100****0002", "100****0003"]);
        assert!(
            list(&field["sides"]).iter().all(|side| !text(&side["by"]).is_empty() && !text(&side["at"]).is_empty())
        );
        assert_eq!(field["base_known"], true);
    }
    let status = tablet.ask("sync_status", Value::Null).await?;
    assert_eq!(status["state"], "needs_attention");
    let counts = (&status["needs_attention"], &status["not_taken"], &status["disagreements"]);
    assert_eq!(counts, (&json!(1), &json!(0), &json!(1)), "both numbers were taken: nothing was refused");
    assert!(status["tried_at"].is_string() && status["queue"] == json!([]), "{status}");

    // A tap on the tablet; it can be taken back there at once, before anything was sent, and chosen again.
    line.close().await;
    let before = said(&card(&tablet, &home).await?);
    tablet.ask("settle_conflict", choice(&home, &card(&tablet, &home).await?, 0)).await?;
    assert!(conflicts(&tablet, false).await?.is_empty());
    tablet.ask("undo_settlement", json!({ "record": format!("resident:{}", home.resident), "field": "phone" })).await?;
    assert_eq!(said(&card(&tablet, &home).await?).len(), 2);
    tablet.ask("settle_conflict", choice(&home, &card(&tablet, &home).await?, 0)).await?;
    line.open().await?;
    tablet.until_sent().await?;

    let settled = until_conflicts(&desk, true, 1).await?.remove(0);
    assert_eq!(
        (&settled["settled"]["by"], &settled["settled"]["can_undo"]),
        (&json!("王伟"), &json!(true)),
        "{settled}"
    );
    until_conflicts(&desk, false, 0).await?;

    // Taken back on the console: both sides stand again, under the names of who wrote them.
    desk.ask("undo_settlement", json!({ "record": format!("resident:{}", home.resident), "field": "phone" })).await?;
    desk.until_sent().await?;
    until_conflicts(&tablet, false, 1).await?;
    until_conflicts(&tablet, true, 0).await?;
    for device in [&tablet, &desk] {
        until_conflicts(device, false, 1).await?;
        assert_eq!(said(&card(device, &home).await?).len(), before.len());
    }
    assert_eq!(said(&card(&tablet, &home).await?), said(&card(&desk, &home).await?));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_chooses_while_the_other_writes_again_is_asked_to_look_again() -> Result<()> {
    let here = Neighbourhood::start().await?;
    let line = Link::to_port(here.port()).await?;
    let tablet = here.tablet_through("wangwei", &line.address()).await?;
    let desk = here.desk(&here.console().await?, "lina").await?;
    let home = tablet.home().await?;
    line.close().await;
    tablet.correct(&home.resident, "phone", "10000000002").await?;
    desk.correct(&home.resident, "phone", "10000000003").await?;
    desk.until_sent().await?;
    line.open().await?;
    tablet.until_sent().await?;
    until_conflicts(&tablet, false, 1).await?;
    until_conflicts(&desk, false, 1).await?;
    let looked_at = card(&desk, &home).await?;
    tablet.ask("settle_conflict", choice(&home, &card(&tablet, &home).await?, 0)).await?;
    tablet.until_sent().await?;
    until_conflicts(&desk, false, 0).await?;
    assert_eq!(desk.refused("settle_conflict", choice(&home, &looked_at, 1)).await?.code, "conflict_moved_on");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_edit_is_decided_by_a_supervisor_and_its_author_is_told_in_words() -> Result<()> {
    let here = Neighbourhood::start().await?;
    let right = RecordId::from_bytes([7; 16]);
    here.write(vec![assignment(right, here.person("xuli")?, "grid_worker", GRID)])?;
    let line = Link::to_port(here.port()).await?;
    let tablet = here.tablet_through("xuli", &line.address()).await?;
    let desk = here.desk(&here.console().await?, "lina").await?;
    let worker = here.tablet("wangwei").await?;
    let homes = worker.homes(2).await?;
    line.close().await;
    tablet.correct(&homes[0].resident, "phone", "10000000005").await?;
    tablet.correct(&homes[1].resident, "phone", "10000000006").await?;
    here.write(vec![ended(right)])?;
    line.open().await?;
    tablet.until_sent().await?;

    let held = desk.until("list_held", json!({ "scope": null }), |held| list(held).len() == 2).await?;
    let of = |shown: &str| {
        let found = list(&held).iter().find(|one| list(&one["fields"]).iter().any(|field| field["entered"] == shown));
        found.map(|one| one["held"].clone()).context("a held edit")
    };
    let accept = json!({ "held": of("100****0005")?, "decision": "accept", "words": null });
    let decline = json!({ "held": of("100****0006")?, "decision": "decline", "words": "号码是旧的" });
    let silent = json!({ "held": of("100****0006")?, "decision": "decline", "words": " " });
    assert_eq!(desk.refused("decide_held", silent).await?.code, "value_invalid");
    desk.ask("decide_held", accept).await?;
    desk.ask("decide_held", decline).await?;
    desk.until_sent().await?;
    worker.until_field(&homes[0].resident, "phone", |field| field["shown"] == "100****0005").await?;

    let told = tablet.until("list_attention", Value::Null, |told| {
        list(told).iter().filter(|one| one["fate"] == "accepted" || one["fate"] == "declined").count() == 2
    });
    let told = told.await?;
    let declined = list(&told).iter().find(|one| one["fate"] == "declined").context("the declined one")?;
    assert_eq!((&declined["words"], &declined["read"]), (&json!("号码是旧的"), &json!(false)));
    assert!(list(&declined["fields"]).iter().all(|field| field["hidden"] == true), "{declined}");
    for one in list(&told) {
        tablet.ask("mark_read", json!({ "edit": one["edit"] })).await?;
    }
    assert_eq!(tablet.ask("sync_status", Value::Null).await?["needs_attention"], 0);
    assert_eq!(list(&tablet.ask("list_attention", Value::Null).await?).len(), 2, "reading deletes nothing");
    Ok(())
}
