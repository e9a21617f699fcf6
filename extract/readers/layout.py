"""Characters and ruling lines of a page → tables and paragraphs: what PDFs and scanned pages have in common."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from extract.document import Block, Box, Grid, GridCell, Paragraph
from extract.readers import grids

SNAP = 2.5
"""Points within which two ruling lines are one."""
_PAGE_NUMBER = re.compile(r"^[\s\-—–─]*(?:第)?\s*\d{1,3}\s*(?:页)?(?:\s*/\s*(?:共)?\d{1,3}\s*页?)?[\s\-—–─]*$")
_NUMBERED = re.compile(r"^(?:[一二三四五六七八九十]{1,2}、|[（(][一二三四五六七八九十]{1,2}[）)])")


@dataclass(frozen=True, slots=True)
class Char:
    """A printed character, by the box of its ink, in points from the top left corner of the page."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    base: float  # y of the line it stands on: quotes and commas are small boxes, but stand on the same line
    sure: float = 1.0  # of a scan: how sure the recognition is of it

    @property
    def middle(self) -> float:
        """The y of its middle."""
        return (self.top + self.bottom) / 2

    @property
    def centre(self) -> float:
        """The x of its middle."""
        return (self.left + self.right) / 2


@dataclass(frozen=True, slots=True)
class Ruling:
    """A ruling line: `at` is its y (horizontal) or x (vertical), from `start` to `end` on the other axis."""

    at: float
    start: float
    end: float


Rulings = tuple[list[Ruling], list[Ruling]]
"""The horizontal and the vertical ruling lines of a page."""


@dataclass(slots=True)
class Table:
    """A ruled table on a page: column and row borders, and for every slot the number of its cell."""

    xs: list[float]
    ys: list[float]
    owner: list[list[int]]
    page: int
    chars: dict[int, list[Char]] = field(default_factory=dict)

    @property
    def top(self) -> float:
        """The y of its upper edge."""
        return self.ys[0]

    def slot(self, char: Char) -> int | None:
        """The number of the cell in which a character stands, None where it stands outside."""
        if not (self.xs[0] <= char.centre <= self.xs[-1] and self.ys[0] <= char.middle <= self.ys[-1]):
            return None
        column = min(bisect_right(self.xs, char.centre) - 1, len(self.xs) - 2)
        row = min(bisect_right(self.ys, char.middle) - 1, len(self.ys) - 2)
        return self.owner[row][column]

    def box(self, owner: int) -> Box:
        """Where a cell stands, by its number."""
        slots = [(r, c) for r, line in enumerate(self.owner) for c, one in enumerate(line) if one == owner]
        rows, columns = [row for row, _ in slots], [column for _, column in slots]
        return Box(
            self.page, self.xs[min(columns)], self.ys[min(rows)], self.xs[max(columns) + 1], self.ys[max(rows) + 1]
        )


def joined(lines: list[Ruling]) -> list[Ruling]:
    """Lines on the same track that touch, as one."""
    out: list[Ruling] = []
    tracks = _tracks(line.at for line in lines)
    for line in sorted(lines, key=lambda one: (bisect_right(tracks, one.at), one.start)):
        before = out[-1] if out else None
        if before is not None and abs(before.at - line.at) <= SNAP and before.start <= line.start <= before.end + SNAP:
            out[-1] = Ruling(before.at, before.start, max(before.end, line.end))
        else:
            out.append(line)
    return out


def _tracks(values: Iterable[float]) -> list[float]:
    out: list[float] = []
    for value in sorted(values):
        if not out or value - out[-1] > SNAP:
            out.append(value)
    return out


def tables(rulings: Rulings, page: int) -> list[Table]:
    """The ruled tables of a page, from the top: lines that touch belong together."""
    found = [table for h, v in touching(*rulings, SNAP) if (table := _table(h, v, page)) is not None]
    return sorted(found, key=lambda table: table.top)


def touching(horizontal: list[Ruling], vertical: list[Ruling], near: float) -> Iterator[Rulings]:
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


def _table(horizontal: list[Ruling], vertical: list[Ruling], page: int) -> Table | None:
    if not horizontal or not vertical:
        return None
    # A table may be open at its sides, and at a page break below or above (洪泽区 2023).
    xs = _tracks(x for x in (*(line.at for line in vertical), *_ends(horizontal)))
    ys = _tracks(y for y in (*(line.at for line in horizontal), *_ends(vertical)))
    if len(xs) < 3 or len(ys) < 2 or len(xs) * len(ys) > 20_000:
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
    return Table(xs, ys, owner, page)


def _ends(lines: list[Ruling]) -> tuple[float, float]:
    return min(line.start for line in lines), max(line.end for line in lines)


def _drawn(lines: list[Ruling], at: float, through: float) -> bool:
    return any(abs(line.at - at) <= SNAP and line.start - 1 <= through <= line.end + 1 for line in lines)


def printed_lines(chars: list[Char]) -> list[list[Char]]:
    """Characters as printed lines, each from left to right."""
    if not chars:
        return []
    size = median(char.bottom - char.top for char in chars)
    out: list[list[Char]] = []
    for char in sorted(chars, key=lambda one: one.base):
        if out and char.base - out[-1][-1].base < 0.35 * size:
            out[-1].append(char)
        else:
            out.append([char])
    for line in out:
        line.sort(key=lambda one: one.left)
    return out


def line_text(line: list[Char]) -> str:
    """A printed line as text; a wide gap is a space, so that two numbers never become one."""
    parts = [line[0].text]
    for before, char in pairwise(line):
        size = max(before.bottom - before.top, char.bottom - char.top, 4.0)
        # Chinese punctuation fills a square of which the box shows a corner.
        if char.left - before.right > (0.45 if before.text < "⺀" and char.text < "⺀" else 1.2) * size:
            parts.append(" ")
        parts.append(char.text)
    return "".join(parts)


def _cell_text(chars: list[Char], right: float) -> str:
    lines = printed_lines(chars)
    out = ""
    for number, line in enumerate(lines):
        words = line_text(line)
        if out:
            above = lines[number - 1][-1]
            wrapped = (
                out[-1].isdigit() and words[0].isdigit() and right - above.right < 1.6 * (above.right - above.left) + 4
            )
            out += "" if wrapped else "\n"
        out += words
    return out


def page(chars: list[Char], ruled: list[Table], number: int) -> list[Table | Paragraph]:
    """The parts of a page from the top: what stands in the `ruled` tables goes to their cells, the rest is prose."""
    prose: list[Char] = []
    for char in chars:
        for table in ruled:
            slot = table.slot(char)
            if slot is not None:
                table.chars.setdefault(slot, []).append(char)
                break
        else:
            prose.append(char)
    ruled = [table for table in ruled if table.chars]
    parts: list[tuple[float, Table | Paragraph]] = [(table.top, table) for table in ruled]
    parts.extend(_paragraphs(prose, number, [table.top for table in ruled]))
    return [part for _, part in sorted(parts, key=lambda pair: pair[0])]


def _paragraphs(chars: list[Char], number: int, breaks: list[float]) -> Iterator[tuple[float, Paragraph]]:
    lines = [line for line in printed_lines(chars) if not _PAGE_NUMBER.match(line_text(line))]
    if not lines:
        return
    margin_right = max(line[-1].right for line in lines)
    margin_left = min(line[0].left for line in lines)
    steps = [below[0].base - above[0].base for above, below in pairwise(lines)]
    step = median(steps) if steps else 0.0
    text, top, full, base = "", 0.0, False, 0.0
    for line in lines:
        size = median(char.bottom - char.top for char in line)
        indented = line[0].left - margin_left > 1.2 * size
        parted = line[0].base - base > 1.35 * step or any(base < y < line[0].base for y in breaks)
        words = line_text(line)
        if text and full and not indented and not parted and not _NUMBERED.match(words):
            text += (" " if text[-1].isascii() and words[0].isascii() and text[-1].isalpha() else "") + words
        else:
            if text:
                yield top, Paragraph(text, page=number)
            text, top = words, line[0].top
        full = margin_right - line[-1].right < 2.2 * max(size, 6.0)
        base = line[0].base
    yield top, Paragraph(text, page=number)


def blocks(parts: list[Table | Paragraph]) -> Iterator[Block]:
    """Paragraphs, and tables with their continuation on the next page glued on."""
    open_tables: list[Table] = []
    last: Paragraph | None = None
    for part in parts:
        if isinstance(part, Table):
            if last is not None:
                yield last
                last = None
            if open_tables and not _continues(open_tables[-1], part):
                yield from _glued(open_tables)
                open_tables = []
            open_tables.append(part)
            continue
        if open_tables:
            yield from _glued(open_tables)
            open_tables = []
        if last is not None and _runs_on(last, part):
            last = Paragraph(last.text + part.text, page=part.page)
            continue
        if last is not None:
            yield last
        last = part
    if last is not None:
        yield last
    if open_tables:
        yield from _glued(open_tables)


def _runs_on(above: Paragraph, below: Paragraph) -> bool:
    """Whether a paragraph goes on at the top of the next page: it stopped in the middle of a sentence."""
    return (
        above.page != below.page
        and len(above.text) > 20
        and above.text[-1] > "⺀"
        and above.text[-1] not in "。；！？：）”"
        and not _NUMBERED.match(below.text)
    )


def _continues(above: Table, below: Table) -> bool:
    return below.page == above.page + 1 and abs(above.xs[0] - below.xs[0]) < 6 and abs(above.xs[-1] - below.xs[-1]) < 6


def _glued(tables: list[Table]) -> Iterator[Block]:
    xs = _tracks(x for table in tables for x in table.xs)
    rows: list[list[GridCell | None]] = []
    joints: list[int] = []
    for table in tables:
        cells: dict[int, GridCell] = {}
        if rows:
            joints.append(len(rows))
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
                    cells[owner] = GridCell(_cell_text(table.chars.get(owner, []), box.right), box)
                line.append(cells[owner])
            rows.append(line)
    grid = Grid(rows, joints=joints)
    yield from grids.blocks(grid, tables[0].page)
