use super::*;
use crate::ids::EditId;
use crate::record::{FieldVersion, Mark};
use crate::schema::linli;
use crate::stamp::Stamp;
use std::collections::BTreeMap;

const DISTRICT: &str = "340603";
const GRID: &str = "340603002001003";

#[derive(Default)]
struct Town(BTreeMap<RecordKey, RecordState>);

impl Town {
    fn put(&mut self, kind: &str, id: u8, fields: &[(&str, Value)]) -> RecordState {
        let id = RecordId::from_bytes([id; 16]);
        let author = RecordId::from_bytes([99; 16]);
        let mark = Mark { stamp: Stamp::ZERO, order: None, edit: EditId::from_bytes([0; 16]), author };
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), vec![FieldVersion(0, value.clone())]));
        let state = RecordState { kind: kind.into(), id, marks: vec![mark], fields: fields.collect() };
        self.0.insert(state.key(), state.clone());
        state
    }
    fn place(&self, record: &RecordState) -> Placement {
        place(linli(), DISTRICT, record, self).unwrap_or_else(|never| match never {})
    }
    fn channels(&self, record: &RecordState) -> Vec<String> {
        self.place(record).channels.iter().map(Channel::to_string).collect()
    }
}

impl Parents for Town {
    type Error = std::convert::Infallible;
    fn schema(&self) -> &Schema {
        linli()
    }
    fn placement(&self, key: &RecordKey) -> Result<Option<Placement>, Self::Error> {
        self.0.get(key).map(|record| place(linli(), DISTRICT, record, self)).transpose()
    }
    fn record(&self, key: &RecordKey) -> Result<Option<RecordState>, Self::Error> {
        Ok(self.0.get(key).cloned())
    }
    fn pointing(&self, kind: &str, field: &str, at: RecordId) -> Result<Vec<RecordState>, Self::Error> {
        let points = |one: &&RecordState| one.kind == kind && one.reference(field) == Some(at);
        Ok(self.0.values().filter(points).cloned().collect())
    }
}

fn id(n: u8) -> Value {
    RecordId::from_bytes([n; 16]).into()
}

/// A building with one door, a household behind it and somebody who lives there.
fn town() -> (Town, RecordState) {
    let mut town = Town::default();
    town.put("building", 1, &[("grid", GRID.into())]);
    town.put("dwelling", 2, &[("building", id(1))]);
    town.put("household", 3, &[("dwelling", id(2))]);
    let resident = town.put("resident", 4, &[("name", "王芳".into())]);
    town.put("residence", 5, &[("resident", id(4)), ("household", id(3))]);
    (town, resident)
}

#[test]
fn doors_are_the_buildings_business_and_who_lives_there_only_the_grids() {
    let (town, resident) = town();
    let building = format!("building:{}", RecordId::from_bytes([1; 16]));
    let dwelling = &town.0[&RecordKey::new("dwelling", RecordId::from_bytes([2; 16]))];
    assert_eq!(town.channels(dwelling), [format!("grid:{GRID}"), building]);
    assert_eq!(town.channels(&resident), [format!("grid:{GRID}")]);
    assert_eq!(town.place(&resident).facet, Facet::Personal);
}

#[test]
fn a_minor_and_all_that_follows_a_minor_is_guarded() {
    let (mut town, _) = town();
    let child = town.put("resident", 6, &[("name", "王小明".into()), ("minor", true.into())]);
    let residence = town.put("residence", 7, &[("resident", id(6)), ("household", id(3))]);
    assert_eq!((town.place(&child).facet, town.place(&residence).facet), (Facet::Guarded, Facet::Guarded));
}

#[test]
fn people_move_with_their_residence_and_an_ended_one_stays_with_the_place() {
    let (mut town, resident) = town();
    town.put("building", 11, &[("grid", "340603005001001".into())]);
    town.put("dwelling", 12, &[("building", id(11))]);
    town.put("household", 13, &[("dwelling", id(12))]);
    let old = town.put("residence", 5, &[("resident", id(4)), ("household", id(3)), ("until", "2026-11-01".into())]);
    assert_eq!(town.channels(&resident), [format!("grid:{GRID}")], "after the last one ended, where they were last");
    let new = town.put("residence", 14, &[("resident", id(4)), ("household", id(13))]);
    assert_eq!(town.channels(&resident), ["grid:340603005001001"]);
    assert_eq!(
        (town.channels(&old), town.channels(&new)),
        (vec![format!("grid:{GRID}")], vec!["grid:340603005001001".into()])
    );
}

#[test]
fn a_private_issue_stays_out_of_the_buildings_channel() {
    let (mut town, _) = town();
    let issue = |town: &mut Town, private: bool| {
        town.put("issue", 20, &[("building", id(1)), ("grid", GRID.into()), ("private", private.into())])
    };
    let open = issue(&mut town, false);
    assert!(town.channels(&open).iter().any(|name| name.starts_with("building:")));
    let private = issue(&mut town, true);
    assert!(!town.channels(&private).iter().any(|name| name.starts_with("building:")));
    assert_eq!(town.place(&private).facet, Facet::Personal);
}

#[test]
fn a_dispatched_issue_reaches_its_unit_and_an_escalated_one_the_level_above() {
    let (mut town, _) = town();
    let issue = town.put("issue", 20, &[("building", id(1)), ("grid", GRID.into()), ("private", true.into())]);
    let step = |town: &mut Town, n: u8, name: &str, to: Vec<Value>| {
        town.put("issue_step", n, &[("issue", id(20)), ("step", name.into()), ("to", Value::List(to))])
    };
    step(&mut town, 31, "accept", vec![]);
    step(&mut town, 32, "dispatch", vec![id(40)]);
    let unit = format!("unit:{}", RecordId::from_bytes([40; 16]));
    assert!(town.channels(&issue).contains(&unit));
    assert!(!town.channels(&issue).contains(&"division:340603002".to_owned()));
    let escalated = step(&mut town, 33, "escalate", vec![]);
    assert!(town.channels(&issue).contains(&"division:340603002".to_owned()));
    assert_eq!(town.channels(&escalated), town.channels(&issue), "a step is where its issue is");
    assert_eq!(moves("issue_step"), Some(("issue", "issue")));
}

#[test]
fn a_need_for_care_is_guarded_even_before_its_category_is_known() {
    let (mut town, _) = town();
    let need = town.put("need", 21, &[("household", id(3)), ("category", id(22))]);
    assert_eq!(town.place(&need).facet, Facet::Guarded);
    town.put("category", 22, &[("group", "need".into())]);
    assert_eq!(town.place(&need).facet, Facet::Personal);
}

#[test]
fn the_schema_knows_what_hangs_below_a_household() {
    let below: Vec<_> = dependants(linli(), "household");
    for expected in [("residence", "household"), ("visit", "household"), ("need", "household")] {
        assert!(below.contains(&expected), "{below:?}");
    }
    assert!(dependants(linli(), "resident").contains(&("identity", "")));
}
