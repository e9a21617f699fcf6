"""The original files: taken from the evidence, handed out as downloads, never shown on this site's own pages."""

import re
from typing import Any

from datasette.app import Datasette
from datasette.utils.asgi import NotFound, Request, Response

from serve import kept
from serve.hooks import hookimpl

HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "max-age=86400",
}


async def original(request: Request, datasette: Datasette) -> Response:
    """/-/original/<capture>: only files that a report of the archive was read from."""
    db = datasette.get_database("archive")
    row = (
        await db.execute(
            """SELECT c.capture, c.url, c.report_id, c.role, r.format FROM captures c
            JOIN reports r USING (report_id) WHERE c.capture = ? AND c.role IN ('report', 'attachment')""",
            [int(request.url_vars["capture"])],
        )
    ).first()
    if row is None:
        raise NotFound("no such original")
    # A read of the evidence opens a file of up to 1 GB at an offset: not on the event loop.
    data = await db.execute_fn(lambda _: kept.body(kept.folder(datasette), row["capture"], row["url"]))
    if data is None:
        page = await datasette.render_template("original_absent.html", {"original": row}, request=request)
        return Response.html(page, status=404)
    name = f"{row['report_id']}-{row['capture']}{_suffix(row)}"
    disposition = f'attachment; filename="{name}"'
    return Response(
        data, headers={**HEADERS, "Content-Disposition": disposition}, content_type="application/octet-stream"
    )


def _suffix(row: Any) -> str:
    named = re.search(
        r"\.(html?|shtml|pdf|docx?|wps|xlsx?|txt|jpe?g|png|tiff?)$", row["url"].split("?")[0], re.IGNORECASE
    )
    return "." + (
        named[1].lower() if named else {"text": "txt", "image": "jpg"}.get(row["format"], row["format"] or "bin")
    )


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    """The one address below /-/ that is open."""
    return [(r"^/-/original/(?P<capture>\d{1,15})$", original)]
