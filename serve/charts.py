"""Bars for a page: sums of the archive as lengths, each with the list that it leads to. Every chart is a table too."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from datasette.database import Database

from serve import words
from serve.questions import address

REDRAWN = 2021
"""The first year of the present form: a line is drawn before it (国办公开办函〔2021〕30号)."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A number with its label and the list behind it (an address below /archive/); `share` (0–1) of the longest bar.

    `reports` were added up, `left_out` lack the number.
    """

    label: str
    value: int | float
    share: float
    link: str
    reports: int
    left_out: int


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars of one scope; `table` is the CSV they were taken from, `before` the bar that opens the new form."""

    title: str
    bars: list[Bar]
    table: str
    upright: bool = False
    before: int | None = None


def _bars(rows: Sequence[tuple[str, Any, str]]) -> list[Bar]:
    longest = max((row["sum"] or 0 for _, row, _ in rows), default=0) or 1
    return [
        Bar(label, row["sum"] or 0, (row["sum"] or 0) / longest, link, row["reports"], row["left_out"])
        for label, row, link in rows
    ]


async def charts(db: Database, year: int | None) -> list[Chart]:
    """The charts of the home page: requests by year, and of `year` the outcomes and the disputes. Own offices only."""
    by_year = (
        await db.execute(
            """SELECT year, sum(sum) AS sum, sum(reports) AS reports, sum(left_out) AS left_out FROM sums
            WHERE name = 'received' AND scope = 'own' GROUP BY year ORDER BY year"""
        )
    ).rows
    found = [
        Chart(
            "各年新收申请（件）",
            _bars(
                [
                    (str(row["year"]), row, address("reports", {"scope": "own", "year": row["year"]}, sort="received"))
                    for row in by_year
                ]
            ),
            "sums.csv?" + urlencode({"name": "received", "scope": "own"}),
            upright=True,
            before=_first_of_the_new_form([row["year"] for row in by_year]),
        )
    ]
    for one in words.words()["charts"] if year else ():
        names: list[str] = one["bars"]
        rows = {
            row["name"]: row
            for row in (
                await db.execute(
                    f"""SELECT name, sum(sum) AS sum, sum(reports) AS reports, sum(left_out) AS left_out FROM sums
                    WHERE scope = 'own' AND year = ? AND name IN ({", ".join("?" * len(names))}) GROUP BY name""",  # noqa: S608
                    [year, *names],
                )
            ).rows
        }
        bars = [
            (
                words.value_label("name", name),
                rows[name],
                address(
                    "figures",
                    {"scope": "own", "year": year, f"{name}__gt": 0},
                    sort=name,
                    columns=["year", *one["columns"], name],
                    facets=["province", "office_kind"],
                ),
            )
            for name in names
            if name in rows
        ]
        csv = "sums.csv?" + urlencode({"scope": "own", "year": year, "name__in": ",".join(names)})
        found.append(Chart(f"{year} 年{one['title']}", _bars(bars), csv))
    return [chart for chart in found if any(bar.value for bar in chart.bars)]


def _first_of_the_new_form(years: list[int]) -> int | None:
    return next((at for at, year in enumerate(years) if at and year >= REDRAWN > years[0]), None)
