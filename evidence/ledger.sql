-- The crawl's memory. One writer; a capture, what it led to and the end of its task are one transaction.
CREATE TABLE sites (
    id INTEGER PRIMARY KEY,
    site TEXT NOT NULL,                 -- host, with its port where not the default
    division_code TEXT NOT NULL,
    name TEXT NOT NULL,
    url TEXT NOT NULL UNIQUE            -- the address that a person gave
);
CREATE TABLE files (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    size INTEGER NOT NULL               -- bytes acknowledged; what lies beyond was never promised
);
CREATE TABLE visits (
    id INTEGER PRIMARY KEY,
    site TEXT NOT NULL,
    year INTEGER,                       -- report year that was asked for, null: all
    started TEXT NOT NULL,
    finished TEXT,                      -- null: interrupted, the next run goes on
    outcome TEXT,
    stopped TEXT,                       -- outcome for which the site was left alone, null: walked to its end
    believed INTEGER,                   -- 0: a monitor doubts what came of it
    left_over INTEGER NOT NULL DEFAULT 0  -- tasks given up (budget, refusal)
);
CREATE INDEX visits_site ON visits (site, id);
CREATE TABLE tasks (
    id INTEGER PRIMARY KEY,
    visit INTEGER NOT NULL REFERENCES visits (id),
    site_id INTEGER NOT NULL REFERENCES sites (id),
    url TEXT NOT NULL,
    stage TEXT NOT NULL,
    priority INTEGER NOT NULL,
    words TEXT NOT NULL,
    found_on TEXT,
    hops INTEGER NOT NULL DEFAULT 0,    -- redirects that led here
    tries INTEGER NOT NULL DEFAULT 0,
    not_before REAL NOT NULL DEFAULT 0, -- Unix time
    listed INTEGER NOT NULL,            -- 1: a page of this visit names the address
    done INTEGER NOT NULL DEFAULT 0,
    UNIQUE (visit, url)
);
CREATE INDEX tasks_todo ON tasks (visit, priority DESC, id) WHERE done = 0;
CREATE TABLE spellings (                -- under what other addresses pages name one that is asked
    url TEXT NOT NULL,
    spelling TEXT NOT NULL,
    first_seen TEXT NOT NULL,
    last_seen TEXT NOT NULL,
    PRIMARY KEY (url, spelling)
) WITHOUT ROWID;
CREATE INDEX spellings_of ON spellings (spelling);
CREATE TABLE captures (
    id INTEGER PRIMARY KEY,
    visit INTEGER REFERENCES visits (id),
    site_id INTEGER NOT NULL REFERENCES sites (id),
    url TEXT NOT NULL,
    captured_at TEXT NOT NULL,
    outcome TEXT NOT NULL,
    status INTEGER,
    media_type TEXT,
    sha256 TEXT,                        -- of the body without its content-encoding
    kind TEXT NOT NULL,
    renewed INTEGER NOT NULL,           -- 1: it, or a file that belongs to it, is not what it was the last time
    fingerprint TEXT,                   -- hash of a page's own words, without what changes at every visit
    office TEXT, year INTEGER,          -- of a report: whose and of which year the crawl took it to be
    system TEXT,                        -- content system that the page was made by, null: none that is known
    listed INTEGER,                     -- of a report: whether a page of the same visit names it, null: not known
    transport TEXT NOT NULL DEFAULT '', -- what was allowed to reach the host ('' nothing, or one of TRANSPORTS)
    found_on TEXT,
    words TEXT NOT NULL,
    vantage TEXT NOT NULL,
    ip TEXT,
    etag TEXT,
    last_modified TEXT,
    file INTEGER REFERENCES files (id), -- the response or revisit record; null: no answer
    offset INTEGER,
    length INTEGER,
    record_id TEXT,
    payload_digest TEXT,
    content_encoding TEXT NOT NULL DEFAULT '',
    body_in INTEGER REFERENCES captures (id)  -- the capture whose record holds the body (itself, or an earlier one)
);
CREATE INDEX captures_url ON captures (url, id);
CREATE INDEX captures_sha256 ON captures (sha256) WHERE sha256 IS NOT NULL;
CREATE INDEX captures_kind ON captures (kind, outcome, id);
CREATE INDEX captures_visit ON captures (visit, site_id);
CREATE INDEX captures_report ON captures (visit, url) WHERE kind = 'report';
CREATE INDEX captures_file ON captures (file, offset);
