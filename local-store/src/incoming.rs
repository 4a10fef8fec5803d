//! Applying a pulled page: records, entries and cursors in one transaction, so that a cut at any byte changes nothing.

use crate::cursors::{self, Differs, Held};
use crate::error::Result;
use crate::search::index;
use crate::store::Tx;
use crate::{attention, device, erasing, outbox, records, reloading};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use sync_protocol::messages::{ChannelPage, PullAnswer, WireRecord};
use sync_protocol::planted::{self, Bug};
use sync_protocol::{Digest, EditId, Hlc, RecordId, RecordKey};

/// Applies a page and returns the kinds whose rows may have changed.
pub fn apply(tx: &Tx<'_>, page: &PullAnswer) -> Result<BTreeSet<String>> {
    let mut applying = Applying::new(tx)?;
    let mut clock = device::clock(tx)?;
    for record in &page.records {
        applying.take(record)?;
    }
    observe(tx, &mut clock, page)?;
    // A channel that this replica does not hold any more was asked for before its grant ended.
    let mut held = Vec::new();
    for channel in &page.channels {
        let Some(cursor) = cursors::find(tx, &channel.at)? else { continue };
        if channel.position < cursor.position {
            // The relay no longer says all that departed since: this channel is loaded anew, from the start.
            reloading::begin(tx, cursor.no)?;
            continue;
        }
        held.push((cursor, channel));
    }
    for (cursor, channel) in &held {
        channel.listed.iter().try_for_each(|key| applying.list(cursor.no, key))?;
    }
    // Departures after all arrivals: a record that went from one facet to another is in neither only between the two.
    for (cursor, channel) in &held {
        if !planted::is(Bug::DepartedOvertaken) || channel.listed.is_empty() {
            channel.departed.iter().try_for_each(|key| applying.drop_entry(cursor.no, key))?;
        }
        channel.erased.iter().try_for_each(|key| applying.erase(cursor.no, key))?;
        // Where the page reaches the head it says what is held there.
        if channel.digest.is_some() && applying.reloading.contains(&cursor.no) {
            let gone = reloading::finish(tx, cursor.no)?;
            gone.iter().try_for_each(|key| applying.drop_entry(cursor.no, key))?;
        }
        cursors::move_to(tx, cursor.no, channel.position)?;
    }
    let changed = applying.finish()?;
    for (cursor, channel) in &held {
        note_difference(tx, cursor, channel)?;
    }
    Ok(changed)
}

/// As [`apply`], for a page of a first load, while nobody looks: the index of search waits until
/// [`crate::Store::make_indexes`] makes it.
pub fn load(tx: &Tx<'_>, page: &PullAnswer) -> Result<BTreeSet<String>> {
    index::put_off(tx)?;
    apply(tx, page)
}

/// What is written here from now on comes after everything that was seen. By its order, not its stamp: a tablet whose clock
/// ran years ahead would drag every other's along.
pub(crate) fn observe(tx: &Tx<'_>, clock: &mut Hlc, page: &PullAnswer) -> Result<()> {
    let marks = page.records.iter().flat_map(|record| &record.state.marks);
    let Some(greatest) = marks.map(|mark| mark.order()).max() else { return Ok(()) };
    device::put_seen(tx, greatest)?;
    let before = clock.last();
    clock.observe(greatest);
    if clock.last() == before { Ok(()) } else { device::put_clock(tx, clock) }
}

/// Marks a cursor that holds something else than the relay says it should.
fn note_difference(tx: &Tx<'_>, cursor: &Held, channel: &ChannelPage) -> Result<()> {
    let Some(theirs) = channel.digest else { return Ok(()) };
    let Some(ours) = cursors::find(tx, &channel.at)? else { return Ok(()) };
    cursors::mark(tx, cursor.no, if ours.digest == theirs { Differs::No } else { Differs::Yes })
}

/// Records and entries on their way into the store, within one transaction, and by how much they change the digests.
pub(crate) struct Applying<'a, 't> {
    tx: &'a Tx<'t>,
    has_own: bool,
    changed: BTreeSet<String>,
    issues: BTreeSet<RecordId>,
    digests: BTreeMap<i64, Digest>,
    /// The digests of what was taken.
    taken: HashMap<(i64, RecordId), Digest>,
    kinds: HashMap<String, i64>,
    reloading: BTreeSet<i64>,
}

impl<'a, 't> Applying<'a, 't> {
    pub fn new(tx: &'a Tx<'t>) -> Result<Self> {
        Ok(Self {
            tx,
            has_own: outbox::is_begun(tx)?,
            changed: BTreeSet::new(),
            issues: BTreeSet::new(),
            digests: BTreeMap::new(),
            taken: HashMap::new(),
            kinds: HashMap::new(),
            reloading: reloading::under_way(tx)?,
        })
    }

    /// Takes a record unless a copy at least as new is here.
    pub fn take(&mut self, record: &WireRecord) -> Result<()> {
        if let Some(before) = put(self.tx, record, self.has_own)? {
            self.note(record, before)?;
        }
        Ok(())
    }

    /// Takes a record whatever is here: the relay was asked what it holds.
    pub fn take_over(&mut self, record: &WireRecord) -> Result<()> {
        let key = record.state.key();
        let before = records::digest(self.tx, &key)?;
        outbox::account(self.tx, &key, record.revision)?;
        outbox::account_shown(self.tx, &record.state)?;
        records::put_relay_state(self.tx, record.revision, &record.state)?;
        self.note(record, before)
    }

    fn note(&mut self, record: &WireRecord, before: Digest) -> Result<()> {
        let state = &record.state;
        let (kind, digest) = (self.kind(&state.kind)?, Digest::of(state));
        if before != digest {
            let mut listing = self.tx.prepare_cached("SELECT cursor FROM entry WHERE kind = ?1 AND id = ?2")?;
            let mut rows = listing.query((kind, state.id.as_bytes()))?;
            while let Some(row) = rows.next()? {
                *self.digests.entry(row.get(0)?).or_default() += digest - before;
            }
        }
        self.taken.insert((kind, state.id), digest);
        if !self.changed.contains(&state.kind) {
            self.changed.insert(state.kind.clone());
        }
        match state.kind.as_str() {
            "issue" => drop(self.issues.insert(state.id)),
            "issue_step" => self.issues.extend(state.reference("issue")),
            "held_edit" if !state.value("decision").is_null() => {
                self.changed.extend(attention::decided(self.tx, EditId(state.id.0))?);
            }
            _ => {}
        }
        Ok(())
    }

    pub fn list(&mut self, cursor: i64, key: &RecordKey) -> Result<()> {
        let kind = self.kind(&key.kind)?;
        if self.reloading.contains(&cursor) {
            reloading::seen(self.tx, cursor, kind, key)?;
        }
        let sql = "INSERT OR IGNORE INTO entry (kind, id, cursor) VALUES (?1, ?2, ?3)";
        if self.tx.prepare_cached(sql)?.execute((kind, key.id.as_bytes(), cursor))? > 0 {
            let digest = match self.taken.get(&(kind, key.id)) {
                Some(digest) => *digest,
                None => records::digest(self.tx, key)?,
            };
            *self.digests.entry(cursor).or_default() += digest;
        }
        index::touch(self.tx, &key.kind, key.id);
        Ok(())
    }

    /// Takes a record off a channel's list. Where no other lists it, it leaves this device.
    pub fn drop_entry(&mut self, cursor: i64, key: &RecordKey) -> Result<()> {
        let kind = self.kind(&key.kind)?;
        let sql = "DELETE FROM entry WHERE kind = ?1 AND id = ?2 AND cursor = ?3";
        if self.tx.prepare_cached(sql)?.execute((kind, key.id.as_bytes(), cursor))? > 0 {
            *self.digests.entry(cursor).or_default() -= records::digest(self.tx, key)?;
        }
        index::touch(self.tx, &key.kind, key.id);
        if !is_listed(self.tx, kind, key.id)? && !planted::is(Bug::DepartedStays) {
            records::remove(self.tx, key)?;
            self.changed.insert(key.kind.clone());
        }
        Ok(())
    }

    /// Takes an erased record off every list, and forgets it.
    pub fn erase(&mut self, cursor: i64, key: &RecordKey) -> Result<()> {
        let kind = self.kind(&key.kind)?;
        let mut listing = self.tx.prepare_cached("SELECT cursor FROM entry WHERE kind = ?1 AND id = ?2")?;
        let lists: Vec<i64> =
            listing.query_map((kind, key.id.as_bytes()), |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        lists.into_iter().chain([cursor]).try_for_each(|cursor| self.drop_entry(cursor, key))?;
        self.changed.insert(key.kind.clone());
        erasing::forget(self.tx, key)
    }

    fn kind(&mut self, name: &str) -> Result<i64> {
        if let Some(known) = self.kinds.get(name) {
            return Ok(*known);
        }
        let number = kind_number(self.tx, name)?;
        self.kinds.insert(name.to_owned(), number);
        Ok(number)
    }

    /// Writes what the digests changed by, and returns the kinds whose rows may have changed.
    pub fn finish(self) -> Result<BTreeSet<String>> {
        for (cursor, change) in self.digests {
            if planted::is(Bug::DeviceDigestStale) {
                continue;
            }
            cursors::change_digest(self.tx, cursor, change)?;
        }
        attention::note_late_steps(self.tx, &self.issues)?;
        Ok(self.changed)
    }
}

/// Writes a record unless a copy at least as new is here. Returns the digest of what it took the place of.
fn put(tx: &Tx<'_>, record: &WireRecord, has_own: bool) -> Result<Option<Digest>> {
    let is_own = has_own && outbox::knows(tx, &record.state.key())?;
    if !is_own && tx.tables.get(&record.state.kind).is_some() {
        // Nothing was ever written here to be laid over it: all of a first load, and most of every other.
        return records::put_untouched(tx, record.revision, &record.state);
    }
    let key = record.state.key();
    let before = records::relay_state(tx, &key)?;
    if before.as_ref().is_some_and(|(held, _)| *held >= record.revision) {
        return Ok(None);
    }
    outbox::account(tx, &key, record.revision)?;
    outbox::account_shown(tx, &record.state)?;
    records::put_relay_state(tx, record.revision, &record.state)?;
    Ok(Some(before.map(|(_, state)| Digest::of(&state)).unwrap_or_default()))
}

/// Drops a channel: its entries, and the records that no other channel lists.
pub(crate) fn drop_channel(tx: &Tx<'_>, no: i64) -> Result<()> {
    reloading::finish(tx, no)?;
    for (kind, key) in listed(tx, no)? {
        tx.prepare_cached("DELETE FROM entry WHERE kind = ?1 AND id = ?2 AND cursor = ?3")?.execute((
            kind,
            key.id.as_bytes(),
            no,
        ))?;
        index::touch(tx, &key.kind, key.id);
        if !is_listed(tx, kind, key.id)? && !planted::is(Bug::RowsStay) {
            records::remove(tx, &key)?;
        }
    }
    Ok(())
}

/// What a channel lists here, with the small number of each kind.
pub(crate) fn listed(tx: &Tx<'_>, no: i64) -> Result<Vec<(i64, RecordKey)>> {
    let sql =
        "SELECT kind.name, entry.kind, entry.id FROM entry JOIN kind ON kind.no = entry.kind WHERE entry.cursor = ?1";
    let mut query = tx.prepare_cached(sql)?;
    let rows = query.query_map([no], |row| {
        Ok((row.get(1)?, RecordKey::new(row.get::<_, String>(0)?, RecordId::from_bytes(row.get(2)?))))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn is_listed(tx: &Tx<'_>, kind: i64, id: RecordId) -> Result<bool> {
    Ok(tx.prepare_cached("SELECT 1 FROM entry WHERE kind = ?1 AND id = ?2")?.exists((kind, id.as_bytes()))?)
}

/// The small number of a kind; a kind that only a newer app knows gets one as well.
fn kind_number(tx: &Tx<'_>, name: &str) -> Result<i64> {
    let mut query = tx.prepare_cached("SELECT no FROM kind WHERE name = ?1")?;
    if let Some(no) = query.query_map([name], |row| row.get(0))?.next().transpose()? {
        return Ok(no);
    }
    let sql = "INSERT INTO kind (name) VALUES (?1) RETURNING no";
    Ok(tx.prepare_cached(sql)?.query_row([name], |row| row.get(0))?)
}
