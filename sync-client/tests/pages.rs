//! Pages of a first load: the next is asked for while one is written, and each is asked for once.
#![allow(clippy::unwrap_used, reason = "tests")]

use local_store::{Key, Options, Store, View, cursors, device};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use sync_client::engine::Status;
use sync_client::enrol::DeviceKey;
use sync_client::round::{self, Replica};
use sync_client::transport::{Changes, Transport};
use sync_client::{Result, SyncError};
use sync_protocol::messages::*;
use sync_protocol::{Channel, ChannelFacet, DeviceNumber, Epoch, Facet, Grant, RecordId};
use tokio::sync::watch;

const HEAD: u64 = 5;

/// One channel of five positions, a page each. After the second page the person's grants are others.
#[derive(Clone, Default)]
struct Relay {
    asked: Arc<Mutex<Vec<u64>>>,
    moves: bool,
    /// The position at which every answer is lost.
    lost_at: Option<u64>,
}

fn at() -> ChannelFacet {
    ChannelFacet { channel: Channel::of_code("340603002001001").unwrap(), facet: Facet::Open }
}

impl Relay {
    fn version(&self) -> String {
        let seen = self.asked.lock().unwrap().iter().any(|position| *position >= 2);
        if self.moves && seen { "2" } else { "1" }.to_owned()
    }
}

impl Transport for Relay {
    async fn enrol(&self, _: &EnrolRequest) -> Result<EnrolAnswer> {
        Err(SyncError::TaskEnded)
    }
    async fn me(&self, _: Option<sync_protocol::Epoch>) -> Result<Me> {
        let grant = Grant { channel: at().channel, facets: BTreeSet::from([Facet::Open]) };
        let epoch = Epoch(RecordId::from_bytes([3; 16]).0);
        let (device, grants_version) = (DeviceNumber(12), self.version());
        Ok(Me {
            device,
            person: None,
            epoch,
            demonstration: true,
            grants: vec![grant],
            grants_version,
            last: None,
            backed_up: None,
            restored: None,
            enrol_again: false,
            now_ms: 1,
        })
    }
    async fn push(&self, _: &PushRequest) -> Result<PushAnswer> {
        Err(SyncError::TaskEnded)
    }
    async fn pull(&self, request: &PullRequest) -> Result<PullAnswer> {
        let position = request.cursors[0].position;
        self.asked.lock().unwrap().push(position);
        if self.lost_at == Some(position) {
            return Err(SyncError::Unreachable { relay: "memory".into(), reason: "lost".into() });
        }
        let position = (position + 1).min(HEAD);
        Ok(PullAnswer {
            epoch: request.epoch.unwrap(),
            channels: vec![ChannelPage {
                at: at(),
                position,
                listed: vec![],
                departed: vec![],
                digest: None,
                erased: Vec::new(),
            }],
            records: vec![],
            more: position < HEAD,
            remaining: HEAD - position,
            grants_version: self.version(),
            now_ms: 1,
        })
    }
    async fn compare(&self, _: &CompareRequest) -> Result<CompareAnswer> {
        Err(SyncError::TaskEnded)
    }
    async fn changes(&self) -> Result<Changes> {
        Err(SyncError::TaskEnded)
    }
    async fn sign_in(&self, _: &SignInRequest) -> Result<SignInAnswer> {
        Err(SyncError::TaskEnded)
    }
}

fn replica() -> (tempfile::TempDir, Replica) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&dir.path().join("linli.db"), Some(&Key::new([7; 32])), Options::linli()).unwrap();
    store.write(|tx| device::enrolled_as(tx, DeviceNumber(12))).unwrap();
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

fn cursor(replica: &Replica) -> u64 {
    replica.store.read(&View::Everything, |tx| Ok(cursors::all(tx)?[0].position)).unwrap()
}

#[tokio::test]
async fn each_page_is_asked_for_once_and_the_cursor_ends_at_the_head() {
    let (_dir, replica) = replica();
    let relay = Relay::default();
    go_round(&replica, &relay).await.unwrap();
    assert_eq!((relay.asked.lock().unwrap().clone(), cursor(&replica)), (vec![0, 1, 2, 3, 4], HEAD));
}

#[tokio::test]
async fn grants_that_move_in_the_midst_are_followed_before_the_next_page_counts() {
    let (_dir, replica) = replica();
    let relay = Relay { moves: true, ..Relay::default() };
    go_round(&replica, &relay).await.unwrap();
    assert_eq!(cursor(&replica), HEAD);
}

#[tokio::test]
async fn a_page_is_kept_where_the_early_question_behind_it_was_lost() {
    let (_dir, replica) = replica();
    let mut relay = Relay { lost_at: Some(3), ..Relay::default() };
    assert!(go_round(&replica, &relay).await.is_err());
    assert_eq!(cursor(&replica), 3, "the pages before it stand");
    relay.lost_at = None;
    go_round(&replica, &relay).await.unwrap();
    assert_eq!(cursor(&replica), HEAD);
}
