//! Removing a device: by an administrator at a console, or by the operator. It never calls again, whatever backup is put back.

use crate::error::{RelayError, Result};
use crate::keys::token_hash;
use crate::rights::{StoredPlaces, assignments_of};
use crate::store::{Holder, StoredDevice, Tx};
use sync_protocol::policy::{Assignment, Places, Role, Scope};
use sync_protocol::{Code, DeviceNumber, day};

/// Whether whoever signed in at a console with this token may remove a device; what lies outside their division is not there.
pub fn check(tx: &dyn Tx, console: &StoredDevice, token: &str, device: DeviceNumber, now_ms: u64) -> Result<()> {
    let session = tx.session(&token_hash(token))?;
    let session = session.filter(|session| session.device == console.number && now_ms < session.ends_ms);
    let Some(session) = session else {
        return Err(RelayError::refused(Code::SessionEnded, "nobody is signed in with this token"));
    };
    let today = day::day_of(now_ms);
    let own = assignments_of(tx, session.person)?;
    let divisions: Vec<&str> = own.iter().filter_map(|one| administers(one, &today)).collect();
    if divisions.is_empty() {
        return Err(RelayError::refused(Code::NeverAllowed, "only an administrator removes devices"));
    }
    let not_there = || RelayError::refused(Code::NotThere, "there is no such device");
    let held = tx.device(device)?.ok_or_else(not_there)?;
    let places = StoredPlaces(tx);
    let is_within = match &held.holder {
        Holder::Relay => false,
        Holder::Console(code) => is_under(code, &divisions),
        Holder::Person(person) => assignments_of(tx, *person)?
            .iter()
            .filter_map(|one| place_of(one, &places))
            .any(|code| is_under(&code, &divisions)),
    };
    if is_within { Ok(()) } else { Err(not_there()) }
}

fn administers<'a>(assignment: &'a Assignment, today: &str) -> Option<&'a str> {
    match &assignment.scope {
        Scope::Division(code) if assignment.role == Role::Administrator && assignment.holds_on(today) => Some(code),
        _ => None,
    }
}

/// Also of an assignment that has ended: the tablet of who left is the one to be removed.
fn place_of(assignment: &Assignment, places: &dyn Places) -> Option<String> {
    match &assignment.scope {
        Scope::Division(code) => Some(code.clone()),
        Scope::Unit(unit) => places.division_of(*unit),
        Scope::Building(building) => places.grid_of(*building),
    }
}

fn is_under(code: &str, divisions: &[&str]) -> bool {
    divisions.iter().any(|division| code.starts_with(division))
}
