"""Characters that are struck out, as tracked deletions are printed: 3 with a line through it before a 5 is no 35."""

from extract.readers.chars import Char, Point
from extract.readers.ruling import SNAP

_STEP = 2.0
"""Points by which heights on the page are told apart when characters and lines are brought together."""
_LOWEST = 3.0
"""Points that a character is high at least: a line beside 一 or a dash is no line through it."""
_BESIDE = 0.2
"""Points that a line through characters goes on beside their ink at least."""

Stroke = tuple[Point, Point]


def without_struck(chars: list[Char], lines: list[Stroke]) -> tuple[list[Char], list[Stroke]]:
    """The characters without those that a line goes through, and the lines without these: lines at half the height of
    some characters, and no longer than they are together (a ruling line is as long as its cell)."""
    level = [line for line in lines if abs(line[0][1] - line[1][1]) <= SNAP]
    heights = {int((a[1] + b[1]) / 2 / _STEP) for a, b in level}
    heights |= {height + near for height in heights for near in (-1, 1)}
    at: dict[int, list[Char]] = {}
    for char in chars:  # few stand at the height of a line: those are between the rows
        height = int((char.top + char.bottom) / 2 / _STEP)
        if height in heights and char.bottom - char.top > _LOWEST:
            at.setdefault(height, []).append(char)
    through = {line: found for line in level if at and (found := _struck_by(line, at))}
    if not through:
        return chars, lines
    struck = {id(char) for found in through.values() for char in found}
    return [char for char in chars if id(char) not in struck], [line for line in lines if line not in through]


def _struck_by(line: Stroke, at: dict[int, list[Char]]) -> list[Char]:
    (x0, y0), (x1, y1) = line
    start, end, y = min(x0, x1), max(x0, x1), (y0 + y1) / 2
    height = int(y / _STEP)
    found = [
        char
        for near in (height - 1, height, height + 1)
        for char in at.get(near, ())
        if start < char.centre < end and abs(char.middle - y) < 0.2 * char.height
    ]
    if not found:
        return []
    first, last = min(found, key=lambda char: char.left), max(found, key=lambda char: char.right)
    # A stroke of the letter itself, drawn as an outline (cairo's bold), is no longer than its ink.
    fits = _BESIDE < first.left - start < 0.5 * first.height and _BESIDE < end - last.right < 0.5 * last.height
    return found if fits and sum(char.right - char.left for char in found) > 0.4 * (end - start) else []
