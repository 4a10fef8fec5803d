//! `linli-relay import`: data from files, all or nothing.

use crate::clock::now_ms;
use crate::importing::import_divisions;
use crate::relay::{Relay, store_path};
use anyhow::{Context, Result};
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub struct Import {
    /// The folder with the store; made when there is none.
    #[arg(long)]
    data: PathBuf,
    /// Districts, streets, communities and grids: columns code, name, level, parent.
    #[arg(long, value_name = "FILE.csv")]
    divisions: PathBuf,
}

impl Import {
    pub fn run(self) -> Result<ExitCode> {
        let file = self.divisions.display();
        let bytes = std::fs::read(&self.divisions).with_context(|| format!("{file} cannot be read"))?;
        let rows = match demo_district::divisions::read_bytes(&bytes) {
            Ok(rows) => rows,
            Err(faults) => {
                for fault in &faults {
                    eprintln!("{file}: row {}, column {}: {}", fault.row, fault.column, fault.reason);
                }
                eprintln!("linli-relay: nothing was imported");
                return Ok(ExitCode::FAILURE);
            }
        };
        let relay = Relay::open_file(&store_path(&self.data))?;
        let imported = relay.store().write(|tx| import_divisions(tx, relay.schema(), &rows, now_ms()))?;
        println!("divisions: {} new, {} renamed, {} unchanged", imported.new, imported.renamed, imported.unchanged);
        Ok(ExitCode::SUCCESS)
    }
}
