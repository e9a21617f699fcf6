"""The page of a copied paragraph, and the way to it from the list."""

from collections.abc import Awaitable, Callable
from typing import Any

from datasette.app import Datasette
from datasette.utils import urlsafe_components
from datasette.utils.asgi import Request
from jinja2 import Environment
from markupsafe import Markup

from serve import copies
from serve.hooks import hookimpl


@hookimpl
def prepare_jinja2_environment(env: Environment) -> None:
    """`copy_key`: the address of a copied paragraph."""
    env.globals["copy_key"] = copies.key


@hookimpl
def extra_template_vars(
    template: str, database: str | None, request: Request | None, datasette: Datasette
) -> Callable[[], Awaitable[dict[str, Any]]] | None:
    """`copy` for the template of a copied paragraph's page."""
    if template != "row-archive-copies.html" or request is None:
        return None

    async def page() -> dict[str, Any]:
        fingerprint, year, division = urlsafe_components(request.url_vars["pks"])
        return {"copy": await copies.read(datasette.get_database(database), fingerprint, int(year), division)}

    return page


@hookimpl
def render_cell(row: Any, value: Any, column: str, table: str | None, datasette: Datasette) -> Markup | None:
    """The words of a copied paragraph lead to its page."""
    if table != "copies" or column != "text":
        return None
    address = datasette.urls.row("archive", "copies", copies.key(row))
    return Markup('<a href="{}">{}</a>').format(address, value)
