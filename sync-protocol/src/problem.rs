//! The stable codes of everything that can go wrong between a replica and the relay.
//!
//! A code is what programs decide by and what screens put into words; it never changes once released.

use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal),+ $(,)?) => {
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
        pub enum Code { $($(#[$doc])* #[serde(rename = $name)] $variant),+ }

        impl Code {
            pub const ALL: &'static [Code] = &[$(Code::$variant),+];
            pub fn name(self) -> &'static str {
                match self { $(Code::$variant => $name),+ }
            }
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|code| code.name() == name)
            }
        }
    };
}

codes! {
    /// The request is not of the form this call takes.
    RequestInvalid = "request_invalid",
    /// More bytes than the cap stated at first contact.
    RequestTooLarge = "request_too_large",
    TooManyRequests = "too_many_requests",
    /// No token, or one the relay does not know.
    NotSignedIn = "not_signed_in",
    /// The token's time is over; the device asks for another.
    SessionEnded = "session_ended",
    DeviceRevoked = "device_revoked",
    /// A number used twice or a chain that does not continue: a cloned or restored tablet.
    ChainBroken = "chain_broken",
    SignatureInvalid = "signature_invalid",
    EnrolCodeUnknown = "enrol_code_unknown",
    EnrolCodeUsed = "enrol_code_used",
    EnrolCodeExpired = "enrol_code_expired",
    SignInWrong = "sign_in_wrong",
    SignInWait = "sign_in_wait",
    /// The store is busy or full; the call may be repeated after the time in Retry-After.
    Unavailable = "unavailable",
    /// The relay doubts its own clock and says no time.
    ClockUnsure = "clock_unsure",
    NotThere = "not_there",
    /// The store was restored or replaced: cursors of the old epoch mean nothing here.
    EpochChanged = "epoch_changed",
    /// An edit names a kind, field or record the relay does not know yet.
    UnknownKind = "unknown_kind",
    UnknownField = "unknown_field",
    UnknownRecord = "unknown_record",
    /// A value is not of the field's type or breaks its limits.
    ValueInvalid = "value_invalid",
    /// An issue of a household, or of a category that is private, which does not say that it is private.
    MustBePrivate = "must_be_private",
    /// A field that is set at creation only.
    SetOnce = "set_once",
    /// A record is created twice under one id.
    AlreadyThere = "already_there",
    /// The author never had the right.
    NeverAllowed = "never_allowed",
    /// The author had the right, and it ended while the edit was under way.
    RightEnded = "right_ended",
    /// The author has the right where the record was, and it moved away while the edit was under way.
    MovedAway = "moved_away",
    /// The edit speaks of somebody who was erased. A mark of it is kept, and nothing of what it said.
    Erased = "erased",
    /// The bytes of a blob are not those that its hash names. What was received of it is gone; it is sent anew.
    BlobHashWrong = "blob_hash_wrong",
    /// The bytes of a blob are of no kind that the relay keeps.
    BlobTypeWrong = "blob_type_wrong",
    Internal = "internal",
}

/// An error answer of the relay (RFC 9457, problem details) as it travels.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct Problem {
    pub code: Code,
    /// A sentence for a log. Screens use the code.
    pub title: String,
    pub status: u16,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<u32>,
}
