//! `linli-relay code`: the link that enrols one device.

use super::held::{self, Held};
use crate::control::{Answer, Ask};
use crate::settings::Place;
use anyhow::{Result, bail};
use clap::Args;

#[derive(Args)]
pub struct Code {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    holder: ForWhom,
    /// How long the code holds; 0 gives one that has expired already.
    #[arg(long, default_value_t = 10)]
    minutes: u64,
    /// Where the device will find the relay. [default: public_url of relay.toml, or where the relay listens]
    #[arg(long)]
    relay: Option<String>,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
struct ForWhom {
    /// The sign-in name of the person whose tablet it will be.
    #[arg(long)]
    person: Option<String>,
    /// The code of the division whose console it will be.
    #[arg(long)]
    console: Option<String>,
}

impl Code {
    pub fn run(self) -> Result<()> {
        let ForWhom { person, console } = self.holder;
        let ask = Ask::Code { person, console, minutes: self.minutes, relay: self.relay };
        match held::answer(&self.place, Held::Before, ask)? {
            Answer::Link(link) => println!("{link}"),
            _ => bail!("the running relay answered something else"),
        }
        Ok(())
    }
}
