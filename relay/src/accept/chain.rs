//! A device's edits form a chain; a push continues it or repeats a part of it.
//!
//! A number used twice or a chain that does not continue means a cloned or restored tablet (F22). It is told so, and nothing
//! of that push is taken under that number; the number is marked, so that the other tablet hears of it as well. Both are to
//! enrol again. Each then brings what it wrote under the former number, in the chain of its new one: what the relay knows by
//! its id is known, and everything else is taken, so nothing is lost or doubled.

use crate::error::{RelayError, Result};
use crate::store::{StoredDevice, StoredEdit, Tx};
use std::collections::{BTreeMap, BTreeSet};
use sync_protocol::edit::chain_ids_named;
use sync_protocol::messages::{Fate, MAX_PUSH_EDITS, Outcome, PushRequest};
use sync_protocol::planted::{self, Bug};
use sync_protocol::{Code, DeviceNumber, Edit, EditId, Stamp};

/// The edits of a push with the ids that follow from their chain.
pub struct Pushed {
    pub before: Option<EditId>,
    pub edits: Vec<Edit>,
    pub ids: Vec<EditId>,
    /// What became of edits once, as the device says; believed where the receipt is ours.
    pub decided: BTreeMap<u32, Outcome>,
    /// The ids of edits whose words their device had to forget.
    pub erased: BTreeMap<u32, EditId>,
}

impl Pushed {
    /// Checks what can be checked without the store: size, whose chain it is, running numbers and the signature.
    pub fn verified(mut request: PushRequest, device: &StoredDevice) -> Result<Self> {
        let signature = std::mem::take(&mut request.signature);
        let pushed = Self::read(request)?;
        if let Some(last) = pushed.ids.last()
            && !crate::keys::verify(&device.key, last.as_bytes(), &signature)
        {
            return Err(RelayError::refused(Code::SignatureInvalid, "the signature is not the device's"));
        }
        Ok(pushed)
    }

    /// As [`Self::verified`], but for the signature: what came over a line must not be taken by this alone.
    pub fn read(request: PushRequest) -> Result<Self> {
        let PushRequest { before, edits, decided, erased, .. } = request;
        if edits.len() > MAX_PUSH_EDITS {
            return Err(RelayError::refused(Code::RequestTooLarge, "more edits than a push may hold"));
        }
        if edits.iter().any(|edit| edit.stamp.device != edit.device) {
            return Err(another_device());
        }
        if edits.windows(2).any(|pair| matches!(pair, [one, next] if one.number.checked_add(1) != Some(next.number))) {
            return Err(broken());
        }
        let ids = chain_ids_named(before, &edits, &erased);
        Ok(Self { before, edits, ids, decided, erased })
    }
}

/// The chain of one device, as far as a push touches it.
pub struct Chain {
    device: DeviceNumber,
    known: BTreeMap<u32, StoredEdit>,
    head: Option<(u32, EditId)>,
    order: Stamp,
}

impl Chain {
    /// The chain that a push continues; an error when it does not.
    pub fn continued(tx: &dyn Tx, device: &StoredDevice, pushed: &Pushed) -> Result<Self> {
        let mut chain =
            Self { device: device.number, known: BTreeMap::new(), head: device.head, order: device.head_order };
        let (Some(first), Some(last)) = (pushed.edits.first(), pushed.edits.last()) else { return Ok(chain) };
        let stored = tx.edits_numbered(device.number, first.number, last.number)?;
        chain.known = stored.into_iter().map(|one| (one.edit.number, one)).collect();
        chain.know_former(tx, device, pushed)?;
        let mut head = device.head;
        let mut before = pushed.before;
        for (edit, id) in pushed.edits.iter().zip(&pushed.ids) {
            match chain.known.get(&edit.number) {
                Some(known) if known.id != *id => return Err(broken()),
                Some(_) => head = head.filter(|(last, _)| *last > edit.number).or(Some((edit.number, *id))),
                // The first edit of a chain may stand anywhere: a tablet enrolled again goes on counting.
                None if head
                    .is_none_or(|(last, end)| last.checked_add(1) == Some(edit.number) && before == Some(end)) =>
                {
                    head = Some((edit.number, *id));
                }
                None => return Err(broken()),
            }
            before = Some(*id);
        }
        Ok(chain)
    }

    /// What a tablet wrote under a former number of the same person, and the relay has of it.
    fn know_former(&mut self, tx: &dyn Tx, device: &StoredDevice, pushed: &Pushed) -> Result<()> {
        let former: BTreeSet<DeviceNumber> =
            pushed.edits.iter().map(|edit| edit.device).filter(|former| *former != device.number).collect();
        for former in former {
            if tx.device(former)?.is_none_or(|former| former.holder != device.holder) {
                return Err(another_device());
            }
            let of_it = || pushed.edits.iter().zip(&pushed.ids).filter(|(edit, _)| edit.device == former);
            let numbers = || of_it().map(|(edit, _)| edit.number);
            let (Some(first), Some(last)) = (numbers().min(), numbers().max()) else { continue };
            for stored in tx.edits_numbered(former, first, last)? {
                if of_it().any(|(_, id)| *id == stored.id) {
                    self.known.entry(stored.edit.number).or_insert(stored);
                }
            }
        }
        Ok(())
    }

    pub fn known(&self, number: u32) -> Option<&StoredEdit> {
        self.known.get(&number)
    }

    /// The order of the device's last edit, which the next one's must not come before.
    pub fn order(&self) -> Stamp {
        self.order
    }

    /// Goes past an edit that was known.
    pub fn pass(&mut self, edit: &Edit, id: EditId) {
        // An edit that was offered again is not the end of the chain.
        if self.head.is_none_or(|(last, _)| last < edit.number) {
            self.head = Some((edit.number, id));
        }
    }

    pub fn append(&mut self, edit: &Edit, id: EditId, outcome: &Outcome) {
        self.pass(edit, id);
        // Only what was accepted: the stamp of a refused edit may lie years ahead, and would drag the orders with it.
        if matches!(outcome.result, Fate::Merged | Fate::Conflict) {
            self.order = self.order.max(outcome.order.unwrap_or(edit.stamp));
        }
    }

    pub fn finish(self, tx: &dyn Tx) -> Result<()> {
        match self.head {
            Some(_) if planted::is(Bug::ChainUnmoved) => Ok(()),
            Some((last, id)) => tx.set_head(self.device, last, id, self.order),
            None => Ok(()),
        }
    }
}

fn another_device() -> RelayError {
    RelayError::refused(Code::RequestInvalid, "an edit of another device")
}

fn broken() -> RelayError {
    RelayError::refused(Code::ChainBroken, "the edits do not continue this device's chain")
}
