-- A ledger of format 1 becomes one of format 2: what was not noted then stays unknown.
BEGIN IMMEDIATE;
ALTER TABLE visits ADD COLUMN stopped TEXT;
ALTER TABLE visits ADD COLUMN believed INTEGER;
ALTER TABLE tasks ADD COLUMN listed INTEGER NOT NULL DEFAULT 1;
ALTER TABLE captures ADD COLUMN renewed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE captures ADD COLUMN fingerprint TEXT;
ALTER TABLE captures ADD COLUMN office TEXT;
ALTER TABLE captures ADD COLUMN year INTEGER;
ALTER TABLE captures ADD COLUMN system TEXT;
ALTER TABLE captures ADD COLUMN listed INTEGER;
ALTER TABLE captures ADD COLUMN transport TEXT NOT NULL DEFAULT '';
UPDATE captures SET renewed = 1 WHERE outcome = 'ok';
CREATE INDEX captures_report ON captures (visit, url) WHERE kind = 'report';
PRAGMA user_version = 2;
COMMIT;
