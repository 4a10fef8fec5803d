//! Issues, by the end or beginning of their number, or by words that stand in them.
//!
//! There are some for each grid, so they are read rather than indexed: through the view of the person asking, like all
//! else, so a private one is found by nobody who may not open it.

use super::{Found, words};
use crate::error::Result;
use crate::rows::id;
use crate::store::Tx;
use rusqlite::params_from_iter;
use sync_protocol::RecordId;

/// More words than these narrow nothing any more.
const MOST_TERMS: usize = 6;

/// Issues that hold every word typed: a number that is meant first, then the newest.
pub fn issues(tx: &Tx<'_>, text: &str, limit: usize) -> Result<Found<RecordId>> {
    let plain = words::plain(text);
    let terms: Vec<String> = plain.split_whitespace().take(MOST_TERMS).map(str::to_owned).collect();
    // A digit or letter alone stands in nearly every number; a character alone is a word.
    let too_short = |term: &String| term.is_ascii() && term.len() < 2;
    if terms.is_empty() || terms.iter().any(too_short) {
        return Ok(Found::nothing());
    }
    let held = "(i.number || ' ' || i.words || ' ' || i.place || ' ' || coalesce(c.name, '') || ' ' || coalesce(c.name_en, ''))";
    let each = (1..=terms.len()).map(|at| format!("{held} LIKE ?{at} ESCAPE '\\'")).collect::<Vec<_>>().join(" AND ");
    let sql = format!(
        "SELECT i.id FROM issue i LEFT JOIN category c ON c.id = i.category WHERE {each} \
         ORDER BY i.number LIKE ?1 ESCAPE '\\' DESC, i.happened_at DESC, i.id DESC LIMIT {}",
        limit + 1
    );
    let mut query = tx.prepare_cached(&sql)?;
    let patterns = terms.iter().map(|term| format!("%{}%", escaped(term)));
    let mut hits = query
        .query_map(params_from_iter(patterns), |row| id(row, "id"))?
        .collect::<rusqlite::Result<Vec<RecordId>>>()?;
    let more = hits.len() > limit;
    hits.truncate(limit);
    Ok(Found { hits, more })
}

/// What somebody types means itself, also where SQL would read it as a joker.
fn escaped(term: &str) -> String {
    term.chars().flat_map(|c| matches!(c, '%' | '_' | '\\').then_some('\\').into_iter().chain([c])).collect()
}
