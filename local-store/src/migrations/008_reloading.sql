-- What a channel listed here when its cursor had become too old and it began to load anew. Each row goes when the channel
-- lists its record again; what is left at the head is gone at the relay. Ids only: the rows themselves stay in use.
CREATE TABLE stale (
    cursor INTEGER NOT NULL,
    kind   INTEGER NOT NULL,
    id     BLOB NOT NULL,
    PRIMARY KEY (cursor, kind, id)
) STRICT, WITHOUT ROWID;

-- The cursors that are loading anew, also where they listed nothing.
ALTER TABLE cursor ADD COLUMN reloading INTEGER NOT NULL DEFAULT 0;
