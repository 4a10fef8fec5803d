//! Who gets a record: its place in channels, and what moves with it.
//!
//! Invariants:
//! - A record's row, its links and its channel entries change in one transaction: it is at no time in neither its old
//!   channels nor its new ones.
//! - Everything a route depends on is re-evaluated in the transaction that changes it, parents first.
//! - Positions are drawn last and in the order of channel names, because in a shared database that takes locks.

use crate::error::Result;
use crate::rights;
use crate::store::{Link, Listing, StoredRecord, Tx};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::rc::Rc;
use sync_protocol::conflict::{Child, Conflict};
use sync_protocol::planted::{self, Bug};
use sync_protocol::record::Accepted;
use sync_protocol::routes::{self, Parents, Placement};
use sync_protocol::schema::{FieldType, Hop};
use sync_protocol::{ChannelFacet, Digest, Edit, Facet, RecordId, RecordKey, RecordState, Schema, Value};

/// The records of one transaction: what was read of them, and what changed.
pub struct Register<'t> {
    tx: &'t dyn Tx,
    schema: &'t Schema,
    district: &'t str,
    read: RefCell<HashMap<RecordKey, Option<Rc<StoredRecord>>>>,
    listings: RefCell<BTreeMap<ChannelFacet, (Vec<Listing>, Digest)>>,
    rights_moved: Cell<bool>,
}

impl<'t> Register<'t> {
    pub fn new(tx: &'t dyn Tx, schema: &'t Schema, district: &'t str) -> Self {
        Self {
            tx,
            schema,
            district,
            read: RefCell::default(),
            listings: RefCell::default(),
            rights_moved: Cell::new(false),
        }
    }

    pub fn get(&self, key: &RecordKey) -> Result<Option<Rc<StoredRecord>>> {
        if let Some(found) = self.read.borrow().get(key) {
            return Ok(found.clone());
        }
        let found = self.tx.record(key)?.map(Rc::new);
        self.read.borrow_mut().insert(key.clone(), found.clone());
        Ok(found)
    }

    pub fn district(&self) -> &'t str {
        self.district
    }

    pub fn place(&self, state: &RecordState) -> Result<Placement> {
        routes::place(self.schema, self.district, state, self)
    }

    /// Writes a record's new state and place, and then everything whose place follows from it.
    pub fn put(&self, state: RecordState, placement: Placement) -> Result<u64> {
        let revision = self.tx.next_revision()?;
        let key = state.key();
        let before = self.get(&key)?;
        self.relink(before.as_ref().map(|before| &before.state), &state)?;
        let has_moved = before.as_ref().is_none_or(|before| before.placement != placement);
        self.write(before, StoredRecord { revision, state, placement }, true)?;
        self.follow(&key, has_moved)?;
        Ok(revision)
    }

    /// Re-places what depends on a record, breadth first, until nothing moves any more.
    fn follow(&self, key: &RecordKey, has_moved: bool) -> Result<()> {
        let mut next = VecDeque::new();
        self.enqueue_followers(key, has_moved, &mut next)?;
        while let Some(key) = next.pop_front() {
            let Some(before) = self.get(&key)? else { continue };
            let placement = self.place(&before.state)?;
            let has_moved = before.placement != placement;
            if has_moved {
                let after = StoredRecord { placement, ..(*before).clone() };
                self.write(Some(before), after, false)?;
            }
            self.enqueue_followers(&key, has_moved, &mut next)?;
        }
        Ok(())
    }

    fn enqueue_followers(&self, key: &RecordKey, has_moved: bool, next: &mut VecDeque<RecordKey>) -> Result<()> {
        // A residence moves its resident even where it stays itself: two homes may share a grid.
        if let Some((field, target)) = routes::moves(&key.kind)
            && let Some(record) = self.get(key)?
            && let Some(id) = record.state.reference(field)
        {
            next.push_back(RecordKey::new(target, id));
        }
        if !has_moved || planted::is(Bug::ChildrenStay) {
            return Ok(());
        }
        next.extend(self.tx.children(key.id)?);
        let same_id = self.schema.kinds().filter(|kind| kind.same_id_as == Some(key.kind.as_str()));
        next.extend(same_id.map(|kind| RecordKey::new(kind.name, key.id)));
        Ok(())
    }

    fn write(&self, before: Option<Rc<StoredRecord>>, after: StoredRecord, has_changed: bool) -> Result<()> {
        self.tx.put_record(&after)?;
        if rights::depend_on(&after.state.kind) {
            self.rights_moved.set(true);
        }
        let facets_of = |record: &StoredRecord| -> BTreeSet<ChannelFacet> {
            let at = |channel: &sync_protocol::Channel| ChannelFacet {
                channel: channel.clone(),
                facet: record.placement.facet,
            };
            record.placement.channels.iter().map(at).collect()
        };
        let was = before.as_ref().map(|before| Digest::of(&before.state)).unwrap_or_default();
        let is = if has_changed { Digest::of(&after.state) } else { was };
        let old = before.map(|before| facets_of(&before)).unwrap_or_default();
        let new = facets_of(&after);
        let key = after.state.key();
        let mut listings = self.listings.borrow_mut();
        let departed = |_: &&ChannelFacet| !planted::is(Bug::DepartureUnsaid);
        for at in old.difference(&new).filter(departed) {
            let (listings, change) = listings.entry(at.clone()).or_default();
            listings.push(Listing { record: key.clone(), departed: true });
            *change -= was;
        }
        // Where nothing but its place changed, channels that still list it have nothing new to say.
        let has_changed = has_changed && !planted::is(Bug::ChangeUnlisted);
        for at in new.into_iter().filter(|at| has_changed || !old.contains(at)) {
            let was_listed = old.contains(&at);
            let (listings, change) = listings.entry(at).or_default();
            listings.push(Listing { record: key.clone(), departed: false });
            *change += if was_listed { is - was } else { is };
        }
        self.read.borrow_mut().insert(key, Some(Rc::new(after)));
        Ok(())
    }

    /// Draws positions for everything listed since, each record once per channel facet, where it was listed last.
    pub fn publish(&self) -> Result<()> {
        for (at, (mut listings, change)) in self.listings.take() {
            let mut seen = BTreeSet::new();
            listings.reverse();
            listings.retain(|one| seen.insert(one.record.clone()));
            listings.reverse();
            let change = if planted::is(Bug::RelayDigestStale) { Digest::default() } else { change };
            self.tx.list(&at, &listings, change)?;
        }
        if self.rights_moved.take() { rights::note_moved(self.tx) } else { Ok(()) }
    }

    /// The first record that an edit's route needs and that is not known here.
    pub fn missing_parent(&self, edit: &Edit) -> Result<Option<RecordKey>> {
        let Some(kind) = self.schema.kind(&edit.kind) else { return Ok(None) };
        for name in parent_fields(&kind.route) {
            let Some(text) = edit.fields.get(name).and_then(|field| field.value.as_text()) else { continue };
            let target = match kind.field(name).map(|field| &field.ty) {
                Some(FieldType::Ref(target)) => text.parse().ok().map(|id| RecordKey::new(*target, id)),
                Some(FieldType::RefAny(_)) => text.parse().ok(),
                _ => None,
            };
            if let Some(target) = target
                && self.get(&target)?.is_none()
            {
                return Ok(Some(target));
            }
        }
        if let Some(owner) = kind.same_id_as {
            let owner = RecordKey::new(owner, edit.record);
            if self.get(&owner)?.is_none() {
                return Ok(Some(owner));
            }
        }
        Ok(None)
    }

    /// The records that one stands below: those that its route names, and the one whose id it shares.
    pub fn parents_of(&self, state: &RecordState) -> BTreeSet<RecordKey> {
        let Some(kind) = self.schema.kind(&state.kind).filter(|kind| !is_of_review(kind.name)) else {
            return BTreeSet::new();
        };
        let mut fields = routes::route_fields(kind);
        fields.extend(routes::moves(&state.kind).map(|(field, _)| field));
        let named = fields.into_iter().filter_map(|field| routes::target(kind, state, field));
        named.chain(kind.same_id_as.map(|owner| RecordKey::new(owner, state.id))).collect()
    }

    /// As [`Self::parents_of`], of a record that an edit is to create.
    pub fn parents_named(&self, edit: &Edit) -> BTreeSet<RecordKey> {
        let Some(kind) = self.schema.kind(&edit.kind) else { return BTreeSet::new() };
        let accepted = Accepted { id: edit.id(None), edit: edit.clone(), order: None };
        RecordState::from_edits(kind, &[accepted]).map(|state| self.parents_of(&state)).unwrap_or_default()
    }

    /// Everything that stands below a record, and what the relay wrote about it.
    pub fn below(&self, parent: &RecordKey) -> Result<Vec<Rc<StoredRecord>>> {
        let same_id = self.schema.kinds().filter(|kind| kind.same_id_as == Some(parent.kind.as_str()));
        let mut keys: BTreeSet<RecordKey> = same_id.map(|kind| RecordKey::new(kind.name, parent.id)).collect();
        keys.extend(self.tx.children(parent.id)?);
        let spelled = parent.to_string();
        let mut found = Vec::new();
        for key in keys {
            let Some(child) = self.get(&key)? else { continue };
            let is_about = is_of_review(&key.kind) && child.state.text("record") == Some(spelled.as_str());
            if is_about || self.parents_of(&child.state).contains(parent) {
                found.push(child);
            }
        }
        Ok(found)
    }

    /// The records that stand below one and are not deleted.
    pub fn children_of(&self, parent: &RecordKey) -> Result<Vec<Child>> {
        let below = self.below(parent)?.into_iter();
        let standing = below.filter(|child| !is_of_review(&child.state.kind) && !child.state.is_deleted());
        let child = |child: Rc<StoredRecord>| {
            let created = child.state.marks.first()?.clone();
            Some(Child { kind: child.state.kind.clone(), created })
        };
        Ok(standing.filter_map(child).collect())
    }

    /// Leaves a mark where a record was: its channels say that it departed, and nothing of it is held.
    pub fn erase(&self, key: &RecordKey) -> Result<()> {
        let before = self.get(key)?;
        let facet = before.as_ref().map_or(Facet::Review, |before| before.placement.facet);
        let mark = StoredRecord::erased(key, self.tx.next_revision()?, facet);
        self.relink(before.as_ref().map(|before| &before.state), &mark.state)?;
        self.write(before, mark, true)
    }

    fn relink(&self, before: Option<&RecordState>, after: &RecordState) -> Result<()> {
        let old = before.map(|before| self.links(before)).unwrap_or_default();
        let new = self.links(after);
        old.difference(&new).try_for_each(|link| self.tx.drop_link(link))?;
        new.difference(&old).try_for_each(|link| self.tx.put_link(link))
    }

    /// The routing fields of a record that point at others, and the field by which it moves another.
    fn links(&self, state: &RecordState) -> BTreeSet<Link> {
        let Some(kind) = self.schema.kind(&state.kind) else { return BTreeSet::new() };
        let mut fields = routes::route_fields(kind);
        fields.extend(routes::moves(&state.kind).map(|(field, _)| field));
        let link = |field: &'static str| {
            let parent = routes::target(kind, state, field)?.id;
            Some(Link { parent, child: state.key(), field })
        };
        let mut links: BTreeSet<Link> = fields.into_iter().filter_map(link).collect();
        if state.kind == "conflict" {
            // It is where each side would have its record: what a side names moves it too.
            let sides = Conflict::read(state.value("sides"), &Value::Null, &Value::Null).sides;
            let named = sides.iter().filter_map(|side| side.value.as_text()?.parse().ok());
            links.extend(named.map(|parent| Link { parent, child: state.key(), field: "sides" }));
        }
        links
    }
}

/// What the relay writes about a record stands beside it, not below it.
fn is_of_review(kind: &str) -> bool {
    matches!(kind, "conflict" | "held_edit")
}

/// The records that taking an edit may change, or give a child.
pub fn touched(schema: &Schema, edit: &Edit) -> BTreeSet<RecordId> {
    let mut touched = BTreeSet::from([edit.record]);
    let Some(kind) = schema.kind(&edit.kind) else { return touched };
    let named = routes::route_fields(kind).into_iter().chain(routes::moves(kind.name).map(|(field, _)| field));
    touched.extend(named.filter_map(|name| {
        let text = edit.fields.get(name)?.value.as_text()?;
        text.parse().ok().or_else(|| text.parse::<RecordKey>().ok().map(|key| key.id))
    }));
    touched
}

/// The fields whose records a route walks through: without them a record has no right place.
fn parent_fields(route: &[Hop]) -> Vec<&'static str> {
    let mut fields = Vec::new();
    for hop in route {
        match hop {
            Hop::Parent(field)
            | Hop::ParentInGridOnly(field)
            | Hop::ParentWhile(field, _)
            | Hop::ParentUnlessPrivate(field, _) => fields.push(*field),
            Hop::FirstOf(hops) => fields.extend(parent_fields(hops)),
            _ => {}
        }
    }
    fields
}

impl Parents for Register<'_> {
    type Error = crate::error::RelayError;

    fn schema(&self) -> &Schema {
        self.schema
    }

    fn placement(&self, key: &RecordKey) -> Result<Option<Placement>> {
        Ok(self.get(key)?.map(|record| record.placement.clone()))
    }

    fn record(&self, key: &RecordKey) -> Result<Option<RecordState>> {
        Ok(self.get(key)?.map(|record| record.state.clone()))
    }

    fn pointing(&self, kind: &str, field: &str, at: RecordId) -> Result<Vec<RecordState>> {
        let keys = self.tx.pointing(kind, field, at)?;
        let records = keys.iter().map(|key| Ok(self.get(key)?.map(|record| record.state.clone())));
        records.filter_map(Result::transpose).collect()
    }
}
