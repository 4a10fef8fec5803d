//! A tablet or console of a run: the product's own store, a clock that may be wrong, and a round under way.

use anyhow::Result;
use linli_relay::store::Holder;
use local_store::saving::{NewEdit, save};
use local_store::{Options, Store, StoreError, Tx, View, device};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use sync_client::round::exchange::{Answer, Ask, Exchange, Speaker};
use sync_client::round::facts;
use sync_protocol::{DeviceNumber, Edit, EditId, RecordId};

/// A question on its way to the relay, or an answer on its way back.
pub enum UnderWay {
    Ask { ask: Ask, asked_ms: u64 },
    Answer { answer: Answer, asked_ms: u64 },
}

pub struct DeviceNode {
    pub name: String,
    pub number: DeviceNumber,
    pub holder: Holder,
    /// Who works on it: one person on a tablet, several at a console.
    pub people: Vec<RecordId>,
    pub store: Store,
    /// How far its clock is off, in milliseconds.
    pub clock_error_ms: i64,
    pub offline_until: u64,
    pub round: Option<(Exchange, Option<UnderWay>)>,
}

/// Signatures are left out of a run (see [`crate::relay`]).
pub struct Unsigned;

impl Speaker for Unsigned {
    fn sign(&self, _: EditId) -> String {
        String::new()
    }
    fn author_tokens(&self) -> BTreeMap<RecordId, String> {
        BTreeMap::new()
    }
}

impl DeviceNode {
    /// Opens the store in a file. It is not encrypted: keys are not what a run is about.
    pub fn open(path: &Path, name: &str, number: DeviceNumber, holder: Holder, people: Vec<RecordId>) -> Result<Self> {
        let store = Store::open(path, None, Options::linli())?;
        store.write(|tx| device::enrolled_as(tx, number))?;
        Ok(Self {
            name: name.to_owned(),
            number,
            holder,
            people,
            store,
            clock_error_ms: 0,
            offline_until: 0,
            round: None,
        })
    }

    pub fn signed_in(&self) -> BTreeSet<RecordId> {
        self.people.iter().copied().collect()
    }

    /// What its clock shows at a moment of true time.
    pub fn machine_ms(&self, true_ms: u64) -> u64 {
        true_ms.saturating_add_signed(self.clock_error_ms)
    }

    /// Saves edits in one transaction, as a form does.
    pub fn save(
        &self,
        true_ms: u64,
        write: impl FnOnce(&Tx<'_>) -> local_store::Result<Vec<NewEdit>>,
    ) -> Result<Vec<Edit>, StoreError> {
        let machine_ms = self.machine_ms(true_ms);
        self.store.write(|tx| {
            let offset: i64 = device::fact(tx, facts::CLOCK_OFFSET)?.and_then(|text| text.parse().ok()).unwrap_or(0);
            let now_ms = machine_ms.saturating_add_signed(offset);
            write(tx)?.into_iter().map(|edit| save(tx, edit, now_ms)).collect()
        })
    }

    pub fn read<T>(&self, read: impl FnOnce(&Tx<'_>) -> local_store::Result<T>) -> Result<T, StoreError> {
        self.store.read(&View::Everything, read)
    }

    /// Spoils a row of a resident that no own edit is laid over, as a failing disk may: all of it, or a value. False where
    /// there is none.
    pub fn rot(&self, which: usize, whole: bool) -> Result<bool> {
        let spoilt = self.store.write(|tx| -> local_store::Result<bool> {
            let plain = "FROM resident WHERE revision > 0 AND own = 0 ORDER BY id LIMIT 1";
            let count: usize =
                tx.query_row("SELECT count(*) FROM resident WHERE revision > 0 AND own = 0", [], |row| row.get(0))?;
            if count == 0 {
                return Ok(false);
            }
            let row = format!("(SELECT id {plain} OFFSET {})", which % count);
            let spoil = if whole {
                format!("DELETE FROM resident WHERE id = {row}")
            } else {
                format!("UPDATE resident SET name = 'x' || name WHERE id = {row}")
            };
            Ok(tx.execute(&spoil, [])? > 0)
        });
        Ok(spoilt?)
    }

    /// The numbers of own edits that are still laid over a copy that accounts for them.
    pub fn laid_over_twice(&self) -> Result<Vec<u32>> {
        let numbers = self.read(|tx| {
            let sql = "SELECT number FROM edit JOIN beneath ON beneath.kind = edit.kind AND beneath.id = edit.record \
                       WHERE accounted = 0 AND json_extract(outcome, '$.revision') <= revision";
            let mut query = tx.prepare(sql)?;
            let rows = query.query_map([], |row| row.get(0))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })?;
        Ok(numbers)
    }

    /// Number and fate of every edit ever saved here.
    pub fn fates(&self) -> Result<BTreeMap<u32, Option<String>>> {
        let fates = self.read(|tx| {
            let mut query = tx.prepare("SELECT number, fate FROM edit")?;
            let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })?;
        Ok(fates)
    }
}
