"""Characters of a page → printed lines, and these as text."""

import re
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from extract.document import Box

_LOWEST = 4.0
"""Points that letters are high at least: a comma or 一 is lower, and its gaps are not."""
_NEAR = 0.45 * _LOWEST
"""Points that never part two characters."""

_CUT = re.compile(r",\d{1,2}$")
"""A number with commas that ends within three digits goes on in the next line."""

Point = tuple[float, float]
A4 = 595.0
"""Points: a picture that does not say how large it is on paper counts as so wide."""


class Char(NamedTuple):
    """A printed character, by the box of its ink, in points from the top left corner of the page."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    base: float  # y of the line it stands on: quotes and commas are small boxes, but stand on the same line
    sure: float = 1.0  # of a scan: how sure the recognition is of it

    @property
    def middle(self) -> float:
        """The y of its middle."""
        return (self.top + self.bottom) / 2

    @property
    def centre(self) -> float:
        """The x of its middle."""
        return (self.left + self.right) / 2

    @property
    def height(self) -> float:
        """How high its ink is."""
        return self.bottom - self.top

    @property
    def is_chinese(self) -> bool:
        """Whether it is a Chinese character, or punctuation of such."""
        return self.text > "⺀"


class TextLayer(NamedTuple):
    """The text layer of a page that is, or holds, a picture: its characters, in points of a page so wide. `seen`: they
    are drawn on the page, and only its tables are pictures; else they are a recognition hidden behind a scan."""

    chars: list[Char]
    width: float
    seen: bool


class Line(list[Char]):
    """The characters of a printed line, from left to right."""

    @cached_property
    def size(self) -> float:
        """How high most of them are: 一 and commas are low."""
        return usual_height(self)

    @cached_property
    def height(self) -> float:
        """How high the highest of them is."""
        return max(char.height for char in self)

    @cached_property
    def text(self) -> str:
        """What they say; a wide gap is a space, so that two numbers never become one."""
        parts = [self[0].text]
        for before, char in pairwise(self):
            if are_apart(before, char, self.size) or _is_foreign(before, char):
                parts.append(" ")
            parts.append(char.text)
        return "".join(parts)


def usual_height(chars: list[Char]) -> float:
    """How high most of some characters are."""
    heights = sorted([char.bottom - char.top for char in chars])
    return (heights[len(heights) // 2] + heights[(len(heights) - 1) // 2]) / 2


def printed_lines(chars: list[Char], near: float | None = None) -> list[Line]:
    """Characters as printed lines, each from left to right; `near` are the points by which one stands lower or higher
    than that before it (None: a third of the usual height)."""
    if not chars:
        return []
    near = 0.35 * usual_height(chars) if near is None else near
    out: list[Line] = []
    for char in sorted(chars, key=lambda one: one.base):
        if out and char.base - out[-1][-1].base < near:
            out[-1].append(char)
        else:
            out.append(Line([char]))
    for line in out:
        line.sort(key=lambda one: one.left)
    return out


def written_lines(chars: list[Char]) -> list[Line]:
    """Characters as lines in the order of the file, where a label of several lines stands whole before its numbers; as
    `printed_lines` where that order is no order of lines."""
    if not _in_order(chars):
        return printed_lines(chars)
    out: list[Line] = []
    for char in chars:
        before = out[-1][-1] if out else None
        high = max(char.height, _LOWEST)
        if before is None or abs(char.base - before.base) > 0.5 * high or char.left < before.left - 0.5 * high:
            out.append(Line())
        out[-1].append(char)
    return out


def _in_order(chars: list[Char]) -> bool:
    """Whether the file holds its text in an order in which a label comes before the numbers beside it.

    A program that places every string for itself may write all numbers first (or any order at all): then only the
    places of the characters tell the lines.
    """
    followed = strayed = 0
    label: list[Char] = []
    digits = False
    for char in chars:
        if char.text.isdigit():
            if label and not digits:
                followed += 1
                top, bottom = min(one.top for one in label), max(one.bottom for one in label)
                strayed += not top - 2 * char.height <= char.middle <= bottom + 2 * char.height
            digits = True
        elif char.is_chinese:
            if digits or (label and not -2 < (char.base - label[-1].base) / max(char.height, _LOWEST) < 3):
                label = []
            label.append(char)
            digits = False
    return strayed * 5 <= followed


def are_apart(before: Char, char: Char, usual: float) -> bool:
    """Whether the gap between two characters of a line is that between words, in letters as high as `usual`."""
    gap = char.left - before.right
    if gap <= _NEAR:
        return False
    high = max(before.height, char.height, _LOWEST)
    if before.is_chinese or char.is_chinese:
        # Punctuation fills a square of which its box is a corner: the left one in ４２０８．９９.
        return gap > (1.7 if before.text in "．，" else 1.2) * max(high, usual)
    if before.text in ",.-+" or char.text in ",.":
        return gap > 0.8 * high
    # A 1 fills half of a digit's place, so that 11 has a gap as well.
    digits = before.text.isdigit() and char.text.isdigit()
    return gap > 0.45 * high and (not digits or char.centre - before.centre > high)


def _is_foreign(before: Char, char: Char) -> bool:
    """Whether two digits of a line are not of one number: not on one base (a page number printed over a cell), which
    those of another size must share to a hair (a year typed in two sizes)."""
    if not (before.text.isdigit() and char.text.isdigit()):
        return False
    return abs(before.base - char.base) > (0.12 if _alike(before, char) else 0.01) * char.height


def _alike(one: Char, two: Char) -> bool:
    """Whether two digits are of one size."""
    return abs(one.height - two.height) < 0.1 * max(one.height, two.height)


def cell_text(chars: list[Char], box: Box) -> str:
    """What stands in a ruled cell, line by line; a number that wraps is one."""
    out = ""
    above = Line()
    for line in printed_lines(chars):
        words = "".join(char.text for char in line) if _is_spread(line) else line.text
        if out:
            digits = out[-1].isdigit() and words[0].isdigit() and _alike(above[-1], line[0])
            out += "" if digits and (_is_full(above, box) or _CUT.search(out)) else "\n"
        out += words
        above = line
    return out


def _is_spread(line: Line) -> bool:
    """Whether the line of a cell is one number with wide spacing: digits only, evenly apart. In a ruled cell stand no
    two numbers side by side."""
    if len(line) < 2 or not all(char.text.isdigit() for char in line):
        return False
    gaps = [char.left - before.right for before, char in pairwise(line)]
    steps = [char.centre - before.centre for before, char in pairwise(line)]
    return (
        not any(_is_foreign(*pair) for pair in pairwise(line))
        and max(gaps) < 0.8 * line.height
        and max(steps) - min(steps) < 0.3 * line.height
    )


def _is_full(line: Line, box: Box) -> bool:
    """Whether a line of a cell had no room for one more digit, so that a number goes on below it."""
    digit = 0.8 * line.height
    return box.right - line[-1].right < 1.2 * digit + min(line[0].left - box.left, 6)
