"""What stands around the reports: which sites were looked at, which offices must publish, and what was seen of each.

Written anew after every update: an absence is never stated without its reason.
"""

import re
from collections.abc import Sequence

from pypinyin import lazy_pinyin
from sqlite_utils import Database

from archive.places import COUNTY, PREFECTURE, PROVINCE, TOWNSHIP, Division, Divisions, code_of_host
from archive.rows import Row
from evidence import SiteState


def write(db: Database, sites: Sequence[SiteState], divisions: Divisions) -> None:
    """Write sites, offices, places and coverage of the archive `db` anew; its reports stand already."""
    _sites(db, sites)
    _offices(db, sites, divisions)
    _places(db, divisions)
    _coverage(db)


def pinyin(name: str) -> str:
    """A name in Latin letters and digits, without tones: 匡堰镇 is kuangyanzhen."""
    return re.sub(r"[^a-z0-9]+", "", "".join(lazy_pinyin(name)).lower()) or "x"


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
                "searched": (str(site.year or "all")) if site.finished and not site.left_over else None,
                "requests": site.requests,
                "refused": site.refused,
                "failed": site.failed,
                "reports_count": counts.get(site.site, 0),
            }
            for site in sites
        ],
    )


def _state(site: SiteState, reports: int) -> str:
    """What a look at a site came to (schema.VALUES["state"]); one that was not finished proves no absence."""
    if reports:
        return "found"
    if site.requests > site.refused + site.failed:
        return "no_report" if site.finished and not site.left_over else "never_looked"
    if site.refused:
        return "refused"
    return "unreachable" if site.failed else "never_looked"


def _offices(db: Database, sites: Sequence[SiteState], divisions: Divisions) -> None:
    """Offices with reports, and the townships of every county that was looked at: each of them must publish."""
    db.execute("DELETE FROM offices WHERE office_id NOT IN (SELECT office_id FROM reports WHERE office_id > '')")
    known = {row[0] for row in db.execute("SELECT division_code FROM offices WHERE township > ''")}
    hosts = {site.division_code or code_of_host(site.site): site.site for site in sites}
    due = [
        _township(one, hosts[one.parent], divisions)
        for one in divisions.by_code.values()
        if one.level == TOWNSHIP and one.valid_to is None and one.parent in hosts and one.code not in known
    ]
    _add(db, "offices", due)
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


def _coverage(db: Database) -> None:
    """Every office and every year between the first and the last that the archive has a report of."""
    db.execute("DELETE FROM coverage")
    db.execute(
        """
        WITH span AS (SELECT min(year) AS first, max(year) AS last FROM reports),
        years (year) AS (
            SELECT first FROM span WHERE first IS NOT NULL
            UNION ALL SELECT year + 1 FROM years, span WHERE year < last
        ),
        seen AS (
            SELECT office_id, year, min(report_id) AS report_id, max(last_seen) AS seen_at FROM reports
            GROUP BY office_id, year
        ),
        looked AS (
            SELECT site_host, min(state) AS state, max(last_asked) AS last_asked, max(searched) AS searched
            FROM sites GROUP BY site_host
        ),
        asked_from AS (SELECT site_host, vantage, max(capture) FROM captures GROUP BY site_host)
        INSERT INTO coverage (office_id, year, state, report_id, site_host, seen_at, vantage)
        SELECT offices.office_id, years.year,
            CASE WHEN seen.report_id IS NOT NULL THEN 'found'
                WHEN looked.state NOT IN ('found', 'no_report') THEN looked.state
                WHEN looked.searched IN ('all', CAST(years.year AS TEXT)) THEN 'no_report'
                ELSE 'never_looked' END,
            seen.report_id, offices.site_host, coalesce(seen.seen_at, looked.last_asked),
            asked_from.vantage
        FROM offices CROSS JOIN years
        LEFT JOIN seen ON seen.office_id = offices.office_id AND seen.year = years.year
        LEFT JOIN looked ON looked.site_host = offices.site_host
        LEFT JOIN asked_from ON asked_from.site_host = offices.site_host
        """
    )
