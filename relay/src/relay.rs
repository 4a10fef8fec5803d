//! A running relay: its store, its identity, and the news that something changed.

use crate::accept::Now;
use crate::authorities::Authorities;
use crate::blobs::Files;
use crate::clock::{Doubt, Watch};
use crate::digests;
use crate::district::{self, Identity};
use crate::erasing::{self, Erasure};
use crate::error::{RelayError, Result};
use crate::heads::{Board, Heads};
use crate::ledger::{Entry, Ledger, LedgerPlace, replay};
use crate::retention;
use crate::rights::RightsCache;
use crate::settings::{Limits, Settings};
use crate::store::place::StorePlace;
use crate::store::{Store, Tx};
use crate::traffic::Traffic;
use std::collections::{HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Instant;
use sync_protocol::{DeviceNumber, Epoch, RecordKey, Schema, schema};
use tokio::sync::watch;

/// Cheap to clone; every route holds one.
#[derive(Clone)]
pub struct Relay(Arc<Inner>);

struct Inner {
    store: Box<dyn Store>,
    identity: Identity,
    ledger: Ledger,
    blobs: Files,
    schema: &'static Schema,
    limits: Limits,
    authorities: OnceLock<Authorities>,
    traffic: Traffic,
    rights: RightsCache,
    board: Board,
    clock: Watch,
    /// When a write last failed for want of space or a working disk; `None` after one that succeeded.
    disk_fault: Mutex<Option<Instant>>,
    /// Counts commits, ours and those of other processes.
    changes: watch::Sender<u64>,
    stopping: watch::Sender<bool>,
    /// When unknown enrolment codes were tried lately.
    wrong_codes_ms: Mutex<VecDeque<u64>>,
    /// When it was last written down how far each device is.
    noted_ms: Mutex<HashMap<DeviceNumber, u64>>,
}

/// The store's file in a data folder.
pub fn store_path(data: &Path) -> PathBuf {
    data.join("relay.db")
}

impl Relay {
    /// Opens the store in a data folder; an error where there is none.
    pub fn open(data: &Path) -> Result<Self> {
        let path = store_path(data);
        if !path.is_file() {
            return Err(RelayError::NoStore(data.display().to_string()));
        }
        Self::open_file(&path)
    }

    /// Opens a store's file, making it where there is none.
    pub fn open_file(path: &Path) -> Result<Self> {
        Self::open_file_with(path, Limits::default())
    }

    pub fn open_file_with(path: &Path, limits: Limits) -> Result<Self> {
        Self::open_file_as(path, limits, schema::linli())
    }

    /// Opens a store of records of another schema, as a benchmark declares one.
    pub fn open_file_as(path: &Path, limits: Limits, schema: &'static Schema) -> Result<Self> {
        let ledger = LedgerPlace::in_folder(path.parent().unwrap_or(path));
        Self::open_place(&StorePlace::File(path.to_owned()), &ledger, Files::beside(path), limits, schema)
    }

    /// Opens the store that an operator's settings name.
    pub fn open_set(settings: &Settings) -> Result<Self> {
        let (blobs, limits) = (Files::at(&settings.blobs), settings.limits.clone());
        Self::open_place(&settings.store, &settings.ledger, blobs, limits, schema::linli())
    }

    fn open_place(
        place: &StorePlace,
        ledger_place: &LedgerPlace,
        blobs: Files,
        limits: Limits,
        schema: &'static Schema,
    ) -> Result<Self> {
        let ledger = Ledger::open(ledger_place)?;
        let store = place.open()?;
        let now_ms = store.now_ms();
        let identity = store.write(|tx| {
            digests::bring_up_to_date(tx)?;
            replay::catch_up(tx, schema, &ledger, ledger_place, replay::Why::Opened, now_ms)?;
            district::identity(tx)
        })?;
        replay::write_down(&*store, &ledger, identity.epoch)?;
        let writers = store.writers();
        let relay = Self(Arc::new(Inner {
            store,
            identity,
            ledger,
            blobs,
            schema,
            traffic: Traffic::new(&limits, writers),
            limits,
            authorities: OnceLock::new(),
            rights: RightsCache::default(),
            board: Board::default(),
            clock: Watch::default(),
            disk_fault: Mutex::default(),
            changes: watch::Sender::new(0),
            stopping: watch::Sender::new(false),
            wrong_codes_ms: Mutex::default(),
            noted_ms: Mutex::default(),
        }));
        relay.look_at_clock()?;
        relay.forget_blobs()?;
        Ok(relay)
    }

    /// Erases everything that is held on a resident. How many records that were.
    pub fn erase(&self, erasure: &Erasure) -> Result<u32> {
        let resident = RecordKey::new("resident", erasure.resident);
        let keys = self.store().read(|tx| erasing::everything_of(tx, self.schema(), &resident))?;
        // The ledger first: what somebody was once told is gone is gone from every store that is opened over it.
        for key in keys {
            self.0.ledger.append(&Entry::Erased { kind: key.kind, record: key.id }, erasure.at_ms)?;
        }
        let records = self.store().write(|tx| erasing::erase_resident(tx, self.schema(), erasure, self.now_ms()))?;
        self.note_change();
        self.forget_blobs()?;
        Ok(records)
    }

    /// Removes the files of photos that the store has forgotten.
    fn forget_blobs(&self) -> Result<()> {
        let forgotten = self.store().read(erasing::forgotten_blobs)?;
        if forgotten.is_empty() {
            return Ok(());
        }
        forgotten.iter().try_for_each(|blob| self.blobs().forget(*blob))?;
        self.store().write(|tx| erasing::note_forgotten(tx, &forgotten))
    }

    pub fn store(&self) -> &dyn Store {
        &*self.0.store
    }

    /// The time by the store's clock: what is judged, merged and told goes by it.
    pub fn now_ms(&self) -> u64 {
        self.0.store.now_ms()
    }

    /// The time with what the relay thinks of its own clock.
    pub fn now(&self) -> Now {
        let ms = self.now_ms();
        match self.0.clock.doubt(ms) {
            None => ms.into(),
            // Rights are asked of some day. It was that one already, while by the clock nobody may be appointed yet.
            Some(Doubt::Behind { by_ms }) => Now { ms: ms.saturating_add(by_ms), is_sure: false },
            Some(Doubt::Apart { .. }) => Now { ms, is_sure: false },
        }
    }

    /// The time as devices are told it: 0, which is none, while the clock is in doubt.
    pub fn told_ms(&self) -> u64 {
        let now = self.now();
        if now.is_sure { now.ms } else { 0 }
    }

    pub fn clock(&self) -> &Watch {
        &self.0.clock
    }

    /// Compares the clock with what it may not be behind of, and with those of tablets.
    pub fn look_at_clock(&self) -> Result<Option<Doubt>> {
        let highest = self.store().read(district::highest_order)?;
        let was_sure = self.now().is_sure;
        let doubt = self.0.clock.look(self.now_ms(), highest.ms);
        metrics::gauge!("linli_clock_alarm").set(if doubt.is_some() { 1.0 } else { 0.0 });
        match doubt {
            Some(doubt) if was_sure => {
                tracing::error!(%doubt, "clock alarm: no time is said and nobody is re-ordered until it is set right");
            }
            None if !was_sure => tracing::info!("the clock is right again"),
            _ => {}
        }
        Ok(doubt)
    }

    pub fn schema(&self) -> &'static Schema {
        self.0.schema
    }

    pub fn epoch(&self) -> Epoch {
        self.0.identity.epoch
    }

    pub fn identity(&self) -> &Identity {
        &self.0.identity
    }

    /// Writes down what no restore may undo; on durable storage when this resolves.
    pub async fn remember(&self, entry: Entry) -> Result<()> {
        let relay = self.clone();
        self.compute(move || relay.0.ledger.append(&entry, relay.now_ms())).await?
    }

    /// Lets a device never call again, whatever backup is put back.
    pub fn revoke(&self, device: DeviceNumber) -> Result<()> {
        self.store().write(|tx| tx.revoke(device))?;
        self.0.ledger.append(&Entry::Revoked { device }, self.now_ms())
    }

    pub fn ledger(&self) -> &Ledger {
        &self.0.ledger
    }

    /// Says once who vouches for the certificate that devices meet; nobody until then.
    pub fn with_authorities(self, authorities: Authorities) -> Self {
        drop(self.0.authorities.set(authorities));
        self
    }

    pub fn authorities(&self) -> &Authorities {
        self.0.authorities.get_or_init(Authorities::default)
    }

    pub fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// Reads in one snapshot, off the threads that serve connections.
    pub async fn read<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&dyn Tx) -> Result<T> + Send + 'static,
    {
        let place = self.0.traffic.readers.enter().await?;
        let relay = self.clone();
        let answer = tokio::task::spawn_blocking(move || {
            let _place = place;
            relay.store().read(work)
        });
        answer.await?
    }

    /// Computes something, off the threads that serve connections.
    pub async fn compute<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let place = self.0.traffic.computing.enter().await?;
        let answer = tokio::task::spawn_blocking(move || {
            let _place = place;
            work()
        });
        Ok(answer.await?)
    }

    /// Writes in one transaction, and tells everybody who listens that something changed.
    pub async fn write<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&dyn Tx) -> Result<T> + Send + 'static,
    {
        let place = self.0.traffic.writer.enter().await?;
        let relay = self.clone();
        let answer = tokio::task::spawn_blocking(move || {
            let _place = place;
            relay.store().write(work)
        });
        let answer = answer.await?;
        self.note_disk(&answer);
        if answer.is_ok() {
            self.note_change();
        }
        answer
    }

    fn note_disk<T>(&self, answer: &Result<T>) {
        let mut fault = self.0.disk_fault.lock().unwrap_or_else(PoisonError::into_inner);
        match answer {
            Ok(_) => *fault = None,
            Err(error) if error.is_of_disk() => *fault = Some(Instant::now()),
            Err(_) => {}
        }
    }

    /// When a write last failed for want of space or a working disk, unless one succeeded since.
    pub fn disk_fault(&self) -> Option<Instant> {
        *self.0.disk_fault.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn blobs(&self) -> &Files {
        &self.0.blobs
    }

    pub fn traffic(&self) -> &Traffic {
        &self.0.traffic
    }

    pub fn rights(&self) -> &RightsCache {
        &self.0.rights
    }

    /// Where every channel stands.
    pub async fn heads(&self) -> Result<Arc<Heads>> {
        self.0.board.heads(self).await
    }

    pub fn change_count(&self) -> u64 {
        *self.0.changes.borrow()
    }

    pub fn note_change(&self) {
        self.0.changes.send_modify(|count| *count += 1);
    }

    /// Resolves at each change from now on.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.0.changes.subscribe()
    }

    /// Ends what would otherwise stay open for ever.
    pub fn stop(&self) {
        self.0.stopping.send_replace(true);
    }

    pub fn stopping(&self) -> watch::Receiver<bool> {
        self.0.stopping.subscribe()
    }

    /// Whether it is time to write down how far a device is; then it is not for a while.
    pub fn is_to_note(&self, device: DeviceNumber, now_ms: u64) -> bool {
        let mut noted = self.0.noted_ms.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = noted.get(&device).is_none_or(|at| now_ms.abs_diff(*at) > retention::NOTED_EVERY_MS);
        if is_due {
            noted.insert(device, now_ms);
        }
        is_due
    }

    /// Whether so many unknown codes were tried within a minute that somebody may be guessing.
    pub fn is_guessing(&self, now_ms: u64) -> bool {
        const MOST: usize = 20;
        const MINUTE_MS: u64 = 60_000;
        let mut tried = self.0.wrong_codes_ms.lock().unwrap_or_else(PoisonError::into_inner);
        while tried.front().is_some_and(|at| at.saturating_add(MINUTE_MS) < now_ms) {
            tried.pop_front();
        }
        tried.len() >= MOST
    }

    pub fn note_wrong_code(&self, now_ms: u64) {
        self.0.wrong_codes_ms.lock().unwrap_or_else(PoisonError::into_inner).push_back(now_ms);
    }
}
