-- Bytes of photos, and photos that were picked and not saved yet (blobs.rs, photos.rs).

CREATE TABLE blob (
    no       INTEGER PRIMARY KEY,
    sha256   TEXT NOT NULL UNIQUE,
    thumb    INTEGER NOT NULL,
    -- Its whole length; null until the relay has said it. It is all here once as much is held.
    bytes    INTEGER,
    held     INTEGER NOT NULL DEFAULT 0,
    -- 0: not ours to send. 1: waits to be sent. 2: the relay has it on durable storage.
    upload   INTEGER NOT NULL DEFAULT 0,
    -- Of one that waits: how much the relay said it has. Null before it was ever offered.
    sent     INTEGER,
    -- Somebody opened it before it was here.
    wanted   INTEGER NOT NULL DEFAULT 0,
    added_ms INTEGER NOT NULL
) STRICT;

CREATE INDEX blob_waiting ON blob (no) WHERE upload = 1;
CREATE INDEX blob_wanted ON blob (no) WHERE wanted = 1;

CREATE TABLE blob_piece (
    id   INTEGER PRIMARY KEY,
    blob INTEGER NOT NULL,
    at   INTEGER NOT NULL,
    data BLOB NOT NULL,
    UNIQUE (blob, at)
) STRICT;

-- A photo somebody picked, under the id that its attachment will have.
CREATE TABLE staged_photo (
    id       BLOB PRIMARY KEY,
    person   BLOB NOT NULL,
    sha256   TEXT NOT NULL,
    thumb    TEXT NOT NULL,
    bytes    INTEGER NOT NULL,
    added_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
