//! What an operator may ask of a store, answered alike by the running relay and by a command that holds the lock itself.

use crate::district;
use crate::enrolment;
use crate::erasing::Erasure;
use crate::importing::{Imported, import_divisions};
use crate::relay::Relay;
use crate::rights::name_of;
use crate::store::{Holder, StoredDevice, Tx};
use anyhow::{Result, anyhow, bail};
use serde::{Deserialize, Serialize};
use sync_protocol::messages::ErasureReason;
use sync_protocol::{DeviceNumber, RecordId, RecordKey};

const DAY_MS: u64 = 24 * 3_600_000;

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// A link for a person's tablet or a division's console; `relay` where the operator knows a better address.
    Code {
        person: Option<String>,
        console: Option<String>,
        minutes: u64,
        relay: Option<String>,
    },
    /// A file of divisions, as text.
    ImportDivisions {
        text: String,
    },
    /// Lets devices of another store refill this one for so many days.
    AllowRefill {
        days: u64,
    },
    /// Everything that is held on a resident goes.
    Erase {
        resident: RecordId,
        reason: ErasureReason,
    },
    Devices,
    Revoke {
        device: u32,
    },
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    Link(String),
    Imported(Imported),
    /// Until when, in milliseconds since 1970, and how many lives of the other store the ledger names.
    RefillAllowed {
        until_ms: u64,
        lives: usize,
    },
    /// So many records.
    Erased(u32),
    Devices(Vec<DeviceLine>),
    Revoked,
}

/// An enrolled device, as an operator is shown it.
#[derive(Debug, Serialize, Deserialize)]
pub struct DeviceLine {
    pub number: u32,
    /// Whose tablet it is, or which division's console.
    pub holder: String,
    pub is_revoked: bool,
    pub last_contact_ms: u64,
}

/// A store with the address at which devices find its relay.
#[derive(Clone)]
pub struct Office {
    pub relay: Relay,
    pub url_for_devices: Option<String>,
}

impl Office {
    pub fn answer(&self, ask: Ask) -> Result<Answer> {
        match ask {
            Ask::Code { person, console, minutes, relay } => {
                let url = self.address(relay)?;
                let holder = self.holder(person.as_deref(), console.as_deref())?;
                Ok(Answer::Link(self.link(&holder, minutes, &url)?))
            }
            Ask::Erase { resident, reason } => {
                let known = RecordKey::new("resident", resident);
                let is_known = self.relay.store().read(|tx| tx.record(&known))?.is_some_and(|held| !held.is_erased());
                if !is_known {
                    return Ok(Answer::Erased(0));
                }
                let erasure = Erasure::by_operator(resident, reason, self.relay.now_ms());
                Ok(Answer::Erased(self.relay.erase(&erasure)?))
            }
            Ask::ImportDivisions { text } => {
                let rows = demo_district::divisions::read_bytes(text.as_bytes())
                    .map_err(|faults| anyhow!("the file has {} faults; nothing was imported", faults.len()))?;
                let work =
                    |tx: &dyn crate::store::Tx| import_divisions(tx, self.relay.schema(), &rows, self.relay.now_ms());
                let imported = self.relay.store().write(work)?;
                self.relay.note_change();
                Ok(Answer::Imported(imported))
            }
            Ask::Devices => Ok(Answer::Devices(self.relay.store().read(device_lines)?)),
            Ask::Revoke { device } => {
                let device = DeviceNumber(device);
                if self.relay.store().read(|tx| tx.device(device))?.is_none_or(|one| one.holder == Holder::Relay) {
                    bail!("there is no device {device} here");
                }
                self.relay.revoke(device)?;
                self.relay.note_change();
                Ok(Answer::Revoked)
            }
            Ask::AllowRefill { days } => {
                let now_ms = self.relay.now_ms();
                let until_ms = now_ms.saturating_add(days.saturating_mul(DAY_MS));
                let own = self.relay.epoch();
                let lives: Vec<_> = self.relay.ledger().epochs().into_iter().map(|(epoch, _)| epoch).collect();
                let lives: Vec<_> = lives.into_iter().filter(|epoch| *epoch != own).collect();
                self.relay.store().write(|tx| district::allow_refill(tx, &lives, until_ms, now_ms))?;
                tracing::warn!(days, lives = lives.len(), "devices of another store may refill this one");
                self.relay.note_change();
                Ok(Answer::RefillAllowed { until_ms, lives: lives.len() })
            }
        }
    }

    /// The address a link names. Where devices come over TLS, a link that leads past it is refused.
    fn address(&self, asked: Option<String>) -> Result<String> {
        let has_tls = self.url_for_devices.as_deref().is_some_and(|url| url.starts_with("https://"));
        match asked.or_else(|| self.url_for_devices.clone()) {
            Some(url) if has_tls && !url.starts_with("https://") => {
                bail!("{url} is not an https address, and this relay has TLS; leave --relay out or correct it")
            }
            Some(url) => Ok(url),
            None => bail!(
                "the relay listens at every address of this machine; say which one devices use: \
                 public_url in relay.toml, or --relay"
            ),
        }
    }

    fn pin(&self) -> Result<String> {
        self.relay.authorities().pin().ok_or_else(|| {
            anyhow!(
                "a link to an https address says who vouches for the certificate there, and nobody is named: set \
                 authorities in relay.toml (linli-relay certificate makes one)"
            )
        })
    }

    fn holder(&self, person: Option<&str>, console: Option<&str>) -> Result<Holder> {
        let found = self.relay.store().read(|tx| {
            Ok(match (person, console) {
                (Some(name), _) => tx.account(name)?.map(|account| Holder::Person(account.person)),
                (_, Some(code)) => tx.division(code)?.map(|_| Holder::Console(code.to_owned())),
                (None, None) => None,
            })
        })?;
        found.ok_or_else(|| match person {
            Some(name) => anyhow!("nobody here has the sign-in name {name:?}"),
            None => anyhow!("there is no division {:?} here", console.unwrap_or_default()),
        })
    }

    fn link(&self, holder: &Holder, minutes: u64, url: &str) -> Result<String> {
        let pin = if url.starts_with("https://") { Some(self.pin()?) } else { None };
        let (code, is_demonstration) = self.relay.store().write(|tx| {
            let code = enrolment::new_code(tx, holder.clone(), minutes, self.relay.now_ms())?;
            Ok((code, district::is_demonstration(tx)?))
        })?;
        Ok(enrolment::link(url, &code, &self.relay.identity().key.public, pin.as_deref(), is_demonstration))
    }
}

fn device_lines(tx: &dyn Tx) -> crate::error::Result<Vec<DeviceLine>> {
    let line = |device: StoredDevice| {
        let holder = match &device.holder {
            Holder::Person(person) => name_of(tx, *person)?,
            Holder::Console(code) => format!("console of {code}"),
            Holder::Relay => "the relay".to_owned(),
        };
        let StoredDevice { number, is_revoked, last_contact_ms, .. } = device;
        Ok(DeviceLine { number: number.0, holder, is_revoked, last_contact_ms })
    };
    tx.devices_after(None)?.into_iter().map(|(device, _, _)| line(device)).collect()
}
