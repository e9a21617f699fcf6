"""What a page needs at once and would take seconds to count: written after every update."""

from sqlite3 import Connection

from archive import facets, measures, schema

LEAP = 10  # requests in a year, after a year without any, that are a leap


def write(db: Connection, *, whole: bool = True) -> None:
    """Write the summaries of the archive `db`; reports, findings and coverage stand already.

    All anew, or (not `whole`) what takes longest, sums and firsts, only where the table `changed` has a report.
    """
    for table in ("counts", "measures", "coverage_by_place", "events"):
        db.execute(f"DELETE FROM {table}")  # noqa: S608
    _counts(db)
    _sums(db, whole=whole)
    _measures(db)
    _coverage(db)
    _firsts(db, whole=whole)
    _events(db)
    facets.write(db)


def _counts(db: Connection) -> None:
    db.execute(
        """INSERT INTO counts SELECT province, prefecture, county, year, office_kind, scope, count(*),
            sum(reading = 'whole'), sum(findings_count > 0), max(last_seen)
        FROM reports GROUP BY province, prefecture, county, year, office_kind, scope"""
    )


def _sums(db: Connection, *, whole: bool) -> None:
    """Every figure and measure in one pass over `figures`; reports whose scope or year is unknown are in no sum."""
    names = [*schema.FIGURES, *schema.MEASURES]
    every = ", ".join(measures.expressions(name)[column] for name in names for column in measures.COLUMNS)
    group = "scope, coalesce(office_kind, ''), year, coalesce(province, '')"
    changed = f"({group}) IN (SELECT {group} FROM changed)"  # noqa: S608
    # The year alone leads to an index; the rest tells which of these.
    among = "" if whole else f"AND year IN (SELECT year FROM changed) AND {changed}"  # noqa: S608
    db.execute(f"DELETE FROM sums WHERE true {among}")  # noqa: S608
    added = db.execute(
        f"""SELECT {group}, {every} FROM figures WHERE scope NOT NULL AND year NOT NULL {among} GROUP BY 1, 2, 3, 4"""  # noqa: S608
    )
    width = len(measures.COLUMNS)
    for scope, office_kind, year, province, *values in added:
        rows = (
            (name, scope, office_kind, year, province, *values[at * width : (at + 1) * width])
            for at, name in enumerate(names)
        )
        # A figure of the other edition of the form is of no report here: no row, so that nobody reads "0 of 200".
        db.executemany("INSERT INTO sums VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (row for row in rows if row[5]))


def _measures(db: Connection) -> None:
    for row in measures.definitions():
        db.execute(f"INSERT INTO measures VALUES ({', '.join('?' * len(row))})", list(row.values()))  # noqa: S608


def _coverage(db: Connection) -> None:
    states = ", ".join(f"sum(state = '{state}')" for state in ("no_report", "unreachable", "refused", "never_looked"))
    # Signature and page may differ (form.md §3, "dates lie"): only what every stated date agrees on is counted as late.
    db.execute(
        f"""INSERT INTO coverage_by_place
        SELECT coalesce(substr(division_code, 1, 6), ''), year, coalesce(office_kind, ''), province, prefecture, county,
            count(*), sum(state = 'found'),
            CASE WHEN year >= 2019 THEN coalesce(sum(dated > (year + 1) || '-01-31'), 0) END,
            coalesce(sum(dated > (year + 1) || '-03-31'), 0),
            sum(state = 'found' AND dated IS NULL), {states}
        FROM (
            SELECT o.division_code, c.year, o.office_kind, o.province, o.prefecture, o.county, c.state,
                r.stated_date AS dated
            FROM coverage c JOIN offices o USING (office_id) LEFT JOIN reports r ON r.report_id = c.report_id
            WHERE c.state <> 'other_name'
        ) GROUP BY 1, 2, 3"""  # noqa: S608
    )


def _firsts(db: Connection, *, whole: bool) -> None:
    among = "" if whole else "AND office_id IN (SELECT office_id FROM changed)"
    db.execute(f"DELETE FROM firsts WHERE true {among}")  # noqa: S608
    for what in ("received", "denied", "reconsideration", "litigation", "litigation_corrected"):
        db.execute(
            f"""INSERT INTO firsts
            SELECT office_id, scope, '{what}', year, report_id, {what}, zeros, office_kind, province, prefecture, county
            FROM (
                SELECT *, sum({what} = 0) OVER before AS zeros, sum({what} > 0) OVER before AS earlier FROM figures
                WHERE office_id NOT NULL AND scope NOT NULL AND year NOT NULL {among}
                WINDOW before AS (
                    PARTITION BY office_id, scope ORDER BY year ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
                )
            ) WHERE {what} > 0 AND zeros > 0 AND coalesce(earlier, 0) = 0"""  # noqa: S608
        )
    db.execute(
        f"""INSERT INTO firsts
        SELECT f.office_id, f.scope, 'from_zero', f.year, f.report_id, f.received, 1,
            f.office_kind, f.province, f.prefecture, f.county
        FROM figures f JOIN figures p ON p.office_id = f.office_id AND p.year = f.year - 1 AND p.scope = f.scope
        WHERE p.received = 0 AND f.received >= ? {among.replace("office_id IN", "f.office_id IN")}""",  # noqa: S608
        (LEAP,),
    )


def _events(db: Connection) -> None:
    db.execute("INSERT INTO events SELECT first_seen, report_id, 'new', source_url FROM reports")
    # A second version at an address of its own is a twin (a page and its PDF), not an edit.
    db.execute(
        """INSERT OR IGNORE INTO events SELECT v.seen_from, v.report_id, 'edited', v.source_url FROM versions v
        WHERE v.version > 1 AND EXISTS (
            SELECT 1 FROM versions e
            WHERE e.report_id = v.report_id AND e.version < v.version AND e.source_url = v.source_url)"""
    )
    db.execute(
        """INSERT INTO events SELECT gone_since, report_id, 'vanished', url FROM addresses WHERE gone_since NOT NULL"""
    )
