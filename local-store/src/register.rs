//! The register: residents with their doors, filtered by division and by what somebody types, page by page.
//!
//! What is typed means here what it means in search (search/mod.rs): who that finds stands in the list.

use crate::error::Result;
use crate::places::{DWELLING_COLUMNS, Dwelling, dwelling_of};
use crate::rows::id;
use crate::search;
use crate::store::Tx;
use rusqlite::named_params;
use sync_protocol::RecordId;

#[derive(Clone, Debug)]
pub struct Entry {
    pub resident: RecordId,
    pub name: String,
    pub born_on: Option<String>,
    pub phone: Option<String>,
    pub last_visited: Option<String>,
    pub dwelling: Dwelling,
    pub grid_name: Option<String>,
    pub unsent: u32,
    pub refused: u32,
    pub conflict: bool,
}

/// What is asked for. `text` is a name, reading, initials, the end of a phone number, or a door such as `3-2-501`.
#[derive(Clone, Debug, Default)]
pub struct Query<'a> {
    pub division: Option<&'a str>,
    pub text: Option<&'a str>,
    pub offset: u32,
    pub limit: u32,
}

const FROM: &str = "FROM residence s JOIN resident r ON r.id = s.resident JOIN household h ON h.id = s.household \
     JOIN dwelling d ON d.id = h.dwelling JOIN building b ON b.id = d.building LEFT JOIN division g ON g.code = b.grid \
     WHERE s.until IS NULL AND r.died_on IS NULL AND r.merged_into IS NULL AND b.grid LIKE :division || '%' \
       AND (:people IS NULL OR r.id IN (SELECT unhex(value) FROM json_each(:people)) \
            OR d.id IN (SELECT unhex(value) FROM json_each(:doors)))";

/// The page asked for, and how many there are in all.
pub fn page(tx: &Tx<'_>, query: &Query<'_>) -> Result<(u32, Vec<Entry>)> {
    let text = query.text.unwrap_or("").trim();
    let division = query.division.unwrap_or("");
    let [people, doors] = match text {
        "" => [None, None],
        text => [Some(hex(&search::all_people(tx, text, division)?)), Some(hex(&search::all_doors(tx, text)?))],
    };
    let params = named_params! { ":division": division, ":people": people, ":doors": doors };
    let total = tx.prepare_cached(&format!("SELECT count(*) {FROM}"))?.query_row(params, |row| row.get(0))?;
    let sql = format!(
        "SELECT r.id, r.name, r.born_on, r.phone, r.unsent + s.unsent AS unsent, r.refused, r.conflict, h.last_visited, \
                g.name AS grid_name, {DWELLING_COLUMNS} {FROM} \
         ORDER BY b.grid, b.walk_order, b.id, length(d.entrance), d.entrance, d.floor, d.door, s.relation <> 'head', r.id \
         LIMIT :limit OFFSET :offset"
    );
    let mut statement = tx.prepare_cached(&sql)?;
    let params = named_params! {
        ":division": division, ":people": people, ":doors": doors, ":limit": query.limit, ":offset": query.offset,
    };
    let rows = statement.query_map(params, |row| {
        Ok(Entry {
            resident: id(row, "id")?,
            name: row.get("name")?,
            born_on: row.get("born_on")?,
            phone: row.get("phone")?,
            last_visited: row.get("last_visited")?,
            dwelling: dwelling_of(row)?,
            grid_name: row.get("grid_name")?,
            unsent: row.get("unsent")?,
            refused: row.get("refused")?,
            conflict: row.get("conflict")?,
        })
    })?;
    Ok((total, rows.collect::<rusqlite::Result<_>>()?))
}

/// Ids as a JSON list that SQL can look into: a list of any length is one parameter.
fn hex(ids: &[RecordId]) -> String {
    let ids: Vec<String> = ids.iter().map(|id| format!("\"{:032x}\"", u128::from_be_bytes(*id.as_bytes()))).collect();
    format!("[{}]", ids.join(","))
}
