//! What a screen is told when something did not work: a stable code and the facts to put into the sentence.

use local_store::StoreError;
use serde::Serialize;
use std::collections::BTreeMap;
use sync_client::SyncError;
use ts_rs::TS;

/// A refusal or failure. Screens decide and find their words by `code`, never by a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct CommandError {
    pub code: String,
    pub detail: BTreeMap<String, String>,
}

pub type Result<T> = std::result::Result<T, CommandError>;

/// Every code that app-core itself gives; those of [`sync_protocol::Code`] come through as they are. The screens' words are
/// checked against this list.
pub const CODES: &[&str] = &[
    "visit_replaced",
    "enrol_link_malformed",
    "enrol_other_person",
    "relay_unreachable",
    "not_the_relay",
    "relay_key_mismatch",
    "relay_replaced",
    "certificate_unknown",
    "certificate_dates",
    "certificate_name",
    "pin_wrong",
    "pin_wait",
    "pin_too_short",
    "pin_digits_only",
    "database_too_new",
    "database_damaged",
    "database_failed",
    "disk_full",
    "not_found",
    "not_allowed",
    "appoint_beyond",
    "appoint_role",
    "appoint_right",
    "appoint_oneself",
    "value_invalid",
    "nothing_changed",
    "conflict_moved_on",
    "lives_here_already",
    "moved_already",
    "undo_too_late",
    "photo_too_large",
    "photo_type",
    "photo_broken",
    "photos_too_many",
    "session_ended",
    "input_invalid",
    "internal",
];

impl CommandError {
    pub fn new(code: &str) -> Self {
        Self { code: code.to_owned(), detail: BTreeMap::new() }
    }
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.detail.insert(name.to_owned(), value.to_string());
        self
    }
    pub fn value(field: &str, reason: &str) -> Self {
        Self::new("value_invalid").with("field", field).with("reason", reason)
    }
    /// All problems of a form at once: the first decides the sentence, `all` names every field with its reason.
    pub fn unless_none(problems: Vec<Self>) -> Result<()> {
        let detail = |one: &Self, name: &str| one.detail.get(name).cloned().unwrap_or_default();
        let all: Vec<String> =
            problems.iter().map(|one| format!("{}:{}", detail(one, "field"), detail(one, "reason"))).collect();
        problems.into_iter().next().map_or(Ok(()), |first| Err(first.with("all", all.join(","))))
    }
    /// Something that should not happen. What it was goes to the log, not to the screen.
    pub fn internal(what: impl std::fmt::Display) -> Self {
        tracing::error!(%what, "unexpected failure");
        Self::new("internal")
    }
}

impl std::fmt::Display for CommandError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.code)
    }
}

impl std::error::Error for CommandError {}

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound { kind, .. } => Self::new("not_found").with("kind", kind),
            StoreError::TooNew { found, known } => {
                Self::new("database_too_new").with("found", found).with("known", known)
            }
            StoreError::Damaged => Self::new("database_damaged"),
            StoreError::DiskFull => Self::new("disk_full"),
            StoreError::Invalid(faults) => {
                let fault = faults.into_iter().next();
                fault.map_or_else(|| Self::internal("no fault named"), |fault| Self::value(&fault.field, fault.reason))
            }
            StoreError::NotEnrolled => Self::new("not_allowed"),
            StoreError::Unreadable(what) => {
                tracing::error!(%what, "a stored value is unreadable");
                Self::new("database_failed")
            }
            StoreError::Sqlite(cause) => {
                tracing::error!(%cause, "the local database failed");
                Self::new("database_failed")
            }
        }
    }
}

impl From<SyncError> for CommandError {
    fn from(error: SyncError) -> Self {
        match error {
            SyncError::Unreachable { relay, .. } => Self::new("relay_unreachable").with("relay", relay),
            SyncError::NotTheRelay { relay } => Self::new("not_the_relay").with("relay", relay),
            SyncError::NotTrusted { relay, fault } => Self::new(fault.code()).with("relay", relay),
            SyncError::KeyMismatch => Self::new("relay_key_mismatch"),
            SyncError::Replaced => Self::new("relay_replaced"),
            SyncError::Problem(problem) => {
                let told = Self::new(problem.code.name());
                match problem.retry_after_s {
                    Some(seconds) => told.with("seconds", seconds),
                    None => told,
                }
            }
            SyncError::Store(error) => error.into(),
            SyncError::TaskEnded => Self::internal("a sync task ended early"),
        }
    }
}

impl From<std::io::Error> for CommandError {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull => Self::new("disk_full"),
            _ => Self::internal(error),
        }
    }
}
