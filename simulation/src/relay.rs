//! The relay of a run: the product's own judging, placing and pulling over a real SQLite file, asked without a wire.
//!
//! Two things are left out: signatures, which would take most of a run's time and have tests of their own, and HTTP.

use crate::town;
use anyhow::Result;
use linli_relay::accept::{Draft, Pushed, accept, write_own};
use linli_relay::error::RelayError;
use linli_relay::heads::Heads;
use linli_relay::placing::Register;
use linli_relay::relay::{Relay, store_path};
use linli_relay::store::{Holder, NewDevice, StoredEdit, StoredRecord, Tx};
use linli_relay::{digests, district, pull, rights};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use sync_client::round::exchange::{Answer, Ask};
use sync_protocol::messages::{ChainEnd, Me, PushAnswer};
use sync_protocol::record::Accepted;
use sync_protocol::routes::Placement;
use sync_protocol::{DeviceNumber, Edit, Grant, RecordId, RecordKey, RecordState, day};

pub struct RelayNode {
    pub relay: Relay,
}

impl RelayNode {
    /// A new store with the town in it.
    pub fn found(folder: &Path, now_ms: u64) -> Result<Self> {
        let relay = Relay::open_file(&store_path(folder))?;
        let drafts = || {
            let draft = |(kind, id, fields): town::Record| Draft {
                kind: kind.to_owned(),
                id,
                author: None,
                create: true,
                fields: fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
            };
            town::records().into_iter().map(draft).collect()
        };
        relay.store().write(|tx| {
            district::set_code(tx, town::DISTRICT)?;
            write_own(tx, relay.schema(), drafts(), now_ms)
        })?;
        Ok(Self { relay })
    }

    pub fn open(folder: &Path) -> Result<Self> {
        Ok(Self { relay: Relay::open_file(&store_path(folder))? })
    }

    /// A copy of the store as it is now. Nobody writes meanwhile, so its files are of one moment.
    pub fn back_up(&self, from: &Path, to: &Path) -> Result<()> {
        crate::world::copy_folder(from, to)
    }

    /// The store of a backup in a new life.
    pub fn restore(folder: &Path) -> Result<Self> {
        let before = Relay::open_file(&store_path(folder))?;
        before.store().write(|tx| district::new_epoch(tx))?;
        drop(before);
        Self::open(folder)
    }

    pub fn enrol(&self, holder: Holder, token: u8, now_ms: u64) -> Result<DeviceNumber> {
        let device = NewDevice {
            holder,
            key: String::new(),
            token_hash: [token; 32],
            app_version: "simulation".to_owned(),
            now_ms,
        };
        Ok(self.relay.store().write(|tx| tx.add_device(&device))?)
    }

    /// Answers one question as the routes do. `signed_in` are the people at a console.
    pub fn answer(
        &self,
        device: DeviceNumber,
        signed_in: &BTreeSet<RecordId>,
        ask: &Ask,
        now_ms: u64,
    ) -> Result<Answer, RelayError> {
        let store = self.relay.store();
        let epoch = self.relay.epoch();
        let caller = store.read(|tx| tx.device(device))?;
        let caller = caller.ok_or_else(|| RelayError::Damaged("a device that was never enrolled".to_owned()))?;
        let today = day::day_of(now_ms);
        match ask {
            Ask::Push(request) => {
                pull::check_epoch(request.epoch, epoch)?;
                let pushed = Pushed::read(request.clone())?;
                let outcomes =
                    store.write(|tx| accept(tx, self.relay.schema(), &caller, &pushed, signed_in, now_ms))?;
                Ok(Answer::Push(PushAnswer { epoch, outcomes, enrol_again: false, now_ms }))
            }
            Ask::Me(of) => {
                let grants = store.read(|tx| rights::grants_of(tx, &caller.holder, &today))?;
                Ok(Answer::Me(Me {
                    device,
                    person: None,
                    epoch,
                    demonstration: true,
                    grants_version: rights::grants_version(&grants),
                    last: caller.head.map(|(number, edit)| ChainEnd { number, edit }),
                    backed_up: None,
                    restored: match of.filter(|of| *of != epoch) {
                        Some(of) => {
                            let granted = rights::Granted::new(grants.clone());
                            store.read(|tx| district::restored_since(tx, of, &granted, now_ms))?
                        }
                        None => None,
                    },
                    grants,
                    enrol_again: false,
                    now_ms,
                }))
            }
            Ask::Pull(request) => {
                pull::check(request, epoch)?;
                let page = store.read(|tx| {
                    let grants = rights::grants_of(tx, &caller.holder, &today)?;
                    if let Some(standing) = request.standing.as_ref().filter(|_| request.cursors.is_empty()) {
                        let granted = rights::Granted::new(grants);
                        return Ok(pull::compare(standing, &Heads::read(tx)?, &granted, epoch, now_ms));
                    }
                    pull::page(tx, request, &grants, epoch, now_ms)
                })?;
                Ok(Answer::Pull(page))
            }
            Ask::Compare(request) => {
                let answer = store.read(|tx| {
                    let granted = rights::Granted::new(rights::grants_of(tx, &caller.holder, &today)?);
                    digests::compare(tx, request, &granted, epoch, now_ms)
                })?;
                Ok(Answer::Compare(answer))
            }
        }
    }

    /// A record that an edit's place depends on and that is not here.
    pub fn missing_parent(&self, edit: &Edit) -> Result<Option<RecordKey>> {
        let missing = |tx: &dyn Tx| Register::new(tx, self.relay.schema(), town::DISTRICT).missing_parent(edit);
        Ok(self.relay.store().read(missing)?)
    }

    /// Where a record belongs, worked out anew.
    pub fn place(&self, state: &RecordState) -> Result<Placement> {
        let place = |tx: &dyn Tx| Register::new(tx, self.relay.schema(), town::DISTRICT).place(state);
        Ok(self.relay.store().read(place)?)
    }

    pub fn grants(&self, holder: &Holder, now_ms: u64) -> Result<Vec<Grant>> {
        Ok(self.relay.store().read(|tx| rights::grants_of(tx, holder, &day::day_of(now_ms)))?)
    }

    pub fn edits(&self, device: DeviceNumber) -> Result<BTreeMap<u32, StoredEdit>> {
        let edits = self.relay.store().read(|tx| tx.edits_numbered(device, 1, u32::MAX))?;
        Ok(edits.into_iter().map(|edit| (edit.edit.number, edit)).collect())
    }

    pub fn record(&self, key: &RecordKey) -> Result<Option<StoredRecord>> {
        Ok(self.relay.store().read(|tx| tx.record(key))?)
    }

    pub fn accepted(&self, key: &RecordKey) -> Result<Vec<Accepted>> {
        Ok(self.relay.store().read(|tx| tx.accepted_edits(key))?)
    }
}
