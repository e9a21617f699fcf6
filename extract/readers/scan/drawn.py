"""What is drawn like a line in the picture of a page, and what stands beside it."""

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np

from extract.readers.ruling import Ruling
from extract.readers.scan.picture import Picture

_FEW_DASHES = 12
_PIECE, _OVER_CELLS = 3.0, 50.0
"""In two hundredths of the width of a page, as `near`."""
_PALE = 5.0
"""Of 255, by which a line is darker than the paper at least."""
_INK = 0.3
"""So little of a hairline is ink, and has ink beside it."""


class Drawn(NamedTuple):
    """Something drawn like a line, as if it lay level (a vertical one in the picture turned over its diagonal)."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def middle(self) -> float:
        """Its track."""
        return (self.top + self.bottom) / 2

    @property
    def length(self) -> int:
        """From its left end to its right one."""
        return self.right - self.left

    @property
    def ruling(self) -> Ruling:
        """As a line of a table has it."""
        return Ruling(self.middle, self.left, self.right)


def thin_of(tone: Picture, horizontal: bool, least: float = 14.0) -> Picture:
    """255 where a page is darker than on both sides, above and below or left and right, by `least` and more than its
    noise: a web page's borders are light grey, and the edge of a shaded cell or a stain is no line."""
    thick = max(5, tone.shape[1] // 110)
    across = np.ones((thick, 1) if horizontal else (1, thick), np.uint8)
    darker = cv2.morphologyEx(tone, cv2.MORPH_BLACKHAT, across)
    noise = np.abs(tone.astype(np.int16) - cv2.medianBlur(tone, 3))[::4, ::4]
    return np.asarray((darker > max(least, 4 * float(np.percentile(noise, 80)))) * 255, np.uint8)


def hairlines(tone: Picture, ink: Picture, near: float) -> Iterator[Drawn]:
    """The level lines so pale that they go under in the noise of a page, but not in the mean of a piece of them: the
    hairlines of LibreOffice in a blurred scan. They go over several cells, little of them is ink, and nothing stands
    beside them: strokes of a text are seen so as well."""
    piece = max(3, round(_PIECE * near))
    smooth = np.asarray(cv2.blur(tone, (piece, 1)), np.uint8)
    for one in level(long(thin_of(smooth, True, _PALE), True)):
        if one.length > _OVER_CELLS * near and covered(ink, one) < _INK and max(beside(ink, one, near)) < _INK:
            yield one


def long(drawn: Picture, horizontal: bool) -> Picture:
    """What is drawn long and straight. Broken lines are closed, and a line that is not quite level is thickened, before
    what is no line is removed."""
    width = drawn.shape[1]
    length, gap = max(14, width // (26 if horizontal else 50)), max(3, width // 330)
    along, across, bridge = ((1, length), (3, 1), (1, gap)) if horizontal else ((length, 1), (1, 3), (gap, 1))
    drawn = np.asarray(cv2.morphologyEx(drawn, cv2.MORPH_CLOSE, np.ones(bridge, np.uint8)), np.uint8)
    drawn = np.asarray(cv2.dilate(drawn, np.ones(across, np.uint8)), np.uint8)
    return np.asarray(cv2.morphologyEx(drawn, cv2.MORPH_OPEN, np.ones(along, np.uint8)), np.uint8)


def level(picture: Picture) -> Iterator[Drawn]:
    """The level lines in a picture of what is long and straight."""
    count, names, stats, _ = cv2.connectedComponentsWithStats(picture)
    for name, (x, y, w, h, _area) in enumerate(stats[1:count].tolist(), 1):
        if h < max(12, w / 12):
            yield Drawn(x, y, x + w, y + h)
            continue
        # A line and the streak of a dirty glass that crosses it: the line has more in a row.
        rows = names[y : y + h, x : x + w] == name
        straight = np.flatnonzero(rows.sum(axis=1) > 0.6 * rows.sum(axis=1).max())
        columns = np.flatnonzero(rows[straight].any(axis=0))
        if len(straight) == np.ptp(straight) + 1 < max(12, np.ptp(columns) / 12):
            top, left = y + int(straight[0]), x + int(columns[0])
            yield Drawn(left, top, x + int(columns[-1]) + 1, y + int(straight[-1]) + 1)


def is_text(ink: Picture, one: Drawn, near: float) -> bool:
    """Whether what looks like a line is strokes of neighbouring characters: broken between them, with ink beside it."""
    is_broken = max(beside(ink, one, near)) > 0.3 and covered(ink, one) < 0.95
    return is_broken and not _is_dashed(ink[one.top : one.bottom, one.left : one.right])


def covered(ink: Picture, one: Drawn) -> float:
    """How much of a line there is ink on."""
    return float(ink[one.top : one.bottom, one.left : one.right].any(axis=0).mean())


def beside(ink: Picture, one: Drawn, near: float) -> list[float]:
    """How much of a line has ink beside it, above and below."""
    far, along = max(4, round(0.8 * near)), slice(one.left, one.right)
    sides = ink[max(0, one.top - far) : max(0, one.top - 1), along], ink[one.bottom + 1 : one.bottom + far, along]
    return [float(side.any(axis=0).mean()) if side.size else 0.0 for side in sides]


def _is_dashed(line: Picture) -> bool:
    """Whether a line is broken evenly, as no characters in a row are."""
    for track in line:
        starts = np.flatnonzero(np.diff((track > 0).astype(np.int8)) > 0)
        if len(starts) < _FEW_DASHES:
            continue
        steps = np.diff(starts)
        step = float(np.median(steps))
        astray = np.abs(steps - step * np.round(steps / step))
        if step >= 4 and float((astray <= max(1.2, 0.1 * step)).mean()) > 0.8:
            return True
    return False
