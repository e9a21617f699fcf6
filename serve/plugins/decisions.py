"""What people decided about a report: where its id leads now, and why it is not shown any more."""

import re
from collections.abc import Awaitable, Callable

from datasette.app import Datasette
from datasette.utils import tilde_decode
from datasette.utils.asgi import NotFound, Request, Response

from serve.hooks import hookimpl

_REPORT = re.compile(r"/archive/reports/([^/.]+)((?:/[a-z_0-9.]+)?(?:\.\w+)?)$")


@hookimpl(tryfirst=True)
def handle_exception(
    datasette: Datasette, request: Request | None, exception: Exception
) -> Callable[[], Awaitable[Response | None]] | None:
    """An id that became another leads there (301); one that was taken down says so, with day and reason (410)."""
    asked = _REPORT.search(request.path) if request is not None else None
    if request is None or asked is None or not isinstance(exception, NotFound):
        return None

    async def answer() -> Response | None:
        db = datasette.get_database("archive")
        report_id = tilde_decode(asked[1])
        moved = (await db.execute("SELECT report_id FROM redirects WHERE old_id = ?", [report_id])).first()
        if moved is not None:
            return Response.redirect(
                datasette.urls.row("archive", "reports", moved["report_id"]) + asked[2], status=301
            )
        decided = (
            await db.execute(
                "SELECT * FROM decisions WHERE target = ? AND what IN ('takedown', 'not_report') ORDER BY number DESC",
                [report_id],
            )
        ).first()
        if decided is None:
            return None
        page = await datasette.render_template("taken_down.html", {"decided": decided}, request=request)
        return Response.html(page, status=410)

    return answer
