"""The cells of a scan in which a number was read that may be wrong, or two that differ: what the form's sums choose."""

from itertools import product
from math import prod

from extract import values
from extract.report import Cell, Status
from extract.sums import Sum, sums
from extract.values import UNSURE

_MOST = 64
"""Ways to choose the numbers of a sum beyond which it tells too little."""
Choices = dict[str, tuple[int | float, ...]]


def choose(cells: dict[str, Cell], edition: str | None, has_disputes: bool) -> None:
    """Put in `cells`, as `derived`, what was read where every other choice breaks a sum, and two sums hold with it, or
    one in which nothing else is in doubt. Where two numbers were read and the sums do not tell which, a cell is
    `disputed`: a third that a sum asks for was read by nobody.

    A text layer with the wrong total and a wrong part of it leaves no sum with a single gap; but neither adds up.
    """
    doubted = {key for key, cell in cells.items() if cell.status is Status.UNREADABLE and _readings(cell)}
    every = [one for one in sums(edition, has_disputes) if not doubted.isdisjoint(one.keys)]
    neither: set[str] = set()
    while True:
        left, broken = _narrowed({k: () if k in neither else _readings(cell) for k, cell in cells.items()}, every)
        if broken is None:
            break
        neither |= doubted.intersection(broken.keys)
    for key in doubted - neither:
        whole = [one for one in every if key in one.keys and all(len(left[other]) == 1 for other in one.keys)]
        if len(whole) > 1 or any(doubted.intersection(one.keys) == {key} for one in whole):
            cells[key] = cells[key]._replace(value=left[key][0], status=Status.DERIVED)
    for key in doubted:
        one, _, two = cells[key].raw.partition(UNSURE)
        if cells[key].status is Status.UNREADABLE and one.isdigit() and two.isdigit() and one != two:
            cells[key] = cells[key]._replace(raw=f"{one}｜{two}", status=Status.DISPUTED)


def _readings(cell: Cell) -> tuple[int | float, ...]:
    """The numbers that may stand in a cell, 0 for an empty one; none where nobody knows."""
    if cell.status is Status.UNREADABLE:
        read = {values.read(part).value for part in cell.raw.split(UNSURE)}
        return tuple(sorted(number for number in read if number is not None))
    if cell.value is None and cell.status in (Status.MISSING, Status.DISPUTED):
        return ()
    return (cell.value or 0,)


def _narrowed(choices: Choices, every: list[Sum]) -> tuple[Choices, Sum | None]:
    """The choices with which sums hold, and a sum that holds with none of them."""
    choices, changed = dict(choices), True
    while changed:
        changed = False
        for one in every:
            some = [choices[key] for key in one.keys]
            if not 0 < prod(map(len, some)) <= _MOST:
                continue
            ways = [way for way in product(*some) if sum(way[: len(one.left)]) == sum(way[len(one.left) :])]
            if not ways:
                return choices, one
            for key, left in zip(one.keys, zip(*ways, strict=True), strict=True):
                changed = changed or len({*left}) < len(choices[key])
                choices[key] = tuple(sorted({*left}))
    return choices, None
