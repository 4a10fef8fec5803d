//! What travels between a replica and the relay, version 1. JSON, with records and edits in columns ([`crate::columns`]),
//! compressed with zstd by HTTP's own content encoding.
//!
//! Every call may be repeated: pushes are recognised by edit id, pulls by cursor, enrolment by its one-time code.
//!
//! `now_ms` in an answer is the relay's time. It is 0 while the relay doubts its own clock: then it says no time at all.

use crate::channel::{Channel, ChannelFacet, Facet, Grant};
use crate::digest::Digest;
use crate::edit::Edit;
use crate::history::Change;
use crate::ids::{DeviceNumber, EditId, Epoch, RecordId, RecordKey};
use crate::policy::Role;
use crate::problem::Code;
use crate::record::RecordState;
use crate::stamp::Stamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Edits in one push, and entries in one pull page, at most.
pub const MAX_PUSH_EDITS: usize = 200;
pub const MAX_PULL_ENTRIES: u32 = 1_000;

// ---- POST /v1/enrol -------------------------------------------------------------------------------------------------

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EnrolRequest {
    pub code: String,
    /// The device's P-256 public key: SEC1, uncompressed, base64url without padding.
    pub device_key: String,
    /// Random, base64url; the relay proves its own key over it.
    pub nonce: String,
    pub app_version: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EnrolAnswer {
    pub device: DeviceNumber,
    pub token: String,
    pub epoch: Epoch,
    pub district: Division,
    /// Whose tablet it is; absent for a console.
    pub person: Option<Person>,
    /// True while the store holds made-up people only: such a deployment says so on every screen.
    pub demonstration: bool,
    /// The relay's P-256 public key, spelled as the device's, and its ES256 signature over [`enrol_proof`].
    pub relay_key: String,
    pub proof: String,
    pub now_ms: u64,
}

#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct Division {
    pub code: String,
    pub name: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct Person {
    pub id: RecordId,
    pub name: String,
}

/// The bytes the relay signs at enrolment, so that only the holder of the pinned key can answer this very request.
pub fn enrol_proof(request: &EnrolRequest, device: DeviceNumber) -> Vec<u8> {
    format!("linli-enrol-1\n{}\n{}\n{device}", request.nonce, request.device_key).into_bytes()
}

/// The pin in an enrolment link: the first 16 bytes of the SHA-256 of the relay's public key, in hex.
pub fn key_pin(relay_key: &str) -> String {
    crate::canonical::hex(&crate::canonical::sha256(relay_key.as_bytes())[..16])
}

// ---- GET /v1/me -----------------------------------------------------------------------------------------------------

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Me {
    pub device: DeviceNumber,
    pub person: Option<Person>,
    pub epoch: Epoch,
    pub demonstration: bool,
    pub grants: Vec<Grant>,
    /// Changes whenever the grants do.
    pub grants_version: String,
    /// The last edit of this device that the relay has; none before its first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<ChainEnd>,
    /// Where the device asked in an epoch that this store was restored from: how to go on. Absent where it never was of
    /// that epoch: such a relay is another one, and nothing is handed to it unasked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restored: Option<Restored>,
    /// The number up to which a verified backup holds this device's edits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backed_up: Option<u32>,
    /// Two tablets were seen to use this number: it is to be enrolled again. What it wrote comes with it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub enrol_again: bool,
    pub now_ms: u64,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct ChainEnd {
    pub number: u32,
    pub edit: EditId,
}

/// A relay that was restored from a backup lacks what came after it.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct Restored {
    /// Where channels stood in the backup; a cursor beyond goes back to it. 0 for what is not named.
    pub heads: Vec<Head>,
}

// ---- POST /v1/renew --------------------------------------------------------------------------------------------------

/// A code for the device that asks, to go on under a new number: one whose clock ran ahead starts it afresh so.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct RenewAnswer {
    pub code: String,
}

// ---- GET /v1/trust --------------------------------------------------------------------------------------------------

/// Who may vouch for the relay's certificate from now on: the authority in use, then the spare it can be changed for.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct Trust {
    /// Certificates in DER, base64url without padding. Empty where devices come over this machine only.
    pub authorities: Vec<String>,
    /// When the relay said so. A device takes no older word after a newer one.
    pub as_of_ms: u64,
    /// The relay's ES256 signature over [`trust_proof`], by the key that the device pinned when it enrolled.
    pub proof: String,
}

pub fn trust_proof(authorities: &[String], as_of_ms: u64) -> Vec<u8> {
    format!("linli-trust-1\n{as_of_ms}\n{}", authorities.join("\n")).into_bytes()
}

// ---- GET /v1/time?nonce= ---------------------------------------------------------------------------------------------

/// The relay's time, proven by its own key: a tablet whose clock stands in 1970 believes no certificate's dates, but this.
/// Refused with [`Code::ClockUnsure`] while the relay doubts its own clock.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct TimeAnswer {
    /// The one that was asked with, so that an answer cannot be kept and given again.
    pub nonce: String,
    pub time_ms: u64,
    /// For a device that knows no more than the pin of an enrolment link yet.
    pub relay_key: String,
    /// The relay's ES256 signature over [`time_proof`].
    pub proof: String,
}

/// The longest nonce that is answered.
pub const MAX_TIME_NONCE: usize = 64;

pub fn time_proof(nonce: &str, time_ms: u64) -> Vec<u8> {
    format!("linli-time-1\n{nonce}\n{time_ms}").into_bytes()
}

/// The header with which a device says what its own clock shows, uncorrected, in milliseconds since 1970: by many of them
/// the relay notices that its own is wrong.
pub const OWN_CLOCK_HEADER: &str = "linli-clock";

/// The header with the SHA-256 of an answer's JSON before it was packed, in hex. What passes a line, a proxy or a disk in
/// between may come out changed and still be JSON.
pub const BODY_HASH_HEADER: &str = "linli-body-sha256";

/// The pin of a certificate in an enrolment link: the SHA-256 of its DER, in hex.
pub fn certificate_pin(der: &[u8]) -> String {
    crate::canonical::hex(&crate::canonical::sha256(der))
}

// ---- POST /v1/push --------------------------------------------------------------------------------------------------

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PushRequest {
    /// The epoch of the relay that these edits continue the chain at; absent before the first contact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<Epoch>,
    /// The id of the edit before the first one here; absent for a device's first edit.
    pub before: Option<EditId>,
    #[serde(with = "crate::columns::edits")]
    pub edits: Vec<Edit>,
    /// ES256 by the device's key over the id of the last edit, which covers all before it; base64url.
    pub signature: String,
    /// On a console: what the relay gave each author at sign-in.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub author_tokens: BTreeMap<RecordId, String>,
    /// By running number: what became of edits that the relay decided once and lost with a restore. Their receipts prove it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub decided: BTreeMap<u32, Outcome>,
    /// By running number: the ids of edits whose words this device had to forget ([`Fate::Erased`]). They stand in the chain
    /// without fields, and their ids no longer follow from them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub erased: BTreeMap<u32, EditId>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PushAnswer {
    pub epoch: Epoch,
    pub outcomes: Vec<Outcome>,
    /// As in [`Me`].
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub enrol_again: bool,
    pub now_ms: u64,
}

/// What became of one edit. Stored by edit id, so that a repeated push hears the same again.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct Outcome {
    pub number: u32,
    pub edit: EditId,
    pub result: Fate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
    /// The fields that fared otherwise than the edit.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, FieldOutcome>,
    /// The record's revision that first shows this edit; a copy at or past it accounts for the edit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<u64>,
    /// The order the relay gave, where that is not the stamp.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<Stamp>,
    /// The relay's seal over [`Outcome::sealed_bytes`]: a relay restored from before this outcome takes the edit as decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<String>,
}

impl Outcome {
    /// As its device hears it: of an edit that waits nothing is settled yet, whatever had been once.
    pub fn told(self) -> Self {
        match self.result {
            Fate::Waiting => Self { fields: BTreeMap::new(), order: None, receipt: None, ..self },
            _ => self,
        }
    }

    /// What a receipt covers: everything but itself and the revision, which is of one epoch only.
    pub fn sealed_bytes(&self) -> Vec<u8> {
        crate::canonical::bytes(&Self { receipt: None, revision: None, ..self.clone() })
    }
}

#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct FieldOutcome {
    pub result: Fate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
}

/// The one place where an edit, or a field of it, ends up.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    Merged,
    /// A side of an open conflict.
    Conflict,
    /// Kept for a supervisor, because the right ended under way.
    Held,
    /// Kept until what it needs has come.
    Waiting,
    /// Not taken, for good. It stays on the device, with the code.
    Refused,
    /// Not taken now; the device offers it again by itself.
    Later,
    /// Gone by a person's right to be forgotten.
    Erased,
}

// ---- POST /v1/pull --------------------------------------------------------------------------------------------------

#[derive(Clone, Debug, Default, Serialize, Deserialize, PartialEq, Eq)]
pub struct PullRequest {
    /// The epoch the cursors are of; absent before the first pull.
    pub epoch: Option<Epoch>,
    /// [`standing`] of the cursors. Where nothing moved since, it alone is enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<String>,
    /// Left out beside `standing`; where something moved, the answer is an empty page with `more`, and they are asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cursors: Vec<Cursor>,
    /// Entries wanted at most; the relay's own limit holds too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct Cursor {
    #[serde(flatten)]
    pub at: ChannelFacet,
    /// The last position applied; 0 before the first.
    pub position: u64,
    /// Of the records held from this channel facet. Left out by a replica that keeps none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
}

/// One hash over cursors or heads that is the same at both ends exactly when nothing is to be pulled and both hold the same.
/// They come sorted by channel and facet.
pub fn standing<'c>(sorted: impl IntoIterator<Item = (&'c ChannelFacet, u64, Digest)>) -> String {
    let line = |(at, position, digest): (&ChannelFacet, u64, Digest)| {
        format!("{} {} {position} {digest}\n", at.channel, at.facet.name())
    };
    let lines: String = sorted.into_iter().map(line).collect();
    crate::canonical::hex(&crate::canonical::sha256(lines.as_bytes())[..16])
}

/// Travels in columns ([`crate::columns`]).
#[derive(Clone, Debug)]
pub struct PullAnswer {
    pub epoch: Epoch,
    /// Those with something new.
    pub channels: Vec<ChannelPage>,
    /// Every record that some channel of this page lists, once.
    pub records: Vec<WireRecord>,
    /// Another page is ready at once.
    pub more: bool,
    /// Entries still to come after this page, for a progress bar.
    pub remaining: u64,
    pub grants_version: String,
    pub now_ms: u64,
}

/// The next entries of one channel and facet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelPage {
    pub at: ChannelFacet,
    /// Where the cursor stands after this page.
    pub position: u64,
    pub listed: Vec<RecordKey>,
    /// Records this channel no longer lists. Where they went is not said.
    pub departed: Vec<RecordKey>,
    /// Records that were erased: whatever is held of them, also in what was written here, is to be forgotten.
    pub erased: Vec<RecordKey>,
    /// Where `position` is the head: what a replica that applied this page holds.
    pub digest: Option<Digest>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WireRecord {
    /// Grows with each change of the record within an epoch.
    pub revision: u64,
    pub state: RecordState,
}

// ---- POST /v1/compare -----------------------------------------------------------------------------------------------

/// Asked where the digests of a channel facet differ at its head.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CompareRequest {
    pub epoch: Epoch,
    #[serde(flatten)]
    pub at: ChannelFacet,
    /// The head up to which everything was applied.
    pub position: u64,
    /// The digest of each bucket ([`crate::digest::bucket`]), all [`crate::digest::BUCKETS`] of them.
    pub buckets: Vec<Digest>,
}

/// Everything that the differing buckets hold.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CompareAnswer {
    /// The buckets that differ and are answered, whole. None where the head has moved: what is new is pulled first.
    pub buckets: Vec<u8>,
    /// `more` where further buckets differ. Its one channel lists all records of the answered buckets.
    pub page: PullAnswer,
}

// ---- GET /v1/records/{kind}/{id}/history ------------------------------------------------------------------------------

/// On a console: what the relay gave the person at sign-in who asks. Rights are theirs, never the console's.
pub const ASKER_HEADER: &str = "linli-asker";
/// Changes in one answer, the newest of a record.
pub const MAX_CHANGES: usize = 200;

/// What became of a record, the newest change first.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct History {
    pub changes: Vec<Change>,
    /// Older changes that are not in the answer.
    pub earlier: u32,
}

// ---- POST /v1/erasures ----------------------------------------------------------------------------------------------

/// Everything that is held on a resident goes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ErasureRequest {
    pub resident: RecordId,
    pub reason: ErasureReason,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum ErasureReason {
    /// They asked for it.
    Request,
    /// The time for which it may be kept is over.
    Expired,
    /// They were registered by mistake, or twice.
    Mistake,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ErasureAnswer {
    /// How many records it took.
    pub records: u32,
}

// ---- GET /v1/changes (server-sent events) ---------------------------------------------------------------------------

/// Sent at once, and then whenever something in the device's grants moves.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Heads {
    pub heads: Vec<Head>,
    pub grants_version: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct Head {
    pub channel: Channel,
    pub facet: Facet,
    pub position: u64,
}

// ---- POST /v1/sign-in (from a console) ------------------------------------------------------------------------------

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SignInRequest {
    pub name: String,
    pub password: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SignInAnswer {
    pub person: Person,
    /// Goes with this person's edits in a push, until it ends.
    pub token: String,
    pub ends_ms: u64,
    pub grants: Vec<Grant>,
    pub roles: Vec<RoleAt>,
}

#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct RoleAt {
    pub role: Role,
    /// The name of the division, unit or building.
    pub place: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_flat_on_the_wire() {
        let cursor = Cursor {
            at: ChannelFacet { channel: Channel::of_code("340603").unwrap(), facet: Facet::Open },
            position: 12,
            digest: None,
        };
        let text = serde_json::to_string(&cursor).unwrap();
        assert_eq!(text, r#"{"channel":"division:340603","facet":"open","position":12}"#);
        assert_eq!(serde_json::from_str::<Cursor>(&text).unwrap(), cursor);
    }
}
