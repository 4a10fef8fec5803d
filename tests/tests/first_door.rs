//! The thin thread through the whole house: one door, from the enrolment code to the supervisor's screen and back.

use anyhow::{Result, ensure};
use linli_tests::walk::{WORKER, enrol, find_a_door_with_people, go_to, sign_in, unlock};
use linli_tests::{Browser, Console, Display, Link, Page, Relay, Stage, Tablet, play};

const SAID: &str = "楼道灯坏了三天，老人晚上下楼不便";
const NEW_PHONE: &str = "10066601234";
const PHONE_FROM_THE_DESK: &str = "10077705678";
/// How the last digits of a number are still read when it is masked.
const NEW_TAIL: &str = "1234";
const TAIL_FROM_THE_DESK: &str = "5678";

#[tokio::test]
async fn a_visit_and_a_new_number_survive_a_dead_battery_and_reach_the_supervisor_without_a_click() -> Result<()> {
    play("first_door", first_door).await
}

async fn first_door(stage: &Stage) -> Result<()> {
    // A relay with a demonstration, a console for its district.
    let relay = Relay::with_demonstration(stage).await?;
    let console = Console::enrolled(stage, &relay.code_for_console()?).await?;
    let network = Link::to_port(relay.port()).await?;

    // A tablet, enrolled over a network that will fail.
    let display = Display::start(stage)?;
    let mut tablet = Tablet::new(stage, &display);
    let page = tablet.open().await?;
    enrol(&page, &relay.code_for_person(WORKER, &network.address())?).await?;
    let door = find_a_door_with_people(&page).await?;

    // The supervisor's two pages: visits, and the register with this resident open.
    let desk = Browser::chromium(stage).await?;
    let visits = desk.tab("console-visits", stage, &console.address()).await?;
    sign_in(&visits, &relay).await?;
    visits.click("console-nav-visits").await?;
    visits.shows("live-status", "data-live", "true").await?;
    let register = desk.tab("console-register", stage, &console.address()).await?;
    register.click("console-nav-register").await?;
    register.fill("register-search", &door.resident_name).await?;
    register.click(&format!("register-row-{}", door.resident)).await?;
    register.see("resident-drawer").await?;
    register.shows("live-status", "data-live", "true").await?;

    // At the door, with no network.
    network.close().await;
    page.click("visit-new").await?;
    page.click("outcome-met").await?;
    page.click(&format!("visit-met-{}", door.resident)).await?;
    page.fill("visit-said", SAID).await?;
    page.click("visit-save").await?;
    page.see("saved-toast").await?;
    tablet.kill();

    let page = unlock(&mut tablet).await?;
    go_to(&page, &door).await?;
    ensure!(mark_of_visit(&page).await? == "saved_here", "the visit is there after the battery died, and marked");
    page.click(&format!("resident-{}", door.resident)).await?;
    page.click("resident-correct").await?;
    page.fill("field-phone", NEW_PHONE).await?;
    page.click("correction-save").await?;
    page.see("saved-toast").await?;
    tablet.kill();

    let page = unlock(&mut tablet).await?;
    go_to(&page, &door).await?;
    ensure!(mark_of_visit(&page).await? == "saved_here", "the visit waits for the network");
    page.click(&format!("resident-{}", door.resident)).await?;
    page.read("resident-phone", NEW_TAIL).await?;
    page.shows("resident-phone", "data-mark", "saved_here").await?;
    visits.to_front().await?;
    ensure!(!visits.whole_text().await?.contains(SAID), "nothing reached the console while the network was off");

    // The network is back, and nobody touches anything.
    network.open().await?;
    page.shows("resident-phone", "data-mark", "sent").await?;
    page.shows("sync-chip", "data-state", "all_sent").await?;
    visits.read_among("visit-row", SAID).await?;
    register.to_front().await?;
    register.read("resident-phone", NEW_TAIL).await?;

    // The supervisor corrects the number once more; the tablet shows it by itself.
    register.click("resident-correct").await?;
    register.fill("field-phone", PHONE_FROM_THE_DESK).await?;
    register.click("correction-save").await?;
    page.read("resident-phone", TAIL_FROM_THE_DESK).await?;

    go_to(&page, &door).await?;
    ensure!(mark_of_visit(&page).await? == "sent", "the visit is marked as sent");
    Ok(())
}

async fn mark_of_visit(page: &Page) -> Result<String> {
    page.attribute_where("visit-line", SAID, "data-mark").await
}
