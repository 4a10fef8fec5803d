//! The ledger: what no restore may undo. Device numbers and their devices, revocations, ends of rights, erasures, and the
//! lives of the store. It stands beside the store and in none of its backups.
//!
//! Invariants:
//! - An entry is on durable storage before the call that made it is answered. It is written after the store's commit: should
//!   the relay die in between, nobody was told, and what the store has beyond the ledger is added at the next start.
//! - A store that lacks what the ledger has was put back: it takes all of it before anybody is served, and begins a new
//!   life if it did not do so yet.
//! - A line that does not follow the one before is refused in words, with its number; nothing is served over it.
//!
//! Each relay writes a file of its own, named after its data folder, and reads all of them: relays of one database need one
//! folder that all of them reach, as they do for photos. A table of the database would go back with it.

mod entry;
mod file;
pub mod replay;
pub mod rights;

pub use entry::{Enrolled, Entry, RightEnd};
pub use file::{LedgerFile, Line};

use crate::error::{RelayError, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use sync_protocol::canonical::{hex, sha256};
use sync_protocol::{DeviceNumber, Epoch, RecordId, RecordKey};

const ENDING: &str = "ledger";

/// By file: the number and hash of the last line that was taken.
pub type Seen = BTreeMap<String, (u64, String)>;

/// Where a store's ledger is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LedgerPlace {
    pub folder: PathBuf,
    /// The file this relay writes.
    pub file: String,
}

impl LedgerPlace {
    /// `folder` for the relay of a data folder.
    pub fn new(folder: &Path, data: &Path) -> Self {
        let host = std::fs::read_to_string("/etc/hostname").unwrap_or_default();
        let data = std::path::absolute(data).unwrap_or_else(|_| data.to_owned());
        let name = sha256(format!("{}\n{}", host.trim(), data.display()).as_bytes());
        Self { folder: folder.to_owned(), file: format!("{}.{ENDING}", hex(name.get(..4).unwrap_or_default())) }
    }

    /// The one that a data folder has when nobody says another.
    pub fn in_folder(data: &Path) -> Self {
        Self::new(&data.join("ledger"), data)
    }
}

/// The open ledger.
#[derive(Debug)]
pub struct Ledger(Mutex<Known>);

#[derive(Debug)]
struct Known {
    own: LedgerFile,
    others: Vec<LedgerFile>,
    devices: BTreeMap<DeviceNumber, Enrolled>,
    revoked: BTreeSet<DeviceNumber>,
    ends: BTreeMap<RecordId, RightEnd>,
    erased: BTreeSet<RecordKey>,
    epochs: Vec<(Epoch, u64)>,
}

impl Ledger {
    /// Reads every file of the folder, making it where there is none.
    pub fn open(place: &LedgerPlace) -> Result<Self> {
        if !place.folder.exists() {
            std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&place.folder)?;
        }
        let own = LedgerFile::read(&place.folder.join(&place.file))?;
        let mut others = Vec::new();
        for file in std::fs::read_dir(&place.folder)? {
            let path = file?.path();
            if path.extension().is_some_and(|ending| ending == ENDING) && path.file_name() != Some(place.file.as_ref())
            {
                others.push(LedgerFile::read(&path)?);
            }
        }
        let mut known = Known {
            own,
            others,
            devices: BTreeMap::new(),
            revoked: BTreeSet::new(),
            ends: BTreeMap::new(),
            erased: BTreeSet::new(),
            epochs: Vec::new(),
        };
        // Of one thing the later word counts, whichever relay wrote it.
        let mut all: Vec<Line> = known.files().flat_map(LedgerFile::lines).cloned().collect();
        all.sort_by_key(|line| line.at_ms);
        all.iter().for_each(|line| known.take(&line.entry, line.at_ms));
        Ok(Self(Mutex::new(known)))
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds an entry, on durable storage when this returns. One that is known already is not written again.
    pub fn append(&self, entry: &Entry, at_ms: u64) -> Result<()> {
        let mut known = self.known();
        if known.has(entry) {
            return Ok(());
        }
        let added: Vec<Line> = known.own.append(entry, at_ms)?.to_vec();
        added.iter().for_each(|line| known.take(&line.entry, line.at_ms));
        Ok(())
    }

    pub fn greatest_device(&self) -> Option<DeviceNumber> {
        self.known().devices.keys().next_back().copied()
    }

    /// The last word on an assignment's end.
    pub fn end_of(&self, assignment: RecordId) -> Option<RightEnd> {
        self.known().ends.get(&assignment).cloned()
    }

    /// Every record that was erased.
    pub fn erased(&self) -> BTreeSet<RecordKey> {
        self.known().erased.clone()
    }

    /// The lives of the store with the moments they were noted at, oldest first.
    pub fn epochs(&self) -> Vec<(Epoch, u64)> {
        self.known().epochs.clone()
    }

    /// What files say beyond a point, in the order of time: of each device, right and life only the last word.
    pub fn last_words_since(&self, seen: &Seen) -> Vec<Entry> {
        let known = self.known();
        let beyond = |file: &LedgerFile| {
            let taken = seen.get(&file.name()).map_or(0, |(number, _)| usize::try_from(*number).unwrap_or(usize::MAX));
            file.lines().get(taken..).unwrap_or_default().to_vec()
        };
        let mut lines: Vec<Line> = known.files().flat_map(beyond).collect();
        lines.sort_by_key(|line| line.at_ms);
        lines.into_iter().map(|line| line.entry).filter(|entry| known.has(entry)).collect()
    }

    /// How far each file goes: its last line's number and hash.
    pub fn ends_of_files(&self) -> Seen {
        let last = |file: &LedgerFile| file.lines().last().map(|line| (file.name(), (line.number, line.hash.clone())));
        self.known().files().filter_map(last).collect()
    }

    /// The hash of a line, where there is one of that number.
    pub fn hash_at(&self, file: &str, number: u64) -> Option<String> {
        let known = self.known();
        let file = known.files().find(|one| one.name() == file)?;
        file.lines().get(usize::try_from(number.checked_sub(1)?).ok()?).map(|line| line.hash.clone())
    }
}

impl Known {
    fn files(&self) -> impl Iterator<Item = &LedgerFile> {
        std::iter::once(&self.own).chain(&self.others)
    }

    /// Whether it is the last word on its device, right, record or life.
    fn has(&self, entry: &Entry) -> bool {
        match entry {
            Entry::Enrolled(one) => self.devices.get(&one.device) == Some(one),
            Entry::Revoked { device } => self.revoked.contains(device),
            Entry::RightEnded(end) => self.ends.get(&end.assignment) == Some(end),
            Entry::Erased { kind, record } => self.erased.contains(&RecordKey::new(kind.clone(), *record)),
            Entry::Epoch { epoch } => self.epochs.iter().any(|(known, _)| known == epoch),
        }
    }

    fn take(&mut self, entry: &Entry, at_ms: u64) {
        match entry.clone() {
            Entry::Enrolled(one) => drop(self.devices.insert(one.device, one)),
            Entry::Revoked { device } => drop(self.revoked.insert(device)),
            Entry::RightEnded(end) => drop(self.ends.insert(end.assignment, end)),
            Entry::Erased { kind, record } => drop(self.erased.insert(RecordKey::new(kind, record))),
            Entry::Epoch { epoch } => self.epochs.push((epoch, at_ms)),
        }
    }
}

/// A ledger that cannot be believed, in words.
pub(crate) fn refused(path: &Path, line: u64, why: &str) -> RelayError {
    RelayError::Damaged(format!(
        "台账不能用 the ledger {} cannot be believed from line {line} on: {why}. Put the file back as it was; nothing is \
         served over a ledger that was changed",
        path.display()
    ))
}
