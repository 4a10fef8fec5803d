//! `linli-relay backup` and `linli-relay restore`.

use super::held::make_folder;
use crate::backups;
use crate::clock::now_ms;
use crate::control::StoreLock;
use crate::error::RelayError;
use crate::settings::{Given, Place, Settings};
use anyhow::{Result, bail};
use clap::Args;
use std::path::PathBuf;

#[derive(Args)]
pub struct Backup {
    #[command(flatten)]
    place: Place,
    /// The folder in which the backup becomes a folder of its own; best on another disk.
    #[arg(long, value_name = "FOLDER")]
    into: PathBuf,
}

impl Backup {
    pub fn run(self) -> Result<()> {
        let settings = Settings::read(&self.place, Given::from_environment())?;
        if !settings.store.is_there()? {
            return Err(RelayError::NoStore(settings.store.to_string()).into());
        }
        let (folder, note) = backups::make(&settings, &self.into)?;
        for (table, sum) in &note.tables {
            println!("{table:<16}{sum}");
        }
        println!("photos: {}", note.blobs);
        println!(
            "done: {}. It holds people's data and the relay's key; keep it as you keep the store.",
            folder.display()
        );
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
    /// Take a backup of more than 30 days ago, too. Devices may no longer have all that it lacks.
    #[arg(long)]
    old: bool,
}

impl Restore {
    pub fn run(self) -> Result<()> {
        let data = &self.place.data;
        let settings = Settings::read(&self.place, Given::from_environment())?;
        make_folder(data)?;
        let Ok(_lock) = StoreLock::take(data)? else {
            bail!("a relay serves {}; stop it first", data.display());
        };
        let (note, _) = backups::restore(&settings, data, &self.from, self.old, now_ms())?;
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
