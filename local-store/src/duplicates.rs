//! Who may be the person somebody is about to register: asked while they type, so every question here has an index.
//!
//! Only what the asker may see is searched, and only residents that are neither dead nor merged. Under-14s are found here
//! (they are in no search index): whoever may see the child must be able to find them at the door.

use crate::error::Result;
use crate::households::members;
use crate::rows::id;
use crate::search::sound_alike;
use crate::store::Tx;
use crate::{households, places};
use rusqlite::params_from_iter;
use sync_protocol::RecordId;

/// What is known of the person so far. Empty texts are not asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked<'a> {
    pub name: &'a str,
    pub born_on: Option<&'a str>,
    pub phone: &'a str,
    pub number_tail: &'a str,
    pub dwelling: Option<RecordId>,
}

/// Why somebody may be the same, the strongest reason first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Alike {
    /// The end of the identity number and the birthday.
    NumberAndBirthday,
    NameAndBirthday,
    Phone,
    NameAtThisDoor,
    NameInThisBuilding,
    /// Written otherwise, read alike, at the same door.
    SoundAtThisDoor,
}

/// Residents that may be the one asked about, each with the strongest reason, the likeliest first.
pub fn of(tx: &Tx<'_>, asked: Asked<'_>, limit: usize) -> Result<Vec<(RecordId, Alike)>> {
    let name = asked.name.trim();
    let mut found: Vec<(Alike, RecordId)> = Vec::new();
    if let Some(born_on) = asked.born_on {
        if asked.number_tail.len() == 4 {
            add(
                tx,
                &mut found,
                Alike::NumberAndBirthday,
                "number_tail = ?1 AND born_on = ?2",
                [asked.number_tail, born_on],
            )?;
        }
        if !name.is_empty() {
            add(tx, &mut found, Alike::NameAndBirthday, "name = ?1 AND born_on = ?2", [name, born_on])?;
        }
    }
    for spelled in spellings(asked.phone) {
        add(tx, &mut found, Alike::Phone, "phone = ?1", [spelled.as_str()])?;
        add(tx, &mut found, Alike::Phone, "phone_2 = ?1", [spelled.as_str()])?;
    }
    if let Some(dwelling) = asked.dwelling.filter(|_| !name.is_empty()) {
        near(tx, &mut found, name, dwelling)?;
    }
    found.sort_unstable();
    let mut likeliest: Vec<(RecordId, Alike)> = Vec::new();
    for (alike, resident) in found {
        if likeliest.len() < limit && !likeliest.iter().any(|(known, _)| *known == resident) {
            likeliest.push((resident, alike));
        }
    }
    Ok(likeliest)
}

fn add<const N: usize>(
    tx: &Tx<'_>,
    found: &mut Vec<(Alike, RecordId)>,
    alike: Alike,
    condition: &str,
    params: [&str; N],
) -> Result<()> {
    let sql = format!("SELECT id FROM resident WHERE {condition} AND died_on IS NULL AND merged_into IS NULL LIMIT 20");
    let mut query = tx.prepare_cached(&sql)?;
    let mut rows = query.query(params_from_iter(params))?;
    while let Some(row) = rows.next()? {
        found.push((alike, id(row, "id")?));
    }
    Ok(())
}

/// Those of the same name in this building, and at this door also those whose name sounds the same.
fn near(tx: &Tx<'_>, found: &mut Vec<(Alike, RecordId)>, name: &str, dwelling: RecordId) -> Result<()> {
    for household in households::all_of_dwelling(tx, dwelling)? {
        for member in members(tx, household.id)? {
            if member.name == name {
                found.push((Alike::NameAtThisDoor, member.resident));
            } else if sound_alike(&member.name, name) {
                found.push((Alike::SoundAtThisDoor, member.resident));
            }
        }
    }
    let building = places::dwelling(tx, dwelling)?.building;
    // From the few of this name to where they live.
    let sql = "SELECT r.id FROM resident r CROSS JOIN residence s ON s.resident = r.id AND s.until IS NULL \
               CROSS JOIN household h ON h.id = s.household CROSS JOIN dwelling d ON d.id = h.dwelling \
               WHERE r.name = ?1 AND r.died_on IS NULL AND r.merged_into IS NULL AND d.building = ?2";
    let mut query = tx.prepare_cached(sql)?;
    let mut rows = query.query((name, building.as_bytes()))?;
    while let Some(row) = rows.next()? {
        found.push((Alike::NameInThisBuilding, id(row, "id")?));
    }
    Ok(())
}

/// A number as it may stand in the register: as typed, and with or without the country before it.
fn spellings(phone: &str) -> Vec<String> {
    let plain: String = phone.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let typed: String = phone.chars().filter(|c| !c.is_whitespace()).collect();
    if plain.chars().filter(char::is_ascii_digit).count() < 7 {
        return Vec::new();
    }
    let home = plain.strip_prefix("+86").unwrap_or(&plain).to_owned();
    let mut all = vec![typed, plain, format!("+86{home}"), format!("+86-{home}"), home];
    all.sort_unstable();
    all.dedup();
    all
}
