"""Pages about the archive itself: how it finds, reads and counts, and how a program asks it."""

import json
import os
from functools import cache
from typing import Any

from datasette.app import Datasette
from datasette.utils.asgi import Request, Response

from archive import schema
from extract.rules import KINDS
from serve import FOLDER, words
from serve.hooks import hookimpl

FLOORS = FOLDER.parent / "benchmarks" / "floors.json"


@cache
def accuracy() -> list[dict[str, Any]]:
    """How well is read, by source of the documents and format: what benchmarks/floors.json pins, [] without it."""
    try:
        floors = json.loads(FLOORS.read_text("utf-8"))["floors"]
    except (OSError, ValueError, KeyError):
        return []
    return [
        {**one, "group": group, "format": name.removeprefix(f"{source} ")}
        for source, group in words.words()["accuracy_groups"].items()
        for name, one in floors.items()
        if name.startswith(f"{source} ")
    ]


async def method(request: Request, datasette: Datasette) -> Response:
    """/method: what each status, finding and measure means, how well is read, what not to conclude."""
    context = {
        "accuracy": accuracy(),
        "kinds": KINDS,
        "classes": list(schema.VALUES["class"]),
        "measures": schema.MEASURES,
        "states": list(schema.VALUES["state"]),
        "class_meanings": words.words()["class_meanings"],
        "contact": os.environ.get("NIANBAO_CONTACT"),
    }
    return await _page(request, datasette, "method.html", context)


async def interface(request: Request, datasette: Datasette) -> Response:
    """/api: how a program asks for rows, with examples that work."""
    context = {"tables": schema.TABLES, "here": datasette.absolute_url(request, datasette.urls.instance()).rstrip("/")}
    return await _page(request, datasette, "api.html", context)


async def _page(request: Request, datasette: Datasette, template: str, context: dict[str, Any]) -> Response:
    text = await datasette.render_template(template, context, request=request, view_name=template)
    return Response.html(text, headers={"Cache-Control": f"max-age={datasette.setting('default_cache_ttl')}"})


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    """Two pages of words."""
    return [(r"^/method$", method), (r"^/api$", interface)]
