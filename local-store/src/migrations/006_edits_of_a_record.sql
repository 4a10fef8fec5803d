-- Each record that arrives asks whether anything of it was written here; without this a first load would read the whole
-- queue once for every record.
CREATE INDEX edit_of_record ON edit (kind, record);
