"""Reading only: what a public visitor may ask, and the headers that keep captured text from ever running."""

import logging
import re
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from datasette import handle_exception as datasettes
from datasette.utils.asgi import Base400, NotFound, Request, Response
from datasette.views.base import DatasetteError

from archive import schema
from serve.hooks import hookimpl

# Where `rich` is installed (typer brings it), Datasette 0.65.5 prints every error with all local variables, and an
# unknown address is answered by 500, since rich finds no exception there to print.
datasettes.rich = None

_TABLES = {one.name for one in schema.TABLES}
_OPEN = re.compile(rb"(^|&)[^_=&][^=&]*=(?=&|$)")


def without_query(record: logging.LogRecord) -> bool:
    """A line of uvicorn's log of requests, without what stands after the "?": what people looked for stays theirs."""
    if isinstance(record.args, tuple) and len(record.args) > 2:
        record.args = tuple(str(one).partition("?")[0] if at == 2 else one for at, one in enumerate(record.args))
    return True


logging.getLogger("uvicorn.access").addFilter(without_query)

Message = dict[str, Any]
App = Callable[[Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]]

HEADERS = {
    b"content-security-policy": b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    b"form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=()",
}

# Reports may be found by search engines; every filtered list is one of millions of pages with nothing of its own.
ROBOTS = """User-agent: *
Disallow: /*?
Disallow: /*.csv
Disallow: /*.json
Disallow: /-/original/
Allow: /static/
"""


@hookimpl
def asgi_wrapper() -> Callable[[App], App]:
    """Refuses every method but GET and HEAD, hands `q` (or `_search`) on as `_q`, adds the headers to every answer."""

    def wrap(app: App) -> App:
        async def reading_only(scope: Message, receive: Any, send: Any) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return

            async def send_guarded(message: Message) -> None:
                if message["type"] == "http.response.start":
                    given: Iterable[tuple[bytes, bytes]] = message.get("headers", [])
                    names = {name.lower() for name, _ in given}
                    more = [(name, value) for name, value in HEADERS.items() if name not in names]
                    message = {**message, "headers": [*given, *more]}
                await send(message)

            if scope["method"] not in {"GET", "HEAD"}:
                refusal = Response.text("本站只供查阅，不接受提交。", status=405, headers={"Allow": "GET, HEAD"})
                await refusal.asgi_send(send_guarded)
                return
            # A form sends what was left open, too: no condition, and not to stand in an address that is sent on.
            if _OPEN.search(scope["query_string"]):
                shorter = _OPEN.sub(b"", scope["query_string"]).lstrip(b"&").decode("latin-1")
                here = scope["raw_path"].rpartition(b"/")[2].decode("latin-1")
                await Response.redirect(f"?{shorter}" if shorter else f"./{here}").asgi_send(send_guarded)
                return
            # Datasette takes every argument without an underscore for a column to filter by.
            query = re.sub(rb"(^|&)(q|_search)=", rb"\1_q=", scope["query_string"])
            await app({**scope, "query_string": query}, receive, send_guarded)

        return reading_only

    return wrap


@hookimpl(tryfirst=True)
def handle_exception(request: Request | None, exception: Exception) -> Response | None:
    """What broke inside is told in the log: of the JSON, too, a visitor learns no more than that something did."""
    if request is None or not request.path.endswith(".json") or isinstance(exception, Base400 | DatasetteError):
        return None
    return Response.json({"ok": False, "error": "网站出错了", "status": 500, "title": None}, status=500)


@hookimpl
def permission_allowed(action: str, resource: tuple[str, str] | str | None) -> bool | None:
    """Tables that no page is about (parts of the search index, codes of facets) are closed."""
    return False if action == "view-table" and resource and resource[1] not in _TABLES else None


async def closed() -> Response:
    """Datasette's own pages about itself (settings, plugins, paths on this disk, debugging): not for visitors."""
    raise NotFound("closed")


async def robots() -> Response:
    """robots.txt."""
    return Response.text(ROBOTS)


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Awaitable[Response]]]]:
    """Closes /-/… but the originals, and answers robots.txt."""
    return [(r"^/-/(?!original/|page/)", closed), (r"^/[^/]+/-/", closed), (r"^/robots\.txt$", robots)]
