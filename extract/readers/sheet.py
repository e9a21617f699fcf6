"""A sheet as a person sees it → blocks: merged cells filled, numbers as their formats show them. CSV is one too."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, time
from io import StringIO
from typing import Any

from extract import labels
from extract.document import Block, Document, Grid, GridCell, Paragraph, distinct
from extract.readers import charset, grids, numbers

MAX_ROWS, MAX_COLUMNS = 3000, 120
"""What lies beyond is not read (the form has 60 rows and 15 columns; a stray cell at XFD1048576 is no table)."""

MAX_MERGED = 1_000_000
"""Cells in merged ranges; more are no table but an attack (openpyxl makes an object for each)."""

_CHAPTER = re.compile(r"\s*[一二三四五六七八]\s*[、.．]")
_MONTH, _DAY = 'yyyy"年"m"月"', 'yyyy"年"m"月"d"日"'
LOCALE_FORMATS = {14: "yyyy/m/d", 22: "yyyy/m/d h:mm", 27: _MONTH, 31: _DAY, 36: _MONTH, 50: _MONTH, 57: _MONTH,
                   58: 'm"月"d"日"'}  # fmt: skip
"""Formats that a file names by number only, as a Chinese Excel shows them. openpyxl takes those from 27 for General:
the date under a signature would be 45671."""


@dataclass(slots=True)
class Sheet:
    """A visible sheet: texts by (row, column) counted from 0, merged ranges (top, left, bottom, right, inclusive),
    the rows in which borders are drawn, hidden rows and columns; `cut` where more stood there than was read; `typed`
    where it is text."""

    name: str
    texts: dict[tuple[int, int], str] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    ruled: set[int] = field(default_factory=set)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    cut: bool = False
    typed: bool = False

    def put(self, row: int, column: int, text: str) -> None:
        """Note a cell's text; one outside the limits is left out."""
        if row >= MAX_ROWS or column >= MAX_COLUMNS:
            self.cut = self.cut or bool(text.strip())
        elif text.strip():
            self.texts[row, column] = text


def read_csv(data: bytes, media_type: str | None = None) -> Document:
    """The sheet that was saved as text between commas: without merged cells, formats and hidden rows."""
    found = Sheet("", typed=True)
    text = charset.clean(charset.decode(data, media_type))
    for row, line in enumerate(csv.reader(StringIO(text, newline=""))):
        for column, cell in enumerate(line):
            found.put(row, column, cell)
    return filled(Document("csv"), [found])


def shown(value: Any, picture: str) -> str:
    """A cell's value as its number format shows it."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return numbers.shown(value, picture)
    if isinstance(value, date | time):
        return numbers.shown_date(value, picture)
    return charset.clean(str(value))


def filled(document: Document, sheets: list[Sheet]) -> Document:
    """The document with the blocks of its sheets, the pictures that it has already behind them."""
    pictures, document.blocks = document.blocks, []
    for sheet in sheets:
        if len(sheets) > 1 and _CHAPTER.match(sheet.name) and sheet.name not in sheet.texts.values():
            document.blocks.append(Paragraph(sheet.name, heading=True))
        _note_left_out(sheet, document.problems)
        document.blocks.extend(_blocks(sheet))
    document.lines.extend(paragraph.text for paragraph in document.paragraphs)
    document.blocks.extend(pictures)
    if not document.blocks:
        document.problems.append("表格文件里没有可见的文字")
    return document


def _note_left_out(sheet: Sheet, problems: list[str]) -> None:
    rows = {row for row, _ in sheet.texts if row in sheet.hidden_rows}
    columns = {column for _, column in sheet.texts if column in sheet.hidden_columns}
    for count, words in ((len(rows), "行"), (len(columns), "列")):
        if count:
            problems.append(f"工作表“{sheet.name}”有{count}{words}是隐藏的，未读取")
    if sheet.cut:
        problems.append(f"工作表“{sheet.name}”过大，只读取前{MAX_ROWS}行、{MAX_COLUMNS}列")


def _blocks(sheet: Sheet) -> Iterator[Block]:
    """The rows of a sheet: those of tables as grids, parted by blank rows, those of one text as paragraphs."""
    table: list[list[GridCell | None]] = []
    rows = _rows(sheet)
    for index, (ruled, row) in enumerate(rows):
        texts = [cell.text for cell in distinct(row) if cell.text]
        if texts and not _is_prose(row, rows[index - 1 : index], rows[index + 1 : index + 2]):
            table.append(row)
        elif not texts and table and (ruled or not _has_number(table[-1])):
            table.append(row)  # the values of 复议诉讼, all blank
        else:
            yield from grids.blocks(Grid(table, typed=sheet.typed))
            table = []
            for line in "\n".join(texts).split("\n"):
                if line.strip():
                    yield Paragraph(" ".join(line.split()))
    yield from grids.blocks(Grid(table, typed=sheet.typed))


def _has_number(row: list[GridCell | None]) -> bool:
    return any(cell is not None and re.search(r"\d", cell.text) for cell in row)


def _rows(sheet: Sheet) -> list[tuple[bool, list[GridCell | None]]]:
    """The visible part of the used rectangle as rows of cells, each with whether lines were drawn in it."""
    bottom = max((row for row, _ in sheet.texts), default=-1)
    right = max((column for _, column in sheet.texts), default=-1)
    bottom = max([bottom, *(row for row in sheet.ruled if row <= bottom + 1)])
    cells: dict[tuple[int, int], GridCell] = {}
    for top, left, low, far in sheet.merged:
        if top > bottom or left > right or len(cells) > MAX_MERGED:
            continue
        cell = GridCell(_lines(sheet.texts.get((top, left), "")))
        for row in range(top, min(low, bottom) + 1):
            for column in range(left, min(far, right) + 1):
                cells[row, column] = cell
    columns = [column for column in range(right + 1) if column not in sheet.hidden_columns]
    return [
        (
            row in sheet.ruled,
            [cells.get((row, column)) or GridCell(_lines(sheet.texts.get((row, column), ""))) for column in columns],
        )
        for row in range(bottom + 1)
        if row not in sheet.hidden_rows
    ]


def _lines(text: str) -> str:
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


_Rows = list[tuple[bool, list[GridCell | None]]]


def _is_prose(row: list[GridCell | None], above: _Rows, below: _Rows) -> bool:
    """Whether a row is a line of text: it has one text, no row label of the form, which fills the width or has no row
    of a table on one side."""
    found = [cell for cell in distinct(row) if cell.text]
    if len(found) != 1 or labels.known(found[0].text) or labels.exactly(found[0].text) is not None:
        return False
    if all(cell is found[0] for cell in row):
        return True
    return not all(_is_table_row(one) for one in (above, below))


def _is_table_row(rows: _Rows) -> bool:
    return any(sum(bool(cell.text) for cell in distinct(row)) > 1 for _, row in rows)
