"""The cells of a grid's row under the columns of its header: by position, by order, and what neither can tell."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from extract import form, labels, values
from extract.document import GridCell, distinct
from extract.fitting import is_moved
from extract.gridrows import Line

_YEAR = re.compile(r"20\d\d(?=年)")
_ONLY_YEAR = re.compile(r"20\d\d年度?")
_FEW = 2
"""Empty cells of a row that lost one of them."""

Placed = dict[str, GridCell]
"""Column → cell."""


@dataclass(slots=True)
class Header:
    """The columns of a table from left to right, each with its positions, and all positions over which words stand."""

    columns: dict[str, list[int]] = field(default_factory=dict)
    named: set[int] = field(default_factory=set)


def header(lines: Sequence[Line], table: str, year: int | None) -> Header | None:
    """The header that the rows above a table's first row make, None where they hold none.

    "results" is the header of `disputes` where its stages are rows. Of columns that name years only those of `year`.
    """
    # Over parts of different width no position means the same column.
    lines = [line for line in lines if len(line.row) == len(lines[-1].row)]
    found = Header()
    columns: dict[int, str] = {}
    stages = ["" for _ in lines]
    years: dict[int, set[int]] = {}
    for position, column_cells in enumerate(zip(*(line.row for line in lines), strict=True)):
        texts = tuple(cell.text for cell in distinct(column_cells) if cell.text)
        if texts:
            found.named.add(position)
            years[position] = {int(named) for text in texts if "20" in text for named in _YEAR.findall(text)}
        column = _named("disputes" if table == "results" else table, texts)
        if table == "disputes":
            for depth, cell in enumerate(column_cells):
                key = form.plain(cell.text) if cell is not None else ""
                if key in form.STAGE_LABELS:
                    stages[depth] = form.STAGE_LABELS[key]
                elif key in form.IGNORED:
                    stages[depth] = ""
            stage = next((name for name in reversed(stages) if name), "")
            # 合计 over the whole height of the header is no stage's.
            is_apart = len(lines) > 1 and len(distinct(column_cells)) == 1
            column = f"{stage}.{column}" if column and stage and not is_apart else None
        if column is not None:
            columns[position] = column
    if any(year in of for of in years.values()):
        columns = {at: name for at, name in columns.items() if not years[at] or year in years[at]}
    for position, column in columns.items():
        found.columns.setdefault(column, []).append(position)
    return found if found.columns else None


def is_in_order(over: Header) -> bool:
    """Whether a header names the columns of `requests` in the form's order."""
    return list(over.columns) == [column for column in form.APPLICANTS if column in over.columns]


@lru_cache(maxsize=4096)
def _named(table: str, texts: tuple[str, ...]) -> str | None:
    """The column that the words above it name: the nearest, or these with those above them (商业 over 企业)."""
    words = [text for text in texts if not _ONLY_YEAR.fullmatch(text)]
    for count in range(1, min(len(words), 3) + 1):
        if (column := labels.column(table, "".join(words[-count:]))) is not None:
            return column
    return None


def by_position(row: list[GridCell | None], over: Header, barred: Collection[GridCell]) -> Placed | None:
    """The cells by the header's positions, of several under one column the one with text. None where the row's cells
    do not lie under it: a number under no words at all shows that the row is longer than its header (a column copied
    twice)."""
    if not over.named.issuperset(range(len(row))):
        under = {row[at] for at in over.named if at < len(row)}
        outside = {cell for cell in row if cell is not None and cell not in under and cell not in barred}
        if any(cell.text and values.is_value(cell.text) for cell in outside):
            return None
    found: Placed = {}
    owner: dict[GridCell, str] = {}
    for column, positions in over.columns.items():
        one: GridCell | None = None
        for at in positions:
            cell = row[at] if at < len(row) else None
            if cell is None or cell is one:
                continue
            if cell.text and owner.setdefault(cell, column) != column:
                return None  # one number under two columns
            if cell in barred:
                continue
            if one is not None and one.text and cell.text not in ("", one.text):
                return None
            one = cell if one is None or (cell.text and not one.text) else one
        if one is None:
            return None
        found[column] = one
    return found


def by_order(cells: list[GridCell], columns: Sequence[str]) -> Placed | None:
    """The cells by order, where the row has just as many as the header has columns."""
    if len(cells) == len(columns) + 1 and not cells[-1].text:
        cells = cells[:-1]  # LibreOffice adds an empty column at the right edge
    return dict(zip(columns, cells, strict=True)) if len(cells) == len(columns) else None


def ways(table: str, line: Line, count: int, over: Header | None, *, typed: bool) -> list[Placed]:
    """The ways to place a row behind its label of `count` cells: one to be believed, none, or two that differ and of
    which nothing tells the right one. A row of typed cells in which two differ lost one, and neither need be right."""
    behind = line.cells[count:]
    under = by_position(line.row, over, line.cells[:count]) if over is not None else None
    if under is not None and list(under.values()) == behind:
        return [under]  # position and order agree, as in most rows
    if table == "disclosure" and under and _are_empty(under.values()) and not _are_empty(behind):
        under = None  # without lines a number may stand beside the middle of a wide column, where its header is
    columns: Sequence[str] = list(over.columns) if over is not None else ()
    unplaced = under is None or any(cell.text and cell not in under.values() for cell in behind)
    unplaced = unplaced or len(behind) == len(form.APPLICANTS)
    if table == "requests" and len(columns) < len(form.APPLICANTS) and len(behind) != len(columns) and unplaced:
        # Not all of the header's words are there, or were recognised.
        columns, under = form.APPLICANTS, None
    ordered = by_order(behind, columns) if columns else None
    if table == "requests" and ordered is not None and under is None:
        # Without a header over these cells only the sum of the row can vouch for their order, and an empty cell at
        # the edge may belong to the label.
        edges = sum(bool(cell.text) for cell in (behind[0], behind[len(columns) - 1]))
        lost = edges == 1 and sum(not cell.text for cell in behind) == 1
        ordered = None if lost or not agree_on_sum(ordered) else ordered
    found = [way for way in (under, ordered) if way is not None]
    if len(found) == 2 and _texts(found[0]) == _texts(found[1]):
        return found[:1]
    return [] if len(found) == 2 and typed else found


def _are_empty(cells: Iterable[GridCell]) -> bool:
    return not any(cell.text for cell in cells)


def _texts(placed: Placed) -> dict[str, str]:
    return {column: cell.text for column, cell in placed.items()}


def agree_on_sum(placed: Placed) -> bool:
    """Whether the numbers of a row, unsure ones as read, make its total."""
    read = {column: cell.text.partition(values.UNSURE)[0] for column, cell in placed.items()}
    numbers = {column: values.read(text).value or 0 for column, text in read.items()}
    return sum(number for column, number in numbers.items() if column != "total") == numbers.get("total")


def may_be_shifted(cells: Iterable[GridCell]) -> bool:
    """Whether one cell at the edge is empty and all others are not: a cell was lost, and it need not be that one."""
    texts = [cell.text for cell in cells]
    return len(texts) > 1 and texts.count("") == 1 and not (texts[0] and texts[-1])


def has_moved(placed: Placed, *, typed: bool) -> bool:
    """Whether a row of applicants lost a cell, and its others moved. With cells of their own, those of a row that is
    mostly empty are zeros, and a wrong total is no doubt of their places."""
    texts = [placed[column].text if column in placed else "" for column in form.APPLICANTS]
    is_sparse = not typed and texts.count("") > _FEW
    return placed.keys() >= set(form.APPLICANTS[:-1]) and not is_sparse and is_moved(texts)
