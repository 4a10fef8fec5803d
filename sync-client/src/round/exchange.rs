//! The order of a round's questions and what is made of each answer: no network, no clock, no async.
//!
//! [`Exchange::next`] reads the store and says what to ask; whoever carries the question gives the answer to
//! [`Exchange::take`], which writes it in one transaction. An answer that never came is simply not taken: a new exchange
//! starts over and repeats what is not settled. The app carries questions over HTTP, the simulation in memory.

use super::facts;
use crate::clock::offset_of;
use local_store::{
    Result, Store, StoreError, Tx, View, comparing, cursors, device, epochs, erasing, incoming, keeping, outbox,
};
use std::collections::{BTreeMap, BTreeSet};
use sync_protocol::messages::{
    CompareAnswer, CompareRequest, Fate, MAX_PUSH_EDITS, Me, PullAnswer, PullRequest, PushAnswer, PushRequest, standing,
};
use sync_protocol::planted::{self, Bug};
use sync_protocol::{ChannelFacet, Code, EditId, Epoch, RecordId};

/// What is asked of the relay.
#[derive(Clone, Debug)]
pub enum Ask {
    Push(PushRequest),
    /// Asked in the epoch that the cursors are of.
    Me(Option<Epoch>),
    Pull(PullRequest),
    Compare(CompareRequest),
}

#[derive(Clone, Debug)]
pub enum Answer {
    Push(PushAnswer),
    Me(Me),
    Pull(PullAnswer),
    Compare(CompareAnswer),
}

/// An answer with the moments, by our own clock, between which it was given.
#[derive(Clone, Debug)]
pub struct Heard {
    pub answer: Answer,
    pub asked_ms: u64,
    pub heard_ms: u64,
}

/// In whose name a round speaks.
pub trait Speaker {
    /// The signature of a push: over the id of its last edit, which covers all before it.
    fn sign(&self, last: EditId) -> String;
    /// On a console: what the relay gave each author at sign-in.
    fn author_tokens(&self) -> BTreeMap<RecordId, String>;
}

/// What an answer changed.
#[derive(Debug, Default)]
pub struct News {
    /// Kinds whose rows may have changed.
    pub kinds: BTreeSet<String>,
    /// The relay is not the one that this replica was enrolled at, nor that one restored. The round is over.
    pub replaced: bool,
    /// How far the relay's clock is ahead of ours, where the answer says.
    pub clock_offset_ms: Option<i64>,
    /// Entries received, and those still to come where the answer says.
    pub arrived: u64,
    pub remaining: Option<u64>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    Pushing,
    Pulling,
    /// What is held is not what the relay holds, and the two are laid side by side.
    Comparing,
    Done,
}

/// One round under way.
#[derive(Debug, Default)]
pub struct Exchange {
    is_begun: bool,
    phase: Phase,
    /// The last edit offered. Each is offered once a round: what the relay wants later must neither hold up those behind it
    /// nor be offered round and round.
    offered: u32,
    /// The grants that the cursors follow, and whether the relay spoke of others.
    grants: Option<String>,
    grants_moved: bool,
    /// Whether something is to be pulled, so that the relay wants to see the cursors themselves.
    has_news: bool,
    /// The relay said that it is in another epoch than we, and whether it was asked about that in this round.
    relearns: bool,
    relearnt: bool,
    /// The channel facet that is being compared, and how often the relay was asked in this round.
    comparing: Option<ChannelFacet>,
    compared: usize,
    /// A push was refused because another device works under our number; still to be noted.
    copied: bool,
    /// The last question that named its cursors.
    asked: Option<PullRequest>,
    /// Whether all that is held came in this round.
    from_nothing: bool,
    /// Pages of a first load that were written, and where cursors stand behind those that are not durable yet.
    pages: usize,
    unkept: BTreeMap<ChannelFacet, u64>,
}

/// Pages of a first load that share a commit.
const PAGES_AT_ONCE: usize = 8;
/// A page that took longer is made durable at once: over a slow line every page counts.
const QUICKLY_MS: u64 = 1_000;

/// Comparisons in one round at most: a repair goes on in the next, and can never become a loop.
const MOST_COMPARED: usize = 64;

/// More cursors than this are told by their standing first: a console has thousands, and mostly nothing moved.
const FEW_CURSORS: usize = 16;

impl Exchange {
    /// The next question; none when the round is over.
    pub fn next(&mut self, store: &Store, speaker: &dyn Speaker) -> Result<Option<Ask>> {
        if !std::mem::replace(&mut self.is_begun, true) {
            // A round that was broken off may have left pages that only the next page would see: asked for again from where
            // the store shows cursors, they would look as if the relay had sent a channel back to its start.
            self.keep(store)?;
        }
        if std::mem::take(&mut self.copied) {
            // Nothing more goes up under this number, but what others wrote comes down as ever.
            self.phase = Phase::Pulling;
            store.write(|tx| put_enrol_again(tx, true))?;
            self.grants = store.read(&View::Everything, |tx| device::fact(tx, facts::GRANTS))?;
            if store.read(&View::Everything, asks_for_backups)? {
                self.grants = None;
            }
        }
        if self.relearns {
            return Ok(Some(Ask::Me(store.read(&View::Everything, device::epoch)?)));
        }
        if self.phase == Phase::Pushing {
            if let Some(request) = self.push(store, speaker)? {
                return Ok(Some(Ask::Push(request)));
            }
            self.phase = Phase::Pulling;
            // What is written here has gone up; nothing comes down while room is kept for what is still to be written.
            if !store.has_ample_room() {
                return Err(StoreError::DiskFull);
            }
            self.grants = store.read(&View::Everything, |tx| device::fact(tx, facts::GRANTS))?;
        }
        if self.phase == Phase::Comparing {
            let question = store.read(&View::Everything, comparing::question)?;
            if let Some(question) = question.filter(|_| self.compared < MOST_COMPARED) {
                self.compared += 1;
                self.comparing = Some(question.at.clone());
                return Ok(Some(Ask::Compare(question)));
            }
            self.phase = Phase::Done;
        }
        if self.phase == Phase::Done {
            return Ok(None);
        }
        if self.grants.is_none() || self.grants_moved {
            return Ok(Some(Ask::Me(store.read(&View::Everything, device::epoch)?)));
        }
        let (epoch, mut cursors) = store.read(&View::Everything, |tx| Ok((device::epoch(tx)?, cursors::all(tx)?)))?;
        if self.has_news || cursors.len() <= FEW_CURSORS {
            let mut request = PullRequest { epoch, cursors, ..PullRequest::default() };
            go_on_behind(&mut request, self.unkept.iter().map(|(at, position)| (at, *position)));
            if self.asked.is_none() {
                self.from_nothing = request.cursors.iter().all(|cursor| cursor.position == 0);
            }
            self.asked = Some(request.clone());
            return Ok(Some(Ask::Pull(request)));
        }
        cursors.sort_by(|one, other| one.at.cmp(&other.at));
        let held = cursors.iter().map(|cursor| (&cursor.at, cursor.position, cursor.digest.unwrap_or_default()));
        let standing = standing(held);
        Ok(Some(Ask::Pull(PullRequest { epoch, standing: Some(standing), ..PullRequest::default() })))
    }

    /// Takes the answer to the last question.
    pub fn take(&mut self, store: &Store, heard: Heard) -> Result<News> {
        let Heard { answer, asked_ms, heard_ms } = heard;
        let offset = |relay_ms| offset_of(asked_ms, relay_ms, heard_ms);
        match answer {
            Answer::Push(answer) => take_outcomes(store, &answer, offset(answer.now_ms), heard_ms),
            Answer::Me(me) => self.follow(store, &me),
            Answer::Pull(answer) => {
                let offset = offset(answer.now_ms);
                self.take_page(store, answer, offset, (asked_ms, heard_ms))
            }
            Answer::Compare(answer) => self.take_comparison(store, &answer),
        }
    }

    /// The question that will follow a page once it is written, so that it may be asked meanwhile. None where the page is
    /// the last, or where something else comes first. Without digests, which are known only then: a channel that stood at
    /// its head before is compared by the next round.
    pub fn ahead(&self, page: &PullAnswer) -> Option<PullRequest> {
        let mut next =
            self.asked.clone().filter(|_| page.more && self.grants.as_ref() == Some(&page.grants_version))?;
        next.cursors.iter_mut().for_each(|cursor| cursor.digest = None);
        go_on_behind(&mut next, page.channels.iter().map(|channel| (&channel.at, channel.position)));
        (!page.channels.is_empty() && next.epoch == Some(page.epoch)).then_some(next)
    }

    fn push(&mut self, store: &Store, speaker: &dyn Speaker) -> Result<Option<PushRequest>> {
        let after = self.offered;
        let (epoch, (before, edits)) = store.read(&View::Everything, |tx| {
            Ok((device::epoch(tx)?, outbox::pending(tx, after, MAX_PUSH_EDITS as u32)?))
        })?;
        let (Some(first), Some(last)) = (edits.first(), edits.last()) else { return Ok(None) };
        let numbers = (first.edit.number, last.edit.number);
        let decided = store.read(&View::Everything, |tx| outbox::decided(tx, numbers.0, numbers.1))?;
        let erased = store.read(&View::Everything, |tx| erasing::named(tx, numbers.0, numbers.1))?;
        self.offered = last.edit.number;
        if planted::is(Bug::SettledWhenSent) {
            let sql = "UPDATE edit SET fate = 'merged' WHERE fate IS NULL";
            store.write(|tx| tx.execute(sql, []).map_err(StoreError::from))?;
        }
        Ok(Some(PushRequest {
            epoch,
            decided,
            before,
            signature: speaker.sign(last.id),
            author_tokens: speaker.author_tokens(),
            edits: edits.into_iter().map(|one| one.edit).collect(),
            erased,
        }))
    }

    fn take_page(&mut self, store: &Store, page: PullAnswer, offset: Option<i64>, heard: (u64, u64)) -> Result<News> {
        let is_same = Some(&page.grants_version) == self.grants.as_ref();
        let is_head = !page.more && is_same;
        self.grants_moved = !is_same;
        self.has_news = page.more;
        let arrived = page.channels.iter().map(|page| (page.listed.len() + page.departed.len()) as u64).sum();
        let news = News { arrived, remaining: Some(page.remaining), clock_offset_ms: offset, ..News::default() };
        let is_first = store.read(&View::Everything, |tx| device::fact(tx, facts::LOADED))?.is_none();
        let (asked_ms, heard_ms) = heard;
        let write = |tx: &Tx<'_>| {
            let kinds = if is_first { incoming::load(tx, &page)? } else { incoming::apply(tx, &page)? };
            let by_relay = put_offset(tx, offset, heard_ms)?;
            if is_head {
                device::put_fact(tx, facts::RECEIVED_UNTIL, &by_relay.to_string())?;
                comparing::recount(tx, heard_ms, self.from_nothing)?;
            }
            Ok::<_, StoreError>(kinds)
        };
        let kinds = if is_first {
            let kinds = store.load(write)?;
            self.unkept.extend(page.channels.iter().map(|channel| (channel.at.clone(), channel.position)));
            self.pages += 1;
            let came_quickly = heard_ms.saturating_sub(asked_ms) < QUICKLY_MS;
            // A channel that is to be loaded anew goes back to its start in the store alone.
            let asked = self.asked.iter().flat_map(|asked| &asked.cursors);
            let asked: BTreeMap<_, _> = asked.map(|cursor| (&cursor.at, cursor.position)).collect();
            let goes_back = page.channels.iter().any(|one| asked.get(&one.at).is_some_and(|at| one.position < *at));
            if is_head || goes_back || !is_same || !came_quickly || self.pages.is_multiple_of(PAGES_AT_ONCE) {
                self.keep(store)?;
            }
            kinds
        } else {
            store.write(write)?
        };
        if is_head {
            self.phase = Phase::Comparing;
            if is_first || !page.records.is_empty() {
                store.make_indexes()?;
            }
            if is_first {
                // Nobody looks before this, and search finds everything from now on.
                store.write(|tx| device::put_fact(tx, facts::LOADED, "1"))?;
            }
        }
        Ok(News { kinds, ..news })
    }

    /// Makes durable what was loaded. Of a round that breaks off too, so that the next goes on from there.
    pub fn keep(&mut self, store: &Store) -> Result<()> {
        self.unkept.clear();
        store.keep()
    }

    fn take_comparison(&mut self, store: &Store, answer: &CompareAnswer) -> Result<News> {
        let Some(at) = self.comparing.take() else { return Ok(News::default()) };
        let kinds = store.write(|tx| comparing::take(tx, &at, answer).map(|(kinds, _)| kinds))?;
        Ok(News { kinds, ..News::default() })
    }

    /// A whole question was refused. True where the round goes on all the same.
    pub fn refused(&mut self, code: Code) -> bool {
        self.relearns = code == Code::EpochChanged && !self.relearnt;
        self.copied = code == Code::ChainBroken && self.phase == Phase::Pushing;
        self.relearns || self.copied
    }

    /// Follows the relay into the epoch it is in, and to the grants it gives.
    fn follow(&mut self, store: &Store, me: &Me) -> Result<News> {
        // Where the relay is in another life, cursors may go back behind what was loaded.
        self.keep(store)?;
        let held = store.read(&View::Everything, device::epoch)?;
        if held.is_some_and(|held| held != me.epoch) {
            let Some(restored) = &me.restored else {
                // Another relay under the same address: nothing is handed to it, and nothing here is dropped for it.
                (self.relearns, self.phase) = (false, Phase::Done);
                return Ok(News { replaced: true, ..News::default() });
            };
            store.write(|tx| epochs::follow(tx, me.epoch, restored, me.last))?;
            // What the backup lacks goes up before anything comes down.
            (self.phase, self.offered) = (Phase::Pushing, 0);
        }
        (self.relearns, self.relearnt) = (false, true);
        self.follow_grants(store, me)
    }

    /// Makes the cursors those of the grants, and remembers which grants they are. Every row may come or go with them.
    fn follow_grants(&mut self, store: &Store, me: &Me) -> Result<News> {
        store.write(|tx| {
            put_enrol_again(tx, me.enrol_again)?;
            device::put_epoch(tx, me.epoch)?;
            if me.now_ms > 0 && keeping::is_any_due(tx, me.now_ms)? {
                keeping::let_go(tx, me.backed_up.unwrap_or(0), me.now_ms)?;
                device::put_fact(tx, facts::BACKUPS_ASKED, &me.now_ms.to_string())?;
            }
            cursors::follow(tx, &me.grants)?;
            device::put_fact(tx, facts::GRANTS, &me.grants_version)
        })?;
        let kinds = match self.grants_moved {
            true => store.schema().kinds().map(|kind| kind.name.to_owned()).collect(),
            false => BTreeSet::new(),
        };
        self.grants = Some(me.grants_version.clone());
        self.grants_moved = false;
        Ok(News { kinds, ..News::default() })
    }
}

/// Whether it is time to ask up to where backups hold what was made here: once a day, and only where something could go.
fn asks_for_backups(tx: &Tx<'_>) -> Result<bool> {
    const DAY_MS: u64 = 24 * 3_600_000;
    let told = |name| -> Result<u64> { Ok(device::fact(tx, name)?.and_then(|text| text.parse().ok()).unwrap_or(0)) };
    let now_ms = told(facts::RECEIVED_UNTIL)?;
    Ok(now_ms.saturating_sub(told(facts::BACKUPS_ASKED)?) > DAY_MS && keeping::is_any_due(tx, now_ms)?)
}

/// Moves the cursors of a question on to where the store does not show them yet, and with them what is held there.
fn go_on_behind<'p>(request: &mut PullRequest, moved: impl Iterator<Item = (&'p ChannelFacet, u64)>) {
    let moved: BTreeMap<_, _> = moved.collect();
    for cursor in &mut request.cursors {
        if let Some(position) = moved.get(&cursor.at) {
            (cursor.position, cursor.digest) = (*position, None);
        }
    }
}

fn take_outcomes(store: &Store, answer: &PushAnswer, offset: Option<i64>, heard_ms: u64) -> Result<News> {
    let taken = answer.outcomes.iter().any(|outcome| !matches!(outcome.result, Fate::Later | Fate::Refused));
    let kinds = store.write(|tx| {
        let by_relay = put_offset(tx, offset, heard_ms)?;
        if taken {
            device::put_fact(tx, facts::SENT_AT, &by_relay.to_string())?;
        }
        put_enrol_again(tx, answer.enrol_again)?;
        if device::epoch(tx)?.is_none() {
            // From the first answer on: should the relay be restored before the first pull, what it lacks is known by this.
            device::put_epoch(tx, answer.epoch)?;
        }
        let kinds = outbox::settle(tx, &answer.outcomes)?;
        if answer.now_ms > 0 {
            keeping::note_settled(tx, &answer.outcomes, answer.now_ms)?;
        }
        Ok::<_, StoreError>(kinds)
    })?;
    Ok(News { kinds: kinds.into_iter().collect(), clock_offset_ms: offset, ..News::default() })
}

fn put_enrol_again(tx: &Tx<'_>, wanted: bool) -> Result<()> {
    let wanted = if wanted { "1" } else { "0" };
    match device::fact(tx, facts::ENROL_AGAIN)?.as_deref().unwrap_or("0") == wanted {
        true => Ok(()),
        false => device::put_fact(tx, facts::ENROL_AGAIN, wanted),
    }
}

/// Keeps how far the relay is ahead of us, where it said so; what it is there by the corrected clock.
fn put_offset(tx: &Tx<'_>, offset: Option<i64>, heard_ms: u64) -> Result<u64> {
    let offset = match offset {
        None => device::fact(tx, facts::CLOCK_OFFSET)?.and_then(|text| text.parse().ok()).unwrap_or(0),
        Some(offset) => {
            device::put_fact(tx, facts::CLOCK_OFFSET, &offset.to_string())?;
            offset
        }
    };
    Ok(heard_ms.saturating_add_signed(offset))
}
