"""Archives made by hand, report by report, for the tests of what is worked out over many reports."""

import sqlite3
from typing import Any

from archive import measures, schema
from extract import form
from extract.report import Cell, Status

LINES = {"disclosure": "item", "requests": "outcome", "disputes": "stage"}


def empty() -> sqlite3.Connection:
    db = sqlite3.connect(":memory:")
    db.row_factory = sqlite3.Row
    schema.create(db)
    return db


def insert(db: sqlite3.Connection, table: str, **row: Any) -> None:
    names = ", ".join(f'"{name}"' for name in row)
    marks = ", ".join("?" * len(row))
    db.execute(f'INSERT OR REPLACE INTO "{table}" ({names}) VALUES ({marks})', list(row.values()))  # noqa: S608


def put(
    db: sqlite3.Connection,
    office: str,
    year: int,
    cells: dict[str, float | None] | None = None,
    *,
    edition: str = "2021",
    text: str = "",
    derived: tuple[str, ...] = (),
    **more: Any,
) -> str:
    """A report of an office of 白露县, 0 in every cell but for `cells`; its report id."""
    report_id = more.get("report_id", f"990102-{office}-{year}")
    place = {"province": "云州省", "prefecture": "青陵市", "county": "白露县"}
    kind, scope = more.get("office_kind", "township"), more.get("scope", "own")
    insert(db, "offices", office_id=office, name=office, office_kind=kind, division_code="990102101", **place)
    report = {
        "report_id": report_id, "title": f"{office}{year}", "office": office, "office_id": office, "office_kind": kind,
        "scope": scope, "year": year, "edition": edition, **place, "reading": "whole", "findings_count": 0,
        "version": 1,
        "body_sha256": report_id, "first_seen": "2026-01-01T00:00:00Z", "source_url": f"http://x.gov.cn/{report_id}",
    }  # fmt: skip
    dates = [more[name] for name in ("signed_date", "published_date") if more.get(name)]
    insert(db, "reports", **report | {"stated_date": min(dates, default=None)} | more)
    told = cells or {}
    keys = [key for table in form.TABLES for key in form.keys(table, edition)]
    assert set(told) <= set(keys), set(told) - set(keys)
    read = {
        key: Cell(
            told.get(key, 0),
            "",
            Status.DERIVED if key in derived else Status.BLANK if key in told and told[key] is None else Status.NUMBER,
        )
        for key in keys
    }
    lines: dict[tuple[str, str], dict[str, Any]] = {}
    for key, cell in read.items():
        table, line, column = key.split(".")
        about = {"scope": scope} if table != "disclosure" else {"edition": edition}
        row = lines.setdefault((table, line), {"report_id": report_id, "year": year, LINES[table]: line, **about})
        row[column] = cell.value
        if cell.status is Status.DERIVED:
            row["derived"] = column
    for (table, _), row in lines.items():
        insert(db, table, **row)
    figures, rests = measures.of_cells(read, {"disclosure": edition, "requests": edition})
    about = {key: report[key] for key in ("report_id", "office_id", "office_kind", "scope", "year", *place)}
    insert(db, "figures", **about, **figures, derived=",".join(sorted(rests)) or None)
    if text:
        insert(db, "chapters", report_id=report_id, chapter="problems", text=text)
    return str(report_id)
