"""From a number to where it was read: the page or picture with the cell framed, the table, or the lines of a text."""

from typing import Any

from datasette.app import Datasette
from datasette.utils import tilde_decode
from datasette.utils.asgi import NotFound, Request, Response

from serve import kept, layout
from serve.hooks import hookimpl


async def show(request: Request, datasette: Datasette) -> Response:
    """/archive/reports/<report_id>/<cell>: where the figure of a report's current version stands."""
    report_id, cell = (tilde_decode(request.url_vars[name]) for name in ("report_id", "cell"))
    db = datasette.get_database("archive")
    row = (
        await db.execute(
            """SELECT r.*, c.capture, c.url AS captured_url, c.captured_at FROM reports r
            LEFT JOIN captures c ON c.report_id = r.report_id AND c.role = 'report' AND c.version = r.version
            WHERE r.report_id = ? ORDER BY c.captured_at DESC LIMIT 1""",
            [report_id],
        )
    ).first()
    if row is None or layout.label(cell) == cell:
        raise NotFound("no such cell")
    read, places = None, []
    if row["capture"] is not None:
        where = (kept.folder(datasette), row["capture"], row["captured_url"])
        report = await kept.in_turn(kept.report, *where)
        read = report.cells.get(cell) if report is not None else None
        if report is not None and read is not None and read.place is not None:
            for place, raw in [(read.place, read.raw), *report.again.get(cell, ())]:
                shown = await kept.in_turn(kept.around, *where, place)
                if shown is not None:
                    capture, around = shown
                    alone = place._replace(file=None)
                    places.append(
                        {"place": alone, "file": place.file, "raw": raw, "capture": capture, "passage": around}
                    )
    context = {"report": dict(row), "cell": cell, "label": layout.label(cell), "read": read, "places": places}
    page = await datasette.render_template("passage.html", context, request=request, view_name="passage")
    return Response.html(page, headers={"Cache-Control": f"max-age={datasette.setting('default_cache_ttl')}"})


async def page(request: Request, datasette: Datasette) -> Response:
    """/-/page/<capture>/<number>.png: a page of a report's PDF or a picture of its tables: nothing in it runs."""
    db = datasette.get_database("archive")
    row = (
        await db.execute(
            "SELECT capture, url FROM captures WHERE capture = ? AND role IN ('report', 'attachment')",
            [int(request.url_vars["capture"])],
        )
    ).first()
    where = row and (kept.folder(datasette), row["capture"], row["url"], int(request.url_vars["number"]))
    picture = await kept.in_turn(kept.page, *where) if where else None
    if picture is None:
        raise NotFound("no such page")
    headers = {"Cache-Control": "max-age=86400", "X-Robots-Tag": "noindex"}
    return Response(picture, headers=headers, content_type="image/png")


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    """Below a report the cells of its tables; the pictures of pages beside the originals."""
    return [
        (r"^/archive/reports/(?P<report_id>[^/]+)/(?P<cell>[a-z_]+\.[a-z_0-9]+\.[a-z_0-9]+)$", show),
        (r"^/-/page/(?P<capture>\d{1,15})/(?P<number>\d{1,5})\.png$", page),
    ]
