//! Where a PostgreSQL store is, as an operator writes it.
//!
//! Invariants:
//! - Without TLS the database is on this machine; a line to another is encrypted, to a server the operator vouches for.
//! - The password is never shown.

use super::tls::Tls;
use anyhow::{Context, Result, bail};
use std::fmt;
use std::path::Path;
use std::time::Duration;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};

/// What the server itself ends: a statement, a wait for another's lock, a transaction whose relay is gone.
const OPTIONS: &str =
    "-c statement_timeout=60s -c lock_timeout=20s -c idle_in_transaction_session_timeout=60s -c jit=off";
/// A line that is dead in the middle is noticed after this long.
const LINE_DEAD_AFTER: Duration = Duration::from_secs(15);
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
pub const SCHEMES: [&str; 2] = ["postgres://", "postgresql://"];

/// A database and one district's place in it.
#[derive(Clone)]
pub struct Address {
    pub config: Config,
    pub tls: Option<Tls>,
    pub district: String,
}

impl Address {
    pub fn read(url: &str, district: &str, authority: Option<&Path>) -> Result<Self> {
        // The parser's own words do not repeat the URL, which holds a password.
        let mut config: Config = url.parse().context("store is no address of a PostgreSQL database")?;
        if config.get_dbname().is_none() {
            bail!("store names no database: postgres://USER@HOST/DATABASE");
        }
        if config.get_hosts().is_empty() {
            bail!("store names no host: postgres://USER@HOST/DATABASE");
        }
        if district.is_empty() || !district.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') {
            bail!("store_district {district:?} must be letters, digits, - and _");
        }
        let tls = authority.map(Tls::read).transpose()?;
        if tls.is_none() && !config.get_hosts().iter().all(is_here) {
            bail!(
                "the database is on another machine, and without TLS anybody between could read along; say in \
                 store_authority (relay.toml) which certificate vouches for it"
            );
        }
        config.ssl_mode(if tls.is_some() { SslMode::Require } else { SslMode::Disable });
        config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        config.connect_timeout(CONNECT_WITHIN).tcp_user_timeout(LINE_DEAD_AFTER).keepalives_idle(LINE_DEAD_AFTER);
        let options = config.get_options().map_or_else(|| OPTIONS.to_owned(), |given| format!("{OPTIONS} {given}"));
        config.options(options);
        if config.get_application_name().is_none() {
            config.application_name("linli-relay");
        }
        Ok(Self { config, tls, district: district.to_owned() })
    }
}

fn is_here(host: &Host) -> bool {
    match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => name == "localhost" || name.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback()),
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = |host: &Host| match host {
            Host::Tcp(name) => name.clone(),
            Host::Unix(path) => path.display().to_string(),
        };
        let hosts: Vec<String> = self.config.get_hosts().iter().map(host).collect();
        let database = self.config.get_dbname().unwrap_or_default();
        write!(f, "postgres://{}/{database} ({})", hosts.join(","), self.district)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(url: &str) -> String {
        format!("{:#}", Address::read(url, "main", None).err().unwrap())
    }

    #[test]
    fn an_address_says_where_and_never_the_password() {
        let address = Address::read("postgres://linli:hunter2@127.0.0.1:5433/relay", "340603", None).unwrap();
        assert_eq!(address.to_string(), "postgres://127.0.0.1/relay (340603)");
        assert!(!format!("{address:?}").contains("hunter2"));
        assert!(Address::read("postgres://linli@%2Fvar%2Frun%2Fpostgresql/relay", "main", None).is_ok());
    }

    #[test]
    fn a_database_elsewhere_needs_tls_and_a_wrong_address_is_told_without_repeating_it() {
        assert!(fault("postgres://linli:hunter2@10.0.0.9/relay").contains("store_authority"));
        assert!(fault("postgres://linli:hunter2@127.0.0.1").contains("names no database"));
        let wrong = fault("postgres://linli:hunter2@127.0.0.1:port/relay");
        assert!(wrong.contains("no address") && !wrong.contains("hunter2"), "{wrong}");
    }
}
