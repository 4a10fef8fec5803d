//! What a query can see. On a tablet everything, as it holds only what its person was granted; on a console that many
//! people sign in on, the records that the grants of the person asking list.
//!
//! It is enforced in one place: each scoped connection has a temporary view of the same name in front of every record
//! table, and SQLite looks there first. A query that forgets about scope is therefore still inside it.
//!
//! One thing is shown beside what the grants list: a record that the person asking made here and that the relay has not
//! placed yet. No channel can list it, and whoever has just saved somebody must see them, also while there is no network.

use crate::error::Result;
use crate::tables::{names, quoted};
use rusqlite::Connection;
use sync_protocol::{Channel, Grant, Schema};

/// Whose eyes a read has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum View {
    Everything,
    Granted(Vec<Grant>),
}

/// Puts the views in front of the tables of a reader. Until [`show`] is called they show nothing.
pub(crate) fn install(connection: &Connection, schema: &Schema) -> Result<()> {
    connection.execute_batch(
        "CREATE TEMP TABLE scope (cursor INTEGER PRIMARY KEY); CREATE TEMP TABLE asker (person TEXT PRIMARY KEY)",
    )?;
    for name in names(schema) {
        let table = quoted(name);
        connection.execute_batch(&format!(
            "CREATE TEMP VIEW {table} AS SELECT row.* FROM main.{table} AS row WHERE EXISTS ( \
                 SELECT 1 FROM main.entry JOIN temp.scope ON scope.cursor = entry.cursor \
                 WHERE entry.kind = (SELECT no FROM main.kind WHERE name = '{name}') AND entry.id = row.id) \
             OR (row.revision = 0 AND EXISTS ( \
                 SELECT 1 FROM main.edit WHERE edit.kind = '{name}' AND edit.record = row.id AND edit.accounted = 0 \
                 AND json_extract(edit.body, '$.author') IN (SELECT person FROM temp.asker)))"
        ))?;
    }
    Ok(())
}

/// What a reader shows: these grants' channels, as numbered when cursors had changed so many times.
pub(crate) struct Showing {
    pub grants: Vec<Grant>,
    moves: i64,
}

/// Limits a reader to what these grants list, unless that is what it shows already.
pub(crate) fn show(connection: &Connection, grants: &[Grant], showing: Option<Showing>) -> Result<Showing> {
    let moves = crate::cursors::moves(connection)?;
    match showing.filter(|showing| showing.moves == moves && showing.grants == grants) {
        Some(showing) => Ok(showing),
        None => {
            set(connection, grants)?;
            Ok(Showing { grants: grants.to_vec(), moves })
        }
    }
}

fn set(connection: &Connection, grants: &[Grant]) -> Result<()> {
    let wanted: Vec<(String, &str)> =
        grants.iter().flat_map(Grant::channel_facets).map(|at| (at.channel.to_string(), at.facet.name())).collect();
    connection.execute_batch("DELETE FROM temp.scope; DELETE FROM temp.asker")?;
    let mut insert = connection.prepare_cached(
        "INSERT OR IGNORE INTO temp.scope SELECT no FROM main.cursor WHERE channel = ?1 AND facet = ?2",
    )?;
    for (channel, facet) in wanted {
        insert.execute((channel, facet))?;
    }
    // Everybody is granted the channel of their own person, and of nobody else's.
    let mut insert = connection.prepare_cached("INSERT OR IGNORE INTO temp.asker VALUES (?1)")?;
    for grant in grants {
        if let Channel::Person(person) = &grant.channel {
            insert.execute([person.to_string()])?;
        }
    }
    Ok(())
}
