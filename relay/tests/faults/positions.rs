//! F19: writers that stay open between the drawing of a position and the commit, on two relays, while others read.

use crate::support::*;
use crate::times;
use linli_relay::store::Listing;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::time::Duration;
use sync_protocol::{Digest, Facet, RecordId, RecordKey};

const WRITERS: u64 = 3;

fn numbered(n: u64) -> RecordKey {
    let mut bytes = [0; 16];
    bytes[8..].copy_from_slice(&n.to_be_bytes());
    RecordKey::new("resident", RecordId::from_bytes(bytes))
}

#[test]
fn f19_no_reader_ever_passes_a_position_that_is_committed_later() {
    let database = postgres::database();
    let town = Town::in_database(&database.url);
    let folder = tempfile::tempdir().unwrap();
    let other = relay_of(&database.url, folder.path());
    let (relays, at) = ([&town.relay, &other], at(&format!("grid:{GRID}"), Facet::Identity));
    let each = times(170);
    let (is_done, reads) = (AtomicBool::new(false), AtomicU64::new(0));
    let sample = town.record("resident", RESIDENT);
    let seen: Vec<BTreeSet<RecordKey>> = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let (at, sample, relay) = (&at, &sample, relays[writer as usize % 2]);
                scope.spawn(move || {
                    for n in 0..each {
                        let key = numbered(1 + writer * each + n);
                        let write = |tx: &dyn linli_relay::store::Tx| {
                            let mut record = sample.clone();
                            (record.state.id, record.revision) = (key.id, tx.next_revision()?);
                            tx.put_record(&record)?;
                            let listing = Listing { record: key.clone(), departed: false };
                            tx.list(at, &[listing], Digest::default())?;
                            // Asked, so that it has reached the database; then open for a while.
                            tx.standing(at)?;
                            std::thread::sleep(Duration::from_micros((n * 7919 + writer * 131) % 1_500));
                            Ok(())
                        };
                        relay.store().write(write).unwrap();
                    }
                })
            })
            .collect();
        let readers: Vec<_> = relays
            .into_iter()
            .map(|relay| {
                let (at, is_done, reads) = (&at, &is_done, &reads);
                scope.spawn(move || {
                    let (mut position, mut seen) = (0, BTreeSet::new());
                    loop {
                        let last = is_done.load(SeqCst);
                        let entries = relay.store().read(|tx| tx.entries_after(at, position, 50)).unwrap();
                        reads.fetch_add(1, SeqCst);
                        if last && entries.is_empty() {
                            return seen;
                        }
                        // Readers that never rest would be all that a small machine does.
                        std::thread::sleep(Duration::from_millis(1));
                        position = entries.last().map_or(position, |entry| entry.position);
                        // The one identity that the town began with is not ours.
                        seen.extend(entries.into_iter().map(|entry| entry.key).filter(|key| key.kind == "resident"));
                    }
                })
            })
            .collect();
        writers.into_iter().for_each(|writer| writer.join().unwrap());
        is_done.store(true, SeqCst);
        readers.into_iter().map(|reader| reader.join().unwrap()).collect()
    });
    for seen in seen {
        assert_eq!(seen.len() as u64, WRITERS * each, "a reader passed a position before it was committed");
    }
    println!("F19: {} writes on two relays, {} reads between them, 0 skipped", WRITERS * each, reads.into_inner());
}
