"""A table without lines, by the columns in which its numbers stand."""

import re
from collections.abc import Iterator
from itertools import pairwise

import cv2
import numpy as np

from extract.readers.ruling import Table
from extract.readers.scan.ocr import NUMBER, Word
from extract.readers.scan.picture import Picture
from extract.values import UNSURE

ABREAST = 7
"""Numbers on a line of the form's table of requests."""
_FEWEST_ROWS = 5
_DASH = "—"
_MARKS = (_DASH, "/", UNSURE)
_ITEM = re.compile(r".\d\.")


def dashes(ink: Picture, found: list[Word], scale: float) -> Iterator[Word]:
    """The dashes that stand alone on a page, which recognition does not look for: flat strokes away from the words."""
    free = ink.copy()
    for word in found:
        beside = 0.4 * (word.bottom - word.top)  # the box of a word may cut off what is below its characters
        top, left = max(0, int(word.top - beside)), max(0, int(word.left - beside))
        free[top : int(word.bottom + beside), left : int(word.right + beside)] = 0
    count, _, stats, _ = cv2.connectedComponentsWithStats(free)
    for x, y, w, h, area in stats[1:count].tolist():
        if w > 1.6 * h and 2 < w * scale < 15 and area > 0.7 * w * h:
            half = max(h, 6 / scale)
            yield Word(x, y - half, x + w, y + h + half, ((_DASH, x + w / 2, 1.0),))


def aligned(found: list[Word], number: int, scale: float) -> Table | None:
    """A table without lines, by the columns in which its numbers stand: seven on a line, as the form's largest has.

    A label that is broken over lines stands around the middle of its row, and its group in a column before it.
    """
    numbers = [word for word in found if word.text in _MARKS or NUMBER.fullmatch(word.text)]
    rows: list[list[Word]] = []
    for word in sorted(numbers, key=lambda one: one.top + one.bottom):
        if rows and word.top < rows[-1][-1].bottom - 0.5 * (word.bottom - word.top):
            rows[-1].append(word)
        else:
            rows.append([word])
    full = [at for at, row in enumerate(rows) if len(row) == ABREAST]
    if len(full) < _FEWEST_ROWS:
        return None
    ordered = [sorted(rows[at], key=lambda one: one.left) for at in full]
    centres = np.median([[(word.left + word.right) / 2 for word in row] for row in ordered], axis=0)
    # Of a row between them a lone digit may not be found, or two numbers as one.
    rows = [row for row in rows[full[0] : full[-1] + 1] if 3 <= len(row) <= ABREAST]
    walls = [*((centres[1:] + centres[:-1]) / 2), centres[-1] + (centres[-1] - centres[-2]) / 2]
    middles = [float(np.mean([word.top + word.bottom for word in row])) / 2 for row in rows]
    between = [(one + two) / 2 for one, two in pairwise(middles)]
    ys = [2 * middles[0] - between[0], *between, 2 * middles[-1] - between[-1]]
    first = min(word.left for row in ordered for word in row)
    beside = [word for word in found if word.left < first and word.right < centres[0] and word not in numbers]
    labels = [[word for word in beside if top < (word.top + word.bottom) / 2 < low] for top, low in pairwise(ys)]
    if not all(labels):
        return None
    left = min(word.left for row in labels for word in row) - 2
    begins = float(np.median([max(row, key=lambda one: one.right).left for row in labels])) - 2
    owner = []
    first = (first + min(first, max(word.right for row in labels for word in row))) / 2
    for at, row in enumerate(labels):
        over = any(word.left < begins - 4 and word.right > begins + 12 for word in row)
        # A group and a label that stand close are found as one word: （四）无法2.没有现成信息.
        close = any(abs(word.left - begins) < 6 or _ITEM.search(word.text) for word in row)
        wide = (over and not close) or begins - left < 4
        start = at * (ABREAST + 2)
        owner.append([start + 1 if wide else start, *range(start + 1, start + ABREAST + 2)])
    xs = [left, max(begins, left + 1), first, *map(float, walls)]
    return Table([x * scale for x in xs], [y * scale for y in ys], owner, number)
