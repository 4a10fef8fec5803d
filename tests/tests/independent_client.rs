//! A client in another language, written from `sync-protocol/PROTOCOL.md` alone: beside the vectors, beside a relay, and
//! beside a tablet of ours. See tests/independent-client.

use anyhow::{Result, ensure};
use linli_tests::neighbourhood::{Device, Neighbourhood};
use linli_tests::processes::{program, project_dir};
use local_store::{View, cursors};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::process::Command;
use sync_protocol::messages::Cursor;

fn script(arguments: &[&str]) -> Result<String> {
    let output = Command::new(project_dir().join("scripts/independent-client")).args(arguments).output()?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    ensure!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    Ok(said)
}

#[test]
fn a_client_written_from_the_page_alone_keeps_to_every_vector_and_to_a_running_relay() -> Result<()> {
    program("linli-relay")?;
    let said = script(&[])?;
    ensure!(said.contains("changed ones noticed") && said.contains("journey: "), "{said}");
    println!("{said}");
    Ok(())
}

/// What a replica in Python says of itself after a round.
async fn replica(arguments: &[&str]) -> Result<Value> {
    let arguments: Vec<String> =
        std::iter::once("replica").chain(arguments.iter().copied()).map(str::to_owned).collect();
    let said = tokio::task::spawn_blocking(move || script(&arguments.iter().map(String::as_str).collect::<Vec<_>>()));
    Ok(serde_json::from_str(&said.await??)?)
}

type Held = BTreeMap<(String, String), (u64, String)>;

fn held_in(said: &Value) -> Held {
    let text = |one: &Value, name: &str| one[name].as_str().unwrap_or_default().to_owned();
    let one = |one: &Value| {
        let at = (text(one, "channel"), text(one, "facet"));
        (at, (one["position"].as_u64().unwrap_or_default(), text(one, "digest")))
    };
    said["cursors"].as_array().into_iter().flatten().map(one).collect()
}

fn held_on(tablet: &Device) -> Result<Held> {
    let all = tablet.store()?.read(&View::Everything, cursors::all)?;
    let one = |Cursor { at, position, digest }: Cursor| {
        let at = (at.channel.to_string(), at.facet.name().to_owned());
        (at, (position, digest.unwrap_or_default().to_string()))
    };
    Ok(all.into_iter().map(one).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replica_in_another_language_and_a_tablet_of_ours_read_each_other_and_hold_the_same() -> Result<()> {
    let here = Neighbourhood::start().await?;
    let tablet = here.tablet("wangwei").await?;
    let home = tablet.home().await?;
    let (store, link) = (here.path("replica.db"), here.link("wangwei")?);
    let (store, resident) = (store.to_string_lossy().into_owned(), format!("resident:{}", home.resident));
    let said = replica(&["--store", &store, "--link", &link]).await?;
    ensure!(said["records"].as_u64() > Some(1_000), "{said}");

    replica(&["--store", &store, "--set", &resident, "phone", "10066601234"]).await?;
    tablet.until_field(&home.resident, "phone", |field| field["shown"] == "100****1234").await?;
    tablet.correct(&home.resident, "phone", "10066605678").await?;
    tablet.until_sent().await?;
    let said = replica(&["--store", &store, "--show", &resident]).await?;
    let phone = &said["shown"]["fields"]["phone"];
    ensure!(phone.as_array().map(Vec::len) == Some(1) && phone[0][1] == json!("10066605678"), "{phone}");

    // Until the tablet has pulled what it pushed.
    for _ in 0..200 {
        if held_on(&tablet)? == held_in(&said) {
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(held_on(&tablet)?, held_in(&said));
    Ok(())
}
