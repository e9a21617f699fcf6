"""The tables of a web page: of <table> as grids, and the rows of those that are made of <div> or <span>."""

from collections.abc import Iterator

from lxml import etree

from extract import labels, values
from extract.document import Grid, GridCell
from extract.form import ROW_LABELS, plain
from extract.readers import grids
from extract.readers.markup import BLOCK_TAGS, MAX_DEPTH, SKIPPED_TAGS, text_of

_BREAKS = ("br", "div", "li", "h1", "pre", "script", "style")
"""What makes a cell more than one line of plain words; so does a <p> with something beside it."""


def cells(table: etree._Element) -> list[list[etree._Element]] | None:
    """The cells of a table that holds data, row by row; None for one that only lays out the page (nested tables, one
    column, prose in a cell)."""
    if next(table.iterdescendants("table"), None) is not None:
        return None
    rows = [[cell for cell in row if cell.tag in ("td", "th")] for row in _rows(table)]
    if max(map(len, rows), default=0) < 2:
        return None
    texts = (text for row in rows for cell in row if len(text := text_of(cell)) < 400)
    if not any(plain(text) in ROW_LABELS for text in texts) and any(
        len(cell) > 2 and cell.tag == "td" and len(text_of(cell)) > 400 for row in rows for cell in row
    ):
        return None
    return rows


def grid(table: etree._Element, rows: list[list[etree._Element]]) -> Grid:
    """The grid that a table with these `cells` is."""
    height = len(rows)
    breaks = [*table.iter(*_BREAKS), *(part for part in table.iter("p") if not _stands_alone(part))]
    broken = {cell for part in breaks for cell in part.iterancestors("td", "th")}
    return grids.expand(
        [
            (
                GridCell(_cell_text(cell, is_broken=cell in broken)),
                _span(cell.get("rowspan"), height, height),
                _span(cell.get("colspan"), 100, 1),
            )
            for cell in row
        ]
        for row in rows
    )


def _stands_alone(part: etree._Element) -> bool:
    parent = part.getparent()
    around = (part.tail or "") + ((parent.text if parent is not None else "") or "")
    return part.getnext() is None and part.getprevious() is None and not around.strip()


def _cell_text(cell: etree._Element, *, is_broken: bool) -> str:
    """The words of a cell, a line for every paragraph or <br> (Word splits "本年制发" over spans, WPS over <p>)."""
    if not len(cell):
        return " ".join((cell.text or "").split())
    if not is_broken:
        return " ".join(text_of(cell).split())
    parts: list[str] = []
    _cell_words(cell, parts, 0)
    lines = (" ".join(line.split()) for line in "".join(parts).split("\n"))
    return "\n".join(line for line in lines if line)


def _cell_words(element: etree._Element, parts: list[str], depth: int) -> None:
    if element.text:
        parts.append(element.text.replace("\n", " "))
    for child in element:
        tag = child.tag
        if isinstance(tag, str) and tag not in SKIPPED_TAGS and depth < MAX_DEPTH:
            if tag == "br":
                parts.append("\n")
            elif tag in BLOCK_TAGS:
                parts.append("\n")
                _cell_words(child, parts, depth + 1)
                parts.append("\n")
            else:
                _cell_words(child, parts, depth + 1)
        if child.tail:
            parts.append(child.tail.replace("\n", " "))


def is_row(element: etree._Element) -> bool:
    """Whether a block is a row of a table made of <span>s or <div>s, or says so: its parts are cells, not words of one
    line, as the pieces into which Word cuts a sentence (办理建议 | 1 | 0 | 4 | 件)."""
    if len(element) < 2 or element[0].tag not in ("span", "div"):
        return False
    if (role := element.get("role")) is not None and role == "row":
        return True
    first = element[0]
    if any(child.tag != first.tag or (child.tail or "").strip() for child in element) or (element.text or "").strip():
        return False
    if not all(_is_cell(text_of(child)) for child in element):
        return False
    if not values.is_value(text_of(first)):
        return True
    # A number's digits also stand in spans, but no number has ten, and none stands below a row of as many headers.
    above = element.getprevious()
    return len(element) >= 10 or (above is not None and len(above) == len(element) and labels.known(text_of(above[0])))


def _is_cell(text: str) -> bool:
    """Whether a text is one that a cell of the form holds: a value, a label, a header."""
    if values.is_value(text) or text.strip() in values.NOTHING:
        return True
    return len(text) < 150 and bool(plain(text)) and labels.known(text)


def _span(written: str | None, most: int, zero: int) -> int:
    """The number of a rowspan or colspan as written; `zero` is what 0 means (rowspan="0": all that follow)."""
    if written is None or written == "1":
        return 1
    try:
        value = int(written.strip() or 1)
    except ValueError:
        return 1
    return min(value, most) if value > 0 else (zero if value == 0 else 1)


def _rows(table: etree._Element) -> Iterator[etree._Element]:
    for child in table:
        if child.tag == "tr":
            yield child
        elif child.tag in ("tbody", "thead", "tfoot"):
            yield from _rows(child)


def is_empty_cell(element: etree._Element) -> bool:
    """Whether an empty element is a cell of a table made of <div>s: its row has other cells beside it."""
    if len(element) or (element.text or "").strip():
        return False
    row = element.getparent()
    return row is not None and len(row) > 2 and sum(other.tag == element.tag for other in row) == len(row)
