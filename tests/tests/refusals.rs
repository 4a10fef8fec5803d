//! What goes wrong at the first door, in the tablet's window: each case is told by its own code, in words.

use anyhow::{Context, Result, ensure};
use linli_tests::impostor::Impostor;
use linli_tests::{Display, Page, Relay, Stage, Tablet, play};

const WORKER: &str = "wangwei";
const PIN: &str = "274918";
const WRONG_PIN: &str = "111222";

#[tokio::test]
async fn a_code_that_is_no_good_is_refused_with_the_reason() -> Result<()> {
    play("refused_codes", refused_codes).await
}

async fn refused_codes(stage: &Stage) -> Result<()> {
    let relay = Relay::with_demonstration(stage).await?;
    let display = Display::start(stage)?;
    let good = relay.code_for_person(WORKER, &relay.address())?;

    let mut tablet = Tablet::new(stage, &display);
    let page = tablet.open().await?;
    page.fill("enrol-link", "linli:enrol?u=http").await?;
    page.click("enrol-next").await?;
    page.error("enrol_link_malformed").await?;

    try_link(&mut tablet, &relay.expired_code(WORKER, &relay.address())?, "enrol_code_expired").await?;
    try_link(&mut tablet, &with_another_code(&good)?, "enrol_code_unknown").await?;

    let impostor = Impostor::start().await?;
    try_link(&mut tablet, &relay.code_for_person(WORKER, &impostor.address())?, "not_the_relay").await?;

    // After all that the good link still works, once.
    let page = tablet.open().await?;
    enrol(&page, &good).await?;
    page.see("nav-buildings").await?;
    tablet.kill();
    let mut second = Tablet::another(stage, &display, "second-tablet");
    try_link(&mut second, &good, "enrol_code_used").await
}

#[tokio::test]
async fn three_wrong_pins_make_the_tablet_wait_about_a_minute_even_after_a_restart() -> Result<()> {
    play("wrong_pins", wrong_pins).await
}

async fn wrong_pins(stage: &Stage) -> Result<()> {
    let relay = Relay::with_demonstration(stage).await?;
    let display = Display::start(stage)?;
    let mut tablet = Tablet::new(stage, &display);
    let page = tablet.open().await?;
    enrol(&page, &relay.code_for_person(WORKER, &relay.address())?).await?;
    page.see("nav-buildings").await?;

    let page = tablet.open().await?;
    for _ in 0..2 {
        page.fill("pin-input", WRONG_PIN).await?;
        page.click("pin-unlock").await?;
        page.error("pin_wrong").await?;
    }
    page.fill("pin-input", WRONG_PIN).await?;
    page.click("pin-unlock").await?;
    page.error("pin_wait").await?;
    page.see("pin-wait-left").await?;
    let left = page.attribute("[data-testid=pin-wait-left]", "data-seconds").await?;
    let seconds: u32 = left.parse().with_context(|| format!("the seconds left are {left:?}"))?;
    ensure!((30..=60).contains(&seconds), "about a minute, not {seconds} s");

    // Taking the battery out is no way around the wait.
    let page = tablet.open().await?;
    page.error("pin_wait").await?;
    Ok(())
}

/// Starts the app anew and tries to enrol with a link that must be refused with this code.
async fn try_link(tablet: &mut Tablet<'_>, link: &str, code: &str) -> Result<()> {
    let page = tablet.open().await?;
    enrol(&page, link).await?;
    let words = page.error(code).await?;
    ensure!(!words.trim().is_empty(), "{code} is told in words");
    Ok(())
}

async fn enrol(page: &Page, link: &str) -> Result<()> {
    page.fill("enrol-link", link).await?;
    page.click("enrol-next").await?;
    page.fill("pin-new", PIN).await?;
    page.fill("pin-again", PIN).await?;
    page.click("enrol-finish").await
}

/// The same link with a code of the same form that the relay never gave.
fn with_another_code(link: &str) -> Result<String> {
    let (head, parts) = link.split_once('?').context("an enrolment link has parts behind a question mark")?;
    let other = |part: &str| match part.strip_prefix("c=") {
        Some(code) => format!("c={}", code.chars().map(another).collect::<String>()),
        None => part.to_owned(),
    };
    let parts: Vec<String> = parts.split('&').map(other).collect();
    Ok(format!("{head}?{}", parts.join("&")))
}

/// Another letter or digit of the same kind, so that only the relay can tell.
fn another(letter: char) -> char {
    match letter {
        '2' => '3',
        '3'..='9' => '2',
        'A' => 'B',
        'B'..='Z' => 'A',
        'a' => 'b',
        'b'..='z' => 'a',
        same => same,
    }
}
