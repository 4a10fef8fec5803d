use crate::trust::TlsFault;
use local_store::StoreError;
use sync_protocol::problem::Problem;

/// Why a call or a round did not go through. Being offline is among them, and is no fault of anybody.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// No answer: no network, nobody listening, or silence for too long.
    #[error("the relay at {relay} cannot be reached: {reason}")]
    Unreachable { relay: String, reason: String },
    /// Something answered that is not the relay: a Wi-Fi sign-in page, a wrong address.
    #[error("{relay} answered, but it is not the relay")]
    NotTheRelay { relay: String },
    /// What answered could not prove by its certificate that it is the relay. Nothing was sent to it.
    #[error("{relay} is not trusted: {fault}")]
    NotTrusted { relay: String, fault: TlsFault },
    /// The relay's proof at enrolment is not by the key that the link names.
    #[error("the relay's key is not the one in the enrolment link")]
    KeyMismatch,
    /// The relay's store is another than the one this replica was enrolled at, and no restored copy of it. Nothing was sent.
    #[error("the relay's store is another one")]
    Replaced,
    #[error("the relay answered {}", .0.code.name())]
    Problem(Problem),
    #[error("the local store failed")]
    Store(#[from] StoreError),
    #[error("a background task ended early")]
    TaskEnded,
}

pub type Result<T> = std::result::Result<T, SyncError>;
