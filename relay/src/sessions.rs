//! People at consoles: passwords, failed sign-ins and sessions.
//!
//! Invariants:
//! - A name without account is answered as slowly, and as often, as a wrong password.
//! - A session belongs to the console it was made at; elsewhere its token is worth nothing.

use crate::error::{RelayError, Result};
use crate::keys::{self, token_hash};
use crate::rights::{StoredPlaces, assignments_of, name_of};
use crate::store::{FailedSignIn, Holder, Session, StoredDevice, Tx};
use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use std::collections::{BTreeMap, BTreeSet};
use sync_protocol::messages::{Person, RoleAt, SignInAnswer};
use sync_protocol::policy::{self, Assignment, Role, Scope};
use sync_protocol::{Code, DeviceNumber, RecordId, RecordKey, canonical, day};

const SESSION_MS: u64 = 12 * 3_600_000;
/// Wrong sign-ins under one name before it has to wait.
const FREE_FAILURES: u32 = 5;
const FIRST_WAIT_MS: u64 = 60_000;
const LONGEST_WAIT_MS: u64 = 15 * 60_000;

/// A hash nobody's password has, of the same cost as real ones.
pub const NOBODYS: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGhhcyBpdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Argon2id, as a PHC string with a salt of its own.
pub fn password_hash(password: &str) -> Result<String> {
    let hash: PasswordHash = Argon2::default()
        .hash_password(password.as_bytes())
        .map_err(|error| RelayError::Password(error.to_string()))?;
    Ok(hash.to_string())
}

/// Takes as long whether or not there is a hash to compare with.
pub fn password_fits(password: &str, hash: Option<&str>) -> bool {
    let parsed = PasswordHash::new(hash.unwrap_or(NOBODYS));
    parsed.is_ok_and(|parsed| Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok()) && hash.is_some()
}

/// The hash under which failures of a name are counted.
pub fn name_hash(name: &str) -> [u8; 32] {
    canonical::sha256(format!("linli-sign-in-1\n{name}").as_bytes())
}

/// An error while a name has to wait.
pub fn check_wait(tx: &dyn Tx, name_hash: &[u8; 32], now_ms: u64) -> Result<()> {
    let until = tx.failed_sign_in(name_hash)?.map_or(0, |failed| failed.wait_until_ms);
    if until <= now_ms {
        return Ok(());
    }
    let seconds = u32::try_from((until - now_ms).div_ceil(1_000)).unwrap_or(u32::MAX);
    Err(RelayError::wait(Code::SignInWait, "too many wrong sign-ins under this name", seconds))
}

/// Counts a failure; from the fifth on the name has to wait, each time twice as long.
pub fn note_failure(tx: &dyn Tx, name_hash: &[u8; 32], now_ms: u64) -> Result<()> {
    let failures = tx.failed_sign_in(name_hash)?.map_or(0, |failed| failed.failures).saturating_add(1);
    let wait_ms = failures
        .checked_sub(FREE_FAILURES)
        .map_or(0, |over| FIRST_WAIT_MS.saturating_mul(1 << over.min(10)).min(LONGEST_WAIT_MS));
    tx.put_failed_sign_in(name_hash, FailedSignIn { failures, wait_until_ms: now_ms + wait_ms })
}

/// Opens a session for somebody whose password fitted. `None` when they have nothing to do at this console.
pub fn open(tx: &dyn Tx, person: RecordId, console: (DeviceNumber, &str), now_ms: u64) -> Result<Option<SignInAnswer>> {
    let (device, division) = console;
    let today = day::day_of(now_ms);
    let assignments = assignments_of(tx, person)?;
    let places = StoredPlaces(tx);
    if !assignments.iter().any(|one| one.holds_on(&today) && works_at_console(one, division)) {
        return Ok(None);
    }
    let (token, token_hash) = keys::token()?;
    let ends_ms = now_ms + SESSION_MS;
    tx.drop_sessions_before(now_ms)?;
    tx.put_session(&Session { token_hash, person, device, ends_ms })?;
    let held = assignments.iter().filter(|one| one.holds_on(&today));
    let roles = held.map(|one| Ok(RoleAt { role: one.role, place: place_name(tx, &one.scope)? }));
    Ok(Some(SignInAnswer {
        person: Person { id: person, name: name_of(tx, person)? },
        token,
        ends_ms,
        grants: policy::grants(person, &assignments, &today, &places),
        roles: roles.collect::<Result<_>>()?,
    }))
}

/// Whether an assignment lies inside a console's division and is one of those that work at a desk.
fn works_at_console(assignment: &Assignment, division: &str) -> bool {
    let at_desk = matches!(assignment.role, Role::Supervisor | Role::Administrator | Role::Auditor);
    at_desk && matches!(&assignment.scope, Scope::Division(code) if code.starts_with(division))
}

fn place_name(tx: &dyn Tx, scope: &Scope) -> Result<String> {
    let record = match scope {
        Scope::Division(code) => tx.division(code)?,
        Scope::Unit(unit) => tx.record(&RecordKey::new("unit", *unit))?,
        Scope::Building(building) => tx.record(&RecordKey::new("building", *building))?,
    };
    Ok(record.as_ref().and_then(|record| record.state.text("name")).unwrap_or_default().to_owned())
}

/// The authors whose tokens came with a push and are good at this console.
pub fn signed_in_authors(
    tx: &dyn Tx,
    device: DeviceNumber,
    tokens: &BTreeMap<RecordId, String>,
    now_ms: u64,
) -> Result<BTreeSet<RecordId>> {
    let mut authors = BTreeSet::new();
    for (author, token) in tokens {
        let session = tx.session(&token_hash(token))?;
        let is_good =
            |session: &Session| session.person == *author && session.device == device && now_ms < session.ends_ms;
        authors.extend(session.filter(is_good).map(|session| session.person));
    }
    Ok(authors)
}

/// Who asks through a device: a tablet's own person, or at a console whoever the token was given to.
pub fn asker(tx: &dyn Tx, device: &StoredDevice, token: Option<&str>, now_ms: u64) -> Result<Holder> {
    if !matches!(device.holder, Holder::Console(_)) {
        return Ok(device.holder.clone());
    }
    let session = token.map(|token| tx.session(&token_hash(token))).transpose()?.flatten();
    let is_good = |session: &Session| session.device == device.number && now_ms < session.ends_ms;
    let person = session.filter(is_good).map(|session| session.person);
    person.map(Holder::Person).ok_or_else(|| RelayError::refused(Code::SessionEnded, "nobody is signed in there"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_fits_its_own_hash_only() {
        let hash = password_hash("sesame").unwrap();
        assert!(password_fits("sesame", Some(&hash)) && !password_fits("Sesame", Some(&hash)));
        assert!(!password_fits("sesame", None) && !password_fits("", None));
    }

    #[test]
    fn nobodys_hash_costs_what_real_ones_cost() {
        let (real, nobodys) = (password_hash("sesame").unwrap(), PasswordHash::new(NOBODYS).unwrap());
        assert_eq!(PasswordHash::new(&real).unwrap().params, nobodys.params);
    }
}
