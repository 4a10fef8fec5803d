//! A store made of given things only, and the devices that ask it.

use linli_relay::accept::{Draft, Pushed, accept, write_own};
use linli_relay::error::RelayError;
use linli_relay::heads::Heads;
use linli_relay::keys::{KeyPair, code_hash};
use linli_relay::relay::{Relay, store_path};
use linli_relay::store::{Holder, NewDevice, OneTimeCode, Tx};
use linli_relay::{digests, district, enrolment, pull, rights};
use serde::Serialize;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use sync_protocol::edit::chain_ids;
use sync_protocol::messages::{
    ChainEnd, CompareRequest, EnrolAnswer, EnrolRequest, Me, Outcome, Person, PullRequest, PushAnswer, PushRequest,
    enrol_proof,
};
use sync_protocol::{
    Channel, Code, DeviceNumber, Edit, EditId, Epoch, FieldEdit, Grant, RecordId, RecordKey, Stamp, Value, canonical,
    day,
};

pub const DISTRICT: &str = "340603";
pub const COMMUNITY: &str = "340603002001";
pub const GRID: &str = "340603002001001";
pub const OTHER_GRID: &str = "340603002001002";

/// Nine in Shanghai on 2026-11-23.
pub const NINE: u64 = 1_795_395_600_000;
pub const RECEIPT_KEY: [u8; 32] = [5; 32];
const RELAY_SECRET: [u8; 32] = [6; 32];

pub fn id(n: u8) -> RecordId {
    RecordId::from_bytes([n; 16])
}

pub fn epoch(n: u8) -> Epoch {
    Epoch::from_bytes([n; 16])
}

pub fn key(kind: &str, n: u8) -> RecordKey {
    RecordKey::new(kind, id(n))
}

pub struct Stage {
    pub relay: Relay,
    folder: tempfile::TempDir,
    now: u64,
    pub recorded: Vec<Json>,
}

/// A device as it is at the other end: its key, and its chain so far.
#[derive(Clone)]
pub struct Device {
    pub number: DeviceNumber,
    pub author: u8,
    secret: [u8; 32],
    pub last: Option<EditId>,
    next: u32,
    pub outcomes: BTreeMap<u32, Outcome>,
}

type Given<'a> = (&'a str, Value, &'a [Stamp]);

impl Stage {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let relay = Relay::open_file(&store_path(folder.path())).unwrap();
        let given = |tx: &dyn Tx| {
            tx.put_meta("relay_key", &RELAY_SECRET)?;
            tx.put_meta("receipt_key", &RECEIPT_KEY)?;
            district::set_code(tx, DISTRICT)
        };
        relay.store().write(given).unwrap();
        let stage = Self { relay, folder, now: NINE, recorded: Vec::new() };
        stage.in_epoch(1)
    }

    /// Begins a new life of the store, as a restore does.
    pub fn in_epoch(self, n: u8) -> Self {
        let begun = |tx: &dyn Tx| {
            tx.begin_epoch(epoch(n), NINE)?;
            tx.put_meta("epoch", epoch(n).to_string().as_bytes())
        };
        self.relay.store().write(begun).unwrap();
        self.reopened()
    }

    fn reopened(self) -> Self {
        let Self { relay, folder, now, recorded } = self;
        drop(relay);
        let relay = Relay::open_file(&store_path(folder.path())).unwrap();
        Self { relay, folder, now, recorded }
    }

    /// What the store's file is now, to come back to.
    pub fn backup(&self) -> tempfile::TempDir {
        let copy = tempfile::tempdir().unwrap();
        for file in std::fs::read_dir(self.folder.path()).unwrap().flatten().filter(|file| file.path().is_file()) {
            std::fs::copy(file.path(), copy.path().join(file.file_name())).unwrap();
        }
        copy
    }

    pub fn restored(self, backup: tempfile::TempDir, n: u8) -> Self {
        let Self { relay, folder, now, recorded } = self;
        drop((relay, folder));
        let relay = Relay::open_file(&store_path(backup.path())).unwrap();
        Self { relay, folder: backup, now, recorded }.in_epoch(n)
    }

    /// Writes records of the relay's own.
    pub fn import(&self, records: &[(&str, u8, Vec<(&str, Value)>)]) {
        let draft = |(kind, n, fields): &(&str, u8, Vec<(&str, Value)>)| Draft {
            kind: (*kind).to_owned(),
            id: id(*n),
            author: None,
            create: true,
            fields: fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
        };
        let work = |tx: &dyn Tx| write_own(tx, self.relay.schema(), records.iter().map(draft).collect(), self.now);
        self.relay.store().write(work).unwrap();
    }

    /// A device that was enrolled already.
    pub fn device(&self, holder: Holder, author: u8, secret: u8) -> Device {
        let new = NewDevice {
            holder,
            key: KeyPair::from_secret(&[secret; 32]).unwrap().public,
            token_hash: [secret; 32],
            app_version: "0".into(),
            now_ms: self.now,
        };
        let number = self.relay.store().write(|tx| tx.add_device(&new)).unwrap();
        Device { number, author, secret: [secret; 32], last: None, next: 1, outcomes: BTreeMap::new() }
    }

    pub fn put_code(&self, code: &str, person: u8, expires_ms: u64) {
        let code = OneTimeCode { hash: code_hash(code), holder: Holder::Person(id(person)), expires_ms, used_by: None };
        self.relay.store().write(|tx| tx.put_code(&code)).unwrap();
    }

    pub fn at(&mut self, after_nine: u64) {
        self.now = NINE + after_nine;
    }

    fn record<A: Serialize>(
        &mut self,
        (shows, name): (&[&str], &str),
        (device, call): (Option<&Device>, &str),
        request: Json,
        answer: Result<A, RelayError>,
    ) -> Option<A> {
        let (status, said) = match &answer {
            Ok(answer) => (200, serde_json::to_value(answer).unwrap()),
            Err(error) => {
                let problem = error.problem();
                (problem.status, json!({ "code": problem.code, "status": problem.status }))
            }
        };
        self.recorded.push(json!({
            "shows": shows, "name": name, "at_ms": self.now, "device": device.map(|device| device.number), "call": call,
            "request": request, "status": status, "answer": said,
        }));
        answer.ok()
    }

    pub fn enrol(&mut self, said: (&[&str], &str), code: &str, secret: u8) {
        let device_key = KeyPair::from_secret(&[secret; 32]).unwrap().public;
        let request =
            EnrolRequest { code: code.into(), device_key, nonce: "bm9uY2UtbjAyMw".into(), app_version: "0".into() };
        let (now, relay) = (self.now, self.relay.clone());
        let answer = relay.store().write(|tx| {
            let enrolled = enrolment::enrol(tx, &request, now)?;
            Ok(EnrolAnswer {
                device: enrolled.device,
                token: "a token, drawn anew each time".into(),
                epoch: relay.epoch(),
                district: district::division(tx, DISTRICT)?,
                person: person_of(tx, &enrolled.holder)?,
                demonstration: false,
                relay_key: relay.identity().key.public.clone(),
                proof: relay.identity().key.sign(&enrol_proof(&request, enrolled.device)),
                now_ms: now,
            })
        });
        self.record(said, (None, "POST /v1/enrol"), json!(request), answer);
    }

    fn grants(&self, device: &Device) -> Vec<Grant> {
        let today = day::day_of(self.now);
        let stored = self.relay.store().read(|tx| tx.device(device.number)).unwrap().unwrap();
        self.relay.store().read(|tx| rights::grants_of(tx, &stored.holder, &today)).unwrap()
    }

    pub fn cursors(&self, device: &Device, position: u64) -> Vec<sync_protocol::messages::Cursor> {
        let at = self.grants(device).iter().flat_map(Grant::channel_facets).collect::<Vec<_>>();
        at.into_iter().map(|at| sync_protocol::messages::Cursor { at, position, digest: None }).collect()
    }

    /// Cursors at the head, with the digests of all that is there.
    pub fn at_head(&self, device: &Device) -> Vec<sync_protocol::messages::Cursor> {
        let heads = self.relay.store().read(|tx| Heads::read(tx)).unwrap();
        let mut cursors = self.cursors(device, 0);
        for cursor in &mut cursors {
            let standing = heads.standing(&cursor.at);
            (cursor.position, cursor.digest) = (standing.head, Some(standing.digest));
        }
        cursors.sort_by(|one, other| one.at.cmp(&other.at));
        cursors
    }

    pub fn me(&mut self, said: (&[&str], &str), device: &Device, of: Option<Epoch>) {
        let grants = self.grants(device);
        let (now_ms, epoch) = (self.now, self.relay.epoch());
        let granted = rights::Granted::new(grants.clone());
        let answer = self.relay.store().read(|tx| {
            let held = tx.device(device.number)?.unwrap();
            Ok(Me {
                device: device.number,
                person: person_of(tx, &held.holder)?,
                epoch,
                demonstration: false,
                grants_version: granted.version.clone(),
                grants: grants.clone(),
                last: held.head.map(|(number, edit)| ChainEnd { number, edit }),
                backed_up: None,
                restored: match of.filter(|of| *of != epoch) {
                    Some(of) => district::restored_since(tx, of, &granted, now_ms)?,
                    None => None,
                },
                enrol_again: false,
                now_ms,
            })
        });
        let call = of.map_or_else(|| "GET /v1/me".to_owned(), |of| format!("GET /v1/me?epoch={of}"));
        self.record(said, (Some(device), &call), Json::Null, answer);
    }

    pub fn pull(&mut self, said: (&[&str], &str), device: &Device, request: PullRequest) {
        let (grants, epoch, now) = (self.grants(device), self.relay.epoch(), self.now);
        let answer = pull::check(&request, epoch).and_then(|()| {
            self.relay.store().read(|tx| match &request.standing {
                Some(standing) => {
                    let granted = rights::Granted::new(grants.clone());
                    Ok(pull::compare(standing, &Heads::read(tx)?, &granted, epoch, now))
                }
                None => pull::page(tx, &request, &grants, epoch, now),
            })
        });
        self.record(said, (Some(device), "POST /v1/pull"), json!(request), answer);
    }

    pub fn compare(&mut self, said: (&[&str], &str), device: &Device, request: &CompareRequest) {
        let (granted, epoch, now) = (rights::Granted::new(self.grants(device)), self.relay.epoch(), self.now);
        let answer = self.relay.store().read(|tx| digests::compare(tx, request, &granted, epoch, now));
        self.record(said, (Some(device), "POST /v1/compare"), json!(request), answer);
    }

    /// Pushes edits that continue the device's chain.
    pub fn push(&mut self, said: (&[&str], &str), device: &mut Device, edits: Vec<Edit>) -> Vec<Outcome> {
        let request = device.request(Some(self.relay.epoch()), device.last, edits);
        let ids = chain_ids(device.last, &request.edits);
        let outcomes = self.push_as(said, device, &request);
        device.last = ids.last().copied().or(device.last);
        device.outcomes.extend(outcomes.iter().map(|one| (one.number, one.clone())));
        outcomes
    }

    pub fn push_as(&mut self, said: (&[&str], &str), device: &Device, request: &PushRequest) -> Vec<Outcome> {
        let (epoch, now_ms) = (self.relay.epoch(), self.now);
        let stored = self.relay.store().read(|tx| tx.device(device.number)).unwrap().unwrap();
        let pushed = pull::check_epoch(request.epoch, epoch).and_then(|()| Pushed::verified(request.clone(), &stored));
        let schema = self.relay.schema();
        let outcomes = pushed.and_then(|pushed| {
            self.relay.store().write(|tx| accept(tx, schema, &stored, &pushed, &BTreeSet::new(), now_ms))
        });
        let answer = outcomes.map(|outcomes| PushAnswer { epoch, outcomes, enrol_again: false, now_ms });
        let answer = self.record(said, (Some(device), "POST /v1/push"), json!(request), answer);
        answer.map(|answer| answer.outcomes).unwrap_or_default()
    }

    pub fn shown(&self, kind: &str, n: u8, field: &str) -> Vec<Stamp> {
        let record = self.relay.store().read(|tx| tx.record(&key(kind, n))).unwrap().unwrap();
        record.state.shown_stamps(field)
    }
}

impl Device {
    pub fn edit(&mut self, after_nine: u64, kind: &str, n: u8, fields: &[Given<'_>]) -> Edit {
        let field = |(name, value, bases): &Given<'_>| {
            ((*name).to_owned(), FieldEdit { value: value.clone(), bases: bases.to_vec() })
        };
        let number = self.next;
        self.next += 1;
        Edit {
            kind: kind.into(),
            record: id(n),
            create: false,
            author: id(self.author),
            device: self.number,
            number,
            stamp: Stamp { ms: NINE + after_nine, counter: 0, device: self.number },
            fields: fields.iter().map(field).collect(),
        }
    }

    pub fn create(&mut self, after_nine: u64, kind: &str, n: u8, fields: &[(&str, Value)]) -> Edit {
        let fields: Vec<Given<'_>> = fields.iter().map(|(name, value)| (*name, value.clone(), &[][..])).collect();
        Edit { create: true, ..self.edit(after_nine, kind, n, &fields) }
    }

    pub fn request(&self, epoch: Option<Epoch>, before: Option<EditId>, edits: Vec<Edit>) -> PushRequest {
        let pair = KeyPair::from_secret(&self.secret).unwrap();
        let last = chain_ids(before, &edits).last().copied();
        let signature = last.map(|last| pair.sign(last.as_bytes())).unwrap_or_default();
        PushRequest {
            epoch,
            before,
            edits,
            signature,
            author_tokens: BTreeMap::new(),
            decided: BTreeMap::new(),
            erased: BTreeMap::new(),
        }
    }

    /// As the file of exchanges names it.
    pub fn spelled(&self) -> Json {
        let pair = KeyPair::from_secret(&self.secret).unwrap();
        json!({
            "device": self.number, "person": id(self.author), "device_key": pair.public,
            "secret": canonical::hex(&self.secret),
        })
    }
}

fn person_of(tx: &dyn Tx, holder: &Holder) -> Result<Option<Person>, RelayError> {
    match holder {
        Holder::Person(id) => Ok(Some(Person { id: *id, name: rights::name_of(tx, *id)? })),
        Holder::Console(_) | Holder::Relay => Ok(None),
    }
}

pub fn channel(text: &str) -> Channel {
    text.parse().unwrap()
}

pub fn code_of(recorded: &[Json]) -> Option<Code> {
    Code::from_name(recorded.last()?["answer"]["code"].as_str()?)
}
