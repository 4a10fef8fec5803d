//! Small things that the vectors are made of.

use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use sync_protocol::edit::chain_ids;
use sync_protocol::record::Accepted;
use sync_protocol::{DeviceNumber, Edit, FieldEdit, RecordId, Stamp, Value};

pub const DISTRICT: &str = "340603";
pub const GRID: &str = "340603002001001";
pub const OTHER_GRID: &str = "340603002001002";

/// The id made of one byte.
pub fn id(n: u8) -> RecordId {
    RecordId::from_bytes([n; 16])
}

/// A moment on 2026-11-23, so many milliseconds after nine in Shanghai.
pub const NINE: u64 = 1_795_395_600_000;

pub fn stamp(after_nine: u64, device: u32) -> Stamp {
    Stamp { ms: NINE + after_nine, counter: 0, device: DeviceNumber(device) }
}

/// What one device saves, one edit after another.
pub struct Device {
    pub number: u32,
    pub author: u8,
    pub edits: Vec<Edit>,
}

type Given<'a> = (&'a str, Value, &'a [Stamp]);

impl Device {
    pub fn new(number: u32, author: u8) -> Self {
        Self { number, author, edits: Vec::new() }
    }

    /// Saves fields with their bases, so many milliseconds after nine.
    pub fn save(&mut self, after_nine: u64, kind: &str, record: u8, fields: &[Given<'_>]) -> Stamp {
        self.add(after_nine, kind, record, false, fields)
    }

    pub fn create(&mut self, after_nine: u64, kind: &str, record: u8, fields: &[(&str, Value)]) -> Stamp {
        let fields: Vec<Given<'_>> = fields.iter().map(|(name, value)| (*name, value.clone(), &[][..])).collect();
        self.add(after_nine, kind, record, true, &fields)
    }

    fn add(&mut self, after_nine: u64, kind: &str, record: u8, create: bool, fields: &[Given<'_>]) -> Stamp {
        let stamp = stamp(after_nine, self.number);
        let field = |(name, value, bases): &Given<'_>| {
            ((*name).to_owned(), FieldEdit { value: value.clone(), bases: bases.to_vec() })
        };
        self.edits.push(Edit {
            kind: kind.into(),
            record: id(record),
            create,
            author: id(self.author),
            device: DeviceNumber(self.number),
            number: u32::try_from(self.edits.len()).unwrap() + 1,
            stamp,
            fields: fields.iter().map(field).collect::<BTreeMap<_, _>>(),
        });
        stamp
    }

    /// All of it as the relay accepts it, with no other order than the stamps.
    pub fn accepted(&self) -> Vec<Accepted> {
        let ids = chain_ids(None, &self.edits);
        let one = |(edit, id): (&Edit, _)| Accepted { edit: edit.clone(), id, order: None };
        self.edits.iter().zip(ids).map(one).collect()
    }
}

/// Accepted edits as vectors give them: with their ids, so that merging can be tried by itself.
pub fn spelled(accepted: &[Accepted]) -> Json {
    let one = |one: &Accepted| {
        let mut json = json!({ "id": one.id, "edit": one.edit });
        if let Some(order) = one.order {
            json["order"] = json!(order);
        }
        json
    };
    accepted.iter().map(one).collect()
}

pub fn texts(many: impl IntoIterator<Item = impl ToString>) -> Json {
    many.into_iter().map(|one| Json::from(one.to_string())).collect()
}
