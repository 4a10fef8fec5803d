//! Records and edits as they travel: in columns, because what stands below each other is alike and packs well.
//!
//! Records are grouped by kind ([`records`]), with one column per field; edits stand in one table in the order they were made. Numbers
//! that grow are written as differences, repeats are written once with their count ([`runs`]), and an id leaves out the
//! digits it shares with the one before ([`ids`]). [`page`] and [`edits`] turn what
//! messages hold into columns and back.
//!
//! Invariants:
//! - Rows to columns and back gives the same rows.
//! - What is read is hostile until shown otherwise: every column must be as long as the rows it belongs to, and nothing
//!   unfolds to more than [`MAX_ROWS`].

pub(crate) mod edits;
mod ids;
pub(crate) mod page;
mod records;
mod runs;
mod stamps;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

/// Rows of any column at most. A page and a push are far smaller; a run could claim any number in a few bytes.
const MAX_ROWS: usize = 65_536;

/// Columns that do not fit together.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the column {0} does not fit")]
pub(crate) struct Misfit(&'static str);

/// The values of one field, and the rows they belong to: differences of row numbers, the first counted from before row 0.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Column<V> {
    rows: runs::Runs<i64>,
    values: Vec<V>,
}

impl<V> Default for Column<V> {
    fn default() -> Self {
        Self { rows: runs::Runs::default(), values: Vec::new() }
    }
}

impl<V> Column<V> {
    fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Adds a value of a row after `last`, the row added before (-1 at first).
    fn push(&mut self, last: i64, row: usize, value: V) {
        self.rows.push(row as i64 - last);
        self.values.push(value);
    }

    /// The values with their rows, in ascending order and below `count`.
    fn into_rows(self, count: usize) -> Result<impl Iterator<Item = (usize, V)>, Misfit> {
        let steps = self.rows.unfold(self.values.len(), "rows")?;
        let mut at = -1i64;
        let mut rows = Vec::with_capacity(steps.len());
        for step in steps {
            at = at.checked_add(step).filter(|_| step > 0).ok_or(Misfit("rows"))?;
            rows.push(usize::try_from(at).ok().filter(|row| *row < count).ok_or(Misfit("rows"))?);
        }
        Ok(rows.into_iter().zip(self.values))
    }
}

/// A column that grows row by row.
struct Growing<V> {
    last: i64,
    column: Column<V>,
}

impl<V> Default for Growing<V> {
    fn default() -> Self {
        Self { last: -1, column: Column::default() }
    }
}

impl<V> Growing<V> {
    fn push(&mut self, row: usize, value: V) {
        self.column.push(self.last, row, value);
        self.last = row as i64;
    }
}
