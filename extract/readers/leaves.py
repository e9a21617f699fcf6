"""A printed sheet → upright pages with letters of a usual size."""

from functools import partial
from typing import NamedTuple

from extract.document import Box
from extract.readers.chars import Char, printed_lines, usual_height
from extract.readers.ruling import Printed, Ruling, Rulings

_WORDS = 30
"""So many Chinese characters at least has a page beside another on one sheet."""
_SIZE = 8.0
"""Points that the letters of a page are high."""


_GUTTER = 10.0
"""Points on both sides of the middle that are free between two pages at most (a printer's margin is 14)."""


class Leaf(NamedTuple):
    """An upright page, or one of two on a sheet: its characters, lines, width and height."""

    chars: list[Char]
    rulings: Rulings
    size: tuple[float, float]
    printed: Printed | None

    def moved(self, by: float) -> "Leaf":
        """What is on it so far to the right."""
        chars = [char._replace(left=char.left + by, right=char.right + by) for char in self.chars]
        across = [Ruling(line.at, line.start + by, line.end + by) for line in self.rulings[0]]
        down = [Ruling(line.at + by, line.start, line.end) for line in self.rulings[1]]
        return self._replace(chars=chars, rulings=(across, down))


def leaves(sheet: Leaf) -> list[Leaf]:
    """The pages on a sheet: two where nothing crosses the middle of a wide one and both sides have words."""
    sheet = _legible(sheet)
    width, height = sheet.size
    if width < 1.2 * height:
        return [sheet]
    spans = [(char.left, char.right) for char in sheet.chars] + [(line.start, line.end) for line in sheet.rulings[0]]
    gutter = min(0.012 * width, _GUTTER)
    for middle in (width * share for share in (0.5, 0.49, 0.51, 0.48, 0.52)):
        if any(start < middle + gutter and end > middle - gutter for start, end in spans):
            continue
        sides = [_side(sheet, 0, middle), _side(sheet, middle, width)]
        if all(_is_page(side.chars) for side in sides):
            return sides
    return [sheet]


def _legible(sheet: Leaf) -> Leaf:
    """The sheet with letters of a usual size: distances are judged in points, a page is printed at any scale."""
    size = usual_height(sheet.chars) if sheet.chars else _SIZE
    if _SIZE / 3 < size < _SIZE * 4:
        return sheet
    by = _SIZE / size
    scaled = [Char(char.text, *(value * by for value in char[1:6])) for char in sheet.chars]
    across, down = (
        [Ruling(*(by * value for value in (one.at, one.start, one.end))) for one in some] for some in sheet.rulings
    )
    size_as_read = sheet.size[0] * by, sheet.size[1] * by
    return Leaf(scaled, (across, down), size_as_read, partial(_kept, sheet.printed, by, 0.0))


def _kept(printed: Printed | None, by: float, across: float, box: Box) -> Box:
    """Where a box of a leaf lies that was scaled, or cut from a sheet so far across."""
    left, right = box.left / by + across, box.right / by + across
    box = Box(box.page, left, box.top / by, right, box.bottom / by)
    return printed(box) if printed else box


def _is_page(some: list[Char]) -> bool:
    """Whether these are the words of a page, and not the numbers of a table without lines."""
    lines = [[char.is_chinese for char in line] for line in printed_lines(some)]
    return sum(map(sum, lines)) > _WORDS and sum(map(any, lines)) * 2 > len(lines)


def _side(sheet: Leaf, start: float, end: float) -> Leaf:
    chars = [char for char in sheet.chars if start <= char.centre < end]
    across = [line for line in sheet.rulings[0] if start <= (line.start + line.end) / 2 < end]
    down = [line for line in sheet.rulings[1] if start <= line.at < end]
    kept = partial(_kept, sheet.printed, 1.0, start)
    return Leaf(chars, (across, down), (end - start, sheet.size[1]), kept).moved(-start)
