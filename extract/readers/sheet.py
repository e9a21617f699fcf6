"""XLSX, XLS and CSV → Document: what a person sees on the visible sheets, merged cells filled."""

import csv
import re
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, time
from io import BytesIO, StringIO
from typing import Any

import openpyxl
import xlrd
from openpyxl.utils import range_boundaries
from openpyxl.utils.datetime import from_excel
from xlrd.biffh import XLRDError

from extract import labels
from extract.document import Block, Document, Grid, GridCell, Paragraph, Picture, distinct
from extract.readers import charset, grids, numbers, ole, opc

MAX_ROWS, MAX_COLUMNS = 3000, 120
"""What lies beyond is not read (the form has 60 rows and 15 columns; a stray cell at XFD1048576 is no table)."""

MAX_XML = 12_000_000
"""Bytes of the sheets of a workbook: openpyxl takes half a second for each million (a report has a tenth of one)."""
MAX_MERGED = 1_000_000
"""Cells in merged ranges; more are no table but an attack (openpyxl makes an object for each)."""

_MERGED = re.compile(rb'<mergeCell\s[^>]*?ref="([A-Z]+\d+:[A-Z]+\d+)"')
_CHAPTER = re.compile(r"\s*[一二三四五六七八]\s*[、.．]")
_MONTH, _DAY = 'yyyy"年"m"月"', 'yyyy"年"m"月"d"日"'
_LOCALE_FORMATS = {14: "yyyy/m/d", 22: "yyyy/m/d h:mm", 27: _MONTH, 31: _DAY, 36: _MONTH, 50: _MONTH, 57: _MONTH,
                   58: 'm"月"d"日"'}  # fmt: skip
"""Formats that a file names by number only, as a Chinese Excel shows them. openpyxl takes those from 27 for General:
the date under a signature would be 45671."""


@dataclass(slots=True)
class _Sheet:
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


def read_xlsx(data: bytes) -> Document:
    """The sheets of an XLSX file. Raises what openpyxl raises on a broken one."""
    document = Document("xlsx")
    with zipfile.ZipFile(BytesIO(data)) as parts:
        texts = [parts.read(name) for name in parts.namelist() if name.startswith("xl/worksheets/")]
    if sum(map(len, texts)) > MAX_XML:
        document.problems.append("表格过大，未读取")
        return document
    merged = sum(_area(*range_boundaries(found.decode())) for text in texts for found in _MERGED.findall(text))
    if merged > MAX_MERGED:
        raise ValueError("合并单元格过大")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of charts and validations that openpyxl would not write again
        if any(map(opc.is_strict, texts)):  # openpyxl sees no cells there
            data = opc.usual(data)
        book = openpyxl.load_workbook(BytesIO(data), data_only=True)
        formulas = _formulas(data) if any(b"<f>" in text or b"<f " in text for text in texts) else {}
    sheets = []
    for sheet in book.worksheets:
        if sheet.sheet_state == "visible":
            sheets.append(_of_openpyxl(sheet, formulas.get(sheet.title, {}), document.problems))
            document.blocks.extend(_pictures(sheet))
        else:
            document.problems.append(f"工作表“{sheet.title}”是隐藏的，未读取")
    return _filled(document, sheets)


def _pictures(sheet: Any) -> Iterator[Picture]:
    """The pictures on a sheet from the top (a scan pasted in is all that some have)."""
    for one in sorted(sheet._images, key=lambda image: image.anchor._from.row if hasattr(image.anchor, "_from") else 0):
        yield Picture(one.path, one._data())


def _formulas(data: bytes) -> dict[str, dict[tuple[int, int], str]]:
    """The formulas by sheet and cell: of one whose result was not saved (by a program that does not calculate), the
    value is unknown, which is not the same as an empty cell."""
    book = openpyxl.load_workbook(BytesIO(data))
    return {
        sheet.title: {
            at: str(getattr(cell.value, "text", cell.value)) for at, cell in _cells(sheet) if cell.data_type == "f"
        }
        for sheet in book.worksheets
    }


def _cells(sheet: Any) -> Iterator[tuple[tuple[int, int], Any]]:
    """The cells that the file has; openpyxl's own rows fill the rectangle up to a stray cell at XFD1048576."""
    for (row, column), cell in sorted(sheet._cells.items()):
        yield (row - 1, column - 1), cell


def _of_openpyxl(sheet: Any, formulas: dict[tuple[int, int], str], problems: list[str]) -> _Sheet:
    found = _Sheet(sheet.title)
    unsaved = 0
    for at, cell in _cells(sheet):
        if cell.has_style and (cell.border.top.style or cell.border.bottom.style):
            found.ruled.add(at[0])
        value, number = cell.value, cell._style.numFmtId if cell.has_style else 0
        if value is None and at in formulas:
            value = formulas[at]
            unsaved += 1
        if value is None or (value == 0 and not sheet.sheet_view.showZeros and sheet.sheet_view.showZeros is not None):
            continue
        if number in _LOCALE_FORMATS and isinstance(value, int | float):
            value = from_excel(value, sheet.parent.epoch)
        found.put(*at, _shown(value, _LOCALE_FORMATS.get(number, cell.number_format)))
    if unsaved:
        problems.append(f"工作表“{sheet.title}”有{unsaved}格是公式而没有保存计算结果")
    found.merged = [_inclusive(str(one)) for one in sheet.merged_cells.ranges]
    found.hidden_rows = {n - 1 for n, one in sheet.row_dimensions.items() if one.hidden or one.height == 0}
    for one in sheet.column_dimensions.values():
        if one.hidden or one.width == 0:
            found.hidden_columns |= set(range(one.min - 1, min(one.max, MAX_COLUMNS)))
    return found


def _area(left: int | None, top: int | None, right: int | None, bottom: int | None) -> int:
    return ((right or 0) - (left or 0) + 1) * ((bottom or 0) - (top or 0) + 1)


def _inclusive(reference: str) -> tuple[int, int, int, int]:
    left, top, right, bottom = (int(n or 1) - 1 for n in range_boundaries(reference))
    return top, left, bottom, right


def read_xls(data: bytes) -> Document:
    """The sheets of an Excel 97 file. Raises what xlrd raises on a broken one."""
    document = Document("xls")
    ole.opened(data)  # raises where xlrd would not end
    try:
        # Ragged: one stray cell in the last row would else make millions.
        book = xlrd.open_workbook(file_contents=data, formatting_info=True, ragged_rows=True, logfile=StringIO())
    except XLRDError as error:
        if "encrypted" not in str(error):
            raise
        document.problems.append("表格文件有密码，无法读取")
        return document
    sheets = []
    for sheet in book.sheets():
        if sheet.visibility == 0:
            sheets.append(_of_xlrd(book, sheet))
        else:
            document.problems.append(f"工作表“{sheet.name}”是隐藏的，未读取")
    return _filled(document, sheets)


def _of_xlrd(book: Any, sheet: Any) -> _Sheet:
    found = _Sheet(sheet.name, cut=sheet.nrows > MAX_ROWS)
    for row in range(min(sheet.nrows, MAX_ROWS)):
        for column in range(min(sheet.row_len(row), MAX_COLUMNS)):
            cell = sheet.cell(row, column)
            style = book.xf_list[cell.xf_index or 0]
            if style.border.top_line_style or style.border.bottom_line_style:
                found.ruled.add(row)
            value: Any = cell.value
            if cell.ctype == xlrd.XL_CELL_DATE:
                value = xlrd.xldate_as_datetime(value, book.datemode)
            elif cell.ctype == xlrd.XL_CELL_BOOLEAN:
                value = bool(value)
            elif cell.ctype == xlrd.XL_CELL_ERROR:
                value = str(xlrd.error_text_from_code.get(value, "#ERROR"))
            elif value == 0 and not sheet.show_zero_values:
                continue
            known = book.format_map.get(style.format_key)
            picture = _LOCALE_FORMATS.get(style.format_key) or (known.format_str if known else "General")
            found.put(row, column, _shown(value, picture))
    found.merged = [(top, left, bottom - 1, right - 1) for top, bottom, left, right in sheet.merged_cells]
    found.hidden_rows = {n for n, one in sheet.rowinfo_map.items() if one.hidden}
    found.hidden_columns = {n for n, one in sheet.colinfo_map.items() if one.hidden}
    return found


def read_csv(data: bytes, media_type: str | None = None) -> Document:
    """The sheet that was saved as text between commas: without merged cells, formats and hidden rows."""
    found = _Sheet("", typed=True)
    text = charset.clean(charset.decode(data, media_type))
    for row, line in enumerate(csv.reader(StringIO(text, newline=""))):
        for column, cell in enumerate(line):
            found.put(row, column, cell)
    return _filled(Document("csv"), [found])


def _shown(value: Any, picture: str) -> str:
    """A cell's value as its number format shows it."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return numbers.shown(value, picture)
    if isinstance(value, date | time):
        return numbers.shown_date(value, picture)
    return charset.clean(str(value))


def _filled(document: Document, sheets: list[_Sheet]) -> Document:
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


def _note_left_out(sheet: _Sheet, problems: list[str]) -> None:
    rows = {row for row, _ in sheet.texts if row in sheet.hidden_rows}
    columns = {column for _, column in sheet.texts if column in sheet.hidden_columns}
    for count, words in ((len(rows), "行"), (len(columns), "列")):
        if count:
            problems.append(f"工作表“{sheet.name}”有{count}{words}是隐藏的，未读取")
    if sheet.cut:
        problems.append(f"工作表“{sheet.name}”过大，只读取前{MAX_ROWS}行、{MAX_COLUMNS}列")


def _blocks(sheet: _Sheet) -> Iterator[Block]:
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


def _rows(sheet: _Sheet) -> list[tuple[bool, list[GridCell | None]]]:
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
