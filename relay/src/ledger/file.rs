//! One file of the ledger: a line for each entry, each carrying the hash of all before it.
//!
//! A line is `HASH NUMBER MILLISECONDS JSON`. The hash is over the hash before and the rest of the line, so no line can be
//! changed, taken out or put in without every later one showing it.

use super::entry::Entry;
use crate::error::{RelayError, Result};
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use sync_protocol::canonical::{hex, sha256};

/// An entry with its place in its file.
#[derive(Clone, Debug)]
pub struct Line {
    pub number: u64,
    pub at_ms: u64,
    pub hash: String,
    pub entry: Entry,
}

/// The lines of a file as far as they were read.
#[derive(Debug)]
pub struct LedgerFile {
    path: PathBuf,
    lines: Vec<Line>,
    read_bytes: u64,
}

impl LedgerFile {
    /// Reads a file whole; one that is not there is empty. The first line that does not follow is named.
    pub fn read(path: &Path) -> Result<Self> {
        let mut file = Self { path: path.to_owned(), lines: Vec::new(), read_bytes: 0 };
        match File::open(path) {
            Ok(mut open) => file.read_on(&mut open)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
        Ok(file)
    }

    pub fn name(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Adds an entry; on durable storage when this returns. Others may have added theirs since the file was read.
    pub fn append(&mut self, entry: &Entry, at_ms: u64) -> Result<&[Line]> {
        let mut options = OpenOptions::new();
        let is_new = !self.path.exists();
        let mut open = options.read(true).write(true).create(true).truncate(false).mode(0o600).open(&self.path)?;
        open.lock()?;
        let known = self.lines.len();
        self.read_on(&mut open)?;
        let json = serde_json::to_string(entry).map_err(|error| RelayError::Damaged(error.to_string()))?;
        let rest = format!("{} {at_ms} {json}", self.lines.len() + 1);
        let line = format!("{} {rest}\n", self.hash_over(&rest));
        // Behind what is whole: of a line that a power cut tore, nobody was told.
        open.set_len(self.read_bytes)?;
        open.seek(SeekFrom::Start(self.read_bytes))?;
        open.write_all(line.as_bytes())?;
        open.sync_all()?;
        if let (true, Some(folder)) = (is_new, self.path.parent()) {
            File::open(folder)?.sync_all()?;
        }
        self.take(line.trim_end())?;
        self.read_bytes += line.len() as u64;
        Ok(self.lines.get(known..).unwrap_or_default())
    }

    fn read_on(&mut self, open: &mut File) -> Result<()> {
        let mut text = Vec::new();
        if open.seek(SeekFrom::End(0))? < self.read_bytes {
            return Err(self.damaged("it has become shorter"));
        }
        open.seek(SeekFrom::Start(self.read_bytes))?;
        open.read_to_end(&mut text)?;
        while let Some(end) = text.iter().position(|byte| *byte == b'\n') {
            let rest = text.split_off(end + 1);
            let line = std::str::from_utf8(text.get(..end).unwrap_or_default());
            let line = line.map_err(|_| self.damaged("it is no text"))?.to_owned();
            self.take(&line)?;
            self.read_bytes += end as u64 + 1;
            text = rest;
        }
        Ok(())
    }

    fn take(&mut self, line: &str) -> Result<()> {
        let next = self.lines.len() as u64 + 1;
        let (hash, rest) = line.split_once(' ').ok_or_else(|| self.damaged("it has no hash"))?;
        let mut parts = rest.splitn(3, ' ');
        let (number, at_ms, json) = (parts.next(), parts.next(), parts.next().unwrap_or_default());
        let number: Option<u64> = number.and_then(|number| number.parse().ok());
        if number != Some(next) {
            return Err(self.damaged("it is out of its turn"));
        }
        if hash != self.hash_over(rest) {
            return Err(self.damaged("it does not follow the line before, or was changed"));
        }
        let at_ms = at_ms.and_then(|at| at.parse().ok()).ok_or_else(|| self.damaged("it has no time"))?;
        let entry = serde_json::from_str(json).map_err(|_| self.damaged("this relay does not know such an entry"))?;
        self.lines.push(Line { number: next, at_ms, hash: hash.to_owned(), entry });
        Ok(())
    }

    fn hash_over(&self, rest: &str) -> String {
        let before = self.lines.last().map_or("linli-ledger-1", |line| line.hash.as_str());
        hex(&sha256(format!("{before}\n{rest}").as_bytes()))
    }

    fn damaged(&self, why: &str) -> RelayError {
        super::refused(&self.path, self.lines.len() as u64 + 1, why)
    }
}
