"""An upright page, with letters of a usual size."""

from functools import partial
from typing import NamedTuple

from extract.document import Box
from extract.readers.chars import Char, usual_height
from extract.readers.ruling import Printed, Ruling, Rulings

_SIZE = 8.0
"""Points that the letters of a page are high."""


class Leaf(NamedTuple):
    """An upright page: its characters, lines, width and height."""

    chars: list[Char]
    rulings: Rulings
    size: tuple[float, float]
    printed: Printed | None


def legible(sheet: Leaf) -> Leaf:
    """The page with letters of a usual size: distances are judged in points, a page is printed at any scale."""
    size = usual_height(sheet.chars) if sheet.chars else _SIZE
    if _SIZE / 3 < size < _SIZE * 4:
        return sheet
    by = _SIZE / size
    scaled = [Char(char.text, *(value * by for value in char[1:6])) for char in sheet.chars]
    across, down = (
        [Ruling(*(by * value for value in (one.at, one.start, one.end))) for one in some] for some in sheet.rulings
    )
    size_as_read = sheet.size[0] * by, sheet.size[1] * by
    return Leaf(scaled, (across, down), size_as_read, partial(_kept, sheet.printed, by))


def _kept(printed: Printed | None, by: float, box: Box) -> Box:
    """Where a box of a leaf that was scaled lies on its page."""
    box = Box(box.page, *(side / by for side in (box.left, box.top, box.right, box.bottom)))
    return printed(box) if printed else box
