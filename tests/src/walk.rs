//! What scenarios do again and again: enrol a tablet, open it, find a door, sign in at the desk.

use crate::{Page, Relay, Tablet};
use anyhow::{Result, bail, ensure};

/// The first grid worker of every demonstration.
pub const WORKER: &str = "wangwei";
pub const PIN: &str = "274918";

/// A door where somebody lives, with the first person of its household.
pub struct Door {
    pub building: String,
    pub dwelling: String,
    pub resident: String,
    pub resident_name: String,
}

pub async fn enrol(page: &Page, link: &str) -> Result<()> {
    page.fill("enrol-link", link).await?;
    page.click("enrol-next").await?;
    page.fill("pin-new", PIN).await?;
    page.fill("pin-again", PIN).await?;
    page.watch_for("load-progress").await?;
    page.click("enrol-finish").await?;
    page.see("nav-buildings").await?;
    ensure!(page.has_appeared("load-progress").await?, "the first load shows its progress");
    page.see("demo-badge").await?;
    Ok(())
}

/// In the first building, the first unvisited door behind which somebody lives; its page stays open.
pub async fn find_a_door_with_people(page: &Page) -> Result<Door> {
    page.click("nav-buildings").await?;
    let building = page.attribute("[data-testid^=\"building-card-\"]", "data-testid").await?;
    page.click(&building).await?;
    let unvisited = "[data-testid^=\"cell-\"][data-visit-state=\"unvisited\"]";
    page.see_css(unvisited).await?;
    let mut doors = page.all(unvisited, "data-testid").await?;
    doors.truncate(20);
    for dwelling in doors {
        open_door(page, &building, &dwelling).await?;
        let people = page.all(PEOPLE, "data-testid").await?;
        if let Some(resident) = people.first().and_then(|one| one.strip_prefix("resident-")) {
            let resident_name = page.attribute(PEOPLE, "data-name").await?;
            return Ok(Door { building, dwelling, resident: resident.to_owned(), resident_name });
        }
    }
    bail!("none of the first twenty unvisited doors of the first building has a resident")
}

const PEOPLE: &str = "[data-testid^=\"resident-\"][data-name]";

pub async fn unlock<'a>(tablet: &mut Tablet<'a>) -> Result<Page> {
    let page = tablet.open().await?;
    page.fill("pin-input", PIN).await?;
    page.click("pin-unlock").await?;
    page.see("nav-buildings").await?;
    Ok(page)
}

pub async fn go_to(page: &Page, door: &Door) -> Result<()> {
    open_door(page, &door.building, &door.dwelling).await
}

/// From the list of buildings, as the pane of another door may lie over part of the matrix.
pub async fn open_door(page: &Page, building: &str, dwelling: &str) -> Result<()> {
    page.click("nav-buildings").await?;
    page.click(building).await?;
    page.see("matrix").await?;
    page.click(dwelling).await?;
    page.see("household-pane").await?;
    // Shown only once the household is.
    page.see("visit-new").await
}

pub async fn sign_in(page: &Page, relay: &Relay<'_>) -> Result<()> {
    let supervisor = relay.account("supervisor")?;
    page.fill("sign-in-name", &supervisor.name).await?;
    page.fill("sign-in-password", &supervisor.password).await?;
    page.click("sign-in-submit").await?;
    page.see("console-nav-visits").await
}
