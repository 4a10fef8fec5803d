//! Who is signed in, by cookie. Kept in memory: after a restart people sign in again, and no secret lies on the disk.

use app_core::Session;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

pub const COOKIE: &str = "linli_session";

#[derive(Default)]
pub struct Sessions(Mutex<HashMap<String, Session>>);

impl Sessions {
    /// Starts a session and returns the secret for its cookie.
    pub fn start(&self, session: Session) -> Option<String> {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).ok()?;
        let secret = URL_SAFE_NO_PAD.encode(secret);
        let mut sessions = self.held();
        sessions.retain(|_, session| !session.has_ended());
        sessions.insert(secret.clone(), session);
        Some(secret)
    }

    /// The session of a cookie, while it lasts.
    pub fn of(&self, secret: &str) -> Option<Session> {
        self.held().get(secret).filter(|session| !session.has_ended()).cloned()
    }

    pub fn end(&self, secret: &str) {
        self.held().remove(secret);
    }

    fn held(&self) -> MutexGuard<'_, HashMap<String, Session>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use app_core::Session;

    fn session(ends_ms: u64) -> Session {
        let person = "00000000-0000-7000-8000-000000000001".parse().expect("an id");
        Session { person, name: "李娜".into(), ends_ms }
    }

    #[test]
    fn a_session_lasts_until_it_ends_or_its_person_signs_out() {
        let sessions = Sessions::default();
        let secret = sessions.start(session(u64::MAX)).expect("random bytes");
        assert!(sessions.of(&secret).is_some() && sessions.of("guessed").is_none());
        sessions.end(&secret);
        assert!(sessions.of(&secret).is_none());
        let over = sessions.start(session(0)).expect("random bytes");
        assert!(sessions.of(&over).is_none());
    }
}
