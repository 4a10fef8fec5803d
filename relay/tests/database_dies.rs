//! F17: the database dies while tablets push, and comes back.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;
use support::*;
use sync_protocol::messages::Fate;

#[test]
fn f17_what_was_acknowledged_outlives_the_database_and_pushes_go_on_once_it_is_back() {
    const WANTED: u8 = 60;
    let server = postgres::OwnServer::start();
    let town = Town::in_database(&server.database().url);
    let mut tablet = town.tablet(WORKER);
    let acknowledged = AtomicU8::new(0);
    let failures = std::thread::scope(|scope| {
        let pushing = scope.spawn(|| {
            let mut failures = 0;
            for n in 0..WANTED {
                let edits = vec![tablet.create(WORKER, "visit", 100 + n, &visit(DWELLING, HOUSEHOLD))];
                // As a tablet does: the same push again until it is heard of.
                loop {
                    match town.push(&mut tablet, edits.clone()) {
                        Ok(outcomes) => {
                            assert_eq!(outcomes[0].result, Fate::Merged);
                            acknowledged.fetch_add(1, Ordering::SeqCst);
                            break;
                        }
                        Err(error) => {
                            let problem = error.problem();
                            assert_eq!((problem.status, problem.retry_after_s), (503, Some(5)), "{error}");
                            failures += 1;
                            std::thread::sleep(Duration::from_millis(20));
                        }
                    }
                }
            }
            failures
        });
        while acknowledged.load(Ordering::SeqCst) < 10 {
            std::thread::yield_now();
        }
        server.kill();
        std::thread::sleep(Duration::from_millis(300));
        server.run_again();
        pushing.join().unwrap()
    });
    assert!(failures > 0, "nobody noticed that the database was gone");
    assert_eq!(acknowledged.into_inner(), WANTED);
    for n in 0..WANTED {
        assert_eq!(town.record("visit", 100 + n).state.marks.len(), 1, "visit {n}");
    }
    assert!(town.relay.store().read(linli_relay::digests::wrong).unwrap().is_empty());
}
