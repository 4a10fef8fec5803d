-- What a replica at the head of a channel facet holds, in 16 bytes: see sync-protocol/src/digest.rs.
ALTER TABLE channel ADD COLUMN digest BLOB NOT NULL DEFAULT x'00000000000000000000000000000000';
