"""Counties as dots on a page, at their centroids: no border is drawn, and none is claimed."""

import csv
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path

CENTROIDS = Path(__file__).parents[1] / "data" / "centroids.csv"
SCALE = 12.0  # units of the drawing per degree of latitude
WEST, NORTH, EAST, SOUTH = 73.0, 54.0, 135.5, 17.5
_NARROW = math.cos(math.radians(36))  # a degree of longitude in the middle of the country
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


@cache
def ground() -> str:
    """All dots as one SVG path of points: what lies behind those that something is known of."""
    return "".join(f"M{dot.x:g} {dot.y:g}h0" for dot in dots().values())
