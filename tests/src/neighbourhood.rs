//! A neighbourhood in one process: the relay on a port of its own, tablets and consoles over it, and no windows.
//!
//! The parts are the real ones: the relay's library behind a listener, app-core over SQLite files, HTTP between them. The
//! demonstration is made once per build and day and copied for each test, so that a test starts in a tenth of a second.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, UNIX_EPOCH};

use anyhow::{Context, Result, anyhow, bail};
use app_core::{CommandError, Core, Session, Shell, lock};
use clap::Parser;
use linli_console::server::{Console, router};
use linli_relay::accept::{Draft, write_own};
use linli_relay::clock::now_ms;
use linli_relay::commands::{Arguments, run};
use linli_relay::enrolment::{link, new_code};
use linli_relay::relay::{Relay, store_path};
use linli_relay::serving::run_until_stopped;
use linli_relay::store::Holder;
use local_store::{Options, Store};
use serde_json::{Value, json};
use sync_protocol::{RecordId, RecordKey, RecordState, day};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::processes::{Account, DISTRICT, read_accounts};
use crate::stage::target_dir;

/// The PIN of every tablet here.
pub const PIN: &str = "274918";

/// Only failures take this long.
const PATIENCE: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(15);

/// A relay with the demonstration in a store of its own, and the folder for everything that talks to it.
pub struct Neighbourhood {
    pub relay: Relay,
    folder: TempDir,
    here: SocketAddr,
    accounts: Vec<Account>,
    serving: JoinHandle<()>,
}

impl Neighbourhood {
    pub async fn start() -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("linli-").tempdir()?;
        copy_demonstration(folder.path())?;
        let accounts = read_accounts(&folder.path().join("demo-accounts.txt"))?;
        let relay = Relay::open(&folder.path().join("relay"))?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let here = listener.local_addr()?;
        let served = run_until_stopped(listener, relay.clone(), std::future::pending());
        let serving = tokio::spawn(async { drop(served.await) });
        Ok(Self { relay, folder, here, accounts, serving })
    }

    pub fn address(&self) -> String {
        format!("http://{}", self.here)
    }

    pub fn port(&self) -> u16 {
        self.here.port()
    }

    /// A path in this neighbourhood's folder; nothing is made there.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn account(&self, sign_in_name: &str) -> Result<&Account> {
        let found = self.accounts.iter().find(|account| account.name == sign_in_name);
        found.with_context(|| format!("nobody here signs in as {sign_in_name}"))
    }

    pub fn person(&self, sign_in_name: &str) -> Result<RecordId> {
        let account = self.relay.store().read(|tx| tx.account(sign_in_name))?;
        Ok(account.with_context(|| format!("nobody here signs in as {sign_in_name}"))?.person)
    }

    /// A link for a tablet of this person, good for ten minutes.
    pub fn link(&self, sign_in_name: &str) -> Result<String> {
        self.link_for(Holder::Person(self.person(sign_in_name)?), &self.address(), 10)
    }

    /// A link for this holder, through this address, good for so many minutes.
    pub fn link_for(&self, holder: Holder, address: &str, minutes: u64) -> Result<String> {
        let code = self.relay.store().write(|tx| new_code(tx, holder.clone(), minutes, now_ms()))?;
        let pin = self.relay.authorities().pin().filter(|_| address.starts_with("https://"));
        Ok(link(address, &code, &self.relay.identity().key.public, pin.as_deref(), true))
    }

    /// A tablet fresh from its box, with its data in a folder of this name.
    pub fn new_tablet(&self, name: &str) -> Result<Device> {
        Device::over(Shell::Tablet, &self.path(name), None)
    }

    /// An enrolled tablet of this person, with everything it may have on it.
    pub async fn tablet(&self, sign_in_name: &str) -> Result<Device> {
        self.tablet_through(sign_in_name, &self.address()).await
    }

    /// The same, reaching the relay through another address, such as a line that can be cut.
    pub async fn tablet_through(&self, sign_in_name: &str, address: &str) -> Result<Device> {
        let tablet = self.new_tablet(&format!("tablet-of-{sign_in_name}"))?;
        let link = self.link_for(Holder::Person(self.person(sign_in_name)?), address, 10)?;
        tablet.ask("enrol", json!({ "link": link, "pin": PIN })).await?;
        tablet.until_loaded().await?;
        Ok(tablet)
    }

    /// The district's console with every record on it; nobody is signed in.
    pub async fn console(&self) -> Result<Device> {
        let console = Device::over(Shell::Console, &self.path("console"), None)?;
        let link = self.link_for(Holder::Console(DISTRICT.to_owned()), &self.address(), 10)?;
        console.core.enrol_console(&link).await?;
        console.core.open_console()?;
        console.until_loaded().await?;
        Ok(console)
    }

    /// The console as this person has it after signing in.
    pub async fn desk(&self, console: &Device, sign_in_name: &str) -> Result<Device> {
        let account = self.account(sign_in_name)?;
        let session = console.core.sign_in(&account.name, &account.password).await?;
        Ok(console.as_seen_by(session))
    }

    /// A record as the relay holds it.
    pub fn held(&self, kind: &str, id: &str) -> Result<RecordState> {
        let key = RecordKey::new(kind, id.parse()?);
        let held = self.relay.store().read(|tx| tx.record(&key))?;
        Ok(held.with_context(|| format!("the relay holds no {key}"))?.state)
    }

    /// Writes records as an import does. Fields of records that are there already are changed.
    pub fn write(&self, records: Vec<Draft>) -> Result<()> {
        self.relay.store().write(|tx| write_own(tx, self.relay.schema(), records.clone(), now_ms()))?;
        self.relay.note_change();
        Ok(())
    }
}

impl Drop for Neighbourhood {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// A record for [`Neighbourhood::write`].
pub fn record(kind: &str, id: RecordId, fields: &[(&str, sync_protocol::Value)]) -> Draft {
    let fields: BTreeMap<_, _> = fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    Draft { kind: kind.to_owned(), id, author: None, create: true, fields }
}

/// An assignment of this person in a division, from a while ago.
pub fn assignment(id: RecordId, person: RecordId, role: &str, division: &str) -> Draft {
    let fields = [
        ("person", person.into()),
        ("role", role.into()),
        ("division", division.into()),
        ("from", "2026-01-01".into()),
    ];
    record("assignment", id, &fields)
}

/// Ends an assignment the day before today.
pub fn ended(id: RecordId) -> Draft {
    let yesterday = day::add_days(&day::day_of(now_ms()), -1);
    Draft { create: false, ..record("assignment", id, &[("until", yesterday.into())]) }
}

/// A tablet, or somebody at a console: the app as its screens call it.
pub struct Device {
    pub core: Arc<Core>,
    pub folder: PathBuf,
    session: Option<Session>,
}

/// A door behind which a grown person with a phone lives.
#[derive(Clone, Debug)]
pub struct Home {
    pub dwelling: String,
    pub household: String,
    pub resident: String,
}

impl Device {
    /// The app over a folder, as after a start. `relay` moves it to another address than it was enrolled with.
    pub fn over(shell: Shell, folder: &Path, relay: Option<String>) -> Result<Self> {
        let core = Arc::new(Core::new(shell, folder, relay)?);
        Ok(Self { core, folder: folder.to_owned(), session: None })
    }

    /// The same console with this session.
    pub fn as_seen_by(&self, session: Session) -> Self {
        Self { core: self.core.clone(), folder: self.folder.clone(), session: Some(session) }
    }

    pub async fn call(&self, name: &str, input: Value) -> Result<Value, CommandError> {
        self.core.call(self.session.clone(), name, input).await
    }

    /// A call that has to work.
    pub async fn ask(&self, name: &str, input: Value) -> Result<Value> {
        self.call(name, input).await.map_err(|error| anyhow!("{name}: {} {:?}", error.code, error.detail))
    }

    /// A call that has to be refused, with why it was.
    pub async fn refused(&self, name: &str, input: Value) -> Result<CommandError> {
        match self.call(name, input).await {
            Err(error) => Ok(error),
            Ok(answer) => bail!("{name} was not refused but answered {answer}"),
        }
    }

    /// Asks again and again until the answer is as wanted, and gives that answer.
    pub async fn until(&self, name: &str, input: Value, is_wanted: impl Fn(&Value) -> bool) -> Result<Value> {
        let begun = Instant::now();
        loop {
            let answer = self.call(name, input.clone()).await;
            match answer {
                Ok(answer) if is_wanted(&answer) => return Ok(answer),
                answer if begun.elapsed() > PATIENCE => {
                    let state = self.call("sync_status", Value::Null).await;
                    bail!("{name} was not as wanted for {} s: {answer:?}; sync: {state:?}", PATIENCE.as_secs())
                }
                _ => tokio::time::sleep(PAUSE).await,
            }
        }
    }

    pub async fn until_loaded(&self) -> Result<()> {
        self.until("load_progress", Value::Null, |progress| progress["finished"] == true).await.map(drop)
    }

    /// Goes round at once and waits until the relay has everything.
    pub async fn until_sent(&self) -> Result<()> {
        self.ask("sync_now", Value::Null).await?;
        self.until("sync_status", Value::Null, |status| status["waiting"] == 0 && status["online"] == true)
            .await
            .map(drop)
    }

    pub async fn stage(&self) -> Result<Value> {
        Ok(self.ask("app_state", Value::Null).await?["stage"].clone())
    }

    /// This tablet as its disk has it in this moment, in another folder: what a dead battery leaves. It is locked. `relay`
    /// moves it to another address than it was enrolled with.
    pub fn after_the_battery_died(self, relay: Option<String>) -> Result<Self> {
        // Never onto itself: the app that runs has the files in its memory.
        let folder = PathBuf::from(format!("{}-later", self.folder.display()));
        copy_folder(&self.folder, &folder)?;
        Self::over(Shell::Tablet, &folder, relay)
    }

    pub async fn unlock(&self) -> Result<Value> {
        self.ask("unlock", json!({ "pin": PIN })).await
    }

    /// This tablet's own store, beside the running app.
    pub fn store(&self) -> Result<Store> {
        Ok(Store::open(&self.folder.join("linli.db"), Some(&lock::unseal(&self.folder, PIN)?), Options::linli())?)
    }

    /// The first doors of the first building where a grown person with a phone lives.
    pub async fn homes(&self, wanted: usize) -> Result<Vec<Home>> {
        let mut homes = Vec::new();
        for building in list(&self.ask("list_buildings", Value::Null).await?) {
            let matrix = self.ask("building_matrix", json!({ "building": building["id"] })).await?;
            for cell in list(&matrix["cells"]).iter().filter(|cell| cell["household"].is_string()) {
                let file = self.ask("household_file", json!({ "dwelling": cell["dwelling"] })).await?;
                let resident = list(&file["residents"])
                    .iter()
                    .find(|one| one["masked_phone"].is_string() && one["minor"] == false);
                if let Some(resident) = resident {
                    homes.push(Home {
                        dwelling: text(&file["dwelling"]),
                        household: text(&file["household"]),
                        resident: text(&resident["id"]),
                    });
                }
                if homes.len() == wanted {
                    return Ok(homes);
                }
            }
        }
        bail!("there are {} such homes here, not {wanted}", homes.len())
    }

    pub async fn home(&self) -> Result<Home> {
        self.homes(1).await?.pop().context("a home")
    }

    /// Records that the person at home was met and said this.
    pub async fn visit(&self, home: &Home, said: &str) -> Result<Value> {
        let met = [&home.resident];
        let visit = json!({
            "dwelling": home.dwelling, "household": home.household, "outcome": "met", "met": met, "said": said,
            "revisit_on": null,
        });
        self.ask("save_visit", visit).await
    }

    /// Corrects one field, having seen what the file shows now.
    pub async fn correct(&self, resident: &str, field: &str, value: &str) -> Result<Value> {
        let seen = self.field(resident, field).await?["seen"].clone();
        let changes = [json!({ "field": field, "value": value, "seen": seen })];
        self.ask("correct_resident", json!({ "resident": resident, "changes": changes })).await
    }

    /// One field of a resident's file.
    pub async fn field(&self, resident: &str, field: &str) -> Result<Value> {
        let file = self.ask("resident_file", json!({ "resident": resident })).await?;
        field_of(&file, field)
    }

    /// Waits until a field of a resident's file is as wanted.
    pub async fn until_field(&self, resident: &str, field: &str, is_wanted: impl Fn(&Value) -> bool) -> Result<Value> {
        let is_wanted = |file: &Value| field_of(file, field).is_ok_and(|field| is_wanted(&field));
        let file = self.until("resident_file", json!({ "resident": resident }), is_wanted).await?;
        field_of(&file, field)
    }
}

fn field_of(file: &Value, field: &str) -> Result<Value> {
    let found = list(&file["fields"]).iter().find(|one| one["field"] == field);
    found.cloned().with_context(|| format!("no field {field} in {file}"))
}

/// A JSON list; what is none is empty.
pub fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// A JSON text; what is none is empty.
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// A console's page server on a port of its own.
pub struct Pages {
    pub address: String,
    serving: JoinHandle<()>,
}

impl Pages {
    /// Serves this console with pages from a folder.
    pub async fn serve(console: &Device, pages: &Path) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = format!("http://{}", listener.local_addr()?);
        let app = router(Console { core: console.core.clone(), sessions: Arc::default() }, pages);
        Ok(Self { address, serving: tokio::spawn(async { drop(axum::serve(listener, app).await) }) })
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Puts a relay's folder with the demonstration, and its accounts, into a folder.
pub(crate) fn copy_demonstration(into: &Path) -> Result<()> {
    let folder = target_dir().join("neighbourhood");
    fs::create_dir_all(&folder)?;
    // Test programs run side by side: the first makes the demonstration, the others wait for it.
    let turn = File::create(folder.join("turn"))?;
    turn.lock()?;
    let built = fs::metadata(std::env::current_exe()?)?.modified()?.duration_since(UNIX_EPOCH)?.as_millis();
    let made = folder.join(format!("{}-{built}", day::day_of(now_ms())));
    if !made.exists() {
        for entry in fs::read_dir(&folder)? {
            let old = entry?.path();
            if old.is_dir() {
                fs::remove_dir_all(old)?;
            }
        }
        let unfinished = folder.join("unfinished");
        let data = unfinished.join("relay");
        let arguments = ["linli-relay".as_ref(), "demo".as_ref(), "--seed".as_ref(), "1".as_ref(), "--data".as_ref()];
        run(Arguments::parse_from(arguments.into_iter().chain([data.as_os_str()])));
        if !store_path(&data).exists() {
            bail!("the demonstration could not be made; what the command said stands above");
        }
        fs::rename(&unfinished, &made)?;
    }
    fs::copy(made.join("demo-accounts.txt"), into.join("demo-accounts.txt"))?;
    copy_folder(&made.join("relay"), &into.join("relay"))
}

fn copy_folder(from: &Path, into: &Path) -> Result<()> {
    fs::create_dir_all(into)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let Some(name) = path.file_name() else { continue };
        if path.is_dir() {
            copy_folder(&path, &into.join(name))?;
        } else {
            fs::copy(&path, into.join(name))?;
        }
    }
    Ok(())
}
