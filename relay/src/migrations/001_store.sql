-- The relay's store: records as they stand, the edits they came from, and the places that channels list them at.

-- Single values: epoch, district, keys, the relay's clock, whether the store is a demonstration.
CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;

-- Numbers given once: revisions of records, device numbers.
CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
-- Device number 1 is the relay's own: it writes imports.
INSERT INTO counter (name, value) VALUES ('revision', 0), ('device', 1);

CREATE TABLE record (
    row INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    id BLOB NOT NULL,
    revision INTEGER NOT NULL,
    facet INTEGER NOT NULL,
    channels TEXT NOT NULL, -- names, separated by spaces
    state TEXT NOT NULL,    -- RecordState as JSON
    UNIQUE (kind, id)
);
-- Divisions are found by their code, because codes are what everything else names them by.
CREATE INDEX record_division ON record (json_extract(state, '$.fields.code[0][1]')) WHERE kind = 'division';

-- Which record's routing field points at which: a record's children are re-placed when it moves.
CREATE TABLE link (
    parent BLOB NOT NULL,
    kind TEXT NOT NULL,
    field TEXT NOT NULL,
    child BLOB NOT NULL,
    PRIMARY KEY (parent, kind, field, child)
) WITHOUT ROWID;

-- One facet of one channel; its head is the position given last.
CREATE TABLE channel (
    row INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    facet INTEGER NOT NULL,
    head INTEGER NOT NULL,
    UNIQUE (name, facet)
);

-- One entry per record and channel facet, moved to the end at each change.
CREATE TABLE entry (
    channel INTEGER NOT NULL REFERENCES channel (row),
    position INTEGER NOT NULL,
    record INTEGER NOT NULL REFERENCES record (row),
    departed INTEGER NOT NULL,
    PRIMARY KEY (channel, position)
) WITHOUT ROWID;
CREATE UNIQUE INDEX entry_record ON entry (record, channel);

-- Keyed by device and number rather than by the edit's id: ids are hashes, and an index over them would write a
-- random page for each edit.
CREATE TABLE edit (
    row INTEGER PRIMARY KEY,
    device INTEGER NOT NULL,
    number INTEGER NOT NULL,
    id BLOB NOT NULL,
    kind TEXT NOT NULL,
    record BLOB NOT NULL,
    author BLOB NOT NULL,
    fate TEXT NOT NULL,
    body TEXT NOT NULL,    -- Edit as JSON
    outcome TEXT NOT NULL, -- Outcome as JSON
    received_ms INTEGER NOT NULL,
    UNIQUE (device, number)
);
CREATE INDEX edit_record ON edit (record, kind);

-- What a waiting edit waits for.
CREATE TABLE waiting (
    kind TEXT NOT NULL,
    id BLOB NOT NULL,
    device INTEGER NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (kind, id, device, number)
) WITHOUT ROWID;

CREATE TABLE device (
    number INTEGER PRIMARY KEY,
    person BLOB,          -- whose tablet, or
    division TEXT,        -- which division's console; neither for the relay itself
    key TEXT NOT NULL,    -- P-256 public key, base64url
    token_hash BLOB UNIQUE,
    app_version TEXT NOT NULL,
    revoked INTEGER NOT NULL DEFAULT 0,
    enrolled_ms INTEGER NOT NULL,
    last_contact_ms INTEGER NOT NULL,
    head_number INTEGER NOT NULL DEFAULT 0,
    head_edit BLOB,
    head_order TEXT NOT NULL DEFAULT '000000000000000000000000'
);

-- One-time codes, hashed. Used and expired ones stay a while, so that the answer can say which it was.
CREATE TABLE code (
    hash BLOB PRIMARY KEY,
    person BLOB,
    division TEXT,
    expires_ms INTEGER NOT NULL,
    device INTEGER,
    device_key TEXT
) WITHOUT ROWID;

CREATE TABLE account (
    person BLOB PRIMARY KEY,
    sign_in_name TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL
) WITHOUT ROWID;

-- Failed sign-ins by hash of the name as typed, so that a name without account waits just as long.
CREATE TABLE failed_sign_in (
    name_hash BLOB PRIMARY KEY,
    failures INTEGER NOT NULL,
    wait_until_ms INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE session (
    token_hash BLOB PRIMARY KEY,
    person BLOB NOT NULL,
    device INTEGER NOT NULL,
    ends_ms INTEGER NOT NULL
) WITHOUT ROWID;
