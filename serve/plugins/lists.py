"""Every list of rows: through serve/listing.py, with the question it answers, and with numbers in number conditions."""

import re
from typing import Any

from datasette.app import Datasette
from datasette.filters import FilterArguments
from datasette.utils.asgi import BadRequest, Request

from archive import schema
from serve import questions, words
from serve.hooks import hookimpl
from serve.listing import PAGE, Listing, Row

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)
_LEAST = {"", "exact", "gt", "gte"}
_OF_NUMBERS = {"", "exact", "not", "gt", "gte", "lt", "lte"}


@hookimpl
def register_routes(datasette: Datasette) -> list[tuple[str, Any]]:
    """Stand before Datasette's own routes of the same form."""
    table, form = r"^(?!.*\.csv$)/(?P<database>archive)/(?P<table>[^/.]+)", r"(\.(?P<format>\w+))?$"
    return [
        (table + form, Listing.as_view(datasette)),
        (table + r"/(?P<pks>[^/]+?)" + form, Row.as_view(datasette)),
    ]


@hookimpl
def filters_from_request(request: Request, table: str) -> FilterArguments:
    """The rows of one page (serve/listing.py), or what a condition on a number comes to.

    Tells (400) what is no number where one is asked for, and a range upside down: both would find nothing.

    SQLite compares any text with any number, and an empty list would look like an answer.
    """
    if PAGE in request.scope:
        clause, values = request.scope[PAGE]
        return FilterArguments([clause], values)
    columns = words.columns(table)
    bounds: dict[tuple[str, str], float] = {}
    for key in request.args:
        name, _, lookup = key.partition("__")
        if name not in columns or columns[name].type == "TEXT" or lookup not in _OF_NUMBERS:
            continue
        for value in request.args.getlist(key):
            if not _NUMBER.fullmatch(value):
                raise BadRequest(f"“{columns[name].zh}”要填数字，这里写的是“{value}”。")
            bounds[name, lookup] = float(value)
    for (name, lookup), least in bounds.items():
        most = bounds.get((name, "lte"))
        if lookup == "gte" and most is not None and least > most:
            raise BadRequest(f"“{columns[name].zh}”的下限 {least:g} 大于上限 {most:g}，没有数字能同时满足。")
    # An index may hold what is above zero alone: SQLite uses it only where it is told so in as many words.
    lower = {
        name
        for (name, lookup), bound in bounds.items()
        if (bound > 0 and lookup in _LEAST) or (lookup == "gt" and bound == 0)
    }
    return FilterArguments([f'"{name}" > 0' for name in sorted(lower & words.counted(table))])


@hookimpl
def extra_template_vars(template: str, table: str | None, request: Request | None) -> dict[str, Any]:
    """For the page of a list: the question that it answers, if any, and by which numbers it may be narrowed."""
    if request is None or table not in {one.name for one in schema.TABLES} or not template.startswith("table"):
        return {}
    given = [(key, value) for key in request.args for value in request.args.getlist(key)]
    ranges = schema.table(table).ranges
    return {
        "question": questions.asked(table, given),
        "ranges": [name for name in ranges if name not in schema.MEASURES],
        "shares": [name for name in ranges if name in schema.MEASURES],
    }
