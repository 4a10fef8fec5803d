use crate::words::*;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use sync_protocol::messages::{ChannelPage, PullAnswer, PushRequest, WireRecord};
use sync_protocol::record::Accepted;
use sync_protocol::schema::linli;
use sync_protocol::{ChannelFacet, Digest, Edit, Epoch, Facet, RecordKey, RecordState, Value};

pub fn vectors() -> Vec<Json> {
    let edits = edits();
    let mut vectors = vec![
        push("no edit", &[]),
        push("one edit", &edits[..1]),
        push("edits of two kinds, with sets, bases and nulls", &edits),
    ];
    let page = page();
    vectors.push(json!({
        "shows": ["COL-1", "COL-2", "COL-3", "COL-4", "COL-5", "COL-7", "COL-8"], "name": "a page of two channels",
        "records": page.records.iter().map(|one| json!({ "revision": one.revision, "state": one.state })).collect::<Vec<_>>(),
        "channels": page.channels.iter().map(plain).collect::<Vec<_>>(),
        "packed": page,
    }));
    let packed = packed_edits(&edits);
    for (name, path, value) in [
        ("one kind too many", "/kinds", json!([["resident", 99]])),
        ("a run of four thousand million", "/creates", json!([[false, 4_294_967_295_u64]])),
        ("a row before the first", "/fields/phone/column/rows", json!([0, 1])),
        ("a row beyond the last", "/fields/phone/column/rows", json!([1, 99])),
        ("more bases counted than there are", "/fields/phone/bases", json!([9, 9])),
        ("an id that is not hex", "/records", json!(["xyz", "", "", ""])),
        ("a counter of 17 bits", "/stamps/counters", json!([65_536, ["0", 3]])),
        ("a number below 0", "/numbers", json!([-1, [1, 3]])),
    ] {
        refuse_push(&mut vectors, name, &packed, path, value);
    }
    let packed = serde_json::to_value(&page).unwrap();
    for (name, path, value) in [
        ("an index without a mark", "/records/1/apart/values/0/phone/0/0", json!(9)),
        ("a field twice over", "/records/1/fields/phone", json!({ "rows": [2], "values": ["7"] })),
        ("a mark too few", "/records/1/marks", json!([1])),
        ("edit ids cut short", "/records/0/edits", json!("AAAA")),
        ("a number without a key", "/channels/0/listed", json!([1, [77]])),
        ("more listed than counted", "/channels/0/listed", json!([1, [0, 1]])),
        ("no facet", "/channels/0/facet", json!("secret")),
    ] {
        refuse_page(&mut vectors, name, &packed, path, value);
    }
    vectors
}

fn edits() -> Vec<Edit> {
    let mut device = Device::new(7, 1);
    let base = device.create(0, "resident", 45, &[("name", "王芳".into()), ("phone", "10000000001".into())]);
    let next = device.save(1_000, "resident", 45, &[("phone", Value::Null, &[base])]);
    device.create(1_000, "household", 46, &[("dwelling", id(42).into())]);
    device.edits[2].stamp.counter = 3;
    device.save(
        90_000,
        "resident",
        45,
        &[("phone", "10000000002".into(), &[next, base]), ("other_names:阿芳", true.into(), &[])],
    );
    device.edits
}

fn request(edits: Vec<Edit>) -> PushRequest {
    let (author_tokens, decided) = Default::default();
    PushRequest {
        epoch: None,
        before: None,
        edits,
        signature: String::new(),
        author_tokens,
        decided,
        erased: BTreeMap::new(),
    }
}

fn packed_edits(edits: &[Edit]) -> Json {
    serde_json::to_value(request(edits.to_vec())).unwrap()["edits"].take()
}

fn push(name: &str, edits: &[Edit]) -> Json {
    json!({
        "shows": ["COL-1", "COL-2", "COL-3", "COL-4", "COL-5", "COL-6"], "name": name, "edits": edits,
        "packed_edits": packed_edits(edits),
    })
}

/// A resident with a conflict, a household as it was made, a departure, and a record that both channels list.
fn page() -> PullAnswer {
    let state =
        |kind: &str, accepted: &[Accepted]| RecordState::from_edits(linli().kind(kind).unwrap(), accepted).unwrap();
    let (mut one, mut other) = (Device::new(7, 1), Device::new(8, 2));
    let base = one.create(0, "resident", 45, &[("name", "王芳".into()), ("phone", "old".into())]);
    one.save(1_000, "resident", 45, &[("phone", "one".into(), &[base])]);
    other.save(2_000, "resident", 45, &[("phone", "other".into(), &[base])]);
    let mut accepted = [one.accepted(), other.accepted()].concat();
    accepted[1].order = Some(stamp(9_000, 1));
    let mut third = Device::new(9, 2);
    third.create(3_000, "household", 44, &[("dwelling", id(42).into()), ("tenure", "owned".into())]);
    let household = state("household", &third.accepted());
    let resident = state("resident", &accepted);
    let mut fourth = Device::new(9, 2);
    fourth.create(4_000, "resident", 48, &[("name", "王小明".into()), ("minor", true.into())]);
    let child = state("resident", &fourth.accepted());
    let at = |facet| ChannelFacet { channel: format!("grid:{GRID}").parse().unwrap(), facet };
    let records = vec![
        WireRecord { revision: 40, state: household.clone() },
        WireRecord { revision: 1 << 41, state: child.clone() },
        WireRecord { revision: 41, state: resident.clone() },
    ];
    let digest = Digest::of(&household) + Digest::of(&resident);
    PullAnswer {
        epoch: Epoch::from_bytes([7; 16]),
        channels: vec![
            ChannelPage {
                at: at(Facet::Personal),
                position: 12,
                listed: vec![resident.key(), household.key()],
                departed: vec![RecordKey::new("visit", id(50)), RecordKey::new("need", id(51))],
                digest: Some(digest),
                erased: vec![RecordKey::new("resident", id(52))],
            },
            ChannelPage {
                at: at(Facet::Guarded),
                position: 3,
                listed: vec![child.key()],
                departed: vec![],
                digest: None,
                erased: Vec::new(),
            },
        ],
        records,
        more: true,
        remaining: 5,
        grants_version: "0011223344556677".into(),
        now_ms: NINE,
    }
}

fn plain(page: &ChannelPage) -> Json {
    let keys = |keys: &[RecordKey]| texts(keys.iter().map(ToString::to_string));
    json!({
        "channel": page.at.channel, "facet": page.at.facet, "position": page.position, "listed": keys(&page.listed),
        "departed": keys(&page.departed), "erased": keys(&page.erased), "digest": page.digest,
    })
}

fn changed(packed: &Json, path: &str, value: Json) -> Json {
    let mut packed = packed.clone();
    match packed.pointer_mut(path) {
        Some(at) => *at = value,
        None => {
            let (object, name) = path.rsplit_once('/').unwrap();
            packed.pointer_mut(object).unwrap()[name] = value;
        }
    }
    packed
}

fn refuse_push(vectors: &mut Vec<Json>, name: &str, packed: &Json, path: &str, value: Json) {
    let packed = changed(packed, path, value);
    let mut body = serde_json::to_value(request(Vec::<Edit>::new())).unwrap();
    body["edits"] = packed.clone();
    assert!(serde_json::from_value::<PushRequest>(body).is_err(), "{name}");
    vectors.push(json!({ "shows": ["COL-9"], "name": name, "refuse": packed, "as": "edits" }));
}

fn refuse_page(vectors: &mut Vec<Json>, name: &str, packed: &Json, path: &str, value: Json) {
    let packed = changed(packed, path, value);
    assert!(serde_json::from_value::<PullAnswer>(packed.clone()).is_err(), "{name}");
    vectors.push(json!({ "shows": ["COL-9"], "name": name, "refuse": packed, "as": "page" }));
}
