//! Signing in on a console. The relay checks the password; the console never keeps it.

use crate::core::{Core, guard};
use crate::error::{CommandError, Result};
use crate::moment;
use sync_client::transport::Transport;
use sync_protocol::RecordId;
use sync_protocol::messages::SignInRequest;

/// Somebody signed in on a console. The shell keeps it behind a cookie that no script can read.
#[derive(Clone, Debug)]
pub struct Session {
    pub person: RecordId,
    pub name: String,
    pub ends_ms: u64,
}

impl Session {
    pub fn has_ended(&self) -> bool {
        self.ends_ms <= moment::machine_ms()
    }
}

impl Core {
    pub async fn sign_in(&self, name: &str, password: &str) -> Result<Session> {
        let open = self.opened().ok_or_else(|| CommandError::new("not_allowed"))?;
        let request = SignInRequest { name: name.trim().to_owned(), password: password.to_owned() };
        let answer = self.line(&open.store, &open.facts)?.sign_in(&request).await?;
        guard(&self.author_tokens).insert(answer.person.id, answer.token);
        // Edits that waited for their author's session go out now.
        open.engine.nudge();
        Ok(Session { person: answer.person.id, name: answer.person.name, ends_ms: answer.ends_ms })
    }
}
