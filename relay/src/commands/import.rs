//! `linli-relay import`: data from files, all or nothing.

use super::held::{self, Held};
use crate::control::{Answer, Ask};
use crate::settings::Place;
use anyhow::{Context, Result, bail};
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub struct Import {
    /// The store is made when there is none.
    #[command(flatten)]
    place: Place,
    /// Districts, streets, communities and grids: columns code, name, level, parent.
    #[arg(long, value_name = "FILE.csv")]
    divisions: PathBuf,
}

impl Import {
    pub fn run(self) -> Result<ExitCode> {
        let file = self.divisions.display();
        let bytes = std::fs::read(&self.divisions)
            .with_context(|| format!("{file} cannot be read; check that it is there and that this user may read it"))?;
        // Read here first, so that faults are told with the file's own name, whoever imports it.
        if let Err(faults) = demo_district::divisions::read_bytes(&bytes) {
            for fault in &faults {
                let told = demo_district::divisions::sentence(&fault.reason);
                eprintln!("{file}: row {}, column {}: {} ({told})", fault.row, fault.column, fault.reason);
            }
            eprintln!("linli-relay: 没有导入任何内容 nothing was imported");
            return Ok(ExitCode::FAILURE);
        }
        let text = String::from_utf8(bytes).with_context(|| format!("{file} is not UTF-8; save it again as UTF-8"))?;
        let Answer::Imported(imported) = held::answer(&self.place, Held::Made, Ask::ImportDivisions { text })? else {
            bail!("the running relay answered something else");
        };
        println!("divisions: {} new, {} renamed, {} unchanged", imported.new, imported.renamed, imported.unchanged);
        Ok(ExitCode::SUCCESS)
    }
}
