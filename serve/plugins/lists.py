"""Every table's pages and JSON go through serve/listing.py."""

from typing import Any

from datasette.app import Datasette

from serve.hooks import hookimpl
from serve.listing import Listing


@hookimpl
def register_routes(datasette: Datasette) -> list[tuple[str, Any]]:
    """Stands before Datasette's own route of the same form."""
    return [(r"/(?P<database>archive)/(?P<table>[^\/\.]+)(\.(?P<format>(?!csv)\w+))?$", Listing.as_view(datasette))]
