//! A device's edits form a chain; a push continues it or repeats a part of it.
//!
//! A number used twice or a chain that does not continue means a cloned or restored tablet. It is told so, and nothing
//! of that push is taken.

use crate::error::{RelayError, Result};
use crate::store::{StoredDevice, StoredEdit, Tx};
use std::collections::BTreeMap;
use sync_protocol::edit::chain_ids;
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
}

impl Pushed {
    /// Checks what can be checked without the store: size, whose chain it is, running numbers and the signature.
    pub fn verified(mut request: PushRequest, device: &StoredDevice) -> Result<Self> {
        let signature = std::mem::take(&mut request.signature);
        let pushed = Self::read(request, device)?;
        if let Some(last) = pushed.ids.last()
            && !crate::keys::verify(&device.key, last.as_bytes(), &signature)
        {
            return Err(RelayError::refused(Code::SignatureInvalid, "the signature is not the device's"));
        }
        Ok(pushed)
    }

    /// As [`Self::verified`], but for the signature: what came over a line must not be taken by this alone.
    pub fn read(request: PushRequest, device: &StoredDevice) -> Result<Self> {
        let PushRequest { before, edits, decided, .. } = request;
        if edits.len() > MAX_PUSH_EDITS {
            return Err(RelayError::refused(Code::RequestTooLarge, "more edits than a push may hold"));
        }
        if edits.iter().any(|edit| edit.device != device.number || edit.stamp.device != device.number) {
            return Err(RelayError::refused(Code::RequestInvalid, "an edit of another device"));
        }
        if edits.windows(2).any(|pair| matches!(pair, [one, next] if one.number.checked_add(1) != Some(next.number))) {
            return Err(broken());
        }
        let ids = chain_ids(before, &edits);
        Ok(Self { before, edits, ids, decided })
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
        for (edit, id) in pushed.edits.iter().zip(&pushed.ids) {
            if chain.known.get(&edit.number).is_some_and(|known| known.id != *id) {
                return Err(broken());
            }
        }
        // What was known hangs together already; the first unknown edit must follow the end of the chain.
        let at = pushed.edits.iter().position(|edit| !chain.known.contains_key(&edit.number));
        if let Some(at) = at {
            let before = at.checked_sub(1).and_then(|at| pushed.ids.get(at).copied()).or(pushed.before);
            let number = pushed.edits.get(at).map(|edit| edit.number);
            if number != device.last_number().checked_add(1) || before != device.head.map(|(_, id)| id) {
                return Err(broken());
            }
        }
        Ok(chain)
    }

    pub fn known(&self, number: u32) -> Option<&StoredEdit> {
        self.known.get(&number)
    }

    /// The order of the device's last edit, which the next one's must not come before.
    pub fn order(&self) -> Stamp {
        self.order
    }

    pub fn append(&mut self, edit: &Edit, id: EditId, outcome: &Outcome) {
        // An edit that was offered again is not the end of the chain.
        if self.head.is_none_or(|(last, _)| last < edit.number) {
            self.head = Some((edit.number, id));
        }
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

fn broken() -> RelayError {
    RelayError::refused(Code::ChainBroken, "the edits do not continue this device's chain")
}
