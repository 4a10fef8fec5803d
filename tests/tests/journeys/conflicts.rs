//! Two people who write at one door without seeing each other: what fits together does, and what does not is asked.

use anyhow::{Context, Result};
use linli_tests::Link;
use linli_tests::neighbourhood::{Device, Home, Neighbourhood, assignment, list, text};
use serde_json::{Value, json};
use sync_protocol::RecordId;

const GRID: &str = "340603002001001";

/// Two workers of one grid, each on a line of their own that can be cut, and their supervisor.
struct Team {
    lines: [Link; 2],
    wang: Device,
    xu: Device,
    desk: Device,
    // Last: the folders of the others lie in it.
    _here: Neighbourhood,
}

impl Team {
    async fn start() -> Result<Self> {
        let here = Neighbourhood::start().await?;
        here.write(vec![assignment(RecordId::from_bytes([7; 16]), here.person("xuli")?, "grid_worker", GRID)])?;
        let lines = [Link::to_port(here.port()).await?, Link::to_port(here.port()).await?];
        let wang = here.tablet_through("wangwei", &lines[0].address()).await?;
        let xu = here.tablet_through("xuli", &lines[1].address()).await?;
        let desk = here.desk(&here.console().await?, "lina").await?;
        Ok(Self { lines, wang, xu, desk, _here: here })
    }

    async fn part(&self) {
        self.lines[0].close().await;
        self.lines[1].close().await;
    }

    async fn meet(&self) -> Result<()> {
        self.lines[0].open().await?;
        self.lines[1].open().await?;
        self.wang.until_sent().await?;
        self.xu.until_sent().await
    }

    /// Both workers and the supervisor.
    fn everybody(&self) -> [&Device; 3] {
        [&self.wang, &self.xu, &self.desk]
    }

    /// Makes both workers write a phone number of one person, apart, and waits until everybody knows of both.
    async fn write_apart(&self, home: &Home, wangs: &str, xus: &str) -> Result<()> {
        self.part().await;
        self.wang.correct(&home.resident, "phone", wangs).await?;
        self.xu.correct(&home.resident, "phone", xus).await?;
        self.meet().await?;
        for one in self.everybody() {
            one.until_field(&home.resident, "phone", |phone| {
                list(&phone["others"]).len() == 1 && phone["mark"] != "saved_here"
            })
            .await?;
        }
        Ok(())
    }
}

#[tokio::test]
async fn two_numbers_of_one_person_are_both_kept_and_each_side_learns_whose_the_other_is() -> Result<()> {
    let team = Team::start().await?;
    let home = team.wang.home().await?;
    team.write_apart(&home, "10011112222", "10033334444").await?;

    let by = |shown: &Value| if shown == "100****2222" { "王伟" } else { "徐丽" };
    let winner = team.desk.field(&home.resident, "phone").await?["shown"].clone();
    for one in team.everybody() {
        let phone = one.field(&home.resident, "phone").await?;
        assert_eq!(phone["shown"], winner, "everybody is shown the same");
        let other = &list(&phone["others"])[0];
        assert_ne!(other["shown"], winner);
        assert!(["100****2222", "100****4444"].iter().any(|shown| other["shown"] == *shown), "{other}");
        assert_eq!(other["by"], by(&other["shown"]));
        let at = other["at"].as_str().and_then(sync_protocol::day::time_ms).context("a time")?;
        assert!(linli_relay::clock::now_ms().abs_diff(at) < 120_000, "{other}");
        assert_eq!(phone["mark"], "needs_attention");
        let file = one.ask("household_file", json!({ "dwelling": home.dwelling })).await?;
        assert_eq!((&file["conflict"], &file["mark"]), (&json!(true), &json!("needs_attention")));
    }
    let file = team.wang.ask("household_file", json!({ "dwelling": home.dwelling })).await?;
    let matrix = team.wang.ask("building_matrix", json!({ "building": file["building"] })).await?;
    let conflicts: Vec<_> = list(&matrix["cells"]).iter().filter(|cell| cell["conflict"] == true).collect();
    assert_eq!(conflicts.iter().map(|cell| &cell["dwelling"]).collect::<Vec<_>>(), [home.dwelling.as_str()]);
    Ok(())
}

#[tokio::test]
async fn corrections_of_different_fields_come_together_and_nobody_is_asked() -> Result<()> {
    let team = Team::start().await?;
    let home = team.wang.home().await?;
    team.part().await;
    team.wang.correct(&home.resident, "phone", "10011112222").await?;
    team.wang.visit(&home, "上午来过").await?;
    team.xu.correct(&home.resident, "name", "欧阳尚未").await?;
    team.xu.visit(&home, "下午来过").await?;
    team.meet().await?;
    for one in team.everybody() {
        one.until_field(&home.resident, "phone", |phone| phone["shown"] == "100****2222" && phone["mark"] == "sent")
            .await?;
        one.until_field(&home.resident, "name", |name| name["shown"] == "欧阳尚未" && name["mark"] == "sent").await?;
        let is_whole = |file: &Value| {
            let said: Vec<_> = list(&file["visits"]).iter().map(|visit| &visit["said"]).collect();
            said.starts_with(&[&json!("下午来过"), &json!("上午来过")]) && file["mark"] == "sent"
        };
        let file = one.until("household_file", json!({ "dwelling": home.dwelling }), is_whole).await?;
        assert_eq!(file["conflict"], false);
    }
    Ok(())
}

#[tokio::test]
async fn the_same_number_written_twice_is_no_question() -> Result<()> {
    let team = Team::start().await?;
    let home = team.wang.home().await?;
    team.part().await;
    team.wang.correct(&home.resident, "phone", "10011112222").await?;
    team.xu.correct(&home.resident, "phone", "100 1111 2222").await?;
    team.meet().await?;
    for one in team.everybody() {
        let phone = one
            .until_field(&home.resident, "phone", |phone| phone["shown"] == "100****2222" && phone["mark"] == "sent")
            .await?;
        assert_eq!(phone["others"], json!([]));
    }
    Ok(())
}

#[tokio::test]
async fn a_deletion_that_did_not_know_of_a_visit_is_settled_by_a_tap_and_taken_back_by_another() -> Result<()> {
    let team = Team::start().await?;
    let buildings = team.wang.ask("list_buildings", Value::Null).await?;
    let building = &list(&buildings).first().context("a building")?["id"];
    let matrix = team.wang.ask("building_matrix", json!({ "building": building })).await?;
    let empty = list(&matrix["cells"]).iter().find(|cell| cell["household"].is_null()).context("an empty door")?;
    let dwelling = &empty["dwelling"];
    let saved = team.desk.ask("add_household", json!({ "dwelling": dwelling })).await?;
    let household = text(&saved["record"]);
    let stands = |file: &Value| file.to_string().contains(&household);
    let file = json!({ "dwelling": dwelling });
    team.desk.until_sent().await?;
    team.wang.until("household_file", file.clone(), stands).await?;

    team.lines[0].close().await;
    let visit = json!({
        "dwelling": dwelling, "household": household, "outcome": "nobody", "met": [], "said": null, "revisit_on": null,
    });
    team.wang.ask("save_visit", visit).await?;
    team.desk.ask("undo_save", json!({ "undo": saved["undo"] })).await?;
    team.desk.until_sent().await?;
    team.lines[0].open().await?;
    team.wang.until_sent().await?;

    let record = format!("household:{household}");
    let asked = json!({ "record": record });
    let sides = |card: &Value| list(&card["fields"]).first().map_or(0, |field| list(&field["sides"]).len());
    let card = team.desk.until("conflict_card", asked.clone(), |card| sides(card) == 2).await?;
    let field = &card["fields"][0];
    assert_eq!(field["sides"][1]["changed"], json!(["child:visit"]));
    let settle = json!({
        "record": record, "field": "deleted", "side": field["sides"][1]["side"], "value": null, "keep_both": false,
        "seen": field["seen"],
    });
    team.desk.ask("settle_conflict", settle).await?;
    for one in [&team.desk, &team.wang] {
        one.until("household_file", file.clone(), stands).await?;
    }

    team.desk.ask("undo_settlement", json!({ "record": record, "field": "deleted" })).await?;
    for one in [&team.desk, &team.wang] {
        one.until("household_file", file.clone(), |file| !stands(file)).await?;
        one.until("conflict_card", asked.clone(), |card| sides(card) == 2).await?;
    }
    Ok(())
}
