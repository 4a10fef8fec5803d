//! `linli-relay devices` and `linli-relay revoke`: what was enrolled, and what may never call again.

use super::held::{self, Held};
use crate::control::{Answer, Ask};
use crate::settings::Place;
use anyhow::{Result, bail};
use clap::Args;
use sync_protocol::day::time_text;

#[derive(Args)]
pub struct Devices {
    #[command(flatten)]
    place: Place,
}

impl Devices {
    pub fn run(self) -> Result<()> {
        let Answer::Devices(devices) = held::answer(&self.place, Held::Before, Ask::Devices)? else {
            bail!("the running relay answered something else");
        };
        println!("{:>8}  {:<20}  {:<24}  holder", "number", "state", "last contact");
        for device in devices {
            let state = if device.is_revoked { "removed" } else { "in use" };
            println!("{:>8}  {state:<20}  {:<24}  {}", device.number, time_text(device.last_contact_ms), device.holder);
        }
        Ok(())
    }
}

/// A removed device is refused at its next call and at every later one, whatever backup is put back. What it has not sent
/// stays on it.
#[derive(Args)]
pub struct Revoke {
    #[command(flatten)]
    place: Place,
    /// The device's number, as `linli-relay devices` shows it.
    #[arg(long)]
    device: u32,
}

impl Revoke {
    pub fn run(self) -> Result<()> {
        match held::answer(&self.place, Held::Before, Ask::Revoke { device: self.device })? {
            Answer::Revoked => println!("device {} is removed", self.device),
            _ => bail!("the running relay answered something else"),
        }
        Ok(())
    }
}
