-- The lives of this store, oldest first. A store that is restored from a backup begins a new one.
CREATE TABLE epoch (
    no INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    began_ms INTEGER NOT NULL
);

-- Where every channel stood when a life began.
CREATE TABLE epoch_head (
    epoch INTEGER NOT NULL,
    channel INTEGER NOT NULL,
    head INTEGER NOT NULL,
    PRIMARY KEY (epoch, channel)
) WITHOUT ROWID;

INSERT INTO epoch (id, began_ms) SELECT CAST(value AS TEXT), 0 FROM meta WHERE key = 'epoch';
