//! The real relay in a process of its own, with a scope's records in its store.

use crate::kinds;
use crate::workload::{self, Size};
use anyhow::{Context, Result};
use linli_relay::accept::{Draft, write_own};
use linli_relay::clock::now_ms;
use linli_relay::relay::Relay;
use linli_relay::serving::run_until_stopped;
use linli_relay::settings::Limits;
use linli_relay::store::{Holder, Tx};
use linli_relay::{district, enrolment};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use sync_protocol::{RecordId, Value};

const DISTRICT: &str = "340603";
const BATCH: usize = 5_000;

/// The division whose channel lists a scope of this size, and the role of whoever pulls it.
fn place(size: Size) -> (&'static str, &'static str) {
    match size.name {
        "community" => ("340603002001", "supervisor"),
        "street" => ("340603002", "supervisor"),
        _ => ("340603002001001", "grid_worker"),
    }
}

/// A relay that runs, and links that enrol devices of its one person.
pub struct Running {
    pub process: Child,
    pub url: String,
    pub links: Vec<String>,
}

impl Running {
    pub fn start(folder: &Path, size: Size) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        let mut process = command.arg("relay").arg(folder).arg(size.name).stdout(Stdio::piped()).spawn()?;
        let said = BufReader::new(process.stdout.take().context("the relay says nothing")?);
        let mut lines = said.lines();
        let url = lines.next().context("the relay did not start")??;
        let links = lines.take(2).collect::<std::io::Result<Vec<_>>>()?;
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
pub fn run(folder: &Path, size: Size) -> Result<()> {
    let limits = Limits { device_calls_per_second: 100_000, device_burst: 100_000, ..Limits::default() };
    let relay = Relay::open_file_as(&folder.join("relay.db"), limits, kinds::schema())?;
    let (code, role) = place(size);
    relay.store().write(|tx| district::set_code(tx, DISTRICT))?;
    let worker = RecordId::mint(1_767_225_600_000, [7; 10]);
    write(
        &relay,
        vec![
            draft("person", worker, &[("sign_in_name", "worker".into()), ("name", "王伟".into())]),
            draft(
                "assignment",
                RecordId::mint(1_767_225_600_000, [8; 10]),
                &[
                    ("person", worker.into()),
                    ("role", role.into()),
                    ("division", code.into()),
                    ("from", "2026-01-01".into()),
                ],
            ),
        ],
    )?;
    let mut drafts = Vec::new();
    workload::records("g0001", size, |record| {
        let (kind, id) = (record["type"].as_str().unwrap_or_default(), record["id"].as_str().unwrap_or_default());
        drafts.push(Draft {
            kind: kind.to_owned(),
            id: kinds::id(id),
            author: None,
            create: true,
            fields: kinds::fields(&record, code),
        });
    });
    while !drafts.is_empty() {
        let rest = drafts.split_off(drafts.len().min(BATCH));
        write(&relay, std::mem::replace(&mut drafts, rest))?;
    }
    tokio::runtime::Runtime::new()?.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        println!("{url}");
        for _ in 0..2 {
            let holder = Holder::Person(worker);
            let work = |tx: &dyn Tx| enrolment::new_code(tx, holder.clone(), 600, now_ms());
            let code = relay.store().write(work)?;
            println!("{}", enrolment::link(&url, &code, &relay.identity().key.public, None, true));
        }
        std::io::stdout().flush()?;
        run_until_stopped(listener, relay, std::future::pending()).await.context("the relay stopped")?;
        Ok(())
    })
}

fn write(relay: &Relay, drafts: Vec<Draft>) -> Result<()> {
    let drafts = std::cell::Cell::new(drafts);
    relay.store().write(|tx| write_own(tx, relay.schema(), drafts.take(), now_ms()))?;
    Ok(())
}

fn draft(kind: &str, id: RecordId, fields: &[(&str, Value)]) -> Draft {
    let fields: BTreeMap<String, Value> =
        fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    Draft { kind: kind.to_owned(), id, author: None, create: true, fields }
}
