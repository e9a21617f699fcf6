"""Named figures and measures (schema.toml): of one report, and added up over reports of one scope.

Own and whole-area reports are never added up together, nor whole-area reports of different kinds of office (a
prefecture's figures hold its counties'): every function that adds up asks for the scope. A report counts only where
every cell that a measure needs holds a number; how many were left out is told with every sum.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from sqlite3 import Connection

from archive import schema
from extract import form
from extract.report import Cell, Status

Number = int | float


@dataclass(frozen=True, slots=True)
class Value:
    """A figure or measure: `sum` (of a measure, what is above the line), `n` (below; None for a figure).

    `sum` is None where no report counts. `reports` were added up, `left_out` lack a number that it needs;
    `with_derived` of those added up rest on cells that are not printed but follow from sums.
    """

    sum: Number | None
    n: Number | None
    reports: int
    left_out: int
    with_derived: int

    @property
    def share(self) -> float | None:
        """sum / n; None without cases, and for a figure."""
        return None if self.sum is None or not self.n else self.sum / self.n

    @property
    def may_be_ranked(self) -> bool:
        """Whether there are cases enough to set it beside others."""
        return (self.n or 0) >= schema.SMALLEST_RANKED

    @property
    def percent(self) -> float | None:
        """The share in per cent, as it may stand in a list that is sorted by it; None where it may not be ranked."""
        return round(100 * self.share, 2) if self.share is not None and self.may_be_ranked else None


@lru_cache(maxsize=256)
def cells(figure: str, disclosure: str | None, requests: str | None) -> tuple[str, ...]:
    """The cells of a figure in a report whose chapters two and three follow these editions (None: not there).

    Empty where the report has no such figure.
    """
    one = schema.FIGURES[figure]
    if one.edition and one.edition != disclosure:
        return ()
    editions = {"disclosure": disclosure, "requests": requests, "disputes": "2021"}
    found = [
        key
        for pattern in one.cells
        for key in form.keys(pattern.split(".")[0], editions[pattern.split(".")[0]])
        if fnmatchcase(key, pattern)
    ]
    return tuple(found)


def of_cells(read: Mapping[str, Cell], editions: Mapping[str, str | None]) -> tuple[dict[str, Number | None], set[str]]:
    """Every figure of a report, and the names of those that rest on derived cells.

    None unless each of the figure's cells holds a number: a blank is not zero.
    """
    figures: dict[str, Number | None] = {}
    derived: set[str] = set()
    for name in schema.FIGURES:
        mine = [read.get(key) for key in cells(name, editions.get("disclosure"), editions.get("requests"))]
        values = [cell.value for cell in mine if cell is not None and cell.value is not None]
        figures[name] = sum(values) if mine and len(values) == len(mine) else None
        if figures[name] is not None and any(cell is not None and cell.status is Status.DERIVED for cell in mine):
            derived.add(name)
    return figures, derived


def of_report(name: str, row: Mapping[str, object]) -> Value:
    """A figure or measure of one report, from its row of the table `figures`."""
    above, below = _line(name)
    derived = set(str(row["derived"] or "").split(","))
    total, n = _sum(row, above), _sum(row, below)
    if total is None or (below and n is None):
        return Value(None, None, 0, 1, 0)
    return Value(total, n, 1, 0, int(bool(derived & {*above, *below})))


def _sum(row: Mapping[str, object], names: Iterable[str]) -> Number | None:
    values = [row[name] for name in names]
    numbers = [value for value in values if isinstance(value, int | float)]
    return sum(numbers) if values and len(numbers) == len(values) else None


def _line(name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if name in schema.FIGURES:
        return (name,), ()
    return schema.MEASURES[name].numerator, schema.MEASURES[name].denominator


COLUMNS = ("reports", "left_out", "with_derived", "sum", "n")


def expressions(name: str) -> dict[str, str]:
    """SQL of the aggregates of a figure or measure over rows of `figures`, by the name of its column in `sums`.

    Use only over rows of one scope, and, where that is "area", of one kind of office. KeyError: no such name.
    """
    above, below = _line(name)
    total, n = " + ".join(above), " + ".join(below) or "0"
    counts = f"({total}) + ({n}) IS NOT NULL"
    rests = " OR ".join(f"',' || derived || ',' LIKE '%,{one},%'" for one in dict.fromkeys((*above, *below)))
    return {
        "reports": f"sum({counts})",
        "left_out": f"sum(NOT ({counts}))",
        "with_derived": f"sum(derived IS NOT NULL AND {counts} AND ({rests}))",
        "sum": f"sum(CASE WHEN {counts} THEN {total} END)",
        "n": f"sum(CASE WHEN {counts} THEN {n} END)" if below else "NULL",
    }


def added_up(
    db: Connection,
    name: str,
    *,
    scope: str,
    office_kind: str | None = None,
    where: str = "",
    values: tuple[object, ...] = (),
) -> Value:
    """A figure or measure over the reports of `scope` ("own" or "area") that fulfil `where` (SQL over `figures`).

    Whole-area reports take an `office_kind` too. Raises ValueError where that is not told, KeyError for no such name.
    """
    if scope not in schema.VALUES["scope"]:
        raise ValueError(f"no scope {scope!r}: own and whole-area figures are never added up")
    if scope == "area" and office_kind is None:
        raise ValueError("whole-area reports add up within one kind of office only")
    kind = "AND office_kind = ?" if office_kind else ""
    sql = f"""SELECT {", ".join(expressions(name)[column] for column in COLUMNS)}
        FROM figures WHERE scope = ? {kind} {f"AND ({where})" if where else ""}"""  # noqa: S608
    row = db.execute(sql, (scope, *([office_kind] if office_kind else []), *values)).fetchone()
    reports, left_out, derived, total, n = row
    return Value(total, n, reports or 0, left_out or 0, derived or 0)


def definitions() -> list[dict[str, str]]:
    """The rows of the table `measures`."""
    return [
        {
            "measure": one.name,
            "zh": one.zh,
            "en": one.en,
            "numerator": " + ".join(one.numerator),
            "denominator": " + ".join(one.denominator),
            "meaning_zh": one.meaning_zh,
            "meaning_en": one.meaning_en,
            "not_zh": one.not_zh,
            "not_en": one.not_en,
        }
        for one in schema.MEASURES.values()
    ]
