//! A device in a process of its own: the real replica, encrypted, with the real round over real HTTP.
//!
//! It is told what to do line by line on standard input, and answers each with what it took.

use crate::kinds;
use crate::process;
use crate::workload::{self, Size};
use anyhow::{Context, Result, bail};
use local_store::saving::{NewEdit, save};
use local_store::{Key, Store, StoreError, View, device};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::Instant;
use sync_client::engine::Status;
use sync_client::enrol::{DeviceKey, enrol};
use sync_client::http::Http;
use sync_client::link::EnrolLink;
use sync_client::round::{self, Replica};
use sync_client::trust::Anchors;
use sync_protocol::{RecordId, RecordKey};
use tokio::sync::watch;

/// A device that waits for its next task.
pub struct Remote {
    process: Child,
    tasks: ChildStdin,
    answers: BufReader<ChildStdout>,
}

/// What a task took.
#[derive(Debug)]
pub struct Took {
    pub wall_s: f64,
    pub cpu_s: f64,
    /// Memory at its highest, over what the process had before its first task.
    pub memory_kb: u64,
    pub answer: Json,
}

impl Remote {
    /// A fresh process with an empty store that reaches the relay at `url`, and is enrolled with the link.
    pub fn start(folder: &Path, url: &str, link: &str) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("device").args([folder.as_os_str(), url.as_ref(), link.as_ref()]);
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let (tasks, answers) = (process.stdin.take().context("stdin")?, process.stdout.take().context("stdout")?);
        Ok(Self { process, tasks, answers: BufReader::new(answers) })
    }

    pub fn ask(&mut self, task: &str) -> Result<Took> {
        writeln!(self.tasks, "{task}")?;
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        let answer: Json = serde_json::from_str(&line).with_context(|| format!("{task}: {line:?}"))?;
        let number = |name: &str| answer[name].as_f64().unwrap_or(0.0);
        Ok(Took {
            wall_s: number("wall_s"),
            cpu_s: number("cpu_s"),
            memory_kb: number("memory_kb") as u64,
            answer: answer["answer"].clone(),
        })
    }
}

impl Drop for Remote {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// The device's own side.
pub fn run(folder: &Path, url: &str, link: &str) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let (path, me) = (folder.join("device.db"), std::process::id());
    let key = DeviceKey::from_bytes(&[11; 32]).context("a key")?;
    let mut link = EnrolLink::parse(link)?;
    link.relay = url.to_owned();
    let answer = runtime
        .block_on(async { enrol(&Http::new(url, None, Anchors::Nobody)?, &link, &key, [5; 16], "bench").await })?;
    let transport = Http::new(url, Some(answer.token.clone()), Anchors::Nobody)?;
    let author = answer.person.context("a person")?.id;
    let idle_kb = process::memory_kb(me)?.1;
    let mut replica: Option<Replica> = None;
    for line in std::io::stdin().lines() {
        let line = line?;
        let words: Vec<&str> = line.split(' ').collect();
        let (begun, cpu) = (Instant::now(), process::cpu_s(me)?);
        // Opened by the first task: a first load begins with an empty file.
        let replica = match &mut replica {
            Some(open) => open,
            none => {
                let store = Store::open(&path, Some(&Key::new([7; 32])), kinds::options())?;
                store.write(|tx| device::enrolled_as(tx, answer.device))?;
                let author_tokens = Arc::new(BTreeMap::new);
                none.insert(Replica { store: store.into(), key: key.clone(), author_tokens, now_ms })
            }
        };
        let answer = match words.as_slice() {
            ["sync"] => {
                let (status, _) = watch::channel(Status::default());
                runtime.block_on(round::run(replica, &transport, &status, &|_| {}))?;
                json!(null)
            }
            ["edit", count] => json!(edit(&replica.store, author, count.parse()?)?),
            ["missing", count] => json!(missing(&replica.store, count.parse()?)?),
            ["records"] => json!(records(&replica.store)?),
            ["bytes"] => {
                replica.store.write(|_| Ok::<_, StoreError>(()))?;
                json!(std::fs::metadata(&path)?.len())
            }
            other => bail!("no such task: {other:?}"),
        };
        let told = json!({
            "wall_s": begun.elapsed().as_secs_f64(), "cpu_s": process::cpu_s(me)? - cpu,
            "memory_kb": process::memory_kb(me)?.0.saturating_sub(idle_kb), "answer": answer,
        });
        println!("{told}");
        std::io::stdout().flush()?;
    }
    Ok(())
}

fn now_ms() -> u64 {
    linli_relay::clock::now_ms()
}

/// Makes so many edits, each in a commit of its own; the median of one in microseconds.
fn edit(store: &Store, author: RecordId, count: usize) -> Result<u64> {
    let mut walls = Vec::with_capacity(count);
    for edit in workload::edits("g0001", Size::GRID, count, "e") {
        let key = RecordKey::new("resident", kinds::id(&edit.id));
        let new = NewEdit::change(key, author).set(edit.field, edit.value);
        let begun = Instant::now();
        store.write(|tx| save(tx, new, now_ms()))?;
        walls.push(begun.elapsed());
    }
    walls.sort_unstable();
    Ok(walls.get(count / 2).map_or(0, |wall| wall.as_micros() as u64))
}

/// How many of those edits' values are not here.
fn missing(store: &Store, count: usize) -> Result<usize> {
    let edits = workload::edits("g0001", Size::GRID, count, "e");
    let is_missing = |edit: &workload::FieldEdit| {
        let key = RecordKey::new("resident", kinds::id(&edit.id));
        let shown = store.read(&View::Everything, |tx| local_store::records::shown(tx, &key));
        shown.ok().flatten().and_then(|state| state.text(edit.field).map(str::to_owned)).as_ref() != Some(&edit.value)
    };
    Ok(edits.iter().filter(|edit| is_missing(edit)).count())
}

fn records(store: &Store) -> Result<u64> {
    let sql = "SELECT (SELECT count(*) FROM building) + (SELECT count(*) FROM resident) + (SELECT count(*) FROM issue)";
    Ok(store.read(&View::Everything, |tx| Ok(tx.query_row(sql, [], |row| row.get(0))?))?)
}
