"""PDF with a text layer → Document: characters, boxes and ruling lines by pypdfium2, cells from the lines.

(pdfplumber's table finder reads the same, ten times slower; see docs/architecture.md.)
"""

import ctypes
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from extract.document import Block, Box, Document, Grid, GridCell, Paragraph
from extract.readers import charset, grids

_SNAP = 2.5
"""Points within which two ruling lines are one."""
_MAX_PAGES = 200
_PAGE_NUMBER = re.compile(r"^[\s\-—–─]*(?:第)?\s*\d{1,3}\s*(?:页)?(?:\s*/\s*(?:共)?\d{1,3}\s*页?)?[\s\-—–─]*$")
_NUMBERED = re.compile(r"^(?:[一二三四五六七八九十]{1,2}、|[（(][一二三四五六七八九十]{1,2}[）)])")
_FEW = 30
"""A page with fewer Chinese characters than this is a picture of a page."""


@dataclass(frozen=True, slots=True)
class _Char:
    text: str
    left: float
    top: float
    right: float
    bottom: float
    base: float  # y of the line it stands on: quotes and commas are small boxes, but stand on the same line

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def centre(self) -> float:
        return (self.left + self.right) / 2


@dataclass(frozen=True, slots=True)
class _Line:
    """A ruling line: `at` is its y (horizontal) or x (vertical), from `start` to `end` on the other axis."""

    at: float
    start: float
    end: float


@dataclass(slots=True)
class _Table:
    """A ruled table on a page: column and row borders, and for every slot the number of its cell."""

    xs: list[float]
    ys: list[float]
    owner: list[list[int]]
    page: int
    chars: dict[int, list[_Char]] = field(default_factory=dict)

    @property
    def top(self) -> float:
        return self.ys[0]

    def slot(self, char: _Char) -> int | None:
        if not (self.xs[0] <= char.centre <= self.xs[-1] and self.ys[0] <= char.middle <= self.ys[-1]):
            return None
        column = min(bisect_right(self.xs, char.centre) - 1, len(self.xs) - 2)
        row = min(bisect_right(self.ys, char.middle) - 1, len(self.ys) - 2)
        return self.owner[row][column]


def read(data: bytes) -> Document:
    """The text layer of a PDF. Raises what pypdfium2 raises on a broken or locked file.

    Pages without a text layer are named in `problems`; nothing is guessed for them.
    """
    document = Document("pdf", lines_hold_tables=True)
    source = pypdfium2.PdfDocument(data)
    try:
        document.pages = len(source)
        title = (source.get_metadata_dict().get("Title") or "").strip()
        if title:
            document.meta["title"] = title
        parts: list[_Table | Paragraph] = []
        empty: list[int] = []
        for number in range(min(len(source), _MAX_PAGES)):
            page = source[number]
            text = page.get_textpage()
            chars = list(_chars(page, text))
            if sum(char.text > "⺀" for char in chars) < _FEW and _has_picture(page):
                empty.append(number + 1)
            document.lines.extend(charset.clean(text.get_text_range()).splitlines())
            parts.extend(_page(chars, _rulings(page), number + 1))
            text.close()
            page.close()
        document.blocks.extend(_blocks(parts))
        if empty:
            document.problems.append(f"第{'、'.join(map(str, empty))}页没有文字层（扫描件），未读取")
        if len(source) > _MAX_PAGES:
            document.problems.append(f"只读取了前{_MAX_PAGES}页，共{len(source)}页")
    finally:
        source.close()
    for number, grid in enumerate(document.grids, 1):
        grid.number = number
    return document


def _has_picture(page: Any) -> bool:
    return next(iter(page.get_objects(filter=(pdfium.FPDF_PAGEOBJ_IMAGE,), max_depth=2)), None) is not None


def _turn(page: Any) -> tuple[float, float, int]:
    width, height = page.get_size()
    return width, height, page.get_rotation()


def _seen(x: float, y: float, turn: tuple[float, float, int]) -> tuple[float, float]:
    """A point of the page's own space as a reader sees it: from the top left corner of the turned page."""
    width, height, rotation = turn
    match rotation:
        case 90:
            return y, x
        case 180:
            return width - x, y
        case 270:
            return width - y, height - x
    return x, height - y


def _chars(page: Any, text: Any) -> Iterator[_Char]:
    turn = _turn(page)
    left, right, bottom, top, x, y = (ctypes.c_double() for _ in range(6))
    raw = text.raw
    for index in range(pdfium.FPDFText_CountChars(raw)):
        code = pdfium.FPDFText_GetUnicode(raw, index)
        if code <= 0x20 or code in (0xA0, 0x3000, 0xFFFE, 0xFFFF):
            continue
        if not pdfium.FPDFText_GetCharBox(raw, index, left, right, bottom, top):
            continue
        x0, y0 = _seen(left.value, top.value, turn)
        x1, y1 = _seen(right.value, bottom.value, turn)
        pdfium.FPDFText_GetCharOrigin(raw, index, x, y)
        _, base = _seen(x.value, y.value, turn)
        yield _Char(chr(code), min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1), base)


def _rulings(page: Any) -> tuple[list[_Line], list[_Line]]:
    """Horizontal and vertical ruling lines: thin filled boxes and stroked segments."""
    turn = _turn(page)
    horizontal: list[_Line] = []
    vertical: list[_Line] = []

    def add(x0: float, y0: float, x1: float, y1: float) -> None:
        (ax, ay), (bx, by) = _seen(x0, y0, turn), _seen(x1, y1, turn)
        if abs(ay - by) <= _SNAP and abs(ax - bx) > 4:
            horizontal.append(_Line((ay + by) / 2, min(ax, bx), max(ax, bx)))
        elif abs(ax - bx) <= _SNAP and abs(ay - by) > 4:
            vertical.append(_Line((ax + bx) / 2, min(ay, by), max(ay, by)))

    for item in page.get_objects(filter=(pdfium.FPDF_PAGEOBJ_PATH,), max_depth=2):
        left, bottom, right, top = item.get_bounds()
        if right - left <= _SNAP or top - bottom <= _SNAP:
            add(left, bottom, right, top)
            continue
        fill, stroke = ctypes.c_int(), ctypes.c_int()
        pdfium.FPDFPath_GetDrawMode(item.raw, fill, stroke)
        if stroke.value or _has_thin_parts(item):
            for x0, y0, x1, y1 in _segments(item):
                add(x0, y0, x1, y1)
    return _joined(horizontal), _joined(vertical)


def _has_thin_parts(item: Any) -> bool:
    """One filled path that draws all borders as thin boxes (seen of WPS); a filled cell background has four corners."""
    return bool(pdfium.FPDFPath_CountSegments(item.raw) > 6)


def _segments(item: Any) -> Iterator[tuple[float, float, float, float]]:
    matrix = item.get_matrix()
    x, y = ctypes.c_float(), ctypes.c_float()
    start = last = None
    for index in range(min(pdfium.FPDFPath_CountSegments(item.raw), 20_000)):
        segment = pdfium.FPDFPath_GetPathSegment(item.raw, index)
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        point = matrix.on_point(x.value, y.value)
        if pdfium.FPDFPathSegment_GetType(segment) == pdfium.FPDF_SEGMENT_MOVETO:
            start = point
        elif last is not None:
            yield (*last, *point)
        last = point
        if pdfium.FPDFPathSegment_GetClose(segment) and start is not None:
            yield (*last, *start)


def _joined(lines: list[_Line]) -> list[_Line]:
    """Lines on the same track that touch, as one."""
    out: list[_Line] = []
    tracks = _tracks(line.at for line in lines)
    for line in sorted(lines, key=lambda one: (bisect_right(tracks, one.at), one.start)):
        before = out[-1] if out else None
        if (
            before is not None
            and abs(before.at - line.at) <= _SNAP
            and before.start <= line.start <= before.end + _SNAP
        ):
            out[-1] = _Line(before.at, before.start, max(before.end, line.end))
        else:
            out.append(line)
    return out


def _tracks(values: Iterable[float]) -> list[float]:
    out: list[float] = []
    for value in sorted(values):
        if not out or value - out[-1] > _SNAP:
            out.append(value)
    return out


def _tables(lines: tuple[list[_Line], list[_Line]], page: int) -> list[_Table]:
    horizontal, vertical = lines
    groups: list[tuple[list[_Line], list[_Line]]] = []
    rest_h, rest_v = list(horizontal), list(vertical)
    while rest_h:
        group_h = [rest_h.pop()]
        group_v: list[_Line] = []
        grown = True
        while grown:
            grown = False
            for pool, mine, other in ((rest_v, group_v, group_h), (rest_h, group_h, group_v)):
                touching = [one for one in pool if any(_cross(one, two) for two in other)]
                if touching:
                    grown = True
                    mine.extend(touching)
                    for one in touching:
                        pool.remove(one)
        groups.append((group_h, group_v))
    tables = [table for h, v in groups if (table := _table(h, v, page)) is not None]
    return sorted(tables, key=lambda table: table.top)


def _cross(one: _Line, two: _Line) -> bool:
    return one.start - _SNAP <= two.at <= one.end + _SNAP and two.start - _SNAP <= one.at <= two.end + _SNAP


def _table(horizontal: list[_Line], vertical: list[_Line], page: int) -> _Table | None:
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
    return _Table(xs, ys, owner, page)


def _ends(lines: list[_Line]) -> tuple[float, float]:
    return min(line.start for line in lines), max(line.end for line in lines)


def _drawn(lines: list[_Line], at: float, through: float) -> bool:
    return any(abs(line.at - at) <= _SNAP and line.start - 1 <= through <= line.end + 1 for line in lines)


def _rows_of(chars: list[_Char]) -> list[list[_Char]]:
    """Characters as printed lines, each from left to right."""
    if not chars:
        return []
    size = median(char.bottom - char.top for char in chars)
    out: list[list[_Char]] = []
    for char in sorted(chars, key=lambda one: one.base):
        if out and char.base - out[-1][-1].base < 0.35 * size:
            out[-1].append(char)
        else:
            out.append([char])
    for line in out:
        line.sort(key=lambda one: one.left)
    return out


def _words(line: list[_Char]) -> str:
    """A printed line as text; a wide gap is a space, so that two numbers never become one."""
    parts = [line[0].text]
    for before, char in pairwise(line):
        size = max(before.bottom - before.top, char.bottom - char.top, 4.0)
        # Chinese punctuation fills a square of which the box shows a corner.
        if char.left - before.right > (0.45 if before.text < "⺀" and char.text < "⺀" else 1.2) * size:
            parts.append(" ")
        parts.append(char.text)
    return "".join(parts)


def _cell_text(chars: list[_Char], right: float) -> str:
    lines = _rows_of(chars)
    out = ""
    for number, line in enumerate(lines):
        words = _words(line)
        if out:
            above = lines[number - 1][-1]
            wrapped = (
                out[-1].isdigit() and words[0].isdigit() and right - above.right < 1.6 * (above.right - above.left) + 4
            )
            out += "" if wrapped else "\n"
        out += words
    return out


def _page(chars: list[_Char], lines: tuple[list[_Line], list[_Line]], number: int) -> list[_Table | Paragraph]:
    tables = _tables(lines, number)
    prose: list[_Char] = []
    for char in chars:
        for table in tables:
            slot = table.slot(char)
            if slot is not None:
                table.chars.setdefault(slot, []).append(char)
                break
        else:
            prose.append(char)
    tables = [table for table in tables if table.chars]
    parts: list[tuple[float, _Table | Paragraph]] = [(table.top, table) for table in tables]
    parts.extend(_paragraphs(prose, number, [table.top for table in tables]))
    return [part for _, part in sorted(parts, key=lambda pair: pair[0])]


def _paragraphs(chars: list[_Char], number: int, breaks: list[float]) -> Iterator[tuple[float, Paragraph]]:
    lines = [line for line in _rows_of(chars) if not _PAGE_NUMBER.match(_words(line))]
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
        words = _words(line)
        if text and full and not indented and not parted and not _NUMBERED.match(words):
            text += (" " if text[-1].isascii() and words[0].isascii() and text[-1].isalpha() else "") + words
        else:
            if text:
                yield top, Paragraph(text, page=number)
            text, top = words, line[0].top
        full = margin_right - line[-1].right < 2.2 * max(size, 6.0)
        base = line[0].base
    yield top, Paragraph(text, page=number)


def _blocks(parts: list[_Table | Paragraph]) -> Iterator[Block]:
    """Paragraphs, and tables with their continuation on the next page glued on."""
    open_tables: list[_Table] = []
    last: Paragraph | None = None
    for part in parts:
        if isinstance(part, _Table):
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


def _continues(above: _Table, below: _Table) -> bool:
    return below.page == above.page + 1 and abs(above.xs[0] - below.xs[0]) < 6 and abs(above.xs[-1] - below.xs[-1]) < 6


def _glued(tables: list[_Table]) -> Iterator[Block]:
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
                    box = _box(table, owner)
                    cells[owner] = GridCell(_cell_text(table.chars.get(owner, []), box.right), box)
                line.append(cells[owner])
            rows.append(line)
    grid = Grid(rows, joints=joints)
    yield from grids.blocks(grid, tables[0].page)


def _box(table: _Table, owner: int) -> Box:
    slots = [(row, column) for row, line in enumerate(table.owner) for column, one in enumerate(line) if one == owner]
    rows, columns = [row for row, _ in slots], [column for _, column in slots]
    return Box(
        table.page, table.xs[min(columns)], table.ys[min(rows)], table.xs[max(columns) + 1], table.ys[max(rows) + 1]
    )
