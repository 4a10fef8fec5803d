//! What households asked for.

use crate::error::Result;
use crate::rows::{id, id_or_none};
use crate::store::Tx;
use sync_protocol::RecordId;

#[derive(Clone, Debug)]
pub struct Need {
    pub id: RecordId,
    pub resident: Option<RecordId>,
    pub resident_name: Option<String>,
    pub category: RecordId,
    pub category_name: Option<String>,
    pub category_name_en: Option<String>,
    pub words: String,
    pub urgency: String,
    pub state: String,
    pub answer: Option<String>,
    pub answered_on: Option<String>,
    pub unsent: u32,
    pub refused: u32,
    pub conflict: bool,
}

/// The needs of a household: those still open first, then the newest.
pub fn of_household(tx: &Tx<'_>, household: RecordId, limit: u32) -> Result<Vec<Need>> {
    let mut query = tx.prepare_cached(
        "SELECT n.id, n.resident, r.name AS resident_name, n.category, c.name AS category_name, \
                c.name_en AS category_name_en, n.words, n.urgency, n.state, n.answer, n.answered_on, n.unsent, n.refused, \
                n.conflict \
         FROM need n LEFT JOIN category c ON c.id = n.category LEFT JOIN resident r ON r.id = n.resident \
         WHERE n.household = ?1 ORDER BY n.state NOT IN ('open', 'matched'), n.id DESC LIMIT ?2",
    )?;
    let rows = query.query_map((household.as_bytes(), limit), |row| {
        Ok(Need {
            id: id(row, "id")?,
            resident: id_or_none(row, "resident")?,
            resident_name: row.get("resident_name")?,
            category: id(row, "category")?,
            category_name: row.get("category_name")?,
            category_name_en: row.get("category_name_en")?,
            words: row.get("words")?,
            urgency: row.get("urgency")?,
            state: row.get("state")?,
            answer: row.get("answer")?,
            answered_on: row.get("answered_on")?,
            unsent: row.get("unsent")?,
            refused: row.get("refused")?,
            conflict: row.get("conflict")?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
