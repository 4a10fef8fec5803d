-- What every replica keeps beside its record tables, which are made from the schema (tables.rs).

-- Small facts about this device: its number, clock, epoch, enrolment. Values are text or bytes by name (device.rs).
CREATE TABLE device (
    name  TEXT PRIMARY KEY,
    value ANY NOT NULL
) STRICT, WITHOUT ROWID;

-- Kinds by a small number, so that an entry costs a byte for its kind.
CREATE TABLE kind (
    no   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;

-- One row per channel and facet this replica holds; `position` is the last entry of it that was applied.
CREATE TABLE cursor (
    no       INTEGER PRIMARY KEY,
    channel  TEXT NOT NULL,
    facet    TEXT NOT NULL,
    position INTEGER NOT NULL DEFAULT 0,
    UNIQUE (channel, facet)
) STRICT;

-- Which channels list a record. A record that none lists any more leaves this device.
CREATE TABLE entry (
    kind   INTEGER NOT NULL,
    id     BLOB NOT NULL,
    cursor INTEGER NOT NULL,
    PRIMARY KEY (kind, id, cursor)
) STRICT, WITHOUT ROWID;

-- What the relay last said of a record that own unsettled edits are laid over.
CREATE TABLE beneath (
    kind     TEXT NOT NULL,
    id       BLOB NOT NULL,
    revision INTEGER NOT NULL,
    state    TEXT NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

-- Every edit saved on this device, by its running number. It may be the only copy of a morning's work.
CREATE TABLE edit (
    number    INTEGER PRIMARY KEY,
    id        BLOB NOT NULL UNIQUE,
    kind      TEXT NOT NULL,
    record    BLOB NOT NULL,
    body      TEXT NOT NULL,
    saved_ms  INTEGER NOT NULL,
    -- The relay's outcome; null while pending, and the word for it once there is one.
    outcome   TEXT,
    fate      TEXT,
    -- 1 once a pulled copy of the record, or a refusal, accounts for it: then it is no longer laid over.
    accounted INTEGER NOT NULL DEFAULT 0,
    -- 1 once its author has read why it was not taken.
    seen      INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX edit_pending ON edit (number) WHERE fate IS NULL OR fate = 'later';
CREATE INDEX edit_refused ON edit (kind, record) WHERE fate = 'refused';
