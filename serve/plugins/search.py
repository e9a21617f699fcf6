"""The list of reports: `?q=` searches names and prose, once a query; the hits serve rows, count and every facet."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from datasette.app import Datasette
from datasette.database import Database
from datasette.filters import FilterArguments
from datasette.utils.asgi import Request
from markupsafe import Markup, escape

from archive import schema, search
from serve.hooks import hookimpl
from serve.listing import stamp

# A phrase of the form itself is in every report: beyond the newest ones nothing more is counted, and the page says so.
CAP = 20_000

# One query is asked for a page's rows and its facets, for the next page, for the CSV: its hits are kept for these.
KEPT = 32
_found: dict[tuple[object, ...], str] = {}

# Characters of a passage, and of those how many stand before the first hit.
LENGTH, BEFORE = 130, 35


@hookimpl
def filters_from_request(
    request: Request, database: str, table: str, datasette: Datasette
) -> Callable[[], Awaitable[FilterArguments]] | None:
    """Turns `q` into the numbers of the reports that it finds (as `_q`, see safety.py)."""
    query = (request.args.get("_q") or "").strip()
    if table != "reports" or not query:
        return None

    async def find() -> FilterArguments:
        expression = search.match(query)
        found = await hits(datasette.get_database(database), expression) if expression else "[]"
        capped = found.count(",") + 1 >= CAP
        return FilterArguments(
            ["reports.rowid in (select value from json_each(:hits))"],
            params={"hits": found},
            human_descriptions=[f"含“{query}”"],
            extra_context={"q": query, "capped": capped, "cap": CAP, "not_searchable": expression is None},
        )

    return find


async def hits(db: Database, expression: str) -> str:
    """The rowids of the newest `CAP` reports that match, as JSON; kept while the file stays as it is."""
    key = (db.path, expression, *stamp(db))
    if key not in _found:
        rows = await db.execute(
            """SELECT reports.rowid FROM (SELECT rowid AS number FROM search WHERE search MATCH ?
            ORDER BY rowid DESC LIMIT ?) JOIN search_rows USING (number) JOIN reports USING (report_id)""",
            [expression, CAP],
        )
        while len(_found) >= KEPT:
            _found.pop(next(iter(_found)))
        _found[key] = json.dumps([row[0] for row in rows.rows])
    return _found[key]


@hookimpl
def extra_template_vars(
    template: str, database: str | None, request: Request | None, datasette: Datasette
) -> dict[str, Any]:
    """For the list of reports: the order of the facets, and where in a report the words stand."""
    if template != "table-archive-reports.html" or request is None:
        return {}
    query = (request.args.get("_q") or "").strip()
    db = datasette.get_database(database)

    async def passage(report_id: str) -> Markup | str:
        if not query:
            return ""
        rows = await db.execute("SELECT text FROM chapters WHERE report_id = ?", [report_id])
        return marked([row["text"] or "" for row in rows.rows], query)

    return {"facet_order": schema.table("reports").facets, "passage": passage}


def marked(texts: list[str], query: str) -> Markup | str:
    """The passage with the first hit, its hits marked; "" where none of the texts holds one (only a name matched)."""
    for text in texts:
        hits_here = search.spans(text, query)
        if not hits_here:
            continue
        start = max(0, hits_here[0][0] - BEFORE)
        end = min(len(text), start + LENGTH)
        parts, at = [escape("……" if start else "")], start
        for first, last in hits_here:
            if last > end:
                break
            parts += [escape(text[at:first]), Markup("<mark>{}</mark>").format(text[first:last])]
            at = last
        parts += [escape(text[at:end]), escape("……" if end < len(text) else "")]
        return Markup("").join(parts)
    return ""
