//! Who changed what: what a tablet knows by itself, and all of it where the relay can be asked.

use anyhow::Result;
use linli_tests::Link;
use linli_tests::neighbourhood::{Neighbourhood, list, text};
use serde_json::{Value, json};

fn lines(history: &Value) -> Vec<(String, String, String)> {
    let of = |change: &Value| {
        let by = text(&change["by"]);
        let fields = list(&change["fields"]).iter().filter(|field| text(&field["field"]) == "phone");
        fields.map(|field| (by.clone(), text(&field["before"]), text(&field["after"]))).collect::<Vec<_>>()
    };
    list(&history["changes"]).iter().flat_map(of).collect()
}

#[tokio::test]
async fn the_history_of_a_phone_number_is_whole_with_a_network_and_masked_everywhere() -> Result<()> {
    let district = Neighbourhood::start().await?;
    let link = Link::to_port(district.port()).await?;
    let tablet = district.tablet_through("wangwei", &link.address()).await?;
    let home = tablet.home().await?;
    let resident = home.resident;
    let record = json!({ "record": format!("resident:{resident}") });
    tablet.correct(&resident, "phone", "10012340001").await?;
    tablet.until_sent().await?;
    tablet.correct(&resident, "phone", "10012340002").await?;
    tablet.until_sent().await?;

    let whole = tablet.ask("history_whole", record.clone()).await?;
    let changes = lines(&whole);
    assert_eq!(whole["whole"], true);
    assert!(changes.len() >= 2, "{whole:#}");
    assert_eq!((changes[0].1.as_str(), changes[0].2.as_str()), ("100****0001", "100****0002"));
    assert!(!whole.to_string().contains("1001234000"), "a whole number left the core: {whole:#}");

    link.close().await;
    let refused = tablet.refused("history_whole", record.clone()).await?;
    assert_eq!(refused.code, "relay_unreachable");
    let here = tablet.ask("history_here", record.clone()).await?;
    assert_eq!(here["whole"], false);
    assert_eq!(lines(&here)[0].2, "100****0002");
    tablet.correct(&resident, "phone", "10012340003").await?;
    let here = tablet.ask("history_here", record.clone()).await?;
    assert_eq!((lines(&here)[0].2.as_str(), &here["changes"][0]["mark"]), ("100****0003", &json!("saved_here")));

    link.open().await?;
    tablet.until_sent().await?;
    let whole = tablet.ask("history_whole", record).await?;
    assert_eq!(lines(&whole)[0].2, "100****0003");
    Ok(())
}

#[tokio::test]
async fn at_a_desk_the_person_signed_in_is_asked_and_not_the_console() -> Result<()> {
    let district = Neighbourhood::start().await?;
    let tablet = district.tablet("wangwei").await?;
    let home = tablet.home().await?;
    let resident = home.resident;
    tablet.correct(&resident, "phone", "10012340001").await?;
    tablet.until_sent().await?;
    let console = district.console().await?;
    let desk = district.desk(&console, "lina").await?;
    desk.until_loaded().await?;
    let record = json!({ "record": format!("resident:{resident}") });
    let whole = desk.until("history_whole", record, |told| list(&told["changes"]).len() > 1).await?;
    assert_eq!(lines(&whole)[0].2, "100****0001");
    assert_eq!(desk.refused("history_whole", json!({ "record": "resident:no-id" })).await?.code, "not_found");
    Ok(())
}
