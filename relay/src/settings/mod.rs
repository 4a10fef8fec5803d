//! What an operator set: flags first, then the environment (clap reads both), then `relay.toml`, then what is built in.
//!
//! Invariants:
//! - A key nobody knows is an error: a limit that was misspelled would silently not hold.
//! - Plain HTTP is spoken to this machine only; without a certificate no other address is listened at.

mod limits;

pub use limits::Limits;

use crate::backups::sealed::Recipient;
use crate::ledger::LedgerPlace;
use crate::store::place::StorePlace;
use crate::store::postgres::{Address, SCHEMES};
use anyhow::{Context, Result, bail};
use clap::{Args, Parser, ValueEnum};
use serde::Deserialize;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

/// Read from the data folder when nobody names another file.
const FILE_NAME: &str = "relay.toml";
/// The name of the district in a database that holds no other.
const DEFAULT_DISTRICT: &str = "district";
const DEFAULT_LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 7400);

/// Where the store is, and where settings about it are written down.
#[derive(Args, Clone)]
pub struct Place {
    /// The folder with the store.
    #[arg(long, env = "LINLI_RELAY_DATA")]
    pub data: PathBuf,
    /// Settings; relay.toml in the data folder when not said.
    #[arg(long, env = "LINLI_RELAY_CONFIG", value_name = "FILE.toml")]
    pub config: Option<PathBuf>,
    /// Where the store is: postgres://USER@HOST/DATABASE. [default: a file in the data folder]
    #[arg(long, env = "LINLI_RELAY_STORE", value_name = "URL", hide_env_values = true)]
    pub store: Option<String>,
    /// The folder of the ledger, which no backup holds; best on another disk. [default: `ledger` in the data folder]
    #[arg(long, env = "LINLI_RELAY_LEDGER", value_name = "FOLDER")]
    pub ledger: Option<PathBuf>,
}

/// Settings that a flag or the environment may give; each goes before the file's.
#[derive(Args, Clone, Default)]
pub struct Given {
    /// Where to listen. Without TLS only addresses of this machine. [default: 127.0.0.1:7400]
    #[arg(long, env = "LINLI_RELAY_LISTEN")]
    listen: Option<SocketAddr>,
    /// The address under which devices find the relay; enrolment links name it.
    #[arg(long, env = "LINLI_RELAY_PUBLIC_URL", value_name = "URL")]
    public_url: Option<String>,
    /// The relay's certificate and those that vouch for it, as PEM.
    #[arg(long, env = "LINLI_RELAY_TLS_CERTIFICATE", value_name = "FILE.pem")]
    tls_certificate: Option<PathBuf>,
    /// The certificate's private key, as PEM.
    #[arg(long, env = "LINLI_RELAY_TLS_KEY", value_name = "FILE.pem")]
    tls_key: Option<PathBuf>,
    /// How the log is written. [default: text on a terminal, else json]
    #[arg(long, env = "LINLI_RELAY_LOG")]
    log: Option<LogFormat>,
}

impl Given {
    /// For commands that have none of these flags themselves: what the environment says.
    pub fn from_environment() -> Result<Self> {
        #[derive(clap::Parser)]
        struct OnlyEnvironment {
            #[command(flatten)]
            given: Given,
        }
        let read = OnlyEnvironment::try_parse_from(["linli-relay"]);
        Ok(read.context("the environment holds a setting that is none")?.given)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    Text,
    Json,
}

#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsFiles {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    listen: Option<SocketAddr>,
    public_url: Option<String>,
    authorities: Vec<PathBuf>,
    log: Option<LogFormat>,
    store: Option<String>,
    store_district: Option<String>,
    store_authority: Option<PathBuf>,
    blobs: Option<PathBuf>,
    ledger: Option<PathBuf>,
    backup_key: Option<String>,
    tls: Option<TlsFiles>,
    limits: Limits,
}

/// What holds, whoever said it.
#[derive(Clone, Debug)]
pub struct Settings {
    pub listen: SocketAddr,
    public_url: Option<String>,
    /// Who vouches for the certificate devices meet; empty where that is the end of the relay's own chain.
    pub authorities: Vec<PathBuf>,
    pub tls: Option<TlsFiles>,
    pub log: Option<LogFormat>,
    pub store: StorePlace,
    /// The folder of photos. Relays of one database need one that all of them reach.
    pub blobs: PathBuf,
    /// What no restore may undo. Relays of one database need one folder for it as well.
    pub ledger: LedgerPlace,
    /// Whom backups are sealed to.
    pub backup_key: Option<Recipient>,
    pub limits: Limits,
}

impl Settings {
    pub fn read(place: &Place, given: Given) -> Result<Self> {
        let file = match &place.config {
            Some(path) => read_file(path)?,
            None => {
                let path = place.data.join(FILE_NAME);
                if path.exists() { read_file(&path)? } else { File::default() }
            }
        };
        let tls = match (given.tls_certificate, given.tls_key) {
            (Some(certificate), Some(key)) => Some(TlsFiles { certificate, key }),
            (None, None) => file.tls,
            _ => bail!("TLS needs both --tls-certificate and --tls-key (or LINLI_RELAY_TLS_CERTIFICATE and _KEY)"),
        };
        let store = match place.store.clone().or(file.store) {
            None => StorePlace::in_folder(&place.data),
            Some(url) if SCHEMES.iter().any(|scheme| url.starts_with(scheme)) => {
                let district = file.store_district.as_deref().unwrap_or(DEFAULT_DISTRICT);
                StorePlace::Postgres(Box::new(Address::read(&url, district, file.store_authority.as_deref())?))
            }
            Some(_) => bail!(
                "store must begin with postgres://; without it the store is a file in the data folder (to put that \
                 elsewhere, use --data)"
            ),
        };
        let backup_key = file.backup_key.as_deref().map(|text| {
            Recipient::read(text)
                .with_context(|| format!("backup_key {text:?} is none; `linli-relay backup-key` makes one"))
        });
        let settings = Self {
            store,
            ledger: match place.ledger.clone().or(file.ledger) {
                Some(folder) => LedgerPlace::new(&folder, &place.data),
                None => LedgerPlace::in_folder(&place.data),
            },
            backup_key: backup_key.transpose()?,
            blobs: file.blobs.unwrap_or_else(|| place.data.join("blobs")),
            listen: given.listen.or(file.listen).unwrap_or(DEFAULT_LISTEN),
            public_url: given.public_url.or(file.public_url),
            authorities: file.authorities,
            tls,
            log: given.log.or(file.log),
            limits: file.limits,
        };
        settings.check()?;
        Ok(settings)
    }

    fn check(&self) -> Result<()> {
        self.limits.check()?;
        if self.tls.is_none() && !self.listen.ip().is_loopback() {
            bail!(
                "{} can be reached from other machines, and without TLS anybody there could read along; \
                 use 127.0.0.1, or give a certificate ([tls] in relay.toml, or --tls-certificate and --tls-key)",
                self.listen
            );
        }
        let scheme = self.scheme();
        match &self.public_url {
            // A proxy of the operator's own may add TLS in front of a relay that listens on this machine.
            Some(url) if self.tls.is_none() && url.starts_with("https://") => Ok(()),
            Some(url) if !url.starts_with(&format!("{scheme}://")) => {
                bail!("public_url {url:?} must begin with {scheme}://")
            }
            _ => Ok(()),
        }
    }

    fn scheme(&self) -> &'static str {
        if self.tls.is_some() { "https" } else { "http" }
    }

    /// The address at which the relay answers, as its log and standard output say it.
    pub fn own_url(&self, address: SocketAddr) -> String {
        format!("{}://{address}", self.scheme())
    }

    /// The address for enrolment links; `None` where only the operator can know it.
    pub fn url_for_devices(&self, address: SocketAddr) -> Option<String> {
        match &self.public_url {
            Some(url) => Some(url.clone()),
            None if address.ip().is_unspecified() => None,
            None => Some(self.own_url(address)),
        }
    }
}

fn read_file(path: &Path) -> Result<File> {
    let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let mut file: File = toml::from_str(&text).with_context(|| format!("{} is not right", path.display()))?;
    // Files beside relay.toml are named as seen from there, wherever the relay was started.
    if let Some(folder) = path.parent() {
        let of_tls = file.tls.iter_mut().flat_map(|tls| [&mut tls.certificate, &mut tls.key]);
        let of_store = file.store_authority.iter_mut().chain(&mut file.blobs).chain(&mut file.ledger);
        for named in of_tls.chain(&mut file.authorities).chain(of_store) {
            *named = folder.join(&*named);
        }
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(text: &str, given: Given) -> Result<Settings> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE_NAME), text).unwrap();
        Settings::read(&Place { data: folder.path().to_owned(), config: None, store: None, ledger: None }, given)
    }

    fn fault(text: &str, given: Given) -> String {
        format!("{:#}", settings(text, given).err().unwrap())
    }

    #[test]
    fn a_store_is_a_file_unless_a_database_is_named() {
        assert!(matches!(settings("", Given::default()).unwrap().store, StorePlace::File(_)));
        let url = "store = \"postgres://linli:secret@127.0.0.1/relay\"\nstore_district = \"340603\"";
        let named = settings(url, Given::default()).unwrap();
        assert_eq!(named.store.to_string(), "postgres://127.0.0.1/relay (340603)");
        assert!(fault("store = \"mysql://here/relay\"", Given::default()).contains("must begin with postgres://"));
        let far = fault("store = \"postgres://linli@db.example.org/relay\"", Given::default());
        assert!(far.contains("store_authority"), "{far}");
    }

    #[test]
    fn a_flag_goes_before_the_file_and_the_file_before_what_is_built_in() {
        assert_eq!(settings("", Given::default()).unwrap().listen, DEFAULT_LISTEN);
        let file = "listen = \"127.0.0.1:7500\"\nlog = \"json\"\n[limits]\nconnections = 5\n";
        let read = settings(file, Given::default()).unwrap();
        assert_eq!((read.listen.port(), read.log, read.limits.connections), (7500, Some(LogFormat::Json), 5));
        let given = Given { listen: Some("127.0.0.1:7600".parse().unwrap()), ..Given::default() };
        assert_eq!(settings(file, given).unwrap().listen.port(), 7600);
    }

    #[test]
    fn the_example_says_what_holds_unsaid() {
        let (example, unsaid) = (include_str!("../../relay.example.toml"), settings("", Given::default()).unwrap());
        let read = settings(example, Given::default()).unwrap();
        // Each was read in a folder of its own, and says so in its paths.
        let said = |settings: &Settings| {
            let (data, text) = (Path::new(&settings.blobs).parent().map(Path::to_owned), format!("{settings:?}"));
            let text = text.replace(&settings.ledger.file, "FILE");
            data.map_or_else(|| text.clone(), |data| text.replace(&data.display().to_string(), "DATA"))
        };
        assert_eq!(said(&read), said(&unsaid));
        // Also with every line in force it is a file the relay reads.
        let whole: String = example
            .lines()
            .map(|line| {
                line.strip_prefix("# ")
                    // The authority's certificate is read at once, and here is none.
                    .filter(|rest| (rest.contains(" = ") && !rest.contains("store_authority")) || rest.starts_with('['))
                    .unwrap_or(line)
                    .to_owned()
                    + "\n"
            })
            .collect();
        assert!(settings(&whole, Given::default()).unwrap().tls.is_some());
    }

    #[test]
    fn what_cannot_hold_is_said_in_words() {
        assert!(fault("listne = 1", Given::default()).contains("listne"));
        assert!(fault("listen = \"0.0.0.0:7400\"", Given::default()).contains("without TLS"));
        assert!(fault("[limits]\nconnections = 0", Given::default()).contains("limits.connections"));
        assert!(fault("[tls]\ncertificate = \"a.pem\"", Given::default()).contains("key"));
        let half = Given { tls_key: Some("k.pem".into()), ..Given::default() };
        assert!(fault("", half).contains("both"));
        let tls = "public_url = \"http://relay\"\n[tls]\ncertificate = \"a.pem\"\nkey = \"b.pem\"";
        assert!(fault(tls, Given::default()).contains("https://"));
    }

    #[test]
    fn links_name_an_address_that_devices_can_reach() {
        let tls = "listen = \"0.0.0.0:7400\"\n[tls]\ncertificate = \"a.pem\"\nkey = \"b.pem\"";
        let read = settings(tls, Given::default()).unwrap();
        assert_eq!(read.url_for_devices(read.listen), None);
        let read = settings(&format!("public_url = \"https://relay.example\"\n{tls}"), Given::default()).unwrap();
        assert_eq!(read.url_for_devices(read.listen).as_deref(), Some("https://relay.example"));
        let read = settings("", Given::default()).unwrap();
        assert_eq!(read.url_for_devices(read.listen).as_deref(), Some("http://127.0.0.1:7400"));
    }
}
