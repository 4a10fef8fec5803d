//! F26: records that this app cannot show are kept, and hold nothing up.

use crate::replica::{NOW, begun, held, id, open, put};
use local_store::{View, cursors, incoming, outbox, records};
use std::collections::BTreeSet;
use sync_protocol::messages::{ChannelPage, PullAnswer, WireRecord};
use sync_protocol::record::{FieldVersion, Mark};
use sync_protocol::{
    Channel, ChannelFacet, DeviceNumber, EditId, Epoch, Facet, Grant, RecordKey, RecordState, Stamp, Value,
};

const GRID: &str = "340603002001001";

fn wire(kind: &str, n: u64, fields: &[(&str, Value)]) -> WireRecord {
    let mark = Mark {
        stamp: Stamp { ms: 10, counter: 0, device: DeviceNumber(1) },
        order: None,
        edit: EditId::from_bytes([n as u8; 16]),
        author: id(9),
    };
    let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), vec![FieldVersion(0, value.clone())]));
    WireRecord {
        revision: n,
        state: RecordState { kind: kind.into(), id: id(n), marks: vec![mark], fields: fields.collect() },
    }
}

#[test]
fn f26_a_record_of_a_kind_or_field_that_only_a_newer_app_knows_is_kept_and_holds_nothing_up() {
    let folder = tempfile::tempdir().unwrap();
    put(&begun(), folder.path());
    let store = open(folder.path()).unwrap();
    let channel = Channel::of_code(GRID).unwrap();
    let at = ChannelFacet { channel: channel.clone(), facet: Facet::Personal };
    store.write(|tx| cursors::follow(tx, &[Grant::new(channel, &[Facet::Personal])])).unwrap();
    let poison = wire("drone_flight", 200, &[("height", 12.into()), ("pilot", "无人".into())]);
    let newer = wire("resident", 201, &[("name", "新字段".into()), ("hover_rights", "yes".into())]);
    let mut records = vec![poison.clone(), newer.clone()];
    records.extend((202..230).map(|n| wire("resident", n, &[("name", "居民".into())])));
    let listed: Vec<RecordKey> = records.iter().map(|one| one.state.key()).collect();
    let page = PullAnswer {
        epoch: Epoch(id(77).0),
        channels: vec![ChannelPage {
            at: at.clone(),
            position: 30,
            listed,
            departed: vec![],
            digest: None,
            erased: vec![],
        }],
        records,
        more: false,
        remaining: 0,
        grants_version: "1".into(),
        now_ms: NOW,
    };
    store.write(|tx| incoming::apply(tx, &page)).unwrap();
    // Once more, as a page may come twice.
    store.write(|tx| incoming::apply(tx, &page)).unwrap();
    store
        .read(&View::Everything, |tx| {
            assert_eq!(cursors::all(tx)?[0].position, 30, "the cursor went past it");
            let held = |key: &RecordKey| Ok::<_, local_store::StoreError>(records::relay_state(tx, key)?.unwrap().1);
            assert_eq!(held(&poison.state.key())?, poison.state, "kept as it came");
            assert_eq!(held(&newer.state.key())?, newer.state, "the field it does not know included");
            assert_eq!(outbox::queue(tx)?.iter().map(|line| line.count).sum::<u32>(), 5);
            Ok(())
        })
        .unwrap();
    let shown = held(&store).0;
    assert!((202..230).all(|n| shown.contains(&n)), "the others are shown");
    assert_eq!(shown.difference(&BTreeSet::from_iter(202..230)).count(), 5);
    println!(
        "F26: a record of an unknown kind and one with an unknown field among 30: 0 rounds blocked, both kept whole"
    );
}
