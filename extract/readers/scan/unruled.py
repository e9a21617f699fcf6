"""A table without upright lines, by the columns in which its numbers stand."""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import pairwise
from math import inf

import cv2
import numpy as np
from numpy.typing import NDArray

from extract.readers.ruling import Table
from extract.readers.scan.ocr import NUMBER, Word
from extract.readers.scan.picture import Picture
from extract.values import UNSURE

ABREAST = 7
"""Numbers on a line of the form's table of requests."""
_FEWEST_ROWS = 3
_FEWEST = 3  # numbers that were found of a row between others
_DASH = "—"
_MARKS = (_DASH, "/", UNSURE)
_RULE = 30  # points: no stroke of a character is so long
_MOST_LINES = 6  # over which a label is broken
_ASTRAY = 0.6  # lines: a label further from some numbers is not theirs, but one of several lines may begin beside them
_EMPTY = 0.8  # as likely as a label so many lines from its numbers is that of an empty row
_BEHIND = re.compile(r"(?<=[^\d.,])\d[\d.,]*$")
_ITEM = re.compile(r"\d[.．、]")
_BEGINS = re.compile(r"[（(][一二三四五六七][）)]|[一二三四]、|\d[.．、]")
"""How every label of the form begins: a line that begins so goes on with none."""


def without_rules(ink: Picture, scale: float) -> Picture:
    """The ink without lines: those that make no table look like dashes, and in an empty cell like a 1."""
    out, run = ink, round(_RULE / scale)
    for along in (np.array((1, run)), np.array((run, 1))):
        gap, slant = np.minimum(along, 5), np.minimum(along[::-1], 3)
        drawn = cv2.dilate(cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones(gap, np.uint8)), np.ones(slant, np.uint8))
        rules = cv2.dilate(cv2.morphologyEx(drawn, cv2.MORPH_OPEN, np.ones(along, np.uint8)), np.ones((3, 3), np.uint8))
        out = np.where(rules > 0, np.uint8(0), out)
    return out


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


def aligned(found: list[Word], number: int, scale: float) -> tuple[Table | None, list[Word]]:
    """A table without upright lines, by the columns in which its numbers stand, seven on a line, as the form's largest
    has; and `found` with the label of each of its rows on one line, in a cell of its own.

    A label that is broken over lines stands around the middle of its row. Its group, in a column before it, is left
    out: it may stand anywhere beside the labels of its rows.
    """
    numbers = [word for word in found if word.text in _MARKS or NUMBER.fullmatch(word.text)]
    rows = list(_on_lines(numbers))
    full = [at for at, row in enumerate(rows) if len(row) == ABREAST]
    if len(full) < _FEWEST_ROWS:
        return None, found
    centres = np.median([sorted(map(_centre, rows[at])) for at in full], axis=0)
    begins = min(word.left for at in full for word in rows[at])
    found = [part for word in found for part in _parted(word, begins)]
    numbers = [word for word in found if word.text in _MARKS or NUMBER.fullmatch(word.text)]
    rows = list(_on_lines(numbers))
    full = [at for at, row in enumerate(rows) if len(row) == ABREAST]
    rows = [
        row
        for at, row in enumerate(rows)
        # Of a row between others a lone digit may not be found, or two numbers as one.
        if (full[0] <= at <= full[-1] and _FEWEST <= len(row) <= ABREAST) or _fits(row, centres)
    ]
    first = min(begins, *(word.left for row in rows if len(row) == ABREAST for word in row))
    beside = [word for word in found if word.left < first and word.right < centres[0] and word not in numbers]
    labels, groups = _told_apart(beside)
    groups_end = max((word.right for word in groups), default=0.0)
    labelled = _labelled([float(np.mean([_middle(word) for word in row])) for row in rows], labels, groups_end)
    if not labelled:
        return None, found
    middles = [middle for middle, _ in labelled]
    edges = [(one + two) / 2 for one, two in pairwise(middles)]
    ys = [2 * middles[0] - edges[0], *edges, 2 * middles[-1] - edges[-1]]
    first = (first + min(first, max(word.right for _, label in labelled for word in label))) / 2
    left = min(word.left for _, label in labelled for word in label) - 2
    walls = [*((centres[1:] + centres[:-1]) / 2), centres[-1] + (centres[-1] - centres[-2]) / 2]
    xs = [left, first, *map(float, walls)]
    owner = np.arange(len(middles) * (ABREAST + 1)).reshape(-1, ABREAST + 1).tolist()
    table = Table([x * scale for x in xs], [y * scale for y in ys], owner, number)
    broken = [word for _, label in labelled for word in label]
    groups = [word for word in beside if ys[0] < _middle(word) < ys[-1]]
    whole = [_laid(label, left, first, middle) for middle, label in labelled]
    return table, [*(word for word in found if word not in broken and word not in groups), *whole]


def _parted(word: Word, begins: float) -> list[Word]:
    """A label and the number behind it, where both were found as one word that reaches into the first column."""
    number = _BEHIND.search(word.text) if word.left < begins < word.right else None
    if number is None:
        return [word]
    label, behind = word.chars[: number.start()], word.chars[number.start() :]
    step = (word.right - word.left) / len(word.chars) / 2
    wall = (label[-1][1] + behind[0][1]) / 2 if label[-1][1] < behind[0][1] else behind[0][1] - step
    return [replace(word, right=wall, chars=label), replace(word, left=wall, chars=behind)]


def _on_lines(words: list[Word]) -> Iterator[list[Word]]:
    """Words that stand beside each other, from above."""
    line: list[Word] = []
    for word in sorted(words, key=_middle):
        if line and _middle(word) - _middle(line[-1]) > 0.4 * min(one.bottom - one.top for one in (word, line[-1])):
            yield line
            line = []
        line.append(word)
    if line:
        yield line


def _fits(row: list[Word], centres: NDArray[np.float64]) -> bool:
    """Whether the numbers of a row stand in columns, and all but a few of these have one."""
    away = np.abs(centres[None, :] - np.array([_centre(word) for word in row])[:, None])
    near = 0.25 * float(np.diff(centres).min())
    return len(set(away.argmin(axis=1).tolist())) == len(row) >= ABREAST - 2 and float(away.min(axis=1).max()) < near


def _told_apart(words: list[Word]) -> tuple[list[Word], list[Word]]:
    """The words of labels, from above, and those of groups: a label stands to the right of them, with paper between
    or beginning as a group's item does."""
    groups = [
        word
        for word in words
        if any(
            other.left - word.right > (-0.5 if _ITEM.match(other.text) else 0.3) * (word.bottom - word.top)
            and other.top < _middle(word) < other.bottom
            for other in words
        )
    ]
    return sorted((word for word in words if word not in groups), key=_middle), groups


def _labelled(rows: list[float], words: list[Word], groups_end: float) -> list[tuple[float, list[Word]]]:
    """Where the `rows` of a table are, and the words of each one's label: those around its numbers, in order and as
    near as can be. A label between the numbers of two rows is that of an empty row. Nothing where a row has no label.

    Words left of where the `groups_end` may be a group's. （七）总计 is a label none the less.
    """
    line = float(np.median([word.bottom - word.top for word in words])) if words else 0.0
    at = [_middle(word) for word in words]

    @cache
    def best(row: int, start: int) -> tuple[float, tuple[tuple[float, int, int], ...]]:
        """How to lay the words from `start` on over the rows from `row` on, and how far these labels stand astray."""
        if row == len(rows):
            return 0.0, ()
        ways = []
        if start < len(words) and (row == 0 or words[start].right <= groups_end):  # above the table, or a group's
            ways.append(best(row, start + 1))
        for end in range(start + 1, min(start + _MOST_LINES, len(words)) + 1):
            if end > start + 1 and _BEGINS.match(words[end - 1].text):
                break
            middle = float(np.mean(at[start:end]))
            astray = abs(middle - rows[row]) / line
            if astray < _ASTRAY + (end - start - 1) / 2:
                cost, rest = best(row + 1, end)
                ways.append((cost + astray, ((rows[row], start, end), *rest)))
            if row and rows[row - 1] < middle < rows[row]:
                cost, rest = best(row, end)
                ways.append((cost + _EMPTY, ((middle, start, end), *rest)))
        return min(ways, default=(inf, ()))

    cost, way = best(0, 0)
    return [(middle, words[start:end]) for middle, start, end in way] if cost < inf else []


def _laid(label: list[Word], left: float, right: float, middle: float) -> Word:
    """A label on one line."""
    half = min(word.bottom - word.top for word in label) / 2
    lines = (sorted(line, key=_centre) for line in _on_lines(label))
    chars = [(char, sure) for line in lines for word in line for char, _, sure in word.chars]
    step = min((right - left) / len(chars), 2 * half)
    placed = tuple((char, left + (at + 0.5) * step, sure) for at, (char, sure) in enumerate(chars))
    return Word(left, middle - half, right, middle + half, placed)


def _centre(word: Word) -> float:
    return (word.left + word.right) / 2


def _middle(word: Word) -> float:
    return (word.top + word.bottom) / 2
