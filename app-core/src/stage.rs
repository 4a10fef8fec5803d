//! Where the app stands: not enrolled, locked, loading, or ready; and whose it is.

use crate::core::{Core, Shell, facts};
use crate::error::{CommandError, Result};
use crate::events::Event;
use crate::sign_in::Session;
use crate::words::Role;
use crate::{lock, moment, words};
use local_store::{View, device, places};
use serde::{Deserialize, Serialize};
use sync_client::round::facts as sync_facts;
use sync_protocol::{RecordId, day};
use ts_rs::TS;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Enrol,
    Locked,
    Loading,
    Ready,
    SignIn,
    TooNew,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct AppState {
    pub shell: ShellName,
    pub stage: Stage,
    /// Made-up people only: every screen says so.
    pub demonstration: bool,
    pub district: Option<String>,
    pub person: Option<PersonCard>,
    /// No PIN is taken before this moment.
    pub wait_until: Option<String>,
    pub app_version: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ShellName {
    Tablet,
    Console,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct PersonCard {
    pub id: String,
    pub name: String,
    pub roles: Vec<RoleCard>,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct RoleCard {
    pub role: Role,
    pub place: String,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct LoadProgress {
    pub done: u32,
    pub total: u32,
    pub finished: bool,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct Unlock {
    pub pin: String,
}

/// Where the app stands, for this session.
pub(crate) async fn app_state(core: &Core, session: Option<&Session>, _: ()) -> Result<AppState> {
    let shell = if core.shell == Shell::Tablet { ShellName::Tablet } else { ShellName::Console };
    let mut state = AppState {
        shell,
        stage: Stage::Enrol,
        demonstration: false,
        district: None,
        person: None,
        wait_until: None,
        app_version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    let Some(open) = core.opened().filter(|_| !core.is_locked()) else {
        if let Some(file) = lock::read(&core.folder)? {
            (state.demonstration, state.district) = (file.demonstration, Some(file.district));
            state.stage = if core.is_too_new() { Stage::TooNew } else { Stage::Locked };
            state.wait_until = lock::wait_until(&core.folder)?.map(day::time_text);
        }
        return Ok(state);
    };
    state.demonstration = open.facts.get(facts::DEMONSTRATION).is_some_and(|value| value == "1");
    state.district = open.facts.get(facts::DISTRICT_NAME).cloned();
    if core.shell == Shell::Console && session.is_none() {
        state.stage = Stage::SignIn;
        return Ok(state);
    }
    let loaded = open.store.read(&View::Everything, |tx| device::fact(tx, sync_facts::LOADED))?.is_some();
    state.stage = if loaded { Stage::Ready } else { Stage::Loading };
    let asking = core.asking(session)?;
    let roles = asking.read(|tx| person_roles(tx, asking.person))?;
    state.person = Some(PersonCard { id: asking.person.to_string(), name: asking.name.clone(), roles });
    Ok(state)
}

fn person_roles(tx: &local_store::Tx<'_>, person: RecordId) -> Result<Vec<RoleCard>> {
    let roles = places::roles(tx, person, &moment::today(tx)?)?;
    Ok(roles
        .into_iter()
        .filter_map(|(role, place)| Some(RoleCard { role: words::read_or_none(Some(&role))?, place }))
        .collect())
}

/// Opens the store with the PIN.
pub(crate) async fn unlock(core: &Core, session: Option<&Session>, input: Unlock) -> Result<AppState> {
    if core.shell != Shell::Tablet {
        return Err(CommandError::new("not_allowed"));
    }
    let one_at_a_time = core.changing.lock().await;
    if core.opened().is_none() || core.is_locked() {
        let folder = core.folder.clone();
        // Hashing a PIN takes a third of a second on purpose.
        let key = tokio::task::spawn_blocking(move || lock::unseal(&folder, &input.pin)).await;
        let key = key.map_err(CommandError::internal)??;
        if core.opened().is_none() {
            core.open(&key)?;
        }
        core.set_locked(false);
    }
    drop(one_at_a_time);
    app_state(core, session, ()).await
}

/// Answers nobody until the PIN is entered again.
pub(crate) async fn lock_app(core: &Core, session: Option<&Session>, _: ()) -> Result<AppState> {
    if core.shell != Shell::Tablet {
        return Err(CommandError::new("not_allowed"));
    }
    core.set_locked(true);
    app_state(core, session, ()).await
}

/// How far the first load is.
pub(crate) async fn load_progress(core: &Core, _: Option<&Session>, _: ()) -> Result<LoadProgress> {
    let open = core.opened().ok_or_else(|| CommandError::new("not_allowed"))?;
    let finished = open.store.read(&View::Everything, |tx| device::fact(tx, sync_facts::LOADED))?.is_some();
    let status = open.engine.status();
    let (done, remaining) = (count(status.received), count(status.remaining));
    if finished {
        core.tell(Event::StageChanged);
    }
    Ok(LoadProgress { done, total: done.saturating_add(remaining), finished })
}

fn count(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
