//! F17: the database's primary is killed while tablets push, and its synchronous standby takes over.

use crate::support::*;
use crate::times;
use std::sync::atomic::{AtomicU8, Ordering::SeqCst};
use std::time::{Duration, Instant};
use sync_protocol::messages::Fate;

#[test]
fn f17_what_was_acknowledged_outlives_the_primary_and_its_standby_goes_on() {
    const WANTED: u8 = 120;
    let mut longest = Duration::ZERO;
    for _ in 0..times(1) {
        let pair = standby::Pair::start();
        let town = Town::in_database(&pair.url());
        let mut tablet = town.tablet(WORKER);
        let acknowledged = AtomicU8::new(0);
        let gap = std::thread::scope(|scope| {
            let pushing = scope.spawn(|| {
                let (mut gap, mut last) = (Duration::ZERO, Instant::now());
                for n in 0..WANTED {
                    let edits = vec![tablet.create(WORKER, "visit", 100 + n, &visit(DWELLING, HOUSEHOLD))];
                    loop {
                        match town.push(&mut tablet, edits.clone()) {
                            Ok(outcomes) => {
                                assert_eq!(outcomes[0].result, Fate::Merged);
                                gap = gap.max(last.elapsed());
                                last = Instant::now();
                                acknowledged.fetch_add(1, SeqCst);
                                // As fast as a few tablets, so that the fail-over falls into the midst of it.
                                std::thread::sleep(Duration::from_millis(15));
                                break;
                            }
                            Err(error) => {
                                let problem = error.problem();
                                assert_eq!((problem.status, problem.retry_after_s), (503, Some(5)), "{error}");
                                std::thread::sleep(Duration::from_millis(50));
                            }
                        }
                    }
                }
                gap
            });
            while acknowledged.load(SeqCst) < 20 {
                std::thread::yield_now();
            }
            pair.kill_the_primary();
            assert!(acknowledged.load(SeqCst) < WANTED, "everything was pushed before the primary died");
            pair.promote_the_standby();
            pushing.join().unwrap()
        });
        longest = longest.max(gap);
        for n in 0..WANTED {
            assert_eq!(town.record("visit", 100 + n).state.marks.len(), 1, "visit {n} is lost or there twice");
        }
        assert!(town.relay.store().read(linli_relay::digests::wrong).unwrap().is_empty());
    }
    println!(
        "F17: {} fail-overs, the longest gap {:.1} s; 0 acknowledged lost, 0 twice",
        times(1),
        longest.as_secs_f64()
    );
}
