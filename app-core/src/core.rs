//! The running app: where its files are, whether its store is open, and the engine that keeps it in step.

use crate::error::{CommandError, Result};
use crate::events::Event;
use crate::rights;
use crate::sign_in::Session;
use crate::{lock, moment};
use local_store::saving::NewEdit;
use local_store::{Key, Options, Store, StoreError, Tx, View, device, drafts, saving};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use sync_client::clock::Corrected;
use sync_client::enrol::DeviceKey;
use sync_client::round::Replica;
use sync_client::{Engine, Http, trust};
use sync_protocol::{RecordId, Value};
use tokio::sync::broadcast;

/// Which front the core stands behind. Rules do not differ; what is asked at the start does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shell {
    Tablet,
    Console,
}

/// Facts kept at enrolment, in the store (local_store::device).
pub mod facts {
    pub const RELAY: &str = "relay";
    pub const TOKEN: &str = sync_client::enrol::facts::TOKEN;
    pub const DEVICE_KEY: &str = "device_key";
    pub const RELAY_KEY: &str = sync_client::trust::facts::RELAY_KEY;
    pub const PERSON: &str = "person";
    pub const PERSON_NAME: &str = "person_name";
    pub const DISTRICT: &str = "district";
    pub const DISTRICT_NAME: &str = "district_name";
    pub const DEMONSTRATION: &str = "demonstration";
}

pub struct Core {
    pub shell: Shell,
    pub(crate) folder: PathBuf,
    /// Overrides the relay's address that enrolment stored, for a deployment that moved.
    relay: Option<String>,
    open: Mutex<Option<Arc<Open>>>,
    too_new: Mutex<bool>,
    /// Nobody is answered until the PIN is entered again; what waits is sent all the same.
    locked: Mutex<bool>,
    /// One unlocking or enrolling at a time: two at once would share one try, or open two stores.
    pub(crate) changing: tokio::sync::Mutex<()>,
    events: broadcast::Sender<Event>,
    /// What the relay gave each person signed in on this console, for their edits.
    pub(crate) author_tokens: Arc<Mutex<BTreeMap<RecordId, String>>>,
    /// The key that enrolment is tried with. One for all tries: where an answer was lost on its way, the relay has used up
    /// the code and gives the answer again to this key only.
    enrolling: Mutex<Option<DeviceKey>>,
}

/// An open store and the engine over it.
pub(crate) struct Open {
    pub store: Arc<Store>,
    pub engine: Engine,
    pub facts: BTreeMap<&'static str, String>,
    pub undoable: crate::undo::Undoable,
}

/// Somebody asking: who they are, what they may see, and the store they ask.
pub struct Asking {
    pub(crate) open: Arc<Open>,
    pub person: RecordId,
    pub name: String,
    pub view: View,
    pub(crate) shell: Shell,
}

impl Core {
    pub fn new(shell: Shell, folder: &Path, relay: Option<String>) -> std::io::Result<Self> {
        if let Some(relay) = relay.as_deref().filter(|relay| !sync_client::link::is_safe_address(relay)) {
            let told = format!("{relay}: the relay's address must begin with https://, or name this machine");
            return Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, told));
        }
        std::fs::create_dir_all(folder)?;
        #[cfg(unix)]
        std::fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
        Ok(Self {
            shell,
            folder: folder.to_owned(),
            relay,
            open: Mutex::default(),
            too_new: Mutex::default(),
            locked: Mutex::default(),
            changing: tokio::sync::Mutex::default(),
            events: broadcast::channel(256).0,
            author_tokens: Arc::default(),
            enrolling: Mutex::default(),
        })
    }

    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
    }

    /// Nobody listening is fine: then no screen is there to be told.
    pub(crate) fn tell(&self, event: Event) {
        let _ = self.events.send(event);
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.folder.join("linli.db")
    }

    pub(crate) fn opened(&self) -> Option<Arc<Open>> {
        guard(&self.open).clone()
    }

    pub(crate) fn is_too_new(&self) -> bool {
        *guard(&self.too_new)
    }

    /// Opens the store under its key and starts the engine. Must run inside a tokio runtime.
    pub(crate) fn open(&self, key: &Key) -> Result<Arc<Open>> {
        let store = match Store::open(&self.database(), Some(key), Options::linli()) {
            Ok(store) => Arc::new(store.with_ballast()),
            Err(error) => {
                *guard(&self.too_new) = matches!(error, StoreError::TooNew { .. });
                return Err(error.into());
            }
        };
        self.begin(store)
    }

    /// Starts the engine over an open store, as it was enrolled last; what ran over it before stops.
    pub(crate) fn begin(&self, store: Arc<Store>) -> Result<Arc<Open>> {
        let facts = store.read(&View::Everything, read_facts)?;
        let fact = |name| facts.get(name).cloned().ok_or_else(|| CommandError::new("database_damaged"));
        let device_key = hex(&fact(facts::DEVICE_KEY)?).and_then(|bytes| DeviceKey::from_bytes(&bytes));
        let author_tokens = self.author_tokens.clone();
        let replica = Replica {
            store: store.clone(),
            key: device_key.ok_or_else(|| CommandError::new("database_damaged"))?,
            author_tokens: Arc::new(move || guard(&author_tokens).clone()),
            now_ms: moment::machine_ms,
        };
        let events = self.events.clone();
        let engine = Engine::start(replica, self.line(&store, &facts)?, move |kinds: BTreeSet<String>| {
            let event = match kinds.is_empty() {
                true => Event::SyncChanged,
                false => Event::RecordsChanged { kinds: kinds.into_iter().collect() },
            };
            let _ = events.send(event);
        });
        let open = Arc::new(Open { store, engine, facts, undoable: Default::default() });
        *guard(&self.open) = Some(open.clone());
        self.tell(Event::StageChanged);
        Ok(open)
    }

    /// Opens a console's store, whose key lies beside it, readable by its own account only.
    pub fn open_console(&self) -> Result<()> {
        let bytes =
            crate::files::read(&self.folder.join("store.key"))?.ok_or_else(|| CommandError::new("not_allowed"))?;
        let key: [u8; 32] = bytes.as_slice().try_into().map_err(|_| CommandError::new("database_damaged"))?;
        self.open(&Key::new(key)).map(drop)
    }

    /// Locks or unlocks the screens over an open store. Sync goes on: an afternoon's work must not wait for somebody to come
    /// back to the tablet.
    pub(crate) fn set_locked(&self, locked: bool) {
        *guard(&self.locked) = locked;
        self.tell(Event::StageChanged);
    }

    pub(crate) fn is_locked(&self) -> bool {
        *guard(&self.locked)
    }

    /// Who asks: on a tablet the person it was enrolled for, on a console the person of the session.
    pub fn asking(&self, session: Option<&Session>) -> Result<Asking> {
        let open = self.opened().ok_or_else(|| CommandError::new("not_allowed"))?;
        if self.shell == Shell::Console {
            let session = session.ok_or_else(|| CommandError::new("session_ended"))?;
            let view =
                View::Granted(open.store.read(&View::Everything, |tx| Ok(rights::grants_now(tx, session.person)))??);
            return Ok(Asking { open, person: session.person, name: session.name.clone(), view, shell: self.shell });
        }
        if self.is_locked() {
            return Err(CommandError::new("not_allowed"));
        }
        let person = open.facts.get(facts::PERSON).and_then(|text| text.parse().ok());
        let person = person.ok_or_else(|| CommandError::new("database_damaged"))?;
        let name = open.facts.get(facts::PERSON_NAME).cloned().unwrap_or_default();
        Ok(Asking { open, person, name, view: View::Everything, shell: self.shell })
    }

    /// A way to the relay in this device's name, for who holds the certificates that the store trusts by now.
    pub(crate) fn line(&self, store: &Store, facts: &BTreeMap<&'static str, String>) -> Result<Http> {
        let fact = |name| facts.get(name).cloned().ok_or_else(|| CommandError::new("database_damaged"));
        let relay = self.relay.clone().map_or_else(|| fact(facts::RELAY), Ok)?;
        let (authorities, offset) = store.read(&View::Everything, |tx| {
            let offset = device::fact(tx, sync_client::round::facts::CLOCK_OFFSET)?;
            Ok((device::fact(tx, trust::facts::AUTHORITIES)?, offset.and_then(|text| text.parse().ok())))
        })?;
        let clock = Corrected::by(offset.unwrap_or(0));
        Ok(Http::by_clock(&relay, Some(fact(facts::TOKEN)?), trust::read(authorities.as_deref()), clock)?)
    }

    pub(crate) fn new_key(&self) -> Result<Key> {
        Ok(Key::new(lock::random()?))
    }

    /// The key that this device enrols with, made at the first try.
    pub(crate) fn enrolling_key(&self) -> Result<DeviceKey> {
        let mut held = guard(&self.enrolling);
        if let Some(key) = &*held {
            return Ok(key.clone());
        }
        let new = DeviceKey::from_bytes(&lock::random()?).ok_or_else(|| CommandError::internal("an unusable key"))?;
        *held = Some(new.clone());
        Ok(new)
    }

    /// Each enrolment has a key of its own: a copied tablet has that of the one before.
    pub(crate) fn forget_enrolling_key(&self) {
        *guard(&self.enrolling) = None;
    }
}

impl Asking {
    /// Reads in one snapshot, through the view of the person asking.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&Tx<'_>) -> Result<T>) -> Result<T> {
        self.open.store.read(&self.view, |tx| Ok(read(tx)))?
    }

    /// Writes what is this device's own and never sent, in one transaction.
    pub(crate) fn write<T>(&self, write: impl FnOnce(&Tx<'_>) -> Result<T>) -> Result<T> {
        self.open.store.write(write)
    }

    /// Saves edits in one transaction and sets sync going. What is returned is durable. Who has no right to one of them is
    /// told so now, by the policy that the relay asks later.
    pub(crate) fn save(&self, edits: impl FnOnce(&Tx<'_>, u64) -> Result<Vec<NewEdit>>) -> Result<()> {
        self.save_from(None, edits)
    }

    /// As [`Self::save`]. The draft that the edits were typed in goes in the same transaction: a crash leaves one of the two.
    pub(crate) fn save_from(
        &self,
        draft: Option<&str>,
        edits: impl FnOnce(&Tx<'_>, u64) -> Result<Vec<NewEdit>>,
    ) -> Result<()> {
        self.open.store.write(|tx| {
            let now = moment::now_ms(tx)?;
            for edit in edits(tx, now)? {
                rights::must_be_allowed(tx, self, &edit)?;
                saving::save(tx, edit, now)?;
            }
            if let Some(draft) = draft {
                drafts::remove(tx, self.person, draft)?;
            }
            Ok::<_, CommandError>(())
        })?;
        self.open.engine.nudge();
        Ok(())
    }

    pub(crate) fn mint(&self) -> Result<RecordId> {
        Ok(RecordId::mint(moment::machine_ms(), lock::random()?))
    }

    pub(crate) fn author(&self) -> Value {
        Value::from(self.name.as_str())
    }
}

fn read_facts(tx: &Tx<'_>) -> local_store::Result<BTreeMap<&'static str, String>> {
    use facts::*;
    let names = [RELAY, TOKEN, DEVICE_KEY, RELAY_KEY, PERSON, PERSON_NAME, DISTRICT, DISTRICT_NAME, DEMONSTRATION];
    let mut found = BTreeMap::new();
    for name in names {
        if let Some(value) = device::fact(tx, name)? {
            found.insert(name, value);
        }
    }
    Ok(found)
}

/// 32 bytes from 64 hex digits.
fn hex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(at * 2..at * 2 + 2)?, 16).ok()?;
    }
    Some(bytes)
}

/// A panic elsewhere leaves what these guard whole: they are replaced, never half changed.
pub(crate) fn guard<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
