"""The page of a place: who must publish there, and what was seen of each year."""

from collections.abc import Awaitable, Callable
from typing import Any

from datasette.app import Datasette
from datasette.database import Database
from datasette.utils import urlsafe_components
from datasette.utils.asgi import Request

from serve import copies
from serve.hooks import hookimpl

# Offices of a county are some 80; a prefecture or province is shown by its counties.
MOST = 400
COUNTY = 3
# The county's own government first, its office and bureaus, then townships and streets by code.
FIRST = "county government_office department zone"
ORDER = f"instr('{FIRST}', o.office_kind) = 0, instr('{FIRST}', o.office_kind)"


@hookimpl
def extra_template_vars(
    template: str, database: str | None, request: Request | None, datasette: Datasette
) -> Callable[[], Awaitable[dict[str, Any]]] | None:
    """`place` for the template of a place's page."""
    if template != "row-archive-places.html" or request is None:
        return None

    async def page() -> dict[str, Any]:
        (code,) = urlsafe_components(request.url_vars["pks"])
        return {"place": await read(datasette.get_database(database), code)}

    return page


async def read(db: Database, code: str) -> dict[str, Any]:
    """A place with those inside it, or with its offices and what was seen of them in each year."""

    async def rows(sql: str, *values: object) -> list[dict[str, Any]]:
        return [dict(row) for row in (await db.execute(sql, list(values))).rows]

    (place,) = await rows("SELECT * FROM places WHERE division_code = ?", code)
    inside = await rows("SELECT * FROM places WHERE parent = ? ORDER BY division_code", code)
    above: list[dict[str, Any]] = []
    parent = place["parent"]
    while parent and (found := await rows("SELECT * FROM places WHERE division_code = ?", parent)):
        above.insert(0, found[0])
        parent = found[0]["parent"]
    offices: list[dict[str, Any]] = []
    years: list[int] = []
    if place["level"] >= COUNTY:
        offices = await rows(
            f"""SELECT o.* FROM offices o WHERE o.division_code = ? OR o.division_code GLOB ? || '???'
            ORDER BY {ORDER}, o.division_code, o.name LIMIT {MOST}""",  # noqa: S608
            code,
            code,
        )
        seen = await rows(
            """SELECT c.*, f.received, f.scope, r.signed_date, r.published_date FROM coverage c
            JOIN offices o USING (office_id) LEFT JOIN figures f USING (report_id) LEFT JOIN reports r USING (report_id)
            WHERE o.division_code = ? OR o.division_code GLOB ? || '???'""",
            code,
            code,
        )
        years = sorted({one["year"] for one in seen})
        by_office: dict[str, dict[int, dict[str, Any]]] = {}
        for one in seen:
            by_office.setdefault(one["office_id"], {})[one["year"]] = one
        for office in offices:
            office["years"] = [by_office.get(office["office_id"], {}).get(year) for year in years]
    copied = await copies.of_county(db, code) if place["level"] <= COUNTY else []
    return {**place, "inside": inside, "above": above, "offices": offices, "columns": years, "copied": copied}
