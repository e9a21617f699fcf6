"""The facets of all reports as columns of small numbers: a list is counted by them, however it was chosen.

SQLite counts a facet of a million reports in 100–200 ms even where an index holds it, and in seconds where the list is
chosen by anything else; ten of them stand beside every list. A column here has two bytes for each report, in the order
of `reports.number`: the place of its value among the labels, 0 where there is none.
"""

import json
from array import array
from sqlite3 import Connection

from archive import schema

NAMES = schema.table("reports").facets
PRESENT = "report_id"
"""The name of the column that is 1 where there is a report of this number."""

Labels = list[str | int | None]


def write(db: Connection) -> None:
    """Write the columns of the archive `db` anew; its reports stand already."""
    db.execute("DELETE FROM facet_columns")
    db.executemany(
        "INSERT INTO facet_columns VALUES (?, ?, ?)",
        ((name, json.dumps(labels, ensure_ascii=False), codes) for name, (labels, codes) in _columns(db).items()),
    )


def read(db: Connection) -> dict[str, tuple[Labels, bytes]]:
    """Every column by its name: labels, and the codes of all numbers from 0; worked out where none are written yet."""
    written = db.execute("SELECT name, labels, codes FROM facet_columns").fetchall()
    return {name: (json.loads(labels), codes) for name, labels, codes in written} or _columns(db)


def _columns(db: Connection) -> dict[str, tuple[Labels, bytes]]:
    length = (db.execute("SELECT max(number) FROM reports").fetchone()[0] or 0) + 1
    names = (PRESENT, *NAMES)
    codes = [array("H", bytes(2 * length)) for _ in names]
    known: list[dict[str | int | None, int]] = [{None: 0} for _ in names]
    for number, *values in db.execute(f"SELECT number, 1, {', '.join(NAMES)} FROM reports WHERE number NOT NULL"):  # noqa: S608
        for column, labels, value in zip(codes, known, values, strict=True):
            column[number] = labels.setdefault(value, len(labels))
    return {name: (list(labels), column.tobytes()) for name, labels, column in zip(names, known, codes, strict=True)}
