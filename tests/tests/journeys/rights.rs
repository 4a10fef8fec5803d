//! Who holds and who sees what: a tablet has its grid, a desk has its division, and both only while the right lasts.

use anyhow::{Context, Result};
use app_core::Session;
use linli_relay::accept::Draft;
use linli_relay::clock::now_ms;
use linli_tests::Link;
use linli_tests::neighbourhood::{Device, Neighbourhood, assignment, ended, list, record, text};
use local_store::View;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use sync_protocol::{RecordId, day};

const DISTRICT: &str = "340603";
const STREET: &str = "340603002";
const COMMUNITY: &str = "340603002001";
const SECOND_GRID: &str = "340603002001002";
/// A community of the same street, and one of another street.
const NEIGHBOUR: &str = "340603002002";
const NEIGHBOUR_GRID: &str = "340603002002001";

fn id(n: u8) -> RecordId {
    RecordId::from_bytes([n; 16])
}

/// A household in the community next door: a door, somebody behind it, and a visit there.
fn next_door() -> Vec<Draft> {
    let (building, dwelling, household, resident) = (id(41), id(42), id(43), id(44));
    vec![
        record(
            "division",
            id(40),
            &[
                ("code", NEIGHBOUR_GRID.into()),
                ("level", "grid".into()),
                ("parent", NEIGHBOUR.into()),
                ("name", "隔壁网格".into()),
                ("sort", 10.into()),
            ],
        ),
        record(
            "building",
            building,
            &[
                ("grid", NEIGHBOUR_GRID.into()),
                ("name", "隔壁1号楼".into()),
                ("number", "1".into()),
                ("entrances", 1.into()),
                ("floors_up", 6.into()),
                ("floors_down", 0.into()),
                ("walk_order", 1.into()),
            ],
        ),
        record(
            "dwelling",
            dwelling,
            &[
                ("building", building.into()),
                ("entrance", "1".into()),
                ("floor", 1.into()),
                ("door", "101".into()),
                ("use", "owner_occupied".into()),
            ],
        ),
        record("household", household, &[("dwelling", dwelling.into())]),
        record("resident", resident, &[("name", "隔壁人".into()), ("phone", "10012340000".into())]),
        record(
            "residence",
            id(45),
            &[
                ("resident", resident.into()),
                ("household", household.into()),
                ("relation", "head".into()),
                ("stays", "main".into()),
            ],
        ),
        record(
            "visit",
            id(46),
            &[
                ("dwelling", dwelling.into()),
                ("household", household.into()),
                ("outcome", "met".into()),
                ("said", "隔壁说的".into()),
                ("happened_at", day::time_text(now_ms()).into()),
                ("author_name", "隔壁网格员".into()),
            ],
        ),
    ]
}

/// The ids of every record of a kind that a device's own store holds.
fn held(device: &Device, kind: &str) -> Result<BTreeSet<RecordId>> {
    let ids = device.store()?.read(&View::Everything, |tx| {
        let mut query = tx.prepare(&format!("SELECT id FROM {kind}"))?;
        let ids = query.query_map([], |row| row.get::<_, [u8; 16]>(0))?;
        Ok(ids.collect::<rusqlite::Result<Vec<_>>>()?)
    })?;
    Ok(ids.into_iter().map(RecordId::from_bytes).collect())
}

/// What belongs to a grid by the generated community itself, which knows nothing of channels: ids by kind.
fn belongs_to(grid: &str) -> BTreeMap<&'static str, BTreeSet<RecordId>> {
    let community = demo_district::community(1, demo_district::default_community(), &day::day_of(now_ms()));
    let of = |kind: &'static str| community.records.iter().filter(move |one| one.kind == kind);
    // Those of a kind that point into a set by one of their fields.
    let into = |kind: &'static str, field: &'static str, those: &BTreeSet<RecordId>| -> BTreeSet<RecordId> {
        let points = |one: &&demo_district::Seed| {
            let target = one.fields.get(field).and_then(|value| value.as_text()?.parse().ok());
            target.is_some_and(|target| those.contains(&target))
        };
        of(kind).filter(points).map(|one| one.id).collect()
    };
    let in_grid = |one: &&demo_district::Seed| one.fields.get("grid").and_then(|value| value.as_text()) == Some(grid);
    let buildings: BTreeSet<_> = of("building").filter(in_grid).map(|one| one.id).collect();
    let dwellings = into("dwelling", "building", &buildings);
    let households = into("household", "dwelling", &dwellings);
    let visits = into("visit", "dwelling", &dwellings);
    let residences = into("residence", "household", &households);
    // Somebody lives where a residence is open; who has none any more still belongs where the last one was.
    let lives = |only_open: bool| -> BTreeSet<RecordId> {
        let open = |one: &&demo_district::Seed| !only_open || !one.fields.contains_key("until");
        let here = of("residence").filter(|one| residences.contains(&one.id)).filter(open);
        here.filter_map(|one| one.fields.get("resident")?.as_text()?.parse().ok()).collect()
    };
    let elsewhere: BTreeSet<RecordId> = of("residence")
        .filter(|one| !residences.contains(&one.id) && !one.fields.contains_key("until"))
        .filter_map(|one| one.fields.get("resident")?.as_text()?.parse().ok())
        .collect();
    let residents =
        lives(false).into_iter().filter(|one| lives(true).contains(one) || !elsewhere.contains(one)).collect();
    BTreeMap::from([
        ("building", buildings),
        ("dwelling", dwellings),
        ("household", households),
        ("visit", visits),
        ("resident", residents),
    ])
}

#[tokio::test]
async fn a_grid_workers_tablet_holds_its_grid_whole_and_nothing_of_any_other() -> Result<()> {
    let here = Neighbourhood::start().await?;
    here.write(next_door())?;
    // 徐丽 has the second grid, and no right to see identity numbers.
    let tablet = here.tablet("xuli").await?;
    for (kind, expected) in belongs_to(SECOND_GRID) {
        assert!(expected.len() > 1, "the demonstration has {kind}s in that grid");
        let held = held(&tablet, kind)?;
        assert_eq!(held.difference(&expected).count(), 0, "{kind}s of other grids");
        assert_eq!(expected.difference(&held).count(), 0, "{kind}s that are missing");
    }
    assert_eq!(held(&tablet, "identity")?.len(), 0, "no identity number is on the tablet at all");
    let scopes = tablet.ask("list_scopes", Value::Null).await?;
    let codes: Vec<_> = list(&scopes).iter().map(|scope| &scope["id"]).collect();
    assert_eq!(codes, [DISTRICT, STREET, COMMUNITY, SECOND_GRID]);
    // Asking by an id that somebody told is no way in either.
    for (call, input) in [
        ("household_file", json!({ "dwelling": id(42).to_string() })),
        ("resident_file", json!({ "resident": id(44).to_string() })),
        ("building_matrix", json!({ "building": id(41).to_string() })),
    ] {
        assert_eq!(tablet.refused(call, input).await?.code, "not_found", "{call}");
    }

    // 王伟 has that right, for the first grid: the numbers of those who live there, and of nobody else.
    let tablet = here.tablet("wangwei").await?;
    let (identities, residents) = (held(&tablet, "identity")?, held(&tablet, "resident")?);
    assert!(!identities.is_empty() && identities.is_subset(&residents));
    Ok(())
}

#[tokio::test]
async fn who_does_not_work_at_a_desk_cannot_sign_in_at_one_and_would_see_nothing() -> Result<()> {
    let here = Neighbourhood::start().await?;
    let console = here.console().await?;
    // A volunteer is not in the demonstration: somebody is made one.
    here.write(vec![assignment(id(50), here.person("heyong")?, "volunteer", COMMUNITY)])?;
    for who in ["wangwei", "heyong", "wujing", "maguiying"] {
        let account = here.account(who)?;
        let refused = console.core.sign_in(&account.name, &account.password).await.err().context("signed in")?;
        assert_eq!(refused.code, "sign_in_wrong", "{who}");
        // As if a session of theirs had come about in some other way.
        if ["heyong", "wujing", "maguiying"].contains(&who) {
            let session = Session { person: here.person(who)?, name: who.to_owned(), ends_ms: u64::MAX };
            let desk = console.as_seen_by(session);
            let everything = json!({ "scope": null, "text": null, "offset": 0, "limit": 200 });
            assert_eq!(desk.ask("register", everything).await?["total"], 0, "{who}");
            assert_eq!(desk.ask("recent_visits", json!({ "scope": null, "limit": 500 })).await?, json!([]), "{who}");
        }
    }
    let wrong = console.core.sign_in("lina", "not it").await.err().context("signed in")?;
    assert_eq!(wrong.code, "sign_in_wrong");
    assert_eq!(console.refused("register", Value::Null).await?.code, "input_invalid");
    assert_eq!(console.refused("list_scopes", Value::Null).await?.code, "session_ended");
    Ok(())
}

#[tokio::test]
async fn each_desk_sees_what_its_role_covers_and_the_administrators_no_resident() -> Result<()> {
    let here = Neighbourhood::start().await?;
    here.write(next_door())?;
    let console = here.console().await?;
    let everything = json!({ "scope": null, "text": null, "offset": 0, "limit": 1 });
    let mut totals = BTreeMap::new();
    for who in ["zhangmin", "liuyang", "lina", "chenjie", "huangyan"] {
        let desk = here.desk(&console, who).await?;
        totals.insert(who, desk.ask("register", everything.clone()).await?["total"].as_u64().context("a total")?);
    }
    assert!(totals["lina"] > 5_000, "{totals:?}");
    // The street's and the district's supervisors have the household next door as well.
    assert_eq!((totals["liuyang"], totals["zhangmin"]), (totals["lina"] + 1, totals["lina"] + 1));
    assert_eq!((totals["chenjie"], totals["huangyan"]), (0, 0), "administrator and auditor");
    Ok(())
}

#[tokio::test]
async fn a_community_supervisor_at_the_districts_desk_sees_their_community_only() -> Result<()> {
    let here = Neighbourhood::start().await?;
    here.write(next_door())?;
    let console = here.console().await?;
    let (desk, district) = (here.desk(&console, "lina").await?, here.desk(&console, "zhangmin").await?);
    let stranger = json!({ "resident": id(44).to_string() });
    assert_eq!(district.ask("resident_file", stranger.clone()).await?["name"], "隔壁人", "the console does hold it");

    let scopes = desk.ask("list_scopes", Value::Null).await?;
    let codes: BTreeSet<String> = list(&scopes).iter().map(|scope| text(&scope["id"])).collect();
    let mut expected: BTreeSet<String> = [DISTRICT, STREET, COMMUNITY].map(str::to_owned).into();
    expected.extend((1..=9).map(|grid| format!("{COMMUNITY}{grid:03}")));
    assert_eq!(codes, expected, "the community, its grids, and what is above it");
    let all = district.ask("list_scopes", Value::Null).await?;
    assert!(list(&all).len() > 100, "the district's supervisor has every division");

    let register = |scope: Value, text: Value| json!({ "scope": scope, "text": text, "offset": 0, "limit": 200 });
    for scope in [json!(null), json!(DISTRICT), json!("%"), json!("34060300200_")] {
        let found = desk.ask("register", register(scope.clone(), json!("隔壁"))).await?;
        assert_eq!((&found["total"], &found["rows"]), (&json!(0), &json!([])), "{scope}");
        let recent = desk.ask("recent_visits", json!({ "scope": scope, "limit": 500 })).await?;
        assert!(list(&recent).iter().all(|visit| visit["said"] != "隔壁说的"), "{scope}");
    }
    assert_eq!(desk.ask("register", register(json!(NEIGHBOUR), json!(null))).await?["total"], 0);
    assert_eq!(desk.ask("recent_visits", json!({ "scope": NEIGHBOUR, "limit": 500 })).await?, json!([]));
    assert_eq!(list(&district.ask("recent_visits", json!({ "scope": NEIGHBOUR, "limit": 500 })).await?).len(), 1);

    let changes = json!([{ "field": "phone", "value": "10000000000", "seen": [] }]);
    let visit = json!({
        "dwelling": id(42).to_string(), "household": null, "outcome": "nobody", "met": [], "said": null, "revisit_on": null,
    });
    for (call, input) in [
        ("household_file", json!({ "dwelling": id(42).to_string() })),
        ("resident_file", stranger.clone()),
        ("building_matrix", json!({ "building": id(41).to_string() })),
        ("correct_resident", json!({ "resident": id(44).to_string(), "changes": changes })),
        ("save_visit", visit),
    ] {
        assert_eq!(desk.refused(call, input).await?.code, "not_found", "{call}");
    }
    assert_eq!(district.ask("sync_status", Value::Null).await?["waiting"], 0, "nothing of that was written");
    Ok(())
}

#[tokio::test]
async fn a_right_that_has_ended_has_ended_at_the_next_call() -> Result<()> {
    let here = Neighbourhood::start().await?;
    // 陈杰 administers, and is given a community for a while.
    here.write(vec![assignment(id(50), here.person("chenjie")?, "supervisor", COMMUNITY)])?;
    let console = here.console().await?;
    let desk = here.desk(&console, "chenjie").await?;
    let everything = json!({ "scope": null, "text": null, "offset": 0, "limit": 1 });
    let page = desk.ask("register", everything.clone()).await?;
    assert!(page["total"].as_u64() > Some(5_000));
    let resident = json!({ "resident": page["rows"][0]["resident"] });
    desk.ask("resident_file", resident.clone()).await?;

    here.write(vec![ended(id(50))])?;
    desk.until("register", everything, |page| page["total"] == 0).await?;
    assert_eq!(desk.refused("resident_file", resident.clone()).await?.code, "not_found");
    assert_eq!(desk.ask("recent_visits", json!({ "scope": null, "limit": 500 })).await?, json!([]));
    assert!(
        !list(&desk.ask("list_scopes", Value::Null).await?).is_empty(),
        "what an administrator may see is still there"
    );
    // The records are still on the console, for those who may.
    here.desk(&console, "lina").await?.ask("resident_file", resident).await?;
    Ok(())
}

#[tokio::test]
async fn a_grid_that_was_taken_away_leaves_the_tablet_and_work_done_before_is_held_not_lost() -> Result<()> {
    let here = Neighbourhood::start().await?;
    // 何勇 of the housing department helps out in the second grid.
    here.write(vec![assignment(id(50), here.person("heyong")?, "grid_worker", SECOND_GRID)])?;
    let line = Link::to_port(here.port()).await?;
    let tablet = here.tablet_through("heyong", &line.address()).await?;
    let home = tablet.home().await?;
    let before = held(&tablet, "resident")?.len();
    assert!(before > 100);

    line.close().await;
    tablet.visit(&home, "离开前的最后一次").await?;
    here.write(vec![ended(id(50))])?;
    line.open().await?;

    let status = tablet.until("sync_status", Value::Null, |status| {
        status["waiting"] == 0 && status["needs_attention"] == 2 && status["sending"].is_null()
    });
    let status = status.await?;
    assert_eq!((&status["not_taken"], &status["disagreements"]), (&json!(2), &json!(0)));
    assert_eq!(status["state"], "needs_attention", "the visit and the household's last visit wait for somebody");
    tablet.until("list_buildings", Value::Null, |buildings| list(buildings).is_empty()).await?;
    for kind in ["building", "dwelling", "household", "resident", "residence", "identity"] {
        assert_eq!(held(&tablet, kind)?.len(), 0, "{kind}s of a grid that is no longer theirs");
    }
    let kept = tablet.store()?.read(&View::Everything, |tx| {
        let sql = "SELECT body, fate FROM edit WHERE kind = 'visit'";
        Ok(tx.query_row(sql, [], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?)
    })?;
    assert!(kept.0.contains("离开前的最后一次"));
    assert_eq!(kept.1, "held");
    Ok(())
}
