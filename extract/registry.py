"""The places that there are, and those that there were: the names of data/divisions.csv.gz, by what they lie in."""

import csv
import gzip
from functools import lru_cache
from pathlib import Path

_FILE = Path(__file__).resolve().parent.parent / "data" / "divisions.csv.gz"
_COUNTY, _TOWNSHIP = "3", "4"


@lru_cache(maxsize=1)
def _read() -> dict[str, set[str]]:
    """The names of the townships and streets by the names of the counties in which they lie."""
    with gzip.open(_FILE, "rt", encoding="utf-8") as lines:
        rows = [(row["code"], row["name"], row["level"], row["parent"]) for row in csv.DictReader(lines)]
    counties = {code: name for code, name, level, _ in rows if level == _COUNTY}
    found: dict[str, set[str]] = {}
    for _, name, level, parent in rows:
        if level == _TOWNSHIP:
            found.setdefault(counties.get(parent, ""), set()).add(name)
    return found


def townships(county: str | None = None) -> frozenset[str]:
    """The names of the townships and streets, all or those of `county`."""
    return frozenset(_read().get(county, ())) if county else _all()


@lru_cache(maxsize=1)
def _all() -> frozenset[str]:
    return frozenset().union(*_read().values())
