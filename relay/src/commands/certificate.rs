//! `linli-relay certificate`: what the relay needs to speak TLS, made by the district itself.

use crate::certificates::{Wanted, make};
use crate::clock::now_ms;
use anyhow::Result;
use clap::Args;
use std::path::PathBuf;

/// Makes relay.pem and relay.key, and the first time an authority and its spare. Again, it renews the relay's own.
#[derive(Args)]
pub struct Certificate {
    /// The names or addresses under which devices reach the relay, with a comma between.
    #[arg(long, value_delimiter = ',', required = true, value_name = "NAME,...")]
    names: Vec<String>,
    /// The folder for the files.
    #[arg(long, value_name = "FOLDER")]
    into: PathBuf,
    /// How many days the relay's certificate holds.
    #[arg(long, default_value_t = 397)]
    days: u32,
    /// Lets the spare authority take over, and makes a new spare. Devices that met the relay since the spare was
    /// announced go on without noticing; others enrol again.
    #[arg(long)]
    change_authority: bool,
}

impl Certificate {
    pub fn run(self) -> Result<()> {
        let wanted = Wanted { names: &self.names, days: self.days, change_authority: self.change_authority };
        let made = make(&self.into, &wanted, now_ms())?;
        // relay.toml names files as seen from its own folder, so this one is named in full.
        let folder = std::path::absolute(&self.into)?;
        let folder = folder.display();
        println!(
            "relay.pem, relay.key: 中继的证书 the relay's certificate, for {}, until {}",
            self.names.join(", "),
            made.until
        );
        if made.new_authority {
            println!(
                "authority.pem, spare-authority.pem: 本区的证书机构和备用机构 the district's authority and its spare, for ten years"
            );
        }
        if made.changed_authority {
            println!(
                "备用机构已接任 the spare authority took over; a new spare was made, the old one is former-authority"
            );
        }
        println!(
            "\n写进 relay.toml，然后重启中继 Put this into relay.toml and restart the relay:\n\n\
             authorities = [\"{folder}/authority.pem\", \"{folder}/spare-authority.pem\"]\n\n\
             [tls]\ncertificate = \"{folder}/relay.pem\"\nkey = \"{folder}/relay.key\"\n\n\
             把 authority.key 和 spare-authority.key 移到别处保管 Move authority.key and spare-authority.key to two safe \
             places off this machine; they are needed only to renew (authority.key) and to change the authority."
        );
        Ok(())
    }
}
