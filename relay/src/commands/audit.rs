//! `linli-relay audit`: reading the audit trail, and checking that nobody changed it. It may run beside the serving relay.

use crate::audit;
use crate::error::RelayError;
use crate::settings::{Given, Place, Settings};
use crate::store::Store;
use anyhow::Result;
use clap::{Args, Subcommand};
use std::process::ExitCode;

#[derive(Args)]
pub struct Audit {
    #[command(subcommand)]
    question: Question,
}

#[derive(Subcommand)]
enum Question {
    /// Print the entries, one JSON line each: who looked at which field of which record, when and why. Never the value.
    List {
        #[command(flatten)]
        place: Place,
        /// Only this division's chain.
        #[arg(long, value_name = "CODE")]
        division: Option<String>,
    },
    /// Check every entry against the one before it, and name the first that is not as it was written.
    Verify {
        #[command(flatten)]
        place: Place,
    },
}

impl Audit {
    pub fn run(self) -> Result<ExitCode> {
        match self.question {
            Question::List { place, division } => list(&place, division.as_deref()).map(|()| ExitCode::SUCCESS),
            Question::Verify { place } => verify(&place),
        }
    }
}

fn list(place: &Place, division: Option<&str>) -> Result<()> {
    let store = open(place)?;
    let rows = store.read(|tx| {
        let chains = tx.audit_chains()?.into_iter().filter(|chain| division.is_none_or(|wanted| wanted == chain));
        chains.map(|chain| tx.audit(&chain)).collect::<crate::error::Result<Vec<_>>>()
    })?;
    for row in rows.into_iter().flatten() {
        let hash: String = row.hash.iter().map(|byte| format!("{byte:02x}")).collect();
        let said: serde_json::Value = serde_json::from_str(&row.body)?;
        let line = serde_json::json!({
            "division": row.chain, "number": row.number, "what": row.what, "entry": said, "hash": hash,
        });
        println!("{line}");
    }
    Ok(())
}

fn verify(place: &Place) -> Result<ExitCode> {
    match open(place)?.read(audit::verify)? {
        Ok(checked) => {
            println!("audit trail: {checked} entries, each as it was written");
            Ok(ExitCode::SUCCESS)
        }
        Err(broken) => {
            eprintln!(
                "linli-relay: 审计记录被改动 audit entry {} of {}: {}",
                broken.number, broken.chain, broken.reason
            );
            Ok(ExitCode::FAILURE)
        }
    }
}

fn open(place: &Place) -> Result<Box<dyn Store>> {
    let settings = Settings::read(place, Given::from_environment()?)?;
    if !settings.store.is_there()? {
        return Err(RelayError::NoStore(settings.store.to_string()).into());
    }
    Ok(settings.store.open()?)
}
