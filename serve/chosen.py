"""Which reports a list is of: worked out once, for its rows, their count and every facet."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from datasette.app import Datasette
from datasette.database import Database
from datasette.filters import Filters
from datasette.utils.asgi import Request

from archive import facets, search

# A phrase of the form itself is in every report: beyond so many hits nothing more is looked at, and the page says so.
CAP = 20_000

# Under so many reports the search is asked of each of them, above of the newest hits, of which those are taken.
FEW, HITS = 500, 100_000

# A list is asked for its rows and facets, for the next page, for the CSV: what was worked out is kept for these.
KEPT = 32


def stamp(db: Database) -> tuple[float, ...]:
    """Changes when the file of `db` does: what was counted before no longer holds."""
    path = Path(db.path)
    return tuple(p.stat().st_mtime_ns for p in (path, path.with_name(path.name + "-wal")) if p.exists())


def conditions(request: Request) -> list[tuple[str, str]]:
    """What a request asks of columns, as Datasette tells it from arguments of its own: (column__lookup, value)."""
    return [
        (key, value)
        for key in request.args
        if not key.startswith("_") or "__" in key
        for value in request.args.getlist(key)
    ]


@dataclass(slots=True)
class Chosen:
    """The reports of a list by their numbers (None: all there are), and whether there may be more than were looked at.

    `searchable` is False where a query has no word to look for.
    """

    columns: dict[str, tuple[facets.Labels, Any]]
    numbers: Any | None
    capped: bool = False
    searchable: bool = True
    _counted: dict[str, list[tuple[str | int, int]]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many there are."""
        return int(pc.sum(self.columns[facets.PRESENT][1]).as_py() or 0) if self.numbers is None else len(self.numbers)

    def facet(self, name: str) -> list[tuple[str | int, int]]:
        """The values of a facet with the number of reports, most first; those without a value are in none."""
        if name not in self._counted:
            labels, codes = self.columns[name]
            found = pc.value_counts(codes if self.numbers is None else codes.take(self.numbers)).to_pylist()
            counts = [(labels[one["values"]], one["counts"]) for one in found if one["values"]]
            self._counted[name] = sorted(counts, key=lambda one: (-one[1], one[0]))
        return self._counted[name]

    def few(self) -> str | None:
        """Their numbers as JSON where they are few enough to be looked up one by one, else None."""
        return None if self.numbers is None or len(self.numbers) > CAP else json.dumps(self.numbers.to_pylist())

    def newest(self) -> int | None:
        """The last year of all, None where some have no year."""
        years = self.facet("year")
        whole = bool(years) and sum(count for _, count in years) == self.count
        return max(int(year) for year, _ in years) if whole else None


_every: dict[str, tuple[tuple[float, ...], Chosen]] = {}
_chosen: dict[tuple[object, ...], Chosen] = {}


def database(archive: Path, settings: dict[str, bool | int]) -> Database:
    """An archive that does not change, as a server of these settings has it."""
    return Datasette([], immutables=[str(archive)], settings=settings).get_database("archive")


def forget() -> None:
    """What was chosen is worked out again."""
    _chosen.clear()


async def every(db: Database) -> Chosen:
    """All reports, their columns read from archive.facets again only when the file has changed."""
    now = stamp(db)
    if db.path not in _every or _every[db.path][0] != now:
        read = await db.execute_fn(facets.read)
        columns = {
            name: (labels, pa.Array.from_buffers(pa.uint16(), len(codes) // 2, [None, pa.py_buffer(codes)]))
            for name, (labels, codes) in read.items()
        }
        _every[db.path] = (now, Chosen(columns, None))
    return _every[db.path][1]


async def chosen(datasette: Datasette, db: Database, request: Request) -> Chosen:
    """The reports that the conditions and the search (`_q`) of a request choose."""
    return await of(
        db, tuple(conditions(request)), request.args.get("_q") or "", datasette.setting("sql_time_limit_ms")
    )


async def of(db: Database, asked: tuple[tuple[str, str], ...], query: str, limit: int) -> Chosen:
    """As `chosen`; `limit` milliseconds for a condition that only the table can answer."""
    if not asked and not query.strip():
        return await every(db)
    key = (db.path, *stamp(db), tuple(sorted(asked)), query.strip())
    if key not in _chosen:
        found = await _choose(db, asked, query.strip(), limit)
        while len(_chosen) >= KEPT:
            _chosen.pop(next(iter(_chosen)))
        _chosen[key] = found
    return _chosen[key]


async def _choose(db: Database, asked: Iterable[tuple[str, str]], query: str, limit: int) -> Chosen:
    columns = (await every(db)).columns
    mask = None
    others = []
    for name, value in asked:
        if name in facets.NAMES:
            labels, codes = columns[name]
            code = next((at for at, label in enumerate(labels) if at and str(label) == value), None)
            fits = pc.equal(codes, pa.scalar(len(labels) if code is None else code, pa.uint16()))
            mask = fits if mask is None else pc.and_(mask, fits)
        else:
            others.append((name, value))
    numbers = None if mask is None else pc.indices_nonzero(mask)
    if others:
        numbers = _both(numbers, await _by_table(db, others, limit))
    if not query:
        return Chosen(columns, numbers)
    expression = search.match(query)
    if expression is None:
        return Chosen(columns, pa.array([], pa.uint64()), searchable=False)
    hits, capped = await _hits(db, expression, numbers)
    length = len(columns[facets.PRESENT][1])
    return Chosen(columns, pa.array([number for number in hits if number < length], pa.uint64()), capped)


async def _by_table(db: Database, asked: list[tuple[str, str]], limit: int) -> Any:
    clauses, values = Filters(sorted(asked)).build_where_clauses("reports")
    # One text, not a row for each: of 800,000 rows half a second goes into making them.
    sql = f"SELECT group_concat(number) FROM reports WHERE {' AND '.join(clauses) or '1'} AND number NOT NULL"  # noqa: S608
    told = (await db.execute(sql, values, custom_time_limit=limit)).first()[0]
    numbers = pa.array(told.split(",") if told else [], pa.string()).cast(pa.uint64())
    return numbers.take(pc.sort_indices(numbers))


def _both(one: Any | None, other: Any) -> Any:
    return other if one is None else other.filter(pc.is_in(other, one))


async def _hits(db: Database, expression: str, among: Any | None) -> tuple[list[int], bool]:
    """The numbers of the newest reports that match, of those in `among` only; whether there may be more."""
    if among is not None and not len(among):
        return [], False
    low, high = (0, 1 << 40) if among is None else (among[0].as_py(), among[-1].as_py())
    whole = among is None or len(among) == high - low + 1
    few = among is not None and len(among) <= FEW
    limit = CAP if whole or few else HITS
    within = "rowid IN (SELECT value FROM json_each(?))" if few else "rowid BETWEEN ? AND ?"
    values = [json.dumps(among.to_pylist())] if few and among is not None else [low, high]

    sql = f"SELECT rowid FROM search WHERE search MATCH ? AND {within} ORDER BY rowid DESC LIMIT ?"  # noqa: S608
    found = [row[0] for row in (await db.execute(sql, [expression, *values, limit])).rows]
    capped = len(found) == limit
    if whole or few or among is None:
        return found, capped
    wanted = pc.is_in(pa.array(found, pa.uint64()), among.cast(pa.uint64())).to_pylist()
    fitting = [number for number, fits in zip(found, wanted, strict=True) if fits]
    return fitting[:CAP], capped or len(fitting) > CAP


async def by_relevance(db: Database, found: Chosen, query: str) -> list[int]:
    """The numbers of a search's reports: first those whose title, office or place holds what is looked for, then those
    whose prose does, the newest first in each part."""
    if found.numbers is None or (expression := search.match(query)) is None:
        return []
    numbers = sorted(found.numbers.to_pylist(), reverse=True)
    sql = "SELECT rowid FROM search WHERE search MATCH ? AND rowid BETWEEN ? AND ? ORDER BY rowid DESC LIMIT ?"
    bounds = (numbers[-1], numbers[0]) if numbers else (0, 0)
    named = {row[0] for row in (await db.execute(sql, [f"names : ({expression})", *bounds, HITS])).rows}
    return sorted(numbers, key=lambda number: number not in named)
