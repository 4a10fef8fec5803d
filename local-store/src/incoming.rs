//! Applying a pulled page: records, entries and cursors in one transaction, so that a cut at any byte changes nothing.

use crate::error::Result;
use crate::search::index;
use crate::store::Tx;
use crate::{attention, cursors, device, outbox, records};
use std::collections::{BTreeMap, BTreeSet};
use sync_protocol::messages::{PullAnswer, WireRecord};
use sync_protocol::{EditId, RecordId, RecordKey};

/// Applies a page and returns the kinds whose rows may have changed.
pub fn apply(tx: &Tx<'_>, page: &PullAnswer) -> Result<BTreeSet<String>> {
    let (mut changed, mut issues) = (BTreeSet::new(), BTreeSet::new());
    let mut clock = device::clock(tx)?;
    let seen = clock.last();
    let has_own = outbox::is_begun(tx)?;
    for record in &page.records {
        // What is written here from now on comes after everything that was seen.
        record.state.marks.iter().for_each(|mark| clock.observe(mark.order().max(mark.stamp)));
        if take(tx, record, has_own)? {
            changed.insert(record.state.kind.clone());
            match record.state.kind.as_str() {
                "issue" => drop(issues.insert(record.state.id)),
                "issue_step" => issues.extend(record.state.reference("issue")),
                "held_edit" if !record.state.value("decision").is_null() => {
                    changed.extend(attention::decided(tx, EditId(record.state.id.0))?);
                }
                _ => {}
            }
        }
    }
    if clock.last() != seen {
        device::put_clock(tx, &clock)?;
    }
    // A channel that this replica does not hold any more was asked for before its grant ended.
    let held = page
        .channels
        .iter()
        .filter_map(|channel| cursors::number(tx, &channel.at).map(|no| Some((no?, channel))).transpose());
    let held = held.collect::<Result<Vec<_>>>()?;
    let mut numbers: BTreeMap<&str, i64> = BTreeMap::new();
    for (no, channel) in &held {
        for key in &channel.listed {
            let sql = "INSERT OR IGNORE INTO entry (kind, id, cursor) VALUES (?1, ?2, ?3)";
            let kind = match numbers.get(key.kind.as_str()) {
                Some(known) => *known,
                None => *numbers.entry(&key.kind).or_insert(kind_number(tx, &key.kind)?),
            };
            tx.prepare_cached(sql)?.execute((kind, key.id.as_bytes(), no))?;
            index::touch(tx, &key.kind, key.id);
        }
    }
    // Departures after all arrivals: a record that went from one facet to another is in neither only between the two.
    for (no, channel) in &held {
        for key in &channel.departed {
            let kind = kind_number(tx, &key.kind)?;
            let sql = "DELETE FROM entry WHERE kind = ?1 AND id = ?2 AND cursor = ?3";
            tx.prepare_cached(sql)?.execute((kind, key.id.as_bytes(), no))?;
            index::touch(tx, &key.kind, key.id);
            if !is_listed(tx, kind, key.id)? {
                records::remove(tx, key)?;
                changed.insert(key.kind.clone());
            }
        }
        cursors::move_to(tx, *no, channel.position)?;
    }
    attention::note_late_steps(tx, &issues)?;
    Ok(changed)
}

/// Takes one record unless a copy at least as new is here. Returns whether it was taken.
fn take(tx: &Tx<'_>, record: &WireRecord, has_own: bool) -> Result<bool> {
    let key = record.state.key();
    if !(has_own && outbox::knows(tx, &key)?) && tx.tables.get(&key.kind).is_some() {
        // Nothing was ever written here to be laid over it: all of a first load, and most of every other.
        return records::put_untouched(tx, record.revision, &record.state);
    }
    if records::relay_state(tx, &key)?.is_some_and(|(held, _)| held >= record.revision) {
        return Ok(false);
    }
    outbox::account(tx, &key, record.revision)?;
    outbox::account_shown(tx, &record.state)?;
    records::put_relay_state(tx, record.revision, &record.state)?;
    Ok(true)
}

/// Drops a channel: its entries, and the records that no other channel lists.
pub(crate) fn drop_channel(tx: &Tx<'_>, no: i64) -> Result<()> {
    let sql =
        "SELECT kind.name, entry.kind, entry.id FROM entry JOIN kind ON kind.no = entry.kind WHERE entry.cursor = ?1";
    let listed: Vec<(String, i64, [u8; 16])> = tx
        .prepare_cached(sql)?
        .query_map([no], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<rusqlite::Result<_>>()?;
    tx.execute("DELETE FROM entry WHERE cursor = ?1", [no])?;
    for (name, kind, id) in listed {
        let id = RecordId::from_bytes(id);
        index::touch(tx, &name, id);
        if !is_listed(tx, kind, id)? {
            records::remove(tx, &RecordKey::new(name, id))?;
        }
    }
    Ok(())
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
