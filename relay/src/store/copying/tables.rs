//! What a store consists of, table by table: how a row is read from a file and written into one. The database's tables have
//! the same names and columns.

/// How a column is spelled in a database; in a file everything is a number, a text or bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Type {
    Number,
    Text,
    Bytes,
    /// 16 bytes in a file, a uuid in a database.
    Id,
    /// 0 or 1 in a file.
    Flag,
    /// Text in a file.
    Json,
    /// A digest: 16 bytes in a file, a decimal number in a database.
    Sum,
}

pub struct Table {
    pub name: &'static str,
    pub columns: &'static [(&'static str, Type)],
    /// From a file, in the order of the columns.
    pub from: &'static str,
    /// Into a file that holds the tables before this one.
    pub into: &'static str,
}

use Type::{Bytes, Flag, Id, Json, Number, Sum, Text};

/// Each after those it names rows of.
pub const TABLES: &[Table] = &[
    Table {
        name: "meta",
        columns: &[("key", Text), ("value", Bytes)],
        from: "SELECT key, value FROM meta",
        into: "INSERT INTO meta (key, value) VALUES (?1, ?2)",
    },
    // A database draws revisions from a sequence, which is carried over by itself.
    Table {
        name: "counter",
        columns: &[("name", Text), ("value", Number)],
        from: "SELECT name, value FROM counter WHERE name <> 'revision'",
        into: "INSERT INTO counter (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    },
    Table {
        name: "record",
        columns: &[
            ("kind", Text),
            ("id", Id),
            ("revision", Number),
            ("facet", Number),
            ("channels", Text),
            ("state", Json),
        ],
        from: "SELECT kind, id, revision, facet, channels, state FROM record",
        into: "INSERT INTO record (kind, id, revision, facet, channels, state) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    },
    Table {
        name: "link",
        columns: &[("parent", Id), ("kind", Text), ("field", Text), ("child", Id)],
        from: "SELECT parent, kind, field, child FROM link",
        into: "INSERT INTO link (parent, kind, field, child) VALUES (?1, ?2, ?3, ?4)",
    },
    Table {
        name: "channel",
        columns: &[("name", Text), ("facet", Number), ("head", Number), ("entries", Number), ("digest", Sum)],
        from: "SELECT name, facet, head, entries, digest FROM channel",
        // Entries are counted as they come.
        into: "INSERT INTO channel (name, facet, head, entries, digest) VALUES (?1, ?2, ?3, ?4 * 0, ?5)",
    },
    Table {
        name: "epoch",
        columns: &[("no", Number), ("id", Text), ("began_ms", Number)],
        from: "SELECT no, id, began_ms FROM epoch",
        into: "INSERT INTO epoch (no, id, began_ms) VALUES (?1, ?2, ?3)",
    },
    Table {
        name: "epoch_head",
        columns: &[("epoch", Number), ("name", Text), ("facet", Number), ("head", Number)],
        from: "SELECT epoch, channel.name, channel.facet, epoch_head.head FROM epoch_head
            JOIN channel ON channel.row = epoch_head.channel",
        into: "INSERT INTO epoch_head (epoch, channel, head)
            VALUES (?1, (SELECT row FROM channel WHERE name = ?2 AND facet = ?3), ?4)",
    },
    Table {
        name: "entry",
        columns: &[
            ("name", Text),
            ("facet", Number),
            ("position", Number),
            ("kind", Text),
            ("id", Id),
            ("departed", Flag),
        ],
        from: "SELECT channel.name, channel.facet, position, record.kind, record.id, departed FROM entry
            JOIN channel ON channel.row = entry.channel JOIN record ON record.row = entry.record",
        into: "INSERT INTO entry (channel, position, record, departed) VALUES (
            (SELECT row FROM channel WHERE name = ?1 AND facet = ?2), ?3,
            (SELECT row FROM record WHERE kind = ?4 AND id = ?5), ?6)",
    },
    Table {
        name: "edit",
        columns: &[
            ("device", Number),
            ("number", Number),
            ("id", Id),
            ("kind", Text),
            ("record", Id),
            ("author", Id),
            ("fate", Text),
            ("body", Json),
            ("outcome", Json),
            ("received_ms", Number),
        ],
        from: "SELECT device, number, id, kind, record, author, fate, body, outcome, received_ms FROM edit",
        into: "INSERT INTO edit (device, number, id, kind, record, author, fate, body, outcome, received_ms)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    },
    Table {
        name: "waiting",
        columns: &[("kind", Text), ("id", Id), ("device", Number), ("number", Number)],
        from: "SELECT kind, id, device, number FROM waiting",
        into: "INSERT INTO waiting (kind, id, device, number) VALUES (?1, ?2, ?3, ?4)",
    },
    Table {
        name: "device",
        columns: &[
            ("number", Number),
            ("person", Id),
            ("division", Text),
            ("key", Text),
            ("token_hash", Bytes),
            ("app_version", Text),
            ("revoked", Flag),
            ("enrolled_ms", Number),
            ("last_contact_ms", Number),
            ("head_number", Number),
            ("head_edit", Id),
            ("head_order", Text),
        ],
        from: "SELECT number, person, division, key, token_hash, app_version, revoked, enrolled_ms, last_contact_ms,
            head_number, head_edit, head_order FROM device",
        into: "INSERT INTO device (number, person, division, key, token_hash, app_version, revoked, enrolled_ms,
            last_contact_ms, head_number, head_edit, head_order)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    },
    Table {
        name: "code",
        columns: &[
            ("hash", Bytes),
            ("person", Id),
            ("division", Text),
            ("expires_ms", Number),
            ("device", Number),
            ("device_key", Text),
        ],
        from: "SELECT hash, person, division, expires_ms, device, device_key FROM code",
        into: "INSERT INTO code (hash, person, division, expires_ms, device, device_key)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    },
    Table {
        name: "account",
        columns: &[("person", Id), ("sign_in_name", Text), ("password_hash", Text)],
        from: "SELECT person, sign_in_name, password_hash FROM account",
        into: "INSERT INTO account (person, sign_in_name, password_hash) VALUES (?1, ?2, ?3)",
    },
    Table {
        name: "failed_sign_in",
        columns: &[("name_hash", Bytes), ("failures", Number), ("wait_until_ms", Number)],
        from: "SELECT name_hash, failures, wait_until_ms FROM failed_sign_in",
        into: "INSERT INTO failed_sign_in (name_hash, failures, wait_until_ms) VALUES (?1, ?2, ?3)",
    },
    Table {
        name: "session",
        columns: &[("token_hash", Bytes), ("person", Id), ("device", Number), ("ends_ms", Number)],
        from: "SELECT token_hash, person, device, ends_ms FROM session",
        into: "INSERT INTO session (token_hash, person, device, ends_ms) VALUES (?1, ?2, ?3, ?4)",
    },
    Table {
        name: "audit",
        columns: &[("chain", Text), ("number", Number), ("what", Text), ("body", Text), ("hash", Bytes)],
        from: "SELECT chain, number, what, body, hash FROM audit",
        into: "INSERT INTO audit (chain, number, what, body, hash) VALUES (?1, ?2, ?3, ?4, ?5)",
    },
    Table {
        name: "blob",
        columns: &[("sha256", Bytes), ("giver", Text), ("bytes", Number), ("given_ms", Number)],
        from: "SELECT sha256, giver, bytes, given_ms FROM blob",
        into: "INSERT INTO blob (sha256, giver, bytes, given_ms) VALUES (?1, ?2, ?3, ?4)",
    },
];
