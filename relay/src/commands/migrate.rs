//! `linli-relay migrate-store`: a file's contents into a database, all or nothing.

use super::held::make_folder;
use crate::control::StoreLock;
use crate::error::RelayError;
use crate::settings::{Given, Place, Settings};
use crate::store::place::StorePlace;
use crate::store::postgres;
use anyhow::{Result, bail};
use clap::Args;

#[derive(Args)]
pub struct MigrateStore {
    /// The data folder holds the file; --store, or store in its relay.toml, names the database.
    #[command(flatten)]
    place: Place,
}

impl MigrateStore {
    pub fn run(self) -> Result<()> {
        let data = &self.place.data;
        let settings = Settings::read(&self.place, Given::from_environment()?)?;
        let StorePlace::Postgres(address) = &settings.store else {
            bail!("say where the store is to go: --store postgres://USER@HOST/DATABASE, or store in relay.toml");
        };
        let StorePlace::File(file) = StorePlace::in_folder(data) else { bail!("the data folder holds no file") };
        if !file.is_file() {
            return Err(RelayError::NoStore(data.display().to_string()).into());
        }
        make_folder(data)?;
        let Ok(_lock) = StoreLock::take(data)? else {
            bail!("a relay serves {}; stop it first, so that nothing is written to the file meanwhile", data.display());
        };
        // Brought up to date first: its tables are then those of the database.
        drop(StorePlace::File(file.clone()).open()?);
        let sums = postgres::fill(address, &file)?;
        for (table, sum) in &sums {
            println!("{table:<16}{sum}");
        }
        // Under its old name somebody would go on with it one day, and there would be two truths.
        let moved = data.join("relay.db.moved");
        std::fs::rename(&file, &moved)?;
        println!(
            "done: {address} holds the same, row by row. The file is kept as {}; name the database in relay.toml from \
             now on (store). Photos stay where they are.",
            moved.display()
        );
        Ok(())
    }
}
