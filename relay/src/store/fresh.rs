//! What a load brings into a store at once: records that are new to it, with everything that hangs on them.

use super::{Channels, Edits, Link, Listing, Records, StoredEdit, StoredRecord};
use crate::error::Result;
use sync_protocol::{ChannelFacet, Digest};

/// New rows, each in the order in which they came about.
#[derive(Default)]
pub struct Fresh {
    /// Each once, as it stands at the end.
    pub records: Vec<StoredRecord>,
    pub links: Vec<Link>,
    pub edits: Vec<StoredEdit>,
    /// By channel facet, with the change of its digest; they may name records that were there before.
    pub listings: Vec<(ChannelFacet, Vec<Listing>, Digest)>,
    /// The revision given last; none was given where it is 0.
    pub last_revision: u64,
}

/// Writing many new rows at once. A store that can do better than one after another says how.
pub trait Bulk: Records + Edits + Channels {
    /// Whether there is neither a record nor an edit.
    fn is_empty(&self) -> Result<bool>;

    /// Writes new rows; an error where one of the records is there already.
    fn put_fresh(&self, fresh: &Fresh) -> Result<()> {
        fresh.records.iter().try_for_each(|record| self.put_record(record))?;
        fresh.links.iter().try_for_each(|link| self.put_link(link))?;
        fresh.edits.iter().try_for_each(|edit| self.put_edit(edit))?;
        fresh.listings.iter().try_for_each(|(at, listings, change)| self.list(at, listings, *change))?;
        while fresh.last_revision > 0 && self.next_revision()? < fresh.last_revision {}
        Ok(())
    }
}
