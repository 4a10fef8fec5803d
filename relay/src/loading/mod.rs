//! Loading many records into a store that has none, as a demonstration of a whole district does.
//!
//! The records are judged, merged and placed by the code that takes every other edit ([`crate::accept`],
//! [`crate::placing`]); only the store beneath it is another: it answers for the records of one slice from memory and
//! writes them all at the slice's end. So a loaded store is row by row what the same records written one after another
//! would have made, and a test compares the two.
//!
//! Invariants:
//! - A slice is one transaction. What stands after a cut is whole slices, never half of one.
//! - A load begins with an empty store, so nothing waits for the records it brings, and none of them is there.

mod gathering;
mod passing;

use crate::error::{RelayError, Result};
use crate::importing::import_seeds;
use crate::store::{Store, Tx};
use demo_district::Seed;
use gathering::{Gathering, Loose};
use sync_protocol::{Code, RecordKey, Schema};

/// A load that is going on.
pub struct Loading<'s> {
    store: &'s dyn Store,
    schema: &'s Schema,
    now_ms: u64,
    loose: Loose,
}

impl<'s> Loading<'s> {
    /// An error where the store holds anything: it then takes records one after another, as any import does.
    pub fn begin(store: &'s dyn Store, schema: &'s Schema, now_ms: u64) -> Result<Self> {
        if !store.read(|tx: &dyn Tx| tx.is_empty())? {
            return Err(RelayError::refused(Code::AlreadyThere, "only an empty store can be loaded at once"));
        }
        Ok(Self { store, schema, now_ms, loose: Loose::default() })
    }

    /// Writes one slice of new records, parents first.
    pub fn slice(&self, seeds: &[Seed]) -> Result<()> {
        let coming = || seeds.iter().map(|seed| RecordKey::new(seed.kind.clone(), seed.id));
        self.store.write(|tx| {
            // Made anew at each try, so that nothing of a transaction that was rolled back is left in it.
            let gathering = Gathering::new(tx, coming(), &self.loose);
            import_seeds(&gathering, self.schema, seeds, self.now_ms)?;
            gathering.write()
        })
    }
}
