//! The workload's three kinds as a schema value of their own, so that the same records are measured as with other systems.
//!
//! Accounts and assignments are the product's own: whoever pulls must be allowed to. Residents and buildings also have the
//! fields that search looks for, all of them empty, so that the search index is part of what is measured.

use crate::workload::{BUILDING, ISSUE, RESIDENT, Record};
use local_store::Options;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::sync::OnceLock;
use sync_protocol::policy::Role;
use sync_protocol::schema::{self, Basis, Class, FacetRule, Field, FieldType, Hop, Kind, Rule, Schema, Writer};
use sync_protocol::{Facet, RecordId, Value};

/// The columns the workload has indexes on.
const INDEXES: &[(&str, &str)] = &[
    ("resident", "grid_id"),
    ("resident", "building_id"),
    ("resident", "name"),
    ("resident", "phone"),
    ("issue", "grid_id"),
    ("issue", "status"),
    ("issue", "resident_id"),
    ("building", "grid_id"),
];

pub fn options() -> Options {
    Options { schema: schema(), indexes: INDEXES }
}

pub fn schema() -> &'static Schema {
    static SCHEMA: OnceLock<Schema> = OnceLock::new();
    SCHEMA.get_or_init(|| {
        let names = ["division", "person", "assignment", "unit", "compound", "dwelling"];
        let ours = names.iter().filter_map(|name| schema::linli().kind(name).cloned());
        let sought_of_resident = ["reading", "other_names:", "phone_2", "minor?", "died_on", "merged_into"];
        let sought_of_building = ["number", "compound", "aliases:"];
        let own = [
            kind("building", &BUILDING, &sought_of_building),
            kind("resident", &RESIDENT, &sought_of_resident),
            kind("issue", &ISSUE, &[]),
        ];
        Schema::new(ours.chain(own))
    })
}

fn kind(name: &'static str, fields: &[&'static str], sought: &[&'static str]) -> Kind {
    let written = fields.iter().filter(|name| !matches!(**name, "type" | "id")).map(|name| field(name));
    Kind {
        name,
        zh: name,
        en: name,
        class: Class::Plain,
        facet: FacetRule::Fixed(Facet::Personal),
        route: vec![Hop::Division("grid_id")],
        writers: vec![Writer::Relay, Writer::Role(Role::GridWorker), Writer::Role(Role::Supervisor)],
        purpose: "a benchmark",
        basis: Basis::Duty,
        keeping: "while it runs",
        same_id_as: None,
        fields: written.chain(sought.iter().map(|name| field(name))).collect(),
    }
}

/// A field by its name; one with a colon is a set, one with a question mark a yes or no.
fn field(written: &'static str) -> Field {
    let name = written.trim_end_matches([':', '?']);
    let ty = match name {
        "building_id" => FieldType::Ref("building"),
        "resident_id" => FieldType::Ref("resident"),
        "floors" | "unit_count" | "built_year" | "household_count" | "lat" | "lng" | "unit_no" | "severity"
        | "photo_count" => FieldType::Int,
        "elevator" => FieldType::Bool,
        _ if written.ends_with('?') => FieldType::Bool,
        _ => FieldType::Words,
    };
    let rule = if written.ends_with(':') { Rule::Set } else { Rule::Latest };
    Field { name, rule, ty, optional: true, masked: false, class: None }
}

/// The id of a record: its twelve hex digits in a time-ordered id, as records made together have them.
pub fn id(text: &str) -> RecordId {
    let mut random = [0; 10];
    random[2] = text.bytes().next().unwrap_or(0);
    let digits = text.rsplit('-').next().unwrap_or_default();
    for (at, byte) in random[4..].iter_mut().enumerate() {
        *byte = digits.get(at * 2..at * 2 + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok()).unwrap_or(0);
    }
    RecordId::mint(1_767_225_600_000, random)
}

/// A record's fields as the schema has them. The scope's name becomes the division whose channel lists it.
pub fn fields(record: &Record, code: &str) -> BTreeMap<String, Value> {
    let value = |(name, value): (&String, &Json)| -> Option<(String, Value)> {
        let value = match (name.as_str(), value) {
            ("type" | "id", _) | (_, Json::Null) => return None,
            ("grid_id", _) => code.into(),
            ("building_id" | "resident_id", Json::String(text)) => id(text).into(),
            // No fractions in records: millionths of a degree.
            ("lat" | "lng", number) => ((number.as_f64().unwrap_or(0.0) * 1e6).round() as i64).into(),
            (_, Json::Bool(truth)) => (*truth).into(),
            (_, Json::Number(number)) => number.as_i64().unwrap_or(0).into(),
            (_, Json::String(text)) if text.is_empty() => return None,
            (_, Json::String(text)) => text.as_str().into(),
            (_, Json::Array(list)) if list.is_empty() => return None,
            (_, list) => list.to_string().into(),
        };
        Some((name.clone(), value))
    };
    let mut fields: BTreeMap<String, Value> = record.iter().filter_map(value).collect();
    if record["type"] == "building" {
        let name = record["name"].as_str().unwrap_or_default();
        let number: String = name.chars().filter(char::is_ascii_digit).collect();
        fields.insert("number".to_owned(), number.into());
    }
    fields
}
