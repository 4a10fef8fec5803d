//! One slice of a load: a transaction that holds back what is new and answers for it from memory.
//!
//! What is *coming* (the records of the slice) is not in the store, so nothing of it is ever looked up there. Everything
//! else is asked of the store and, where new records could have a part in the answer, joined with them.

use crate::error::Result;
use crate::store::{Channels, Edits, Fresh, Link, Listing, Records, Standing, StoredEdit, StoredRecord, Tx};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap, HashSet};
use sync_protocol::record::Accepted;
use sync_protocol::{ChannelFacet, DeviceNumber, Digest, RecordId, RecordKey};

/// The ids that records pointed at when they were not there: should one come, the store knows of its children.
pub type Loose = RefCell<HashSet<RecordId>>;

/// What points at one record: the field's name with kind and id of the child.
type Children = BTreeSet<(String, &'static str, RecordId)>;

pub struct Gathering<'t> {
    pub(super) tx: &'t dyn Tx,
    coming: HashSet<RecordKey>,
    /// The ids among `coming` of which the store knows nothing at all.
    unknown: HashSet<RecordId>,
    loose: &'t Loose,
    fresh: RefCell<Fresh>,
    /// Where each new record stands in `fresh`.
    places: RefCell<HashMap<RecordKey, usize>>,
    children: RefCell<HashMap<RecordId, Children>>,
    revision: Cell<Option<u64>>,
}

impl<'t> Gathering<'t> {
    pub fn new(tx: &'t dyn Tx, coming: impl Iterator<Item = RecordKey>, loose: &'t Loose) -> Self {
        let coming: HashSet<RecordKey> = coming.collect();
        let unknown = coming.iter().map(|key| key.id).filter(|id| !loose.borrow().contains(id)).collect();
        Self {
            tx,
            coming,
            unknown,
            loose,
            fresh: RefCell::default(),
            places: RefCell::default(),
            children: RefCell::default(),
            revision: Cell::new(None),
        }
    }

    /// Writes all that was held back. Nothing is read of it any more.
    pub fn write(self) -> Result<()> {
        let mut fresh = self.fresh.into_inner();
        fresh.last_revision = self.revision.get().unwrap_or(0);
        self.tx.put_fresh(&fresh)
    }

    fn held(&self, key: &RecordKey) -> Option<StoredRecord> {
        let place = *self.places.borrow().get(key)?;
        self.fresh.borrow().records.get(place).cloned()
    }
}

impl Records for Gathering<'_> {
    fn claim(&self, ids: &BTreeSet<RecordId>) -> Result<()> {
        self.tx.claim(ids)
    }

    fn record(&self, key: &RecordKey) -> Result<Option<StoredRecord>> {
        if self.coming.contains(key) { Ok(self.held(key)) } else { self.tx.record(key) }
    }

    fn put_record(&self, record: &StoredRecord) -> Result<()> {
        let key = record.state.key();
        if !self.coming.contains(&key) {
            return self.tx.put_record(record);
        }
        let (mut fresh, mut places) = (self.fresh.borrow_mut(), self.places.borrow_mut());
        match places.get(&key).and_then(|place| fresh.records.get_mut(*place)) {
            Some(held) => held.clone_from(record),
            None => {
                places.insert(key, fresh.records.len());
                fresh.records.push(record.clone());
            }
        }
        Ok(())
    }

    fn put_link(&self, link: &Link) -> Result<()> {
        if !self.unknown.contains(&link.parent) {
            self.loose.borrow_mut().insert(link.parent);
        }
        let child = (link.child.kind.clone(), link.field, link.child.id);
        self.children.borrow_mut().entry(link.parent).or_default().insert(child);
        self.fresh.borrow_mut().links.push(link.clone());
        Ok(())
    }

    fn drop_link(&self, link: &Link) -> Result<()> {
        if let Some(children) = self.children.borrow_mut().get_mut(&link.parent) {
            children.remove(&(link.child.kind.clone(), link.field, link.child.id));
        }
        self.fresh.borrow_mut().links.retain(|held| held != link);
        self.tx.drop_link(link)
    }

    fn pointing(&self, kind: &str, field: &str, at: RecordId) -> Result<Vec<RecordKey>> {
        let mut keys = if self.unknown.contains(&at) { Vec::new() } else { self.tx.pointing(kind, field, at)? };
        let children = self.children.borrow();
        let new = children.get(&at).into_iter().flatten().filter(|child| child.0 == kind && child.1 == field);
        keys.extend(new.map(|child| RecordKey::new(kind, child.2)));
        keys.sort();
        Ok(keys)
    }

    fn children(&self, parent: RecordId) -> Result<Vec<RecordKey>> {
        let mut keys = if self.unknown.contains(&parent) { Vec::new() } else { self.tx.children(parent)? };
        let children = self.children.borrow();
        keys.extend(children.get(&parent).into_iter().flatten().map(|child| RecordKey::new(child.0.clone(), child.2)));
        keys.sort();
        keys.dedup();
        Ok(keys)
    }

    fn next_revision(&self) -> Result<u64> {
        // The first is drawn from the store, the others follow it: no other transaction can draw one in between.
        let next = self.revision.get().map_or_else(|| self.tx.next_revision(), |last| Ok(last + 1))?;
        self.revision.set(Some(next));
        Ok(next)
    }

    fn division(&self, code: &str) -> Result<Option<StoredRecord>> {
        let fresh = self.fresh.borrow();
        let new = fresh.records.iter().find(|one| one.state.kind == "division" && one.state.text("code") == Some(code));
        new.map_or_else(|| self.tx.division(code), |new| Ok(Some(new.clone())))
    }

    fn codes_under(&self, code: &str) -> Result<Vec<String>> {
        let fresh = self.fresh.borrow();
        let new =
            fresh.records.iter().filter(|one| one.state.kind == "division").filter_map(|one| one.state.text("code"));
        let mut codes = self.tx.codes_under(code)?;
        codes.extend(new.filter(|new| new.len() > code.len() && new.starts_with(code)).map(str::to_owned));
        codes.sort();
        Ok(codes)
    }
}

impl Edits for Gathering<'_> {
    fn edits_numbered(&self, device: DeviceNumber, first: u32, last: u32) -> Result<Vec<StoredEdit>> {
        let mut edits = self.tx.edits_numbered(device, first, last)?;
        let fresh = self.fresh.borrow();
        let new = fresh.edits.iter().filter(|one| one.chain == device && (first..=last).contains(&one.edit.number));
        edits.extend(new.cloned());
        Ok(edits)
    }

    fn put_edit(&self, edit: &StoredEdit) -> Result<()> {
        self.fresh.borrow_mut().edits.push(edit.clone());
        Ok(())
    }

    fn edits_of(&self, key: &RecordKey) -> Result<Vec<StoredEdit>> {
        let mut edits = if self.coming.contains(key) { Vec::new() } else { self.tx.edits_of(key)? };
        edits.extend(self.fresh.borrow().edits.iter().filter(|one| one.edit.key() == *key).cloned());
        Ok(edits)
    }

    fn replace_edit(&self, edit: &StoredEdit) -> Result<()> {
        match self.fresh.borrow_mut().edits.iter_mut().find(|one| one.id == edit.id) {
            Some(held) => held.clone_from(edit),
            None => self.tx.replace_edit(edit)?,
        }
        Ok(())
    }

    fn accepted_edits(&self, key: &RecordKey) -> Result<Vec<Accepted>> {
        let mut edits = if self.coming.contains(key) { Vec::new() } else { self.tx.accepted_edits(key)? };
        let fresh = self.fresh.borrow();
        let new = fresh.edits.iter().filter(|one| one.edit.key() == *key && one.is_accepted());
        edits.extend(new.cloned().map(StoredEdit::accepted));
        Ok(edits)
    }

    fn wait_for(&self, key: &RecordKey, edit: (DeviceNumber, u32)) -> Result<()> {
        self.tx.wait_for(key, edit)
    }

    fn take_waiting(&self, key: &RecordKey) -> Result<Vec<StoredEdit>> {
        if self.coming.contains(key) { Ok(Vec::new()) } else { self.tx.take_waiting(key) }
    }
}

impl Channels for Gathering<'_> {
    fn list(&self, at: &ChannelFacet, listings: &[Listing], change: Digest) -> Result<()> {
        self.fresh.borrow_mut().listings.push((at.clone(), listings.to_vec(), change));
        Ok(())
    }

    fn standings(&self, of: &[&ChannelFacet]) -> Result<Vec<Standing>> {
        self.tx.standings(of)
    }

    fn all_standings(&self) -> Result<Vec<(ChannelFacet, Standing)>> {
        self.tx.all_standings()
    }

    fn entries_after(&self, at: &ChannelFacet, position: u64, limit: u32) -> Result<Vec<crate::store::Entry>> {
        self.tx.entries_after(at, position, limit)
    }

    fn sweep(&self, at: &ChannelFacet, up_to: u64) -> Result<(u64, u64)> {
        self.tx.sweep(at, up_to)
    }

    fn left(&self, key: &RecordKey) -> Result<BTreeSet<ChannelFacet>> {
        if self.coming.contains(key) { Ok(BTreeSet::new()) } else { self.tx.left(key) }
    }

    fn count_after(&self, at: &ChannelFacet, position: u64) -> Result<u64> {
        self.tx.count_after(at, position)
    }
}
