//! A district's part of a database, read and written whole.

use super::address::Address;
use super::connection::Connection;
use super::driver::wait;
use super::fault::Fault;
use super::locks::Hold;
use super::tx::{Params, params};
use super::{PostgresStore, connection::Pool};
use crate::error::{RelayError, Result};
use crate::store::copying::{self, Row, Sum, Sums, TABLES, Table, Type, Value};
use std::path::Path;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

/// Rows asked for at a time.
const AT_ONCE: usize = 2_000;

/// Fills a district that holds nothing yet with a file's contents, all or nothing.
pub fn fill(address: &Address, file: &Path) -> Result<Sums> {
    drop(PostgresStore::open(address.clone())?);
    let pool = Pool::new(address.clone())?;
    let line = Line { connection: pool.connect()?, district: address.district.clone() };
    line.run("BEGIN")?;
    // No relay writes meanwhile.
    line.ask("SELECT pg_advisory_xact_lock($1)", params![Hold::Store.key(&line.district)])?;
    for table in TABLES {
        let sql = format!("SELECT 1 FROM {} WHERE district = $1 LIMIT 1", table.name);
        if !line.ask(&sql, params![line.district.clone()])?.is_empty() {
            return Err(RelayError::Damaged(format!("{address} holds a store already; nothing was changed")));
        }
    }
    let (from, revision) = copying::read_file(file, |table, rows| line.put(table, rows))?;
    let forward = "SELECT setval('revision', greatest(last_value, $1) + 1) FROM revision";
    line.ask(forward, params![i64::try_from(revision).unwrap_or(i64::MAX)])?;
    let copy = line.read(&mut |_, _| Ok(()))?;
    copying::compare(&from, &copy)?;
    line.run("COMMIT")?;
    Ok(copy)
}

/// Writes a district's contents, as they are at one moment, into a new file.
pub fn unload(address: &Address, file: &Path) -> Result<Sums> {
    drop(PostgresStore::open(address.clone())?);
    let pool = Pool::new(address.clone())?;
    let line = Line { connection: pool.connect()?, district: address.district.clone() };
    line.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?;
    let mut sums = Sums::new();
    copying::write_file(file, |put| {
        sums = line.read(put)?;
        let row = line.ask("SELECT last_value FROM revision", Vec::new())?;
        Ok(row.first().map_or(0, |row| row.get::<_, i64>(0) as u64))
    })?;
    let (copy, _) = copying::read_file(file, |_, _| Ok(()))?;
    copying::compare(&sums, &copy)?;
    Ok(sums)
}

struct Line {
    connection: Connection,
    district: String,
}

impl Line {
    fn run(&self, sql: &str) -> Result<()> {
        Ok(wait(self.connection.client.batch_execute(sql)).and_then(|done| done.map_err(Fault::from))?)
    }

    fn ask(&self, sql: &str, params: Params) -> Result<Vec<tokio_postgres::Row>> {
        let params: Vec<&(dyn ToSql + Sync)> = params.iter().map(|one| &**one as &(dyn ToSql + Sync)).collect();
        Ok(wait(self.connection.client.query(sql, &params)).and_then(|rows| rows.map_err(Fault::from))?)
    }

    fn put(&self, table: &Table, rows: Vec<Row>) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let names: Vec<&str> = table.columns.iter().map(|(name, _)| *name).collect();
        let (given, taken): (Vec<String>, Vec<String>) = (2..)
            .zip(table.columns)
            .map(|(place, (name, ty))| match ty {
                Type::Number => (format!("${place}::bigint[]"), (*name).to_owned()),
                Type::Flag => (format!("${place}::bigint[]"), format!("{name} <> 0")),
                Type::Text => (format!("${place}::text[]"), (*name).to_owned()),
                Type::Json => (format!("${place}::text[]"), format!("{name}::json")),
                Type::Sum => (format!("${place}::text[]"), format!("{name}::numeric")),
                Type::Bytes => (format!("${place}::bytea[]"), (*name).to_owned()),
                Type::Id => (format!("${place}::uuid[]"), (*name).to_owned()),
            })
            .unzip();
        let names = names.join(", ");
        let sql = format!(
            "INSERT INTO {} (district, {names}) SELECT $1, {} FROM unnest({}) AS given ({names})",
            table.name,
            taken.join(", "),
            given.join(", ")
        );
        let mut values = params![self.district.clone()];
        for (at, (name, ty)) in table.columns.iter().enumerate() {
            let column = || rows.iter().map(|row| row.get(at).unwrap_or(&Value::Null));
            let wrong = || RelayError::Damaged(format!("{}.{name}", table.name));
            values.push(match ty {
                Type::Number | Type::Flag => {
                    Box::new(column().map(number).collect::<Option<Vec<_>>>().ok_or_else(wrong)?)
                }
                Type::Text | Type::Json => Box::new(column().map(text).collect::<Option<Vec<_>>>().ok_or_else(wrong)?),
                Type::Sum => Box::new(column().map(decimal).collect::<Option<Vec<_>>>().ok_or_else(wrong)?),
                Type::Bytes => Box::new(column().map(bytes).collect::<Option<Vec<_>>>().ok_or_else(wrong)?),
                Type::Id => Box::new(column().map(id).collect::<Option<Vec<_>>>().ok_or_else(wrong)?),
            });
        }
        self.ask(&sql, values).map(drop)
    }

    /// Hands on every row of every table, and sums them.
    fn read(&self, take: &mut dyn FnMut(&Table, Vec<Row>) -> Result<()>) -> Result<Sums> {
        let mut sums = Sums::new();
        for table in TABLES {
            let mut sum = Sum::default();
            let columns: Vec<String> = table
                .columns
                .iter()
                .map(|(name, ty)| match ty {
                    Type::Json | Type::Sum => format!("{name}::text"),
                    Type::Flag => format!("{name}::int::bigint"),
                    _ => (*name).to_owned(),
                })
                .collect();
            // The name of a district is letters, digits, - and _ (Address::read).
            self.run(&format!(
                "DECLARE rows NO SCROLL CURSOR FOR SELECT {} FROM {} WHERE district = '{}'",
                columns.join(", "),
                table.name,
                self.district
            ))?;
            loop {
                let found = self.ask(&format!("FETCH {AT_ONCE} FROM rows"), Vec::new())?;
                if found.is_empty() {
                    break;
                }
                let rows: Vec<Row> = found.iter().map(|row| read_row(table, row)).collect::<Result<_>>()?;
                rows.iter().for_each(|row| sum.add(row));
                take(table, rows)?;
            }
            self.run("CLOSE rows")?;
            sums.push((table.name, sum));
        }
        Ok(sums)
    }
}

fn read_row(table: &Table, row: &tokio_postgres::Row) -> Result<Row> {
    let value = |(at, (name, ty)): (usize, &(&str, Type))| {
        Ok(match ty {
            Type::Number | Type::Flag => row.get::<_, Option<i64>>(at).map(Value::Number),
            Type::Text | Type::Json => row.get::<_, Option<String>>(at).map(Value::Text),
            Type::Bytes => row.get::<_, Option<Vec<u8>>>(at).map(Value::Bytes),
            Type::Id => row.get::<_, Option<Uuid>>(at).map(|id| Value::Bytes(id.as_bytes().to_vec())),
            Type::Sum => match row.get::<_, Option<&str>>(at).map(str::parse::<u128>).transpose() {
                Ok(sum) => sum.map(|sum| Value::Bytes(sum.to_be_bytes().to_vec())),
                Err(_) => return Err(RelayError::Damaged(format!("{}.{name}", table.name))),
            },
        }
        .unwrap_or(Value::Null))
    };
    table.columns.iter().enumerate().map(value).collect()
}

// Each `None` is a value of another type than the column's.

fn number(value: &Value) -> Option<Option<i64>> {
    match value {
        Value::Number(number) => Some(Some(*number)),
        Value::Null => Some(None),
        _ => None,
    }
}

fn text(value: &Value) -> Option<Option<String>> {
    match value {
        Value::Text(text) => Some(Some(text.clone())),
        Value::Null => Some(None),
        _ => None,
    }
}

fn bytes(value: &Value) -> Option<Option<Vec<u8>>> {
    match value {
        Value::Bytes(bytes) => Some(Some(bytes.clone())),
        Value::Null => Some(None),
        _ => None,
    }
}

fn id(value: &Value) -> Option<Option<Uuid>> {
    bytes(value)?.map_or(Some(None), |bytes| Uuid::from_slice(&bytes).ok().map(Some))
}

fn decimal(value: &Value) -> Option<Option<String>> {
    let Some(bytes) = bytes(value)? else { return Some(None) };
    Some(Some(u128::from_be_bytes(bytes.try_into().ok()?).to_string()))
}
