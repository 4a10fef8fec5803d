//! The divisions as published: reading their CSV whole, or naming every fault in it.
//!
//! Nothing is half read: a file with one fault gives faults only, so that an import never leaves a community without its
//! street. A fault's reason is a stable word that screens turn into a sentence; [`REASONS`] lists them.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use sync_protocol::Channel;

/// Enough to mend a file by; after so many faults it is the wrong file.
pub const MAX_FAULTS: usize = 100;
const MAX_NAME: usize = 60;
const COLUMNS: [&str; 4] = ["code", "name", "level", "parent"];
/// Levels and the digits of their codes.
const LEVELS: [(&str, usize); 4] = [("district", 6), ("street", 9), ("community", 12), ("grid", 15)];

/// Every reason a [`CsvFault`] may give, with its sentence in Chinese and English.
pub const REASONS: [(&str, &str, &str); 16] = [
    ("not_utf8", "文件不是 UTF-8 编码，请另存为 UTF-8", "the file is not UTF-8; save it as UTF-8"),
    ("no_rows", "没有数据行", "there are no rows"),
    ("column_missing", "缺少这一列", "this column is missing"),
    ("column_unknown", "不认识这一列", "this column is not known"),
    ("too_few_cells", "这一行的格子太少", "the row has too few cells"),
    ("too_many_cells", "这一行的格子太多", "the row has too many cells"),
    ("empty", "没有填写", "this is empty"),
    ("too_long", "太长，最多 60 个字", "this is longer than 60 characters"),
    ("control_characters", "含有看不见的控制字符", "this holds control characters"),
    ("not_a_code", "不是 6、9、12 或 15 位数字的区划代码", "this is not a division code of 6, 9, 12 or 15 digits"),
    ("duplicate", "代码重复", "this code stands in the file already"),
    (
        "level_unknown",
        "级别只能是 district、street、community、grid",
        "the level is none of district, street, community, grid",
    ),
    ("level_does_not_match_code", "级别与代码位数不符", "the level does not fit the length of the code"),
    ("parent_not_in_file", "文件里没有这个上级", "the parent is not in the file"),
    ("parent_does_not_match_code", "上级不是本代码的前缀", "the parent is no prefix of the code"),
    ("unreadable", "读不出这一行", "the row cannot be read"),
];

/// A reason in both languages; the word itself where it is none of [`REASONS`].
pub fn sentence(reason: &str) -> String {
    let known = REASONS.iter().find(|(word, _, _)| *word == reason);
    known.map_or_else(|| reason.to_owned(), |(_, zh, en)| format!("{zh} · {en}"))
}

/// One division, as its row says.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DivisionRow {
    pub code: String,
    pub name: String,
    pub level: String,
    pub parent: Option<String>,
}

/// What is wrong with one cell.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, thiserror::Error)]
#[error("row {row}, column {column}: {reason}")]
pub struct CsvFault {
    /// The line in the file; the header is line 1.
    pub row: u64,
    /// The column's name, or the header as it stands where that is the fault; empty where it is the row itself.
    pub column: String,
    /// One of [`REASONS`].
    pub reason: String,
}

/// Reads a file as it was uploaded. Spreadsheets in China often save GBK; read as UTF-8 its names would be noise, so
/// that is a fault on the line where it shows.
pub fn read_bytes(bytes: &[u8]) -> Result<Vec<DivisionRow>, Vec<CsvFault>> {
    match std::str::from_utf8(bytes) {
        Ok(text) => read_csv(text),
        Err(error) => {
            let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let row = 1 + before.iter().filter(|byte| **byte == b'\n').count() as u64;
            Err(vec![fault(row, "", "not_utf8")])
        }
    }
}

/// Every row, or up to [`MAX_FAULTS`] faults in the order of the file.
pub fn read_csv(text: &str) -> Result<Vec<DivisionRow>, Vec<CsvFault>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // A reader before us has already put this mark where it could not read; see read_bytes.
    if let Some(line) = text.lines().position(|line| line.contains('\u{fffd}')) {
        return Err(vec![fault(1 + line as u64, "", "not_utf8")]);
    }
    let lines = lines(text)?;
    let Some(((_, header), rows)) = lines.split_first() else {
        return Err(vec![fault(1, "", "no_rows")]);
    };
    check_header(header)?;
    if rows.is_empty() {
        return Err(vec![fault(2, "", "no_rows")]);
    }

    let codes: BTreeSet<&str> = rows.iter().filter_map(|(_, cells)| cells.first()).map(String::as_str).collect();
    let mut seen = BTreeSet::new();
    let mut faults = Vec::new();
    for (row, cells) in rows {
        check_row(*row, cells, &codes, &mut seen, &mut faults);
        if faults.len() >= MAX_FAULTS {
            faults.truncate(MAX_FAULTS);
            break;
        }
    }
    if faults.is_empty() { Ok(rows.iter().filter_map(|(_, cells)| division(cells)).collect()) } else { Err(faults) }
}

/// The cells of every line that is not empty, with its number. A line is read for itself, so that a quote left open
/// spoils one row and not the rest of the file; no cell here may hold a line break anyway.
fn lines(text: &str) -> Result<Vec<(u64, Vec<String>)>, Vec<CsvFault>> {
    let mut lines = Vec::new();
    for (row, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(512)
            .from_reader(line.as_bytes());
        let mut cells = csv::StringRecord::new();
        if !matches!(reader.read_record(&mut cells), Ok(true)) {
            return Err(vec![fault(row, "", "unreadable")]);
        }
        lines.push((row, cells.iter().map(|cell| cell.trim().to_owned()).collect()));
    }
    Ok(lines)
}

/// The header must be ours: with columns in another order every row would seem wrong, and none would say why.
fn check_header(header: &[String]) -> Result<(), Vec<CsvFault>> {
    let missing = COLUMNS.iter().filter(|column| !header.iter().any(|cell| cell == *column));
    let mut faults: Vec<_> = missing.map(|column| fault(1, column, "column_missing")).collect();
    let misplaced = header.iter().enumerate().filter(|(at, cell)| COLUMNS.get(*at) != Some(&cell.as_str()));
    faults.extend(
        misplaced.map(|(_, cell)| fault(1, &cell.chars().take(MAX_NAME).collect::<String>(), "column_unknown")),
    );
    faults.truncate(MAX_FAULTS);
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

fn check_row<'a>(
    row: u64,
    cells: &'a [String],
    codes: &BTreeSet<&str>,
    seen: &mut BTreeSet<&'a str>,
    faults: &mut Vec<CsvFault>,
) {
    let [code, name, level, parent] = cells else {
        let reason = if cells.len() < COLUMNS.len() { "too_few_cells" } else { "too_many_cells" };
        faults.push(fault(row, "", reason));
        return;
    };
    let mut wrong = |column, reason| faults.push(fault(row, column, reason));
    let is_code = Channel::of_code(code).is_some();
    if code.is_empty() {
        wrong("code", "empty");
    } else if !is_code {
        wrong("code", "not_a_code");
    } else if !seen.insert(code) {
        wrong("code", "duplicate");
    }

    if name.is_empty() {
        wrong("name", "empty");
    } else if name.chars().count() > MAX_NAME {
        wrong("name", "too_long");
    } else if name.chars().any(char::is_control) {
        wrong("name", "control_characters");
    }

    match LEVELS.iter().find(|(known, _)| known == level) {
        None => wrong("level", if level.is_empty() { "empty" } else { "level_unknown" }),
        Some((_, digits)) if is_code && code.len() != *digits => wrong("level", "level_does_not_match_code"),
        Some(_) => {}
    }

    // What the code itself names as the division above; a wrong code says nothing about its parent.
    let above = if is_code { sync_protocol::channel::codes_above(code).first().copied() } else { None };
    match (above, parent.as_str()) {
        (_, "") if is_code && above.is_some() => wrong("parent", "empty"),
        (None, given) if is_code && !given.is_empty() => wrong("parent", "parent_does_not_match_code"),
        (Some(above), given) if above != given => wrong("parent", "parent_does_not_match_code"),
        (Some(above), _) if !codes.contains(above) => wrong("parent", "parent_not_in_file"),
        _ => {}
    }
}

fn division(cells: &[String]) -> Option<DivisionRow> {
    let [code, name, level, parent] = cells else { return None };
    let parent = (!parent.is_empty()).then(|| parent.clone());
    Some(DivisionRow { code: code.clone(), name: name.clone(), level: level.clone(), parent })
}

fn fault(row: u64, column: &str, reason: &str) -> CsvFault {
    CsvFault { row, column: column.to_owned(), reason: reason.to_owned() }
}

/// The divisions that come with the product, by code; parents before children, because their codes are shorter.
pub(crate) fn xiangshan() -> BTreeMap<(usize, String), DivisionRow> {
    // The file is part of the program and a test reads it, so there is nobody to tell of a fault.
    let rows = read_csv(crate::XIANGSHAN_CSV).unwrap_or_default();
    rows.into_iter().map(|row| ((row.code.len(), row.code.clone()), row)).collect()
}

#[cfg(test)]
mod tests;
