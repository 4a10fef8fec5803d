//! `linli-relay demo`: a store with a made-up community.

use super::progress::Progress;
use crate::clock::now_ms;
use crate::control::StoreLock;
use crate::keys::random;
use crate::loading::Loading;
use crate::relay::{Relay, store_path};
use crate::sessions::password_hash;
use crate::store::Account;
use crate::{district, error};
use anyhow::{Context, Result, anyhow};
use clap::{Args, ValueEnum};
use demo_district::{DEFAULT_SEED, DemoAccount, District, community, default_community, whole};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use sync_protocol::day::day_of;

/// Records per transaction: enough that commits cost nothing, few enough that memory stays small.
const SLICE: usize = 5_000;

/// The parts of a district, made one after another.
type Parts = Box<dyn Iterator<Item = District> + Send>;

#[derive(Args)]
pub struct Demo {
    /// The folder for the store.
    #[arg(long, env = "LINLI_RELAY_DATA")]
    data: PathBuf,
    /// The same seed makes the same community.
    #[arg(long, default_value_t = DEFAULT_SEED)]
    seed: u64,
    /// The day the visits of the last weeks lead up to; today when not said. Seed and day decide every byte.
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    today: Option<String>,
    /// How much of the district: one community, all those of its street, or the whole of it with a year of visits.
    #[arg(long, value_enum, default_value_t = Scale::Community)]
    scale: Scale,
    /// Writes the records to this file, one JSON object a line, and makes no store.
    #[arg(long, value_name = "FILE.jsonl")]
    export: Option<PathBuf>,
    /// Where to write names and passwords; beside the folder when not said.
    #[arg(long)]
    accounts: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Scale {
    Community,
    Street,
    District,
}

impl Scale {
    /// The district's parts of this scale, one after another.
    fn parts(self, seed: u64, today: &str) -> Parts {
        match self {
            Self::Community => Box::new(std::iter::once(community(seed, default_community(), today))),
            Self::Street => Box::new(whole(seed, today, default_community().get(..9))),
            Self::District => Box::new(whole(seed, today, None)),
        }
    }
}

impl Demo {
    pub fn run(self) -> Result<()> {
        let today = self.today.clone().unwrap_or_else(|| day_of(now_ms()));
        if let Some(file) = &self.export {
            return export(file, self.scale.parts(self.seed, &today));
        }
        let path = store_path(&self.data);
        if path.exists() {
            println!("there is a store in {} already; it stays as it is", self.data.display());
            return Ok(());
        }
        super::held::make_folder(&self.data)?;
        let _lock = StoreLock::take(&self.data)?
            .map_err(|_| anyhow!("another program is making a store in {}", self.data.display()))?;
        // Made under another name and renamed when whole: a demonstration cut short leaves no half store.
        let unfinished = self.data.join("relay.db.unfinished");
        if unfinished.exists() {
            println!(
                "an earlier demonstration was cut short in {}; it is thrown away and made anew",
                self.data.display()
            );
            remove_unfinished(&unfinished)?;
        }
        let accounts = self.accounts.clone().unwrap_or_else(|| beside(&self.data));
        println!("making a {} (seed {})", format!("{:?}", self.scale).to_lowercase(), self.seed);
        fill(&unfinished, self.scale.parts(self.seed, &today), &accounts)?;
        std::fs::rename(&unfinished, &path).context("the finished store could not be put in its place")?;
        println!("done: store in {}, accounts in {}", self.data.display(), accounts.display());
        Ok(())
    }
}

fn day(text: &str) -> Result<String, String> {
    let day = sync_protocol::day::parse_day(text).map(|_| text.to_owned());
    day.ok_or_else(|| "not a day such as 2026-11-23".to_owned())
}

fn export(file: &Path, parts: impl Iterator<Item = District>) -> Result<()> {
    let out = std::fs::File::create(file).with_context(|| {
        format!("{} cannot be written; name a file in a folder that is there and yours to write in", file.display())
    })?;
    let mut out = std::io::BufWriter::new(out);
    let mut count = 0;
    for part in parts {
        demo_district::export::jsonl(&part, &mut out)?;
        count += part.records.len();
    }
    std::io::Write::flush(&mut out)?;
    println!("records: {count} in {}", file.display());
    Ok(())
}

/// Writes part after part, so that no more than a few communities are in memory: while one is written the next is made.
fn fill(path: &Path, parts: Parts, accounts_file: &Path) -> Result<()> {
    let relay = Relay::open_file(path)?;
    let loading = Loading::begin(relay.store(), relay.schema(), now_ms())?;
    let mut progress = Progress::begin(parts.size_hint().0);
    let mut accounts = Vec::new();
    std::thread::scope(|scope| -> Result<()> {
        let (made, coming) = mpsc::sync_channel(1);
        // It ends by itself where nobody takes its parts any more.
        scope.spawn(move || parts.into_iter().try_for_each(|part| made.send(part)));
        for part in coming {
            for slice in part.records.chunks(SLICE) {
                loading.slice(slice)?;
                progress.add(slice.len());
            }
            progress.finish_part();
            accounts.extend(part.accounts);
        }
        Ok(())
    })?;
    println!("accounts: {}", accounts.len());
    let passwords: Vec<String> = accounts.iter().map(|_| password()).collect::<error::Result<_>>()?;
    let held: Vec<Account> = accounts
        .iter()
        .zip(&passwords)
        .map(|(account, password)| {
            Ok(Account {
                person: account.person,
                sign_in_name: account.sign_in_name.clone(),
                password_hash: password_hash(password)?,
            })
        })
        .collect::<error::Result<_>>()?;
    relay.store().write(|tx| {
        held.iter().try_for_each(|account| tx.put_account(account))?;
        district::set_demonstration(tx)
    })?;
    write_accounts(accounts_file, &accounts, &passwords)
        .with_context(|| format!("{} could not be written", accounts_file.display()))
}

/// Three made-up words and two digits: easy to read out and to type, hard to guess.
fn password() -> error::Result<String> {
    const CONSONANTS: &[u8; 16] = b"bdfghjklmnprstvz";
    const VOWELS: &[u8; 4] = b"aeio";
    let bytes = random::<16>()?;
    let mut letters = bytes.iter().enumerate().map(|(at, byte)| {
        let from: &[u8] = if at % 2 == 0 { CONSONANTS } else { VOWELS };
        from.get(usize::from(*byte) % from.len()).copied().map_or('a', char::from)
    });
    let mut word = || letters.by_ref().take(4).collect::<String>();
    let (one, two, three) = (word(), word(), word());
    let digits = u16::from_be_bytes([bytes[14], bytes[15]]) % 90 + 10;
    Ok(format!("{one}-{two}-{three}-{digits}"))
}

/// One line a person, tab-separated: sign-in name, password, role, name, place.
fn write_accounts(path: &Path, accounts: &[DemoAccount], passwords: &[String]) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    // Removed first: the mode below counts only for a file that is made here.
    if path.exists() {
        std::fs::remove_file(path)?;
    }
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    writeln!(file, "# sign-in name\tpassword\trole\tplace\tname")?;
    for (account, password) in accounts.iter().zip(passwords) {
        let DemoAccount { sign_in_name, role, place, name, .. } = account;
        writeln!(file, "{sign_in_name}\t{password}\t{role}\t{place}\t{name}")?;
    }
    file.sync_all()
}

fn beside(data: &Path) -> PathBuf {
    data.parent().unwrap_or(data).join("demo-accounts.txt")
}

fn remove_unfinished(path: &Path) -> Result<()> {
    for ending in ["", "-wal", "-shm"] {
        let file = PathBuf::from(format!("{}{ending}", path.display()));
        if file.exists() {
            std::fs::remove_file(&file).with_context(|| {
                format!("{} could not be removed; remove it yourself and run this again", file.display())
            })?;
        }
    }
    Ok(())
}
