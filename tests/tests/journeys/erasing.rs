//! Somebody asks to be forgotten: what is held goes from the desk, the relay and the tablets, and nothing brings it back.

use anyhow::Result;
use linli_tests::Link;
use linli_tests::neighbourhood::{Neighbourhood, list};
use local_store::View;
use serde_json::{Value, json};

#[tokio::test]
async fn who_asks_to_be_forgotten_leaves_every_tablet_with_drafts_and_what_was_not_sent_yet() -> Result<()> {
    let district = Neighbourhood::start().await?;
    let link = Link::to_port(district.port()).await?;
    let tablet = district.tablet_through("wangwei", &link.address()).await?;
    let console = district.console().await?;
    let desk = district.desk(&console, "lina").await?;
    desk.until_loaded().await?;
    let home = tablet.home().await?;
    let resident = home.resident.clone();
    tablet.correct(&resident, "phone", "10012345001").await?;
    tablet.until_sent().await?;

    link.close().await;
    tablet.correct(&resident, "phone", "10012345002").await?;
    let draft = json!({
        "key": format!("correct:{resident}"), "title": "更正", "path": "/x", "body": "{\"phone\":\"10012345003\"}",
    });
    tablet.ask("save_draft", draft).await?;

    let file = desk.ask("resident_file", json!({ "resident": resident })).await?;
    assert_eq!((&file["may_erase"], &tablet_may(&tablet, &resident).await?), (&json!(true), &json!(false)));
    let wrong = json!({ "resident": resident, "name": "不是他", "reason": "request" });
    assert_eq!(desk.refused("erase_resident", wrong).await?.code, "value_invalid");
    let asked = json!({ "resident": resident, "name": file["name"], "reason": "request" });
    assert_eq!(tablet.refused("erase_resident", asked.clone()).await?.code, "not_allowed");
    let erased = desk.ask("erase_resident", asked).await?;
    assert!(erased["records"].as_u64().is_some_and(|count| count >= 2), "{erased}");
    let gone = |answer: std::result::Result<Value, app_core::CommandError>| {
        answer.is_err_and(|error| error.code == "not_found")
    };
    while !gone(desk.call("resident_file", json!({ "resident": resident })).await) {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }

    link.open().await?;
    tablet.until_sent().await?;
    while !gone(tablet.call("resident_file", json!({ "resident": resident })).await) {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let told = tablet.ask("list_attention", Value::Null).await?;
    assert!(list(&told).iter().any(|one| one["fate"] == "erased"), "{told:#}");
    assert_eq!(list(&tablet.ask("list_drafts", Value::Null).await?).len(), 0);
    let store = tablet.store()?;
    let held: String = store.read(&View::Everything, |tx| {
        let mut all = tx.prepare("SELECT body || coalesce(outcome, '') FROM edit UNION ALL SELECT body FROM draft")?;
        let rows = all.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
        Ok::<_, local_store::StoreError>(rows.concat())
    })?;
    for word in ["10012345001", "10012345002", "10012345003"] {
        assert!(!held.contains(word), "{word} is still on the tablet");
    }
    // The chain goes on.
    let visit = json!({
        "dwelling": home.dwelling, "household": home.household, "outcome": "nobody", "met": [], "said": null,
        "revisit_on": null,
    });
    tablet.ask("save_visit", visit).await?;
    tablet.until_sent().await?;
    Ok(())
}

async fn tablet_may(tablet: &linli_tests::neighbourhood::Device, resident: &str) -> Result<Value> {
    Ok(tablet.ask("resident_file", json!({ "resident": resident })).await?["may_erase"].clone())
}
