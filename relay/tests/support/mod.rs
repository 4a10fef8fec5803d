//! A small town in a store of its own, and devices that write to it.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, reason = "each test file uses a part of this")]

pub mod postgres;
pub mod standby;

use linli_relay::accept::{Draft, Now, Pushed, accept, write_own};
use linli_relay::error::RelayError;
use linli_relay::keys::{KeyPair, token};
use linli_relay::relay::{Relay, store_path};
use linli_relay::settings::{Given, Place, Settings};
use linli_relay::store::{Account, Holder, NewDevice, StoredRecord};
use linli_relay::{district, pull, rights, sessions};
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use sync_protocol::edit::chain_ids;
use sync_protocol::messages::{Cursor, Outcome, PullAnswer, PullRequest, PushRequest};
use sync_protocol::{
    Channel, ChannelFacet, DeviceNumber, Edit, EditId, Facet, FieldEdit, Grant, Hlc, RecordId, RecordKey, Stamp, Value,
    day,
};

pub const DISTRICT: &str = "340603";
pub const STREET: &str = "340603002";
pub const COMMUNITY: &str = "340603002001";
pub const GRID: &str = "340603002001001";
pub const OTHER_GRID: &str = "340603002001002";

// People, places and residents, by the bytes of their ids.
pub const WORKER: u8 = 1;
pub const OTHER_WORKER: u8 = 2;
pub const SUPERVISOR: u8 = 3;
pub const DISTRICT_SUPERVISOR: u8 = 4;
pub const LEAD: u8 = 5;
pub const HANDLER: u8 = 6;
pub const VOLUNTEER: u8 = 7;
pub const ADMINISTRATOR: u8 = 8;
pub const AUDITOR: u8 = 9;
pub const FORMER_WORKER: u8 = 10;
pub const PEOPLE: [u8; 10] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
pub const BUILDING: u8 = 40;
pub const OTHER_BUILDING: u8 = 41;
pub const DWELLING: u8 = 42;
pub const OTHER_DWELLING: u8 = 43;
pub const HOUSEHOLD: u8 = 44;
pub const RESIDENT: u8 = 45;
pub const RESIDENCE: u8 = 46;
pub const CHILD: u8 = 47;
pub const UNIT: u8 = 49;

pub const PASSWORD: &str = "sesame";

pub fn id(n: u8) -> RecordId {
    RecordId::from_bytes([n; 16])
}

pub fn key(kind: &str, n: u8) -> RecordKey {
    RecordKey::new(kind, id(n))
}

pub fn at(channel: &str, facet: Facet) -> ChannelFacet {
    ChannelFacet { channel: channel.parse().unwrap(), facet }
}

pub fn now_ms() -> u64 {
    linli_relay::clock::now_ms()
}

pub struct Town {
    pub relay: Relay,
    pub folder: tempfile::TempDir,
}

impl Town {
    /// In a file; in a database where the tests are those of a file once more (`on_postgres.rs`).
    pub fn new() -> Self {
        if env!("CARGO_CRATE_NAME") == "on_postgres" {
            return Self::in_database(&postgres::database().url);
        }
        let folder = tempfile::tempdir().unwrap();
        let relay = Relay::open_file(&store_path(folder.path())).unwrap();
        Self::founded(relay, folder)
    }

    pub fn in_database(url: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::founded(relay_of(url, folder.path()), folder)
    }

    pub fn founded(relay: Relay, folder: tempfile::TempDir) -> Self {
        let town = Self { relay, folder };
        town.relay.store().write(|tx| district::set_code(tx, DISTRICT)).unwrap();
        town.write(town_records());
        let accounts = PEOPLE.map(|person| Account {
            person: id(person),
            sign_in_name: format!("p{person}"),
            password_hash: String::new(),
        });
        town.relay.store().write(|tx| accounts.iter().try_for_each(|account| tx.put_account(account))).unwrap();
        town
    }

    /// Gives a person the password [`PASSWORD`]; costly, so only where a test signs in.
    pub fn with_password(self, person: u8) -> Self {
        let password_hash = sessions::password_hash(PASSWORD).unwrap();
        let account = Account { person: id(person), sign_in_name: format!("p{person}"), password_hash };
        self.relay.store().write(|tx| tx.put_account(&account)).unwrap();
        self
    }

    /// Lets a person read and enter identity numbers where they work already.
    pub fn with_identity_right(self, person: u8, division: &str) -> Self {
        let role = if person == SUPERVISOR { "supervisor" } else { "grid_worker" };
        let fields = vec![
            ("person", id(person).into()),
            ("role", role.into()),
            ("division", division.into()),
            ("from", "2026-01-01".into()),
            ("rights:identity", true.into()),
        ];
        self.write(vec![("assignment", 150 + person, fields)]);
        self
    }

    /// Writes records as an import does.
    pub fn write(&self, records: Vec<Record>) {
        let draft = |(kind, n, fields): &Record| Draft {
            kind: (*kind).to_owned(),
            id: id(*n),
            author: None,
            create: true,
            fields: fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
        };
        let work = |tx: &dyn linli_relay::store::Tx| {
            write_own(tx, self.relay.schema(), records.iter().map(draft).collect(), now_ms())
        };
        self.relay.store().write(work).unwrap();
    }

    pub fn record(&self, kind: &str, n: u8) -> StoredRecord {
        self.relay.store().read(|tx| tx.record(&key(kind, n))).unwrap().unwrap()
    }

    pub fn channels(&self, kind: &str, n: u8) -> Vec<String> {
        self.record(kind, n).placement.channels.iter().map(Channel::to_string).collect()
    }

    /// The stamps somebody who is shown the field lists as bases.
    pub fn bases(&self, kind: &str, n: u8, field: &str) -> Vec<Stamp> {
        self.record(kind, n).state.shown_stamps(field)
    }

    pub fn device(&self, holder: Holder) -> Device {
        let pair = KeyPair::generate().unwrap();
        let (token, token_hash) = token().unwrap();
        let new = NewDevice {
            holder: holder.clone(),
            key: pair.public.clone(),
            token_hash,
            app_version: "test".into(),
            now_ms: now_ms(),
        };
        let work = |tx: &dyn linli_relay::store::Tx| tx.add_device(&new);
        let number = self.relay.store().write(work).unwrap();
        Device { number, holder, pair, token, last: None, next: Cell::new(1), clock: Hlc::new(number, Stamp::ZERO) }
    }

    pub fn tablet(&self, person: u8) -> Device {
        self.device(Holder::Person(id(person)))
    }

    pub fn console(&self) -> Device {
        self.device(Holder::Console(DISTRICT.into()))
    }

    pub fn grants(&self, device: &Device) -> Vec<Grant> {
        let today = day::day_of(now_ms());
        self.relay.store().read(|tx| rights::grants_of(tx, &device.holder, &today)).unwrap()
    }

    /// Pulls everything a device may have, from the beginning, asking for these cursors.
    pub fn pull(&self, device: &Device, cursors: &[ChannelFacet]) -> PullAnswer {
        let cursors = cursors.iter().map(|at| Cursor { at: at.clone(), position: 0, digest: None }).collect();
        let request = PullRequest { epoch: None, cursors, ..PullRequest::default() };
        let grants = self.grants(device);
        let epoch = self.relay.epoch();
        self.relay.store().read(|tx| pull::page(tx, &request, &grants, epoch, now_ms())).unwrap()
    }

    /// Pushes what a device wrote, without the wire between.
    pub fn push(&self, device: &mut Device, edits: Vec<Edit>) -> Result<Vec<Outcome>, RelayError> {
        self.push_signed_in(device, edits, &[])
    }

    /// As [`Self::push`], at a moment that the relay may doubt.
    pub fn push_at(&self, device: &mut Device, edits: Vec<Edit>, now: Now) -> Result<Vec<Outcome>, RelayError> {
        let (before, ids) = (device.last, chain_ids(device.last, &edits));
        let stored = self.relay.store().read(|tx| tx.device(device.number))?.unwrap();
        let pushed = Pushed::verified(device.request(before, edits), &stored)?;
        let work =
            |tx: &dyn linli_relay::store::Tx| accept(tx, self.relay.schema(), &stored, &pushed, &BTreeSet::new(), now);
        let outcomes = self.relay.store().write(work)?;
        device.last = ids.last().copied().or(before);
        Ok(outcomes)
    }

    pub fn push_signed_in(
        &self,
        device: &mut Device,
        edits: Vec<Edit>,
        authors: &[u8],
    ) -> Result<Vec<Outcome>, RelayError> {
        let before = device.last;
        let ids = chain_ids(before, &edits);
        let last = ids.last().copied();
        let outcomes = self.push_after(device, before, edits, authors)?;
        device.last = last.or(before);
        Ok(outcomes)
    }

    pub fn push_after(
        &self,
        device: &Device,
        before: Option<EditId>,
        edits: Vec<Edit>,
        authors: &[u8],
    ) -> Result<Vec<Outcome>, RelayError> {
        let request = device.request(before, edits);
        let stored = self.relay.store().read(|tx| tx.device(device.number))?.unwrap();
        let pushed = Pushed::verified(request, &stored)?;
        let signed_in: BTreeSet<RecordId> = authors.iter().copied().map(id).collect();
        let work =
            |tx: &dyn linli_relay::store::Tx| accept(tx, self.relay.schema(), &stored, &pushed, &signed_in, now_ms());
        self.relay.store().write(work)
    }
}

/// A relay that keeps its store in a database.
pub fn relay_of(url: &str, data: &std::path::Path) -> Relay {
    let place = Place { data: data.to_owned(), config: None, store: Some(url.to_owned()), ledger: None };
    Relay::open_set(&Settings::read(&place, Given::default()).unwrap()).unwrap()
}

pub struct Device {
    pub number: DeviceNumber,
    pub holder: Holder,
    pub pair: KeyPair,
    pub token: String,
    pub last: Option<EditId>,
    pub next: Cell<u32>,
    pub clock: Hlc,
}

impl Device {
    pub fn edit(&mut self, author: u8, kind: &str, n: u8, fields: &[(&str, Value, &[Stamp])]) -> Edit {
        let fields = fields.iter().map(|(name, value, bases)| {
            ((*name).to_owned(), FieldEdit { value: value.clone(), bases: bases.to_vec() })
        });
        let number = self.next.replace(self.next.get() + 1);
        Edit {
            kind: kind.into(),
            record: id(n),
            create: false,
            author: id(author),
            device: self.number,
            number,
            stamp: self.clock.tick(now_ms()),
            fields: fields.collect(),
        }
    }

    pub fn create(&mut self, author: u8, kind: &str, n: u8, fields: &[(&str, Value)]) -> Edit {
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.clone(), &[][..])).collect();
        Edit { create: true, ..self.edit(author, kind, n, &fields) }
    }

    pub fn request(&self, before: Option<EditId>, edits: Vec<Edit>) -> PushRequest {
        let last = chain_ids(before, &edits).last().copied();
        let signature = last.map(|last| self.pair.sign(last.as_bytes())).unwrap_or_default();
        PushRequest {
            epoch: None,
            before,
            edits,
            signature,
            author_tokens: BTreeMap::new(),
            decided: BTreeMap::new(),
            erased: BTreeMap::new(),
        }
    }
}

pub fn visit(dwelling: u8, household: u8) -> Vec<(&'static str, Value)> {
    vec![
        ("dwelling", id(dwelling).into()),
        ("household", id(household).into()),
        ("outcome", "met".into()),
        ("happened_at", "2026-11-23T01:12:00.000Z".into()),
        ("author_name", "李娜".into()),
    ]
}

pub fn household(dwelling: u8) -> Vec<(&'static str, Value)> {
    vec![("dwelling", id(dwelling).into())]
}

type Record = (&'static str, u8, Vec<(&'static str, Value)>);

fn town_records() -> Vec<Record> {
    let mut records = Vec::new();
    let divisions = [
        (60, DISTRICT, "district", None, "相山区"),
        (61, STREET, "street", Some(DISTRICT), "东街道"),
        (62, COMMUNITY, "community", Some(STREET), "供电社区"),
        (63, GRID, "grid", Some(COMMUNITY), "第一网格"),
        (64, OTHER_GRID, "grid", Some(COMMUNITY), "第二网格"),
    ];
    for (n, code, level, parent, name) in divisions {
        let fields = vec![
            ("code", code.into()),
            ("level", level.into()),
            ("parent", parent.into()),
            ("name", name.into()),
            ("sort", 1.into()),
        ];
        records.push(("division", n, fields));
    }
    records.extend(place_records());
    records.extend(staff_records());
    records
}

fn place_records() -> Vec<Record> {
    let building = |n, grid: &str| {
        let fields = vec![
            ("grid", grid.into()),
            ("name", "1号楼".into()),
            ("number", "1".into()),
            ("entrances", 2.into()),
            ("floors_up", 6.into()),
            ("floors_down", 0.into()),
            ("walk_order", 1.into()),
        ];
        ("building", n, fields)
    };
    let dwelling = |n, building| {
        let fields = vec![
            ("building", id(building).into()),
            ("entrance", "1".into()),
            ("floor", 1.into()),
            ("door", "101".into()),
            ("use", "owner_occupied".into()),
        ];
        ("dwelling", n, fields)
    };
    let residence = |n, resident, relation: &str| {
        let fields = vec![
            ("resident", id(resident).into()),
            ("household", id(HOUSEHOLD).into()),
            ("relation", relation.into()),
            ("stays", "main".into()),
        ];
        ("residence", n, fields)
    };
    let unit = vec![
        ("type", "office".into()),
        ("name", "居委会".into()),
        ("short_name", "居委会".into()),
        ("division", COMMUNITY.into()),
    ];
    vec![
        building(BUILDING, GRID),
        building(OTHER_BUILDING, OTHER_GRID),
        dwelling(DWELLING, BUILDING),
        dwelling(OTHER_DWELLING, OTHER_BUILDING),
        ("household", HOUSEHOLD, household(DWELLING)),
        ("resident", RESIDENT, vec![("name", "王芳".into()), ("phone", "10000000001".into())]),
        residence(RESIDENCE, RESIDENT, "head"),
        ("identity", RESIDENT, vec![("document", "resident_card".into()), ("number", "999999199001010011".into())]),
        ("resident", CHILD, vec![("name", "王小明".into()), ("minor", true.into())]),
        residence(48, CHILD, "child"),
        ("unit", UNIT, unit),
    ]
}

fn staff_records() -> Vec<Record> {
    let code = |code: &str| ("division", Value::from(code));
    let staff = [
        (WORKER, "grid_worker", code(GRID), None),
        (OTHER_WORKER, "grid_worker", code(OTHER_GRID), None),
        (SUPERVISOR, "supervisor", code(COMMUNITY), None),
        (DISTRICT_SUPERVISOR, "supervisor", code(DISTRICT), None),
        (LEAD, "building_lead", ("building", id(BUILDING).into()), None),
        (HANDLER, "handler", ("unit", id(UNIT).into()), None),
        (VOLUNTEER, "volunteer", code(COMMUNITY), None),
        (ADMINISTRATOR, "administrator", code(DISTRICT), None),
        (AUDITOR, "auditor", code(DISTRICT), None),
        (FORMER_WORKER, "grid_worker", code(GRID), Some(day::add_days(&day::day_of(now_ms()), -3))),
    ];
    let mut records = Vec::new();
    for (person, role, scope, until) in staff {
        let name = format!("p{person}");
        records.push(("person", person, vec![("sign_in_name", name.as_str().into()), ("name", "李娜".into())]));
        let fields = vec![
            ("person", id(person).into()),
            ("role", role.into()),
            scope,
            ("from", "2026-01-01".into()),
            ("until", until.into()),
        ];
        records.push(("assignment", 100 + person, fields));
    }
    records
}
