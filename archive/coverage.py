"""What stands around the reports: which sites were looked at, which offices must publish, and what was seen of each.

Written anew after every update: an absence is never stated without its reason.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from sqlite_utils import Database

from archive import rosters, schema
from archive.places import pinyin
from archive.rows import Row
from divisions import COUNTY, PREFECTURE, PROVINCE, TOWNSHIP, Division, Divisions, code_of_host
from evidence import FAILURES, REFUSALS, SiteState, moments
from extract import titles

_LAST_MONTH = 3
"""In which the reports of the year before are due."""


def write(db: Database, sites: Sequence[SiteState], divisions: Divisions) -> None:
    """Write sites, offices, places and coverage of the archive `db` anew; its reports stand already."""
    _sites(db, sites)
    _offices(db, sites, divisions)
    _places(db, divisions)
    _coverage(db, sites)
    _other_names(db)


def _replace(db: Database, table: str, rows: list[Row]) -> None:
    db.execute(f'DELETE FROM "{table}"')  # noqa: S608
    _add(db, table, rows)


def _add(db: Database, table: str, rows: list[Row]) -> None:
    if rows:
        db.table(table).insert_all(rows, replace=True)


def _sites(db: Database, sites: Sequence[SiteState]) -> None:
    counts = dict(db.execute("SELECT site_host, count(*) FROM reports GROUP BY site_host").fetchall())
    _replace(
        db,
        "sites",
        [
            {
                "url": site.url,
                "site_host": site.site,
                "division_code": site.division_code or code_of_host(site.site),
                "name": site.name or None,
                "state": _state(site, counts.get(site.site, 0)),
                "outcome": site.outcome,
                "first_asked": site.first_visited,
                "last_asked": site.finished or site.started,
                "finished": site.finished,
                "searched": (str(site.year or "all")) if site.finished in site.looks.values() else None,
                "requests": site.requests,
                "refused": site.refused,
                "failed": site.failed,
                "reports_count": counts.get(site.site, 0),
                "believed": site.believed,
                "system": site.system,
                "vantage": site.vantage,
                "verified": _verified(db, site),
            }
            for site in sites
        ],
    )


def _verified(db: Database, site: SiteState) -> int:
    """Whether the lead is one: a report of this site names the place, by at least two characters of its name."""
    place = site.name if len(site.name) < 3 else site.name[:-1]
    query = "SELECT 1 FROM reports WHERE site_host = ? AND (instr(title, ?) OR instr(office, ?)) LIMIT 1"
    return int(len(place) > 1 and db.execute(query, (site.site, place, place)).fetchone() is not None)


def _state(site: SiteState, reports: int) -> str:
    """What the last look at a site came to (schema.VALUES["state"]); one that was not finished proves no absence."""
    if site.stopped in REFUSALS:
        return "refused"
    if site.stopped in FAILURES:
        return "unreachable"
    if reports:
        return "found"
    if site.requests > site.refused + site.failed:
        return "no_report" if site.finished and site.finished in site.looks.values() else "never_looked"
    if site.refused:
        return "refused"
    return "unreachable" if site.failed else "never_looked"


def _offices(db: Database, sites: Sequence[SiteState], divisions: Divisions) -> None:
    """Offices with reports, the townships of every county that was looked at, and what rosters name."""
    db.execute("DELETE FROM offices WHERE office_id NOT IN (SELECT office_id FROM reports WHERE office_id > '')")
    known = {row[0] for row in db.execute("SELECT division_code FROM offices WHERE township > ''")}
    hosts = {site.division_code or code_of_host(site.site): site.site for site in sites}
    due = [
        _township(one, hosts[one.parent], divisions)
        for one in divisions.by_code.values()
        if one.level == TOWNSHIP and one.in_force and one.parent in hosts and one.code not in known
    ]
    _add(db, "offices", due)
    rosters.place(db, divisions)
    db.execute(
        """UPDATE offices SET (reports_count, first_year, last_year) = (
            SELECT count(*), min(year), max(year) FROM reports WHERE reports.office_id = offices.office_id)"""
    )


def _township(division: Division, host: str, divisions: Divisions) -> Row:
    return {
        "office_id": f"{division.code}-{pinyin(division.name)}",
        "name": division.name,
        "office_kind": "street" if division.name.endswith("街道") else "township",
        **_names(division, divisions),
        "township": division.name,
        "division_code": division.code,
        "site_host": host,
    }


def _names(division: Division, divisions: Divisions) -> Row:
    names = {one.level: one.name for one in divisions.above(division)}
    return {"province": names.get(PROVINCE), "prefecture": names.get(PREFECTURE), "county": names.get(COUNTY)}


def _places(db: Database, divisions: Divisions) -> None:
    codes = db.execute("SELECT division_code FROM offices UNION SELECT division_code FROM sites").fetchall()
    concerned = {
        up.code: up for (code,) in codes if code in divisions.by_code for up in divisions.above(divisions.by_code[code])
    }
    _replace(
        db,
        "places",
        [
            {
                "division_code": code,
                "name": one.name,
                "level": one.level,
                "parent": one.parent or None,
                **_names(one, divisions),
                "valid_from": one.valid_from,
                "valid_to": one.valid_to,
            }
            for code, one in sorted(concerned.items())
        ],
    )


def _coverage(db: Database, sites: Sequence[SiteState]) -> None:
    """Every office and every year from the first that the archive has a report of to the last that was looked for.

    Of an office that is known from rosters alone only their years: it may not have been there before.

    A report that was not seen is absent only where a look went to its end after the year was over: earlier there was
    nothing to be seen, and a site that refused or failed said nothing. All dates are those of observations.
    """
    db.execute("DELETE FROM coverage")
    db.execute("CREATE TEMP TABLE looks (site_host TEXT, year INTEGER, at TEXT)")
    looks = [(site.site, year, at) for site in sites for year, at in site.looks.items()]
    db.conn.executemany("INSERT INTO looks VALUES (?, ?, ?)", looks)
    db.execute(
        """
        WITH span AS (
            SELECT coalesce(min(year), :due) AS first, coalesce(max(max(year), :due), max(year), :due) AS last
            FROM reports
        ),
        years (year) AS (
            SELECT first FROM span WHERE first IS NOT NULL
            UNION ALL SELECT year + 1 FROM years, span WHERE year < last
        ),
        seen AS (
            SELECT office_id, year, min(report_id) AS report_id, max(last_seen) AS seen_at,
                min(first_seen) AS first_seen, min(published_date) AS published_date
            FROM reports GROUP BY office_id, year
        ),
        asked AS (
            SELECT site_host, min(state) AS state, max(last_asked) AS at, max(vantage) AS vantage
            FROM sites GROUP BY site_host
        ),
        looked AS (
            SELECT looks.site_host, years.year, max(looks.at) AS at FROM years
            JOIN looks ON looks.at >= CAST(years.year + 1 AS TEXT) AND coalesce(looks.year, years.year) = years.year
            GROUP BY looks.site_host, years.year
        )
        INSERT INTO coverage
            (office_id, year, state, report_id, site_host, seen_at, first_seen, published_date, vantage)
        SELECT offices.office_id, years.year,
            CASE WHEN seen.report_id IS NOT NULL THEN 'found'
                WHEN looked.at IS NOT NULL THEN 'no_report'
                WHEN asked.state IN ('refused', 'unreachable') THEN asked.state
                ELSE 'never_looked' END,
            seen.report_id, offices.site_host,
            coalesce(
                seen.seen_at, looked.at, CASE WHEN asked.state IN ('refused', 'unreachable') THEN asked.at END
            ),
            seen.first_seen, seen.published_date, asked.vantage
        FROM offices CROSS JOIN years
        LEFT JOIN seen ON seen.office_id = offices.office_id AND seen.year = years.year
        LEFT JOIN looked ON looked.site_host = offices.site_host AND looked.year = years.year
        LEFT JOIN asked ON asked.site_host = offices.site_host
        WHERE offices.reports_count > 0 OR offices.township > '' OR EXISTS (
            SELECT 1 FROM rosters WHERE rosters.office_id = offices.office_id AND rosters.year = years.year)
        """,
        {"due": max(map(_due, sites), default=None)},
    )
    db.execute("DROP TABLE looks")


def _due(site: SiteState) -> int:
    """The last report year that the latest visit of a site was to find: the one asked for, or the one whose reports all
    had to be there, by 31 March of the next (条例, Art. 49). A county that has published none of them has no other sign
    of it."""
    at = moments.in_china(site.finished or site.started)
    return site.year or at.year - (1 if at.month > _LAST_MONTH else 2)


def _other_names(db: Database) -> None:
    """No absence is stated of an office whose place has another of nearly its name with a report of that year.

    发改局 of one year and 发展和改革局 of the next are one body, renamed or abbreviated; two that have reports of one
    year are two.
    """
    alike: dict[tuple[str, str], list[tuple[str, str]]] = {}
    years: defaultdict[str, set[int]] = defaultdict(set)
    for office, code, name in db.execute(
        "SELECT office_id, division_code, name FROM offices WHERE reports_count > 0 AND division_code > ''"
    ):
        alike.setdefault((code, name[-1:]), []).append((office, name))
    for office, year in db.execute("SELECT office_id, year FROM coverage WHERE state = 'found'"):
        years[office].add(year)
    same = [
        (one, other, year)
        for offices in alike.values()
        for one, name in offices
        for other, its_name in offices
        if one != other and not years[one] & years[other] and titles.same_office(name, its_name)
        for year in years[other]
    ]
    db.conn.executemany(
        """UPDATE coverage SET (state, report_id, first_seen, published_date, seen_at, site_host) = (
            SELECT 'other_name', report_id, first_seen, published_date, seen_at, site_host FROM coverage
            WHERE office_id = ? AND year = ?)
        WHERE office_id = ? AND year = ?""",
        ((other, year, one, year) for one, other, year in same),
    )


def of_year(archive: Path, year: int, county: str = "") -> list[tuple[str | int, ...]]:
    """The coverage of a report year for a terminal, heads first: a line a county, or with `county` a line an office.

    `county` is its division code or name; days are China's. Raises LookupError where there is nothing to
    tell; str() is one line.
    """
    with closing(sqlite3.connect(f"file:{quote(str(archive))}?mode=ro", uri=True)) as db:
        if county:
            found = db.execute(
                """SELECT o.name, c.state,
                          c.first_seen, c.published_date, c.seen_at, c.vantage, c.site_host
                   FROM coverage c JOIN offices o USING (office_id)
                   WHERE c.year = ? AND (o.county = ? OR substr(o.division_code, 1, 6) = ?)
                   ORDER BY c.state, o.division_code, o.name""",
                (year, county, county),
            ).fetchall()
        else:
            found = db.execute(
                """SELECT o.county, o.prefecture, o.province, c.state, count(*)
                   FROM coverage c JOIN offices o USING (office_id)
                   WHERE c.year = ? GROUP BY 1, 2, 3, 4 ORDER BY min(o.division_code)""",
                (year,),
            ).fetchall()
        if not found:
            first, last = db.execute("SELECT min(year), max(year) FROM coverage").fetchone()
            where = f"{county} " if county else ""
            known = f"有 {first}–{last} 年" if first else "尚无任何报告"
            raise LookupError(f"库中没有 {where}{year} 年的覆盖情况（{known}）。")
    states = schema.VALUES["state"]
    rows: list[tuple[str | int, ...]] = []
    if county:
        rows.append(("机关", "情况", "首次见到", "网页日期", "最近查看", "采集地点", "网站"))
        for name, state, first_seen, published, seen_at, vantage, host in found:
            days = (_day(first_seen), published or "—", _day(seen_at))
            rows.append((name, states[state][0], *days, vantage or "—", host))
        return rows
    counties: dict[str, dict[str, int]] = {}
    for name, prefecture, province, state, number in found:
        line = counties.setdefault(" ".join(filter(None, (province, prefecture, name))) or "—", {})
        line[state] = number
    rows.append(("地方", "机关", *(states[state][0] for state in states)))
    rows += [(name, sum(line.values()), *(line.get(state, 0) for state in states)) for name, line in counties.items()]
    return rows


def _day(moment: str | None) -> str:
    return f"{moments.in_china(moment):%Y-%m-%d}" if moment else "—"
