//! How a command comes by a store: through the relay that runs, or with the lock in its own hand.

use super::address_file;
use super::lock::{InUse, StoreLock};
use super::office::{Answer, Ask};
use anyhow::{Context, Result, anyhow, bail};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

/// A relay that is starting takes a moment until it hears; another command is done by then.
const PATIENCE: Duration = Duration::from_secs(15);
const TRY_EVERY: Duration = Duration::from_millis(50);
const ANSWER_WITHIN: Duration = Duration::from_secs(600);

/// Who answers for a store.
pub enum Holder {
    Running(UnixStream),
    Ourselves(StoreLock),
}

/// Finds out who holds the store of a folder, which must exist.
pub fn reach(data: &Path) -> Result<Holder> {
    let begun = Instant::now();
    loop {
        let InUse(process) = match StoreLock::take(data).context("the store's lock cannot be taken")? {
            Ok(lock) => return Ok(Holder::Ourselves(lock)),
            Err(in_use) => in_use,
        };
        let path = std::fs::read_to_string(address_file(data));
        if let Some(stream) = path.ok().and_then(|path| UnixStream::connect(path).ok()) {
            return Ok(Holder::Running(stream));
        }
        if begun.elapsed() > PATIENCE {
            let process = process.map_or_else(String::new, |process| format!(" (process {process})"));
            bail!("another program{process} holds the store in {} and does not answer", data.display());
        }
        std::thread::sleep(TRY_EVERY);
    }
}

/// Asks the running relay.
pub fn ask(mut stream: UnixStream, ask: &Ask) -> Result<Answer> {
    stream.set_read_timeout(Some(ANSWER_WITHIN))?;
    let mut line = serde_json::to_vec(ask)?;
    line.push(b'\n');
    stream.write_all(&line).context("the running relay does not listen")?;
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer).context("the running relay gave no answer")?;
    let answer: Result<Answer, String> =
        serde_json::from_str(&answer).context("the running relay gave an answer of another version")?;
    answer.map_err(|words| anyhow!(words))
}
