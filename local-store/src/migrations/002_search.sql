-- What search finds records by. All of it can be made again from the record tables (search/index.rs).

-- The number a record has in the indexes below, and a print of what it is found by, so that a save which changes none of
-- that leaves the index alone. Numbers only grow: an index takes rows in ascending order without sorting.
CREATE TABLE sought (
    no    INTEGER PRIMARY KEY,
    kind  TEXT NOT NULL,
    id    BLOB NOT NULL,
    print INTEGER NOT NULL,
    UNIQUE (kind, id)
) STRICT;

-- Words only, no text: a hit is read, and checked, through the record's own table. Words are made in Rust (search/words.rs)
-- and parted by spaces; `ascii` leaves every character beyond ASCII as it is, which `unicode61` does not for characters
-- that are newer than its tables.
CREATE VIRTUAL TABLE people_words USING fts5(words, content='', contentless_delete=1, detail=none, tokenize='ascii');
CREATE VIRTUAL TABLE building_words USING fts5(words, content='', contentless_delete=1, detail=none, tokenize='ascii');
