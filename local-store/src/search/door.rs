//! Doors, asked for as people write them: `3-2-501`, `3号楼2单元501室`, `和平里3-2-501`, `2-501`, `501`.

use super::asked::Asked;
use super::index::Kind;
use super::{Found, read, words};
use crate::error::Result;
use crate::places::{DWELLING_COLUMNS, Dwelling, dwelling_of};
use crate::store::Tx;
use rusqlite::named_params;
use sync_protocol::RecordId;

/// A door and who is behind it.
#[derive(Clone, Debug)]
pub struct Door {
    pub dwelling: Dwelling,
    pub grid_name: Option<String>,
    pub head_name: Option<String>,
    pub people: u32,
}

/// One way to understand what was typed. `door` may be the beginning of a number, as somebody is typing it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Place {
    building: Option<String>,
    entrance: Option<String>,
    door: String,
}

/// Asking each building of a scope for a door is quicker than asking each such door for its scope, up to so many.
const MOST_BUILDINGS: usize = 500;

/// The doors meant by what was typed, whole numbers before those that only begin so.
pub fn doors(tx: &Tx<'_>, text: &str, limit: usize) -> Result<Found<Door>> {
    let (ids, more) = found(tx, text, limit)?;
    let hits = ids.into_iter().map(|id| door(tx, id)).collect::<Result<_>>()?;
    Ok(Found { hits, more })
}

/// As [`doors`], whole numbers only and ids only, for a list that counts and sorts by itself.
pub(crate) fn exactly(tx: &Tx<'_>, text: &str) -> Result<Vec<RecordId>> {
    let mut all = Vec::new();
    for place in understood(text) {
        all.extend(lookup(tx, &place, true, usize::MAX)?);
    }
    Ok(all)
}

fn found(tx: &Tx<'_>, text: &str, limit: usize) -> Result<(Vec<RecordId>, bool)> {
    let mut ids: Vec<RecordId> = Vec::new();
    let places = understood(text);
    for whole in [true, false] {
        for place in &places {
            if ids.len() > limit {
                break;
            }
            let lookup = lookup(tx, place, whole, limit + 1)?;
            ids.extend(lookup.into_iter().filter(|id| !ids.contains(id)).collect::<Vec<_>>());
        }
    }
    let more = ids.len() > limit;
    ids.truncate(limit);
    Ok((ids, more))
}

/// The ways to understand a text as a door, the likeliest first.
fn understood(text: &str) -> Vec<Place> {
    let mut text = words::plain(text).trim().to_owned();
    for (word, mark) in [("号楼", "-"), ("单元", "-"), ("栋", "-"), ("幢", "-"), ("#", "-"), ("/", "-")] {
        text = text.replace(word, mark);
    }
    // 3楼 is a building; 红楼 is the name of one.
    for digit in 0..10 {
        text = text.replace(&format!("{digit}楼"), &format!("{digit}-"));
    }
    let text = text.trim_end_matches(['室', '号', '户', '房']);
    let parts: Vec<&str> = text.split(['-', ' ']).filter(|part| !part.is_empty()).collect();
    let one = |part: &&str| Some((*part).to_owned());
    // Doors and entrances with letters are written in capitals.
    let place = |building, entrance: Option<String>, door: &str| Place {
        building,
        entrance: entrance.map(|entrance| entrance.to_uppercase()),
        door: door.to_uppercase(),
    };
    match parts.as_slice() {
        // One digit is a building, two are nothing yet: half the doors of a town begin with them.
        [door] if door.len() >= 3 && door.len() <= 6 && has_digit(door) => vec![place(None, None, door)],
        [first, door] if has_digit(door) => {
            vec![place(None, one(first), door), place(one(first), Some(String::new()), door)]
        }
        [building, entrance, door] if has_digit(door) => vec![place(one(building), one(entrance), door)],
        // A building's own number may have a dash in it.
        [head, middle, entrance, door] if has_digit(door) => {
            vec![
                place(Some(format!("{head}-{middle}")), one(entrance), door),
                place(Some(format!("{head}{middle}")), one(entrance), door),
            ]
        }
        _ => Vec::new(),
    }
}

fn has_digit(part: &str) -> bool {
    part.bytes().any(|byte| byte.is_ascii_digit())
}

fn lookup(tx: &Tx<'_>, place: &Place, whole: bool, limit: usize) -> Result<Vec<RecordId>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    // Written out rather than as one condition for both: only so the index leads to the door, where otherwise every door
    // of every building is looked at, and whether its asker may see it.
    let at_entrance = if place.entrance.is_some() { "d.entrance = :entrance" } else { ":entrance IS NULL" };
    let buildings = match &place.building {
        Some(building) => Some(numbered(tx, building)?),
        None => of_scope(tx)?,
    };
    // A whole number leads straight to its doors; the beginning of one to a stretch of the index, without the number itself.
    let at_door = if whole { "d.door = :door AND :after IS NULL" } else { "d.door > :door AND d.door < :after" };
    let after = if whole { None } else { Some(format!("{}\u{10FFFF}", place.door)) };
    let Some(buildings) = buildings else {
        let sql = format!("SELECT d.id FROM dwelling d WHERE {at_door} AND {at_entrance} ORDER BY d.door LIMIT :limit");
        let params = named_params! {
            ":door": place.door, ":after": after, ":entrance": place.entrance, ":limit": limit,
        };
        let mut query = tx.prepare_cached(&sql)?;
        let ids = query.query_map(params, |row| crate::rows::id(row, "id"))?;
        return Ok(ids.collect::<rusqlite::Result<_>>()?);
    };
    let sql = format!(
        "SELECT d.id FROM dwelling d WHERE d.building = :building AND {at_entrance} AND {at_door} \
         ORDER BY d.door LIMIT :limit"
    );
    let mut query = tx.prepare_cached(&sql)?;
    let mut ids = Vec::new();
    for building in buildings {
        let params = named_params! {
            ":building": building.as_bytes(), ":entrance": place.entrance,
            ":door": place.door, ":after": after, ":limit": limit,
        };
        for id in query.query_map(params, |row| crate::rows::id(row, "id"))? {
            ids.push(id?);
        }
        if ids.len() as i64 >= limit {
            break;
        }
    }
    Ok(ids)
}

/// The buildings that a word such as 3, 3A or 和平里3 names to its end: 3 is not 13, and not 31.
fn numbered(tx: &Tx<'_>, word: &str) -> Result<Vec<RecordId>> {
    if word.bytes().all(|byte| byte.is_ascii_digit()) {
        let mut query = tx.prepare_cached("SELECT id FROM building WHERE number = ?1")?;
        let ids = query.query_map([word], |row| crate::rows::id(row, "id"))?;
        return Ok(ids.collect::<rusqlite::Result<_>>()?);
    }
    let Some(asked) = Asked::new(word) else { return Ok(Vec::new()) };
    let expression = asked.expression(true) + &super::places_of_scope(tx)?;
    let mut ids = Vec::new();
    read(tx, &asked, Kind::Building, &expression, |id, fit| {
        if matches!(fit, Some((false, false))) {
            ids.push(id);
        }
        true
    })?;
    Ok(ids)
}

/// The buildings of a small scope; `None` where everything is in view, or more than can be asked one by one.
fn of_scope(tx: &Tx<'_>) -> Result<Option<Vec<RecordId>>> {
    let places = super::places_of_scope(tx)?;
    let Some(expression) = places.strip_prefix(" AND ") else { return Ok(None) };
    let mut query = tx.prepare_cached(
        "SELECT sought.id FROM building_words CROSS JOIN sought ON sought.no = building_words.rowid \
         WHERE building_words MATCH ?1 LIMIT ?2",
    )?;
    let ids = query.query_map((expression, MOST_BUILDINGS as i64 + 1), |row| crate::rows::id(row, "id"))?;
    let ids: Vec<RecordId> = ids.collect::<rusqlite::Result<_>>()?;
    Ok((ids.len() <= MOST_BUILDINGS).then_some(ids))
}

fn door(tx: &Tx<'_>, dwelling: RecordId) -> Result<Door> {
    let sql = format!(
        "SELECT {DWELLING_COLUMNS}, g.name AS grid_name FROM dwelling d JOIN building b ON b.id = d.building \
         LEFT JOIN division g ON g.code = b.grid WHERE d.id = ?1"
    );
    let (dwelling, grid_name) = tx
        .prepare_cached(&sql)?
        .query_row([dwelling.as_bytes()], |row| Ok((dwelling_of(row)?, row.get::<_, Option<String>>("grid_name")?)))?;
    let household = crate::households::of_dwelling(tx, dwelling.id)?;
    let members = household.map(|one| crate::households::members(tx, one.id)).transpose()?.unwrap_or_default();
    Ok(Door {
        dwelling,
        grid_name,
        // A child is nobody's name on a door.
        head_name: members.iter().find(|one| !one.minor).map(|one| one.name.clone()),
        people: members.len() as u32,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doors_are_understood_as_people_write_them() {
        let full = vec![Place { building: Some("3".into()), entrance: Some("2".into()), door: "501".into() }];
        for typed in
            ["3-2-501", "3 2 501", "３－２－５０１", "3号楼2单元501", "3栋2单元501室", "3#2-501", "3/2/501", "3—2—501"]
        {
            assert_eq!(understood(typed), full, "{typed}");
        }
        let place = |text: &str| understood(text).into_iter().next();
        assert_eq!(place("和平里3-2-501").and_then(|one| one.building).as_deref(), Some("和平里3"));
        assert_eq!(place("2-501").and_then(|one| one.entrance).as_deref(), Some("2"));
        assert_eq!(place("501").map(|one| one.door).as_deref(), Some("501"));
        assert_eq!((place("3"), place("王芳"), place("王芳-李"), place("10012345678")), (None, None, None, None));
    }
}
