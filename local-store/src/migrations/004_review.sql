-- 1 for an edit that did not simply come through, whole or in part: refused, held, waiting, or a step that came too late.
-- Its author is told until `seen` is 1.
ALTER TABLE edit ADD COLUMN attention INTEGER NOT NULL DEFAULT 0;
UPDATE edit SET attention = 1 WHERE fate IN ('refused', 'held', 'waiting', 'erased');
CREATE INDEX edit_attention ON edit (number) WHERE attention = 1;
