//! A relay with the district's own certificate: who is spoken to, who hears nothing, and how the authority is changed.

use anyhow::{Context, Result};
use app_core::Shell;
use linli_relay::certificates::{Wanted, make};
use linli_relay::clock::now_ms;
use linli_tests::neighbourhood::{Device, PIN};
use linli_tests::{SecuredDistrict, Stranger};
use local_store::{View, device};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;

const YEAR_MS: u64 = 365 * 24 * 3_600_000;

async fn tablet(district: &SecuredDistrict, name: &str) -> Result<Device> {
    let tablet = Device::over(Shell::Tablet, &district.path(name), None)?;
    let link = district.link(&["--person", "wangwei"])?;
    tablet.ask("enrol", json!({ "link": link, "pin": PIN })).await?;
    tablet.until_loaded().await?;
    Ok(tablet)
}

/// The certificates a tablet trusts, once it knows of so many.
async fn until_it_trusts(tablet: &Device, count: usize, but_not: &str) -> Result<String> {
    for _ in 0..1_000 {
        let fact = tablet.store()?.read(&View::Everything, |tx| device::fact(tx, "authorities"))?.unwrap_or_default();
        if fact.split(' ').count() == count && fact != but_not {
            return Ok(fact);
        }
        tablet.ask("sync_now", Value::Null).await?;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    anyhow::bail!("the tablet never learnt of {count} authorities")
}

fn issue(folder: &Path, name: &str, now_ms: u64) -> Result<()> {
    make(folder, &Wanted { names: &[name.to_owned()], days: 30, change_authority: false }, now_ms).map(drop)
}

/// A copy of the district's authority with another certificate for the relay.
fn same_authority(district: &SecuredDistrict, called: &str, name: &str, now_ms: u64) -> Result<std::path::PathBuf> {
    let folder = district.path(called);
    std::fs::create_dir_all(&folder)?;
    for file in ["authority.pem", "authority.key", "spare-authority.pem"] {
        std::fs::copy(district.path("tls").join(file), folder.join(file))?;
    }
    issue(&folder, name, now_ms)?;
    Ok(folder)
}

#[tokio::test]
async fn tablet_and_console_enrol_and_work_over_a_certificate_that_only_the_district_vouches_for() -> Result<()> {
    let district = SecuredDistrict::start().await?;
    let link = district.link(&["--person", "wangwei"])?;
    assert!(link.contains("&t="), "{link}");
    let without: String = link.split('&').filter(|part| !part.starts_with("t=")).collect::<Vec<_>>().join("&");

    let tablet = tablet(&district, "tablet").await?;
    let home = tablet.home().await?;
    tablet.visit(&home, "门铃修好了").await?;
    tablet.until_sent().await?;

    let console = Device::over(Shell::Console, &district.path("console"), None)?;
    console.core.enrol_console(&district.link(&["--console", "340603"])?).await?;
    console.core.open_console()?;
    console.until_loaded().await?;
    let account = district.account("lina")?;
    console.core.sign_in(&account.name, &account.password).await?;

    // After a restart the certificate comes from the store.
    let tablet = tablet.after_the_battery_died(None)?;
    tablet.unlock().await?;
    tablet.visit(&home, "又去了一次").await?;
    tablet.until_sent().await?;

    // A link that was shortened on its way is not made up for by trusting whoever answers.
    let other = Device::over(Shell::Tablet, &district.path("other"), None)?;
    let error = other.refused("enrol", json!({ "link": without, "pin": PIN })).await?;
    assert_eq!(error.code, "enrol_link_malformed");
    Ok(())
}

#[tokio::test]
async fn f13_whoever_cannot_show_the_districts_certificate_hears_neither_code_nor_token() -> Result<()> {
    let district = SecuredDistrict::start().await?;
    let elsewhere = district.path("elsewhere");
    issue(&elsewhere, "127.0.0.1", now_ms())?;
    let expired = same_authority(&district, "expired", "127.0.0.1", now_ms() - YEAR_MS)?;
    let early = same_authority(&district, "early", "127.0.0.1", now_ms() + YEAR_MS)?;
    let misnamed = same_authority(&district, "misnamed", "relay.example.org", now_ms())?;
    // Somebody else's chain with the district's certificate put behind it, which anybody can do.
    let dressed = district.path("dressed");
    issue(&dressed, "127.0.0.1", now_ms())?;
    let chain = std::fs::read_to_string(dressed.join("relay.pem"))?;
    let own = std::fs::read_to_string(district.path("tls").join("authority.pem"))?;
    std::fs::write(dressed.join("relay.pem"), chain + &own)?;

    let strangers = [
        (Stranger::with_certificate(&elsewhere).await?, "certificate_unknown"),
        (Stranger::with_certificate(&dressed).await?, "certificate_unknown"),
        (Stranger::with_certificate(&expired).await?, "certificate_dates"),
        (Stranger::with_certificate(&early).await?, "certificate_dates"),
        (Stranger::with_certificate(&misnamed).await?, "certificate_name"),
    ];
    let plain = Stranger::without_tls().await?;
    let everybody = || strangers.iter().map(|(one, code)| (one, *code)).chain([(&plain, "not_the_relay")]);

    let link = district.link(&["--person", "wangwei"])?;
    let code_of_link = link.split('&').find_map(|part| part.strip_prefix("c=")).context("a code")?.to_owned();
    let new = Device::over(Shell::Tablet, &district.path("new"), None)?;
    for (stranger, expected) in everybody() {
        let there = stranger.address().replace(':', "%3A").replace('/', "%2F");
        let here = district.address().replace(':', "%3A").replace('/', "%2F");
        let error = new.refused("enrol", json!({ "link": link.replace(&here, &there), "pin": PIN })).await?;
        assert_eq!((error.code.as_str(), &error.detail["relay"]), (expected, &stranger.address()));
    }

    let mut tablet = tablet(&district, "tablet").await?;
    let token = tablet.store()?.read(&View::Everything, |tx| device::fact(tx, "token"))?.context("a token")?;
    for (stranger, expected) in everybody() {
        tablet = tablet.after_the_battery_died(Some(stranger.address()))?;
        tablet.unlock().await?;
        let is_told = |status: &Value| status["last_problem"]["code"] == expected && status["online"] == false;
        tablet.until("sync_status", Value::Null, is_told).await?;
    }
    for (stranger, code) in &strangers {
        let heard = String::from_utf8_lossy(&stranger.heard()).into_owned();
        if *code == "certificate_dates" {
            // The district vouched for it once: it is asked what time it is, as the clock may be wrong, and nothing else.
            let asked: Vec<&str> = heard.lines().filter(|line| line.contains(" HTTP/1.1")).collect();
            assert!(!asked.is_empty() && asked.iter().all(|line| line.starts_with("GET /v1/time?nonce=")), "{heard}");
            assert!(!heard.to_lowercase().contains("authorization") && !heard.contains(&code_of_link), "{heard}");
        } else {
            assert_eq!(heard, "", "no byte comes out of a handshake that failed");
        }
    }
    // Who speaks no TLS hears the beginning of a handshake, which names nobody.
    let heard = String::from_utf8_lossy(&plain.heard()).into_owned();
    assert!(!heard.is_empty() && !heard.contains(&token) && !heard.contains(&code_of_link));

    // Work goes on, and at the right address it is sent.
    tablet.visit(&tablet.home().await?, "没人在家").await?;
    let tablet = tablet.after_the_battery_died(Some(district.address()))?;
    tablet.unlock().await?;
    tablet.until_sent().await
}

#[tokio::test]
async fn the_authority_is_changed_for_its_spare_and_no_tablet_has_to_enrol_again() -> Result<()> {
    let mut district = SecuredDistrict::start().await?;
    let tablet = tablet(&district, "tablet").await?;
    let before = until_it_trusts(&tablet, 2, "").await?;

    // The relay's own certificate is renewed under the same authority: nothing to notice.
    district.stop_relay();
    district.certificate(&[])?;
    district.start_relay().await?;
    let home = tablet.home().await?;
    tablet.visit(&home, "证书换新之后").await?;
    tablet.until_sent().await?;

    district.stop_relay();
    let said = district.certificate(&["--change-authority"])?;
    assert!(said.contains("former-authority"), "{said}");
    district.start_relay().await?;
    tablet.visit(&home, "机构换过之后").await?;
    tablet.until_sent().await?;

    // Started again it trusts the one in use and the new spare, and no longer the former one.
    let tablet = tablet.after_the_battery_died(None)?;
    tablet.unlock().await?;
    let after = until_it_trusts(&tablet, 2, &before).await?;
    let (known, now): (Vec<&str>, Vec<&str>) = (before.split(' ').collect(), after.split(' ').collect());
    assert_eq!(known[1], now[0], "the spare took over");
    assert_ne!(known[0], now[1], "the former authority is trusted no more");
    tablet.visit(&home, "第二天").await?;
    tablet.until_sent().await
}

#[tokio::test]
async fn f8_a_tablet_whose_clock_fits_no_certificate_asks_the_time_and_goes_on() -> Result<()> {
    let district = SecuredDistrict::start().await?;
    let mut tablet = tablet(&district, "tablet").await?;
    let home = tablet.home().await?;
    // Years ahead, years behind, before 1970: what the clock shows is moved by what the store holds of it.
    for years in [40, -30, -90_i64] {
        let offset = years * YEAR_MS as i64;
        tablet.store()?.write(|tx| device::put_fact(tx, "clock_offset_ms", &offset.to_string()))?;
        tablet = tablet.after_the_battery_died(None)?;
        tablet.unlock().await?;
        tablet.visit(&home, &format!("时钟差了{years}年")).await?;
        tablet.until_sent().await?;
        let held = tablet.store()?.read(&View::Everything, |tx| device::fact(tx, "clock_offset_ms"))?;
        let held: i64 = held.context("an offset")?.parse()?;
        assert!(held.abs() < 60_000, "{held}");
    }
    Ok(())
}
