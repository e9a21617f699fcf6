"""The form's three tables out of a document: two readings where there are two, editions, and honest gaps."""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field

from extract import either, form, grid, laidout, merging, solve, spread, stream, sums, values
from extract.document import Document, Grid, Paragraph
from extract.labels import Row
from extract.reading import Heap, Reading, Torn
from extract.report import Cell, OtherTable, Seen, Status


@dataclass(slots=True)
class Tables:
    """What was read of the form: cells of the editions found, and which tables two readings agree on.

    `again` is where the other reading found cells. `order` are the rows as they follow each other in the document:
    labels that were exchanged show in it only.
    """

    editions: dict[str, str | None]
    cells: dict[str, Cell]
    other_tables: list[OtherTable]
    agreed: set[str] = field(default_factory=set)
    again: dict[str, list[Seen]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    order: list[Row] = field(default_factory=list)


_NAMES = {"disclosure": "主动公开政府信息情况", "requests": "收到和处理申请情况", "disputes": "行政复议、行政诉讼情况"}


def read(document: Document, year: int | None = None, office: str | None = None, *, has_form: bool = True) -> Tables:
    """Read the tables of a document. A table that is not there has no cells; `problems` names it.

    `year` and `office` are the report's, by which its own tables are told from others on the page (last year's,
    another body's). Without `has_form` none is the form's: the statistics of before 2019 count 不予公开 and 行政复议
    in rows of the same name.
    """
    grids = document.grids
    for number, one in enumerate(grids, 1):
        one.number = number
    if not has_form:
        return Tables({"disclosure": None, "requests": None}, {}, _other_tables(document, set()))
    by_grid, by_stream = _readings(document, grids, year)
    if (by_grid.copies_differ() or by_stream.copies_differ()) and (own := _own(document, year, office)) != grids:
        by_grid, by_stream = _readings(document, own, year)
    first, second = (by_grid, by_stream) if by_grid.rows else (by_stream, Reading())
    cells, again, agreed = merging.merge(first, second)
    if document.recognised:
        agreed = set()  # both readings rest on the same letters: a wrong sum may be the recognition's
        cells = {key: _without_specks(key, cell) for key, cell in cells.items()}
    tables = Tables(
        _editions(first, second),
        {},
        _other_tables(document, by_grid.grids),
        agreed,
        again,
        list(first.problems),
        _order(first, second),
    )
    for table in form.TABLES:
        if not _there(table, first, second):
            tables.problems.append(not_there(table))
            continue
        for key in form.keys(table, tables.editions.get(table)):
            tables.cells[key] = cells[key] if key in cells else Cell(None, "", _gap(key, first, second))
    _report_other_edition(tables, cells)
    _fill(tables, second.torn | first.torn, by_stream, document)
    _report_gaps(tables)
    return tables


def _readings(document: Document, grids: list[Grid], year: int | None) -> tuple[Reading, Reading]:
    """What stands in some grids of a document by their positions, and in its lines without them."""
    text = laidout.mended(lines(document, grids), paged=document.pages is not None)
    return grid.read(grids, year), stream.read(text)


def _fill(tables: Tables, torn: dict[Row, Torn], text: Reading, document: Document) -> None:
    """Fill the gaps that the form's sums fill, after they have spoken of what was recognised in a scan."""
    edition, has_disputes = tables.editions["requests"], any(key.startswith("disputes.") for key in tables.cells)
    if document.recognised:
        sums.doubt(tables.cells, edition, has_disputes)
        either.choose(tables.cells, edition, has_disputes)
    requests = [cell.status for key, cell in tables.cells.items() if key.startswith("requests.")]
    if edition is not None and sums.GAPS.issuperset(requests):
        tables.cells |= spread.spread(text.heap.values, text.heap.ends, edition)
    paged = document.pages is not None and not document.recognised
    solve.fill(tables.cells, torn, text.stray, edition, has_disputes, paged=paged)


def _gap(key: str, *readings: Reading) -> Status:
    """What a cell is that no reading has: unreadable where its row was seen."""
    table, row, _ = key.split(".")
    return Status.UNREADABLE if any((table, row) in one.rows for one in readings) else Status.MISSING


def not_there(table: str) -> str:
    """The problem that says so."""
    return f"没有读到“{_NAMES[table]}”表"


def _without_specks(key: str, cell: Cell) -> Cell:
    """A cell of a scan, unless a speck was read in it: a sign or a point where the form counts, or a lone character
    that nobody prints for a number (θ for 0)."""
    if cell.status is Status.TEXT:
        is_word = cell.raw in values.NOTHING or sum(char > "⺀" for char in cell.raw) > 1
        return cell if is_word else cell._replace(status=Status.UNREADABLE)
    if cell.value is None or form.kind_of_number(key) != "int" or (cell.value >= 0 and cell.value == int(cell.value)):
        return cell
    return cell._replace(value=None, status=Status.UNREADABLE)


_YEAR = re.compile(r"(?<!\d)20\d\d(?=\s*年(?!\s*\d{1,2}\s*月))")
_OFFICE = re.compile(r"[\u4e00-\u9fff]{2,25}(?:政府|局|委员会|委|办公室|办事处|街道|镇|乡|中心|大队|管委会)")
_SHORT = 60


def _own(document: Document, year: int | None, office: str | None) -> list[Grid]:
    """The grids that stand under no title of another year's report or of another body, and no such caption."""
    own: list[Grid] = []
    title = caption = True
    for block in document.blocks:
        if isinstance(block, Grid):
            if title and caption:
                own.append(block)
        elif isinstance(block, Paragraph) and len(block.text) <= _SHORT:
            words = form.plain(block.text)
            years = {int(found) for found in _YEAR.findall(unicodedata.normalize("NFKC", block.text))}
            is_title = "报告" in words or "年报" in words
            if years and year is not None:
                title, caption = (year in years, True) if is_title else (title, year in years)
            elif office is not None and _OFFICE.fullmatch(words):
                title, caption = words in office or office in words, True
            elif words != block.text:  # a numbered heading: what follows is no longer under the caption before it
                caption = True
    return own


def _order(first: Reading, second: Reading) -> list[Row]:
    tables = {table for table, _ in first.placed}
    return [*first.placed, *(row for row in second.placed if row[0] not in tables)]


def lines(document: Document, grids: list[Grid] | None = None) -> list[str]:
    """The document as lines of text, for the reading that ignores positions: grids as lines of tab-parted cells. Where
    only some `grids` are the report's, the lines of the others are empty (lines keep their numbers)."""
    if document.lines_hold_tables:
        return document.lines
    found = [*document.lines]
    read = {one.number for one in (document.grids if grids is None else grids)}
    for one in document.grids:
        rows = one.cells if one.number in read else [[] for _ in one.cells]
        found += ["\t".join(" ".join(cell.text.split()) for cell in row) for row in rows]
    return found


def _there(table: str, first: Reading, second: Reading) -> bool:
    """Whether a table stands in the document: some numbers of it, or most of its labels."""
    if table in first.tables() | second.tables():
        return True
    if table == "requests" and any(_edition_of(reading.heap) is not None for reading in (first, second)):
        return True
    labelled = max(sum(row[0] == table for row in reading.rows) for reading in (first, second))
    return labelled * 2 > len(form.rows(table, "2021"))


def _edition_of(heap: Heap) -> str | None:
    """The edition that has as many cells in `requests` as there are values, or some numbers of pages less."""
    sizes = {edition: len(form.keys("requests", edition)) for edition in form.EDITIONS}
    return next((one for one, size in sizes.items() if size <= len(heap.values) <= size + spread.MOST_PAGES), None)


_COLUMNS = {one: {name for _, names in form.rows("disclosure", one) for name in names} for one in form.EDITIONS}
_ROWS_OF_2019 = frozenset(("other_admin_services", "procurement"))
_ROWS_OF_2021 = frozenset(("other_uncorrected", "other_fee_unpaid", "other_other"))


def _editions(first: Reading, second: Reading) -> dict[str, str | None]:
    """The edition of `disclosure` by its headers and rows, of `requests` by the rows of （六）; None: not there."""
    editions: dict[str, str | None] = {"disclosure": None, "requests": None}
    if _there("disclosure", first, second):
        seen = first.columns["disclosure"] or second.columns["disclosure"]
        rows = {row for table, row in first.rows | second.rows if table == "disclosure"}
        older = len(seen & _COLUMNS["2019"]) + (not rows.isdisjoint(_ROWS_OF_2019))
        editions["disclosure"] = "2019" if older > len(seen & _COLUMNS["2021"]) else "2021"
    if _there("requests", first, second):
        rows = {row for one in (first, second) for table, row in (*one.placed, *one.torn) if table == "requests"}
        printed = "2021" if rows & _ROWS_OF_2021 else "2019" if "other_single" in rows else None
        counted = _edition_of(first.heap) or _edition_of(second.heap)
        editions["requests"] = counted or printed or editions["disclosure"] or "2021"
    return editions


_GAPS = {
    Status.UNREADABLE: "无法辨认或无法归位",
    Status.MISSING: "文中没有",
    Status.DISPUTED: "两种读法不一致",
    Status.DERIVED: "由勾稽关系推出",
}


def _report_gaps(tables: Tables) -> None:
    found: dict[Status, Counter[str]] = {status: Counter() for status in _GAPS}
    for key, cell in tables.cells.items():
        if cell.status in found:
            found[cell.status][key.rsplit(".", 1)[0]] += 1
    for status, rows in found.items():
        if rows:
            named = "、".join(f"{row}（{count}格）" for row, count in rows.items())
            tables.problems.append(f"{_GAPS[status]}：{named}")


def _report_other_edition(tables: Tables, cells: dict[str, Cell]) -> None:
    """Numbers under columns of the other edition: a table of 2019 with 本年收费金额 of 2021 in its last part."""
    left = [
        f"{key}（{cell.raw}）"
        for key, cell in cells.items()
        if key.startswith("disclosure.") and cell.value is not None and key not in tables.cells
    ]
    if left and tables.editions["disclosure"]:
        tables.problems.append(f"主动公开表混用两版格式，另一版的栏目没有采用：{'、'.join(left)}")


def _other_tables(document: Document, used: set[int]) -> list[OtherTable]:
    """Tables in which no row of the form stands, with the line above as caption; none where each row is one cell, for
    then a report was typed into a table."""
    found: list[OtherTable] = []
    caption = ""
    for block in document.blocks:
        if isinstance(block, Paragraph):
            caption = block.text
        elif isinstance(block, Grid):
            texts = tuple(tuple(cell.text for cell in row) for row in block.cells)
            if block.number not in used and any(sum(map(bool, row)) > 1 for row in texts):
                found.append(OtherTable(caption if len(caption) <= 80 else "", texts))
    return found
