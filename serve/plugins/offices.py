"""The page of an office: its years side by side, what changed between them, when something first happened."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from datasette.app import Datasette
from datasette.database import Database
from datasette.utils import urlsafe_components
from datasette.utils.asgi import Request

from archive import measures, schema
from serve import words
from serve.hooks import hookimpl

Row = dict[str, Any]


@hookimpl
def extra_template_vars(
    template: str, database: str | None, request: Request | None, datasette: Datasette
) -> Callable[[], Awaitable[dict[str, Any]]] | None:
    """`office` for the template of an office's page."""
    if template != "row-archive-offices.html" or request is None:
        return None

    async def page() -> dict[str, Any]:
        (office_id,) = urlsafe_components(request.url_vars["pks"])
        return {"office": await read(datasette.get_database(database), office_id)}

    return page


async def read(db: Database, office_id: str) -> Row:
    """An office with its reports (own and whole-area apart), coverage and firsts, ready for the template."""

    async def rows(sql: str) -> list[Row]:
        return [dict(row) for row in (await db.execute(sql, [office_id])).rows]

    (office,) = await rows("SELECT * FROM offices WHERE office_id = ?")
    reports = await rows(
        """SELECT r.report_id, r.title, r.signed_date, r.published_date, r.edition, r.reading, r.findings_count, f.*
        FROM reports r LEFT JOIN figures f USING (report_id) WHERE r.office_id = ? ORDER BY r.year, r.report_id"""
    )
    coverage = await rows("SELECT * FROM coverage WHERE office_id = ? ORDER BY year")
    return {
        **office,
        "coverage": coverage,
        "sheets": [
            {"scope": scope, "reports": mine, "groups": list(side_by_side(mine)), "firsts": list(firsts(mine))}
            for scope in schema.VALUES["scope"]
            if (mine := [one for one in reports if one["scope"] == scope])
        ],
        "others": [one for one in reports if one["scope"] not in schema.VALUES["scope"]],
    }


def side_by_side(reports: list[Row]) -> Iterable[Row]:
    """The groups of lines of the table of years: each line a figure or share with a cell for every report.

    Lines without any number are left out, so that no line joins the chapters two of 2019 and of 2021.
    """
    for group in words.words()["figure_groups"]:
        lines = [
            {"name": name, "cells": cells, "share": name in schema.MEASURES, "told": schema.MEASURES.get(name)}
            for name, cells in ((name, list(_line(name, reports))) for name in group["names"])
            if any(cell["value"].sum is not None for cell in cells)
        ]
        if lines:
            yield {"title": group["title"], "lines": lines}


def _line(name: str, reports: list[Row]) -> Iterable[Row]:
    before: measures.Value | None = None
    year = None
    for report in reports:
        value = measures.of_report(name, report)
        change = None
        if before is not None and report["year"] == year and value.n is None:
            change = None if value.sum is None or before.sum is None else value.sum - before.sum
        edition = schema.FIGURES[name].edition if name in schema.FIGURES else None
        foreign = edition is not None and report["edition"] not in (edition, "mixed")
        yield {"report": report, "value": value, "change": change, "foreign": foreign}
        before, year = value, (report["year"] or 0) + 1


def firsts(reports: list[Row]) -> Iterable[Row]:
    """What happened for the first time after a year of the archive in which it did not: figure, year, number."""
    for name in words.words()["firsts"]:
        known = [(one, one[name]) for one in reports if one[name] is not None]
        at = next((at for at, (_, value) in enumerate(known) if value), None)
        if at:
            report, value = known[at]
            yield {"name": name, "report": report, "value": value, "since": known[0][0]["year"]}
