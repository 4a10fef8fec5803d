//! What can go wrong at the relay, and how it is said to a caller.

use crate::store::postgres::Fault;
use sync_protocol::Code;
use sync_protocol::problem::Problem;

/// Callers match on these, so each variant is a decision.
#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    /// The caller hears this code.
    #[error("{}", .0.title)]
    Refused(Problem),
    /// The folder holds no store: nothing was imported into it yet.
    #[error("there is no store in {0}; make one with `linli-relay demo` or `linli-relay import`")]
    NoStore(String),
    /// Written by a newer relay. Opening it anyway could drop what we do not know.
    #[error("the store was written by a newer linli-relay; update this one")]
    TooNew,
    #[error("the store holds something that cannot be read: {0}")]
    Damaged(String),
    #[error("the store failed")]
    Sqlite(#[from] rusqlite::Error),
    #[error("the database failed: {0}")]
    Postgres(#[from] Fault),
    #[error("the store could not be brought up to date")]
    Migration(#[source] rusqlite_migration::Error),
    #[error("a file could not be read or written")]
    Io(#[from] std::io::Error),
    #[error("the system gave no random bytes")]
    Random(#[from] getrandom::Error),
    #[error("a password could not be hashed: {0}")]
    Password(String),
    /// A task of ours panicked or was cancelled.
    #[error("a task ended early")]
    Task(#[from] tokio::task::JoinError),
}

pub type Result<T, E = RelayError> = std::result::Result<T, E>;

impl RelayError {
    /// An answer with a code, and a sentence for the log.
    pub fn refused(code: Code, title: &str) -> Self {
        Self::Refused(Problem { code, title: title.to_owned(), status: status_of(code), retry_after_s: None })
    }

    pub fn wait(code: Code, title: &str, seconds: u32) -> Self {
        Self::Refused(Problem { code, title: title.to_owned(), status: status_of(code), retry_after_s: Some(seconds) })
    }

    /// The same code under a finer status of HTTP's own.
    pub fn refused_as(status: u16, code: Code, title: &str) -> Self {
        Self::Refused(Problem { code, title: title.to_owned(), status, retry_after_s: None })
    }

    /// Whether the store's disk is full or failing.
    pub fn is_of_disk(&self) -> bool {
        use rusqlite::ErrorCode::{DiskFull, SystemIoFailure};
        match self {
            Self::Sqlite(error) => {
                error.sqlite_error_code().is_some_and(|code| matches!(code, DiskFull | SystemIoFailure))
            }
            Self::Postgres(fault) => fault.is_of_disk(),
            _ => false,
        }
    }

    /// What the caller hears. Faults of our own are named by code only; their cause goes to the log.
    pub fn problem(&self) -> Problem {
        match self {
            Self::Refused(problem) => problem.clone(),
            Self::Sqlite(error) if is_passing(error) => busy(),
            Self::Postgres(fault) if fault.is_passing() => busy(),
            Self::NoStore(_)
            | Self::TooNew
            | Self::Damaged(_)
            | Self::Sqlite(_)
            | Self::Postgres(_)
            | Self::Migration(_)
            | Self::Io(_)
            | Self::Random(_)
            | Self::Password(_)
            | Self::Task(_) => {
                Problem { code: Code::Internal, title: "the relay failed".to_owned(), status: 500, retry_after_s: None }
            }
        }
    }
}

fn busy() -> Problem {
    Problem {
        code: Code::Unavailable,
        title: "the store is busy or full".to_owned(),
        status: 503,
        retry_after_s: Some(5),
    }
}

/// Busy, full or failing disks pass: the caller keeps what it has and tries again.
fn is_passing(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked, DiskFull, SystemIoFailure};
    error
        .sqlite_error_code()
        .is_some_and(|code| matches!(code, DatabaseBusy | DatabaseLocked | DiskFull | SystemIoFailure))
}

/// The HTTP status that goes with a code.
fn status_of(code: Code) -> u16 {
    match code {
        Code::RequestInvalid | Code::SignatureInvalid => 400,
        Code::RequestTooLarge => 413,
        Code::TooManyRequests | Code::SignInWait => 429,
        Code::NotSignedIn | Code::SessionEnded | Code::SignInWrong => 401,
        Code::DeviceRevoked | Code::NeverAllowed | Code::RightEnded | Code::MovedAway => 403,
        Code::ChainBroken | Code::EpochChanged | Code::EnrolCodeUsed | Code::AlreadyThere | Code::SetOnce => 409,
        Code::EnrolCodeUnknown | Code::NotThere => 404,
        Code::EnrolCodeExpired | Code::Erased => 410,
        Code::UnknownKind | Code::UnknownField | Code::UnknownRecord | Code::ValueInvalid => 422,
        Code::MustBePrivate | Code::BlobHashWrong => 422,
        Code::BlobTypeWrong => 415,
        Code::Unavailable | Code::ClockUnsure => 503,
        Code::Internal => 500,
    }
}
