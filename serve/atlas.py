"""Counties as dots on a page, at their centroids: no border is drawn, and none is claimed."""

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from datasette.database import Database
from markupsafe import Markup

CENTROIDS = Path(__file__).parents[1] / "data" / "centroids.csv"
SCALE = 12.0  # units of the drawing per degree of latitude
WEST, NORTH, EAST, SOUTH = 73.0, 54.0, 135.5, 17.5
_NARROW = math.cos(math.radians(36))  # a degree of longitude in the middle of the country
_LINK = Markup(
    '<a href="{}/{}" tabindex="-1"><title>{}：找过 {:,} 份，见到 {:,} 份</title>'
    '<circle class="{}" cx="{}" cy="{}" r="{}"/></a>'
)
WIDTH, HEIGHT = round((EAST - WEST) * _NARROW * SCALE), round((NORTH - SOUTH) * SCALE)


@dataclass(frozen=True, slots=True)
class Dot:
    """A county's place in a drawing of WIDTH × HEIGHT, from the top left."""

    code: str
    name: str
    x: float
    y: float


@cache
def dots() -> dict[str, Dot]:
    """Every county by its code of six digits."""
    with CENTROIDS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {row["code"]: Dot(row["code"], row["name"], *_point(float(row["lon"]), float(row["lat"]))) for row in rows}


def _point(longitude: float, latitude: float) -> tuple[float, float]:
    return round((longitude - WEST) * _NARROW * SCALE, 1), round((NORTH - latitude) * SCALE, 1)


def _inside(province: str) -> list[Dot]:
    return [dot for dot in dots().values() if dot.code.startswith(province)]


@cache
def _ground(province: str) -> str:
    """The counties of a province (its two digits; "" is the country) as one SVG path of points."""
    return "".join(f"M{dot.x:g} {dot.y:g}h0" for dot in _inside(province))


@cache
def _window(province: str) -> tuple[float, float, float, float]:
    """Where they lie, with some air, in the shape of the country: no province is a strip, and Macau is not a wall."""
    if not province:
        return 0, 0, WIDTH, HEIGHT
    xs, ys = zip(*((dot.x, dot.y) for dot in _inside(province)), strict=True)
    width = max((max(xs) - min(xs)) * 1.2, (max(ys) - min(ys)) * 1.2 * WIDTH / HEIGHT, 40)
    height = width * HEIGHT / WIDTH
    x, y = (min(xs) + max(xs) - width) / 2, (min(ys) + max(ys) - height) / 2
    return round(x, 1), round(y, 1), round(width, 1), round(height, 1)


@dataclass(frozen=True, slots=True)
class Mark:
    """A county, how many reports were looked for there, and how many were seen."""

    dot: Dot
    looked: int
    found: int

    @property
    def share(self) -> str:
        """How much was seen there, in words that are a class of the style sheet."""
        if not self.found:
            return "none"
        return "most" if self.found * 10 >= self.looked * 9 else "half" if self.found * 2 >= self.looked else "few"


@dataclass(frozen=True, slots=True)
class Map:
    """Marks, the least seen first (the last lies on top), over the path of all counties that could be marked.

    `window` is the part of the drawing that is shown: x, y, width, height.
    """

    marks: list[Mark]
    ground: str
    window: tuple[float, float, float, float]

    @property
    def radius(self) -> float:
        """Of a dot: as large on the page whether the country is shown or one province."""
        return round(self.window[2] / 200, 2)

    def links(self, places: str) -> Markup:
        """The marks as SVG, each leading to its county below the address `places`.

        Written here and not in the template: Jinja, which awaits whatever it prints, takes 0.15 s for 2,850 of them.
        """
        return Markup("").join(
            _LINK.format(
                places,
                mark.dot.code,
                mark.dot.name,
                mark.looked,
                mark.found,
                mark.share,
                mark.dot.x,
                mark.dot.y,
                self.radius,
            )
            for mark in self.marks
        )


async def drawn(
    db: Database, where: str = "1", values: Mapping[str, Any] | None = None, *, whole: bool = True
) -> Map | None:
    """The map of what was looked for and found where the SQL condition holds: the `whole` country, or one province.

    None: no county of these is on the map. An invented county, or a row of a whole prefecture, has no centroid and is
    not drawn.
    """
    counties = await db.execute(
        f"""SELECT division_code, sum(offices - never_looked) AS looked, sum(found) AS found
        FROM coverage_by_place WHERE {where} GROUP BY division_code""",  # noqa: S608
        values,
    )
    known = dots()
    marks = [
        Mark(known[row["division_code"]], row["looked"], row["found"])
        for row in counties.rows
        if row["division_code"] in known and row["looked"]
    ]
    marks.sort(key=lambda mark: mark.found / mark.looked)
    if not marks:
        return None
    province = "" if whole else marks[0].dot.code[:2]
    return Map(marks, _ground(province), _window(province))
