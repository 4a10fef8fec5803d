//! Bringing data in. Everything imported becomes an edit of the relay's own, so that it merges, moves and is listed
//! like what people write.

use crate::accept::{Draft, write_own};
use crate::district;
use crate::error::{RelayError, Result};
use crate::keys::random;
use crate::store::Tx;
use demo_district::Seed;
use demo_district::divisions::DivisionRow;
use std::collections::BTreeMap;
use sync_protocol::{Code, RecordId, Schema, Value};

/// What an import of divisions did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct Imported {
    pub new: usize,
    pub renamed: usize,
    pub unchanged: usize,
}

/// Brings the divisions of one district up to a file's rows. Divisions that the file leaves out stay as they are.
pub fn import_divisions(tx: &dyn Tx, schema: &Schema, rows: &[DivisionRow], now_ms: u64) -> Result<Imported> {
    take_district(tx, rows.iter().filter(|row| row.level == "district").map(|row| row.code.as_str()))?;
    let mut sorted: Vec<&DivisionRow> = rows.iter().collect();
    sorted.sort_by_key(|row| (row.code.len(), row.code.as_str()));
    let (mut imported, mut drafts) = (Imported::default(), Vec::new());
    for row in sorted {
        let held = tx.division(&row.code)?.map(|held| held.state);
        let name = BTreeMap::from([("name".to_owned(), row.name.as_str().into())]);
        match held {
            Some(held) if held.text("name") == Some(&row.name) => imported.unchanged += 1,
            Some(held) => {
                imported.renamed += 1;
                drafts.push(division(held.id, false, name));
            }
            None => {
                imported.new += 1;
                drafts.push(division(RecordId::mint(now_ms, random()?), true, fields_of(row, name)));
            }
        }
    }
    write_own(tx, schema, drafts, now_ms)?;
    Ok(imported)
}

/// Writes generated records, parents first.
pub fn import_seeds(tx: &dyn Tx, schema: &Schema, seeds: &[Seed], now_ms: u64) -> Result<()> {
    let districts = seeds.iter().filter(|seed| seed.fields.get("level").and_then(Value::as_text) == Some("district"));
    take_district(tx, districts.filter_map(|seed| seed.fields.get("code").and_then(Value::as_text)))?;
    let draft = |seed: &Seed| Draft {
        kind: seed.kind.clone(),
        id: seed.id,
        author: seed.author,
        create: true,
        fields: seed.fields.clone(),
    };
    write_own(tx, schema, seeds.iter().map(draft).collect(), now_ms)
}

/// A store holds one district. Its code is needed before the first record is placed.
fn take_district<'a>(tx: &dyn Tx, codes: impl Iterator<Item = &'a str>) -> Result<()> {
    for code in codes {
        let held = district::code(tx)?;
        if held.is_empty() {
            district::set_code(tx, code)?;
        } else if held != code {
            let title = format!("the store is of district {held} and takes no division of {code}");
            return Err(RelayError::refused(Code::ValueInvalid, &title));
        }
    }
    Ok(())
}

fn division(id: RecordId, create: bool, fields: BTreeMap<String, Value>) -> Draft {
    Draft { kind: "division".to_owned(), id, author: None, create, fields }
}

fn fields_of(row: &DivisionRow, name: BTreeMap<String, Value>) -> BTreeMap<String, Value> {
    // Siblings sort by the last three digits of their codes, the order in which they were published.
    let last = row.code.len().saturating_sub(3);
    let sort = row.code.get(last..).and_then(|digits| digits.parse::<i64>().ok()).unwrap_or(0);
    let mut fields = name;
    fields.insert("code".to_owned(), row.code.as_str().into());
    fields.insert("level".to_owned(), row.level.as_str().into());
    fields.insert("sort".to_owned(), sort.into());
    if let Some(parent) = &row.parent {
        fields.insert("parent".to_owned(), parent.as_str().into());
    }
    fields
}
