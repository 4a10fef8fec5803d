-- What is held from a channel facet, in 16 bytes (sync-protocol/src/digest.rs), and whether the relay said otherwise:
-- 1 to be compared, 2 compared and still different, which is not done again before the cursor moves.
ALTER TABLE cursor ADD COLUMN digest BLOB NOT NULL DEFAULT x'00000000000000000000000000000000';
ALTER TABLE cursor ADD COLUMN differs INTEGER NOT NULL DEFAULT 0;
-- When the digest was last counted from the rows themselves.
ALTER TABLE cursor ADD COLUMN counted_ms INTEGER NOT NULL DEFAULT 0;
-- What was loaded before this was kept is counted at the first comparison.
UPDATE cursor SET differs = 1;

-- Whether a relay that was restored lacks the edit: then it is offered once more, with its outcome and receipt.
ALTER TABLE edit ADD COLUMN refill INTEGER NOT NULL DEFAULT 0;
DROP INDEX edit_pending;
CREATE INDEX edit_pending ON edit (number) WHERE fate IS NULL OR fate = 'later' OR refill = 1;
