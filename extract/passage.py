"""The surroundings of a cell in its document, for a page that shows where a number was read."""

from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from itertools import islice

import pypdfium2
from PIL.Image import Image

from extract import readers, tables
from extract.document import Grid, GridCell
from extract.readers.chars import A4
from extract.report import Place

_AROUND = 6
"""Lines shown before and after the one that holds the cell."""
_PIXELS = 1400
"""The width of a page's picture."""


@dataclass(frozen=True, slots=True)
class Part:
    """A cell of a grid as it is to be drawn: its text, how far it spans, and whether it is the one looked for."""

    text: str
    columns: int
    rows: int
    here: bool


@dataclass(frozen=True, slots=True)
class Passage:
    """What stands around a place: the rows of its grid, or lines of text as (number, text, whether it is the one).

    `page` is the width and height in points of the page or picture on which it stands, in which its Box counts.
    """

    grid: tuple[tuple[Part, ...], ...] = ()
    lines: tuple[tuple[int, str, bool], ...] = ()
    page: tuple[float, float] | None = None


def around(data: bytes, media_type: str | None, place: Place) -> Passage:
    """The surroundings of `place` in the document `data`; empty where the document has no such place.

    Where the place has a box, its page is enough, and nothing is recognised.
    """
    if place.box is not None and (size := _size(data, media_type, place.box.page)) is not None:
        return Passage(page=size)
    document = readers.read(data, media_type, quick=place.box is not None)
    if place.grid is not None and 0 < place.grid <= len(document.grids):
        return Passage(grid=_drawn(document.grids[place.grid - 1], place))
    if place.line is not None:
        first = max(0, place.line - 1 - _AROUND)
        shown = tables.lines(document)[first : place.line + _AROUND]
        return Passage(lines=tuple((n, text, n == place.line) for n, text in enumerate(shown, first + 1)))
    return Passage()


def _drawn(grid: Grid, place: Place) -> tuple[tuple[Part, ...], ...]:
    """The grid with every merged cell once, at its top left corner."""
    rows, columns = _extents(grid)
    row = (place.row or 0) - 1
    column = (place.column or 0) - 1
    aim = grid.rows[row][column] if 0 <= row < len(grid.rows) and 0 <= column < len(grid.rows[row]) else None
    drawn: set[int] = set()
    out: list[tuple[Part, ...]] = []
    for number, line in enumerate(grid.rows):
        parts: list[Part] = []
        for cell in line:
            if cell is None:
                parts.append(Part("", 1, 1, here=False))
            elif id(cell) not in drawn:
                drawn.add(id(cell))
                here = cell is aim or (aim is None and number == row)
                parts.append(Part(cell.text, len(columns[id(cell)]), len(rows[id(cell)]), here))
        out.append(tuple(parts))
    return tuple(out)


def _extents(grid: Grid) -> tuple[dict[int, set[int]], dict[int, set[int]]]:
    rows: dict[int, set[int]] = {}
    columns: dict[int, set[int]] = {}
    for number, line in enumerate(grid.rows):
        for at, cell in enumerate(line):
            if isinstance(cell, GridCell):
                rows.setdefault(id(cell), set()).add(number)
                columns.setdefault(id(cell), set()).add(at)
    return rows, columns


def _size(data: bytes, media_type: str | None, number: int) -> tuple[float, float] | None:
    """The width and height of a page in points, None where the document has no pages."""
    if readers.format_of(data) == "pdf":
        with pypdfium2.PdfDocument(data) as source:
            width, height = source.get_page_size(number - 1)
            return width, height
    picture = _picture(data, media_type, number)
    return None if picture is None else (A4, A4 * picture.height / picture.width)


def page(data: bytes, media_type: str | None, number: int) -> bytes | None:
    """Page `number` (from 1) of a PDF, or picture of a document in which tables are pictures, drawn, as PNG; None where
    it has no such page or is broken."""
    out = BytesIO()
    if readers.format_of(data) == "pdf":
        with suppress(pypdfium2.PdfiumError), pypdfium2.PdfDocument(data) as source:
            if 0 < number <= len(source):
                width, height = source.get_page_size(number - 1)
                # A page may be a strip of many metres, or a thousandth of a point.
                scale = min(_PIXELS / max(width, 1), (4 * _PIXELS) / max(height, 1))
                source[number - 1].render(scale=scale).to_pil().save(out, "PNG", optimize=True)
    elif (picture := _picture(data, media_type, number)) is not None:
        picture.thumbnail((_PIXELS, 4 * _PIXELS))
        picture.save(out, "PNG")
    return out.getvalue() or None


def _picture(data: bytes, media_type: str | None, number: int) -> Image | None:
    """A picture of a document, in the order in which they count as its pages."""
    found = next(islice(readers.pictures(data, media_type), max(0, number - 1), None), None) if number > 0 else None
    return found if isinstance(found, Image) else None
