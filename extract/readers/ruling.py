"""Ruling lines of a page → tables with their cells; the parts of a table over pages → one grid."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from extract.document import Box, Grid, GridCell, distinct
from extract.readers.chars import Char, Point, cell_text

SNAP = 2.5
"""Points within which two ruling lines are one."""
_NARROW = 4.0
"""Points within which two lines have no cell between them: each cell may have a frame of its own."""
SAME_EDGE = 6.0
"""Points within which the edges of two parts of a table are one."""
_LEAST = 8.0
"""Points that a cell is wide or high: less is the space between the two lines of a frame."""
_MOST = 20_000
"""A drawing with more crossings than this is no table."""

Printed = Callable[[Box], Box]
"""Where a box lies on the page as it is kept, if that was turned, scaled or cut to be read."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """A ruling line: `at` is its y (horizontal) or x (vertical), from `start` to `end` on the other axis."""

    at: float
    start: float
    end: float


Rulings = tuple[list[Ruling], list[Ruling]]
"""The horizontal and the vertical ruling lines of a page."""


def rulings(lines: Iterable[tuple[Point, Point]], size: tuple[float, float]) -> Rulings:
    """The horizontal and vertical ruling lines on a page of this size, of all that may be part of one."""
    width, height = size
    horizontal: list[Ruling] = []
    vertical: list[Ruling] = []
    for (ax, ay), (bx, by) in lines:
        if max(ay, by) < 0 or max(ax, bx) < 0 or min(ay, by) > height or min(ax, bx) > width:
            continue
        # wkhtmltopdf draws the rows of the page before above the edge once more.
        ax, bx = (min(max(x, 0), width) for x in (ax, bx))
        ay, by = (min(max(y, 0), height) for y in (ay, by))
        # A dot may be part of a line both ways.
        if abs(ay - by) <= SNAP:
            horizontal.append(Ruling((ay + by) / 2, min(ax, bx), max(ax, bx)))
        if abs(ax - bx) <= SNAP:
            vertical.append(Ruling((ax + bx) / 2, min(ay, by), max(ay, by)))
    across, down = joined(horizontal), joined(vertical)
    return [one for one in across if one.end - one.start > 4], [one for one in down if one.end - one.start > 4]


def joined(lines: list[Ruling]) -> list[Ruling]:
    """Lines on the same track that touch, as one."""
    out: list[Ruling] = []
    places = tracks(line.at for line in lines)
    for line in sorted(lines, key=lambda one: (bisect_right(places, one.at), one.start)):
        before = out[-1] if out else None
        if before is not None and abs(before.at - line.at) <= SNAP and before.start <= line.start <= before.end + SNAP:
            out[-1] = Ruling(before.at, before.start, max(before.end, line.end))
        else:
            out.append(line)
    return out


def touching(horizontal: list[Ruling], vertical: list[Ruling], near: float = SNAP) -> Iterator[Rulings]:
    """Lines in groups of those that cross, or end `near` each other."""
    rest_h, rest_v = list(horizontal), list(vertical)
    while rest_h:
        group_h = [rest_h.pop()]
        group_v: list[Ruling] = []
        grown = True
        while grown:
            grown = False
            for pool, mine, other in ((rest_v, group_v, group_h), (rest_h, group_h, group_v)):
                found = [one for one in pool if any(_cross(one, two, near) for two in other)]
                if found:
                    grown = True
                    mine.extend(found)
                    for one in found:
                        pool.remove(one)
        yield group_h, group_v


def _cross(one: Ruling, two: Ruling, near: float) -> bool:
    return one.start - near <= two.at <= one.end + near and two.start - near <= one.at <= two.end + near


def tracks(values: Iterable[float], near: float = SNAP) -> list[float]:
    """The places of lines, those `near` each other once."""
    out: list[float] = []
    for value in sorted(values):
        if not out or value - out[-1] > near:
            out.append(value)
    return out


@dataclass(slots=True)
class Table:
    """A ruled table on a page: column and row borders, and for every slot the number of its cell.

    Those whose `leaf` follow each other may be one table, broken over pages. `printed` tells where a box of it lies on
    the page as it is kept, if that was turned to be read. `hung` are the cells whose words hang over their edges.
    """

    xs: list[float]
    ys: list[float]
    owner: list[list[int]]
    leaf: float
    chars: dict[int, list[Char]] = field(default_factory=dict)
    hung: set[int] = field(default_factory=set)
    printed: Printed | None = None

    @property
    def top(self) -> float:
        """The y of its upper edge."""
        return self.ys[0]

    @property
    def page(self) -> int:
        """The number of its page."""
        return int(self.leaf)

    def slot(self, char: Char) -> int | None:
        """The number of the cell in which a character stands, None where it stands outside."""
        if not (self.xs[0] <= char.centre <= self.xs[-1] and self.ys[0] <= char.middle <= self.ys[-1]):
            return None
        column = min(bisect_right(self.xs, char.centre) - 1, len(self.xs) - 2)
        row = min(bisect_right(self.ys, char.middle) - 1, len(self.ys) - 2)
        return self.owner[row][column]

    def box(self, owner: int) -> Box:
        """Where a cell stands, by its number."""
        rows = [r for r, line in enumerate(self.owner) if owner in line]
        columns = [c for r in rows for c, one in enumerate(self.owner[r]) if one == owner]
        left, right = self.xs[min(columns)], self.xs[max(columns) + 1]
        return Box(self.page, left, self.ys[rows[0]], right, self.ys[rows[-1] + 1])

    def continues(self, above: "Table") -> bool:
        """Whether it may be the rest of the table `above` on the page before: both have the same edges, or are as wide
        (pages that are printed on both sides have their margins in turn). One without a character, a row of blanks,
        also has as many columns."""
        left, right = self.xs[0] - above.xs[0], self.xs[-1] - above.xs[-1]
        is_alike = bool(self.chars) or len(self.xs) == len(above.xs)
        is_below = max(abs(left), abs(right)) < SAME_EDGE or abs(left - right) < SNAP
        return self._is_next_to(above) and is_alike and is_below

    def shift(self, first: "Table") -> float:
        """How far to the right it stands of the first part of the table."""
        by = self.xs[0] - first.xs[0]
        return by if abs(by) >= SAME_EDGE else 0.0

    def _is_next_to(self, above: "Table") -> bool:
        return 0 < self.leaf - above.leaf <= 1

    def widen_to(self, above: "Table") -> None:
        """Where it stands on the columns of the table before, with one edge in common and the other further in: the
        columns that it lacks are a merged cell that goes on without a line (Chromium draws none where such a cell goes
        over three pages)."""
        edges = [(self.xs[0], above.xs[0]), (self.xs[-1], above.xs[-1])]
        left, right = (abs(own - other) >= SAME_EDGE for own, other in edges)
        on_its_columns = all(any(abs(x - own) < SAME_EDGE for x in above.xs) for own, _ in edges)
        if not (self._is_next_to(above) and left != right and on_its_columns):
            return
        merged = len(self.owner) * len(self.owner[0])  # no cell has this number yet
        edge = self.xs[0] if left else self.xs[-1]
        further = [x for x in above.xs if (x < edge) == left and abs(x - edge) >= SAME_EDGE]
        at = 0 if left else len(self.xs)
        self.xs[at:at] = further
        for owners in self.owner:
            at = 0 if left else len(owners)
            owners[at:at] = [merged] * len(further)


def tables(rulings: Rulings, leaf: float, printed: Printed | None = None, above: Table | None = None) -> list[Table]:
    """The ruled tables of a page, from the top: lines that touch belong together.

    `leaf` is the number of the page (and a fraction where several stand on a sheet; `printed` tells where they do),
    `above` the last table of the page before.
    """
    found = [table for h, v in touching(*rulings) if (table := _table(h, v, leaf, printed)) is not None]
    found.sort(key=lambda table: table.top)
    if found and above is not None:
        found[0].widen_to(above)
    return found


def _table(horizontal: list[Ruling], vertical: list[Ruling], leaf: float, printed: Printed | None) -> Table | None:
    if not horizontal or not vertical:
        return None
    # A table may be open at its sides, and at a page break below or above (洪泽区 2023).
    xs = tracks((*(line.at for line in vertical), *_ends(horizontal)), _NARROW)
    ys = tracks((*(line.at for line in horizontal), *_ends(vertical)), _NARROW)
    if len(xs) < 3 or len(ys) < 2 or len(xs) * len(ys) > _MOST or not (_has_cells(xs) or _has_cells(ys)):
        return None
    columns, rows = len(xs) - 1, len(ys) - 1
    parent = list(range(rows * columns))

    def root(slot: int) -> int:
        while parent[slot] != slot:
            parent[slot] = parent[parent[slot]]
            slot = parent[slot]
        return slot

    for row in range(rows):
        middle = (ys[row] + ys[row + 1]) / 2
        for column in range(columns):
            if column + 1 < columns and not _drawn(vertical, xs[column + 1], middle):
                parent[root(row * columns + column + 1)] = root(row * columns + column)
            centre = (xs[column] + xs[column + 1]) / 2
            if row + 1 < rows and not _drawn(horizontal, ys[row + 1], centre):
                parent[root((row + 1) * columns + column)] = root(row * columns + column)
    owner = [[root(row * columns + column) for column in range(columns)] for row in range(rows)]
    return Table(xs, ys, owner, leaf, printed=printed)


def _has_cells(borders: list[float]) -> bool:
    """Whether there is more than one cell between the borders, and not the frame of a page or of a table."""
    return sum(after - before > _LEAST for before, after in pairwise(borders)) > 1


def _ends(lines: list[Ruling]) -> tuple[float, float]:
    return min(line.start for line in lines), max(line.end for line in lines)


def _drawn(lines: list[Ruling], at: float, through: float) -> bool:
    return any(abs(line.at - at) <= _NARROW and line.start - 1 <= through <= line.end + 1 for line in lines)


def placed(chars: list[Char], tables: list[Table]) -> list[Char]:
    """Put the characters that stand in `tables` into their cells (in the inner one where a cell holds a table); the
    others are given back."""
    prose: list[Char] = []
    inner_first = sorted(tables, key=lambda table: (table.xs[-1] - table.xs[0]) * (table.ys[-1] - table.ys[0]))
    for char in chars:
        for table in inner_first:
            slot = table.slot(char)
            if slot is not None:
                table.chars.setdefault(slot, []).append(char)
                break
        else:
            prose.append(char)
    return prose


def grid(tables: list[Table]) -> Grid:
    """The parts of a table over pages as one grid, without the head that is repeated on every page."""
    shifts = [table.shift(tables[0]) for table in tables]
    xs = tracks(x - shift for table, shift in zip(tables, shifts, strict=True) for x in table.xs)
    rows: list[list[GridCell | None]] = []
    joints: list[int] = []
    head: list[list[str]] = []
    for table, shift in zip(tables, shifts, strict=True):
        printed = list(_rows(table, [x + shift for x in xs]))
        texts = [[cell.text for cell in distinct(line)] for line in printed]
        repeated = next((n for n, pair in enumerate(zip(texts, head, strict=False)) if pair[0] != pair[1]), 0)
        head = head or texts
        if rows:
            joints.append(len(rows))
            printed = printed[repeated:]
        rows.extend(printed)
    return Grid(rows, joints=joints)


def _rows(table: Table, xs: list[float]) -> Iterator[list[GridCell | None]]:
    """The rows of a table, over the columns that all its parts have together."""
    cells: dict[int, GridCell] = {}
    for owners in table.owner:
        line: list[GridCell | None] = []
        for x, x_next in pairwise(xs):
            middle = (x + x_next) / 2
            if not table.xs[0] <= middle <= table.xs[-1]:
                line.append(None)
                continue
            owner = owners[min(bisect_right(table.xs, middle) - 1, len(table.xs) - 2)]
            if owner not in cells:
                box = table.box(owner)
                text = cell_text(table.chars.get(owner, []), box)
                cells[owner] = GridCell(text, table.printed(box) if table.printed else box)
            line.append(cells[owner])
        yield line
