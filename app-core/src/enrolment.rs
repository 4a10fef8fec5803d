//! Enrolment: a link and a PIN against a store of one's own.
//!
//! The store is written before `lock.json`; a device counts as enrolled once that file is there, so a power cut in between
//! leaves a device that asks for a new code and has lost nothing.

use crate::core::{Core, Shell, facts};
use crate::error::{CommandError, Result};
use crate::sign_in::Session;
use crate::stage::{AppState, app_state};
use crate::{files, lock};
use local_store::{Key, Options, Store, Tx, device};
use serde::{Deserialize, Serialize};
use sync_client::clock::{self, Believed};
use sync_client::enrol::{DeviceKey, enrol as ask_relay};
use sync_client::transport::Transport;
use sync_client::trust::{self, Anchors, Pinned, TlsFault};
use sync_client::{EnrolLink, Http, SyncError};
use sync_protocol::canonical::hex;
use sync_protocol::messages::EnrolAnswer;
use ts_rs::TS;

#[derive(Clone, Debug, Deserialize, TS)]
pub struct EnrolLinkInput {
    pub link: String,
}

/// What a link says before anything is sent, and what PIN it asks for.
#[derive(Clone, Debug, Serialize, TS)]
pub struct EnrolPreview {
    pub relay: String,
    pub demonstration: bool,
    pub pin_min: u32,
    pub pin_digits_only: bool,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct Enrol {
    pub link: String,
    pub pin: String,
}

fn parse(link: &str) -> Result<EnrolLink> {
    EnrolLink::parse(link).map_err(|error| CommandError::new("enrol_link_malformed").with("reason", error.0))
}

pub(crate) async fn parse_enrol_link(_: &Core, _: Option<&Session>, input: EnrolLinkInput) -> Result<EnrolPreview> {
    let link = parse(&input.link)?;
    let pin_min = if link.demonstration { lock::MIN_DEMONSTRATION_PIN } else { lock::MIN_PIN };
    Ok(EnrolPreview {
        relay: link.relay,
        demonstration: link.demonstration,
        pin_min: pin_min as u32,
        pin_digits_only: link.demonstration,
    })
}

/// Enrols a tablet, opens its store, and lets the first load begin.
pub(crate) async fn enrol(core: &Core, session: Option<&Session>, input: Enrol) -> Result<AppState> {
    let _one_at_a_time = core.changing.lock().await;
    if core.shell != Shell::Tablet || lock::read(&core.folder)?.is_some() {
        return Err(CommandError::new("not_allowed"));
    }
    let link = parse(&input.link)?;
    lock::check_pin(&input.pin, link.demonstration)?;
    let agreed = agree(core, &link).await?;
    let answer = &agreed.answer;
    // The link may claim a demonstration; the relay knows.
    lock::check_pin(&input.pin, answer.demonstration)?;
    if answer.person.is_none() {
        return Err(CommandError::new("enrol_code_unknown"));
    }
    let key = core.new_key()?;
    make_store(core, &key, &link, &agreed)?;
    let (folder, sealed) = (core.folder.clone(), key.clone());
    let (demonstration, district) = (answer.demonstration, answer.district.name.clone());
    let sealing =
        tokio::task::spawn_blocking(move || lock::seal(&folder, &input.pin, &sealed, demonstration, &district)).await;
    sealing.map_err(CommandError::internal)??;
    core.forget_enrolling_key();
    core.open(&key)?;
    app_state(core, session, ()).await
}

/// Enrols this tablet once more, over the store it has: after another one was seen to work under its number. Everything stays,
/// and what was not sent goes up under the new number.
pub(crate) async fn enrol_again(core: &Core, session: Option<&Session>, input: EnrolLinkInput) -> Result<AppState> {
    let _one_at_a_time = core.changing.lock().await;
    let open = core.opened().filter(|_| core.shell == Shell::Tablet && !core.is_locked());
    let open = open.ok_or_else(|| CommandError::new("not_allowed"))?;
    let link = parse(&input.link)?;
    let agreed = agree(core, &link).await?;
    let whose = agreed.answer.person.as_ref().map(|person| person.id.to_string());
    if whose.as_ref() != open.facts.get(facts::PERSON) {
        return Err(CommandError::new("enrol_other_person"));
    }
    open.store.write(|tx| {
        put_agreed(tx, &link, &agreed)?;
        device::put_fact(tx, sync_client::round::facts::ENROL_AGAIN, "0").map_err(CommandError::from)
    })?;
    core.begin(open.store.clone())?;
    core.forget_enrolling_key();
    app_state(core, session, ()).await
}

impl Core {
    /// Enrols a console with the link an administrator printed. Its store's key lies in a file of its own.
    pub async fn enrol_console(&self, link: &str) -> Result<()> {
        let link = parse(link)?;
        let agreed = agree(self, &link).await?;
        if agreed.answer.person.is_some() {
            return Err(CommandError::new("enrol_code_unknown"));
        }
        let key = self.new_key()?;
        files::replace(&self.folder.join("store.key"), key.bytes())?;
        make_store(self, &key, &link, &agreed)
    }

    pub fn is_enrolled(&self) -> bool {
        self.database().exists()
    }
}

/// What came of an enrolment: the relay's answer to this key and, over TLS, the certificate that vouched for it.
struct Agreed {
    answer: EnrolAnswer,
    device_key: DeviceKey,
    authority: Option<Vec<u8>>,
    /// What had to be asked before the certificate's dates could be right.
    clock_offset_ms: Option<i64>,
}

async fn agree(core: &Core, link: &EnrolLink) -> Result<Agreed> {
    let device_key = core.enrolling_key()?;
    let pinned = link.certificate_pin.as_deref().map(Pinned::new);
    let anchors = pinned.clone().map_or(Anchors::Nobody, Anchors::Pinned);
    let transport = Http::new(&link.relay, None, anchors)?;
    let nonce = lock::random()?;
    let ask = || ask_relay(&transport, link, &device_key, nonce, env!("CARGO_PKG_VERSION"));
    let mut clock_offset_ms = None;
    let answer = match ask().await {
        Err(fault @ SyncError::NotTrusted { fault: TlsFault::Dates, .. }) => {
            // A new tablet may stand in 1970. Whoever cannot prove the time is not asked anything else.
            let believed = Believed::Pin(&link.key_pin);
            let offset = clock::ask(&transport, &believed, clock::machine_ms).await.map_err(|_| fault)?;
            transport.correct_clock(offset);
            clock_offset_ms = Some(offset);
            ask().await?
        }
        answer => answer?,
    };
    Ok(Agreed { answer, device_key, authority: pinned.and_then(|pinned| pinned.found()), clock_offset_ms })
}

fn make_store(core: &Core, key: &Key, link: &EnrolLink, agreed: &Agreed) -> Result<()> {
    // Left by an enrolment that broke off, under a key that nobody has. Set aside rather than deleted.
    for name in ["linli.db", "linli.db-wal", "linli.db-shm"] {
        let path = core.folder.join(name);
        if path.exists() {
            std::fs::rename(&path, core.folder.join(format!("unfinished-{name}")))?;
        }
    }
    // Made under another name and renamed when it is whole: a file called linli.db is a store that can be opened.
    let beside = core.folder.join("linli.db.new");
    for name in ["linli.db.new", "linli.db.new-wal", "linli.db.new-shm"] {
        match std::fs::remove_file(core.folder.join(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    let store = Store::open(&beside, Some(key), Options::linli())?;
    store.write(|tx| put_agreed(tx, link, agreed))?;
    // Closing writes everything into the one file.
    drop(store);
    std::fs::rename(beside, core.database())?;
    Ok(())
}

/// What was agreed, as the store keeps it.
fn put_agreed(tx: &Tx<'_>, link: &EnrolLink, agreed: &Agreed) -> Result<()> {
    let Agreed { answer, device_key, authority, clock_offset_ms } = agreed;
    device::enrolled_as(tx, answer.device)?;
    let put = |name, value: &str| device::put_fact(tx, name, value);
    put(facts::RELAY, &link.relay)?;
    put(facts::TOKEN, &answer.token)?;
    put(facts::DEVICE_KEY, &hex(&device_key.to_bytes()))?;
    put(facts::RELAY_KEY, &answer.relay_key)?;
    if let Some(authority) = authority {
        put(trust::facts::AUTHORITIES, &trust::spelled(std::slice::from_ref(authority)))?;
    }
    if let Some(offset) = clock_offset_ms {
        put(sync_client::round::facts::CLOCK_OFFSET, &offset.to_string())?;
    }
    put(facts::DISTRICT, &answer.district.code)?;
    put(facts::DISTRICT_NAME, &answer.district.name)?;
    put(facts::DEMONSTRATION, if answer.demonstration { "1" } else { "0" })?;
    if let Some(person) = &answer.person {
        put(facts::PERSON, &person.id.to_string())?;
        put(facts::PERSON_NAME, &person.name)?;
    }
    Ok(())
}
