//! A whole store from one kind to the other, and proof that it is the same afterwards.
//!
//! Invariants:
//! - All or nothing: the copy is one transaction, committed only once what was written has been read back and agrees.
//! - What agrees is said by a sum for each table: so many rows, and the sum of their hashes, in whatever order they come.

mod file;
mod tables;

pub use file::{read_file, snapshot, write_file};
pub use tables::{TABLES, Table, Type};

use crate::error::{RelayError, Result};
use std::fmt;
use sync_protocol::canonical::sha256;

/// A value as a file holds it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Value {
    Null,
    Number(i64),
    Text(String),
    Bytes(Vec<u8>),
}

pub type Row = Vec<Value>;

/// What a table holds, said shortly.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Sum {
    pub rows: u64,
    hash: u128,
}

impl Sum {
    pub fn add(&mut self, row: &[Value]) {
        let mut bytes = Vec::new();
        for value in row {
            let (kind, held): (u8, Vec<u8>) = match value {
                Value::Null => (0, Vec::new()),
                Value::Number(number) => (1, number.to_be_bytes().to_vec()),
                Value::Text(text) => (2, text.clone().into_bytes()),
                Value::Bytes(held) => (3, held.clone()),
            };
            // Each with its length, so that none can lend bytes to the next.
            bytes.push(kind);
            bytes.extend_from_slice(&(held.len() as u64).to_be_bytes());
            bytes.extend_from_slice(&held);
        }
        let mut first = [0; 16];
        first.copy_from_slice(&sha256(&bytes)[..16]);
        self.rows += 1;
        self.hash = self.hash.wrapping_add(u128::from_be_bytes(first));
    }
}

impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>10} rows  {:032x}", self.rows, self.hash)
    }
}

/// The sums of all tables, in their order.
pub type Sums = Vec<(&'static str, Sum)>;

/// Whether a copy is what it is a copy of; an error that names the first table that is not.
pub fn compare(from: &Sums, copy: &Sums) -> Result<()> {
    match from.iter().zip(copy).find(|(from, copy)| from != copy) {
        None => Ok(()),
        Some(((table, from), (_, copy))) => Err(RelayError::Damaged(format!(
            "the copy of {table} differs ({} rows, {} in the copy); nothing was changed",
            from.rows, copy.rows
        ))),
    }
}
