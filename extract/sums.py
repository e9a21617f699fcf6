"""The sums of the form, and what they say of its cells.

R1 each row of `requests` (six applicants = total), R2 一 + 二 = （七） + 四 and R3 Σ outcomes = （七） in each column,
R4 each stage of `disputes` (four results = total).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from extract import form
from extract.report import Cell, Status

GAPS = frozenset((Status.MISSING, Status.UNREADABLE))
EMPTY = frozenset((Status.BLANK, Status.SLASH, Status.DASH, Status.TEXT))


def number(cell: Cell) -> int | float | None:
    """The number a cell stands for in a sum: what is printed, 0 for an empty one, None where nobody knows."""
    if cell.value is not None:
        return cell.value
    return 0 if cell.status in EMPTY else None


@dataclass(frozen=True, slots=True)
class Sum:
    """`sum(left) = sum(right)` over cell keys; `kind` is the finding that breaks it."""

    kind: str
    left: tuple[str, ...]
    right: tuple[str, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """All the cells of the sum."""
        return self.left + self.right

    @property
    def table(self) -> str:
        """The table in which it stands."""
        return self.left[0].split(".", 1)[0]

    def asks(self, cells: dict[str, Cell], gap: str) -> int | float | None:
        """What the other cells of the sum ask for in one of them; None where another is unknown."""
        side, other = (self.left, self.right) if gap in self.left else (self.right, self.left)
        beside, whole = _total(cells, [key for key in side if key != gap]), _total(cells, other)
        return None if beside is None or whole is None else whole - beside

    def is_known(self, cells: dict[str, Cell]) -> bool:
        """Whether all its cells are."""
        return None not in (_total(cells, self.left), _total(cells, self.right))

    def is_broken(self, cells: dict[str, Cell]) -> bool:
        """Whether a sum of which all cells are known is wrong."""
        left, right = _total(cells, self.left), _total(cells, self.right)
        return left != right and None not in (left, right)


def _total(cells: dict[str, Cell], keys: Iterable[str]) -> int | float | None:
    total: int | float = 0
    for key in keys:
        if (known := number(cells[key])) is None:
            return None
        total += known
    return total


@lru_cache
def sums(edition: str | None, has_disputes: bool) -> tuple[Sum, ...]:
    """Every sum of the form for an edition of `requests` (None: table not there) and for `disputes`."""
    found: list[Sum] = []
    if edition is not None:
        rows = form.FORM["requests"]["layout"][edition]
        outcomes = [row for row in rows if row not in ("new_received", "carried_in", "total_handled", "carried_out")]
        kinds, total = form.APPLICANTS[:-1], form.APPLICANTS[-1]
        for row in rows:
            found.append(Sum("row_sum", tuple(f"requests.{row}.{k}" for k in kinds), (f"requests.{row}.{total}",)))
        for column in form.APPLICANTS:
            found.append(
                Sum(
                    "balance",
                    (f"requests.new_received.{column}", f"requests.carried_in.{column}"),
                    (f"requests.total_handled.{column}", f"requests.carried_out.{column}"),
                )
            )
            found.append(
                Sum(
                    "outcome_sum",
                    tuple(f"requests.{row}.{column}" for row in outcomes),
                    (f"requests.total_handled.{column}",),
                )
            )
    if has_disputes:
        results, total = form.RESULTS[:-1], form.RESULTS[-1]
        for stage in form.STAGES:
            found.append(
                Sum("disputes_sum", tuple(f"disputes.{stage}.{r}" for r in results), (f"disputes.{stage}.{total}",))
            )
    return tuple(found)


def doubt(cells: dict[str, Cell], edition: str | None, has_disputes: bool) -> None:
    """Take back in `cells` of a scan what breaks every sum it stands in (two at least) though all other cells of these
    are known: one misread cell shows so.

    Where its sums agree what it should be, it is `disputed` between what was read and that, since a publisher's slip
    looks the same; else `unreadable` (which `solve.fill` may then solve), unless another cell in dispute breaks its
    sums.
    """
    every = sums(edition, has_disputes)
    for agreeing in (True, False):
        broken = [one for one in every if one.is_broken(cells)]
        sound = {key for one in every if one.is_known(cells) and one not in broken for key in one.keys}
        wanted: dict[str, list[int | float | None]] = {}
        for one in broken:
            for key in one.keys:
                wanted.setdefault(key, []).append(one.asks(cells, key))
        for key, asked in wanted.items():
            if len(asked) < 2 or key in sound:
                continue
            if agreeing and len({*asked}) == 1 and (asked[0] or 0) >= 0:
                cells[key] = Cell(None, f"{cells[key].raw}｜{asked[0]}", Status.DISPUTED, cells[key].place)
            elif not agreeing:
                cells[key] = Cell(None, cells[key].raw, Status.UNREADABLE, cells[key].place)
