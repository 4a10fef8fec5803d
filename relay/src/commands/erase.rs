//! `linli-relay erase`: everything held on a resident goes.

use super::held::{Held, answer};
use crate::control::{Answer, Ask};
use crate::settings::Place;
use anyhow::{Result, bail};
use clap::{Args, ValueEnum};
use sync_protocol::RecordId;
use sync_protocol::messages::ErasureReason;

/// Why somebody's data goes.
#[derive(Clone, Copy, ValueEnum)]
enum Why {
    /// They asked for it.
    Request,
    /// The time for which it may be kept is over.
    Expired,
    /// They were registered by mistake, or twice.
    Mistake,
}

#[derive(Args)]
pub struct Erase {
    #[command(flatten)]
    place: Place,
    /// The resident's id.
    #[arg(long, value_name = "ID")]
    resident: String,
    #[arg(long)]
    reason: Why,
}

impl Erase {
    pub fn run(self) -> Result<()> {
        let Ok(resident) = self.resident.parse::<RecordId>() else {
            bail!("{:?} is not an id; it looks like 019a…-…-…-…-…", self.resident);
        };
        let reason = match self.reason {
            Why::Request => ErasureReason::Request,
            Why::Expired => ErasureReason::Expired,
            Why::Mistake => ErasureReason::Mistake,
        };
        match answer(&self.place, Held::Before, Ask::Erase { resident, reason })? {
            Answer::Erased(0) => bail!("没有此人 nothing is held here on {resident}"),
            Answer::Erased(records) => {
                println!(
                    "已删除 done: {records} records. Devices drop what they hold at their next contact; backups made \
                     before now still hold it, and are to be destroyed when they are 35 days old."
                );
                Ok(())
            }
            _ => bail!("the running relay gave an answer of another version"),
        }
    }
}
