"""Chinese labels in every template and in every cell of a table page."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

from datasette.app import Datasette
from datasette.utils import path_with_removed_args, path_with_replaced_args
from datasette.utils.asgi import Request
from jinja2 import Environment
from markupsafe import Markup, escape

from archive import schema
from serve import FOLDER, layout, whose, words
from serve.hooks import hookimpl
from serve.words import value_label

_LONG = 120
_NOT_COUNTED = ("", "年")  # what is a number and no quantity: no thousands apart
_NOTHING = Markup('<span class="null">–</span>')
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")
_LISTS = frozenset({"cells", "other_cells", "rows", "outcomes", "content"})
_FORM_TABLES = frozenset({"disclosure", "requests", "disputes"})


@hookimpl
def prepare_jinja2_environment(env: Environment, datasette: Datasette) -> None:
    """The names that templates use beside Datasette's own; error pages get nothing else."""

    def asset(name: str) -> str:
        mark = hashlib.sha256(Path(FOLDER / "static" / name).read_bytes()).hexdigest()[:8]
        return str(datasette.urls.path(f"/static/{name}?v={mark}"))

    async def whereabouts(table: str, rows: list[Any]) -> dict[str, str]:
        """Where the reports and offices that rows of a table name are: there are thousands of 自然资源和规划局."""
        told = await whose.told(datasette.get_database("archive"), table, list(rows[0].keys()), rows) if rows else {}
        return {one: words.place(row) for one, row in told.items()}

    env.globals.update(
        asset=asset,
        whereabouts=whereabouts,
        column_label=words.column_label,
        column_unit=words.column_unit,
        table_label=words.table_label,
        value_label=value_label,
        values_label=words.values_label,
        codes=words.codes,
        lookup_label=words.lookup_label,
        table_order=[table.name for table in schema.TABLES],
        marks=words.words()["marks"],
        short_state=words.short_state,
        with_=path_with_replaced_args,
        without=without,
    )
    env.filters.update(
        number=words.number,
        percent=words.percent,
        place=words.place,
        beijing=words.beijing,
        brief=words.brief,
        public=public,
        link=link,
        lines=lambda text: [line.strip() for line in (text or "").splitlines() if line.strip()],
    )


def public(address: str) -> str:
    """An address as a visitor sends it on: without host, with `q` for the `_q` that Datasette is given inside, and
    without the `_nocount` by which serve/listing.py keeps it from counting (it stands in the links of facets)."""
    here = re.sub(r"^https?://[^/]+", "", str(address))
    here = re.sub(r"([?&])_nocount=1(&|$)", lambda found: found[1] if found[2] else "", here)
    return re.sub(r"([?&])_q=", r"\1q=", here)


def without(request: Request, arguments: dict[str, str]) -> str:
    """The address of this page less these arguments, from its first page on."""
    gone = {**arguments, **({"_next": request.args["_next"]} if "_next" in request.args else {})}
    return str(path_with_removed_args(request, gone))


def link(address: str | None) -> Markup | str:
    """A link to a page outside; anything but http and https stays text, since captured pages may hold javascript:."""
    if not address:
        return ""
    if not re.match(r"https?://[^\s]+$", address, re.IGNORECASE):
        return address
    return Markup('<a href="{0}" rel="noopener noreferrer nofollow">{0}</a>').format(address)


@hookimpl
def render_cell(value: Any, column: str, table: str | None) -> Markup | None:
    """A cell of a table page: codes by label, JSON in words, a NULL figure not like an empty cell."""
    if table is None:
        return None
    declared = words.columns(table).get(column)
    if value is None:
        if table in _FORM_TABLES and declared and declared.type != "TEXT":
            return Markup('<span class="null" title="这里没有数字，原因见“单元格备注”">无数字</span>')
        return _NOTHING
    if isinstance(value, str) and column in _LISTS and value[:1] in "[{":
        return _json(value, column)
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        return escape(words.beijing(value))
    if isinstance(value, int | float) and declared and declared.unit not in _NOT_COUNTED:
        return escape(words.number(value))
    label = value_label(column, value) if isinstance(value, str | int) and value != "" else None
    if label and label != str(value):
        return Markup('<span title="{}">{}</span>').format(value, label)
    if isinstance(value, str) and len(value) > _LONG:
        return escape(value[:_LONG] + "……")
    return None


def _json(value: str, column: str) -> Markup:
    try:
        data = json.loads(value)
    except ValueError:
        return escape(value[:_LONG])
    if not data:
        return _NOTHING
    if column.endswith("cells") and isinstance(data, list):
        named = "；".join(layout.label(str(key)) for key in data[:2])
        return escape(f"{named}……共 {len(data)} 格" if len(data) > 2 else named)
    if column == "outcomes" and isinstance(data, dict):
        return escape("，".join(f"{name} {count}" for name, count in data.items()))
    if column == "rows" and isinstance(data, list):
        return escape(f"{len(data)} 行")
    return escape(value[:_LONG] + "……")
