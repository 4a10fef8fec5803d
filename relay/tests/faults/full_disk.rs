//! F4: no room left under the relay's store.

use crate::served;
use crate::support::*;
use linli_relay::relay::{Relay, store_path};
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::Command;
use sync_protocol::messages::{Fate, PushAnswer};

/// A small file system in memory; taken away when dropped.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mount() -> Option<Self> {
        let place = tempfile::tempdir().unwrap();
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", "size=12m", "none"]).arg(place.path()).status();
        if mount.is_ok_and(|status| status.success()) {
            return Some(Self(place));
        }
        eprintln!("NOT RUN: nobody may mount a file system here");
        None
    }

    /// Takes all the room there is but some.
    fn fill(&self, leave: u64) {
        let mut filler = File::create(self.0.path().join("filler")).unwrap();
        let mut written = 0u64;
        while let Ok(count) = filler.write(&[1; 4096]) {
            written += count as u64;
        }
        filler.set_len(written.saturating_sub(leave)).unwrap();
    }

    fn make_room(&self) {
        fs::remove_file(self.0.path().join("filler")).unwrap();
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("-l").arg(self.0.path()).status());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f4_a_full_disk_is_told_as_wait_and_every_push_is_there_whole_or_not_at_all() {
    let Some(disk) = SmallDisk::mount() else { return };
    let folder = tempfile::tempdir_in(disk.path()).unwrap();
    let relay = Relay::open_file(&store_path(folder.path())).unwrap();
    let town = Town::founded(relay, folder);
    let mut tablet = town.tablet(WORKER);
    let (url, client) = served(&town).await;
    let ready = async || client.get(format!("{url}/readyz")).send().await.unwrap().status().as_u16();
    assert_eq!(ready().await, 200);

    disk.fill(200 * 1024);
    let (mut acknowledged, mut refused, mut n) = (Vec::new(), 0, 100u8);
    let mut pending = Vec::new();
    while refused < 5 && n < 250 {
        let edits =
            (0..2).map(|at| tablet.create(WORKER, "visit", n + at, &visit(DWELLING, HOUSEHOLD))).collect::<Vec<_>>();
        let request = tablet.request(tablet.last, edits);
        // As a tablet does: the same again, until it is heard of.
        loop {
            let answer =
                client.post(format!("{url}/v1/push")).bearer_auth(&tablet.token).json(&request).send().await.unwrap();
            if answer.status() == 200 {
                let answer: PushAnswer = answer.json().await.unwrap();
                assert!(answer.outcomes.iter().all(|one| one.result == Fate::Merged));
                tablet.last = answer.outcomes.last().map(|one| one.edit);
                acknowledged.extend([n, n + 1]);
                break;
            }
            assert!(matches!(answer.status().as_u16(), 503 | 507), "{}", answer.status());
            assert!(answer.headers().contains_key("retry-after"));
            refused += 1;
            if refused == 5 {
                pending = vec![(n, request)];
                break;
            }
        }
        n += 2;
    }
    assert_eq!(refused, 5, "the disk never filled up");
    assert_eq!(ready().await, 503, "health says so");
    assert_eq!(client.get(format!("{url}/healthz")).send().await.unwrap().status(), 200, "reading goes on");
    let held = |n: u8| town.relay.store().read(|tx| tx.record(&key("visit", n))).unwrap().is_some();
    for (n, _) in &pending {
        assert!(!held(*n) && !held(n + 1), "a refused push is there in part");
    }

    disk.make_room();
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    assert_eq!(ready().await, 200);
    for (n, request) in pending {
        let answer =
            client.post(format!("{url}/v1/push")).bearer_auth(&tablet.token).json(&request).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        acknowledged.extend([n, n + 1]);
    }
    assert!(acknowledged.iter().all(|n| held(*n)));
    assert!(town.relay.store().read(linli_relay::digests::wrong).unwrap().is_empty());
    println!("F4: {} edits acknowledged around a full disk, 0 lost, 0 pushes in part", acknowledged.len());
}
