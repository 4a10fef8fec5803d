-- The relay's store in PostgreSQL; what each table is for stands in the migrations of SQLite, which hold the same.
-- Every table begins its key with the district: one database may hold several, each with its keys, its export and its
-- deletion apart, and a cluster can distribute them (`create_distributed_table('record', 'district')`).

CREATE TABLE meta (
    district text NOT NULL,
    key text NOT NULL,
    value bytea NOT NULL,
    PRIMARY KEY (district, key)
);

-- Device numbers are never given twice, not even after a rollback of the clock or a restore; revisions neither, but they
-- may leave gaps, so no two writes wait for each other over one.
CREATE TABLE counter (
    district text NOT NULL,
    name text NOT NULL,
    value bigint NOT NULL,
    PRIMARY KEY (district, name)
);
CREATE SEQUENCE revision;

CREATE TABLE record (
    district text NOT NULL,
    kind text NOT NULL,
    id uuid NOT NULL,
    revision bigint NOT NULL,
    facet bigint NOT NULL,
    channels text NOT NULL,
    state json NOT NULL, -- json, not jsonb: digests and hashes need the text as it was written
    PRIMARY KEY (district, id, kind)
);
-- By bytes, because all codes under one are looked for as a stretch of the order.
CREATE INDEX record_division ON record (district, (state #>> '{fields,code,0,1}') COLLATE "C") WHERE kind = 'division';
CREATE INDEX record_photo ON record (district, (state #>> '{fields,sha256,0,1}')) WHERE kind = 'attachment';
CREATE INDEX record_thumb ON record (district, (state #>> '{fields,thumb,0,1}')) WHERE kind = 'attachment';

CREATE TABLE link (
    district text NOT NULL,
    parent uuid NOT NULL,
    kind text NOT NULL,
    field text NOT NULL,
    child uuid NOT NULL,
    PRIMARY KEY (district, parent, kind, field, child)
);

-- The row is locked from the moment a position is drawn until the commit, so positions become visible in their order.
CREATE TABLE channel (
    district text NOT NULL,
    name text NOT NULL,
    facet bigint NOT NULL,
    head bigint NOT NULL,
    entries bigint NOT NULL DEFAULT 0,
    digest numeric(39) NOT NULL DEFAULT 0, -- of all it lists, below 2^128
    PRIMARY KEY (district, name, facet)
) WITH (fillfactor = 50); -- updated at every push: the new version of a row finds room beside the old one

CREATE TABLE entry (
    district text NOT NULL,
    name text NOT NULL,
    facet bigint NOT NULL,
    position bigint NOT NULL,
    kind text NOT NULL,
    id uuid NOT NULL,
    departed boolean NOT NULL,
    PRIMARY KEY (district, name, facet, id, kind)
);
CREATE INDEX entry_position ON entry (district, name, facet, position);

CREATE TABLE edit (
    district text NOT NULL,
    device bigint NOT NULL,
    number bigint NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    record uuid NOT NULL,
    author uuid NOT NULL,
    fate text NOT NULL,
    body json NOT NULL,
    outcome json NOT NULL,
    received_ms bigint NOT NULL,
    PRIMARY KEY (district, device, number)
);
CREATE INDEX edit_record ON edit (district, record, kind);

CREATE TABLE waiting (
    district text NOT NULL,
    kind text NOT NULL,
    id uuid NOT NULL,
    device bigint NOT NULL,
    number bigint NOT NULL,
    PRIMARY KEY (district, id, kind, device, number)
);

CREATE TABLE device (
    district text NOT NULL,
    number bigint NOT NULL,
    person uuid,
    division text,
    key text NOT NULL,
    token_hash bytea,
    app_version text NOT NULL,
    revoked boolean NOT NULL DEFAULT false,
    enrolled_ms bigint NOT NULL,
    last_contact_ms bigint NOT NULL,
    head_number bigint NOT NULL DEFAULT 0,
    head_edit uuid,
    head_order text NOT NULL DEFAULT '000000000000000000000000',
    PRIMARY KEY (district, number),
    UNIQUE (district, token_hash)
);

CREATE TABLE code (
    district text NOT NULL,
    hash bytea NOT NULL,
    person uuid,
    division text,
    expires_ms bigint NOT NULL,
    device bigint,
    device_key text,
    PRIMARY KEY (district, hash)
);

CREATE TABLE account (
    district text NOT NULL,
    person uuid NOT NULL,
    sign_in_name text NOT NULL,
    password_hash text NOT NULL,
    PRIMARY KEY (district, person),
    UNIQUE (district, sign_in_name)
);

CREATE TABLE failed_sign_in (
    district text NOT NULL,
    name_hash bytea NOT NULL,
    failures bigint NOT NULL,
    wait_until_ms bigint NOT NULL,
    PRIMARY KEY (district, name_hash)
);

CREATE TABLE session (
    district text NOT NULL,
    token_hash bytea NOT NULL,
    person uuid NOT NULL,
    device bigint NOT NULL,
    ends_ms bigint NOT NULL,
    PRIMARY KEY (district, token_hash)
);

CREATE TABLE audit (
    district text NOT NULL,
    chain text NOT NULL,
    number bigint NOT NULL,
    what text NOT NULL,
    body text NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (district, chain, number)
);

CREATE TABLE blob (
    district text NOT NULL,
    sha256 bytea NOT NULL,
    giver text NOT NULL,
    bytes bigint NOT NULL,
    given_ms bigint NOT NULL,
    PRIMARY KEY (district, sha256, giver)
);

CREATE TABLE epoch (
    district text NOT NULL,
    no bigint NOT NULL,
    id text NOT NULL,
    began_ms bigint NOT NULL,
    PRIMARY KEY (district, no),
    UNIQUE (district, id)
);

CREATE TABLE epoch_head (
    district text NOT NULL,
    epoch bigint NOT NULL,
    name text NOT NULL,
    facet bigint NOT NULL,
    head bigint NOT NULL,
    PRIMARY KEY (district, epoch, name, facet)
);
