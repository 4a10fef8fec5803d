//! The real relay in a process of its own, with records in its store and links that enrol devices.

use crate::kinds;
use crate::workload::{self, Size};
use anyhow::{Context, Result, bail};
use demo_district::{DEFAULT_SEED, community, default_community, whole};
use linli_relay::accept::{Draft, write_own};
use linli_relay::clock::now_ms;
use linli_relay::loading::Loading;
use linli_relay::relay::Relay;
use linli_relay::serving::run_until_stopped;
use linli_relay::settings::Limits;
use linli_relay::store::{Holder, Tx};
use linli_relay::{district, enrolment};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use sync_protocol::{RecordId, Value, schema};

const DISTRICT: &str = "340603";
const SLICE: usize = 5_000;
/// The day on which the product's own records are made.
const TODAY: &str = "2026-11-23";

/// A relay that runs, and links that enrol devices of its one person.
pub struct Running {
    pub process: Child,
    pub url: String,
    pub links: Vec<String>,
}

impl Running {
    /// `what` is a size of the workload, `own` or `district`; with so many links.
    pub fn start(folder: &Path, what: &str, devices: usize) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("relay").arg(folder).args([what, &devices.to_string()]);
        let mut process = command.stdout(Stdio::piped()).spawn()?;
        let said = BufReader::new(process.stdout.take().context("the relay says nothing")?);
        let mut lines = said.lines();
        let url = lines.next().context("the relay did not start")??;
        let links = lines.take(devices).collect::<std::io::Result<Vec<_>>>()?;
        Ok(Self { process, url, links })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// Fills a store, serves it, and says where on standard output.
pub fn run(folder: &Path, what: &str, devices: usize) -> Result<()> {
    let limits = Limits {
        device_calls_per_second: 100_000,
        device_burst: 100_000,
        address_calls_per_second: 100_000,
        address_burst: 100_000,
        ..Limits::default()
    };
    let path = folder.join("relay.db");
    let is_made = path.exists();
    let of_workload = Size::named(what);
    let schema = if of_workload.is_some() { kinds::schema() } else { schema::linli() };
    let relay = Relay::open_file_as(&path, limits, schema)?;
    let holder = match (of_workload, what) {
        (Some(size), _) => Holder::Person(fill_with_workload(&relay, size)?),
        (None, "own") => Holder::Person(fill_with_community(&relay)?),
        (None, "district") => {
            // A store that was made for an earlier run is taken as it is: making it takes longer than measuring.
            if !is_made {
                fill_with_district(&relay)?;
            }
            Holder::Console(DISTRICT.to_owned())
        }
        (None, other) => bail!("no such records: {other:?}"),
    };
    tokio::runtime::Runtime::new()?.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        println!("{url}");
        for _ in 0..devices {
            let work = |tx: &dyn Tx| enrolment::new_code(tx, holder.clone(), 600, now_ms());
            let code = relay.store().write(work)?;
            println!("{}", enrolment::link(&url, &code, &relay.identity().key.public, None, true));
        }
        std::io::stdout().flush()?;
        run_until_stopped(listener, relay, std::future::pending()).await.context("the relay stopped")?;
        Ok(())
    })
}

/// The records of a scope, and somebody who may pull all of them.
fn fill_with_workload(relay: &Relay, size: Size) -> Result<RecordId> {
    let (code, role) = match size.name {
        "community" => ("340603002001", "supervisor"),
        "street" => ("340603002", "supervisor"),
        _ => ("340603002001001", "grid_worker"),
    };
    relay.store().write(|tx| district::set_code(tx, DISTRICT))?;
    let worker = RecordId::mint(1_767_225_600_000, [7; 10]);
    let account = [("sign_in_name", "worker".into()), ("name", "王伟".into())];
    let duty =
        [("person", worker.into()), ("role", role.into()), ("division", code.into()), ("from", "2026-01-01".into())];
    let assignment = RecordId::mint(1_767_225_600_000, [8; 10]);
    write(relay, vec![draft("person", worker, &account), draft("assignment", assignment, &duty)])?;
    let mut drafts = Vec::new();
    workload::records("g0001", size, |record| {
        let (kind, id) = (record["type"].as_str().unwrap_or_default(), record["id"].as_str().unwrap_or_default());
        let (id, fields) = (kinds::id(id), kinds::fields(&record, code));
        drafts.push(Draft { kind: kind.to_owned(), id, author: None, create: true, fields });
    });
    while !drafts.is_empty() {
        let rest = drafts.split_off(drafts.len().min(SLICE));
        write(relay, std::mem::replace(&mut drafts, rest))?;
    }
    Ok(worker)
}

/// The product's demonstration: one community. Whoever works in its first grid pulls.
fn fill_with_community(relay: &Relay) -> Result<RecordId> {
    let made = community(DEFAULT_SEED, default_community(), TODAY);
    let loading = Loading::begin(relay.store(), relay.schema(), now_ms())?;
    made.records.chunks(SLICE).try_for_each(|slice| loading.slice(slice))?;
    let worker = made.accounts.iter().find(|account| account.sign_in_name == "wangwei");
    Ok(worker.context("a grid worker")?.person)
}

fn fill_with_district(relay: &Relay) -> Result<()> {
    let loading = Loading::begin(relay.store(), relay.schema(), now_ms())?;
    for part in whole(DEFAULT_SEED, TODAY, None) {
        part.records.chunks(SLICE).try_for_each(|slice| loading.slice(slice))?;
    }
    Ok(())
}

fn write(relay: &Relay, drafts: Vec<Draft>) -> Result<()> {
    relay.store().write(|tx| write_own(tx, relay.schema(), drafts.clone(), now_ms()))?;
    Ok(())
}

fn draft(kind: &str, id: RecordId, fields: &[(&str, Value)]) -> Draft {
    let fields: BTreeMap<String, Value> =
        fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    Draft { kind: kind.to_owned(), id, author: None, create: true, fields }
}
