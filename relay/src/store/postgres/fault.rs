//! What PostgreSQL complains of, without the values it complains about.

use std::fmt;
use tokio_postgres::error::SqlState;

/// A failure at the database. Its words never hold a row's values, which the server's own details do.
#[derive(Debug)]
pub struct Fault {
    code: Option<SqlState>,
    said: String,
    is_closed: bool,
}

impl Fault {
    pub fn new(said: impl Into<String>) -> Self {
        Self { code: None, said: said.into(), is_closed: false }
    }

    pub fn silent() -> Self {
        Self { code: None, said: "the database did not answer in time".to_owned(), is_closed: true }
    }

    /// Two writes met, or too many locks were asked for: the whole may be run again.
    pub fn is_conflict(&self) -> bool {
        [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED, SqlState::OUT_OF_MEMORY]
            .iter()
            .any(|code| self.code.as_ref() == Some(code))
    }

    /// The connection ended, or the server is going away or coming up.
    pub fn is_closed(&self) -> bool {
        let going = [
            SqlState::ADMIN_SHUTDOWN,
            SqlState::CRASH_SHUTDOWN,
            SqlState::CANNOT_CONNECT_NOW,
            SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
            // A server that has become a standby: the next connection finds the new primary.
            SqlState::READ_ONLY_SQL_TRANSACTION,
        ];
        self.is_closed || going.iter().any(|code| self.code.as_ref() == Some(code))
    }

    pub fn is_of_disk(&self) -> bool {
        [SqlState::DISK_FULL, SqlState::IO_ERROR].iter().any(|code| self.code.as_ref() == Some(code))
    }

    /// Passes by itself: the caller keeps what it has and tries again.
    pub fn is_passing(&self) -> bool {
        let passing = [
            SqlState::LOCK_NOT_AVAILABLE,
            SqlState::QUERY_CANCELED,
            SqlState::TOO_MANY_CONNECTIONS,
            SqlState::INSUFFICIENT_RESOURCES,
        ];
        self.is_conflict()
            || self.is_closed()
            || self.is_of_disk()
            || passing.iter().any(|code| self.code.as_ref() == Some(code))
    }

    /// The transaction failed before: what failed first says why.
    pub fn is_echo(&self) -> bool {
        self.code.as_ref() == Some(&SqlState::IN_FAILED_SQL_TRANSACTION)
    }
}

impl From<tokio_postgres::Error> for Fault {
    fn from(error: tokio_postgres::Error) -> Self {
        match error.as_db_error() {
            Some(said) => Self {
                code: Some(said.code().clone()),
                said: format!("{} ({})", said.message(), said.code().code()),
                is_closed: error.is_closed(),
            },
            None => {
                let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
                let is_of_line = std::error::Error::source(&error).is_some_and(|cause| cause.is::<std::io::Error>());
                Self { code: None, said: format!("{error}{cause}"), is_closed: error.is_closed() || is_of_line }
            }
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.said)
    }
}

impl std::error::Error for Fault {}
