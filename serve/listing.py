"""Datasette's list of a table in an order of our own: every row exactly once, however it was chosen and sorted.

And its single row. What a visitor got wrong is told as that (400, 404), never as an error of ours.
"""

import json
import sqlite3
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from datasette.database import Database, QueryInterrupted
from datasette.filters import Filters
from datasette.plugins import pm
from datasette.utils import await_me_maybe, path_with_replaced_args, tilde_decode, tilde_encode, urlsafe_components
from datasette.utils.asgi import BadRequest, NotFound, Request, Response
from datasette.views.row import RowView
from datasette.views.table import TableView

from serve import words
from serve.chosen import by_relevance, chosen, conditions

MOST = 100_000
"""Rows that are counted: of a list that is longer it is said that there are more (25,000,000 take seconds to count)."""

PAGE = "nianbao.page"
"""In the scope of a request: the SQL condition and parameters of the rows that a page shows, whatever else it asks."""

_CLOSED = ("_through", "_timelimit", "_facet_array", "_facet_date")  # of Datasette; no page offers them
_NONE = "$null"  # as Datasette writes it where a row has no value

Key = tuple[str | int, ...]


def with_arguments(request: Request, drop: set[str], add: dict[str, str]) -> Request:
    """The same request with other arguments."""
    kept = [pair for pair in parse_qsl(request.query_string, keep_blank_values=True) if pair[0] not in drop]
    query = urlencode([*kept, *add.items()])
    return Request({**request.scope, "query_string": query.encode()}, request.receive)


@dataclass(frozen=True, slots=True)
class Order:
    """How a list goes: by a column (None: by its key alone), up or down, rows of one value by the table's key.

    `parts` are the conditions of its stretches, one after the other: an index may hold the first alone, and what has no
    value comes last both ways.
    """

    column: str | None
    down: bool
    key: tuple[str, ...]
    parts: tuple[str, ...]

    @property
    def columns(self) -> str:
        """The value that it goes by, and the key, as columns of SQL."""
        return ", ".join([_name(self.column) if self.column else "NULL", *map(_name, self.key)])

    @property
    def by(self) -> str:
        """What stands behind ORDER BY."""
        key = ", ".join(map(_name, self.key))
        return f"{_name(self.column)} {'DESC' if self.down else 'ASC'}, {key}" if self.column else key

    def after(self, following: str | None) -> tuple[int, list[str], dict[str, str]]:
        """What comes after the row that `following` names: from which part on, the conditions there, their values."""
        if following is None:
            return 0, [], {}
        told = urlsafe_components(following)
        value = told.pop(0) if self.column else None
        if len(told) != len(self.key):
            raise BadRequest("这个网址里的页次不对，请从第一页看起。")
        named = {f"key{at}": one for at, one in enumerate(told)}
        keys, marks = ", ".join(map(_name, self.key)), ", ".join(f":{name}" for name in named)
        if self.column is None or value is None or following.startswith(_NONE):
            return len(self.parts) - 1, [f"({keys}) > ({marks})"], named
        column = _name(self.column)
        # Not "less, or equal and a later key": for an OR SQLite makes several searches and sorts what they find.
        rest = [f"{column} {'<=' if self.down else '>='} :value", f"NOT ({column} = :value AND ({keys}) <= ({marks}))"]
        # Up, what is not above zero comes first; down, it comes after.
        start = int(above_zero(value) != self.down) if len(self.parts) > 2 else 0
        return start, rest, {**named, "value": value}

    def following(self, value: object, key: Key) -> str:
        """The name of a row, for `after`."""
        told = [] if self.column is None else [_NONE if value is None else tilde_encode(str(value))]
        return ",".join([*told, *(tilde_encode(str(one)) for one in key)])


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def above_zero(value: str) -> bool:
    """Whether a text is a number above zero."""
    try:
        return float(value) > 0
    except ValueError:
        return False


class Listing(TableView):  # type: ignore[misc]
    """TableView of Datasette 0.65.5, which is told the rows of its page and counts no list to its end.

    Its own first page breaks no ties, the second does, so that rows of the same year are shown twice or never (seen
    with 126 reports: 35 lost); from the second page on it counts facets over what is left of the list; and what comes
    after a row it asks for in a way that takes seconds on a million reports (`Order.after`). So the keys of a page are
    found here, Datasette shows these rows, and is asked once more for what stands around them.
    """

    async def data(
        self, request: Request, default_labels: bool = False, _next: str | None = None, _size: str | None = None
    ) -> Any:
        """What Datasette's own method returns."""
        _as_page_or_json(request)
        if closed := next((name for name in _CLOSED if name in request.args), None):
            raise BadRequest(f"本站的列表没有 {closed} 这个参数。")
        try:
            page = await self._listed(request, default_labels, _next, _size)
            if not isinstance(page, Response) and not request.args.get("_nocount"):
                page[0].update(await self._count(request))
            return page
        except (sqlite3.OperationalError, sqlite3.ProgrammingError, OverflowError) as error:
            # A column that is not there, an item asked of a text that is no list, a number of twenty digits.
            raise BadRequest(str(error)) from error

    async def _listed(self, request: Request, default_labels: bool, _next: str | None, _size: str | None) -> Any:
        order = await self._order(request)
        if order is None:
            return await super().data(request, default_labels, _next, _size)
        keys, following = await self._keys(
            request, order, _next or request.args.get("_next"), self._many(request, _size)
        )
        bare = {name for name in request.args if name not in ("_col", "_nocol", "_label", "_labels")}
        rows = with_arguments(request, bare, {"_nocount": "1", "_nofacet": "1"})
        columns, values = ", ".join(map(_name, order.key)), ", ".join(f"value ->> {at}" for at in range(len(order.key)))
        rows.scope[PAGE] = (f"({columns}) IN (SELECT {values} FROM json_each(:page))", {"page": json.dumps(keys)})  # noqa: S608
        listed, template_of_rows, names = await super().data(rows, default_labels, None, "max")
        place = {key: at for at, key in enumerate(keys)}
        found = [tuple(_plain(row[name]) for name in order.key) for row in listed["rows"]]
        shown = sorted(range(len(found)), key=lambda at: place[found[at]])
        from_rows = {**listed, "rows": [listed["rows"][at] for at in shown], "next": following}
        if request.args.get("_nofacet") and request.args.get("_nocount"):
            return from_rows, template_of_rows, names
        around = with_arguments(request, {"_next"}, {"_nocount": "1"})
        if not self._counts_rows(request):
            around.scope[PAGE] = ("0", {})
        listed, template_around, names = await super().data(around, default_labels, None, "0")
        kept = {name: from_rows[name] for name in ("rows", "next", "truncated")}
        if following:
            address = self.ds.urls.path(path_with_replaced_args(request, {"_next": following}))
            kept["next_url"] = self.ds.absolute_url(request, address)

        async def template() -> dict[str, Any]:
            display = (await template_of_rows())["display_rows"]
            return {**await template_around(), "display_rows": [display[at] for at in shown]}

        return {**listed, **kept}, template, names

    async def _order(self, request: Request) -> Order | None:
        """The order of a list; None where Datasette has another answer than a list."""
        if any(name.startswith("_filter_") or name == "_sort_by_desc" for name in request.args):
            return None  # leads to the address of what was filled in
        table = tilde_decode(request.url_vars["table"])
        try:
            db = self.ds.get_database(route=tilde_decode(request.url_vars["database"]))
        except KeyError:
            return None
        if not await db.table_exists(table):
            return None
        told = self.ds.table_metadata(db.name, table)
        up, down = request.args.get("_sort"), request.args.get("_sort_desc")
        if not up and not down:
            up, down = told.get("sort"), told.get("sort_desc")
        column = down or up
        key = tuple(await db.primary_keys(table)) or ("rowid",)
        if (up and down) or (column and column not in (*await db.table_columns(table), *key)):
            raise BadRequest(f"不能按“{column}”排序：要一个列名，升序或降序只写一个。")
        if not column:
            return Order(None, False, key, ("1",))
        name = _name(column)
        parts = (f"{name} > 0", f"{name} <= 0") if column in words.counted(table) else (f"{name} IS NOT NULL",)
        return Order(column, bool(down), key, (*(parts if down else parts[::-1]), f"{name} IS NULL"))

    async def _keys(
        self, request: Request, order: Order, following: str | None, many: int
    ) -> tuple[list[Key], str | None]:
        """The keys of the rows of a page in their order, and what names the last where more follow."""
        db, table = self._table(request)
        if request.args.get("_order") == "relevance" and request.args.get("_q"):
            return await self._most_relevant(request, db, following, many)
        clauses, values = await self._where(request, db, table)
        start, after, named = order.after(following)
        found: list[Any] = []
        for part in order.parts[start:]:
            where = " AND ".join([*clauses, part, *after])
            sql = f"SELECT {order.columns} FROM {_name(table)} WHERE {where} ORDER BY {order.by} LIMIT :many"  # noqa: S608
            found += (await db.execute(sql, {**values, **named, "many": many + 1 - len(found)})).rows
            after = []
            if len(found) > many:
                break
        keys = [tuple(row)[1:] for row in found[:many]]
        return keys, order.following(found[many - 1][0], keys[-1]) if 0 < many < len(found) else None

    async def _most_relevant(
        self, request: Request, db: Database, following: str | None, many: int
    ) -> tuple[list[Key], str | None]:
        """The same in the order of `by_relevance`; `following` says how many stand before."""
        ranked = await by_relevance(db, await chosen(self.ds, db, request), request.args["_q"])
        start = int(following) if following and following.isdecimal() else 0
        sql = "SELECT report_id FROM json_each(?) JOIN reports ON number = value ORDER BY json_each.key"
        rows = await db.execute(sql, [json.dumps(ranked[start : start + many])])
        return [tuple(row) for row in rows.rows], str(start + many) if 0 < many < len(ranked) - start else None

    async def _where(self, request: Request, db: Database, table: str) -> tuple[list[str], dict[str, Any]]:
        """All conditions of a list as SQL with its values: of the columns, and what plugins make of the rest."""
        clauses, values = Filters(sorted(conditions(request))).build_where_clauses(table)
        hooks = pm.hook.filters_from_request(request=request, database=db.name, table=table, datasette=self.ds)
        for hook in hooks:
            if more := await await_me_maybe(hook):
                clauses += more.where_clauses
                values |= more.params
        return clauses, values

    def _table(self, request: Request) -> tuple[Database, str]:
        database, table = (tilde_decode(request.url_vars[name]) for name in ("database", "table"))
        return self.ds.get_database(route=database), table

    def _many(self, request: Request, size: str | None) -> int:
        """How many rows a page has."""
        asked = size or request.args.get("_size") or str(self.ds.page_size)
        most = int(self.ds.max_returned_rows)
        if asked == "max":
            return most
        if not asked.isdecimal() or int(asked) > most:
            raise BadRequest(f"_size 要填 0 到 {most} 的整数，或 max。")
        return int(asked)

    def _counts_rows(self, request: Request) -> bool:
        """Whether SQLite has to count facets over the list: those of reports are counted without the table."""
        if request.args.get("_nofacet"):
            return False
        db, table = self._table(request)
        declared = table != "reports" and self.ds.table_metadata(db.name, table).get("facets")
        return bool(declared) or any(name.startswith("_facet") for name in request.args)

    async def _count(self, request: Request) -> dict[str, int | None]:
        """`filtered_table_rows_count` as Datasette names it; None where there are more than `more_than`."""
        db, table = self._table(request)
        if table == "reports":
            count = (await chosen(self.ds, db, request)).count
            return {"filtered_table_rows_count": count, "more_than": None}
        clauses, values = await self._where(request, db, table)
        known = None if db.is_mutable else (db.cached_table_counts or {}).get(table)
        if not clauses and known is not None:
            return {"filtered_table_rows_count": known, "more_than": None}
        where = " AND ".join(clauses) or "1"
        sql = f"SELECT count(*) FROM (SELECT 1 FROM {_name(table)} WHERE {where} LIMIT {MOST + 1})"  # noqa: S608
        try:
            count = (await db.execute(sql, values)).first()[0]
        except QueryInterrupted:
            return {"filtered_table_rows_count": None, "more_than": None}
        return {
            "filtered_table_rows_count": count if count <= MOST else None,
            "more_than": None if count <= MOST else MOST,
        }


class Row(RowView):  # type: ignore[misc]
    """RowView of Datasette 0.65.5, to which a key of another number of parts is an error of the server."""

    async def data(self, request: Request, default_labels: bool = False) -> Any:
        """What Datasette's own method returns."""
        _as_page_or_json(request)
        db = self.ds.get_database("archive")
        key = await db.primary_keys(tilde_decode(request.url_vars["table"])) or ["rowid"]
        if len(urlsafe_components(request.url_vars["pks"])) != len(key):
            raise NotFound("no such row")
        return await super().data(request, default_labels)


def _as_page_or_json(request: Request) -> None:
    """Datasette's third form, a value as a file, is for bytes: no table that is shown has any."""
    if request.url_vars.get("format") not in (None, "json", "csv"):
        raise NotFound("no such form")


def _plain(value: Any) -> Any:
    return value["value"] if isinstance(value, dict) else value
