//! F16: the database committed, and the relay never heard of it.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use support::*;
use sync_protocol::messages::Fate;

/// A line to the database that goes dead right after a commit reached it, once armed.
struct Line {
    port: u16,
    armed: Arc<AtomicBool>,
}

impl Line {
    fn to(database: &postgres::Database) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let line = Self { port: listener.local_addr().unwrap().port(), armed: Arc::default() };
        let (armed, socket) = (line.armed.clone(), database.socket.clone());
        std::thread::spawn(move || {
            for relay in listener.incoming().map_while(Result::ok) {
                let (armed, server) = (armed.clone(), UnixStream::connect(&socket).unwrap());
                std::thread::spawn(move || carry(&relay, &server, &armed));
            }
        });
        line
    }
}

fn carry(relay: &TcpStream, server: &UnixStream, armed: &AtomicBool) {
    let is_cut = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut bytes = [0; 64 * 1024];
            while let Ok(count @ 1..) = (&*server).read(&mut bytes) {
                if is_cut.load(Ordering::SeqCst) || (&*relay).write_all(&bytes[..count]).is_err() {
                    break;
                }
            }
            drop(relay.shutdown(Shutdown::Both));
        });
        let mut bytes = [0; 64 * 1024];
        while let Ok(count @ 1..) = (&*relay).read(&mut bytes) {
            let commits = bytes[..count].windows(7).any(|window| window == b"COMMIT\0");
            if commits && armed.swap(false, Ordering::SeqCst) {
                // What comes back now, the relay will not hear.
                is_cut.store(true, Ordering::SeqCst);
            }
            if (&*server).write_all(&bytes[..count]).is_err() {
                break;
            }
        }
        drop(server.shutdown(Shutdown::Write));
    });
}

#[test]
fn f16_a_push_repeated_after_an_unknown_commit_hears_its_stored_outcome() {
    let database = postgres::database();
    let line = Line::to(&database);
    let town = Town::in_database(&format!("postgres://postgres@127.0.0.1:{}/{}", line.port, database.name));
    let mut tablet = town.tablet(WORKER);
    let bases = town.bases("resident", RESIDENT, "phone");
    let edits = vec![
        tablet.edit(WORKER, "resident", RESIDENT, &[("phone", "10000000002".into(), &bases)]),
        tablet.create(WORKER, "visit", 70, &visit(DWELLING, HOUSEHOLD)),
    ];
    line.armed.store(true, Ordering::SeqCst);
    let unknown = town.push_after(&tablet, None, edits.clone(), &[]).unwrap_err();
    assert_eq!(unknown.problem().status, 503, "{unknown}");
    assert!(!line.armed.load(Ordering::SeqCst), "the line was not cut");

    let held = town.record("resident", RESIDENT);
    assert_eq!(held.state.text("phone"), Some("10000000002"), "the commit did reach the database");
    let repeated = town.push(&mut tablet, edits).unwrap();
    assert!(repeated.iter().all(|one| one.result == Fate::Merged));
    assert_eq!(repeated[0].revision, Some(held.revision), "the stored outcome, not a second one");
    assert_eq!(town.record("resident", RESIDENT), held);
}

#[test]
fn a_connection_that_died_at_rest_is_replaced_without_anybody_noticing() {
    let database = postgres::database();
    let town = Town::in_database(&database.url);
    let mut tablet = town.tablet(WORKER);
    database.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
    let edit = tablet.create(WORKER, "visit", 70, &visit(DWELLING, HOUSEHOLD));
    assert_eq!(town.push(&mut tablet, vec![edit]).unwrap()[0].result, Fate::Merged);
}
