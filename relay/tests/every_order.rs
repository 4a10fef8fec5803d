//! For every set of up to five edits, deletes, moves, steps and settlements: every order of arrival, every repeat, and a
//! restore at any point with the rest handed in again, give equal values, equal open conflicts and equal channels.
//!
//! All orders are tried, not a sample: the relay's own code runs in one transaction that is never committed, and goes back
//! by savepoints to try the next edit from the same state. Steps of an issue are ordered by their arrival on purpose, so
//! they are held to repeats and restores only; one that its device was told to be waiting is judged anew after a restore,
//! because nobody but the lost store knew where it had come to stand.
//!
//! `LINLI_EVERY_RESTORE=1` restores at every point of every order, rather than at one.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

#[path = "every_order/alphabets.rs"]
mod alphabets;

use alphabets::Letter;
use linli_relay::accept::accept;
use linli_relay::relay::store_path;
use linli_relay::store::Records;
use linli_relay::store::sqlite::transaction_on;
use linli_relay::{digests, district};
use rusqlite::Connection;
use std::collections::{BTreeMap, BTreeSet};
use support::*;
use sync_protocol::conflict::conflict_id;
use sync_protocol::messages::{Fate, Outcome};
use sync_protocol::routes::Placement;
use sync_protocol::{RecordKey, RecordState, Value};

const LENGTH: usize = 5;

/// What anybody could see of a town: every record with its place, and every open conflict with its sides.
#[derive(PartialEq, Debug)]
struct View {
    records: BTreeMap<RecordKey, (RecordState, Placement)>,
    conflicts: BTreeMap<(RecordKey, String), (Value, Value, Placement)>,
}

impl View {
    /// What differs, and nothing else: a whole town is too much to read.
    fn assert_is(&self, expected: &Self, when: impl Fn() -> String) {
        if self == expected {
            return;
        }
        for key in self.records.keys().chain(expected.records.keys()) {
            assert_eq!(self.records.get(key), expected.records.get(key), "{key} {}", when());
        }
        for (key, field) in self.conflicts.keys().chain(expected.conflicts.keys()) {
            let at = (key.clone(), field.clone());
            assert_eq!(self.conflicts.get(&at), expected.conflicts.get(&at), "conflict of {key} {field} {}", when());
        }
    }
}

struct Trial<'t> {
    town: &'t Town,
    connection: Connection,
    letters: Vec<Letter>,
    keys: BTreeSet<RecordKey>,
    /// Whether the order of arrival may not matter.
    any_order: bool,
    /// The first sequence of each set of letters.
    first: BTreeMap<BTreeSet<usize>, Vec<usize>>,
    /// The sequences that were tried, with their outcomes and view, for those that restore.
    told: BTreeMap<Vec<usize>, (Vec<Outcome>, View)>,
    now_ms: u64,
}

fn try_all(alphabet: fn(&Town) -> Vec<Letter>, any_order: bool) {
    let town = Town::new();
    let letters = alphabet(&town);
    let base = [("household", HOUSEHOLD), ("resident", RESIDENT), ("residence", RESIDENCE), ("identity", RESIDENT)];
    let mut keys: BTreeSet<RecordKey> = base.iter().map(|(kind, n)| key(kind, *n)).collect();
    keys.extend(letters.iter().map(Letter::key));
    let connection = Connection::open(store_path(town.folder.path())).unwrap();
    connection.set_prepared_statement_cache_capacity(200);
    connection.execute_batch("BEGIN IMMEDIATE").unwrap();
    let (first, told) = (BTreeMap::new(), BTreeMap::new());
    let mut trial = Trial { town: &town, connection, letters, keys, any_order, first, told, now_ms: now_ms() + 1_000 };
    trial.go_on(&mut Vec::new(), &mut Vec::new());
    let count = trial.letters.len();
    let sequences: usize = (0..=LENGTH).map(|length| (count - length + 1..=count).product::<usize>()).sum();
    assert_eq!(trial.told.len(), sequences, "every sequence was tried");
    let sets: BTreeSet<BTreeSet<usize>> = trial.told.keys().map(|order| order.iter().copied().collect()).collect();
    assert!(sets.len() >= 1 << (count - 1), "{} sets", sets.len());
    let everywhere = std::env::var_os("LINLI_EVERY_RESTORE").is_some();
    let told = std::mem::take(&mut trial.told);
    let mut restores = BTreeMap::<Vec<usize>, Vec<&[usize]>>::new();
    for (at, (order, (outcomes, _))) in told.iter().enumerate() {
        if !any_order && outcomes.iter().any(|outcome| outcome.result == Fate::Waiting) {
            continue;
        }
        let points: Vec<usize> = if everywhere { (0..order.len()).collect() } else { vec![at % order.len().max(1)] };
        for point in points.into_iter().filter(|point| *point < order.len()) {
            restores.entry(order[..point].to_vec()).or_default().push(order);
        }
    }
    trial.restore_all(&mut Vec::new(), &restores, &told);
}

impl Trial<'_> {
    /// Tries every continuation of a sequence that has arrived.
    fn go_on(&mut self, order: &mut Vec<usize>, outcomes: &mut Vec<Outcome>) {
        let view = self.view();
        self.check_repeats(order, outcomes, &view);
        if self.any_order {
            let set: BTreeSet<usize> = order.iter().copied().collect();
            let first = self.first.entry(set).or_insert_with(|| order.clone());
            if let Some((_, expected)) = self.told.get(first) {
                view.assert_is(expected, || {
                    format!("after {:?} and after {:?}", names(&self.letters, order), names(&self.letters, first))
                });
            }
        }
        self.told.insert(order.clone(), (outcomes.clone(), view));
        if order.len() == LENGTH {
            let wrong = digests::wrong(&transaction_on(&self.connection)).unwrap();
            assert!(wrong.is_empty(), "digests {wrong:?} after {:?}", names(&self.letters, order));
            return;
        }
        for next in (0..self.letters.len()).filter(|next| !order.contains(next)).collect::<Vec<_>>() {
            self.within(|trial| {
                order.push(next);
                outcomes.push(trial.push(next, None));
                trial.go_on(order, outcomes);
                order.pop();
                outcomes.pop();
            });
        }
    }

    /// Goes to every point at which some sequence is to be restored, and hands the rest in again, last first.
    fn restore_all(
        &mut self,
        order: &mut Vec<usize>,
        restores: &BTreeMap<Vec<usize>, Vec<&[usize]>>,
        told: &BTreeMap<Vec<usize>, (Vec<Outcome>, View)>,
    ) {
        for whole in restores.get(order).into_iter().flatten() {
            self.within(|trial| {
                let tx = transaction_on(&trial.connection);
                district::new_epoch(&tx).unwrap();
                drop(tx);
                let (outcomes, view) = &told[*whole];
                for at in (order.len()..whole.len()).rev() {
                    let again = trial.push(whole[at], Some(outcomes[at].clone()));
                    assert!(!matches!(again.result, Fate::Refused | Fate::Held) || again.result == outcomes[at].result);
                }
                let at = order.len();
                let when = || format!("when {:?} were restored after {at} of them", names(&trial.letters, whole));
                trial.view().assert_is(view, when);
            });
        }
        if order.len() == LENGTH {
            return;
        }
        for next in (0..self.letters.len()).filter(|next| !order.contains(next)).collect::<Vec<_>>() {
            self.within(|trial| {
                order.push(next);
                trial.push(next, None);
                trial.restore_all(order, restores, told);
                order.pop();
            });
        }
    }

    /// Does something and takes it back.
    fn within(&mut self, work: impl FnOnce(&mut Self)) {
        self.connection.execute_batch("SAVEPOINT here").unwrap();
        work(self);
        self.connection.execute_batch("ROLLBACK TO here; RELEASE here").unwrap();
    }

    fn push(&self, letter: usize, decided: Option<Outcome>) -> Outcome {
        let letter = &self.letters[letter];
        let tx = transaction_on(&self.connection);
        let (schema, signed_in) = (self.town.relay.schema(), BTreeSet::from([id(SUPERVISOR)]));
        let pushed = letter.pushed(decided);
        accept(&tx, schema, &letter.device, &pushed, &signed_in, self.now_ms).unwrap().remove(0)
    }

    /// Every edit once more: the same outcome, and nothing moves.
    fn check_repeats(&self, order: &[usize], outcomes: &[Outcome], view: &View) {
        for (at, outcome) in order.iter().zip(outcomes) {
            let again = self.push(*at, None);
            let later = matches!(outcome.result, Fate::Waiting | Fate::Later);
            assert!(later || again == *outcome, "{again:?} where {outcome:?} was said");
        }
        self.view().assert_is(view, || format!("after {:?} and repeats", names(&self.letters, order)));
    }

    fn view(&self) -> View {
        let tx = transaction_on(&self.connection);
        let mut view = View { records: BTreeMap::new(), conflicts: BTreeMap::new() };
        for key in &self.keys {
            let Some(found) = tx.record(key).unwrap() else { continue };
            for field in found.state.fields.keys() {
                let at = RecordKey::new("conflict", conflict_id(key, field));
                let Some(conflict) = tx.record(&at).unwrap() else { continue };
                let state = &conflict.state;
                // One that was settled is history: whether it was ever open depends on what came first.
                if *state.value("settled") == Value::Null {
                    let sides = (state.value("sides").clone(), state.value("count").clone());
                    view.conflicts.insert((key.clone(), field.clone()), (sides.0, sides.1, conflict.placement));
                }
            }
            view.records.insert(key.clone(), (found.state, found.placement));
        }
        view
    }
}

fn names<'l>(letters: &'l [Letter], order: &[usize]) -> Vec<&'l str> {
    order.iter().map(|at| letters[*at].name).collect()
}

#[test]
fn words_that_are_changed_settled_and_deleted_read_the_same_in_every_order() {
    try_all(alphabets::words, true);
}

#[test]
fn households_that_move_and_homes_that_arrive_in_parts_stand_the_same_in_every_order() {
    try_all(alphabets::places, true);
}

#[test]
fn sets_dates_and_what_is_written_once_are_the_same_in_every_order() {
    try_all(alphabets::sets, true);
}

#[test]
fn steps_of_an_issue_keep_the_order_they_were_given_through_repeats_and_restores() {
    try_all(alphabets::steps, false);
}
