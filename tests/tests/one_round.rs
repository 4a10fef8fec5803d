//! The product's main job in real windows: an issue with a photo is reported, dispatched and followed; two people change one
//! number apart, and a tap settles it. It goes the way of the README's five minutes.

use anyhow::{Result, ensure};
use linli_tests::walk::{Door, WORKER, enrol, find_a_door_with_people, go_to, sign_in};
use linli_tests::{Browser, Console, Display, Page, Relay, Stage, Tablet, play};

const WORDS: &str = "三层楼道灯不亮，老人晚上下楼不便";
const FROM_THE_TABLET: &str = "10066601234";
const FROM_THE_DESK: &str = "10077705678";

#[tokio::test]
async fn an_issue_with_a_photo_finds_its_unit_and_two_numbers_for_one_person_are_settled_by_a_tap() -> Result<()> {
    play("one_round", one_round).await
}

async fn one_round(stage: &Stage) -> Result<()> {
    let relay = Relay::with_demonstration(stage).await?;
    let console = Console::enrolled(stage, &relay.code_for_console()?).await?;
    let display = Display::start(stage)?;
    let mut tablet = Tablet::new(stage, &display);
    let page = tablet.open().await?;
    enrol(&page, &relay.code_for_person(WORKER, &relay.address())?).await?;
    let door = find_a_door_with_people(&page).await?;
    let browser = Browser::chromium(stage).await?;
    let desk = browser.tab("console", stage, &console.address()).await?;
    sign_in(&desk, &relay).await?;
    desk.click("console-nav-dispatch").await?;
    desk.shows("live-status", "data-live", "true").await?;

    report(&page, &door).await?;
    let unit = dispatch(&desk).await?;

    // At the tablet nobody touches anything: the open issue says who holds it now, and until when.
    page.shows("issue-state", "data-state", "dispatched").await?;
    page.read("issue-holder", &unit).await?;
    ensure!(!page.text("issue-deadline").await?.is_empty(), "it says until when");
    page.click("nav-inbox").await?;
    page.see("inbox-tab-open").await?;
    ensure!(!page.whole_text().await?.contains(WORDS), "what somebody else has to do needs nobody here");
    page.click("inbox-tab-open").await?;
    page.see_css("[data-testid^=\"issue-row-\"][data-state=\"dispatched\"]").await?;

    two_numbers(&page, &desk, &door).await
}

async fn report(page: &Page, door: &Door) -> Result<()> {
    go_to(page, door).await?;
    page.click("report-open").await?;
    page.click("report-category-stair_light").await?;
    page.fill("report-place", "1单元三层").await?;
    page.fill("report-words", WORDS).await?;
    page.choose_picture("photo-input").await?;
    page.see("photo-picked").await?;
    page.click("report-save").await?;
    page.shows("issue-state", "data-state", "reported").await?;
    page.see("photo-thumb").await
}

/// Accepts and dispatches the issue at the desk; the name of the unit that has it then.
async fn dispatch(desk: &Page) -> Result<String> {
    desk.click_css("[data-testid^=\"dispatch-row-\"][data-state=\"reported\"]").await?;
    desk.see("dispatch-drawer").await?;
    // Words first, then the photo: it takes its place by itself.
    desk.see("photo-thumb").await?;
    desk.click("step-accept").await?;
    desk.click("step-save").await?;
    desk.shows("issue-state", "data-state", "accepted").await?;
    desk.click("step-dispatch").await?;
    let unit = desk.attribute("[data-testid^=\"step-unit-\"]", "data-testid").await?;
    let name = desk.text(&unit).await?;
    desk.click(&unit).await?;
    desk.click("step-save").await?;
    desk.shows("issue-state", "data-state", "dispatched").await?;
    // The button's first line is the number that chooses it.
    Ok(name.lines().map(str::trim).find(|line| line.parse::<u8>().is_err()).unwrap_or_default().to_owned())
}

async fn two_numbers(page: &Page, desk: &Page, door: &Door) -> Result<()> {
    go_to(page, door).await?;
    page.click(&format!("resident-{}", door.resident)).await?;
    page.click("resident-correct").await?;
    page.fill("field-phone", FROM_THE_TABLET).await?;

    desk.click("console-nav-register").await?;
    desk.fill("register-search", &door.resident_name).await?;
    desk.click(&format!("register-row-{}", door.resident)).await?;
    desk.click("resident-correct").await?;
    desk.fill("field-phone", FROM_THE_DESK).await?;
    desk.click("correction-save").await?;

    // What came in while they typed is shown beside the field. Saved without a choice, both stand.
    page.see("newer-phone").await?;
    page.click("correction-save").await?;
    page.shows("sync-chip", "data-state", "needs_attention").await?;

    desk.click("console-nav-review").await?;
    desk.click("conflict-line").await?;
    desk.see("side-0").await?;
    desk.see("side-1").await?;
    let both = desk.text("conflict-phone").await?;
    ensure!(both.contains("1234") && both.contains("5678"), "both numbers are shown: {both}");
    desk.click("use-0").await?;
    page.shows("sync-chip", "data-state", "all_sent").await?;
    desk.click("undo").await?;
    page.shows("sync-chip", "data-state", "needs_attention").await?;

    // And at the tablet, in the other direction.
    page.click("sync-chip").await?;
    page.click("conflict-line").await?;
    page.click("use-1").await?;
    page.shows("sync-chip", "data-state", "all_sent").await
}
