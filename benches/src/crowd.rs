//! Many devices that push at once: how many changed records one relay takes in a second, each of them durable.

use crate::device::now_ms;
use crate::process;
use crate::relay::Running;
use crate::report::{Budget, Figure};
use crate::steps::runtime;
use crate::workload::RESIDENT;
use anyhow::{Context, Result, ensure};
use std::collections::BTreeMap;
use std::time::Instant;
use sync_client::enrol::{DeviceKey, enrol};
use sync_client::http::Http;
use sync_client::link::EnrolLink;
use sync_client::transport::Transport;
use sync_client::trust::Anchors;
use sync_protocol::messages::{Fate, PullRequest, PushRequest};
use sync_protocol::{DeviceNumber, Edit, EditId, FieldEdit, Hlc, RecordId, Stamp};

const RECORDS_EACH_SECOND: f64 = 5_000.0;
/// What a tablet has after some doors without a network.
const EDITS_IN_A_PUSH: usize = 20;

/// A device without a store: its edits were written beforehand, so that the relay alone is measured.
struct Pusher {
    transport: Http,
    pushes: Vec<PushRequest>,
}

pub fn run(devices: usize, pushes: usize) -> Result<Vec<Figure>> {
    let folder = tempfile::tempdir()?;
    let relay = Running::start(folder.path(), "grid", devices)?;
    let runtime = runtime()?;
    let (wall_s, cpu_s) = runtime.block_on(async {
        let mut pushers = Vec::with_capacity(devices);
        let mut free = Vec::new();
        for (n, link) in relay.links.iter().enumerate() {
            let key = DeviceKey::from_bytes(&[n as u8 + 1; 32]).context("a key")?;
            let anonymous = Http::new(&relay.url, None, Anchors::Nobody)?;
            let answer = enrol(&anonymous, &EnrolLink::parse(link)?, &key, [n as u8; 16], "bench").await?;
            let transport = Http::new(&relay.url, Some(answer.token), Anchors::Nobody)?;
            if n == 0 {
                free = fields_of_residents(&transport).await?;
            }
            ensure!(free.len() >= pushes * EDITS_IN_A_PUSH, "fewer fields than edits");
            let own = free.split_off(free.len() - pushes * EDITS_IN_A_PUSH);
            let author = answer.person.context("a person")?.id;
            pushers.push(Pusher { transport, pushes: written(own, answer.device, author, &key) });
        }
        let (begun, cpu) = (Instant::now(), process::cpu_s(relay.process.id())?);
        let tasks: Vec<_> = pushers.into_iter().map(|pusher| tokio::spawn(pusher.push_all())).collect();
        for task in tasks {
            task.await??;
        }
        Ok::<_, anyhow::Error>((begun.elapsed().as_secs_f64(), process::cpu_s(relay.process.id())? - cpu))
    })?;
    let changed = (devices * pushes * EDITS_IN_A_PUSH) as f64;
    let of = |what: &str| format!("{what}, {devices} devices");
    Ok(vec![
        Figure::rate(of("changed records taken"), changed / wall_s, Budget::Least(RECORDS_EACH_SECOND)),
        Figure::ms(of("CPU of relay for one of them"), cpu_s / changed, None, Budget::None),
    ])
}

/// A field of a resident that no other edit writes, with the stamp it was shown with.
type Free = (RecordId, &'static str, Vec<Stamp>);

async fn fields_of_residents(transport: &Http) -> Result<Vec<Free>> {
    let grants = transport.me(None).await?.grants;
    let at = grants.iter().flat_map(|grant| grant.channel_facets());
    let cursors = at.map(|at| sync_protocol::messages::Cursor { at, position: 0, digest: None }).collect();
    let page = transport.pull(&PullRequest { cursors, ..PullRequest::default() }).await?;
    let residents = page.records.iter().filter(|record| record.state.kind == "resident");
    let text = |field: &&&str| !matches!(**field, "type" | "id" | "grid_id" | "building_id" | "unit_no");
    let fields = |record: &sync_protocol::messages::WireRecord| {
        let state = record.state.clone();
        RESIDENT.iter().filter(text).map(move |field| (state.id, *field, state.shown_stamps(field))).collect::<Vec<_>>()
    };
    Ok(residents.flat_map(fields).collect())
}

/// Edits of these fields as a device's chain, cut into signed pushes.
fn written(own: Vec<Free>, device: DeviceNumber, author: RecordId, key: &DeviceKey) -> Vec<PushRequest> {
    let mut clock = Hlc::new(device, Stamp::ZERO);
    let (mut number, mut before): (u32, Option<EditId>) = (0, None);
    let mut pushes = Vec::new();
    for part in own.chunks(EDITS_IN_A_PUSH) {
        let first = before;
        let mut edits = Vec::with_capacity(part.len());
        for (record, field, bases) in part {
            number += 1;
            let value = format!("改{number}").as_str().into();
            let edit = Edit {
                kind: "resident".to_owned(),
                record: *record,
                create: false,
                author,
                device,
                number,
                stamp: clock.tick(now_ms()),
                fields: BTreeMap::from([((*field).to_owned(), FieldEdit { value, bases: bases.clone() })]),
            };
            before = Some(edit.id(before));
            edits.push(edit);
        }
        let signature = before.map(|last| key.sign(last)).unwrap_or_default();
        pushes.push(PushRequest {
            epoch: None,
            decided: BTreeMap::new(),
            before: first,
            edits,
            signature,
            author_tokens: BTreeMap::new(),
            erased: BTreeMap::new(),
        });
    }
    pushes
}

impl Pusher {
    async fn push_all(self) -> Result<()> {
        for push in &self.pushes {
            let answer = self.transport.push(push).await?;
            let merged = answer.outcomes.iter().filter(|outcome| outcome.result == Fate::Merged).count();
            ensure!(merged == push.edits.len(), "{merged} of {} edits were merged", push.edits.len());
        }
        Ok(())
    }
}
