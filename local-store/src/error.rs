use sync_protocol::RecordKey;
use sync_protocol::schema::Fault;

/// What can go wrong in the local store. Callers match on these, so each variant is a decision.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The id is unknown here: deleted, or outside what this person may see.
    #[error("no {kind} with id {id}")]
    NotFound { kind: String, id: String },
    /// Written by a newer app. Opening it anyway could drop columns we do not know.
    #[error("the database is at version {found}, this app understands up to {known}")]
    TooNew { found: u32, known: u32 },
    /// Not a database under this key: the wrong key, or damaged bytes.
    #[error("the database file is damaged or the key is not its own")]
    Damaged,
    #[error("no space left on the device")]
    DiskFull,
    /// The edit does not fit the schema. Nothing was saved.
    #[error("the edit is not valid: {}", .0.iter().map(Fault::to_string).collect::<Vec<_>>().join("; "))]
    Invalid(Vec<Fault>),
    /// Saving before enrolment gave this device a number.
    #[error("this device is not enrolled")]
    NotEnrolled,
    #[error("a stored value is unreadable: {0}")]
    Unreadable(String),
    #[error("local database failed")] // the cause stays in `source`, not pasted into the message
    Sqlite(#[source] rusqlite::Error),
}

pub type Result<T> = std::result::Result<T, StoreError>;

impl StoreError {
    pub fn not_found(key: &RecordKey) -> Self {
        Self::NotFound { kind: key.kind.clone(), id: key.id.to_string() }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{DatabaseCorrupt, DiskFull, NotADatabase};
        match error.sqlite_error_code() {
            Some(NotADatabase | DatabaseCorrupt) => Self::Damaged,
            Some(DiskFull) => Self::DiskFull,
            _ => Self::Sqlite(error),
        }
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self::Unreadable(error.to_string())
    }
}
