//! Who may open accounts and appoint people: administrators where they administer, supervisors below their own place.
//!
//! Invariants:
//! - Nobody appoints themselves, changes what they are appointed to, or ends it: what somebody may do is always another's word.
//! - A supervisor gives nothing they do not have: no place beside or above their own, no right they do not hold themselves.
//! - Only administrators appoint administrators and auditors, and only they open accounts.

use super::{Assignment, Role, Scope};
use crate::channel::Channel;
use crate::edit::Edit;
use crate::value::Value;
use std::collections::BTreeSet;

/// Why somebody may not appoint.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Barred {
    /// The place lies outside what the author may appoint in.
    Place,
    /// A role that only administrators give.
    Role,
    /// A right that the author does not hold.
    Right,
    /// The author's own assignment.
    Oneself,
}

/// Whether an edit is about who may do what, and is judged here beside the scope.
pub fn is_about_staff(edit: &Edit) -> bool {
    matches!(edit.kind.as_str(), "person" | "assignment")
}

/// Whether one assignment of the author lets them write this account or assignment, which lies in these channels.
pub fn may_appoint(author: &Assignment, edit: &Edit, channels: &BTreeSet<Channel>) -> Result<(), Barred> {
    let of_own = channels.contains(&Channel::Person(edit.author));
    // The own name and work phone are no matter of rights; whether the account is closed is.
    if of_own && (edit.kind == "assignment" || edit.fields.contains_key("ended_on")) {
        return Err(Barred::Oneself);
    }
    let Scope::Division(own) = &author.scope else { return Err(Barred::Place) };
    let mut codes = channels.iter().filter_map(Channel::code).peekable();
    match author.role {
        // An account that was opened a moment ago has no place yet: its first assignment is the next edit.
        Role::Administrator if edit.kind == "person" && codes.peek().is_none() => Ok(()),
        Role::Administrator if codes.any(|code| code.starts_with(own.as_str())) => Ok(()),
        Role::Supervisor if edit.kind == "assignment" => {
            let is_of_unit = channels.iter().any(|channel| matches!(channel, Channel::Unit(_)));
            // A unit of the own place is below it, as a grid or a building is.
            let below = |code: &str| code.starts_with(own.as_str()) && (code.len() > own.len() || is_of_unit);
            match () {
                () if !codes.any(below) => Err(Barred::Place),
                () if gives(edit, "role", &["administrator", "auditor"]) => Err(Barred::Role),
                () if rights_given(edit).any(|right| !author.rights.contains(right)) => Err(Barred::Right),
                () => Ok(()),
            }
        }
        _ => Err(Barred::Place),
    }
}

fn gives(edit: &Edit, field: &str, words: &[&str]) -> bool {
    edit.fields.get(field).and_then(|field| field.value.as_text()).is_some_and(|word| words.contains(&word))
}

fn rights_given(edit: &Edit) -> impl Iterator<Item = &str> {
    let given = edit.fields.iter().filter(|(_, field)| field.value == Value::Bool(true));
    given.filter_map(|(name, _)| name.strip_prefix("rights:"))
}
