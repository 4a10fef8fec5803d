//! What a replica promises, through its public functions only.

#![allow(clippy::unwrap_used, reason = "tests")]

use local_store::saving::{NewEdit, save};
use local_store::{
    Key, Options, Result, Store, StoreError, Tx, View, buildings, cursors, device, drafts, erasing, households,
    incoming, keeping, outbox, records, visits,
};
use std::collections::BTreeMap;
use std::path::Path;
use sync_protocol::messages::{ChannelPage, Fate, Outcome, PullAnswer, WireRecord};
use sync_protocol::record::{FieldVersion, Mark};
use sync_protocol::{
    Channel, ChannelFacet, DeviceNumber, Digest, EditId, Epoch, Facet, Grant, RecordId, RecordKey, RecordState, Stamp,
    Value,
};

const GRID: &str = "340603002001003";
const NOW: u64 = 1_795_400_000_000;

fn id(n: u8) -> RecordId {
    RecordId::from_bytes([n; 16])
}
fn epoch() -> Epoch {
    Epoch(uuid_of(200))
}
fn uuid_of(n: u8) -> uuid::Uuid {
    id(n).0
}
fn at(facet: Facet) -> ChannelFacet {
    ChannelFacet { channel: Channel::of_code(GRID).unwrap(), facet }
}
fn grants(facets: &[Facet]) -> Vec<Grant> {
    vec![Grant::new(Channel::of_code(GRID).unwrap(), facets)]
}

/// A record as the relay would send it: all fields from one edit made at `ms` on another device.
fn wire(kind: &str, n: u8, revision: u64, ms: u64, fields: &[(&str, Value)]) -> WireRecord {
    let mark = Mark {
        stamp: Stamp { ms, counter: 0, device: DeviceNumber(1) },
        order: None,
        edit: EditId::from_bytes([n; 16]),
        author: id(250),
    };
    let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), vec![FieldVersion(0, value.clone())]));
    let state = RecordState { kind: kind.into(), id: id(n), marks: vec![mark], fields: fields.collect() };
    WireRecord { revision, state }
}

fn page(position: u64, facet: Facet, records: Vec<WireRecord>, departed: Vec<RecordKey>) -> PullAnswer {
    let listed = records.iter().map(|record| record.state.key()).collect();
    PullAnswer {
        epoch: epoch(),
        channels: vec![ChannelPage { at: at(facet), position, listed, departed, digest: None, erased: Vec::new() }],
        records,
        more: false,
        remaining: 0,
        grants_version: "1".into(),
        now_ms: NOW,
    }
}

fn home() -> Vec<WireRecord> {
    vec![
        wire(
            "building",
            1,
            1,
            10,
            &[
                ("grid", GRID.into()),
                ("name", "和平里3号楼".into()),
                ("number", "3".into()),
                ("entrances", 1.into()),
                ("floors_up", 6.into()),
                ("floors_down", 0.into()),
                ("walk_order", 1.into()),
            ],
        ),
        wire(
            "dwelling",
            2,
            2,
            10,
            &[
                ("building", id(1).into()),
                ("entrance", "1".into()),
                ("floor", 3.into()),
                ("door", "301".into()),
                ("use", "owner_occupied".into()),
            ],
        ),
    ]
}

fn people() -> Vec<WireRecord> {
    vec![
        wire("household", 3, 3, 10, &[("dwelling", id(2).into())]),
        wire(
            "resident",
            4,
            4,
            10,
            &[("name", "单雄".into()), ("phone", "10000000001".into()), ("languages:皖语", true.into())],
        ),
        wire(
            "residence",
            5,
            5,
            10,
            &[
                ("resident", id(4).into()),
                ("household", id(3).into()),
                ("relation", "head".into()),
                ("stays", "main".into()),
            ],
        ),
    ]
}

fn open(path: &Path, options: Options) -> Store {
    let store = Store::open(path, Some(&Key::new([7; 32])), options).unwrap();
    store
        .write(|tx| -> Result<()> {
            device::enrolled_as(tx, DeviceNumber(12))?;
            cursors::follow(tx, &grants(&[Facet::Open, Facet::Personal]))?;
            incoming::apply(tx, &page(2, Facet::Open, home(), vec![]))?;
            incoming::apply(tx, &page(5, Facet::Personal, people(), vec![]))?;
            Ok(())
        })
        .unwrap();
    store
}

fn temp() -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir.path().join("linli.db"), Options::linli());
    (dir, store)
}

fn resident() -> RecordKey {
    RecordKey::new("resident", id(4))
}

fn correct_phone(tx: &Tx<'_>, phone: &str) -> Result<sync_protocol::Edit> {
    save(tx, NewEdit::change(resident(), id(9)).set("phone", phone), NOW)
}

fn phone(store: &Store) -> Option<String> {
    store.read(&View::Everything, |tx| Ok(records::expect(tx, &resident())?.text("phone").map(str::to_owned))).unwrap()
}

fn settle(store: &Store, fate: Fate, revision: Option<u64>) {
    store
        .write(|tx| -> Result<()> {
            let (_, edits) = outbox::pending(tx, 0, 10)?;
            let outcomes: Vec<_> = edits
                .iter()
                .map(|one| Outcome {
                    number: one.edit.number,
                    edit: one.id,
                    result: fate,
                    code: None,
                    fields: Default::default(),
                    revision,
                    order: None,
                    receipt: None,
                })
                .collect();
            outbox::settle(tx, &outcomes).map(drop)
        })
        .unwrap();
}

#[test]
fn what_was_pulled_is_shown_and_a_state_survives_its_row_exactly() {
    let (_dir, store) = temp();
    store
        .read(&View::Everything, |tx| {
            for record in home().into_iter().chain(people()) {
                assert_eq!(records::relay_state(tx, &record.state.key())?, Some((record.revision, record.state)));
            }
            let doors = buildings::doors(tx, Some(id(1)))?;
            assert_eq!((doors.len(), doors[0].household), (1, Some(id(3))));
            assert_eq!(buildings::behind_doors(tx, None)?[&id(2)].head_name.as_deref(), Some("单雄"));
            assert_eq!(households::members(tx, id(3))?[0].phone.as_deref(), Some("10000000001"));
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_saved_edit_is_shown_at_once_and_still_there_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("linli.db");
    let store = open(&path, Options::linli());
    store.write(|tx| correct_phone(tx, "10000000002")).unwrap();
    drop(store);
    let store = Store::open(&path, Some(&Key::new([7; 32])), Options::linli()).unwrap();
    assert_eq!(phone(&store).as_deref(), Some("10000000002"));
    store
        .read(&View::Everything, |tx| {
            let (before, edits) = outbox::pending(tx, 0, 10)?;
            assert_eq!((before, edits.len()), (None, 1));
            let bases = &edits[0].edit.fields["phone"].bases;
            assert_eq!(bases[0].device, DeviceNumber(1), "its base is the version its author was shown");
            assert_eq!(outbox::unsettled(tx, &resident())?.len(), 1);
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_second_edit_before_the_first_is_sent_stands_on_what_the_first_stood_on() {
    let (_dir, store) = temp();
    let first = store.write(|tx| correct_phone(tx, "10000000002")).unwrap();
    let second = store.write(|tx| correct_phone(tx, "10000000003")).unwrap();
    let bases = &second.fields["phone"].bases;
    assert_eq!(bases[0], first.stamp);
    assert_eq!(bases[1..], first.fields["phone"].bases[..], "were the first refused, the second would still answer it");
}

#[test]
fn the_edit_stays_laid_over_until_a_pull_accounts_for_it() {
    let (_dir, store) = temp();
    let edit = store.write(|tx| correct_phone(tx, "10000000002")).unwrap();
    settle(&store, Fate::Merged, Some(9));
    let pull = |revision, phone: &str| {
        let record = wire("resident", 4, revision, 11, &[("name", "单雄".into()), ("phone", phone.into())]);
        store.write(|tx| incoming::apply(tx, &page(revision, Facet::Personal, vec![record], vec![]))).unwrap();
    };
    pull(8, "10000000008");
    assert_eq!(
        phone(&store).as_deref(),
        Some("10000000002"),
        "a copy made before the edit was accepted does not hide it"
    );
    pull(9, "10000000002");
    store
        .read(&View::Everything, |tx| {
            assert!(outbox::overlaid(tx, &resident())?.is_empty());
            assert_eq!(records::relay_state(tx, &resident())?.unwrap().0, 9);
            Ok(())
        })
        .unwrap();
    pull(7, "10000000007");
    assert_eq!(phone(&store).as_deref(), Some("10000000002"), "an older copy is never applied over a newer");
    assert_eq!(edit.number, 1);
}

#[test]
fn a_refused_edit_is_shown_no_more_and_waits_to_be_read() {
    let (_dir, store) = temp();
    store.write(|tx| correct_phone(tx, "10000000002")).unwrap();
    settle(&store, Fate::Refused, None);
    assert_eq!(phone(&store).as_deref(), Some("10000000001"));
    store
        .read(&View::Everything, |tx| {
            assert_eq!(local_store::attention::unread(tx, id(9))?, 1);
            assert!(outbox::pending(tx, 0, 10)?.1.is_empty());
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_record_that_no_channel_lists_leaves_and_its_unsent_edit_stays_in_the_outbox() {
    let (_dir, store) = temp();
    store.write(|tx| correct_phone(tx, "10000000002")).unwrap();
    store.write(|tx| incoming::apply(tx, &page(6, Facet::Personal, vec![], vec![resident()]))).unwrap();
    store
        .read(&View::Everything, |tx| {
            assert_eq!(records::shown(tx, &resident())?, None);
            assert_eq!(outbox::pending(tx, 0, 10)?.1.len(), 1);
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_child_who_turns_fourteen_goes_from_one_facet_to_another_and_stays_on_the_tablet() {
    let (_dir, store) = temp();
    store.write(|tx| cursors::follow(tx, &grants(&[Facet::Open, Facet::Personal, Facet::Guarded]))).unwrap();
    let moved = wire("resident", 4, 9, 12, &[("name", "单雄".into())]);
    let mut page = page(9, Facet::Personal, vec![], vec![resident()]);
    page.channels.push(ChannelPage {
        at: at(Facet::Guarded),
        position: 1,
        listed: vec![resident()],
        departed: vec![],
        digest: None,
        erased: Vec::new(),
    });
    page.records.push(moved);
    store.write(|tx| incoming::apply(tx, &page)).unwrap();
    assert!(store.read(&View::Everything, |tx| records::shown(tx, &resident())).unwrap().is_some());
}

#[test]
fn when_a_grant_shrinks_its_rows_leave_and_when_it_widens_it_loads_from_the_start() {
    let (_dir, store) = temp();
    store.write(|tx| cursors::follow(tx, &grants(&[Facet::Open]))).unwrap();
    store
        .read(&View::Everything, |tx| {
            assert_eq!(records::shown(tx, &resident())?, None);
            assert!(records::shown(tx, &RecordKey::new("dwelling", id(2)))?.is_some());
            Ok(())
        })
        .unwrap();
    store.write(|tx| cursors::follow(tx, &grants(&[Facet::Open, Facet::Personal]))).unwrap();
    let positions: Vec<_> =
        store.read(&View::Everything, |tx| Ok(cursors::all(tx)?.iter().map(|c| c.position).collect())).unwrap();
    assert_eq!(positions, [2, 0]);
}

#[test]
fn a_scoped_reader_sees_what_its_grants_list_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir.path().join("linli.db"), Options::linli());
    let sees = |facets: &[Facet]| {
        let view = View::Granted(grants(facets));
        store
            .read(&view, |tx| {
                Ok((
                    buildings::all(tx)?.len(),
                    households::members(tx, id(3))?.len(),
                    records::shown(tx, &resident())?.is_some(),
                ))
            })
            .unwrap()
    };
    assert_eq!(sees(&[Facet::Open, Facet::Personal]), (1, 1, true));
    assert_eq!(sees(&[Facet::Open]), (1, 0, false));
    assert_eq!(sees(&[]), (0, 0, false));
    let nobody = View::Granted(vec![Grant::new(Channel::of_code("340603005001001").unwrap(), &Facet::ALL)]);
    assert_eq!(store.read(&nobody, |tx| Ok(buildings::all(tx)?.len())).unwrap(), 0);
}

#[test]
fn a_visit_is_added_and_counts_at_its_door() {
    let (_dir, store) = temp();
    let visit = NewEdit::create("visit", id(20), id(9))
        .set("dwelling", id(2))
        .set("household", id(3))
        .set("outcome", "met")
        .set("said", "楼道灯不亮")
        .set("happened_at", "2026-11-23T01:12:00.000Z")
        .set("author_name", "王伟")
        .set("revisit_on", Value::Null);
    store.write(|tx| save(tx, visit, NOW)).unwrap();
    store
        .read(&View::Everything, |tx| {
            let queue = outbox::queue(tx)?;
            let body = serde_json::to_string(&outbox::unsettled(tx, &RecordKey::new("visit", id(20)))?[0])?;
            assert_eq!((queue.len(), queue[0].kind.as_str(), queue[0].count), (1, "visit", 1));
            assert_eq!(queue[0].bytes, body.len() as u64, "in bytes, of which a character may take three");
            assert_eq!(visits::newest_by_dwelling(tx, Some(id(1)))?[&id(2)].outcome, "met");
            assert_eq!(visits::at_dwelling(tx, id(2), 5)?[0].unsent, 1);
            assert_eq!(visits::recent(tx, Some("340603002"), 5)?.len(), 1);
            Ok(())
        })
        .unwrap();
}

#[test]
fn an_invalid_edit_saves_nothing_at_all() {
    let (_dir, store) = temp();
    let error = store.write(|tx| correct_phone(tx, &"1".repeat(21))).unwrap_err();
    assert!(matches!(error, StoreError::Invalid(faults) if faults[0].field == "phone"));
    let queue = store.read(&View::Everything, outbox::queue).unwrap();
    assert!(queue.is_empty());
}

#[test]
fn a_wrong_key_and_a_newer_apps_file_are_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("linli.db");
    drop(open(&path, Options::linli()));
    assert!(matches!(Store::open(&path, Some(&Key::new([8; 32])), Options::linli()), Err(StoreError::Damaged)));
    let connection = rusqlite::Connection::open(&path).unwrap();
    local_store::unlock(&connection, Some(&Key::new([7; 32]))).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let error = Store::open(&path, Some(&Key::new([7; 32])), Options::linli()).err();
    assert!(matches!(error, Some(StoreError::TooNew { found: 99, known: 9 })));
}

/// What is held after a channel's cursor became too old and it was loaded anew: page by page, a visit of our own unsent.
#[test]
fn f30_a_channel_that_is_loaded_anew_keeps_every_row_until_its_head_and_then_drops_what_is_gone() {
    let (_dir, store) = temp();
    let has = |key: &RecordKey| store.read(&View::Everything, |tx| records::shown(tx, key)).unwrap().is_some();
    let (household, own) = (RecordKey::new("household", id(3)), RecordKey::new("note", id(90)));
    store
        .write(|tx| {
            let note = NewEdit::create("note", id(90), id(250))
                .set("about", household.to_string())
                .set("words", "还没有发出去")
                .set("happened_at", "2026-11-23T01:12:00.000Z")
                .set("author_name", "李娜");
            save(tx, note, NOW).map(drop)
        })
        .unwrap();
    let position = |store: &Store| {
        let all = store.read(&View::Everything, cursors::all).unwrap();
        all.into_iter().find(|one| one.at.facet == Facet::Personal).unwrap().position
    };
    assert!(position(&store) > 0);
    let apply = |page: PullAnswer| store.write(|tx| incoming::apply(tx, &page)).unwrap();
    // The relay answers an old cursor with the start.
    apply(PullAnswer { more: true, ..page(0, Facet::Personal, vec![], vec![]) });
    assert_eq!(position(&store), 0);
    assert!(has(&household) && has(&resident()));

    // The first page of the new load lists the household again, and not yet the others.
    let again = |n: usize| people().into_iter().skip(n).take(1).collect::<Vec<_>>();
    apply(PullAnswer { more: true, ..page(2_000, Facet::Personal, again(0), vec![]) });
    assert!(has(&household) && has(&resident()), "nothing goes before the head");

    let mut last = page(2_001, Facet::Personal, again(2), vec![]);
    last.channels[0].digest = Some(Digest::default());
    apply(last);
    assert!(has(&household) && !has(&resident()), "what the channel did not list again is gone");
    assert!(has(&own), "what was never sent is listed by no channel, and stays");
    let pending = store.read(&View::Everything, |tx| outbox::pending(tx, 0, 10)).unwrap().1;
    assert_eq!(pending.len(), 1);
}

#[test]
fn an_erased_record_leaves_with_what_was_written_of_it_and_the_chain_stays_whole() {
    let (_dir, store) = temp();
    let first = store.write(|tx| correct_phone(tx, "10000000002")).unwrap();
    settle(&store, Fate::Merged, Some(50));
    store.write(|tx| correct_phone(tx, "10000000003")).unwrap();
    let text = |text: String| drafts::Draft {
        key: text,
        title: "更正".into(),
        path: "/".into(),
        body: "{}".into(),
        saved_ms: NOW,
    };
    store.write(|tx| drafts::put(tx, id(9), &text(format!("correct:{}", id(4))))).unwrap();
    store.write(|tx| drafts::put(tx, id(9), &text(format!("correct:{}", id(6))))).unwrap();

    let mut told = page(3_000, Facet::Personal, vec![], vec![]);
    told.channels[0].erased = vec![resident()];
    store.write(|tx| incoming::apply(tx, &told)).unwrap();
    assert!(store.read(&View::Everything, |tx| records::shown(tx, &resident())).unwrap().is_none());
    assert_eq!(store.read(&View::Everything, |tx| drafts::all(tx, id(9))).unwrap().len(), 1);
    let named = store.read(&View::Everything, |tx| erasing::named(tx, 1, 9)).unwrap();
    assert_eq!(named, BTreeMap::from([(1, first.id(None))]));
    // What the relay has not heard of keeps its words until it has: the next of the chain could not be sent otherwise.
    let (before, pending) = store.read(&View::Everything, |tx| outbox::pending(tx, 0, 10)).unwrap();
    assert_eq!((before, pending[0].edit.fields["phone"].value.as_text()), (Some(first.id(None)), Some("10000000003")));
    let second = pending[0].id;
    settle(&store, Fate::Erased, None);
    let named = store.read(&View::Everything, |tx| erasing::named(tx, 1, 9)).unwrap();
    assert_eq!(named.get(&2), Some(&second));
    let words = store.read(&View::Everything, |tx| {
        let mut all = tx.prepare("SELECT group_concat(body) FROM edit")?;
        Ok(all.query_row([], |row| row.get::<_, String>(0))?)
    });
    assert!(!words.unwrap().contains("1000000000"));
}

#[test]
fn an_own_edit_goes_after_45_days_and_a_backup_that_holds_it_and_never_before_both() {
    let (_dir, store) = temp();
    for phone in ["10000000002", "10000000003", "10000000004", "10000000005"] {
        store.write(|tx| correct_phone(tx, phone)).unwrap();
    }
    let outcomes = |tx: &Tx<'_>| {
        let (_, edits) = outbox::pending(tx, 0, 3)?;
        let outcome = |one: &sync_protocol::record::Accepted| Outcome {
            number: one.edit.number,
            edit: one.id,
            result: Fate::Merged,
            code: None,
            fields: Default::default(),
            revision: Some(4),
            order: None,
            receipt: None,
        };
        Ok::<_, StoreError>(edits.iter().map(outcome).collect::<Vec<_>>())
    };
    let held = |store: &Store| {
        let all = |tx: &Tx<'_>| {
            Ok(tx.query_row("SELECT min(number), max(number) FROM edit", [], |row| {
                Ok((row.get::<_, u32>(0)?, row.get::<_, u32>(1)?))
            })?)
        };
        store.read(&View::Everything, all).unwrap()
    };
    store
        .write(|tx| {
            let told = outcomes(tx)?;
            outbox::settle(tx, &told)?;
            keeping::note_settled(tx, &told, NOW)
        })
        .unwrap();
    let (early, late) = (NOW + keeping::KEPT_MS, NOW + keeping::KEPT_MS + 1);
    for (backed_up, now, first) in [(3, early, 1), (0, late, 1), (2, late, 2), (9, late, 3)] {
        store.write(|tx| keeping::let_go(tx, backed_up, now)).unwrap();
        // The fourth was never sent, and the third names what it continues.
        assert_eq!(held(&store), (first, 4), "{backed_up} at {now}");
    }
    let (before, pending) = store.read(&View::Everything, |tx| outbox::pending(tx, 0, 9)).unwrap();
    assert!(before.is_some() && pending.len() == 1);
}
