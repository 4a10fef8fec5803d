-- What somebody has typed and not saved yet. Never sent. By person, as several sign in on a console.
CREATE TABLE draft (
    person   BLOB NOT NULL,
    key      TEXT NOT NULL,
    title    TEXT NOT NULL,
    path     TEXT NOT NULL,
    body     TEXT NOT NULL,
    saved_ms INTEGER NOT NULL,
    PRIMARY KEY (person, key)
) STRICT, WITHOUT ROWID;
