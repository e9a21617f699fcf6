"""Whose a row is: the office, year and place behind the report or office that it names by its id."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from datasette.database import Database

from archive import schema

COLUMNS = ("office", "year", "province", "prefecture", "county")
_FOUND_BY = {"reports": "report_id", "offices": "office_id"}
_TOLD_BY = {"reports": ", ".join(COLUMNS), "offices": "name AS office, NULL AS year, province, prefecture, county"}


def plain(row: Iterable[Any]) -> list[Any]:
    """The values of a row of a page of Datasette's, ids without the label that they were given."""
    return [value["value"] if isinstance(value, dict) else value for value in row]


async def told(
    db: Database, table: str, names: list[str], rows: Iterable[Iterable[Any]]
) -> dict[str, Mapping[str, Any]]:
    """COLUMNS by every id of a report or an office in rows of a table with columns `names`."""
    columns = dict(zip(names, zip(*map(plain, rows), strict=True), strict=False))
    told: dict[str, Mapping[str, Any]] = {}
    for column, other in schema.table(table).refers.items():
        found = await db.execute(
            f"""SELECT {_FOUND_BY[other]} AS id, {_TOLD_BY[other]} FROM {other}
            WHERE {_FOUND_BY[other]} IN (SELECT value FROM json_each(?))""",  # noqa: S608
            [json.dumps(sorted({one for one in columns.get(column, ()) if one is not None}))],
        )
        told.update({row["id"]: row for row in found})
    return told
