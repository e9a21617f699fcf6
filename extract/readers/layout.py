"""Characters and ruling lines of a page → tables and paragraphs: what PDFs and scanned pages have in common."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from extract.document import Block, Box, Document, Grid, GridCell, Paragraph, distinct
from extract.readers import grids

SNAP = 2.5
"""Points within which two ruling lines are one."""
_NARROW = 4.0
"""Points within which two lines have no cell between them: each cell may have a frame of its own."""
_SAME_EDGE = 6.0
"""Points within which the edges of two parts of a table are one."""
_WORDS = 30
"""So many Chinese characters at least has a page beside another on one sheet."""
_SIZE = 8.0
"""Points that the letters of a page are high."""
_PAGE_NUMBER = re.compile(r"^[\s\-—–─]*(?:第)?\s*\d{1,3}\s*(?:页)?(?:\s*/\s*(?:共)?\d{1,3}\s*页?)?[\s\-—–─]*$")
_NUMBERS = re.compile(r"\d+")
_NUMBERED = re.compile(r"^(?:[一二三四五六七八九十]{1,2}、|[（(][一二三四五六七八九十]{1,2}[）)])")


class Char(NamedTuple):
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


Point = tuple[float, float]
Rulings = tuple[list[Ruling], list[Ruling]]
"""The horizontal and the vertical ruling lines of a page."""

Printed = Callable[[Box], Box]
"""Where a box lies on the page as it is kept, if that was turned, scaled or cut to be read."""


class Leaf(NamedTuple):
    """An upright page, or one of two on a sheet: its characters, lines, width and height."""

    chars: list[Char]
    rulings: Rulings
    size: tuple[float, float]
    printed: Printed | None


@dataclass(slots=True)
class Table:
    """A ruled table on a page: column and row borders, and for every slot the number of its cell.

    Those whose `leaf` follow each other may be one table, broken over pages. `printed` tells where a box of it lies on
    the page as it is kept, if that was turned to be read.
    """

    xs: list[float]
    ys: list[float]
    owner: list[list[int]]
    leaf: float
    chars: dict[int, list[Char]] = field(default_factory=dict)
    printed: Printed | None = None

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
        page = int(self.leaf)
        return Box(page, self.xs[min(columns)], self.ys[min(rows)], self.xs[max(columns) + 1], self.ys[max(rows) + 1])


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
    tracks = _tracks(line.at for line in lines)
    for line in sorted(lines, key=lambda one: (bisect_right(tracks, one.at), one.start)):
        before = out[-1] if out else None
        if before is not None and abs(before.at - line.at) <= SNAP and before.start <= line.start <= before.end + SNAP:
            out[-1] = Ruling(before.at, before.start, max(before.end, line.end))
        else:
            out.append(line)
    return out


def _tracks(values: Iterable[float], near: float = SNAP) -> list[float]:
    out: list[float] = []
    for value in sorted(values):
        if not out or value - out[-1] > near:
            out.append(value)
    return out


def tables(rulings: Rulings, leaf: float, printed: Printed | None = None, above: Table | None = None) -> list[Table]:
    """The ruled tables of a page, from the top: lines that touch belong together.

    `leaf` is the number of the page (and a fraction where several stand on a sheet; `printed` tells where they do).
    `above` is the last table of the page before: where the first one lacks a column of it at one side, that column is a
    merged cell that goes on without a line (Chromium draws none where such a cell goes over three pages).
    """
    found = [table for h, v in touching(*rulings, SNAP) if (table := _table(h, v, leaf, printed)) is not None]
    found.sort(key=lambda table: table.top)
    if found and above is not None and _continues_within(above, found[0]):
        _widen(found[0], above)
    return found


def _continues_within(above: Table, below: Table) -> bool:
    """Whether a table stands on the columns of the one before, with one edge in common and the other further in."""
    edges = [(below.xs[0], above.xs[0]), (below.xs[-1], above.xs[-1])]
    apart = [abs(one - two) >= _SAME_EDGE for one, two in edges]
    return (
        0 < below.leaf - above.leaf <= 1
        and sum(apart) == 1
        and all(any(abs(x - one) < _SAME_EDGE for x in above.xs) for one, _ in edges)
    )


def _widen(table: Table, above: Table) -> None:
    merged = len(table.owner) * len(table.owner[0])  # no cell has this number yet
    if table.xs[0] - above.xs[0] >= _SAME_EDGE:
        table.xs.insert(0, above.xs[0])
        for owners in table.owner:
            owners.insert(0, merged)
    else:
        table.xs.append(above.xs[-1])
        for owners in table.owner:
            owners.append(merged)


def leaves(sheet: Leaf) -> list[Leaf]:
    """The pages on a sheet: two where nothing crosses the middle of a wide one and both sides have words."""
    sheet = _legible(sheet)
    width, height = sheet.size
    if width < 1.2 * height:
        return [sheet]
    spans = [(char.left, char.right) for char in sheet.chars] + [(line.start, line.end) for line in sheet.rulings[0]]
    for middle in (width * share for share in (0.5, 0.49, 0.51, 0.48, 0.52)):
        if any(start < middle + 0.012 * width and end > middle - 0.012 * width for start, end in spans):
            continue
        sides = [_side(sheet, 0, middle), _side(sheet, middle, width)]
        if all(_is_page(side.chars) for side in sides):
            return sides
    return [sheet]


def _legible(sheet: Leaf) -> Leaf:
    """The sheet with letters of a usual size: distances are judged in points, a page is printed at any scale."""
    size = median(char.bottom - char.top for char in sheet.chars) if sheet.chars else _SIZE
    if _SIZE / 3 < size < _SIZE * 4:
        return sheet
    by = _SIZE / size
    chars = [Char(char.text, *(value * by for value in char[1:6])) for char in sheet.chars]
    across, down = (
        [Ruling(*(by * value for value in (one.at, one.start, one.end))) for one in some] for some in sheet.rulings
    )
    size_as_read = sheet.size[0] * by, sheet.size[1] * by
    return Leaf(chars, (across, down), size_as_read, partial(_kept, sheet.printed, by, 0.0))


def _kept(printed: Printed | None, by: float, across: float, box: Box) -> Box:
    """Where a box of a leaf lies that was scaled, or cut from a sheet so far across."""
    left, right = box.left / by + across, box.right / by + across
    box = Box(box.page, left, box.top / by, right, box.bottom / by)
    return printed(box) if printed else box


def _is_page(chars: list[Char]) -> bool:
    """Whether these are the words of a page, and not the numbers of a table without lines."""
    lines = [[char.text > "⺀" for char in line] for line in printed_lines(chars)]
    return sum(map(sum, lines)) > _WORDS and sum(map(any, lines)) * 2 > len(lines)


def _side(sheet: Leaf, start: float, end: float) -> Leaf:
    chars = [
        char._replace(left=char.left - start, right=char.right - start)
        for char in sheet.chars
        if start <= char.centre < end
    ]
    horizontal = [
        Ruling(line.at, line.start - start, line.end - start)
        for line in sheet.rulings[0]
        if start <= (line.start + line.end) / 2 < end
    ]
    vertical = [Ruling(line.at - start, line.start, line.end) for line in sheet.rulings[1] if start <= line.at < end]
    return Leaf(chars, (horizontal, vertical), (end - start, sheet.size[1]), partial(_kept, sheet.printed, 1.0, start))


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


def _table(horizontal: list[Ruling], vertical: list[Ruling], leaf: float, printed: Printed | None) -> Table | None:
    if not horizontal or not vertical:
        return None
    # A table may be open at its sides, and at a page break below or above (洪泽区 2023).
    xs = _tracks((*(line.at for line in vertical), *_ends(horizontal)), _NARROW)
    ys = _tracks((*(line.at for line in horizontal), *_ends(vertical)), _NARROW)
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
    return Table(xs, ys, owner, leaf, printed=printed)


def _ends(lines: list[Ruling]) -> tuple[float, float]:
    return min(line.start for line in lines), max(line.end for line in lines)


def _drawn(lines: list[Ruling], at: float, through: float) -> bool:
    return any(abs(line.at - at) <= _NARROW and line.start - 1 <= through <= line.end + 1 for line in lines)


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


def _in_order(chars: list[Char]) -> bool:
    """Whether the file holds its text in an order in which a label comes before the numbers beside it.

    A program that places every string for itself may write all numbers first (or any order at all): then only the
    places of the characters tell the lines.
    """
    followed = strayed = 0
    label: list[Char] = []
    digits = False
    for char in chars:
        if char.text.isdigit():
            if label and not digits:
                followed += 1
                size = char.bottom - char.top
                top, bottom = min(one.top for one in label), max(one.bottom for one in label)
                strayed += not top - 2 * size <= char.middle <= bottom + 2 * size
            digits = True
        elif char.text > "⺀":
            if digits or (label and not -2 < (char.base - label[-1].base) / max(char.bottom - char.top, 4) < 3):
                label = []
            label.append(char)
            digits = False
    return strayed * 5 <= followed


def _written_lines(chars: list[Char]) -> list[list[Char]]:
    """Characters as lines in the order of the file: a label of several lines stands whole before its numbers."""
    out: list[list[Char]] = []
    for char in chars:
        before = out[-1][-1] if out else None
        size = max(char.bottom - char.top, 4.0)
        if before is None or abs(char.base - before.base) > 0.5 * size or char.left < before.left - 0.5 * size:
            out.append([])
        out[-1].append(char)
    return out


def line_text(line: list[Char]) -> str:
    """A printed line as text; a wide gap is a space, so that two numbers never become one."""
    parts = [line[0].text]
    usual = median(char.bottom - char.top for char in line)  # 一 and commas are low
    for before, char in pairwise(line):
        if _are_apart(before, char, usual) or _is_foreign(before, char):
            parts.append(" ")
        parts.append(char.text)
    return "".join(parts)


def _are_apart(before: Char, char: Char, usual: float) -> bool:
    gap = char.left - before.right
    size = max(before.bottom - before.top, char.bottom - char.top, 4.0)
    if before.text > "⺀" or char.text > "⺀":
        return gap > 1.2 * max(size, usual)  # punctuation fills a square of which the box shows a corner
    if before.text in ",.-+" or char.text in ",.":
        return gap > 0.8 * size
    # A 1 fills half of a digit's place, so that 11 has a gap as well.
    digits = before.text.isdigit() and char.text.isdigit()
    return gap > 0.45 * size and (not digits or char.centre - before.centre > size)


def _is_foreign(before: Char, char: Char) -> bool:
    """Whether two digits of a line are not of one number: of another size, or not on one base (a page number printed
    over a cell)."""
    uneven = abs(before.base - char.base) > 0.12 * (char.bottom - char.top)
    return before.text.isdigit() and char.text.isdigit() and (uneven or not _alike(before, char))


def _alike(one: Char, two: Char) -> bool:
    """Whether two digits are of one size."""
    heights = one.bottom - one.top, two.bottom - two.top
    return max(heights) - min(heights) < 0.1 * max(heights)


def _is_spread(line: list[Char]) -> bool:
    """Whether the line of a cell is one number with wide spacing: digits only, evenly apart. In a ruled cell stand no
    two numbers side by side."""
    gaps = [char.left - before.right for before, char in pairwise(line)]
    steps = [char.centre - before.centre for before, char in pairwise(line)]
    height = max(char.bottom - char.top for char in line)
    return (
        all(char.text.isdigit() for char in line)
        and not any(_is_foreign(*pair) for pair in pairwise(line))
        and bool(gaps)
        and max(gaps) < 0.8 * height
        and max(steps) - min(steps) < 0.3 * height
    )


def _cell_text(chars: list[Char], box: Box) -> str:
    out = ""
    above: list[Char] = []
    for line in printed_lines(chars):
        words = "".join(char.text for char in line) if _is_spread(line) else line_text(line)
        if out:
            goes_on = out[-1].isdigit() and words[0].isdigit() and _alike(above[-1], line[0]) and _is_full(above, box)
            out += "" if goes_on else "\n"
        out += words
        above = line
    return out


def _is_full(line: list[Char], box: Box) -> bool:
    """Whether a line of a cell had no room for one more digit, so that a number goes on below it."""
    digit = 0.8 * max(char.bottom - char.top for char in line)
    return box.right - line[-1].right < 1.2 * digit + min(line[0].left - box.left, 6)


@dataclass(slots=True)
class Text:
    """What an upright page says: the characters outside its ruled tables (`prose`), these, and its text line by line;
    `parts` where they are known already (recognised of a picture)."""

    number: int
    leaf: float
    prose: list[Char]
    tables: list[Table]
    lines: list[str]
    parts: list[Table | Paragraph] | None = None


def text(leaf: Leaf, number: int, order: float, above: Text | None) -> Text:
    """The text of a leaf of page `number`; `order` and `above` as the leaf and the table before are for `tables`."""
    last = above.tables[-1] if above is not None and above.tables else None
    ruled = tables(leaf.rulings, order, leaf.printed, last)
    lines = _written_lines(leaf.chars) if leaf.printed is None and _in_order(leaf.chars) else printed_lines(leaf.chars)
    return Text(number, order, placed(leaf.chars, ruled), ruled, [line_text(line) for line in lines])


def put(texts: list[Text], document: Document) -> None:
    """Put the texts of all pages into a document, without the heads and feet that run through them."""
    heads = running([one.prose for one in texts])
    found: list[Table | Paragraph] = []
    for one in texts:
        here = heads if one is not texts[0] else heads - _titles(one.prose)
        found.extend(one.parts or parts(one.prose, one.tables, one.number, here))
        document.lines.extend(_own_lines(one, here))
    document.blocks.extend(blocks(found))


def _titles(prose: list[Char]) -> set[str]:
    """Lines in letters larger than most, `masked`: a spreadsheet may print its title on every page."""
    lines = printed_lines(prose)
    sizes = [median(char.bottom - char.top for char in line) for line in lines]
    return {masked(line_text(line)) for line, size in zip(lines, sizes, strict=True) if size > 1.2 * median(sizes)}


def _own_lines(text: Text, running: frozenset[str]) -> Iterator[str]:
    """The lines of a page without its running heads and its number, which a program draws first or last."""
    numbers = page_numbers(text.prose)
    for at, line in enumerate(text.lines):
        if masked(line) not in running and not (at in (0, len(text.lines) - 1) and line in numbers):
            yield line


def page(chars: list[Char], ruled: list[Table], number: int) -> list[Table | Paragraph]:
    """The parts of a page from the top: what stands in the `ruled` tables goes to their cells, the rest is prose."""
    return parts(placed(chars, ruled), ruled, number)


def placed(chars: list[Char], ruled: list[Table]) -> list[Char]:
    """Put the characters that stand in `ruled` tables into their cells; the others are given back."""
    prose: list[Char] = []
    for char in chars:
        for table in ruled:
            slot = table.slot(char)
            if slot is not None:
                table.chars.setdefault(slot, []).append(char)
                break
        else:
            prose.append(char)
    return prose


def parts(
    prose: list[Char], ruled: list[Table], number: int, running: frozenset[str] = frozenset()
) -> list[Table | Paragraph]:
    """The tables and paragraphs of a page from the top, without its `running` heads and feet."""
    ruled = [table for table in ruled if table.chars]
    found: list[tuple[float, Table | Paragraph]] = [(table.top, table) for table in ruled]
    found.extend(_paragraphs(prose, number, [table.top for table in ruled], running))
    return [part for _, part in sorted(found, key=lambda pair: pair[0])]


def page_numbers(prose: list[Char]) -> list[str]:
    """The first and the last line of a page where they are its number."""
    lines = [line_text(line) for line in printed_lines(prose)]
    return [line for line in {*lines[:1], *lines[-1:]} if _PAGE_NUMBER.match(line)]


def masked(text: str) -> str:
    """A line as running heads are compared: without spaces, and every number alike."""
    return _NUMBERS.sub("0", "".join(text.split()))


def running(pages: Iterable[list[Char]]) -> frozenset[str]:
    """The heads and feet that run through the pages of a document, `masked`: of two pages and more, lines at the same
    height among the outermost, alike but for their numbers.

    Lines without words are no heads: a page's number is known by itself, and an unruled table has such rows.
    """
    seen: set[tuple[str, int]] = set()
    found: set[str] = set()
    for chars in pages:
        lines = printed_lines(chars)
        here = set()
        for line in lines if len(lines) < 5 else (*lines[:2], *lines[-2:]):
            words = masked(line_text(line))
            if any(char.isalpha() for char in words):
                here |= {(words, round(line[0].base / 3) + near) for near in (-1, 0, 1)}
        found |= {words for words, _ in here & seen}
        seen |= here
    return frozenset(found)


def _paragraphs(
    chars: list[Char], number: int, breaks: list[float], running: frozenset[str]
) -> Iterator[tuple[float, Paragraph]]:
    lines = [
        line
        for line in printed_lines(chars)
        if not _PAGE_NUMBER.match(words := line_text(line)) and masked(words) not in running
    ]
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
    return (
        0 < below.leaf - above.leaf <= 1
        and abs(above.xs[0] - below.xs[0]) < _SAME_EDGE
        and abs(above.xs[-1] - below.xs[-1]) < _SAME_EDGE
    )


def _glued(tables: list[Table]) -> Iterator[Block]:
    xs = _tracks(x for table in tables for x in table.xs)
    rows: list[list[GridCell | None]] = []
    joints: list[int] = []
    head: list[list[str]] = []
    for table in tables:
        cells: dict[int, GridCell] = {}
        printed: list[list[GridCell | None]] = []
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
                    text = _cell_text(table.chars.get(owner, []), box)
                    cells[owner] = GridCell(text, table.printed(box) if table.printed else box)
                line.append(cells[owner])
            printed.append(line)
        texts = [[cell.text for cell in distinct(line)] for line in printed]
        repeated = next((n for n, pair in enumerate(zip(texts, head, strict=False)) if pair[0] != pair[1]), 0)
        head = head or texts
        if rows:
            joints.append(len(rows))
            printed = printed[repeated:]
        rows.extend(printed)
    grid = Grid(rows, joints=joints)
    yield from grids.blocks(grid, tables[0].box(tables[0].owner[0][0]).page)
