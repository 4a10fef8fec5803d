//! A tablet that was copied, and one whose clock ran ahead: both go on under a new number, and nothing is lost.

use anyhow::{Context, Result};
use app_core::Shell;
use linli_tests::Neighbourhood;
use linli_tests::neighbourhood::Device;
use local_store::{View, device};
use serde_json::{Value, json};

const YEAR_MS: i64 = 365 * 24 * 3_600_000;

fn number(tablet: &Device) -> Result<u32> {
    let number = tablet.store()?.read(&View::Everything, device::number)?;
    Ok(number.context("a number")?.0)
}

/// Every visit whose words begin so, on this device.
fn said(tablet: &Device, words: &str) -> Result<u32> {
    let count = |tx: &local_store::Tx<'_>| {
        let sql = "SELECT count(*) FROM visit WHERE said LIKE ?1 || '%'";
        Ok(tx.query_row(sql, [words], |row| row.get(0))?)
    };
    Ok(tablet.store()?.read(&View::Everything, count)?)
}

#[tokio::test]
async fn f22_a_copied_tablet_and_its_copy_work_on_and_both_keep_all_after_enrolling_again() -> Result<()> {
    let town = Neighbourhood::start().await?;
    let tablet = town.tablet("wangwei").await?;
    let home = tablet.home().await?;
    tablet.visit(&home, "复制之前").await?;
    tablet.until_sent().await?;
    // The app is closed while somebody copies its folder.
    let tablet = tablet.after_the_battery_died(None)?;
    let folder = town.path("copy");
    copy(&tablet.folder, &folder)?;
    let copied = Device::over(Shell::Tablet, &folder, None)?;
    for one in [&tablet, &copied] {
        one.unlock().await?;
    }
    let former = number(&tablet)?;
    tablet.visit(&home, "复制之后甲").await?;
    tablet.until_sent().await?;
    copied.visit(&home, "复制之后乙").await?;

    // The copy hears of it at once, the other one with what it sends next; what others wrote comes down all the while.
    let asked = |status: &Value| status["enrol_again"] == true;
    let status = copied.until("sync_status", Value::Null, asked).await?;
    assert_ne!(status["waiting"], 0, "nothing of the copy is taken under a number that another one uses");
    tablet.visit(&home, "复制之后甲二").await?;
    tablet.until("sync_status", Value::Null, asked).await?;
    copied.visit(&home, "复制之后乙二").await?;

    let error = copied.refused("enrol_again", json!({ "link": town.link("chenjing")? })).await;
    if let Ok(error) = error {
        assert_eq!(error.code, "enrol_other_person");
    }
    for one in [&copied, &tablet] {
        one.ask("enrol_again", json!({ "link": town.link("wangwei")? })).await?;
        one.until_sent().await?;
        assert_ne!(number(one)?, former);
        one.until("sync_status", Value::Null, |status| status["enrol_again"] == false).await?;
    }
    for one in [&tablet, &copied] {
        one.ask("sync_now", Value::Null).await?;
        one.until("sync_status", Value::Null, |_| said(one, "复制之后").is_ok_and(|count| count == 4)).await?;
        assert_eq!(said(one, "复制之前")?, 1);
    }
    Ok(())
}

#[tokio::test]
async fn f8_a_tablet_that_ran_years_ahead_starts_its_clock_afresh_under_a_new_number() -> Result<()> {
    let town = Neighbourhood::start().await?;
    let tablet = town.tablet("wangwei").await?;
    let home = tablet.home().await?;
    let former = number(&tablet)?;
    // A clock that is years ahead while no relay says so: what is saved then is stamped so.
    tablet.store()?.write(|tx| device::put_fact(tx, "clock_offset_ms", &(40 * YEAR_MS).to_string()))?;
    tablet.visit(&home, "时钟超前").await?;
    tablet.until_sent().await?;
    tablet.until("sync_status", Value::Null, |_| number(&tablet).is_ok_and(|number| number != former)).await?;
    tablet.visit(&home, "时钟对了").await?;
    tablet.until_sent().await?;
    let stamps = |tx: &local_store::Tx<'_>| {
        let mut query = tx.prepare("SELECT body FROM edit ORDER BY number")?;
        let rows = query.query_map([], |row| row.get::<_, String>(0))?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    };
    let bodies = tablet.store()?.read(&View::Everything, stamps)?;
    let stamp = |body: &String| -> Result<u64> {
        let edit: sync_protocol::Edit = serde_json::from_str(body)?;
        Ok(edit.stamp.ms)
    };
    let (ahead, last) = (stamp(&bodies[0])?, stamp(bodies.last().context("an edit")?)?);
    assert!(ahead > last + 39 * YEAR_MS as u64, "{ahead} {last}");
    Ok(())
}

fn copy(from: &std::path::Path, into: &std::path::Path) -> Result<()> {
    std::fs::create_dir_all(into)?;
    for entry in std::fs::read_dir(from)? {
        let path = entry?.path();
        if let Some(name) = path.file_name().filter(|_| path.is_file()) {
            std::fs::copy(&path, into.join(name))?;
        }
    }
    Ok(())
}
