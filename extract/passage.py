"""The surroundings of a cell in its document, for a page that shows where a number was read."""

from dataclasses import dataclass
from io import BytesIO

import pypdfium2

from extract import readers, tables
from extract.document import Grid, GridCell
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

    `page` is the width and height in points of the page of a PDF on which it stands, in which its Box counts.
    """

    grid: tuple[tuple[Part, ...], ...] = ()
    lines: tuple[tuple[int, str, bool], ...] = ()
    page: tuple[float, float] | None = None


def around(data: bytes, media_type: str | None, place: Place) -> Passage:
    """The surroundings of `place` in the document `data`; empty where the document has no such place."""
    document = readers.read(data, media_type)
    if place.grid is not None and 0 < place.grid <= len(document.grids):
        page = None
        if place.box is not None and document.format == "pdf":
            page = _pdf_page_size(data, place.box.page)
        return Passage(grid=_drawn(document.grids[place.grid - 1], place), page=page)
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


def _pdf_page_size(data: bytes, number: int) -> tuple[float, float]:
    source = pypdfium2.PdfDocument(data)
    try:
        width, height = source.get_page_size(number - 1)
        return width, height
    finally:
        source.close()


def pdf_page(data: bytes, number: int) -> bytes:
    """Page `number` (from 1) of a PDF, drawn, as PNG.

    Raises pypdfium2.PdfiumError where the file is broken, IndexError where it has no such page.
    """
    source = pypdfium2.PdfDocument(data)
    try:
        if not 0 < number <= len(source):
            raise IndexError(number)
        page = source[number - 1]
        width, height = page.get_size()
        out = BytesIO()
        # A page may be a strip of many metres, or a thousandth of a point.
        scale = min(_PIXELS / max(width, 1), (4 * _PIXELS) / max(height, 1))
        page.render(scale=scale).to_pil().save(out, "PNG", optimize=True)
        return out.getvalue()
    finally:
        source.close()
