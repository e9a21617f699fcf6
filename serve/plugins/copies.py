"""The page of a copied paragraph, and the way to it from the list."""

from collections.abc import Awaitable, Callable
from typing import Any

from datasette.app import Datasette
from datasette.utils import urlsafe_components
from datasette.utils.asgi import Request
from markupsafe import Markup

from serve import copies
from serve.hooks import hookimpl


@hookimpl
def extra_template_vars(
    template: str, database: str | None, request: Request | None, datasette: Datasette
) -> Callable[[], Awaitable[dict[str, Any]]] | None:
    """`copy` for the template of a copied paragraph's page."""
    if template != "row-archive-copies.html" or request is None:
        return None

    async def page() -> dict[str, Any]:
        fingerprint, year = urlsafe_components(request.url_vars["pks"])
        return {"copy": await copies.read(datasette.get_database(database), fingerprint, int(year))}

    return page


@hookimpl
def render_cell(row: Any, value: Any, column: str, table: str | None, datasette: Datasette) -> Markup | None:
    """The words of a copied paragraph lead to its page."""
    if table != "copies" or column != "text":
        return None
    address = datasette.urls.row("archive", "copies", f"{row['fingerprint']},{row['year']}")
    return Markup('<a href="{}">{}</a>').format(address, value)
