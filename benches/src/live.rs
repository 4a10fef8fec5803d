//! Two devices that are both online: how long until an edit saved on one is in the store of the other.

use crate::device::now_ms;
use crate::relay::Running;
use crate::report::{Budget, Figure};
use crate::steps::runtime;
use crate::{kinds, workload};
use anyhow::{Context, Result};
use local_store::saving::{NewEdit, save};
use local_store::{Key, Store, View, device, records};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use sync_client::engine::Engine;
use sync_client::enrol::{DeviceKey, enrol};
use sync_client::http::Http;
use sync_client::link::EnrolLink;
use sync_client::round::{Replica, facts};
use sync_client::trust::Anchors;
use sync_protocol::{RecordId, RecordKey};
use tokio::sync::mpsc;
use workload::Size;

const LIVE_MS: f64 = 300.0;
/// Long enough for any machine; what takes longer has failed.
const AT_MOST: Duration = Duration::from_secs(60);

struct Online {
    store: Arc<Store>,
    author: RecordId,
    engine: Engine,
    news: mpsc::UnboundedReceiver<()>,
}

pub fn run(edits: usize) -> Result<Vec<Figure>> {
    let folder = tempfile::tempdir()?;
    let relay = Running::start(folder.path(), "grid", 2)?;
    let mut walls = runtime()?.block_on(async {
        let one = online(&folder.path().join("one.db"), &relay.url, &relay.links[0], 1).await?;
        let mut other = online(&folder.path().join("other.db"), &relay.url, &relay.links[1], 2).await?;
        let mut walls = Vec::with_capacity(edits);
        for edit in workload::edits("g0001", Size::GRID, edits, "live") {
            // Both are quiet: nobody waits for an earlier edit.
            tokio::time::sleep(Duration::from_millis(150)).await;
            let key = RecordKey::new("resident", kinds::id(&edit.id));
            let begun = Instant::now();
            let new = NewEdit::change(key.clone(), one.author).set(edit.field, edit.value.clone());
            one.store.write(|tx| save(tx, new, now_ms()))?;
            one.engine.nudge();
            tokio::time::timeout(AT_MOST, async {
                while text(&other.store, &key, edit.field)?.as_ref() != Some(&edit.value) {
                    other.news.recv().await.context("the other device stopped")?;
                }
                Ok::<_, anyhow::Error>(())
            })
            .await??;
            walls.push(begun.elapsed());
        }
        Ok::<_, anyhow::Error>(walls)
    })?;
    walls.sort_unstable();
    let at = |share: usize| walls.get(walls.len() * share / 100).map_or(0.0, Duration::as_secs_f64);
    Ok(vec![
        Figure::ms("live edit, median".to_owned(), at(50), None, Budget::Most(LIVE_MS)),
        Figure::ms("live edit, slowest of twenty".to_owned(), at(95), None, Budget::None),
    ])
}

/// A device with everything it may have, whose engine runs.
async fn online(path: &Path, url: &str, link: &str, n: u8) -> Result<Online> {
    let key = DeviceKey::from_bytes(&[n; 32]).context("a key")?;
    let link = EnrolLink::parse(link)?;
    let answer = enrol(&Http::new(url, None, Anchors::Nobody)?, &link, &key, [n; 16], "bench").await?;
    let store = Arc::new(Store::open(path, Some(&Key::new([n; 32])), kinds::options())?);
    store.write(|tx| device::enrolled_as(tx, answer.device))?;
    let replica = Replica { store: store.clone(), key, author_tokens: Arc::new(BTreeMap::new), now_ms };
    let transport = Http::new(url, Some(answer.token), Anchors::Nobody)?;
    let (tell, mut news) = mpsc::unbounded_channel();
    let engine = Engine::start(replica, transport, move |_| _ = tell.send(()));
    let is_loaded = || store.read(&View::Everything, |tx| device::fact(tx, facts::LOADED));
    tokio::time::timeout(AT_MOST, async {
        while is_loaded()?.is_none() {
            news.recv().await.context("the device stopped")?;
        }
        Ok::<_, anyhow::Error>(())
    })
    .await??;
    Ok(Online { store, author: answer.person.context("a person")?.id, engine, news })
}

fn text(store: &Store, key: &RecordKey, field: &str) -> Result<Option<String>> {
    let shown = store.read(&View::Everything, |tx| records::shown(tx, key))?;
    Ok(shown.and_then(|state| state.text(field).map(str::to_owned)))
}
