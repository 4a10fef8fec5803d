//! `linli-relay backup-key`, `linli-relay backup` and `linli-relay restore`.

use super::held::make_folder;
use crate::backups;
use crate::backups::sealed::{Opener, Recipient};
use crate::clock::now_ms;
use crate::control::StoreLock;
use crate::error::RelayError;
use crate::settings::{Given, Place, Settings};
use anyhow::{Context, Result, bail};
use clap::Args;
use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

/// Makes the key that opens the district's backups. The relay needs only its public half.
#[derive(Args)]
pub struct BackupKey {
    /// The new file for the key. Keep it, and a copy, away from the relay's machine.
    #[arg(long, value_name = "FILE")]
    into: PathBuf,
}

impl BackupKey {
    pub fn run(self) -> Result<()> {
        let key = Opener::generate()?;
        let file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&self.into);
        let mut file = file.with_context(|| format!("{} cannot be made", self.into.display()))?;
        file.write_all(key.spelled().as_bytes())?;
        file.sync_all()?;
        println!(
            "写进 relay.toml Put this into relay.toml:\n\nbackup_key = \"{}\"\n\n\
             把 {} 移到别处保管 Move {} to two safe places off this machine: without it no backup can be opened again.",
            key.recipient().spelled(),
            self.into.display(),
            self.into.display()
        );
        Ok(())
    }
}

#[derive(Args)]
pub struct Backup {
    #[command(flatten)]
    place: Place,
    /// The folder in which the backup becomes a folder of its own; best on another disk.
    #[arg(long, value_name = "FOLDER")]
    into: PathBuf,
    /// The public backup key to seal it to. [default: backup_key in relay.toml]
    #[arg(long, value_name = "KEY", conflicts_with = "plain")]
    to: Option<String>,
    /// Leave it in clear: for who encrypts the whole disk, or shows what is in a backup.
    #[arg(long)]
    plain: bool,
}

impl Backup {
    fn recipient(&self, settings: &Settings) -> Result<Option<Recipient>> {
        match (&self.to, &settings.backup_key) {
            _ if self.plain => Ok(None),
            (Some(to), _) => Ok(Some(Recipient::read(to).with_context(|| format!("{to:?} is no backup key"))?)),
            (None, Some(key)) => Ok(Some(key.clone())),
            (None, None) => bail!(
                "没有备份公钥 a backup holds everything the relay has, so it is sealed, and there is no key to seal it to. \
                 Make one with `linli-relay backup-key --into FILE` and put backup_key into relay.toml (or leave it in clear \
                 with --plain)"
            ),
        }
    }

    pub fn run(self) -> Result<()> {
        let settings = Settings::read(&self.place, Given::from_environment()?)?;
        if !settings.store.is_there()? {
            return Err(RelayError::NoStore(settings.store.to_string()).into());
        }
        let to = self.recipient(&settings)?;
        let (folder, note) = backups::make(&settings, &self.place.data, &self.into, to.as_ref())?;
        for (table, sum) in &note.tables {
            println!("{table:<16}{sum}");
        }
        println!("photos: {}", note.blobs);
        match &note.sealed_to {
            Some(to) => println!("done: {}. Only who holds the key of {to} can open it.", folder.display()),
            None => println!(
                "done: {}. It holds people's data and the relay's key in clear; keep it as you keep the store.",
                folder.display()
            ),
        }
        Ok(())
    }
}

#[derive(Args)]
pub struct Restore {
    /// Where the store is to be; there must be none.
    #[command(flatten)]
    place: Place,
    /// The backup's own folder.
    #[arg(long, value_name = "FOLDER")]
    from: PathBuf,
    /// The file with the district's backup key, for one that is sealed.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Take a backup of more than 30 days ago, too. Devices may no longer have all that it lacks.
    #[arg(long)]
    old: bool,
}

impl Restore {
    pub fn run(self) -> Result<()> {
        let data = &self.place.data;
        let settings = Settings::read(&self.place, Given::from_environment()?)?;
        make_folder(data)?;
        let Ok(_lock) = StoreLock::take(data)? else {
            bail!("a relay serves {}; stop it first", data.display());
        };
        let key = self.key.as_ref().map(|path| {
            let text = fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
            Opener::read(&text).with_context(|| format!("there is no backup key in {}", path.display()))
        });
        let key = key.transpose()?;
        let (note, _) = backups::restore(&settings, data, &self.from, key.as_ref(), self.old, now_ms())?;
        for (table, sum) in &note.tables {
            println!("{table:<16}{sum}");
        }
        println!("photos: {}", note.blobs);
        println!(
            "done: {} is as it was at {}, and begins a new life: devices first bring what it lacks.",
            settings.store, note.made_at
        );
        Ok(())
    }
}
