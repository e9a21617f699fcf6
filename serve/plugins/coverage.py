"""What was seen, and what was not, by year and place: precomputed, in neutral words."""

from typing import Any

from datasette.app import Datasette
from datasette.utils.asgi import Request, Response

from archive import schema
from serve import atlas, words
from serve.hooks import hookimpl

COUNTS = (
    "offices",
    "found",
    "after_31_january",
    "after_31_march",
    "undated",
    "no_report",
    "unreachable",
    "refused",
    "never_looked",
)


async def coverage(request: Request, datasette: Datasette) -> Response:
    """/coverage?year=&province=&office_kind=: provinces of a year, or the counties of a province."""
    db = datasette.get_database("archive")
    found = await db.execute("SELECT year, sum(found) AS found FROM coverage_by_place GROUP BY year ORDER BY year DESC")
    years = {row["year"]: row["found"] for row in found.rows}
    asked = request.args.get("year") or ""
    seen = next((year for year, found in years.items() if found), next(iter(years), None))
    year = int(asked) if asked.isdecimal() and int(asked) in years else seen
    province, kind = request.args.get("province"), request.args.get("office_kind")
    kind = kind if kind in schema.VALUES["office_kind"] else None
    place = ("prefecture", "county", "division_code") if province else ("province",)
    conditions = ["year = :year", *(["province = :province"] if province else [])]
    if kind:
        conditions.append("office_kind = :kind")
    sums = ", ".join(f"sum({name}) AS {name}" for name in COUNTS)
    where, values = " AND ".join(conditions), {"year": year, "province": province, "kind": kind}
    rows = await db.execute(
        f"""SELECT {", ".join(place)}, {sums} FROM coverage_by_place WHERE {where}
        GROUP BY {", ".join(place)} ORDER BY max(division_code)""",  # noqa: S608
        values,
    )
    shown = [dict(row) for row in rows.rows]
    total = {name: sum(row[name] or 0 for row in shown) for name in COUNTS}
    context = {
        "year": year,
        "years": years,
        "province": province,
        "kind": kind,
        "kinds": list(schema.VALUES["office_kind"]),
        "rows": shown,
        "total": total,
        "counts": COUNTS,
        "map": await atlas.drawn(db, where, values, whole=not province),
        "columns": words.columns("coverage_by_place"),
    }
    page = await datasette.render_template("coverage.html", context, request=request, view_name="coverage")
    return Response.html(page, headers={"Cache-Control": f"max-age={datasette.setting('default_cache_ttl')}"})


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    """One page; the table behind it is that of every other."""
    return [(r"^/coverage$", coverage)]
