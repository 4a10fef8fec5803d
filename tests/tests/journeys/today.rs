//! The day's list at the tablet: what was promised stands on it, and leaves it by a visit.

use anyhow::Result;
use linli_relay::clock::now_ms;
use linli_tests::neighbourhood::{Device, Home, Neighbourhood, list};
use serde_json::{Value, json};
use sync_protocol::day;

async fn door(tablet: &Device, home: &Home, ahead_days: u32) -> Result<Option<Value>> {
    let today = tablet.ask("today", json!({ "ahead_days": ahead_days })).await?;
    Ok(list(&today["due"]).iter().find(|one| one["dwelling"] == home.dwelling.as_str()).cloned())
}

async fn promise(tablet: &Device, home: &Home, on: &str) -> Result<Value> {
    let visit = json!({ "dwelling": home.dwelling, "household": home.household, "outcome": "appointment", "met": [],
                        "said": null, "revisit_on": on });
    tablet.ask("save_visit", visit).await
}

#[tokio::test]
async fn a_promise_is_on_the_list_of_its_day_and_of_the_days_before_and_a_visit_takes_it_off() -> Result<()> {
    let here = Neighbourhood::start().await?;
    let tablet = here.tablet("wangwei").await?;
    let home = tablet.home().await?;
    let today = day::day_of(now_ms());

    promise(&tablet, &home, &day::add_days(&today, 3)).await?;
    assert_eq!(door(&tablet, &home, 0).await?, None);
    let ahead = door(&tablet, &home, 7).await?.unwrap_or_default();
    assert_eq!((&ahead["why"], &ahead["overdue"]), (&json!("promised"), &json!(false)));

    promise(&tablet, &home, &today).await?;
    let due = door(&tablet, &home, 0).await?.unwrap_or_default();
    assert_eq!((&due["why"], &due["due_on"]), (&json!("promised"), &json!(today)));
    tablet.visit(&home, "来过了").await?;
    assert_eq!(door(&tablet, &home, 0).await?, None);
    Ok(())
}

#[tokio::test]
async fn the_list_begins_with_what_is_overdue_and_goes_on_as_one_walks() -> Result<()> {
    let here = Neighbourhood::start().await?;
    let tablet = here.tablet("wangwei").await?;
    let today = tablet.ask("today", json!({ "ahead_days": 7 })).await?;
    let due = list(&today["due"]);
    assert!(!due.is_empty(), "the demonstration has doors that are due");
    let overdue: Vec<bool> = due.iter().map(|one| one["overdue"] == true).collect();
    assert!(overdue.is_sorted_by(|one, next| one >= next), "overdue first: {overdue:?}");
    assert!(today["due_total"].as_u64() >= Some(due.len() as u64));
    Ok(())
}
