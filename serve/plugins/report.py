"""The page of a report: what Datasette knows of the row, and everything else the archive holds about it."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from datasette.app import Datasette
from datasette.database import Database
from datasette.utils import urlsafe_components
from datasette.utils.asgi import Request

from archive import schema
from serve import copies, layout, words
from serve.hooks import hookimpl

_KEY_COLUMN = {"disclosure": "item", "requests": "outcome", "disputes": "stage"}
_PLAIN = "number"


@hookimpl
def extra_template_vars(
    template: str, database: str | None, request: Request | None, datasette: Datasette
) -> Callable[[], Awaitable[dict[str, Any]]] | None:
    """`report` for the template of a report's page."""
    if template != "row-archive-reports.html" or request is None:
        return None

    async def page() -> dict[str, Any]:
        (report_id,) = urlsafe_components(request.url_vars["pks"])
        with_last = request.args.get("with") == "last"
        return {"report": await read(datasette.get_database(database), report_id, with_last=with_last)}

    return page


async def read(db: Database, report_id: str, *, with_last: bool = False) -> dict[str, Any]:
    """A report with its cells, chapters, findings, files and neighbours, ready for the template.

    `with_last` sets beside every cell what stood there in the office's report of the year before (same scope).
    """

    async def rows(sql: str, *values: object) -> list[dict[str, Any]]:
        found = await db.execute(sql, list(values) or [report_id])
        return [dict(row) for row in found.rows]

    (report,) = await rows("SELECT * FROM reports WHERE report_id = ?")
    figures, lines = await _tables(db, report_id)
    years = await rows(
        "SELECT report_id, year, scope FROM reports WHERE office_id = ? ORDER BY year, scope", report["office_id"]
    )
    last = next(
        (y for y in years if (y["year"], y["scope"]) == ((report["year"] or 0) - 1, report["scope"])),
        None,
    )
    before = (await _tables(db, last["report_id"]))[0] if last and with_last else {}
    notes = {note["cell"]: note for note in await rows("SELECT * FROM cell_notes WHERE report_id = ?")}
    findings = [_finding(one) for one in await rows("SELECT * FROM findings WHERE report_id = ? ORDER BY number")]
    others = await rows(
        "SELECT report_id, title FROM reports WHERE report_id IN (SELECT value FROM json_each(?))",
        json.dumps([one["other_report_id"] for one in findings]),
    )
    proofs: dict[str, list[int]] = {}
    for finding in findings:
        for cell in finding["cells"]:
            proofs.setdefault(cell, []).append(finding["number"])
    chapters = await rows("SELECT * FROM chapters WHERE report_id = ?")
    copied = await copies.of_report(db, report)
    order = list(schema.VALUES["chapter"])
    sheets = list(layout.sheets(layout.editions(lines)))
    cells = {
        slot.key: shown(slot.key, figures, notes, proofs)
        for sheet in sheets
        for row in sheet.body
        for slot in row
        if isinstance(slot, layout.Slot)
    }
    return {
        **report,
        "sheets": {sheet.name: sheet for sheet in sheets},
        "cells": cells,
        "statuses": [
            status for status in words.words()["marks"] if any(one["mark"] == status for one in cells.values())
        ],
        "chapters": {
            c["chapter"]: {**c, "lines": list(copies.lines(c["text"], c["chapter"], copied))} for c in chapters
        },
        "order": [name for name in order if any(c["chapter"] == name for c in chapters) or name in _present(sheets)],
        "findings": [finding for finding in findings if finding["publishable"]],
        "others": {one["report_id"]: one["title"] for one in others},
        "doubts": [finding for finding in findings if not finding["publishable"]],
        "other_tables": [
            {**one, "rows": json.loads(one["rows"] or "[]")}
            for one in await rows("SELECT * FROM other_tables WHERE report_id = ? ORDER BY number")
        ],
        "files": await rows(
            "SELECT * FROM captures WHERE report_id = ? AND role IN ('report', 'attachment') ORDER BY captured_at"
        ),
        "versions": await rows("SELECT * FROM versions WHERE report_id = ? ORDER BY version"),
        "changes": await rows("SELECT * FROM changes WHERE report_id = ? ORDER BY version, number LIMIT 200"),
        "masked": await rows("SELECT * FROM masked WHERE report_id = ?"),
        "decisions": await rows("SELECT * FROM decisions WHERE report_id = ? ORDER BY number"),
        "addresses": await rows("SELECT * FROM addresses WHERE report_id = ? ORDER BY first_seen"),
        "years": years,
        "last": last,
        "before": before,
    }


async def _tables(db: Database, report_id: str) -> tuple[dict[str, float | None], dict[str, list[str]]]:
    """The figures of a report by cell, and which lines each table has."""
    figures: dict[str, float | None] = {}
    lines: dict[str, list[str]] = {}
    for table, key in _KEY_COLUMN.items():
        found = (await db.execute(f"SELECT * FROM {table} WHERE report_id = ?", [report_id])).rows  # noqa: S608
        lines[table] = [line[key] for line in found]
        for line in found:
            for column in layout.form()[table]["columns"]:
                figures[f"{table}.{line[key]}.{column}"] = line[column]
    return figures, lines


def _present(sheets: list[layout.Sheet]) -> set[str]:
    return {sheet.name for sheet in sheets}


def _finding(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "cells": [str(cell) for cell in json.loads(row["cells"] or "[]")]}


def shown(
    key: str, figures: dict[str, float | None], notes: dict[str, dict[str, Any]], proofs: dict[str, list[int]]
) -> dict[str, Any]:
    """A cell as the page shows it: figure, status, what is printed, the findings that it proves."""
    value = figures.get(key)
    note = notes.get(key)
    # A figure needs no note; no figure and no note means that nothing is known of the cell, which is never "blank".
    status = note["status"] if note else _PLAIN if value is not None else "unreadable"
    raw = (note["raw"] or "") if note else ""
    return {
        "value": value,
        "status": status,
        "raw": raw,
        # What the legend explains: a printed number needs no mark unless words stand beside it.
        "mark": "" if status == _PLAIN and not raw else status,
        "label": layout.label(key),
        "proves": proofs.get(key, []),
    }
