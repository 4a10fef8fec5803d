use crate::words::*;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::convert::Infallible;
use sync_protocol::digest::bucket;
use sync_protocol::messages::standing;
use sync_protocol::policy::{Assignment, Places, Role, Scope, console_grants, grants as grants_of};
use sync_protocol::record::{FieldVersion, Mark};
use sync_protocol::routes::{Parents, Placement, place};
use sync_protocol::schema::linli;
use sync_protocol::{
    Channel, ChannelFacet, Digest, EditId, Facet, RecordId, RecordKey, RecordState, Schema, Stamp, Value,
};

pub fn spelling() -> Vec<Json> {
    let person = format!("person:{}", id(1));
    let good = ["division:340603", "division:340603002001", "grid:340603002001001", "grid:340603002001002", &person];
    let mut vectors = vec![json!({ "shows": ["CHANNEL-1", "CHANNEL-2"], "sorted": good, "of": "channels" })];
    assert!(good.map(|text| text.parse::<Channel>().unwrap()).is_sorted());
    let facets: Vec<&str> = Facet::ALL.iter().map(|facet| facet.name()).collect();
    vectors.push(json!({ "shows": ["CHANNEL-1", "CHANNEL-2"], "sorted": facets, "of": "facets" }));
    for text in ["grid:340603", "division:340603002001003", "division:34060", "person:1", "street:340603002", ""] {
        assert!(text.parse::<Channel>().is_err());
        vectors.push(json!({ "shows": ["CHANNEL-1"], "refuse": text, "as": "channel" }));
    }
    let states = digested();
    vectors.extend(states.iter().map(|state| {
        json!({ "shows": ["DIGEST-1", "DIGEST-3"], "state": state, "digest": Digest::of(state), "bucket": bucket(&state.key()) })
    }));
    let sum: Digest = states.iter().map(Digest::of).sum();
    let all: Vec<Digest> = states.iter().map(Digest::of).collect();
    vectors.push(json!({ "shows": ["DIGEST-2"], "digests": all, "sum": sum }));
    let most = Digest::from_bytes([0xff; 16]);
    vectors.push(json!({ "shows": ["DIGEST-2"], "digests": [most, most, sum], "sum": most + most + sum }));
    let held: Vec<(ChannelFacet, u64, Digest)> =
        [(&good[0], Facet::Open, 0), (&good[2], Facet::Open, 12), (&good[2], Facet::Personal, 1 << 40)]
            .into_iter()
            .map(|(channel, facet, position)| {
                (ChannelFacet { channel: channel.parse().unwrap(), facet }, position, sum)
            })
            .collect();
    let cursors: Vec<Json> = held
        .iter()
        .map(|(at, position, digest)| json!({ "channel": at.channel, "facet": at.facet, "position": position, "digest": digest }))
        .collect();
    let standing = standing(held.iter().map(|(at, position, digest)| (at, *position, *digest)));
    vectors.push(json!({ "shows": ["DIGEST-4"], "cursors": cursors, "standing": standing }));
    vectors
}

fn digested() -> Vec<RecordState> {
    let mut device = Device::new(7, 1);
    let base = device.create(0, "resident", 45, &[("name", "王芳".into()), ("phone", "10000000001".into())]);
    let kind = linli().kind("resident").unwrap();
    let one = RecordState::from_edits(kind, &device.accepted()).unwrap();
    device.save(1_000, "resident", 45, &[("phone", Value::Null, &[base])]);
    let mut accepted = device.accepted();
    accepted[1].order = Some(stamp(2_000, 1));
    let ordered = RecordState::from_edits(kind, &accepted).unwrap();
    device.save(3_000, "resident", 45, &[("deleted", true.into(), &[base])]);
    let deleted = RecordState::from_edits(kind, &device.accepted()).unwrap();
    assert_eq!(Digest::of(&deleted), Digest::default());
    let mut other = Device::new(8, 2);
    other.create(500, "household", 44, &[("dwelling", id(42).into())]);
    let household = RecordState::from_edits(linli().kind("household").unwrap(), &other.accepted()).unwrap();
    vec![one, ordered, deleted, household]
}

/// A few records, as the relay would hold them.
#[derive(Default)]
struct Town(BTreeMap<RecordKey, RecordState>);

impl Town {
    fn put(&mut self, kind: &str, n: u8, fields: &[(&str, Value)]) -> RecordKey {
        let mark = Mark { stamp: Stamp::ZERO, order: None, edit: EditId::from_bytes([0; 16]), author: id(99) };
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), vec![FieldVersion(0, value.clone())]));
        let state = RecordState { kind: kind.into(), id: id(n), marks: vec![mark], fields: fields.collect() };
        let key = state.key();
        self.0.insert(key.clone(), state);
        key
    }

    fn placed(&self, key: &RecordKey) -> Placement {
        place(linli(), DISTRICT, &self.0[key], self).unwrap_or_else(|never| match never {})
    }
}

impl Parents for Town {
    type Error = Infallible;
    fn schema(&self) -> &Schema {
        linli()
    }
    fn placement(&self, key: &RecordKey) -> Result<Option<Placement>, Infallible> {
        Ok(self.0.contains_key(key).then(|| self.placed(key)))
    }
    fn record(&self, key: &RecordKey) -> Result<Option<RecordState>, Infallible> {
        Ok(self.0.get(key).cloned())
    }
    fn pointing(&self, kind: &str, field: &str, at: RecordId) -> Result<Vec<RecordState>, Infallible> {
        let points = |one: &&RecordState| one.kind == kind && one.reference(field) == Some(at);
        Ok(self.0.values().filter(points).cloned().collect())
    }
}

/// Two homes in two grids, somebody who moved from the one to the other, a child, and matters of theirs.
fn town() -> Town {
    let mut town = Town::default();
    for (n, grid) in [(40, GRID), (41, OTHER_GRID)] {
        town.put("building", n, &[("grid", grid.into())]);
    }
    town.put("dwelling", 42, &[("building", id(40).into())]);
    town.put("dwelling", 43, &[("building", id(41).into())]);
    town.put("household", 44, &[("dwelling", id(42).into())]);
    town.put("household", 54, &[("dwelling", id(43).into())]);
    town.put("resident", 45, &[("name", "王芳".into())]);
    let ended = ("until", "2026-11-01".into());
    town.put("residence", 46, &[("resident", id(45).into()), ("household", id(44).into()), ended.clone()]);
    town.put("residence", 47, &[("resident", id(45).into()), ("household", id(54).into())]);
    town.put("resident", 48, &[("name", "王小明".into()), ("minor", true.into())]);
    town.put("residence", 49, &[("resident", id(48).into()), ("household", id(44).into()), ended]);
    town.put("identity", 45, &[("document", "passport".into())]);
    town.put("visit", 50, &[("dwelling", id(42).into()), ("household", id(44).into())]);
    town.put("need", 51, &[("household", id(44).into()), ("category", id(70).into())]);
    town.put("need", 52, &[("household", id(44).into()), ("category", id(71).into())]);
    town.put("category", 70, &[("group", "need".into())]);
    town.put("category", 71, &[("group", "care".into())]);
    town.put("unit", 60, &[("division", "340603002001".into())]);
    town.put("person", 1, &[("name", "李娜".into())]);
    town.put("assignment", 61, &[("person", id(1).into()), ("division", GRID.into())]);
    town.put("assignment", 62, &[("person", id(1).into()), ("unit", id(60).into())]);
    let issue = |private: bool| [("building", id(40).into()), ("grid", GRID.into()), ("private", private.into())];
    town.put("issue", 80, &issue(false));
    town.put("issue", 81, &issue(true));
    let to =
        |n: u8, step: &str| [("issue", id(81).into()), ("step", step.into()), ("to", Value::List(vec![id(n).into()]))];
    town.put("issue_step", 82, &to(60, "accept"));
    town.put("issue_step", 83, &to(60, "dispatch"));
    town.put("issue_step", 84, &to(60, "escalate"));
    let side = |n: u8| {
        BTreeMap::from([
            ("value".to_owned(), id(n).into()),
            ("stamp".to_owned(), stamp(0, 7).to_string().into()),
            ("author".to_owned(), id(1).into()),
            ("device".to_owned(), 7.into()),
        ])
    };
    let sides = Value::List(vec![Value::Map(side(42)), Value::Map(side(43))]);
    let household = RecordKey::new("household", id(44)).to_string();
    town.put("conflict", 90, &[("record", household.into()), ("field", "dwelling".into()), ("sides", sides)]);
    town
}

pub fn routes() -> Vec<Json> {
    let town = town();
    let as_given = |state: &RecordState| {
        let fields: BTreeMap<&String, &Value> = state.fields.iter().map(|(name, list)| (name, &list[0].1)).collect();
        json!({ "kind": state.kind, "id": state.id, "author": id(99), "fields": fields })
    };
    let mut vectors = vec![json!({
        "shows": ["ROUTE-1"], "name": "the town of the vectors below", "district": DISTRICT,
        "town": town.0.values().map(as_given).collect::<Vec<_>>(),
    })];
    for key in town.0.keys() {
        let Placement { channels, facet } = town.placed(key);
        vectors.push(json!({
            "shows": ["ROUTE-1", "ROUTE-2"], "record": key.to_string(), "channels": texts(channels), "facet": facet,
        }));
    }
    vectors
}

struct Map;

impl Places for Map {
    fn grid_of(&self, _: RecordId) -> Option<String> {
        Some(GRID.into())
    }
    fn division_of(&self, _: RecordId) -> Option<String> {
        Some("340603002001".into())
    }
    fn codes_under(&self, code: &str) -> Vec<String> {
        let all = [DISTRICT, "340603002", "340603002001", GRID, OTHER_GRID];
        all.into_iter().filter(|one| one.len() > code.len() && one.starts_with(code)).map(str::to_owned).collect()
    }
}

pub fn grants() -> Vec<Json> {
    let code = |code: &str| Scope::Division(code.to_owned());
    let places = json!({
        "shows": ["GRANT-1"], "name": "the places of the vectors below",
        "places": { "grid_of_buildings": GRID, "division_of_units": "340603002001", "codes": Map.codes_under("") },
    });
    let tests: [(&str, Role, Scope, Option<&str>, &[&str]); 11] = [
        ("a grid worker", Role::GridWorker, code(GRID), None, &[]),
        ("a grid worker who may see identity numbers", Role::GridWorker, code(GRID), None, &["identity"]),
        ("a building lead", Role::BuildingLead, Scope::Building(id(40)), None, &[]),
        ("a handler", Role::Handler, Scope::Unit(id(60)), None, &[]),
        ("a supervisor of a community", Role::Supervisor, code("340603002001"), None, &[]),
        ("a supervisor of a street", Role::Supervisor, code("340603002"), None, &[]),
        ("a supervisor of a street with the register", Role::Supervisor, code("340603002"), None, &["register"]),
        ("a volunteer", Role::Volunteer, code("340603002001"), None, &[]),
        ("an administrator", Role::Administrator, code(DISTRICT), None, &[]),
        ("the last day of an assignment", Role::GridWorker, code(GRID), Some("2026-11-23"), &[]),
        ("the day after it", Role::GridWorker, code(GRID), Some("2026-11-22"), &[]),
    ];
    let granted = tests
        .into_iter()
        .map(|(name, role, scope, until, rights)| {
            let rights = rights.iter().map(|right| (*right).to_owned()).collect();
            let spelled = match &scope {
                Scope::Division(code) => json!({ "division": code }),
                Scope::Unit(unit) => json!({ "unit": unit }),
                Scope::Building(building) => json!({ "building": building }),
            };
            let one = Assignment { role, scope, from: "2026-01-01".into(), until: until.map(str::to_owned), rights };
            let grants = grants_of(id(1), std::slice::from_ref(&one), "2026-11-23", &Map);
            json!({
                "shows": ["GRANT-1"], "name": name, "person": id(1), "day": "2026-11-23", "role": role.name(), "scope": spelled,
                "from": one.from, "until": until, "rights": one.rights, "grants": grants,
            })
        });
    let mut vectors: Vec<Json> = std::iter::once(places).chain(granted).collect();
    vectors.push(json!({
        "shows": ["GRANT-3"], "name": "a console of the district", "console": DISTRICT, "grants": console_grants(DISTRICT, &Map),
    }));
    vectors
}
