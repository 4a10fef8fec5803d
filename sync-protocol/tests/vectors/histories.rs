//! Histories by chance, from a seed: what two languages make of them must be the same.

use crate::words::*;
use serde_json::{Value as Json, json};
use sync_protocol::conflict::{changed_when_deleted, field_conflict};
use sync_protocol::edit::DELETED;
use sync_protocol::record::Accepted;
use sync_protocol::schema::linli;
use sync_protocol::{Digest, RecordState, Stamp, Value};

const HISTORIES: u64 = 60;
const FIELDS: [&str; 5] = ["phone", "reading", "minor", "other_names:阿芳", DELETED];

/// Numbers that are the same on every machine (Knuth's MMIX).
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

pub fn vectors() -> Vec<Json> {
    (0..HISTORIES).map(|seed| vector(seed, history(&mut Chance(seed * 7_919 + 1)))).collect()
}

fn history(chance: &mut Chance) -> Vec<Accepted> {
    let mut devices = [Device::new(7, 1), Device::new(8, 2), Device::new(9, 3)];
    devices[0].create(0, "resident", 45, &[("name", "王芳".into()), ("phone", "0".into())]);
    let mut written: Vec<Stamp> = vec![devices[0].edits[0].stamp];
    for n in 0..2 + chance.below(6) {
        let field = FIELDS[chance.below(FIELDS.len() as u64) as usize];
        let value = match field {
            "phone" | "reading" => Value::from(chance.below(3).to_string()),
            _ => Value::from(chance.below(3) > 0),
        };
        let bases: Vec<Stamp> = written.iter().copied().filter(|_| chance.below(2) == 0).collect();
        let device = &mut devices[chance.below(3) as usize];
        written.push(device.save((n + 1) * 1_000, "resident", 45, &[(field, value, &bases)]));
    }
    let mut accepted: Vec<Accepted> = devices.iter().flat_map(Device::accepted).collect();
    for one in accepted.iter_mut().skip(1) {
        if chance.below(4) == 0 {
            one.order = Some(stamp(20_000 + chance.below(9) * 1_000, 1));
        }
    }
    for at in (1..accepted.len()).rev() {
        accepted.swap(at, chance.below(at as u64 + 1) as usize);
    }
    accepted
}

fn vector(seed: u64, accepted: Vec<Accepted>) -> Json {
    let kind = linli().kind("resident").unwrap();
    let state = RecordState::from_edits(kind, &accepted).unwrap();
    json!({
        "shows": ["MERGE-2", "STATE-1", "STATE-2", "CONFLICT-2", "CONFLICT-4", "DELETE-2"], "name": format!("history {seed}"),
        "accepted": spelled(&accepted), "state": state, "digest": Digest::of(&state),
        "phone": field_conflict("phone", &accepted).map(|one| one.to_fields()),
        "deleted": changed_when_deleted(kind, &accepted, &[]).map(|one| one.to_fields()),
    })
}
