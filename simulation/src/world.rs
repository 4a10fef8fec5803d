//! A run: a seeded scheduler over people, time and the network, then healing, then the promises.

use crate::device::{DeviceNode, UnderWay, Unsigned};
use crate::dice::Dice;
use crate::faults::Faults;
use crate::relay::RelayNode;
use crate::{people, promises, town};
use anyhow::{Context, Result};
use linli_relay::store::Holder;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use sync_client::round::exchange::{Answer, Ask, Exchange, Heard};
use sync_protocol::messages::{Fate, PullRequest};
use sync_protocol::{Code, Edit};

/// A Monday morning in Shanghai.
const MORNING_MS: u64 = 1_795_397_400_000;
const STEPS: usize = 240;
/// Rounds within which every outbox must be empty after healing.
const ROUNDS_TO_EMPTY: usize = 3;

pub struct World {
    pub seed: u64,
    pub true_ms: u64,
    pub relay: RelayNode,
    pub devices: Vec<DeviceNode>,
    /// Every edit ever saved, whatever became of it.
    pub saved: Vec<Edit>,
    dice: Dice,
    faults: Faults,
    /// How many folders the relay has had, and the newest backup.
    relay_folders: usize,
    backup: Option<PathBuf>,
    /// Questions that will arrive once more.
    echoes: Vec<(usize, Ask)>,
    /// What happened, in order; printed when a promise broke.
    pub trace: Vec<String>,
    pub counts: BTreeMap<&'static str, usize>,
    folder: tempfile::TempDir,
}

/// How a run ended.
#[derive(Debug)]
pub struct Report {
    pub seed: u64,
    pub edits: usize,
    pub counts: BTreeMap<&'static str, usize>,
    pub broken: Vec<String>,
    pub trace: Vec<String>,
}

/// Runs one seed to its end.
pub fn run(seed: u64, faults: Faults) -> Result<Report> {
    let mut world = World::new(seed, faults)?;
    for _ in 0..STEPS {
        world.step()?;
    }
    world.heal()?;
    let broken = promises::broken(&world)?;
    let World { counts, trace, saved, .. } = world;
    Ok(Report { seed, edits: saved.len(), counts, broken, trace })
}

impl World {
    fn new(seed: u64, faults: Faults) -> Result<Self> {
        let folder = tempfile::tempdir_in(memory_folder())?;
        let relay_folder = folder.path().join("relay");
        copy_folder(&template()?.join("relay"), &relay_folder)?;
        let relay = RelayNode::open(&relay_folder)?;
        let mut world = Self {
            seed,
            true_ms: MORNING_MS,
            relay,
            devices: Vec::new(),
            saved: Vec::new(),
            dice: Dice::new(seed),
            faults,
            relay_folders: 0,
            backup: None,
            echoes: Vec::new(),
            trace: Vec::new(),
            counts: BTreeMap::new(),
            folder,
        };
        let person = |n| Holder::Person(town::id(n));
        let [first, second, third] = town::WORKERS;
        // The first worker carries two tablets; the supervisor works at the community's console.
        for (name, holder, people) in [
            ("tablet 1", person(first), vec![first]),
            ("tablet 1b", person(first), vec![first]),
            ("tablet 2", person(second), vec![second]),
            ("tablet 3", person(third), vec![third]),
            ("console", Holder::Console(town::COMMUNITY.to_owned()), vec![town::SUPERVISOR, town::HANDLER]),
        ] {
            world.add_device(name, holder, &people)?;
        }
        Ok(world)
    }

    fn add_device(&mut self, name: &str, holder: Holder, people: &[u16]) -> Result<()> {
        let token = self.devices.len() as u8 + 1;
        let number = self.relay.enrol(holder.clone(), token, self.true_ms)?;
        let path = self.folder.path().join(format!("device-{token}.db"));
        std::fs::copy(template()?.join("device.db"), &path)?;
        let people = people.iter().copied().map(town::id).collect();
        self.devices.push(DeviceNode::open(&path, name, number, holder, people)?);
        Ok(())
    }

    fn note(&mut self, what: &'static str, words: impl FnOnce() -> String) {
        *self.counts.entry(what).or_default() += 1;
        self.trace.push(format!("{} {what} {}", self.true_ms - MORNING_MS, words()));
    }

    fn step(&mut self) -> Result<()> {
        let at = self.dice.below(self.devices.len());
        let percent = self.dice.below(100);
        match percent {
            0..40 => self.act(at),
            // Half a day on stairways without signal.
            40..84 if self.devices[at].offline_until > self.true_ms => Ok(()),
            40..84 => self.advance(at),
            84..86 => {
                self.devices[at].offline_until = self.true_ms + self.dice.between(1, 12 * 3_600_000);
                Ok(())
            }
            86..90 => self.echo(),
            90..96 => {
                self.true_ms += self.dice.between(1, 3 * 3_600_000);
                Ok(())
            }
            97..98 if self.dice.chance(self.faults.clock_jumps * 10) => {
                self.jump(at);
                Ok(())
            }
            96..97 if self.dice.chance(self.faults.restored * 10) => self.back_up_or_restore(),
            98..99 if self.dice.chance(self.faults.rows_rot * 10) => self.rot(at),
            _ => {
                if self.dice.chance(self.faults.killed) {
                    self.kill(at);
                }
                Ok(())
            }
        }
    }

    fn act(&mut self, at: usize) -> Result<()> {
        self.true_ms += self.dice.between(0, 4_000);
        let edits = people::act(&self.devices[at], &mut self.dice, self.true_ms)?;
        for edit in &edits {
            let name = self.devices[at].name.clone();
            self.note("saved", || format!("{name} #{} {} {} {:?}", edit.number, edit.kind, edit.record, edit.fields));
        }
        self.saved.extend(edits);
        Ok(())
    }

    /// Moves a device's round by one leg: a question leaves, arrives, or its answer is heard.
    fn advance(&mut self, at: usize) -> Result<()> {
        self.true_ms += self.dice.between(1, 900);
        let now = self.devices[at].machine_ms(self.true_ms);
        let (exchange, under_way) = self.devices[at].round.take().unwrap_or_else(|| (Exchange::default(), None));
        let next = match under_way {
            None => self.ask(at, exchange, now)?,
            Some(UnderWay::Ask { ask, asked_ms }) => self.arrive(at, exchange, ask, asked_ms)?,
            Some(UnderWay::Answer { answer, asked_ms }) => self.hear(at, exchange, answer, asked_ms, now)?,
        };
        self.devices[at].round = next;
        Ok(())
    }

    fn ask(&mut self, at: usize, mut exchange: Exchange, now: u64) -> Result<Round> {
        let ask = exchange.next(&self.devices[at].store, &Unsigned)?;
        Ok(ask.map(|ask| (exchange, Some(UnderWay::Ask { ask, asked_ms: now }))))
    }

    fn arrive(&mut self, at: usize, mut exchange: Exchange, ask: Ask, asked_ms: u64) -> Result<Round> {
        let name = self.devices[at].name.clone();
        if self.dice.chance(self.faults.ask_lost) {
            self.note("ask lost", || name);
            return Ok(None);
        }
        if self.dice.chance(self.faults.ask_repeated) {
            self.echoes.push((at, ask.clone()));
        }
        // Pages of a few entries, so that a town is enough for a page to end in the midst of a channel.
        let ask = match ask {
            Ask::Pull(request) => Ask::Pull(PullRequest { limit: Some(self.dice.between(5, 60) as u32), ..request }),
            other => other,
        };
        if matches!(ask, Ask::Compare(_)) {
            self.note("compared", || name.clone());
        }
        let answer = self.answer(at, &ask)?;
        if self.dice.chance(self.faults.answer_lost) {
            self.note("answer lost", || name);
            return Ok(None);
        }
        Ok(match answer {
            Ok(answer) => Some((exchange, Some(UnderWay::Answer { answer, asked_ms }))),
            Err(code) => exchange.refused(code).then_some((exchange, None)),
        })
    }

    fn hear(&mut self, at: usize, mut exchange: Exchange, answer: Answer, asked_ms: u64, now: u64) -> Result<Round> {
        let name = self.devices[at].name.clone();
        if let Answer::Push(answer) = &answer {
            for outcome in &answer.outcomes {
                self.note(fate_name(outcome.result), || {
                    format!("{name} #{} {:?} {:?}", outcome.number, outcome.result, outcome.code)
                });
            }
        }
        exchange.take(&self.devices[at].store, Heard { answer, asked_ms, heard_ms: now })?;
        Ok(Some((exchange, None)))
    }

    /// The relay's answer; a code where it refuses the whole question, as it may a question out of its time.
    fn answer(&mut self, at: usize, ask: &Ask) -> Result<Result<Answer, Code>> {
        let device = &self.devices[at];
        match self.relay.answer(device.number, &device.signed_in(), ask, self.true_ms) {
            Ok(answer) => Ok(Ok(answer)),
            Err(error) if error.problem().status < 500 => {
                let (name, code) = (device.name.clone(), error.problem().code);
                self.note("refused", || format!("{name} {}", code.name()));
                Ok(Err(code))
            }
            Err(error) => Err(error).context("the relay failed"),
        }
    }

    /// A question that was under way twice arrives again; nobody hears the answer.
    fn echo(&mut self) -> Result<()> {
        if self.echoes.is_empty() {
            return Ok(());
        }
        let (at, ask) = self.echoes.swap_remove(self.dice.below(self.echoes.len()));
        let name = self.devices[at].name.clone();
        self.note("asked again", || name);
        self.answer(at, &ask).map(drop)
    }

    fn kill(&mut self, at: usize) {
        let name = self.devices[at].name.clone();
        self.note("killed", || name);
        self.devices[at].round = None;
    }

    fn relay_folder(&self) -> PathBuf {
        self.folder.path().join(if self.relay_folders == 0 {
            "relay".to_owned()
        } else {
            format!("relay-{}", self.relay_folders)
        })
    }

    /// Keeps a backup of the relay, or loses its disk and goes on with the backup.
    fn back_up_or_restore(&mut self) -> Result<()> {
        let Some(backup) = self.backup.take() else {
            let to = self.folder.path().join(format!("backup-{}", self.relay_folders));
            self.relay.back_up(&self.relay_folder(), &to)?;
            self.backup = Some(to);
            self.note("backed up", String::new);
            return Ok(());
        };
        self.relay_folders += 1;
        let folder = self.relay_folder();
        std::fs::rename(backup, &folder)?;
        self.relay = RelayNode::restore(&folder)?;
        self.note("restored", String::new);
        Ok(())
    }

    /// A row loses a value, or is gone, behind everybody's back.
    fn rot(&mut self, at: usize) -> Result<()> {
        let (which, whole) = (self.dice.below(1_000), self.dice.chance(50));
        if self.devices[at].rot(which, whole)? {
            let name = self.devices[at].name.clone();
            self.note("row rotted", || name);
        }
        Ok(())
    }

    fn jump(&mut self, at: usize) {
        let error = match self.dice.below(4) {
            0 => 0,
            1 => self.dice.between(1, 600_000) as i64,
            2 => -(self.dice.between(1, 86_400_000 * 900) as i64),
            _ => self.dice.between(1, 86_400_000 * 900) as i64,
        };
        let name = self.devices[at].name.clone();
        self.note("clock jumped", || format!("{name} {error} ms"));
        self.devices[at].clock_error_ms = error;
    }

    /// The network heals: everybody goes round, and everything must have arrived.
    fn heal(&mut self) -> Result<()> {
        self.faults = Faults::NONE;
        self.devices.iter_mut().for_each(|device| device.round = None);
        // Digests are counted anew once a day, so a row that changed by itself shows within two.
        self.true_ms += 2 * 24 * 3_600_000;
        // Once more than outboxes need, so that what the last one sent comes down everywhere.
        for _ in 0..=ROUNDS_TO_EMPTY {
            for at in 0..self.devices.len() {
                self.whole_round(at)?;
            }
        }
        Ok(())
    }

    fn whole_round(&mut self, at: usize) -> Result<()> {
        // A round of a small town has few legs; one that does not end is a fault of its own.
        for _ in 0..400 {
            self.advance(at)?;
            if self.devices[at].round.is_none() {
                return Ok(());
            }
        }
        anyhow::bail!("a round of {} does not end", self.devices[at].name)
    }
}

fn fate_name(fate: Fate) -> &'static str {
    match fate {
        Fate::Merged => "merged",
        Fate::Conflict => "conflict",
        Fate::Held => "held",
        Fate::Waiting => "waiting",
        Fate::Refused => "refused edit",
        Fate::Later => "later",
        Fate::Erased => "erased",
    }
}

type Round = Option<(Exchange, Option<UnderWay>)>;

/// A folder in memory where there is one: a run is not about the disk.
fn memory_folder() -> PathBuf {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() }
}

/// The stores every run begins with, made once.
fn template() -> Result<&'static Path> {
    static TEMPLATE: OnceLock<tempfile::TempDir> = OnceLock::new();
    if TEMPLATE.get().is_none() {
        let folder = tempfile::tempdir_in(memory_folder())?;
        RelayNode::found(&folder.path().join("relay"), MORNING_MS)?;
        let device = folder.path().join("device.db");
        drop(local_store::Store::open(&device, None, local_store::Options::linli())?);
        let _ = TEMPLATE.set(folder);
    }
    TEMPLATE.get().map(tempfile::TempDir::path).context("no template")
}

pub fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &to.join(entry.file_name()))?;
        } else {
            std::fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}
