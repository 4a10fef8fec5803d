//! What is on the disk, what of it would outlive a power cut, and when it fails.

use std::collections::BTreeMap;

use crate::dice::Dice;

/// Files by their names.
pub type Contents = BTreeMap<String, Vec<u8>>;

pub type Errno = i32;
pub const ENOENT: Errno = 2;
pub const EIO: Errno = 5;
pub const ENOSPC: Errno = 28;

/// A write reaches the medium in pieces of this size, each or not.
const PIECE: usize = 4096;

/// When the disk fails, in calls that change something: writes, truncations, syncs, new and removed names. The shared memory
/// beside a database is none of it: it is made anew whenever the database is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    Sound,
    /// Everything fails from this call on: the power is gone, or the process is.
    GoneAfter(u64),
    /// This call fails, once.
    Fails(u64),
    /// No call that needs room finds any, from this one on.
    FullAfter(u64),
}

/// What is on a disk that is taken away.
pub enum Keep<'a> {
    /// Everything written: as the process that was killed left it.
    Written,
    /// What was synced, and of the rest what the dice say.
    Synced(&'a mut Dice),
}

enum Change {
    Write(usize, Vec<u8>),
    Length(usize),
}

#[derive(Default)]
struct One {
    durable: Vec<u8>,
    live: Vec<u8>,
    since: Vec<Change>,
}

pub struct Files {
    names: BTreeMap<String, u64>,
    all: BTreeMap<u64, One>,
    next: u64,
    plan: Plan,
    calls: u64,
    has_failed: bool,
    is_gone: bool,
    size: u64,
}

/// The folder itself.
pub const ROOT: u64 = 1;

impl Files {
    pub fn holding(contents: Contents) -> Self {
        let mut files = Self {
            names: BTreeMap::new(),
            all: BTreeMap::new(),
            next: ROOT + 1,
            plan: Plan::Sound,
            calls: 0,
            has_failed: false,
            is_gone: false,
            size: 1 << 40,
        };
        for (name, bytes) in contents {
            files.names.insert(name, files.next);
            files.all.insert(files.next, One { durable: bytes.clone(), live: bytes, since: Vec::new() });
            files.next += 1;
        }
        files
    }

    pub fn plan(&mut self, plan: Plan) {
        (self.plan, self.calls, self.has_failed) = (plan, 0, false);
    }

    pub fn calls(&self) -> u64 {
        self.calls
    }

    pub fn has_failed(&self) -> bool {
        self.has_failed
    }

    pub fn set_size(&mut self, bytes: u64) {
        self.size = bytes;
    }

    pub fn stop(&mut self) {
        self.is_gone = true;
    }

    pub fn left(&self, keep: Keep<'_>) -> Contents {
        let named = |ino: &u64| self.all.get(ino);
        match keep {
            Keep::Written => {
                self.names.iter().filter_map(|(name, ino)| Some((name.clone(), named(ino)?.live.clone()))).collect()
            }
            Keep::Synced(dice) => self
                .names
                .iter()
                .filter_map(|(name, ino)| Some((name.clone(), named(ino)?.after_a_cut(dice))))
                .collect(),
        }
    }

    /// Whether this call may go through. `needs` is how much more room it takes.
    fn pass(&mut self, ino: u64, needs: u64) -> Result<(), Errno> {
        if self.is_gone {
            return Err(EIO);
        }
        let is_memory = |(name, of): (&String, &u64)| *of == ino && name.ends_with("-shm");
        if self.names.iter().any(is_memory) {
            return Ok(());
        }
        self.calls += 1;
        let verdict = match self.plan {
            Plan::Fails(at) if self.calls == at => Err(EIO),
            Plan::GoneAfter(at) if self.calls > at => {
                self.is_gone = true;
                Err(EIO)
            }
            Plan::FullAfter(at) if self.calls > at && needs > 0 => Err(ENOSPC),
            _ if needs > self.free() => Err(ENOSPC),
            _ => Ok(()),
        };
        self.has_failed |= verdict.is_err();
        verdict
    }

    pub fn size(&self) -> u64 {
        self.size
    }

    pub fn free(&self) -> u64 {
        if matches!(self.plan, Plan::FullAfter(at) if self.calls >= at) {
            return 0;
        }
        self.size.saturating_sub(self.held())
    }

    /// Bytes in all files.
    pub fn held(&self) -> u64 {
        self.all.values().map(|one| one.live.len() as u64).sum()
    }

    pub fn find(&self, name: &str) -> Result<u64, Errno> {
        self.names.get(name).copied().ok_or(ENOENT)
    }

    pub fn names(&self) -> Vec<(String, u64)> {
        self.names.iter().map(|(name, ino)| (name.clone(), *ino)).collect()
    }

    pub fn length(&self, ino: u64) -> Result<u64, Errno> {
        self.all.get(&ino).map(|one| one.live.len() as u64).ok_or(ENOENT)
    }

    pub fn create(&mut self, name: &str) -> Result<u64, Errno> {
        if let Some(ino) = self.names.get(name) {
            return Ok(*ino);
        }
        let ino = self.next;
        if !name.ends_with("-shm") {
            self.pass(ino, 1)?;
        }
        self.next += 1;
        self.names.insert(name.to_owned(), ino);
        self.all.insert(ino, One::default());
        Ok(ino)
    }

    pub fn read(&self, ino: u64, at: usize, length: usize) -> Result<&[u8], Errno> {
        if self.is_gone {
            return Err(EIO);
        }
        let bytes = &self.all.get(&ino).ok_or(ENOENT)?.live;
        let from = at.min(bytes.len());
        Ok(&bytes[from..from.saturating_add(length).min(bytes.len())])
    }

    pub fn write(&mut self, ino: u64, at: usize, bytes: &[u8]) -> Result<(), Errno> {
        let end = (at + bytes.len()) as u64;
        let needs = end.saturating_sub(self.length(ino)?);
        self.pass(ino, needs)?;
        if let Some(one) = self.all.get_mut(&ino) {
            put(&mut one.live, at, bytes);
            one.since.push(Change::Write(at, bytes.to_vec()));
        }
        Ok(())
    }

    pub fn truncate(&mut self, ino: u64, length: usize) -> Result<(), Errno> {
        let needs = (length as u64).saturating_sub(self.length(ino)?);
        self.pass(ino, needs)?;
        if let Some(one) = self.all.get_mut(&ino) {
            one.live.resize(length, 0);
            one.since.push(Change::Length(length));
        }
        Ok(())
    }

    pub fn reserve(&mut self, ino: u64, length: u64) -> Result<(), Errno> {
        let longer = (length as usize).max(self.length(ino)? as usize);
        self.truncate(ino, longer)
    }

    pub fn sync(&mut self, ino: u64) -> Result<(), Errno> {
        self.pass(ino, 0)?;
        if let Some(one) = self.all.get_mut(&ino) {
            one.durable = one.live.clone();
            one.since.clear();
        }
        Ok(())
    }

    pub fn remove(&mut self, name: &str) -> Result<(), Errno> {
        let ino = self.find(name)?;
        self.pass(ino, 0)?;
        self.names.remove(name);
        // Who has it open goes on with it; a test's disk is small enough to let it be.
        if let Some(one) = self.all.get_mut(&ino) {
            one.durable.clear();
            one.live.clear();
        }
        Ok(())
    }

    pub fn rename(&mut self, from: &str, to: &str) -> Result<(), Errno> {
        let ino = self.find(from)?;
        self.pass(ino, 0)?;
        self.names.remove(from);
        self.names.insert(to.to_owned(), ino);
        Ok(())
    }
}

impl One {
    fn after_a_cut(&self, dice: &mut Dice) -> Vec<u8> {
        let mut bytes = self.durable.clone();
        for change in &self.since {
            match change {
                Change::Length(length) => {
                    if dice.one_in(2) {
                        bytes.resize(*length, 0);
                    }
                }
                Change::Write(at, written) => {
                    for (number, piece) in written.chunks(PIECE).enumerate() {
                        if dice.one_in(2) {
                            put(&mut bytes, at + number * PIECE, piece);
                        }
                    }
                }
            }
        }
        bytes
    }
}

fn put(into: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    let end = at + bytes.len();
    if into.len() < end {
        into.resize(end, 0);
    }
    into[at..end].copy_from_slice(bytes);
}
