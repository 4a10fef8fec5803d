//! `linli-relay allow-refill`: a store that took another's place takes what that one's devices hold.

use super::held::{self, Held};
use crate::control::{Answer, Ask};
use crate::settings::Place;
use anyhow::{Result, bail};
use clap::Args;
use sync_protocol::day::time_text;

/// After a store was emptied or lost without a backup. Until this is said, its devices stop, keep everything and tell
/// people to ask the administrator: they cannot know whether the relay at their address is still theirs.
#[derive(Args)]
pub struct AllowRefill {
    #[command(flatten)]
    place: Place,
    /// For how many days devices may come whose store the ledger does not name.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=365))]
    days: u64,
}

impl AllowRefill {
    pub fn run(self) -> Result<()> {
        match held::answer(&self.place, Held::Before, Ask::AllowRefill { days: self.days })? {
            Answer::RefillAllowed { until_ms, lives } => println!(
                "until {} devices of another store hand over what they hold of their own; the ledger names {lives} \
                 lives of it, whose devices may also come later",
                time_text(until_ms)
            ),
            _ => bail!("the running relay answered something else"),
        }
        Ok(())
    }
}
