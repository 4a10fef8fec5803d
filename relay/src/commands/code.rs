//! `linli-relay code`: the link that enrols one device.

use crate::clock::now_ms;
use crate::relay::Relay;
use crate::store::Holder;
use crate::{district, enrolment};
use anyhow::{Result, bail};
use clap::Args;
use std::path::PathBuf;

#[derive(Args)]
pub struct Code {
    /// The folder with the store.
    #[arg(long)]
    data: PathBuf,
    #[command(flatten)]
    holder: ForWhom,
    /// How long the code holds; 0 gives one that has expired already.
    #[arg(long, default_value_t = 10)]
    minutes: u64,
    /// Where the device will find the relay.
    #[arg(long, default_value = "http://127.0.0.1:7400")]
    relay: String,
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
        let relay = Relay::open(&self.data)?;
        let Some(holder) = self.holder(&relay)? else {
            match (&self.holder.person, &self.holder.console) {
                (Some(name), _) => bail!("nobody here has the sign-in name {name:?}"),
                (_, code) => bail!("there is no division {:?} here", code.as_deref().unwrap_or_default()),
            }
        };
        let (code, is_demonstration) = relay.store().write(|tx| {
            let code = enrolment::new_code(tx, holder.clone(), self.minutes, now_ms())?;
            Ok((code, district::is_demonstration(tx)?))
        })?;
        println!("{}", enrolment::link(&self.relay, &code, &relay.identity().key.public, is_demonstration));
        Ok(())
    }

    fn holder(&self, relay: &Relay) -> Result<Option<Holder>> {
        let holder = relay.store().read(|tx| {
            Ok(match (&self.holder.person, &self.holder.console) {
                (Some(name), _) => tx.account(name)?.map(|account| Holder::Person(account.person)),
                (_, Some(code)) => tx.division(code)?.map(|_| Holder::Console(code.clone())),
                (None, None) => None,
            })
        })?;
        Ok(holder)
    }
}
