"""CSV of any table or filtered list, whole, as Excel opens it right."""

import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from datasette.app import Datasette
from datasette.database import Database
from datasette.utils import tilde_decode
from datasette.utils.asgi import AsgiStream, NotFound, Request, Response

from archive import schema
from archive.export import BOM, as_csv
from serve import whose, words
from serve.hooks import hookimpl
from serve.listing import Listing, Row, with_arguments

# Arguments that tell of a page of the list: a CSV is always all of it.
_OF_PAGES = {"_next", "_size", "_shape", "_trace", "_labels"}


async def download(request: Request, datasette: Datasette) -> Response | AsgiStream:
    """All rows of /<database>/<table>.csv with its filters (or the one of /<database>/<table>/<key>.csv).

    `_bom=off` leaves out the byte-order mark, for scripts; `_header=zh` makes it one to be read by people. An error on
    the way breaks the connection, so that half a table is never taken for all of it.
    """
    facets = {name for name in request.args if name.startswith("_facet")}
    asked = with_arguments(request, {*facets, *_OF_PAGES}, {"_nofacet": "1", "_nocount": "1"})
    single = "pks" in request.url_vars
    listing = Listing(datasette)
    first = await (Row(datasette).data(asked) if single else listing.data(asked, _size="max"))
    if isinstance(first, Response):
        return first
    table = tilde_decode(request.url_vars["table"])
    head, people = first[0]["columns"], request.args.get("_header") == "zh"
    added = _added(table, head) if people else []

    async def lines(rows: list[Any]) -> Iterable[list[object]]:
        if people:
            return await _for_people(datasette.get_database("archive"), table, head, rows, added)
        return map(whose.plain, rows)

    filtered = any(not key.startswith("_") or key == "_q" for key in request.args)
    name = f"{words.table_label(table)}{'（筛选）' if filtered and not single else ''}.csv"
    headers = {
        "content-disposition": f'attachment; filename="{re.sub("[^A-Za-z0-9_-]", "_", table)}.csv"; '
        f"filename*=UTF-8''{quote(name)}"
    }

    async def body(writer: Any) -> None:
        if request.method == "HEAD":
            return
        mark = "" if request.args.get("_bom") == "off" else BOM
        page = first[0]
        titles = [words.column_label(table, name) for name in head] if people else head
        await writer.write(mark + as_csv([[*titles, *(words.column_label("reports", name) for name in added)]]))
        await writer.write(as_csv(await lines(page["rows"])))
        while following := page.get("next"):
            page, _, _ = await listing.data(asked, _next=following, _size="max")
            await writer.write(as_csv(await lines(page["rows"])))

    return AsgiStream(body, headers=headers, content_type="text/csv; charset=utf-8")


def _added(table: str, head: list[str]) -> list[str]:
    """What a person needs beside an id, and the table has not."""
    return [name for name in whose.COLUMNS if name not in head] if schema.table(table).refers else []


async def _for_people(db: Database, table: str, names: list[str], rows: list[Any], added: list[str]) -> list[list[Any]]:
    """Rows with codes in words, and behind them the office, year and place of what they name."""
    told = await whose.told(db, table, names, rows)
    ids = [names.index(name) for name in schema.table(table).refers if name in names]
    lines = []
    for row in map(whose.plain, rows):
        named = next((told[row[at]] for at in ids if row[at] in told), None)
        cells = [_in_words(name, value) for name, value in zip(names, row, strict=True)]
        lines.append([*cells, *(named[name] if named else None for name in added)])
    return lines


def _in_words(column: str, value: Any) -> object:
    """A code by its label, cells by theirs; a number stays a number, and nothing stays nothing."""
    if value is None or value == "":
        return value
    if column in {"cells", "other_cells"}:
        return "；".join(words.value_label("cell", key) for key in json.loads(value))
    label = words.value_label(column, value)
    return value if label == str(value) else label


async def no_database_csv() -> Response:
    """A database has no CSV of its own."""
    raise NotFound("no CSV of a database")


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    """Stands before Datasette's own CSV: one page, no byte-order mark, errors written into the file."""
    return [
        (r"^/(?P<database>archive)/(?P<table>[^/.]+)\.csv$", download),
        (r"^/(?P<database>archive)/(?P<table>[^/]+?)/(?P<pks>[^/]*?)\.csv$", download),
        (r"^/archive\.csv$", no_database_csv),
    ]
