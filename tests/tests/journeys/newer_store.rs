//! A tablet whose records were written by a newer app: it says so, and nothing of them is touched.

use anyhow::Result;
use app_core::lock::unseal;
use linli_tests::neighbourhood::{Device, Neighbourhood, PIN};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;

/// The database with whatever lies beside it, byte for byte.
fn bytes(tablet: &Device) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(&tablet.folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with("linli.db") {
            files.insert(name, fs::read(path)?);
        }
    }
    Ok(files)
}

/// Raises a version as a newer app, which this one cannot be, would have done; gives the version that was there.
fn put_version(tablet: &Device, (read, write): (&str, &str), version: u32) -> Result<u32> {
    let key = unseal(&tablet.folder, PIN)?;
    let database = rusqlite::Connection::open(tablet.folder.join("linli.db"))?;
    local_store::unlock(&database, Some(&key))?;
    let before = database.query_row(read, [], |row| row.get(0))?;
    database.execute_batch(&write.replace("VERSION", &version.to_string()))?;
    Ok(before)
}

#[tokio::test]
async fn f7_records_of_a_newer_app_are_left_as_they_are_until_the_app_is_updated() -> Result<()> {
    let here = Neighbourhood::start().await?;
    let nowhere = || Some("http://127.0.0.1:9".to_owned());
    let tablet = here.tablet("wangwei").await?;
    let home = tablet.home().await?;
    let mut tablet = tablet.after_the_battery_died(nowhere())?;
    tablet.unlock().await?;
    tablet.visit(&home, "新版本写的").await?;
    for version in [
        // A migration that this app does not have, and a field that it would cut.
        ("PRAGMA user_version", "PRAGMA user_version = VERSION"),
        (
            "SELECT value FROM device WHERE name = 'schema_version'",
            "UPDATE device SET value = VERSION WHERE name = 'schema_version'",
        ),
    ] {
        tablet = tablet.after_the_battery_died(nowhere())?;
        let known = put_version(&tablet, version, 99)?;
        let before = bytes(&tablet)?;
        assert_eq!(before.keys().collect::<Vec<_>>(), ["linli.db"], "nothing has the store open");

        let error = tablet.refused("unlock", json!({ "pin": PIN })).await?;
        assert_eq!(error.code, "database_too_new", "{version:?}");
        assert_eq!((&error.detail["found"], &error.detail["known"]), (&"99".to_owned(), &known.to_string()));
        assert_eq!(tablet.stage().await?, "too_new");
        assert_eq!(tablet.refused("list_buildings", Value::Null).await?.code, "not_allowed");
        let again = json!({ "link": here.link("wangwei")?, "pin": PIN });
        assert_eq!(tablet.refused("enrol", again).await?.code, "not_allowed");
        assert!(bytes(&tablet)? == before, "{version:?}: the records are as they were");

        // The update: the same folder, and an app that knows the version.
        put_version(&tablet, version, known)?;
        assert_eq!(tablet.unlock().await?["stage"], "ready");
        let file = tablet.ask("household_file", json!({ "dwelling": home.dwelling })).await?;
        assert_eq!(file["visits"][0]["said"], "新版本写的");
        assert_eq!(file["visits"][0]["mark"], "saved_here");
    }
    Ok(())
}
