//! Making a tablet: a link, a PIN, and everything that may be wrong with either.

use anyhow::Result;
use linli_relay::store::Holder;
use linli_tests::neighbourhood::{Device, Neighbourhood, PIN, text};
use linli_tests::{DeafLine, Impostor};
use serde_json::{Value, json};
use std::fs;
use tokio::net::TcpListener;

fn with(link: &str) -> Value {
    json!({ "link": link, "pin": PIN })
}

/// The code of the refusal to enrol with a link; the tablet must then ask for another.
async fn refusal(tablet: &Device, link: &str) -> Result<String> {
    let error = tablet.refused("enrol", with(link)).await?;
    assert_eq!(tablet.stage().await?, "enrol", "after {}", error.code);
    Ok(error.code)
}

/// A link with one of its parts replaced.
fn with_part(link: &str, name: &str, value: &str) -> String {
    let begins = format!("{name}=");
    let part = |part: &str| if part.starts_with(&begins) { format!("{begins}{value}") } else { part.to_owned() };
    let (head, parts) = link.split_once('?').unwrap_or((link, ""));
    format!("{head}?{}", parts.split('&').map(part).collect::<Vec<_>>().join("&"))
}

#[tokio::test]
async fn a_link_and_a_pin_make_a_tablet_of_its_worker_that_opens_with_that_pin_only() -> Result<()> {
    let here = Neighbourhood::start().await?;
    let tablet = here.new_tablet("tablet")?;
    assert_eq!(tablet.stage().await?, "enrol");
    let link = here.link("wangwei")?;
    let preview = tablet.ask("parse_enrol_link", json!({ "link": link })).await?;
    let expected = json!({ "relay": here.address(), "demonstration": true, "pin_min": 6, "pin_digits_only": true });
    assert_eq!(preview, expected);

    let state = tablet.ask("enrol", with(&link)).await?;
    assert_eq!(state["person"]["name"], "王伟");
    assert_eq!((&state["district"], &state["demonstration"]), (&json!("相山区"), &json!(true)));
    tablet.until_loaded().await?;
    let state = tablet.ask("app_state", Value::Null).await?;
    assert_eq!(state["stage"], "ready");
    assert_eq!(state["person"]["roles"], json!([{ "role": "grid_worker", "place": "第一网格" }]));
    assert!(!tablet.homes(3).await?.is_empty());
    assert_eq!(tablet.refused("enrol", with(&here.link("xuli")?)).await?.code, "not_allowed");

    assert_eq!(tablet.ask("lock", Value::Null).await?["stage"], "locked");
    assert_eq!(tablet.refused("list_buildings", Value::Null).await?.code, "not_allowed");
    let wrong = tablet.refused("unlock", json!({ "pin": "000000" })).await?;
    assert_eq!((wrong.code.as_str(), wrong.detail["tries_left"].as_str()), ("pin_wrong", "2"));
    assert_eq!(tablet.unlock().await?["stage"], "ready");
    Ok(())
}

#[tokio::test]
async fn a_code_that_is_used_expired_unknown_or_for_a_console_makes_no_tablet() -> Result<()> {
    let here = Neighbourhood::start().await?;
    let tablet = here.new_tablet("tablet")?;
    let worker = || Ok::<_, anyhow::Error>(Holder::Person(here.person("wangwei")?));
    let good = here.link("wangwei")?;

    let other = here.new_tablet("other")?;
    other.ask("enrol", with(&good)).await?;
    assert_eq!(refusal(&tablet, &good).await?, "enrol_code_used");
    let expired = here.link_for(worker()?, &here.address(), 0)?;
    assert_eq!(refusal(&tablet, &expired).await?, "enrol_code_expired");
    assert_eq!(refusal(&tablet, &with_part(&good, "c", "00000000")).await?, "enrol_code_unknown");
    let console = here.link_for(Holder::Console("340603".into()), &here.address(), 10)?;
    assert_eq!(refusal(&tablet, &console).await?, "enrol_code_unknown");

    // Nothing of all that stands in the way of a good one.
    tablet.ask("enrol", with(&here.link("wangwei")?)).await?;
    tablet.until_loaded().await
}

#[tokio::test]
async fn a_relay_with_another_key_than_the_links_is_not_trusted_with_anything() -> Result<()> {
    let here = Neighbourhood::start().await?;
    let tablet = here.new_tablet("tablet")?;
    let other_pin = with_part(&here.link("wangwei")?, "p", "00112233445566778899aabbccddeeff");
    assert_eq!(refusal(&tablet, &other_pin).await?, "relay_key_mismatch");
    assert_eq!(fs::read_dir(&tablet.folder)?.count(), 0, "nothing is kept of what that relay said");
    tablet.ask("enrol", with(&here.link("wangwei")?)).await?;
    tablet.until_loaded().await
}

#[tokio::test]
async fn whatever_answers_in_place_of_the_relay_is_called_that_and_followed_nowhere() -> Result<()> {
    let here = Neighbourhood::start().await?;
    let elsewhere = Impostor::start().await?;
    let onward = |status: &str| format!("{status}\r\nlocation: {}/v1/enrol", elsewhere.address());
    let portals = [
        ("200 OK\r\ncontent-type: text/html".to_owned(), "<html>"),
        ("200 OK\r\ncontent-type: application/json".to_owned(), "{\"ok\":true}"),
        ("200 OK".to_owned(), ""),
        (onward("302 Found"), ""),
        (onward("307 Temporary Redirect"), ""),
        ("511 Network Authentication Required\r\ncontent-type: text/html".to_owned(), "<html>"),
        ("502 Bad Gateway\r\ncontent-type: application/problem+json".to_owned(), "{\"title\":\"bad gateway\"}"),
    ];
    let tablet = here.new_tablet("tablet")?;
    let good = here.link("wangwei")?;
    for (head, body) in &portals {
        let portal = Impostor::answering(head, body).await?;
        let error = tablet.refused("enrol", with(&with_part(&good, "u", &portal.address()))).await?;
        assert_eq!((error.code.as_str(), &error.detail["relay"]), ("not_the_relay", &portal.address()), "{head}");
        assert!(portal.heard().iter().all(|request| !request.contains("authorization")), "{head}");
    }
    assert_eq!(elsewhere.heard(), Vec::<String>::new(), "a redirect is not followed");

    // The code was never used up, as the relay never heard it.
    tablet.ask("enrol", with(&good)).await?;
    tablet.until_loaded().await?;

    // Later, with the tablet in use, at a café: its token goes nowhere else, and its work goes on.
    let portal = Impostor::answering(&onward("302 Found"), "").await?;
    let tablet = tablet.after_the_battery_died(Some(portal.address()))?;
    tablet.unlock().await?;
    let is_told = |status: &Value| status["last_problem"]["code"] == "not_the_relay" && status["online"] == false;
    tablet.until("sync_status", Value::Null, is_told).await?;
    assert_eq!(tablet.visit(&tablet.home().await?, "门铃坏了").await?["mark"], "saved_here");
    assert_eq!(elsewhere.heard(), Vec::<String>::new());
    Ok(())
}

#[tokio::test]
async fn nobody_listening_is_told_with_the_address_and_the_code_stays_good() -> Result<()> {
    let here = Neighbourhood::start().await?;
    let tablet = here.new_tablet("tablet")?;
    let good = here.link("wangwei")?;
    let silent = TcpListener::bind("127.0.0.1:0").await?.local_addr()?;
    let address = format!("http://{silent}");
    let error = tablet.refused("enrol", with(&with_part(&good, "u", &address))).await?;
    assert_eq!((error.code.as_str(), &error.detail["relay"]), ("relay_unreachable", &address));
    tablet.ask("enrol", with(&good)).await?;
    tablet.until_loaded().await
}

#[tokio::test]
async fn an_enrolment_cut_off_by_a_dead_battery_is_set_aside_and_blocks_nothing() -> Result<()> {
    let here = Neighbourhood::start().await?;
    let tablet = here.new_tablet("tablet")?;
    // As it is left between the store and the lock file: a database under a key that nobody has.
    fs::write(tablet.folder.join("linli.db"), "half of it")?;
    fs::write(tablet.folder.join("linli.db-wal"), "the rest")?;
    assert_eq!(tablet.stage().await?, "enrol");
    tablet.ask("enrol", with(&here.link("wangwei")?)).await?;
    tablet.until_loaded().await?;
    assert_eq!(fs::read_to_string(tablet.folder.join("unfinished-linli.db"))?, "half of it");
    Ok(())
}

#[tokio::test]
async fn a_link_whose_answer_was_lost_on_the_way_works_when_it_is_tried_again() -> Result<()> {
    let here = Neighbourhood::start().await?;
    let line = DeafLine::to_port(here.port(), "POST /v1/enrol").await?;
    let tablet = here.new_tablet("tablet")?;
    let link = here.link_for(Holder::Person(here.person("wangwei")?), &line.address(), 10)?;
    line.lose(1);
    assert_eq!(refusal(&tablet, &link).await?, "relay_unreachable");
    assert_eq!(line.left(), 0, "the relay did answer");
    tablet.ask("enrol", with(&link)).await?;
    tablet.until_loaded().await
}

#[tokio::test]
async fn a_pin_that_is_too_easy_is_refused_before_the_code_is_spent() -> Result<()> {
    let here = Neighbourhood::start().await?;
    let tablet = here.new_tablet("tablet")?;
    let link = here.link("wangwei")?;
    // Without this mark a link is for people who exist, and asks for more.
    let real = link.replace("&d=1", "");
    for (link, pin, code, least) in [
        (&link, "", "pin_too_short", Some("6")),
        (&link, "12345", "pin_too_short", Some("6")),
        (&link, "12345a", "pin_digits_only", None),
        (&link, "１２３４５６", "pin_digits_only", None),
        (&real, "274918", "pin_too_short", Some("10")),
    ] {
        let error = tablet.refused("enrol", json!({ "link": link, "pin": pin })).await?;
        assert_eq!((error.code.as_str(), error.detail.get("min").map(String::as_str)), (code, least), "{pin:?}");
    }
    let preview = tablet.ask("parse_enrol_link", json!({ "link": real })).await?;
    assert_eq!((&preview["pin_min"], &preview["pin_digits_only"]), (&json!(10), &json!(false)));
    tablet.ask("enrol", with(&link)).await?;
    Ok(())
}

#[tokio::test]
async fn a_link_that_is_not_whole_says_what_is_wrong_with_it() -> Result<()> {
    let here = Neighbourhood::start().await?;
    let tablet = here.new_tablet("tablet")?;
    for (link, reason) in [
        ("", "it does not begin with linli:enrol?"),
        ("https://example.org", "it does not begin with linli:enrol?"),
        ("linli:enrol?c=1&p=2", "the address is missing"),
        ("linli:enrol?u=http://127.0.0.1:1&c=&p=2", "the code is missing"),
        ("linli:enrol?u=http://127.0.0.1:1&c=1", "the pin is missing"),
        ("linli:enrol?u=%e4%bd&c=1&p=2", "the address is garbled"),
        ("linli:enrol?u=http://example.org&c=1&p=2", "the address is neither https nor this machine"),
        ("linli:enrol?u=http://127.0.0.1.example.org&c=1&p=2", "the address is neither https nor this machine"),
        ("linli:enrol?u=http://127.0.0.1:80@example.org&c=1&p=2", "the address is neither https nor this machine"),
        ("linli:enrol?u=ftp://127.0.0.1&c=1&p=2", "the address is neither https nor this machine"),
    ] {
        for (call, input) in [("parse_enrol_link", json!({ "link": link })), ("enrol", with(link))] {
            let error = tablet.refused(call, input).await?;
            assert_eq!(
                (error.code.as_str(), error.detail["reason"].as_str()),
                ("enrol_link_malformed", reason),
                "{link}"
            );
        }
    }
    // Pasted from a message it may be broken over lines, and still be whole.
    let broken: String =
        here.link("wangwei")?.chars().flat_map(|c| [Some(c), (c == '&').then_some('\n')]).flatten().collect();
    let preview = tablet.ask("parse_enrol_link", json!({ "link": format!("  {broken} ") })).await?;
    assert_eq!(text(&preview["relay"]), here.address());
    Ok(())
}
