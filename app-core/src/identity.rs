//! Identity numbers: their check character, their end, and who may enter them.
//!
//! A number whose check character is wrong is warned of, never refused: papers with mistakes exist, and the person at the
//! door has the paper in hand.

use crate::core::Asking;
use crate::error::{CommandError, Result};
use crate::forms::said;
use crate::saved::{Saved, id};
use crate::{mask, moment, rights};
use local_store::saving::NewEdit;
use local_store::{Tx, records};
use serde::{Deserialize, Serialize};
use sync_protocol::{RecordId, RecordKey};
use ts_rs::TS;

crate::words::words! {
    Document { ResidentCard, Permit, Passport }
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct IdentityLine {
    pub document: Document,
    /// The first character and the last two.
    pub masked: String,
    pub check_digit_ok: bool,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct IdentityEntry {
    pub resident: String,
    pub document: Document,
    pub number: String,
    /// The draft it was typed in, dropped with the save.
    #[serde(default)]
    #[ts(optional)]
    pub draft: Option<String>,
}

/// Writes a resident's identity number, and its last four characters into the resident, in one transaction.
pub(crate) fn save_identity(asking: &Asking, input: IdentityEntry) -> Result<Saved> {
    let resident = id("resident", &input.resident)?;
    let edits = asking.read(|tx| {
        records::expect(tx, &RecordKey::new("resident", resident))?;
        edits(tx, asking, resident, input.document, &input.number)
    })?;
    asking.save_undoable(resident, input.draft.as_deref(), |_, _| Ok(edits))
}

/// The edits that enter a number; refused where the asker has not the right.
pub(crate) fn edits(
    tx: &Tx<'_>,
    asking: &Asking,
    resident: RecordId,
    document: Document,
    typed: &str,
) -> Result<Vec<NewEdit>> {
    if !may_enter(tx, asking.person)? {
        return Err(CommandError::new("not_allowed"));
    }
    let number = tidied(&said("number", typed)?);
    if number.chars().count() > 32 {
        return Err(CommandError::value("number", "too_long"));
    }
    let key = RecordKey::new("identity", resident);
    let is_new = records::shown(tx, &key)?.is_none();
    let edit =
        if is_new { NewEdit::create("identity", resident, asking.person) } else { NewEdit::change(key, asking.person) };
    let tail = tail(&number);
    Ok(vec![
        edit.set("document", crate::words::word(&document)).set("number", number),
        NewEdit::change(RecordKey::new("resident", resident), asking.person).set("number_tail", tail),
    ])
}

/// What a resident's file says of their number; nothing where none is held, or may not be seen.
pub(crate) fn line(tx: &Tx<'_>, resident: RecordId) -> Result<Option<IdentityLine>> {
    let Some(held) = records::shown(tx, &RecordKey::new("identity", resident))? else { return Ok(None) };
    let document = crate::words::read_or_none(held.text("document")).unwrap_or(Document::ResidentCard);
    Ok(held.text("number").map(|number| IdentityLine {
        document,
        masked: mask::number(number),
        check_digit_ok: document != Document::ResidentCard || is_checked(number),
    }))
}

/// Whether somebody has the right to identity numbers today.
pub(crate) fn may_enter(tx: &Tx<'_>, person: RecordId) -> Result<bool> {
    let today = moment::today(tx)?;
    Ok(rights::assignments(tx, person)?.iter().any(|one| one.holds_on(&today) && one.rights.contains("identity")))
}

/// A number without spaces, its letters as large ones.
pub(crate) fn tidied(typed: &str) -> String {
    typed.chars().filter(|c| !c.is_whitespace() && *c != '-').flat_map(char::to_uppercase).collect()
}

/// The last four characters, by which two people of one name are told apart.
pub(crate) fn tail(number: &str) -> String {
    number.chars().skip(number.chars().count().saturating_sub(4)).collect()
}

/// Whether the last of eighteen characters fits the others (GB 11643, ISO 7064 MOD 11-2).
pub fn is_checked(number: &str) -> bool {
    let characters: Vec<char> = number.chars().collect();
    let [digits @ .., last] = characters.as_slice() else { return false };
    if digits.len() != 17 || !digits.iter().all(char::is_ascii_digit) {
        return false;
    }
    let sum = digits.iter().filter_map(|c| c.to_digit(10)).fold(0, |sum, digit| (sum + digit) * 2 % 11);
    match (12 - sum) % 11 {
        10 => *last == 'X',
        digit => last.to_digit(10) == Some(digit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_character_is_that_of_the_standard() {
        // The two examples of GB 11643-1999, appendix A.
        assert!(is_checked("11010519491231002X") && is_checked("440524188001010014"));
        for wrong in ["110105194912310021", "44052418800101001", "4405241880010100144", "", "X", "11010519491231００2X"]
        {
            assert!(!is_checked(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_number_is_taken_as_people_write_it() {
        assert_eq!(tidied(" 110105 1949-1231 002x "), "11010519491231002X");
    }
}
