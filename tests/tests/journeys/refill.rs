//! A relay whose store was emptied: its tablets stop and keep everything until somebody says that they may go on (F21).

use anyhow::Result;
use linli_tests::SecuredDistrict;
use linli_tests::neighbourhood::{Device, PIN};
use local_store::View;
use serde_json::{Value, json};

/// How many visits are on a tablet.
fn visits(tablet: &Device) -> Result<u32> {
    let count = |tx: &local_store::Tx<'_>| Ok(tx.query_row("SELECT count(*) FROM visit", [], |row| row.get(0))?);
    Ok(tablet.store()?.read(&View::Everything, count)?)
}

#[tokio::test]
async fn f21_tablets_of_an_emptied_relay_stop_and_refill_it_once_the_administrator_allows_it() -> Result<()> {
    let mut district = SecuredDistrict::start().await?;
    let tablet = Device::over(app_core::Shell::Tablet, &district.path("tablet"), None)?;
    tablet.ask("enrol", json!({ "link": district.link(&["--person", "wangwei"])?, "pin": PIN })).await?;
    tablet.until_loaded().await?;
    let home = tablet.home().await?;
    let sent = tablet.visit(&home, "中继清空之前").await?;
    tablet.until_sent().await?;
    let before = visits(&tablet)?;

    district.stop_relay();
    for file in ["relay.db", "relay.db-wal", "relay.db-shm"] {
        drop(std::fs::remove_file(district.path("relay").join(file)));
    }
    // The same seed makes the same people and homes, as importing the register anew would.
    district.command(&["demo", "--seed", "1"])?;
    district.start_relay().await?;
    tablet.visit(&home, "中继清空之后").await?;
    let is_told = |status: &Value| status["last_problem"]["code"] == "relay_replaced";
    let status = tablet.until("sync_status", Value::Null, is_told).await?;
    assert_ne!(status["waiting"], 0, "nothing is handed to a relay that may be somebody else's");
    assert_eq!(visits(&tablet)?, before + 1, "and nothing here is dropped for it");

    let said = district.command(&["allow-refill"])?;
    assert!(said.contains("hand over what they hold"), "{said}");
    tablet.ask("sync_now", Value::Null).await?;
    tablet.until_sent().await?;
    // A second tablet gets from the relay what only the first one still had.
    let other = Device::over(app_core::Shell::Tablet, &district.path("other"), None)?;
    other.ask("enrol", json!({ "link": district.link(&["--person", "wangwei"])?, "pin": PIN })).await?;
    other.until_loaded().await?;
    let said = |tx: &local_store::Tx<'_>| {
        let sql = "SELECT count(*) FROM visit WHERE said IN ('中继清空之前', '中继清空之后')";
        Ok(tx.query_row(sql, [], |row| row.get::<_, u32>(0))?)
    };
    assert_eq!(other.store()?.read(&View::Everything, said)?, 2, "{sent}");
    Ok(())
}
