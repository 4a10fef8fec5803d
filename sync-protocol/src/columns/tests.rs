use crate::channel::{Channel, ChannelFacet, Facet};
use crate::ids::{DeviceNumber, EditId, Epoch, RecordId, RecordKey};
use crate::messages::{ChannelPage, PullAnswer, PushRequest, WireRecord};
use crate::record::{FieldVersion, Mark, RecordState};
use crate::{Edit, FieldEdit, Stamp, Value};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-c邻·\"\\\\]{0,3}".prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::List),
            prop::collection::btree_map("[a-c]", inner, 0..3).prop_map(Value::Map),
        ]
    })
}

fn stamps() -> impl Strategy<Value = Stamp> {
    (0..=crate::stamp::MAX_MS, any::<u16>(), 0u32..3).prop_map(|(ms, counter, device)| Stamp {
        ms,
        counter,
        device: DeviceNumber(device),
    })
}

fn marks() -> impl Strategy<Value = Mark> {
    (stamps(), prop::option::of(stamps()), any::<[u8; 16]>(), 0u8..3).prop_map(|(stamp, order, edit, author)| Mark {
        stamp,
        order,
        edit: EditId::from_bytes(edit),
        author: RecordId::from_bytes([author; 16]),
    })
}

fn records() -> impl Strategy<Value = WireRecord> {
    let versions = prop::collection::vec((any::<prop::sample::Index>(), values()), 1..3);
    let fields = prop::collection::btree_map("[a-d](:[a-b])?", versions, 0..4);
    let head = ("[a-b]", any::<[u8; 16]>(), any::<u64>(), prop::collection::vec(marks(), 1..4));
    (head, fields).prop_map(|((kind, id, revision, marks), fields)| {
        let place = |(index, value): (prop::sample::Index, Value)| FieldVersion(index.index(marks.len()), value);
        let fields = fields.into_iter().map(|(name, list)| (name, list.into_iter().map(place).collect())).collect();
        WireRecord { revision, state: RecordState { kind, id: RecordId::from_bytes(id), marks, fields } }
    })
}

fn edits() -> impl Strategy<Value = Edit> {
    let fields = prop::collection::btree_map("[a-d]", (values(), prop::collection::vec(stamps(), 0..3)), 0..4);
    let head = ("[a-b]", any::<[u8; 16]>(), any::<bool>(), 0u8..3, any::<u32>(), stamps());
    (head, fields).prop_map(|((kind, record, create, author, number, stamp), fields)| Edit {
        kind,
        record: RecordId::from_bytes(record),
        create,
        author: RecordId::from_bytes([author; 16]),
        device: stamp.device,
        number,
        stamp,
        fields: fields.into_iter().map(|(name, (value, bases))| (name, FieldEdit { value, bases })).collect(),
    })
}

fn answer(records: Vec<WireRecord>, departed: Vec<[u8; 16]>) -> PullAnswer {
    let channel = |code| ChannelFacet { channel: Channel::of_code(code).unwrap(), facet: Facet::Open };
    let listed: Vec<RecordKey> = records.iter().rev().map(|record| record.state.key()).collect();
    let departed = departed.into_iter().map(|id| RecordKey::new("gone", RecordId::from_bytes(id))).collect();
    PullAnswer {
        epoch: Epoch::from_bytes([7; 16]),
        channels: vec![
            ChannelPage {
                at: channel("340603"),
                position: 9,
                listed: listed.clone(),
                departed: vec![],
                digest: None,
                erased: Vec::new(),
            },
            ChannelPage {
                at: channel("340603002001001"),
                position: 1 << 40,
                listed,
                departed,
                digest: Some(crate::Digest::from_bytes([7; 16])),
                erased: Vec::new(),
            },
        ],
        records,
        more: true,
        remaining: 3,
        grants_version: "v".into(),
        now_ms: 1,
    }
}

proptest! {
    #[test]
    fn a_page_survives_the_way_through_columns(
        records in prop::collection::vec(records(), 0..12), departed in prop::collection::vec(any::<[u8; 16]>(), 0..4),
    ) {
        let mut seen = BTreeSet::new();
        let mut records: Vec<_> = records.into_iter().filter(|one| seen.insert(one.state.key())).collect();
        // Tables are by kind; within a kind records keep their order.
        records.sort_by(|a, b| a.state.kind.cmp(&b.state.kind));
        let sent = answer(records, departed);
        let received: PullAnswer = serde_json::from_str(&serde_json::to_string(&sent).unwrap()).unwrap();
        prop_assert_eq!(&received.records, &sent.records);
        prop_assert_eq!(&received.channels, &sent.channels);
        prop_assert_eq!((received.more, received.remaining, received.now_ms), (true, 3, 1));
    }

    #[test]
    fn edits_survive_the_way_through_columns(edits in prop::collection::vec(edits(), 0..12)) {
        let sent = PushRequest {
            epoch: None,
            before: None,
            edits,
            signature: "s".into(),
            author_tokens: BTreeMap::new(),
            decided: BTreeMap::new(), erased: BTreeMap::new() };
        let received: PushRequest = serde_json::from_str(&serde_json::to_string(&sent).unwrap()).unwrap();
        prop_assert_eq!(received.edits, sent.edits);
    }

    /// Any number anywhere in the columns may be a lie: what comes of it is an answer or an error, never a panic.
    #[test]
    fn columns_that_do_not_fit_are_refused_or_read(
        edits in prop::collection::vec(edits(), 1..6), at in any::<prop::sample::Index>(),
        number in prop::sample::select(vec!["-1", "0", "2", "4294967295", "9223372036854775807", "[0,4294967295]"]),
    ) {
        let sent = PushRequest {
            epoch: None,
            before: None,
            edits,
            signature: "s".into(),
            author_tokens: BTreeMap::new(),
            decided: BTreeMap::new(), erased: BTreeMap::new() };
        let text = serde_json::to_string(&sent).unwrap();
        let digits: Vec<usize> = text.char_indices().filter(|(_, c)| c.is_ascii_digit()).map(|(at, _)| at).collect();
        let at = digits[at.index(digits.len())];
        let changed = format!("{}{number}{}", &text[..at], &text[at + 1..]);
        drop(serde_json::from_str::<PushRequest>(&changed));
    }
}

#[test]
fn a_value_at_a_mark_that_is_not_there_is_refused() {
    let mark = Mark {
        stamp: Stamp::ZERO,
        order: None,
        edit: EditId::from_bytes([1; 16]),
        author: RecordId::from_bytes([2; 16]),
    };
    let fields = BTreeMap::from([("phone".to_owned(), vec![FieldVersion(1, "1".into())])]);
    let state = RecordState { kind: "a".into(), id: RecordId::from_bytes([3; 16]), marks: vec![mark], fields };
    let text = serde_json::to_string(&answer(vec![WireRecord { revision: 1, state }], vec![])).unwrap();
    assert!(serde_json::from_str::<PullAnswer>(&text).is_err());
}
