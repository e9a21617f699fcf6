-- A ledger of format 2 becomes one of format 3.
BEGIN IMMEDIATE;
CREATE TABLE spellings (
    url TEXT NOT NULL,
    spelling TEXT NOT NULL,
    first_seen TEXT NOT NULL,
    last_seen TEXT NOT NULL,
    PRIMARY KEY (url, spelling)
) WITHOUT ROWID;
PRAGMA user_version = 3;
COMMIT;
