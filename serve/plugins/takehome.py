"""/downloads: the files of a snapshot, made when it was published, and the CSV of every table."""

from pathlib import Path
from typing import Any

from datasette.app import Datasette
from datasette.utils.asgi import AsgiFileDownload, NotFound, Request, Response

from archive import publish, schema
from serve.hooks import hookimpl


def folder(datasette: Datasette) -> Path:
    """Where a snapshot has its files to take home: beside the archive."""
    return Path(datasette.get_database("archive").path).resolve().parent / publish.DOWNLOADS


def files(datasette: Datasette) -> list[Path]:
    """The files there, by name; none where the archive is no snapshot."""
    here = folder(datasette)
    return sorted(file for file in here.iterdir() if file.is_file()) if here.is_dir() else []


async def downloads(request: Request, datasette: Datasette) -> Response:
    """The page of what can be taken home."""
    context = {
        "files": [{"name": file.name, "size": file.stat().st_size} for file in files(datasette)],
        "tables": schema.TABLES,
    }
    page = await datasette.render_template("downloads.html", context, request=request, view_name="downloads")
    return Response.html(page, headers={"Cache-Control": f"max-age={datasette.setting('default_cache_ttl')}"})


async def take(request: Request, datasette: Datasette) -> AsgiFileDownload:
    """/downloads/<file>: one of the files, as it lies there (a proxy in front may hand it out itself)."""
    chosen = next((file for file in files(datasette) if file.name == request.url_vars["name"]), None)
    if chosen is None:
        raise NotFound("no such file")
    return AsgiFileDownload(str(chosen), filename=chosen.name, content_type="application/octet-stream")


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    """The page, and the files below it."""
    return [(r"^/downloads$", downloads), (r"^/downloads/(?P<name>[\w.-]+)$", take)]
