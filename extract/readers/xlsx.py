"""XLSX → Document by openpyxl: the visible sheets as they are shown."""

import re
import warnings
import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import openpyxl
from lxml import etree
from openpyxl.utils import range_boundaries
from openpyxl.utils.datetime import from_excel

from extract.document import Document, Picture
from extract.readers import opc, sheet

MAX_XML = 12_000_000
"""Bytes of the sheets of a workbook: openpyxl takes half a second for each million (a report has a tenth of one)."""
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_XDR = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
_DRAWING = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/drawing"
_PLAIN = etree.XMLParser(resolve_entities=False)
_MERGED = re.compile(rb'<mergeCell\s[^>]*?ref="([A-Z]+\d+:[A-Z]+\d+)"')


def read(data: bytes) -> Document:
    """The sheets of an XLSX file. Raises what openpyxl raises on a broken one."""
    document = Document("xlsx")
    with zipfile.ZipFile(BytesIO(data)) as parts:
        texts = [parts.read(name) for name in parts.namelist() if name.startswith("xl/worksheets/")]
    if sum(map(len, texts)) > MAX_XML:
        document.problems.append("表格过大，未读取")
        return document
    merged = sum(_area(*range_boundaries(found.decode())) for text in texts for found in _MERGED.findall(text))
    if merged > sheet.MAX_MERGED:
        raise ValueError("合并单元格过大")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of charts and validations that openpyxl would not write again
        if any(map(opc.is_strict, texts)):  # openpyxl sees no cells there
            data = opc.usual(data)
        book = openpyxl.load_workbook(BytesIO(data), data_only=True)
        formulas = _formulas(data) if any(b"<f>" in text or b"<f " in text for text in texts) else {}
    sheets = []
    for source in book.worksheets:
        if source.sheet_state == "visible":
            sheets.append(_of_openpyxl(source, formulas.get(source.title, {}), document.problems))
            _put_boxes(source, data, sheets[-1], document.problems)
            document.blocks.extend(_pictures(source))
        else:
            document.problems.append(f"工作表“{source.title}”是隐藏的，未读取")
    return sheet.filled(document, sheets)


def _pictures(source: Any) -> Iterator[Picture]:
    """The pictures on a sheet from the top (a scan pasted in is all that some have)."""
    for one in sorted(
        source._images, key=lambda image: image.anchor._from.row if hasattr(image.anchor, "_from") else 0
    ):
        yield Picture(one.path, one._data())


def _put_boxes(source: Any, data: bytes, found: sheet.Sheet, problems: list[str]) -> None:
    """Put the words of a sheet's text boxes, which openpyxl leaves out, into the empty rows over which they lie."""
    with zipfile.ZipFile(BytesIO(data)) as parts:
        drawings = [parts.read(one.target.lstrip("/")) for one in source._rels.find(_DRAWING)]
    for anchor in (one for drawing in drawings for one in etree.fromstring(drawing, _PLAIN)):
        lines = ("".join(text.text or "" for text in line.iter(f"{_A}t")) for line in anchor.iter(f"{_A}p"))
        words = "\n".join(line for line in lines if line.strip())
        rows = [int(row.text or 0) for row in anchor.iter(f"{_XDR}row")] or [0]
        taken = {row for row, _ in found.texts}
        free = next((row for row in range(rows[0], rows[-1] + 1) if row not in taken), None)
        if words and free is None:
            problems.append(f"工作表“{source.title}”有文本框盖在文字上，未读取：{words[:30]}")
        elif free is not None:
            found.put(free, 0, words)


def _formulas(data: bytes) -> dict[str, dict[tuple[int, int], str]]:
    """The formulas by sheet and cell: of one whose result was not saved (by a program that does not calculate), the
    value is unknown, which is not the same as an empty cell."""
    book = openpyxl.load_workbook(BytesIO(data))
    return {
        source.title: {
            at: str(getattr(cell.value, "text", cell.value)) for at, cell in _cells(source) if cell.data_type == "f"
        }
        for source in book.worksheets
    }


def _cells(source: Any) -> Iterator[tuple[tuple[int, int], Any]]:
    """The cells that the file has; openpyxl's own rows fill the rectangle up to a stray cell at XFD1048576."""
    for (row, column), cell in sorted(source._cells.items()):
        yield (row - 1, column - 1), cell


def _of_openpyxl(source: Any, formulas: dict[tuple[int, int], str], problems: list[str]) -> sheet.Sheet:
    found = sheet.Sheet(source.title)
    unsaved = 0
    for at, cell in _cells(source):
        if cell.has_style and (cell.border.top.style or cell.border.bottom.style):
            found.ruled.add(at[0])
        value, number = cell.value, cell._style.numFmtId if cell.has_style else 0
        if value is None and at in formulas:
            value = formulas[at]
            unsaved += 1
        if value is None or (
            value == 0 and not source.sheet_view.showZeros and source.sheet_view.showZeros is not None
        ):
            continue
        if number in sheet.LOCALE_FORMATS and isinstance(value, int | float):
            value = from_excel(value, source.parent.epoch)
        found.put(*at, sheet.shown(value, sheet.LOCALE_FORMATS.get(number, cell.number_format)))
    if unsaved:
        problems.append(f"工作表“{source.title}”有{unsaved}格是公式而没有保存计算结果")
    found.merged = [_inclusive(str(one)) for one in source.merged_cells.ranges]
    found.hidden_rows = {n - 1 for n, one in source.row_dimensions.items() if one.hidden or one.height == 0}
    for one in source.column_dimensions.values():
        if one.hidden or one.width == 0:
            found.hidden_columns |= set(range(one.min - 1, min(one.max, sheet.MAX_COLUMNS)))
    return found


def _area(left: int | None, top: int | None, right: int | None, bottom: int | None) -> int:
    return ((right or 0) - (left or 0) + 1) * ((bottom or 0) - (top or 0) + 1)


def _inclusive(reference: str) -> tuple[int, int, int, int]:
    left, top, right, bottom = (int(n or 1) - 1 for n in range_boundaries(reference))
    return top, left, bottom, right
