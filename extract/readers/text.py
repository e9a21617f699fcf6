"""Plain text and Markdown → Document: lines that hold a table become a grid, all others a paragraph each."""

import html
import re
from itertools import groupby

from extract.document import Document, Grid, GridCell, Paragraph
from extract.readers import charset, grids
from extract.readers.html import read_text as read_html
from extract.runs import RULE

TABLE = re.compile(
    r"((?:<html[^>]*>\s*<body[^>]*>\s*)?<table\b.*?</table>(?:\s*</body>\s*</html>)?)", re.IGNORECASE | re.DOTALL
)
"""A table that Markdown has as HTML, since its own tables have no merged cells."""
_HEADING = re.compile(r"^\s*(#{1,6})\s+")
_QUOTED = re.compile(r"^\s*>(?:\s|$)", re.MULTILINE)
_EMPHASIS = re.compile(r"\*\*(.+?)\*\*")
_ESCAPED = re.compile(r"\\(?=[-+.#*_()\[\]!|<>~`])")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_END_OF_CELL = re.compile(r"^([^|]*[^|\s])\s*\|$")
"""One cell a line, each closed by a bar, as some copies of pages have their tables."""
_NO_WORDS = re.compile(r"[\W\d]*")
_FEWEST = 3
"""Fields of a line from which on it may be a row; text of one cell a line has a tab before each."""


def read(data: bytes, media_type: str | None = None) -> Document:
    """The text as a document; Markdown's #, >, ** and \\ are taken as mark-up, since converters of PDFs write them."""
    document = Document("text", lines_hold_tables=True)
    for number, part in enumerate(TABLE.split(_QUOTED.sub("", charset.clean(charset.decode(data, media_type))))):
        if number % 2:
            _read_table(document, part)
        else:
            _read_lines(document, part)
    return document


def _read_table(document: Document, part: str) -> None:
    for grid in read_html(part).grids:
        document.blocks.extend(grids.blocks(grid))
        document.lines += ["\t".join(" ".join(cell.text.split()) for cell in row) for row in grid.cells]


def _read_lines(document: Document, part: str) -> None:
    lines: list[str] = []
    headings: set[int] = set()
    for number, line in enumerate(part.splitlines()):
        if _HEADING.match(line):
            headings.add(number)
        line = _BREAK.sub(" ", _EMPHASIS.sub(r"\1", _HEADING.sub("", line))).rstrip("\r\n ")
        lines.append(_END_OF_CELL.sub(r"\1", html.unescape(_ESCAPED.sub("", line))))
    document.lines += lines
    open_grid: Grid | None = None
    for is_table, some in groupby(enumerate(lines), lambda line: len(_fields(line[1])) >= _FEWEST):
        numbered = list(some)
        grid = _grid([line for _, line in numbered]) if is_table else None
        if grid is not None and open_grid is not None and len(grid.rows[0]) == len(open_grid.rows[0]):
            open_grid.go_on(grid)
            continue
        if grid is None and open_grid is not None and all(_NO_WORDS.fullmatch(line) for _, line in numbered):
            continue  # the end of a page inside a table
        if open_grid is not None:
            document.blocks.extend(grids.blocks(open_grid))
        open_grid = grid
        if grid is None:
            document.blocks.extend(
                Paragraph(line.strip(), heading=number in headings) for number, line in numbered if line.strip()
            )
    if open_grid is not None:
        document.blocks.extend(grids.blocks(open_grid))


def _fields(line: str) -> list[str]:
    if line.count("|") >= 2:
        return [field.strip() for field in line.strip().removeprefix("|").removesuffix("|").split("|")]
    return [field.strip() for field in line.split("\t")]


def _grid(lines: list[str]) -> Grid | None:
    """The table that the lines make; None where they differ in length, since no position means anything then."""
    rows = [_fields(line) for line in lines if "|" not in line or not RULE.fullmatch(line)]
    if len(rows) < 2 or len({len(row) for row in rows}) > 1:
        return None
    return Grid([[GridCell(field) for field in row] for row in rows], typed=True)
