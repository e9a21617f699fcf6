"""CSV of any table or filtered list, whole, as Excel opens it right."""

import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote

from datasette.app import Datasette
from datasette.utils import tilde_decode
from datasette.utils.asgi import AsgiStream, NotFound, Request, Response
from datasette.views.row import RowView

from archive.export import BOM, as_csv
from serve import words
from serve.hooks import hookimpl
from serve.listing import Listing, with_arguments

# Arguments that tell of a page of the list: a CSV is always all of it.
_OF_PAGES = {"_next", "_size", "_shape", "_trace", "_labels"}


async def download(request: Request, datasette: Datasette) -> Response | AsgiStream:
    """All rows of /<database>/<table>.csv with its filters (or the one of /<database>/<table>/<key>.csv).

    `_bom=off` leaves out the byte-order mark, for scripts; `_header=zh` gives Chinese column headings. An error on
    the way breaks the connection, so that half a table is never taken for all of it.
    """
    facets = {name for name in request.args if name.startswith("_facet")}
    asked = with_arguments(request, {*facets, *_OF_PAGES}, {"_nofacet": "1", "_nocount": "1"})
    single = "pks" in request.url_vars
    view = RowView(datasette) if single else Listing(datasette)
    first = await (view.data(asked) if single else view.data(asked, _size="max"))
    if isinstance(first, Response):
        return first
    table = tilde_decode(request.url_vars["table"])
    head = first[0]["columns"]
    if request.args.get("_header") == "zh":
        head = [words.column_label(table, name) for name in head]
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
        await writer.write(mark + as_csv([head, *_plain(page["rows"])]))
        while following := page.get("next"):
            page, _, _ = await view.data(asked, _next=following, _size="max")
            await writer.write(as_csv(_plain(page["rows"])))

    return AsgiStream(body, headers=headers, content_type="text/csv; charset=utf-8")


def _plain(rows: Iterable[Iterable[Any]]) -> Iterator[list[object]]:
    for row in rows:
        yield [value["value"] if isinstance(value, dict) else value for value in row]


async def no_database_csv() -> Response:
    """A database has no CSV of its own."""
    raise NotFound("no CSV of a database")


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    """Stands before Datasette's own CSV: one page, no byte-order mark, errors written into the file."""
    return [
        (r"^/(?P<database>archive)/(?P<table>[^/.]+)\.csv$", download),
        (r"^/(?P<database>archive)/(?P<table>[^/]+?)/(?P<pks>[^/]+?)\.csv$", download),
        (r"^/archive\.csv$", no_database_csv),
    ]
