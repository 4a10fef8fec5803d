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
