-- A ledger of format 3 becomes one of format 4.
BEGIN IMMEDIATE;
CREATE INDEX spellings_of ON spellings (spelling);
PRAGMA user_version = 4;
COMMIT;
