//! What an account of a person means at the relay: the name it signs in with is one person's, as long as the account stands.
//!
//! Opening an account gives nobody a password. Until an operator sets one, the name fits no password at all.

use crate::error::Result;
use crate::placing::Register;
use crate::sessions::NOBODYS;
use crate::store::{Account, Tx};
use sync_protocol::{Edit, RecordKey};

fn sign_in_name(edit: &Edit) -> Option<&str> {
    let is_new = edit.kind == "person" && edit.create;
    edit.fields.get("sign_in_name").filter(|_| is_new)?.value.as_text()
}

/// Whether a new account asks for a name that somebody else signs in with.
pub fn is_name_taken(tx: &dyn Tx, register: &Register<'_>, edit: &Edit) -> Result<bool> {
    let Some(name) = sign_in_name(edit) else { return Ok(false) };
    let Some(held) = tx.account(name)?.filter(|held| held.person != edit.record) else { return Ok(false) };
    let person = register.get(&RecordKey::new("person", held.person))?;
    Ok(person.is_some_and(|person| !person.state.is_deleted()))
}

/// Keeps the name of a new account, so that a device can be enrolled for it and a password set.
pub fn open(tx: &dyn Tx, edit: &Edit) -> Result<()> {
    let Some(name) = sign_in_name(edit) else { return Ok(()) };
    match tx.account(name)? {
        Some(held) if held.person == edit.record => return Ok(()),
        // Of an account that was taken back: its person stays in the histories, its name is free again.
        Some(held) => tx.put_account(&Account { sign_in_name: format!("{name} {}", held.person), ..held })?,
        None => {}
    }
    tx.put_account(&Account { person: edit.record, sign_in_name: name.to_owned(), password_hash: NOBODYS.to_owned() })
}
