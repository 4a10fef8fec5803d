//! A device in a process of its own: the real replica, encrypted, with the real round over real HTTP.
//!
//! It is told what to do line by line on standard input, and answers each with what it took.

use crate::workload::{self, FieldEdit, Size};
use crate::{floor, kinds, process, search};
use anyhow::{Context, Result, bail};
use local_store::saving::{NewEdit, save};
use local_store::{Key, Options, Store, View, device};
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
use sync_client::round::exchange::{Answer, Ask, Exchange, Heard};
use sync_client::round::{self, Replica};
use sync_client::transport::Transport;
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
    /// A fresh process with an empty store that reaches the relay at `url`, and is enrolled with the link. Its records are
    /// those of the workload, or the product's own.
    pub fn start(folder: &Path, url: &str, link: &str, records: &str) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("device").args([folder.as_os_str(), url.as_ref(), link.as_ref(), records.as_ref()]);
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
pub fn run(folder: &Path, url: &str, link: &str, records: &str) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let (path, me) = (folder.join("device.db"), std::process::id());
    let key = DeviceKey::from_bytes(&[11; 32]).context("a key")?;
    let mut link = EnrolLink::parse(link)?;
    link.relay = url.to_owned();
    let answer = runtime
        .block_on(async { enrol(&Http::new(url, None, Anchors::Nobody)?, &link, &key, [5; 16], "bench").await })?;
    let transport = Http::new(url, Some(answer.token.clone()), Anchors::Nobody)?;
    // A console has no person of its own; nothing is written on it here.
    let author = answer.person.map_or(RecordId::from_bytes([9; 16]), |person| person.id);
    let options = || if records == "own" { Options::linli() } else { kinds::options() };
    let idle_kb = process::memory_kb(me)?.1;
    let mut replica: Option<Replica> = None;
    for line in std::io::stdin().lines() {
        let line = line?;
        let words: Vec<&str> = line.split(' ').collect();
        if words == ["bytes"] {
            // As it lies there when the app is closed, with nothing left in the log.
            replica = None;
            println!("{}", json!({ "answer": std::fs::metadata(&path)?.len() }));
            continue;
        }
        let (begun, cpu) = (Instant::now(), process::cpu_s(me)?);
        // Opened by the first task: a first load begins with an empty file.
        let replica = match &mut replica {
            Some(open) => open,
            none => {
                let store = Store::open(&path, Some(&Key::new([7; 32])), options())?;
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
            ["push"] => json!(runtime.block_on(push(replica, &transport))?),
            ["edit", size, count] => json!(edit(&replica.store, author, &edits(size, count)?)?),
            ["missing", size, count] => json!(missing(&replica.store, &edits(size, count)?)),
            ["records"] => json!(count_records(&replica.store)?),
            ["floor"] => {
                let floor = floor::copy(&replica.store, folder, &options())?;
                json!([floor.wall.as_secs_f64(), floor.bytes])
            }
            ["search", rounds] => {
                let view = View::Granted(runtime.block_on(transport.me(None))?.grants);
                let took = search::ask(&replica.store, &view, rounds.parse()?)?;
                json!([took[took.len() / 2], took[took.len() * 99 / 100], took.len()])
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

/// Sends what was edited, and nothing else of a round. How many pushes that took.
async fn push(replica: &Replica, transport: &Http) -> Result<usize> {
    let (mut exchange, mut pushes) = (Exchange::default(), 0);
    while let Some(Ask::Push(request)) = exchange.next(&replica.store, replica)? {
        let asked_ms = now_ms();
        let answer = Answer::Push(transport.push(&request).await?);
        exchange.take(&replica.store, Heard { answer, asked_ms, heard_ms: now_ms() })?;
        pushes += 1;
    }
    Ok(pushes)
}

pub fn now_ms() -> u64 {
    linli_relay::clock::now_ms()
}

fn edits(size: &str, count: &str) -> Result<Vec<FieldEdit>> {
    let size = Size::named(size).context("a size of the workload")?;
    Ok(workload::edits("g0001", size, count.parse()?, "e"))
}

/// Makes the edits, each in a commit of its own; the median of one in microseconds.
fn edit(store: &Store, author: RecordId, edits: &[FieldEdit]) -> Result<u64> {
    let mut walls = Vec::with_capacity(edits.len());
    for edit in edits {
        let key = RecordKey::new("resident", kinds::id(&edit.id));
        let new = NewEdit::change(key, author).set(edit.field, edit.value.as_str());
        let begun = Instant::now();
        store.write(|tx| save(tx, new, now_ms()))?;
        walls.push(begun.elapsed());
    }
    walls.sort_unstable();
    Ok(walls.get(walls.len() / 2).map_or(0, |wall| wall.as_micros() as u64))
}

/// How many of those edits' values are not here.
fn missing(store: &Store, edits: &[FieldEdit]) -> usize {
    let is_missing = |edit: &&FieldEdit| {
        let key = RecordKey::new("resident", kinds::id(&edit.id));
        let shown = store.read(&View::Everything, |tx| local_store::records::shown(tx, &key));
        shown.ok().flatten().and_then(|state| state.text(edit.field).map(str::to_owned)).as_ref() != Some(&edit.value)
    };
    edits.iter().filter(is_missing).count()
}

/// Records of the kinds that the workload has, and of all others but those that everybody holds.
fn count_records(store: &Store) -> Result<u64> {
    let kinds = store.schema().kinds().filter(|kind| !matches!(kind.name, "person" | "assignment" | "division"));
    let count = |name| format!("(SELECT count(*) FROM \"{name}\")");
    let sql = format!("SELECT {}", kinds.map(|kind| count(kind.name)).collect::<Vec<_>>().join(" + "));
    Ok(store.read(&View::Everything, |tx| Ok(tx.query_row(&sql, [], |row| row.get(0))?))?)
}
