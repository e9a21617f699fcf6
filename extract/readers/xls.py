"""Excel 97 → Document by xlrd: the visible sheets as they are shown."""

from io import StringIO
from typing import Any

import xlrd
from xlrd.biffh import XLRDError

from extract.document import Document
from extract.readers import ole, sheet

_CALCULATED = "\x05SummaryInformation"
"""A stream that programs write which calculate. The empty text of a formula is then what it shows; of others (xlwt) it
means that nothing was calculated."""

_UNKNOWN = "\ufffd"
"""What `values` takes for something that cannot be read."""


def read(data: bytes) -> Document:
    """The sheets of an Excel 97 file. Raises what xlrd raises on a broken one."""
    document = Document("xls")
    streams = {entry.name for entry in ole.opened(data).dirlist}  # raises where xlrd would not end
    try:
        # Ragged: one stray cell in the last row would else make millions.
        book = xlrd.open_workbook(file_contents=data, formatting_info=True, ragged_rows=True, logfile=StringIO())
    except XLRDError as error:
        if "encrypted" not in str(error):
            raise
        document.problems.append("表格文件有密码，无法读取")
        return document
    own = {one.format_key: one.format_str for one in book.format_list}  # Gnumeric's 57 is not Excel's
    sheets = []
    for source in book.sheets():
        if source.visibility == 0:
            sheets.append(_of_xlrd(book, source, own))
            if _CALCULATED not in streams and (unsaved := _note_unsaved(source, sheets[-1])):
                document.problems.append(f"工作表“{source.name}”有{unsaved}格是公式而没有保存计算结果")
        else:
            document.problems.append(f"工作表“{source.name}”是隐藏的，未读取")
    return sheet.filled(document, sheets)


def _note_unsaved(source: Any, found: sheet.Sheet) -> int:
    """Note in `found` the formulas without a result, which are no empty cells; how many there are."""
    count = 0
    for row in range(source.nrows):
        for column, cell in enumerate(source.row(row)):
            if cell.ctype == xlrd.XL_CELL_TEXT and not cell.value:
                found.put(row, column, _UNKNOWN)
                count += 1
    return count


def _of_xlrd(book: Any, source: Any, own: dict[int, str]) -> sheet.Sheet:
    found = sheet.Sheet(source.name, cut=source.nrows > sheet.MAX_ROWS)
    for row in range(min(source.nrows, sheet.MAX_ROWS)):
        for column in range(min(source.row_len(row), sheet.MAX_COLUMNS)):
            cell = source.cell(row, column)
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
            elif value == 0 and not source.show_zero_values:
                continue
            key, known = style.format_key, book.format_map.get(style.format_key)
            picture = own.get(key) or sheet.LOCALE_FORMATS.get(key) or (known.format_str if known else "General")
            found.put(row, column, sheet.shown(value, picture))
    found.merged = [(top, left, bottom - 1, right - 1) for top, bottom, left, right in source.merged_cells]
    found.hidden_rows = {n for n, one in source.rowinfo_map.items() if one.hidden}
    found.hidden_columns = {n for n, one in source.colinfo_map.items() if one.hidden}
    return found
