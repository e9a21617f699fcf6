"""What every reader with tables needs: rows of spanned cells → Grid, and prose that was typed into a table."""

import re
from collections.abc import Iterable, Iterator

from extract.document import Block, Grid, GridCell, Paragraph

MAX_CELLS = 60_000
"""A table larger than this is cut (a colspan of a million is an attack or a typing error; the form has 400 cells)."""

_CHAPTER = re.compile(r"^\s*[#*]*\s*[一二三四五六七八]\s*[、.．]\s*(?!本年|上年|结转)")
_LONG = 60


def expand(rows: Iterable[Iterable[tuple[GridCell, int, int]]]) -> Grid:
    """A grid from rows of (cell, rowspan, colspan) as in HTML; what two cells claim goes to the upper one."""
    table: list[list[GridCell | None]] = []
    hanging: dict[int, tuple[int, GridCell]] = {}  # column → rows still to cover, by which cell
    cells = 0
    for row in rows:
        line: list[GridCell | None] = []
        for cell, rowspan, colspan in row:
            _hang(line, hanging)
            if rowspan <= 1 >= colspan:
                line.append(cell)
                continue
            for _ in range(max(colspan, 1)):
                if len(line) in hanging:
                    break
                if rowspan > 1:
                    hanging[len(line)] = (rowspan - 1, cell)
                line.append(cell)
        _hang(line, hanging)
        table.append(line)
        cells += len(line)
        if cells > MAX_CELLS:
            break
    return padded(table)


def padded(rows: list[list[GridCell | None]]) -> Grid:
    """A grid of rows of which some may end before others."""
    width = max(map(len, rows), default=0)
    for row in rows:
        row.extend([None] * (width - len(row)))
    return Grid(rows)


def _hang(line: list[GridCell | None], hanging: dict[int, tuple[int, GridCell]]) -> None:
    """Lengthen a row by the cells that hang down from above into its next columns."""
    while (at := len(line)) in hanging:
        left, cell = hanging.pop(at)
        if left > 1:
            hanging[at] = (left - 1, cell)
        line.append(cell)


def _prose(cells: list[GridCell]) -> str | None:
    texts = (cell.text for cell in cells if cell.text and not cell.text.isspace())
    text = next(texts, None)
    if text is None or next(texts, None) is not None:
        return None
    return text if is_heading(text) or (len(text) > _LONG and "。" in text) else None


def is_heading(text: str) -> bool:
    """Whether a text begins as a chapter's heading does."""
    return _CHAPTER.match(text) is not None


def blocks(grid: Grid, page: int | None = None) -> Iterator[Block]:
    """A grid as blocks: rows that hold only a chapter heading or prose become paragraphs (weishan.gov.cn's old form
    keeps the whole report in one table), the rows between them grids of the same columns."""
    if grid.rows and not any(map(_prose, grid.cells)):
        yield grid
        return
    part: list[list[GridCell | None]] = []
    joints: list[int] = []
    for number, row in enumerate(grid.rows):
        text = _prose(grid.cells[number])
        if text is None:
            if number in grid.joints and part:
                joints.append(len(part))
            part.append(row)
            continue
        if part:
            yield Grid(part, joints=joints, typed=grid.typed)
            part, joints = [], []
        for line in text.split("\n"):
            if line.strip():
                yield Paragraph(line.strip(), page=page)
    if part:
        yield Grid(part, joints=joints, typed=grid.typed)
