//! The register: residents with their doors, filtered by division and by what somebody types, page by page.

use crate::error::Result;
use crate::places::{DWELLING_COLUMNS, Dwelling, dwelling_of};
use crate::rows::id;
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

/// What is asked for. `text` matches part of a name, the end of a phone number, or a door such as `3-2-501`.
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
       AND (:text = '' OR instr(r.name, :text) > 0 OR (length(:text) >= 3 AND r.phone LIKE '%' || :escaped ESCAPE '\\') \
            OR b.number || '-' || d.entrance || '-' || d.door = :text OR d.entrance || '-' || d.door = :text)";

/// The page asked for, and how many there are in all.
pub fn page(tx: &Tx<'_>, query: &Query<'_>) -> Result<(u32, Vec<Entry>)> {
    let text = query.text.unwrap_or("").trim();
    // A percent sign somebody types is a percent sign.
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    let division = query.division.unwrap_or("");
    let params = named_params! { ":division": division, ":text": text, ":escaped": escaped };
    let total = tx.prepare_cached(&format!("SELECT count(*) {FROM}"))?.query_row(params, |row| row.get(0))?;
    let sql = format!(
        "SELECT r.id, r.name, r.born_on, r.phone, r.unsent + s.unsent AS unsent, r.refused, r.conflict, h.last_visited, \
                g.name AS grid_name, {DWELLING_COLUMNS} {FROM} \
         ORDER BY b.grid, b.walk_order, b.id, length(d.entrance), d.entrance, d.floor, d.door, s.relation <> 'head', r.id \
         LIMIT :limit OFFSET :offset"
    );
    let mut statement = tx.prepare_cached(&sql)?;
    let params = named_params! {
        ":division": division, ":text": text, ":escaped": escaped, ":limit": query.limit, ":offset": query.offset,
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
