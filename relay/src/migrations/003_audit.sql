-- The audit trail: who looked at what and why, never the value. One hash chain per home division (a community, or the
-- district where a record has none), so that a community's entries can be handed over and checked without the others.
-- `what` is open for further kinds of entries; each is covered by the hash as `body` stands.
CREATE TABLE audit (
    chain TEXT NOT NULL,   -- a division's code
    number INTEGER NOT NULL, -- from 1, without gaps
    what TEXT NOT NULL,    -- 'reveal'
    body TEXT NOT NULL,    -- audit::Entry as JSON, in the words that were hashed
    hash BLOB NOT NULL,    -- SHA-256 over chain, number, what, body and the hash before
    PRIMARY KEY (chain, number)
) WITHOUT ROWID;
