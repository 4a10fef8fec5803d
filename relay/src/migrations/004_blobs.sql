-- Who gave all bytes of a blob, and so has them in their hand: `person:<id>` or `console:<code>`. The bytes are files.
CREATE TABLE blob (
    sha256 BLOB NOT NULL,
    giver TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    given_ms INTEGER NOT NULL,
    PRIMARY KEY (sha256, giver)
) WITHOUT ROWID;
-- Attachments are found by the blobs they name.
CREATE INDEX record_photo ON record (json_extract(state, '$.fields.sha256[0][1]')) WHERE kind = 'attachment';
CREATE INDEX record_thumb ON record (json_extract(state, '$.fields.thumb[0][1]')) WHERE kind = 'attachment';
