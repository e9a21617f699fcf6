"""Plain text and Markdown → Document: lines that hold a table become a grid, all others a paragraph each."""

import html
import re
from itertools import groupby

from extract.document import Document, Grid, GridCell, Paragraph
from extract.readers import charset, grids

_HEADING = re.compile(r"^\s*(#{1,6})\s+")
_EMPHASIS = re.compile(r"\*\*(.+?)\*\*")
_RULE = re.compile(r"[|:\-\s]+")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_FEWEST = 3
"""Fields of a line from which on it may be a row; text of one cell a line has a tab before each."""


def read(data: bytes, media_type: str | None = None) -> Document:
    """The text as a document; Markdown's # and ** are taken as mark-up, since converters of PDFs write them."""
    document = Document("text", lines_hold_tables=True)
    headings: set[int] = set()
    for number, line in enumerate(charset.clean(charset.decode(data, media_type)).splitlines()):
        if _HEADING.match(line):
            headings.add(number)
        line = _BREAK.sub(" ", _EMPHASIS.sub(r"\1", _HEADING.sub("", line))).rstrip("\r\n ")
        document.lines.append(html.unescape(line))
    for is_table, part in groupby(enumerate(document.lines), lambda line: len(_fields(line[1])) >= _FEWEST):
        lines = list(part)
        if is_table and (grid := _grid([line for _, line in lines])) is not None:
            document.blocks.extend(grids.blocks(grid))
            continue
        document.blocks.extend(
            Paragraph(line.strip(), heading=number in headings) for number, line in lines if line.strip()
        )
    return document


def _fields(line: str) -> list[str]:
    if line.count("|") >= 2:
        return [field.strip() for field in line.strip().removeprefix("|").removesuffix("|").split("|")]
    return [field.strip() for field in line.split("\t")]


def _grid(lines: list[str]) -> Grid | None:
    """The table that the lines make; None where they differ in length, since no position means anything then."""
    rows = [_fields(line) for line in lines if not _RULE.fullmatch(line)]
    if len(rows) < 2 or len({len(row) for row in rows}) > 1:
        return None
    return Grid([[GridCell(field) for field in row] for row in rows], typed=True)
