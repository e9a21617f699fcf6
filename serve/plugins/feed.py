"""/feed.atom: what was newly seen, edited or gone; of the country, a place, an office or a search."""

from typing import Any

from datasette.app import Datasette
from datasette.utils.asgi import Request, Response

from archive import feed
from serve import words
from serve.chosen import of
from serve.hooks import hookimpl

BY = ("province", "prefecture", "county", "township", "division_code", "office_id", "office_kind", "year", "site_host")


async def atom(request: Request, datasette: Datasette) -> Response:
    """The latest events of the reports that the arguments choose: columns of `reports` by name, `q` as in the list."""
    db = datasette.get_database("archive")
    chosen = {name: request.args[name] for name in BY if request.args.get(name)}
    conditions = [f"r.{name} = ?" for name in chosen]
    values: list[object] = list(chosen.values())
    title = "、".join(words.value_label(name, value) for name, value in chosen.items())
    query = (request.args.get("_q") or "").strip()
    if query:
        found = await of(db, (), query, datasette.setting("sql_time_limit_ms"))
        conditions.append("r.number IN (SELECT value FROM json_each(?))")
        values.append(found.few())
        title += f" “{query}”"
    entries = await db.execute_fn(lambda one: feed.events(one, " AND ".join(conditions) or "1", tuple(values)))
    text = feed.atom(
        entries,
        title=f"年报档案 {title}".strip(),
        address=datasette.absolute_url(request, request.full_path),
        site=datasette.absolute_url(request, datasette.urls.instance()),
    )
    headers = {"Cache-Control": f"max-age={datasette.setting('default_cache_ttl')}"}
    return Response(text, headers=headers, content_type="application/atom+xml; charset=utf-8")


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    """One address for every feed."""
    return [(r"^/feed\.atom$", atom)]
