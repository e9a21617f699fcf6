"""The search index of an archive: what it holds of a report, put in, taken out, or made anew."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from sqlite3 import Connection

from archive import search

GATHERED = 64 << 20
"""Bytes of new terms before they are written: the fewer pieces, the less there is to merge."""

MERGED = 2_000
"""Pages that an update may rewrite."""


def add(db: Connection, report_ids: Iterable[str]) -> None:
    """Index reports that are not there yet; their rows stand already."""
    (last,) = db.execute("SELECT coalesce(max(number), 0) FROM reports").fetchone()
    for number, report_id in enumerate(report_ids, last + 1):
        db.execute("UPDATE reports SET number = ? WHERE report_id = ?", (number, report_id))
        db.execute("INSERT INTO search (rowid, names, text) VALUES (?, ?, ?)", (number, *_texts(db, report_id)))


def remove(db: Connection, report_id: str) -> None:
    """Take a report out before its rows change: FTS5 needs the very words that were put in."""
    db.execute(
        "INSERT INTO search (search, rowid, names, text) VALUES ('delete', ?, ?, ?)",
        (_number(db, report_id), *_texts(db, report_id)),
    )


def anew(db: Connection) -> None:
    """Index all reports in the order of years, so that the highest numbers are the newest; a rebuild ends with it."""
    db.execute("INSERT INTO search (search) VALUES ('delete-all')")
    number(db)
    with gathered(db):
        db.executemany("INSERT INTO search (rowid, names, text) VALUES (?, ?, ?)", _all(db))


def number(db: Connection) -> None:
    """Number all reports anew in the order of years."""
    db.execute(
        """UPDATE reports SET number = ordered.number FROM (
            SELECT report_id, row_number() OVER (ORDER BY year, report_id) AS number FROM reports
        ) AS ordered WHERE ordered.report_id = reports.report_id"""
    )


@contextmanager
def gathered(db: Connection) -> Iterator[None]:
    """Many reports are put in: FTS5 gathers GATHERED bytes before it writes, and merges only when it is told to."""
    for setting, value in (("hashsize", GATHERED), ("automerge", 0)):
        db.execute("INSERT INTO search (search, rank) VALUES (?, ?)", (setting, value))
    yield
    for setting, value in (("hashsize", 1 << 20), ("automerge", 4)):  # as FTS5 has them
        db.execute("INSERT INTO search (search, rank) VALUES (?, ?)", (setting, value))


def settle(db: Connection, *, whole: bool) -> None:
    """Merge what was written in pieces, so that a search looks in few places: all (`whole`), or a little of it."""
    if whole:
        db.execute("INSERT INTO search (search) VALUES ('optimize')")
    else:
        db.execute("INSERT INTO search (search, rank) VALUES ('merge', ?)", (MERGED,))


def _all(db: Connection) -> Iterator[tuple[int, str, str]]:
    for place, report_id in db.execute("SELECT number, report_id FROM reports ORDER BY number"):
        yield place, *_texts(db, report_id)


def _texts(db: Connection, report_id: str) -> tuple[str, str]:
    """What the index holds of a report: its names, and its prose."""
    names = db.execute(
        "SELECT title, office, province, prefecture, county, township FROM reports WHERE report_id = ?", (report_id,)
    ).fetchone()
    prose = db.execute("SELECT text FROM chapters WHERE report_id = ? ORDER BY chapter", (report_id,))
    return (
        search.index_text("\n".join(filter(None, names))),
        search.index_text("\n".join(text for (text,) in prose)),
    )


def _number(db: Connection, report_id: str) -> int:
    found = db.execute("SELECT number FROM reports WHERE report_id = ?", (report_id,)).fetchone()
    return int(found[0])
