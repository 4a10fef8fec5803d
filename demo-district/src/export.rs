//! The district as JSONL: one record a line, parents first, the same bytes for the same seed.

use crate::District;
use std::io::{self, Write};

/// Writes every record as a line of its own. Accounts are left out: they hold nothing that a record does not.
pub fn jsonl(district: &District, mut out: impl Write) -> io::Result<()> {
    for record in &district.records {
        serde_json::to_writer(&mut out, record)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}
