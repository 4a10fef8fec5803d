//! A round against a relay in memory: what is wanted later holds nothing up, and what breaks off goes on.
#![allow(clippy::unwrap_used, reason = "tests")]

use local_store::saving::{NewEdit, save};
use local_store::{Key, Options, Result as StoreResult, Store, View, cursors, device, outbox, photo_queue, photos};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use sync_client::engine::{Engine, Status};
use sync_client::enrol::DeviceKey;
use sync_client::round::{self, Replica};
use sync_client::transport::{Changes, Transport};
use sync_client::{Result, SyncError};
use sync_protocol::blobs::{BlobAnswer, BlobHash};
use sync_protocol::edit::chain_ids;
use sync_protocol::messages::*;
use sync_protocol::{DeviceNumber, Epoch, RecordId};
use tokio::sync::watch;

/// Answers pushes by a rule, and remembers what it was asked.
#[derive(Clone, Default)]
struct Relay {
    later: Arc<Mutex<Vec<u32>>>,
    pushed: Arc<Mutex<Vec<Vec<u32>>>>,
    pulls: Arc<Mutex<u32>>,
    silent: Arc<Mutex<bool>>,
    photos: Arc<Mutex<Vec<BlobHash>>>,
}

fn epoch() -> Epoch {
    Epoch(RecordId::from_bytes([3; 16]).0)
}

impl Transport for Relay {
    async fn enrol(&self, _: &EnrolRequest) -> Result<EnrolAnswer> {
        Err(SyncError::TaskEnded)
    }
    async fn me(&self, _: Option<Epoch>) -> Result<Me> {
        Ok(Me {
            device: DeviceNumber(12),
            person: None,
            epoch: epoch(),
            demonstration: true,
            grants: vec![],
            grants_version: "1".into(),
            last: None,
            backed_up: None,
            restored: None,
            enrol_again: false,
            now_ms: 1,
        })
    }
    async fn push(&self, request: &PushRequest) -> Result<PushAnswer> {
        self.pushed.lock().unwrap().push(request.edits.iter().map(|edit| edit.number).collect());
        if *self.silent.lock().unwrap() {
            return Err(SyncError::Unreachable { relay: "memory".into(), reason: "silent".into() });
        }
        let ids = chain_ids(request.before, &request.edits);
        let later = self.later.lock().unwrap();
        let outcomes = request.edits.iter().zip(ids).map(|(edit, id)| Outcome {
            number: edit.number,
            edit: id,
            result: if later.contains(&edit.number) { Fate::Later } else { Fate::Merged },
            code: None,
            fields: BTreeMap::new(),
            revision: Some(1),
            order: None,
            receipt: None,
        });
        Ok(PushAnswer { epoch: epoch(), outcomes: outcomes.collect(), enrol_again: false, now_ms: 1 })
    }
    async fn compare(&self, _: &CompareRequest) -> Result<CompareAnswer> {
        Err(SyncError::TaskEnded)
    }
    async fn pull(&self, _: &PullRequest) -> Result<PullAnswer> {
        *self.pulls.lock().unwrap() += 1;
        Ok(PullAnswer {
            epoch: epoch(),
            channels: vec![],
            records: vec![],
            more: false,
            remaining: 0,
            grants_version: "1".into(),
            now_ms: 1,
        })
    }
    async fn changes(&self) -> Result<Changes> {
        Err(SyncError::TaskEnded)
    }
    async fn put_blob(&self, name: BlobHash, from: u64, bytes: &[u8], _: u64) -> Result<BlobAnswer> {
        self.photos.lock().unwrap().push(name);
        Ok(BlobAnswer { held: from + bytes.len() as u64, whole: true })
    }
    async fn sign_in(&self, _: &SignInRequest) -> Result<SignInAnswer> {
        Err(SyncError::TaskEnded)
    }
}

/// A replica with so many complaints saved and not sent.
fn replica(count: u8) -> (tempfile::TempDir, Replica) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&dir.path().join("linli.db"), Some(&Key::new([7; 32])), Options::linli()).unwrap();
    store
        .write(|tx| -> StoreResult<()> {
            device::enrolled_as(tx, DeviceNumber(12))?;
            cursors::follow(tx, &[])?;
            for n in 1..=count {
                let id = RecordId::from_bytes([n; 16]);
                let words = format!("意见{n}");
                let edit =
                    NewEdit::create("complaint", id, id).set("about", "app").set("words", words).set("state", "open");
                save(tx, edit, 1_000)?;
            }
            Ok(())
        })
        .unwrap();
    let replica = Replica {
        store: Arc::new(store),
        key: DeviceKey::from_bytes(&[1; 32]).unwrap(),
        author_tokens: Arc::new(BTreeMap::new),
        now_ms: || 1_000,
    };
    (dir, replica)
}

async fn go_round(replica: &Replica, relay: &Relay) -> Result<()> {
    let (status, _) = watch::channel(Status::default());
    round::run(replica, relay, &status, &|_| {}).await
}

fn waiting(replica: &Replica) -> u32 {
    replica.store.read(&View::Everything, |tx| Ok(outbox::queue(tx)?.iter().map(|line| line.count).sum())).unwrap()
}

#[tokio::test]
async fn what_the_relay_wants_later_holds_up_neither_those_behind_it_nor_the_pull() {
    let (_dir, replica) = replica(250);
    let relay = Relay::default();
    relay.later.lock().unwrap().push(1);
    go_round(&replica, &relay).await.unwrap();
    assert_eq!((waiting(&replica), *relay.pulls.lock().unwrap()), (1, 1));
    let sizes: Vec<usize> = relay.pushed.lock().unwrap().iter().map(Vec::len).collect();
    assert_eq!(sizes, [200, 50], "each is offered once a round");
    relay.later.lock().unwrap().clear();
    go_round(&replica, &relay).await.unwrap();
    assert_eq!(waiting(&replica), 0, "and by itself again in the next");
}

#[tokio::test]
async fn a_round_that_breaks_off_has_lost_nothing_and_the_next_one_sends_the_same_again() {
    let (_dir, replica) = replica(3);
    let relay = Relay::default();
    *relay.silent.lock().unwrap() = true;
    assert!(go_round(&replica, &relay).await.is_err());
    assert_eq!((waiting(&replica), *relay.pulls.lock().unwrap()), (3, 0));
    *relay.silent.lock().unwrap() = false;
    go_round(&replica, &relay).await.unwrap();
    assert_eq!(waiting(&replica), 0);
    let pushed = relay.pushed.lock().unwrap();
    assert_eq!(pushed[0], pushed[1]);
}

#[tokio::test]
async fn photos_go_up_also_while_the_line_of_announcements_cannot_be_had() {
    let (_dir, replica) = replica(0);
    let relay = Relay::default();
    let (photo, person) = (RecordId::from_bytes([8; 16]), RecordId::from_bytes([9; 16]));
    let saved = replica.store.write(|tx| -> StoreResult<_> {
        let staged = photos::stage(tx, photo, person, &[1; 9_000], &[2; 900], 1_000)?;
        photos::unstage(tx, photo, person)?;
        let attachment = NewEdit::create("attachment", photo, person)
            .set("about", format!("building:{}", RecordId::from_bytes([7; 16])))
            .set("use", "photo")
            .set("sha256", staged.sha256.to_string())
            .set("thumb", staged.thumb.to_string())
            .set("media_type", "image/jpeg")
            .set("bytes", 9_000)
            .set("place_kept", false);
        save(tx, attachment, 1_000)?;
        Ok(staged)
    });
    let saved = saved.unwrap();
    let store = replica.store.clone();
    let _engine = Engine::start(replica, relay.clone(), |_| {});
    let all_sent = || store.read(&View::Everything, photo_queue::waiting).unwrap().photos == 0;
    for _ in 0..2_000 {
        if all_sent() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(*relay.photos.lock().unwrap(), [saved.thumb, saved.sha256], "the thumbnail first, each once");
}
