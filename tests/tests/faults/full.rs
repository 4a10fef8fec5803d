//! F3: no room left on the tablet.

use anyhow::{Result, ensure};
use app_core::Shell;
use linli_relay::store::Holder;
use linli_tests::Disk;
use linli_tests::neighbourhood::{Device, Neighbourhood, PIN, list};
use local_store::{View, cursors};
use serde_json::{Value, json};

const MIB: u64 = 1 << 20;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f3_a_full_tablet_still_saves_sends_and_reads_and_takes_no_more_until_there_is_room() -> Result<()> {
    if !Disk::is_possible() {
        return Ok(());
    }
    let here = Neighbourhood::start().await?;
    let colleague = here.tablet("wangwei").await?;
    let folder = here.path("full");
    let disk = Disk::mount(&folder, Default::default())?;
    let tablet = Device::over(Shell::Tablet, &folder, None)?;
    let link = here.link_for(Holder::Person(here.person("wangwei")?), &here.address(), 10)?;
    tablet.ask("enrol", json!({ "link": link, "pin": PIN })).await?;
    tablet.until_loaded().await?;
    let homes = tablet.homes(2).await?;
    let ballast = folder.join("linli.ballast");
    ensure!(ballast.metadata()?.len() == 16 * MIB, "the ballast lies there from the start");

    // The disk fills up by what others put there. The ballast goes first, and saves fit.
    disk.leave_free(2 * MIB);
    tablet.visit(&homes[0], "空间不多了").await?;
    ensure!(!ballast.exists(), "the ballast was not thrown off");
    let full = |status: &Value| status["waiting"] == 0 && status["last_problem"]["code"] == "disk_full";
    tablet.until("sync_status", Value::Null, full).await?;
    let before = tablet.store()?.read(&View::Everything, cursors::all)?;

    // Its outbox goes up all the same; what others write does not come down.
    let said = colleague.visit(&homes[1], "同事写的").await?;
    ensure!(said["mark"] == "saved_here" || said["mark"] == "sent");
    colleague.until_sent().await?;
    tablet.visit(&homes[0], "还能发出去").await?;
    tablet.until("sync_status", Value::Null, full).await?;
    ensure!(tablet.store()?.read(&View::Everything, cursors::all)? == before, "a pull went on");

    // No room at all: each save is refused in words or kept, reading goes on, and what was refused can be saved again.
    disk.leave_free(0);
    let (mut saved, mut refused) = (0, None);
    for n in 0..3_000 {
        match tablet.call("save_visit", visit(&homes[0], &format!("满了以后第{n}句{}", "很长".repeat(200)))).await
        {
            Ok(_) => saved += 1,
            Err(error) => {
                refused = Some((n, error));
                break;
            }
        }
    }
    let (n, error) = refused.ok_or_else(|| anyhow::anyhow!("the disk never filled up after {saved} saves"))?;
    ensure!(error.code == "disk_full", "{error:?}");
    let file = tablet.ask("household_file", json!({ "dwelling": homes[0].dwelling })).await?;
    let is_there = |words: &str| {
        list(&file["visits"]).iter().any(|one| one["said"].as_str().is_some_and(|said| said.starts_with(words)))
    };
    ensure!(is_there("还能发出去") && !is_there(&format!("满了以后第{n}句")), "what was refused is not half there");

    // Somebody made room: within one round everything is as it should be.
    disk.leave_free(64 * MIB);
    tablet.ask("save_visit", visit(&homes[0], "又有空间了")).await?;
    tablet.until_sent().await?;
    let arrived = |file: &Value| list(&file["visits"]).iter().any(|one| one["said"] == "同事写的");
    tablet.until("household_file", json!({ "dwelling": homes[1].dwelling }), arrived).await?;
    ensure!(ballast.metadata()?.len() == 16 * MIB, "the ballast was laid again");
    println!("F3: {saved} saves fitted after the disk was full, the next was refused as disk_full; 0 lost");
    Ok(())
}

fn visit(home: &linli_tests::neighbourhood::Home, said: &str) -> Value {
    json!({
        "dwelling": home.dwelling, "household": home.household, "outcome": "met", "met": [home.resident], "said": said,
        "revisit_on": null,
    })
}
