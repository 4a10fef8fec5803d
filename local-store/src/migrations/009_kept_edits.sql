-- When the relay said what became of an edit, by its own clock. What was settled before this was kept counts from its save.
ALTER TABLE edit ADD COLUMN settled_ms INTEGER;
UPDATE edit SET settled_ms = saved_ms WHERE fate IS NOT NULL AND fate <> 'later';
