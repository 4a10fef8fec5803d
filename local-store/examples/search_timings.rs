//! Prints how long search takes over a generated district, encrypted, and what its index costs a first load.
//!
//! `cargo run --release -p local-store --example search_timings -- 50000`

use local_store::{Key, Options, Store, StoreError, View, cursors, device, incoming, search};
use std::time::{Duration, Instant};
use sync_protocol::messages::{ChannelPage, PullAnswer, WireRecord};
use sync_protocol::record::{FieldVersion, Mark};
use sync_protocol::{Channel, ChannelFacet, DeviceNumber, EditId, Epoch, Facet, Grant, RecordId, RecordState, Stamp};

const PAGE: usize = 1_000;
const ASKED: &[&str] = &[
    "王",
    "w",
    "王丽",
    "李建国",
    "小明",
    "丽",
    "wang",
    "wangl",
    "wangli",
    "wxm",
    "xm",
    "zhangwei",
    "zhang",
    "chenjing",
    "zengz",
    "yuchi",
    "尉迟",
    "danx",
    "令狐",
    "阿依古丽",
    "ayiguli",
    "aygl",
    "𬭚",
    "qzx",
    "zongyj",
    "华建",
    "5678",
    "031",
    "10012345678",
    "3-2-501",
    "2-501",
    "501",
    "3号楼2单元1203",
    "3-2-9999",
    "和平里",
    "3号楼",
    "没有这人",
    "xqz",
    "xianai",
    "wxzhang",
    "lixiaohong",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let wanted: usize = std::env::args().nth(1).map_or(Ok(50_000), |text| text.parse())?;
    let folder = tempfile::tempdir()?;
    let store = Store::open(&folder.path().join("linli.db"), Some(&Key::new([7; 32])), Options::linli())?;
    let divisions =
        demo_district::divisions::read_csv(demo_district::XIANGSHAN_CSV).map_err(|_| "unreadable divisions")?;
    let codes: Vec<String> = divisions.into_iter().filter(|one| one.level == "community").map(|one| one.code).collect();
    let grants: Vec<Grant> = codes
        .iter()
        .filter_map(|code| Channel::of_code(code))
        .map(|channel| Grant::new(channel, &[Facet::Open, Facet::Personal]))
        .collect();
    store.write(|tx| -> Result<(), StoreError> {
        device::enrolled_as(tx, DeviceNumber(12))?;
        cursors::follow(tx, &grants).map(drop)
    })?;
    let (mut residents, mut records, mut applying) = (0, 0, Duration::ZERO);
    for (seed, code) in (0u64..).zip(codes.iter().cycle()) {
        if residents >= wanted {
            break;
        }
        let seeds = demo_district::community(seed, code, "2026-11-23").records;
        residents += seeds.iter().filter(|one| one.kind == "resident").count();
        records += seeds.len();
        let wires: Vec<WireRecord> = seeds.into_iter().map(wire).collect();
        let begun = Instant::now();
        for page in wires.chunks(PAGE) {
            store.write(|tx| incoming::apply(tx, &answer(code, page)?))?;
        }
        applying += begun.elapsed();
    }
    println!("{residents} residents, {records} records applied in {applying:.1?}");
    println!("{:.1} MB on disk", std::fs::metadata(folder.path().join("linli.db"))?.len() as f64 / 1e6);
    let store = time_rebuild(&folder.path().join("linli.db"), store)?;
    time("everything", &store, &View::Everything)?;
    let one = grants.into_iter().take(1).collect();
    time("one community of a console", &store, &View::Granted(one))
}

/// How long the index takes when it is made anew: about what it costs a first load.
fn time_rebuild(path: &std::path::Path, store: Store) -> Result<Store, Box<dyn std::error::Error>> {
    drop(store);
    let connection = rusqlite::Connection::open(path)?;
    local_store::unlock(&connection, Some(&Key::new([7; 32])))?;
    connection.execute("DELETE FROM device WHERE name = 'search_version'", [])?;
    drop(connection);
    let begun = Instant::now();
    let store = Store::open(path, Some(&Key::new([7; 32])), Options::linli())?;
    println!("the index made anew in {:.2?}", begun.elapsed());
    Ok(store)
}

fn time(name: &str, store: &Store, view: &View) -> Result<(), Box<dyn std::error::Error>> {
    let mut all = Vec::new();
    println!("\n{name}");
    for round in 0..5 {
        for text in ASKED {
            let begun = Instant::now();
            let (people, doors, buildings) = store.read(view, |tx| {
                Ok((search::people(tx, text, 20)?, search::doors(tx, text, 20)?, search::buildings(tx, text, 20)?))
            })?;
            let took = begun.elapsed();
            all.push(took);
            if round == 0 {
                println!(
                    "{:>9.2} ms  {text}: {} people, {} doors, {} buildings",
                    took.as_secs_f64() * 1e3,
                    people.hits.len(),
                    doors.hits.len(),
                    buildings.hits.len()
                );
            }
        }
    }
    all.sort();
    println!(
        "median {:.2?}, p99 {:.2?}, worst {:.2?}",
        all[all.len() / 2],
        all[all.len() * 99 / 100],
        all[all.len() - 1]
    );
    Ok(())
}

fn wire(seed: demo_district::Seed) -> WireRecord {
    let mark = Mark {
        stamp: Stamp { ms: 10, counter: 0, device: DeviceNumber(1) },
        order: None,
        edit: EditId::from_bytes([1; 16]),
        author: RecordId::from_bytes([2; 16]),
    };
    let fields = seed.fields.into_iter().map(|(name, value)| (name, vec![FieldVersion(0, value)])).collect();
    WireRecord { revision: 1, state: RecordState { kind: seed.kind, id: seed.id, marks: vec![mark], fields } }
}

fn answer(code: &str, records: &[WireRecord]) -> Result<PullAnswer, StoreError> {
    let channel = Channel::of_code(code).ok_or_else(|| StoreError::Unreadable(code.to_owned()))?;
    let at = ChannelFacet { channel, facet: Facet::Personal };
    let listed = records.iter().map(|record| record.state.key()).collect();
    Ok(PullAnswer {
        epoch: Epoch(RecordId::from_bytes([3; 16]).0),
        channels: vec![ChannelPage { at, position: 1, listed, departed: vec![], digest: None, erased: Vec::new() }],
        records: records.to_vec(),
        more: false,
        remaining: 0,
        grants_version: "1".into(),
        now_ms: 1_795_400_000_000,
    })
}
