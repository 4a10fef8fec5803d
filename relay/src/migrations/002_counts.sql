-- How many entries a channel facet has: a first load says how much is to come without counting thousands of channels.
ALTER TABLE channel ADD COLUMN entries INTEGER NOT NULL DEFAULT 0;
UPDATE channel SET entries = (SELECT count(*) FROM entry WHERE entry.channel = channel.row);
-- Only a record that is listed for the first time is inserted; one that moves to the end is updated.
CREATE TRIGGER entry_counted AFTER INSERT ON entry BEGIN
    UPDATE channel SET entries = entries + 1 WHERE row = NEW.channel;
END;
