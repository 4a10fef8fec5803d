//! What every store must do, asked of both: SQLite, and a real PostgreSQL.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use linli_relay::error::RelayError;
use linli_relay::store::place::StorePlace;
use linli_relay::store::postgres::Address;
use linli_relay::store::{
    AuditRow, Fresh, Holder, Link, Listing, NewDevice, OneTimeCode, Store, StoredEdit, StoredRecord, Tx,
};
use linli_relay::{audit, enrolment};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc;
use std::time::Duration;
use support::*;
use sync_protocol::messages::{Fate, Outcome};
use sync_protocol::record::{Accepted, RecordState};
use sync_protocol::routes::Placement;
use sync_protocol::{ChannelFacet, DeviceNumber, Digest, Edit, Facet, FieldEdit, Stamp, schema};

/// A store, and what keeps it.
struct Kept {
    place: StorePlace,
    store: Box<dyn Store>,
    _folder: tempfile::TempDir,
}

impl Kept {
    fn in_a_file() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = StorePlace::File(folder.path().join("relay.db"));
        Self { store: place.open().unwrap(), place, _folder: folder }
    }

    fn in_a_database() -> Self {
        let place = StorePlace::Postgres(Box::new(Address::read(&postgres::database().url, "340603", None).unwrap()));
        Self { store: place.open().unwrap(), place, _folder: tempfile::tempdir().unwrap() }
    }

    /// As another relay sees it.
    fn again(&self) -> Box<dyn Store> {
        self.place.open().unwrap()
    }
}

/// Asks one question of both stores.
macro_rules! both {
    ($($(#[$doc:meta])* fn $name:ident($kept:ident) $body:block)*) => {
        $($(#[$doc])* fn $name($kept: &Kept) $body)*
        mod in_a_file {
            $(#[test] fn $name() { super::$name(&super::Kept::in_a_file()); })*
        }
        mod in_a_database {
            $(#[test] fn $name() { super::$name(&super::Kept::in_a_database()); })*
        }
    };
}

fn grid() -> ChannelFacet {
    at(&format!("grid:{GRID}"), Facet::Open)
}

fn other_grid() -> ChannelFacet {
    at(&format!("grid:{OTHER_GRID}"), Facet::Open)
}

fn edit_of(kind: &str, n: u8, number: u32, fields: &[(&str, &str)]) -> Edit {
    let fields = fields
        .iter()
        .map(|(name, value)| ((*name).to_owned(), FieldEdit { value: (*value).into(), bases: Vec::new() }));
    Edit {
        kind: kind.to_owned(),
        record: id(n),
        create: true,
        author: id(1),
        device: DeviceNumber(7),
        number,
        stamp: Stamp { ms: 1_000 + u64::from(number), counter: 0, device: DeviceNumber(7) },
        fields: fields.collect(),
    }
}

fn stored_edit(edit: Edit, result: Fate) -> StoredEdit {
    let id = edit.id(None);
    let outcome = Outcome {
        number: edit.number,
        edit: id,
        result,
        code: None,
        fields: BTreeMap::new(),
        revision: None,
        order: None,
        receipt: None,
    };
    StoredEdit { chain: edit.device, id, edit, outcome, received_ms: 5 }
}

fn record(kind: &str, n: u8, revision: u64, fields: &[(&str, &str)]) -> StoredRecord {
    let edit = edit_of(kind, n, 1, fields);
    let accepted = Accepted { id: edit.id(None), edit, order: None };
    let state = RecordState::from_edits(schema::linli().kind(kind).unwrap(), &[accepted]).unwrap();
    StoredRecord { revision, state, placement: Placement { channels: BTreeSet::new(), facet: Facet::Open } }
}

fn listing(kind: &str, n: u8) -> Listing {
    Listing { record: key(kind, n), departed: false }
}

fn write<T>(store: &dyn Store, work: impl FnMut(&dyn Tx) -> Result<T, RelayError>) -> T {
    store.write(work).unwrap()
}

both! {
    fn an_error_undoes_all_of_a_write(kept) {
        let failed: Result<(), RelayError> = kept.store.write(|tx| {
            tx.put_meta("a", b"1")?;
            tx.put_record(&record("resident", 1, 1, &[("name", "王芳")]))?;
            Err(RelayError::Damaged("for the test".to_owned()))
        });
        assert!(failed.is_err());
        kept.store.read(|tx| {
            assert_eq!(tx.meta("a")?, None);
            assert!(tx.record(&key("resident", 1))?.is_none() && tx.is_empty()?);
            Ok(())
        }).unwrap();
    }

    fn a_record_comes_back_as_it_was_put_and_a_write_reads_what_it_wrote(kept) {
        let put = record("resident", 1, 4, &[("name", "王芳 \u{0}\u{1F600} \"quoted\"")]);
        let newer = StoredRecord { revision: 9, ..put.clone() };
        write(&*kept.store, |tx| {
            assert!(tx.record(&key("resident", 1))?.is_none());
            tx.put_record(&put)?;
            assert_eq!(tx.record(&key("resident", 1))?.as_ref(), Some(&put));
            tx.put_record(&newer)?;
            assert_eq!(tx.record(&key("resident", 1))?.as_ref(), Some(&newer));
            // Another kind may share the id.
            assert!(tx.record(&key("identity", 1))?.is_none());
            Ok(())
        });
        assert_eq!(kept.again().read(|tx| tx.record(&key("resident", 1))).unwrap(), Some(newer));
    }

    fn revisions_only_grow(kept) {
        let drawn = |count: usize| write(&*kept.store, |tx| (0..count).map(|_| tx.next_revision()).collect());
        let all: Vec<u64> = [1, 30, 200, 2].into_iter().flat_map(|count| -> Vec<u64> { drawn(count) }).collect();
        assert!(all.windows(2).all(|pair| pair[0] < pair[1]), "{all:?}");
    }

    fn divisions_are_found_by_their_codes(kept) {
        write(&*kept.store, |tx| {
            for (n, code) in [(1, DISTRICT), (2, STREET), (3, COMMUNITY), (4, GRID), (5, "340604")] {
                tx.put_record(&record("division", n, 1, &[("code", code)]))?;
            }
            Ok(())
        });
        kept.store.read(|tx| {
            assert_eq!(tx.division(STREET)?.unwrap().state.id, id(2));
            assert!(tx.division("34060300")?.is_none());
            assert_eq!(tx.codes_under(STREET)?, [COMMUNITY, GRID]);
            assert_eq!(tx.codes_under(DISTRICT)?, [STREET, COMMUNITY, GRID]);
            Ok(())
        }).unwrap();
    }

    /// F16: what was decided of an edit is stored under its number, and a number belongs to one edit.
    fn an_edit_and_its_outcome_are_found_again(kept) {
        let (first, second) = (edit_of("resident", 1, 1, &[("name", "a")]), edit_of("ro\u{0}bot", 2, 2, &[]));
        let (merged, refused) = (stored_edit(first, Fate::Merged), stored_edit(second, Fate::Refused));
        write(&*kept.store, |tx| { tx.put_edit(&merged)?; tx.put_edit(&refused) });
        let found = kept.again().read(|tx| tx.edits_numbered(DeviceNumber(7), 1, 9)).unwrap();
        assert_eq!(found, [merged.clone(), refused.clone()]);
        assert_eq!(kept.store.read(|tx| tx.accepted_edits(&key("resident", 1))).unwrap(), [merged.accepted()]);
        let mut later = refused;
        later.outcome.result = Fate::Held;
        write(&*kept.store, |tx| tx.put_edit(&later));
        assert_eq!(kept.store.read(|tx| tx.edits_numbered(DeviceNumber(7), 2, 2)).unwrap(), [later]);
    }

    fn edits_wait_for_a_record_and_are_taken_once(kept) {
        let waiting = stored_edit(edit_of("visit", 3, 1, &[]), Fate::Waiting);
        write(&*kept.store, |tx| {
            tx.put_edit(&waiting)?;
            tx.wait_for(&key("household", 2), (DeviceNumber(7), 1))
        });
        assert_eq!(write(&*kept.store, |tx| tx.take_waiting(&key("resident", 2))), []);
        assert_eq!(write(&*kept.store, |tx| tx.take_waiting(&key("household", 2))), [waiting]);
        assert_eq!(write(&*kept.store, |tx| tx.take_waiting(&key("household", 2))), []);
    }

    fn a_channel_lists_a_record_once_at_the_place_given_last(kept) {
        let digest = Digest::from_bytes([0xff; 16]);
        write(&*kept.store, |tx| {
            for n in 1..=3 {
                tx.put_record(&record("resident", n, 1, &[("name", "a")]))?;
            }
            tx.list(&grid(), &[listing("resident", 1), listing("resident", 2), listing("resident", 3)], digest)
        });
        let gone = Listing { departed: true, ..listing("resident", 2) };
        let never = Listing { departed: true, ..listing("resident", 9) };
        write(&*kept.store, |tx| {
            tx.list(&grid(), &[listing("resident", 1), gone.clone(), never.clone()], Digest::from_bytes([1; 16]))
        });
        kept.store.read(|tx| {
            let standing = tx.standing(&grid())?;
            assert_eq!((standing.head, standing.entries), (6, 3));
            assert_eq!(standing.digest, digest + Digest::from_bytes([1; 16]));
            let entries = tx.entries_after(&grid(), 0, 10)?;
            let seen: Vec<_> = entries.iter().map(|one| (one.position, one.key.id, one.record.is_some())).collect();
            assert_eq!(seen, [(3, id(3), true), (4, id(1), true), (5, id(2), false)]);
            assert_eq!(tx.count_after(&grid(), 3)?, 2);
            assert_eq!(tx.standings(&[&other_grid(), &grid()])?, [Default::default(), standing]);
            assert_eq!(tx.all_standings()?, [(grid(), standing)]);
            Ok(())
        }).unwrap();
    }

    /// F19: a write stays open between drawing its position and its commit, while others write and read.
    fn no_reader_passes_a_position_that_may_still_appear(kept) {
        write(&*kept.store, |tx| {
            (1..=20).try_for_each(|n| tx.put_record(&record("resident", n, 1, &[("name", "a")])))
        });
        let (drawn, is_drawn) = mpsc::channel();
        let (go_on, goes_on) = mpsc::channel::<()>();
        let (one, other, reader) = (kept.again(), kept.again(), kept.again());
        std::thread::scope(|scope| {
            scope.spawn(move || {
                write(&*one, |tx| {
                    tx.list(&grid(), &[listing("resident", 1)], Digest::default())?;
                    // Asked, so that it has reached the database.
                    tx.standing(&grid())?;
                    drawn.send(()).unwrap();
                    goes_on.recv().unwrap();
                    Ok(())
                });
            });
            is_drawn.recv().unwrap();
            let (done, is_done) = mpsc::channel();
            scope.spawn(move || {
                write(&*other, |tx| tx.list(&grid(), &[listing("resident", 2)], Digest::default()));
                done.send(()).unwrap();
            });
            let head = || reader.read(|tx| Ok((tx.standing(&grid())?.head, tx.entries_after(&grid(), 0, 9)?.len())));
            for _ in 0..20 {
                assert_eq!(head().unwrap(), (0, 0), "a position was passed that had not been committed");
                assert!(is_done.recv_timeout(Duration::from_millis(10)).is_err(), "the second overtook the first");
            }
            go_on.send(()).unwrap();
            is_done.recv().unwrap();
            assert_eq!(head().unwrap(), (2, 2));
        });
    }

    fn many_writers_at_once_give_each_entry_a_place_of_its_own_and_readers_see_them_in_order(kept) {
        const WRITERS: u8 = 6;
        const EACH: u8 = 12;
        std::thread::scope(|scope| {
            for writer in 0..WRITERS {
                let store = kept.again();
                scope.spawn(move || {
                    for n in 0..EACH {
                        let n = 1 + writer * EACH + n;
                        write(&*store, |tx| {
                            tx.claim(&BTreeSet::from([id(n)]))?;
                            let revision = tx.next_revision()?;
                            tx.put_record(&record("resident", n, revision, &[("name", "a")]))?;
                            tx.list(&grid(), &[listing("resident", n)], Digest::default())?;
                            tx.list(&other_grid(), &[listing("resident", n)], Digest::default())
                        });
                    }
                });
            }
            let reader = kept.again();
            let (mut cursor, mut seen) = (0, BTreeSet::new());
            while seen.len() < usize::from(WRITERS * EACH) {
                for entry in reader.read(|tx| tx.entries_after(&grid(), cursor, 5)).unwrap() {
                    assert!(entry.position > cursor && seen.insert(entry.key));
                    cursor = entry.position;
                }
            }
        });
    }

    fn new_rows_come_many_at_once_and_none_twice(kept) {
        let n = 1_200_u64;
        let many: Vec<StoredRecord> = (0..n).map(|at| {
            let mut one = record("resident", 1, at + 10, &[("name", "王芳")]);
            one.state.id = sync_protocol::RecordId::mint(1_000 + at, [7; 10]);
            one
        }).collect();
        let key_of = |at: usize| many[at].state.key();
        let link = |at: usize| Link { parent: id(9), child: key_of(at), field: "household" };
        let fresh = || Fresh {
            records: many.clone(),
            links: vec![link(0), link(1)],
            edits: (1..=3).map(|at| stored_edit(edit_of("resident", 1, at, &[]), Fate::Merged)).collect(),
            listings: vec![(
                grid(),
                (0..many.len()).map(|at| Listing { record: key_of(at), departed: false }).collect(),
                Digest::from_bytes([3; 16]),
            )],
            last_revision: n + 9,
        };
        write(&*kept.store, |tx| tx.put_fresh(&fresh()));
        kept.again().read(|tx| {
            assert!(!tx.is_empty()?);
            assert_eq!(tx.record(&key_of(1_199))?.as_ref(), many.last());
            assert_eq!(tx.pointing("resident", "household", id(9))?, [key_of(0), key_of(1)]);
            assert_eq!(tx.edits_numbered(DeviceNumber(7), 1, 9)?.len(), 3);
            let standing = tx.standing(&grid())?;
            assert_eq!((standing.head, standing.entries, standing.digest), (n, n, Digest::from_bytes([3; 16])));
            assert_eq!(tx.entries_after(&grid(), n - 1, 9)?[0].key, key_of(1_199));
            Ok(())
        }).unwrap();
        assert!(write(&*kept.store, |tx| tx.next_revision()) > n + 9);
        let twice = kept.store.write(|tx| tx.put_fresh(&Fresh { records: vec![many[5].clone()], ..Fresh::default() }));
        assert!(twice.unwrap_err().to_string().contains("is in the store already"));
    }

    fn a_store_that_lived_before_says_where_its_channels_stood(kept) {
        let life = |n: u8| sync_protocol::Epoch::from_bytes([n; 16]);
        let list = |at: &ChannelFacet, n: u8| {
            write(&*kept.store, |tx| {
                let revision = tx.next_revision()?;
                tx.put_record(&record("resident", n, revision, &[("name", "a")]))?;
                tx.list(at, &[listing("resident", n)], Digest::default())?;
                Ok(revision)
            })
        };
        write(&*kept.store, |tx| tx.begin_epoch(life(1), 1));
        let before = list(&grid(), 1);
        write(&*kept.store, |tx| tx.begin_epoch(life(2), 2));
        list(&grid(), 2);
        assert!(list(&other_grid(), 3) > before + (1 << 30), "revisions go on far beyond");
        write(&*kept.store, |tx| tx.begin_epoch(life(3), 3));
        let since = |n: u8| kept.store.read(|tx| tx.heads_since(life(n))).unwrap();
        // Who comes from the first life goes back to the least of what both later ones began with.
        assert_eq!(since(1), Some(vec![(grid(), 1)]));
        let mut since_second = since(2).unwrap();
        since_second.sort();
        assert_eq!(since_second, [(grid(), 2), (other_grid(), 1)]);
        assert_eq!((since(3), since(9)), (Some(Vec::new()), None));
    }

    fn two_that_change_one_value_follow_each_other(kept) {
        std::thread::scope(|scope| {
            for _ in 0..4 {
                let store = kept.again();
                scope.spawn(move || {
                    for _ in 0..10 {
                        write(&*store, |tx| {
                            let held = tx.meta_to_change("count")?.map_or(0, |bytes| bytes[0]);
                            tx.put_meta("count", &[held + 1])
                        });
                    }
                });
            }
        });
        assert_eq!(kept.store.read(|tx| tx.meta("count")).unwrap(), Some(vec![40]));
    }

    /// A circle of waiting is broken, and what was broken off runs again.
    fn writes_that_take_records_crosswise_both_come_to_their_end(kept) {
        let (one, other) = (kept.again(), kept.again());
        let cross = |store: Box<dyn Store>, first: u8, second: u8| {
            for revision in 1..=6 {
                write(&*store, |tx| {
                    tx.put_record(&record("resident", first, revision, &[("name", "a")]))?;
                    tx.put_record(&record("resident", second, revision, &[("name", "a")]))
                });
            }
        };
        std::thread::scope(|scope| {
            scope.spawn(|| cross(one, 1, 2));
            scope.spawn(|| cross(other, 2, 1));
        });
        assert!(kept.store.read(|tx| tx.record(&key("resident", 2))).unwrap().is_some());
    }

    fn a_code_enrols_one_device_wherever_two_ask(kept) {
        let code = write(&*kept.store, |tx| {
            enrolment::new_code(tx, Holder::Person(id(1)), 10, kept.store.now_ms())
        });
        let hash = linli_relay::keys::code_hash(&code);
        let take = |store: &dyn Store, token: u8| {
            let device = NewDevice {
                holder: Holder::Person(id(1)),
                key: format!("key{token}"),
                token_hash: [token; 32],
                app_version: "test".to_owned(),
                now_ms: 1,
            };
            store.write(|tx| {
                let code = tx.code(&hash)?.unwrap();
                if code.used_by.is_some() {
                    return Ok(None);
                }
                let number = tx.add_device(&device)?;
                tx.put_code(&OneTimeCode { used_by: Some((number, device.key.clone())), ..code })?;
                Ok(Some(number))
            }).unwrap()
        };
        let stores: Vec<_> = (0..4).map(|_| kept.again()).collect();
        let taken: Vec<_> = std::thread::scope(|scope| {
            let asking: Vec<_> =
                stores.iter().zip(1..).map(|(store, token)| scope.spawn(move || take(&**store, token))).collect();
            asking.into_iter().filter_map(|one| one.join().unwrap()).collect()
        });
        assert_eq!(taken, [DeviceNumber(2)]);
        let device = kept.store.read(|tx| tx.device(DeviceNumber(2))).unwrap().unwrap();
        assert_eq!((device.holder, device.head), (Holder::Person(id(1)), None));
    }

    fn an_audit_chain_has_one_entry_after_another_whoever_appends(kept) {
        let append = |store: &dyn Store, chain: &str| {
            store.write(|tx| {
                let last = tx.last_audit(chain)?;
                let number = last.map_or(1, |last| last.number + 1);
                let (chain, what, body) = (chain.to_owned(), "test".to_owned(), "{}".to_owned());
                tx.append_audit(&AuditRow { chain, number, what, body, hash: vec![1] })
            }).unwrap();
        };
        let stores: Vec<_> = (0..4).map(|_| kept.again()).collect();
        std::thread::scope(|scope| {
            for store in &stores {
                scope.spawn(move || (0..5).for_each(|_| { append(&**store, COMMUNITY); append(&**store, DISTRICT); }));
            }
        });
        kept.store.read(|tx| {
            assert_eq!(tx.audit_chains()?, [DISTRICT, COMMUNITY]);
            let numbers: Vec<u64> = tx.audit(COMMUNITY)?.iter().map(|row| row.number).collect();
            assert_eq!(numbers, (1..=20).collect::<Vec<_>>());
            // Hashes that are not of what stands there are found.
            assert!(audit::verify(tx)?.is_err());
            Ok(())
        }).unwrap();
    }

    fn another_relay_hears_of_a_change(kept) {
        let (one, other) = (kept.again(), kept.again());
        let before = other.version().unwrap();
        assert_eq!(other.version().unwrap(), before);
        write(&*one, |tx| {
            tx.put_record(&record("resident", 1, 1, &[("name", "a")]))?;
            tx.list(&grid(), &[listing("resident", 1)], Digest::default())
        });
        assert_ne!(other.version().unwrap(), before);
    }

    fn a_read_sees_one_moment(kept) {
        let writer = kept.again();
        kept.store.read(|tx| {
            assert_eq!(tx.standing(&grid())?.head, 0);
            write(&*writer, |tx| {
                tx.put_record(&record("resident", 1, 1, &[("name", "a")]))?;
                tx.list(&grid(), &[listing("resident", 1)], Digest::default())
            });
            assert_eq!(tx.standing(&grid())?.head, 0);
            assert!(tx.entries_after(&grid(), 0, 9)?.is_empty());
            Ok(())
        }).unwrap();
    }
}
