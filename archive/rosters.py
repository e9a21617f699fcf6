"""Who must publish, as the sites say themselves: the offices that their pages 公布情况 name."""

from sqlite_utils import Database

import extract
from archive import places
from archive.places import Place
from archive.rows import Row
from divisions import Divisions
from evidence import Captures, EvidenceError
from extract import titles


def read(db: Database, evidence: Captures) -> None:
    """Bring the table `rosters` up to date: pages that are new or changed are read, their offices not yet placed."""
    known = {row[0] for row in db.execute("SELECT DISTINCT capture FROM rosters")}
    for capture in evidence.rosters():
        if capture.id in known:
            continue
        try:
            found = extract.roster(evidence.body(capture), media_type=capture.media_type)
        except EvidenceError:
            continue  # the file is lost; what the page was read as before stays
        if found is None:
            continue
        db.execute("DELETE FROM rosters WHERE url = ?", (capture.url,))
        about = {"url": capture.url, "year": found.year, "capture": capture.id, "seen_at": capture.captured_at}
        site = {"site_host": capture.site, "site_code": capture.division_code, "site_name": capture.site_name}
        db.table("rosters").insert_all([{**about, **site, "name": name} for name in found.offices])


def place(db: Database, divisions: Divisions) -> None:
    """Find the offices that the rosters name among those of their place, or add them; the others stand already.

    A name is that of an office where both are equal, or where of the place's offices that no roster names one alone is
    spelt alike (发改局, 发展和改革局). A name without a certain place belongs to no office.
    """
    sql = "SELECT DISTINCT name, year, site_code, site_name, site_host FROM rosters ORDER BY 1, 2, 3, 4, 5"
    placed = [(one, _placed(*one, divisions=divisions)) for one in db.execute(sql).fetchall()]
    offices: dict[str, dict[str, str]] = {}
    for number, name, code in db.execute("SELECT office_id, name, division_code FROM offices").fetchall():
        offices.setdefault(code, {})[name] = number
    named: dict[str | None, set[str]] = {}
    for _, where in placed:
        named.setdefault(where.division_code, set()).add(where.office)
    db.execute("UPDATE rosters SET office_id = NULL")
    for key, where in placed:
        code = where.division_code
        if not where.office or code is None:
            continue
        known = offices.setdefault(code, {})
        if where.office not in known:
            others = [one for one in known.keys() - named[code] if titles.same_office(one, where.office)]
            known[where.office] = known[others[0]] if len(others) == 1 else _add(db, where, key[0], key[-1])
        db.execute(
            """UPDATE rosters SET office_id = ?
            WHERE name = ? AND year = ? AND site_code = ? AND site_name = ? AND site_host = ?""",
            (known[where.office], *key),
        )


def _placed(name: str, year: int, code: str, site_name: str, host: str, *, divisions: Divisions) -> Place:
    return places.resolve(
        name, year=year, site_code=code or None, site_name=site_name, host=host.partition(":")[0], divisions=divisions
    )


def _add(db: Database, where: Place, name: str, host: str) -> str:
    number = places.office_id(db, where, host)
    row: Row = {
        "office_id": number,
        "name": where.office,
        "office_kind": titles.office_kind(name),
        "province": where.province,
        "prefecture": where.prefecture,
        "county": where.county,
        "township": where.township,
        "division_code": where.division_code,
        "site_host": host,
    }
    db.table("offices").insert(row, replace=True)
    return number
