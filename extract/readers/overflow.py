"""What does not fit into its ruled cell: numbers that wrap, and words that hang over the edges."""

from bisect import bisect_right
from collections.abc import Iterator
from itertools import pairwise

from extract.readers.chars import Char, Line, cell_text, printed_lines
from extract.readers.ruling import SAME_EDGE, Table

_ONE_BASE = 0.3
"""Points by which letters of one line stand lower or higher."""


def hung(chars: list[Char], tables: list[Table]) -> list[Char]:
    """Put words of two lines into their cells that are one line high; the other characters are given back.

    The upper line stands on the upper edge, the lower on the lower: LibreOffice prints a sheet so whose rows nobody
    made higher, and 行政规范性 above 文件 seem to stand in the rows beside.
    """
    gone: set[int] = set()
    for table in tables:
        if any(_is_cut(char.top, char.bottom, table.ys) for char in chars if char.is_chinese):
            for char, slot in _hanging(chars, table):
                table.chars.setdefault(slot, []).append(char)
                table.hung.add(slot)
                gone.add(id(char))
    return [char for char in chars if id(char) not in gone] if gone else chars


def _hanging(chars: list[Char], table: Table) -> Iterator[tuple[Char, int]]:
    """The characters of such words, each with the number of its cell."""
    words = (line for line in _pieces(chars, table.xs) if any(char.is_chinese for char in line))
    lines = [line for line in words if _is_cut(*_height(line), table.ys)]
    step = 0.0
    while lines:
        upper, *lines = lines
        for at, lower in enumerate(lines):
            down = lower[0].base - upper[0].base
            if (slot := _cell_of(upper, lower, table)) is not None and (not step or abs(down - step) < _ONE_BASE):
                yield from ((char, slot) for char in (*upper, *lower))
                step = down
                del lines[at]
                break


def _cell_of(upper: Line, lower: Line, table: Table) -> int | None:
    """The number of the cell in which two lines hang."""
    down = lower[0].base - upper[0].base
    if abs(_centre(lower) - _centre(upper)) > SAME_EDGE or not _ONE_BASE < down < 2 * upper.size:
        return None
    (top, upper_bottom), (lower_top, bottom) = _height(upper), _height(lower)
    middle = (top + bottom) / 2
    slot = table.slot(Char("", _centre(upper), middle, _centre(upper), middle, middle))
    if slot is None:
        return None
    box = table.box(slot)
    hang = _is_cut(top, upper_bottom, [box.top]) and _is_cut(lower_top, bottom, [box.bottom])
    is_of_next_row = abs(down - (box.bottom - box.top)) < _ONE_BASE  # there may be words of two lines too
    return slot if hang and not is_of_next_row else None


def _pieces(chars: list[Char], borders: list[float]) -> Iterator[Line]:
    """Characters as pieces of lines, each on one base, without a gap in which a border of columns may stand."""
    for line in printed_lines(chars, _ONE_BASE):
        starts = [
            at
            for at, (before, char) in enumerate(pairwise(line), 1)
            if bisect_right(borders, before.right) < bisect_right(borders, char.left)
        ]
        yield from (Line(line[start:end]) for start, end in pairwise([0, *starts, len(line)]))


def _centre(line: Line) -> float:
    return (line[0].left + line[-1].right) / 2


def _height(line: Line) -> tuple[float, float]:
    return min(char.top for char in line), max(char.bottom for char in line)


def _is_cut(top: float, bottom: float, edges: list[float]) -> bool:
    """Whether one of some edges, given from the top, goes through what stands between two heights."""
    at = bisect_right(edges, top)
    return at < len(edges) and edges[at] < bottom


def unwrapped(chars: list[Char], tables: list[Table]) -> list[Char]:
    """The characters with the numbers that wrap in a narrow cell, and the words that hang over the edges of theirs, on
    one line each, the line of their row: 38 above 9 is no 38 and no 9 for a reading by lines either."""
    moved: dict[int, Char] = {}
    for table in tables:
        for owner, inside in table.chars.items():
            if len(inside) < 2 or not (owner in table.hung or all(char.text.isdigit() for char in inside)):
                continue
            lines, box = printed_lines(inside), table.box(owner)
            if owner in table.hung or (len(lines) > 1 and "\n" not in cell_text(inside, box)):
                moved.update(_on_one_line(lines, _bases_beside(owner, table), box.right - box.left))
    return [moved.get(id(char), char) for char in chars] if moved else chars


def _bases_beside(owner: int, table: Table) -> list[float]:
    beside = {one for row in table.owner if owner in row for one in row} - {owner}
    return [char.base for one in beside for char in table.chars.get(one, ())]


def _on_one_line(lines: list[Line], beside: list[float], width: float) -> Iterator[tuple[int, Char]]:
    bases = lines[0][0].base, (lines[0][0].base + lines[-1][0].base) / 2, lines[-1][0].base
    base = min(bases, key=lambda one: min((abs(one - other) for other in beside), default=0.0))
    right = min(line[0].left for line in lines)
    squeezed = min(1.0, width / sum(char.right - char.left for line in lines for char in line))
    for char in (char for line in lines for char in line):
        down, across = base - char.base, (char.right - char.left) * squeezed
        yield id(char), Char(char.text, right, char.top + down, right + across, char.bottom + down, base)
        right += across
