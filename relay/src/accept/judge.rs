//! One edit at a time: may it stand, can it be placed, may its author write it; then it is merged.

use super::accounts;
use super::clock::{Now, RelayClock};
use super::order::order_for;
use super::own::{Draft, OwnChain, RELAY_DEVICE, must_stand};
use super::privacy::is_too_open;
use super::review::{Reason, conflict_drafts, deletion_draft, held_draft};
use super::steps::{IssueBefore, issue_before};
use crate::audit;
use crate::erasing;
use crate::error::Result;
use crate::placing::Register;
use crate::rights::{StoredPlaces, assignments_of};
use crate::store::{StoredEdit, Tx};
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::rc::Rc;
use sync_protocol::edit::DELETED;
use sync_protocol::messages::{Fate, FieldOutcome, Outcome};
use sync_protocol::planted::{self, Bug};
use sync_protocol::policy::{self, Assignment, Verdict};
use sync_protocol::record::Accepted;
use sync_protocol::routes;
use sync_protocol::schema::{FieldType, Kind, Rule, Writer};
use sync_protocol::{Code, DeviceNumber, Edit, EditId, RecordId, RecordKey, RecordState, Schema, Stamp, day};

/// No record grows beyond this, as JSON.
const MAX_RECORD_BYTES: usize = 64 * 1024;
/// No edit is longer, as JSON: a legal one always fits into a push.
const MAX_EDIT_BYTES: usize = 256 * 1024;

/// In whose name an edit may count.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Authority<'a> {
    /// The author's own: their assignments decide.
    Author,
    /// The relay's: imports.
    Relay,
    /// The relay's own of once: so it had decided before it was restored from a backup.
    Decided(&'a Outcome),
    /// A console's, whose author is not signed in there any more.
    SessionEnded,
    /// The device has no right to speak for the author.
    None,
}

/// The accepting of edits within one transaction.
pub struct Accepting<'t> {
    tx: &'t dyn Tx,
    schema: &'t Schema,
    register: Register<'t>,
    clock: RelayClock<'t>,
    now_ms: u64,
    today: String,
    assignments: HashMap<RecordId, Rc<Vec<Assignment>>>,
    /// Records that came into being, whose waiting edits are still to be tried.
    appeared: VecDeque<RecordKey>,
    /// What people are to look at because of the edits taken, still to be written.
    to_review: VecDeque<Draft>,
    own: OwnChain,
    /// The device in whose chain edits come; each in that of its own device where nobody says.
    chain: Option<DeviceNumber>,
    any_erased: bool,
}

/// What judging found, before anything is stored.
enum Judged {
    Merge {
        state: RecordState,
        placement: sync_protocol::routes::Placement,
    },
    Wait(RecordKey),
    Keep(Fate, Code, BTreeMap<String, FieldOutcome>),
    /// For a supervisor to decide; the place is the one the record is in, or would get.
    Hold(sync_protocol::routes::Placement, Reason),
}

impl<'t> Accepting<'t> {
    pub fn new(tx: &'t dyn Tx, schema: &'t Schema, district: &'t str, now: impl Into<Now>) -> Self {
        let now = now.into();
        Self {
            tx,
            schema,
            register: Register::new(tx, schema, district),
            clock: RelayClock::new(tx, now),
            now_ms: now.ms,
            today: day::day_of(now.ms),
            assignments: HashMap::new(),
            appeared: VecDeque::new(),
            to_review: VecDeque::new(),
            own: OwnChain::default(),
            chain: None,
            // Where this cannot be read nothing else can.
            any_erased: erasing::is_any(tx).unwrap_or(true),
        }
    }

    /// Takes what comes from now on as brought in the chain of this device.
    pub fn brought_by(&mut self, chain: DeviceNumber) {
        self.chain = Some(chain);
    }

    fn chain_of(&self, edit: &Edit) -> DeviceNumber {
        // The relay's own edits, made on the way, are nobody else's.
        self.chain.filter(|_| edit.device != RELAY_DEVICE).unwrap_or(edit.device)
    }

    /// Writes something of the relay's own; an error where it may not stand.
    pub fn write(&mut self, draft: Draft) -> Result<()> {
        let stamp = self.clock.tick_after([])?;
        let (edit, id) = self.own.next(self.tx, draft, stamp)?;
        let outcome = self.take(&edit, id, Authority::Relay, Stamp::ZERO)?;
        must_stand(&edit, &outcome)
    }

    /// Judges an edit, stores it with its outcome, and tries again what waited for it.
    pub fn take(&mut self, edit: &Edit, id: EditId, authority: Authority<'_>, previous: Stamp) -> Result<Outcome> {
        let chain = self.chain_of(edit);
        let outcome = self.decide(edit, id, authority, previous, chain)?;
        self.store(edit, id, &outcome, chain)?;
        while let Some(key) = self.appeared.pop_front() {
            if planted::is(Bug::WaitingForgotten) {
                continue;
            }
            for waiting in self.tx.take_waiting(&key)? {
                let was_decided = waiting.outcome.receipt.is_some();
                let authority = if was_decided { Authority::Decided(&waiting.outcome) } else { Authority::Author };
                let outcome = self.decide(&waiting.edit, waiting.id, authority, Stamp::ZERO, waiting.chain)?;
                self.store(&waiting.edit, waiting.id, &outcome, waiting.chain)?;
            }
        }
        while let Some(draft) = self.to_review.pop_front() {
            self.write(draft)?;
        }
        Ok(outcome.told())
    }

    /// Takes an edit that the relay decided once and lost with a restore, as it was decided then: rights and clocks of today
    /// are not asked. Where a record it needs was lost as well it waits, and is still taken so when that has come.
    pub fn take_decided(&mut self, edit: &Edit, id: EditId, was: &Outcome, previous: Stamp) -> Result<Outcome> {
        if self.is_erased(edit)? {
            return self.take_erased(edit, id);
        }
        let outcome = match was.result {
            Fate::Merged | Fate::Conflict => return self.take(edit, id, Authority::Decided(was), previous),
            Fate::Held | Fate::Waiting | Fate::Later => return self.take(edit, id, Authority::Author, previous),
            Fate::Refused | Fate::Erased => Outcome { receipt: None, revision: None, ..was.clone() },
        };
        self.store(edit, id, &outcome, self.chain_of(edit))?;
        Ok(outcome)
    }

    /// Gives everything that changed its place in the channels. The last thing before the commit.
    pub fn finish(self) -> Result<()> {
        self.own.finish(self.tx)?;
        self.clock.finish()?;
        self.register.publish()
    }

    fn decide(
        &mut self,
        edit: &Edit,
        id: EditId,
        authority: Authority<'_>,
        previous: Stamp,
        chain: DeviceNumber,
    ) -> Result<Outcome> {
        let mut outcome = Outcome {
            number: edit.number,
            edit: id,
            result: Fate::Merged,
            code: None,
            fields: BTreeMap::new(),
            revision: None,
            order: None,
            receipt: None,
        };
        let (judged, accepted) = self.judge(edit, id, authority, previous)?;
        match judged {
            Judged::Keep(fate, code, fields) => {
                (outcome.result, outcome.code, outcome.fields) = (fate, Some(code), fields);
            }
            Judged::Hold(..) if planted::is(Bug::HeldUnseen) => {
                (outcome.result, outcome.code) = (Fate::Held, Some(Code::RightEnded));
            }
            Judged::Hold(placement, reason) => {
                self.to_review.push_back(held_draft(edit, id, &placement, reason)?);
                (outcome.result, outcome.code) = (Fate::Held, Some(reason.code()));
            }
            Judged::Wait(_) if planted::is(Bug::WaitingRefused) => {
                (outcome.result, outcome.code) = (Fate::Refused, Some(Code::UnknownRecord));
            }
            Judged::Wait(key) => {
                self.tx.wait_for(&key, (chain, edit.number))?;
                if let Authority::Decided(was) = authority {
                    // Kept with what waits; the receipt says that all of it was ours once.
                    outcome = Outcome { revision: None, ..was.clone() };
                }
                (outcome.result, outcome.code) = (Fate::Waiting, Some(Code::UnknownRecord));
            }
            Judged::Merge { state, placement } => {
                outcome.order = accepted.order;
                self.name_fields(edit, &state, &accepted, &mut outcome);
                let key = state.key();
                let before = self.register.get(&key)?;
                let is_new = before.is_none();
                if let Some(kind) = self.schema.kind(&edit.kind) {
                    let before = before.as_ref().map(|before| &before.state);
                    let drafts = conflict_drafts(self.tx, kind, before, &state, &accepted, |key| {
                        self.register.children_of(key)
                    })?;
                    if state.is_deleted() && !drafts.is_empty() && !edit.fields.contains_key(DELETED) {
                        outcome.result = Fate::Conflict;
                    }
                    self.to_review.extend(drafts);
                }
                let mut above = self.register.parents_of(&state);
                above.extend(before.iter().flat_map(|before| self.register.parents_of(&before.state)));
                outcome.revision = Some(self.register.put(state, placement)?);
                self.tell_deleted_parents(edit, above, &accepted)?;
                if is_new {
                    self.appeared.push_back(key);
                }
                if is_new && authority != Authority::Relay {
                    accounts::open(self.tx, edit)?;
                }
                if edit.kind == "reveal" {
                    self.note_look(edit, id)?;
                }
                if matches!(edit.kind.as_str(), "assignment" | "person") {
                    self.assignments.clear();
                }
            }
        }
        Ok(outcome)
    }

    /// Where a record came, went or moved below one that is deleted, whose deletion may not have known of it.
    fn tell_deleted_parents(&mut self, edit: &Edit, above: BTreeSet<RecordKey>, accepted: &Accepted) -> Result<()> {
        let moved = |kind: &Kind| routes::route_fields(kind).iter().any(|field| edit.fields.contains_key(*field));
        let has_moved = self.schema.kind(&edit.kind).is_some_and(moved);
        if !(edit.create || has_moved || edit.fields.contains_key(DELETED)) {
            return Ok(());
        }
        for parent in above {
            let is_deleted = self.register.get(&parent)?.is_some_and(|parent| parent.state.is_deleted());
            if let Some(kind) = self.schema.kind(&parent.kind).filter(|_| is_deleted) {
                let children = self.register.children_of(&parent)?;
                self.to_review.extend(deletion_draft(self.tx, kind, &parent, &children, accepted)?);
            }
        }
        Ok(())
    }

    /// A look at a masked value stands in the audit trail of the community whose record it was.
    fn note_look(&self, edit: &Edit, id: EditId) -> Result<()> {
        let record = edit.fields.get("record").and_then(|field| field.value.as_text()?.parse::<RecordKey>().ok());
        let seen = record.map(|key| self.register.get(&key)).transpose()?.flatten();
        let channels = seen.as_ref().map(|seen| &seen.placement.channels);
        let home = channels.into_iter().flatten();
        audit::append_reveal(self.tx, edit, id, home, self.register.district(), day::time_text(self.now_ms))
    }

    fn store(&self, edit: &Edit, id: EditId, outcome: &Outcome, chain: DeviceNumber) -> Result<()> {
        if planted::is(Bug::OutcomeUnstored) && outcome.result == Fate::Refused {
            return Ok(());
        }
        let edit = if outcome.result == Fate::Erased { erasing::without_values(edit) } else { edit.clone() };
        let outcome = outcome.clone();
        self.tx.put_edit(&StoredEdit { chain, id, edit, outcome, received_ms: self.now_ms })
    }

    fn judge(
        &mut self,
        edit: &Edit,
        id: EditId,
        authority: Authority<'_>,
        previous: Stamp,
    ) -> Result<(Judged, Accepted)> {
        let mut accepted = Accepted { edit: edit.clone(), id, order: None };
        let keep = |fate, code| Judged::Keep(fate, code, BTreeMap::new());
        if self.is_erased(edit)? {
            return Ok((keep(Fate::Erased, Code::Erased), accepted));
        }
        let was = match authority {
            Authority::SessionEnded => return Ok((keep(Fate::Later, Code::SessionEnded), accepted)),
            Authority::None => return Ok((keep(Fate::Refused, Code::NeverAllowed), accepted)),
            Authority::Decided(was) => Some(was),
            Authority::Author | Authority::Relay => None,
        };
        if let Some(refused) = self.faults(edit) {
            return Ok((refused, accepted));
        }
        if json_bytes(edit) > MAX_EDIT_BYTES {
            return Ok((keep(Fate::Refused, Code::RequestTooLarge), accepted));
        }
        let Some(kind) = self.schema.kind(&edit.kind) else {
            return Ok((keep(Fate::Refused, Code::UnknownKind), accepted));
        };
        accepted.edit.fields.retain(|name, field| match was {
            Some(was) => was.fields.get(name).is_none_or(|field| field.result != Fate::Refused),
            None => !is_beyond_tomorrow(kind, name, &field.value, &self.today),
        });
        if accepted.edit.fields.is_empty() && !edit.create {
            return Ok((keep(Fate::Refused, Code::ValueInvalid), accepted));
        }

        let key = edit.key();
        let held = self.register.get(&key)?;
        match &held {
            None if !edit.create => return Ok((Judged::Wait(key), accepted)),
            // Kinds that share another record's id may be created by two people who did not know of each other.
            Some(_) if edit.create && kind.same_id_as.is_none() => {
                return Ok((keep(Fate::Refused, Code::AlreadyThere), accepted));
            }
            _ => {}
        }
        if let Some(parent) = self.register.missing_parent(edit)? {
            return Ok((Judged::Wait(parent), accepted));
        }
        let held_state = held.as_ref().map(|held| &held.state);
        let log = || self.tx.accepted_edits(&key);
        let issue = issue_before(self.tx, edit)?;
        if let Some(was) = was {
            // Whatever comes from now on comes after what was decided then.
            self.clock.observe(was.order.unwrap_or(edit.stamp))?;
            accepted.order = was.order;
        } else {
            accepted.order = order_for(edit, held_state, log, previous, &mut self.clock)?;
            if let Some(issue) = &issue {
                accepted.order = issue.order_for(accepted.order, edit.stamp, &mut self.clock)?;
            }
        }
        let state = merged(self.tx, kind, &key, held_state, &accepted)?;
        let Some(state) = state else { return Ok((keep(Fate::Refused, Code::RequestInvalid), accepted)) };
        if json_bytes(&state) > MAX_RECORD_BYTES {
            return Ok((keep(Fate::Refused, Code::ValueInvalid), accepted));
        }

        let placement = self.register.place(&state)?;
        let verdict = if was.is_some() {
            Verdict::Now
        } else if authority == Authority::Relay {
            if kind.writers.contains(&Writer::Relay) { Verdict::Now } else { Verdict::Never }
        } else {
            // Who may change a record is asked where it is, not where the edit would bring it: else a worker could pull
            // another grid's household over by its id. What is new, or has no place yet, is judged by where it goes.
            let before = held.as_ref().map(|held| held.placement.channels.clone()).filter(|before| !before.is_empty());
            let channels = before.unwrap_or_else(|| placement.channels.clone());
            let assignments = self.assignments(edit.author)?;
            let verdict = policy::may_write(kind, edit, &assignments, &channels, &self.today, &StoredPlaces(self.tx));
            let may_take = |issue: &IssueBefore| issue.may_be_taken(&state, edit.author, &assignments, &self.today);
            match verdict {
                Verdict::Now if issue.as_ref().is_some_and(|issue| !may_take(issue)) => Verdict::Never,
                verdict => verdict,
            }
        };
        let judged = match verdict {
            Verdict::Never if authority == Authority::Author && self.may_where_it_was(kind, edit)? => {
                Judged::Hold(placement, Reason::MovedAway)
            }
            Verdict::Never => keep(Fate::Refused, Code::NeverAllowed),
            // What was decided once is not asked again: a category may have become private since.
            _ if was.is_none() && is_too_open(&self.register, edit, &state)? => {
                let field = FieldOutcome { result: Fate::Refused, code: Some(Code::MustBePrivate) };
                Judged::Keep(Fate::Refused, Code::MustBePrivate, BTreeMap::from([("private".to_owned(), field)]))
            }
            _ if was.is_none()
                && authority != Authority::Relay
                && accounts::is_name_taken(self.tx, &self.register, edit)? =>
            {
                let field = FieldOutcome { result: Fate::Refused, code: Some(Code::ValueInvalid) };
                Judged::Keep(Fate::Refused, Code::ValueInvalid, BTreeMap::from([("sign_in_name".to_owned(), field)]))
            }
            Verdict::Now => Judged::Merge { state, placement },
            Verdict::Once => Judged::Hold(placement, Reason::RightEnded),
        };
        Ok((judged, accepted))
    }

    /// Whether an edit speaks of somebody who was erased: of a record of theirs, or of a new one that would be theirs.
    fn is_erased(&self, edit: &Edit) -> Result<bool> {
        if !self.any_erased {
            return Ok(false);
        }
        let mut about = if edit.create { self.register.parents_named(edit) } else { BTreeSet::new() };
        let named = ["resident", "guardian"].into_iter().filter_map(|field| edit.fields.get(field)?.value.as_text());
        about.extend(named.filter_map(|id| id.parse().ok()).map(|id| RecordKey::new("resident", id)));
        about.insert(edit.key());
        for key in about {
            if self.register.get(&key)?.is_some_and(|record| record.is_erased()) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Takes an edit whose words its device had to forget.
    pub fn take_erased(&mut self, edit: &Edit, id: EditId) -> Result<Outcome> {
        let outcome = erasing::outcome_of(edit, id);
        self.store(edit, id, &outcome, self.chain_of(edit))?;
        Ok(outcome)
    }

    /// Whether an edit's author has, or lately had, the right to write it where the record was before it moved away, or where
    /// what a new record belongs to was.
    fn may_where_it_was(&mut self, kind: &Kind, edit: &Edit) -> Result<bool> {
        // Whose turn an issue is does not depend on where it is.
        if edit.kind == "issue_step" {
            return Ok(false);
        }
        let key = edit.key();
        let of = if edit.create { self.register.parents_named(edit) } else { BTreeSet::from([key]) };
        let mut left = BTreeSet::new();
        for key in of {
            left.extend(self.tx.left(&key)?.into_iter().map(|at| at.channel));
        }
        if left.is_empty() {
            return Ok(false);
        }
        let assignments = self.assignments(edit.author)?;
        let places = StoredPlaces(self.tx);
        Ok(policy::may_write(kind, edit, &assignments, &left, &self.today, &places) != Verdict::Never)
    }

    /// The refusal of an edit that may not stand as written.
    fn faults(&self, edit: &Edit) -> Option<Judged> {
        let faults = self.schema.check(edit);
        let code = faults.first()?.code;
        let fields = faults.into_iter().filter(|fault| !fault.field.is_empty());
        let fields = fields.map(|fault| (fault.field, FieldOutcome { result: Fate::Refused, code: Some(fault.code) }));
        Some(Judged::Keep(Fate::Refused, code, fields.collect()))
    }

    /// Says which fields ended in an open conflict, and which were left out.
    fn name_fields(&self, edit: &Edit, state: &RecordState, accepted: &Accepted, outcome: &mut Outcome) {
        let Some(kind) = self.schema.kind(&edit.kind) else { return };
        let in_conflict = |name: &str| {
            kind.rule(name) == Some(Rule::Latest)
                && !state.open_sides(name).is_empty()
                && state.versions(name).any(|(mark, _)| mark.edit == accepted.id)
        };
        let (open, settled): (Vec<&String>, Vec<&String>) =
            accepted.edit.fields.keys().partition(|name| in_conflict(name));
        if !open.is_empty() {
            outcome.result = Fate::Conflict;
            let merged = FieldOutcome { result: Fate::Merged, code: None };
            outcome.fields.extend(settled.into_iter().map(|name| (name.clone(), merged.clone())));
        }
        let left_out = edit.fields.keys().filter(|name| !accepted.edit.fields.contains_key(*name));
        let refused = FieldOutcome { result: Fate::Refused, code: Some(Code::ValueInvalid) };
        outcome.fields.extend(left_out.map(|name| (name.clone(), refused.clone())));
    }

    fn assignments(&mut self, person: RecordId) -> Result<Rc<Vec<Assignment>>> {
        if let Some(known) = self.assignments.get(&person) {
            return Ok(known.clone());
        }
        let read = Rc::new(assignments_of(self.tx, person)?);
        self.assignments.insert(person, read.clone());
        Ok(read)
    }
}

/// The state of a record with one more accepted edit.
fn merged(
    tx: &dyn Tx,
    kind: &Kind,
    key: &RecordKey,
    held: Option<&RecordState>,
    accepted: &Accepted,
) -> Result<Option<RecordState>> {
    let log = || -> Result<Vec<Accepted>> {
        let mut log = tx.accepted_edits(key)?;
        log.push(accepted.clone());
        Ok(log)
    };
    match held {
        // A second creation can change which one is the first; only the log knows.
        Some(_) if accepted.edit.create => Ok(RecordState::from_edits(kind, &log()?)),
        Some(held) => {
            let mut state = held.clone();
            state.apply(kind, accepted, log)?;
            Ok(Some(state))
        }
        None => Ok(RecordState::from_edits(kind, std::slice::from_ref(accepted))),
    }
}

fn json_bytes(value: &impl serde::Serialize) -> usize {
    let mut counted = Counted(0);
    serde_json::to_writer(&mut counted, value).map_or(usize::MAX, |()| counted.0)
}

/// Counts bytes and keeps none: every edit is measured, and nearly none is too long.
struct Counted(usize);

impl std::io::Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A field that keeps the greatest day would keep a tablet's wrong year for ever, so a day after tomorrow is left out.
fn is_beyond_tomorrow(kind: &Kind, name: &str, value: &sync_protocol::Value, today: &str) -> bool {
    let is_greatest_day =
        kind.field(name).is_some_and(|field| field.rule == Rule::Greatest && field.ty == FieldType::Date);
    is_greatest_day && value.as_text().is_some_and(|day| day > day::add_days(today, 1).as_str())
}
