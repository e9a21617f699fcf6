"""What stands in the cells of a ruled table: read twice where it matters, marked where nobody can be sure."""

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from extract.document import Box
from extract.readers.chars import Char, Point, printed_lines
from extract.readers.ruling import Table
from extract.readers.scan import ocr
from extract.readers.scan.ocr import NUMBER
from extract.readers.scan.picture import Picture
from extract.values import UNSURE

_CERTAIN = 0.97
_SURER = 0.99  # where print is broken
_LOW = 8  # points: a digit may fill a cell that is no higher
_EDGE = 1.5  # points of a cell beside its lines that are not looked at
_SHADE = 40  # of 255: so much does the paper of an even cell never differ, whatever the noise
_FEW, _RARE = 2, 0.1
"""A text layer that differs from firm readings more often than this is a bad recognition's, and tells nothing."""
_SPECK = 3  # pixels: no part of a digit
_SMALL = 0.4  # of a stroke: as large is no speck beside it
_SPECKS = " .·•,，、'"
_DASHES = frozenset(("一", "ー", "一一", "_", "-", "–"))


@dataclass(slots=True)
class _Cell:
    """A cell of a ruled table: a point in its middle, the characters found in it, where its ink is (in pixels, None
    without ink), and what a text layer has there (with its x)."""

    box: Box
    middle: Point
    chars: list[Char] = field(default_factory=list)
    ink: tuple[int, int, int, int] | None = None
    below: list[tuple[float, str]] = field(default_factory=list)

    @property
    def layer(self) -> str:
        """The number that a text layer has there, "" where it has none."""
        text = "".join(text for _, text in sorted(self.below))
        return text if NUMBER.fullmatch(text) else ""

    @property
    def text(self) -> str:
        return "".join(char.text for line in printed_lines(self.chars) for char in line)

    @property
    def sure(self) -> float:
        return min((char.sure for char in self.chars), default=0.0)


def judged(
    table: Table, chars: list[Char], below: list[tuple[str, float, float]], tone: Picture, ink: Picture, scale: float
) -> list[Char]:
    """`chars` with those in the cells of a table read twice where it matters, and marked where the readings differ:
    those of the recognition, and of the text layer (`below`) where there is one."""
    cells = {owner: _Cell(table.box(owner), _middle(table, owner)) for line in table.owner for owner in line}
    out = []
    for char in chars:
        slot = table.slot(char)
        if slot is None:
            out.append(char)
        else:
            cells[slot].chars.append(char)
    for text, x, y in below:
        slot = table.slot(Char(text, x * scale, y * scale, x * scale, y * scale, y * scale))
        if slot is not None:
            cells[slot].below.append((x, text))
    doubted = []
    for cell in cells.values():
        if sum(char.text > "⺀" and char.sure > 0.5 for char in cell.chars) >= 2:
            continue  # a label
        cell.ink = _inked(ink, cell.box, scale)
        if cell.ink is None and not cell.chars and _is_shadowed(tone, cell.box, scale):
            cell.chars = [_whole(cell, UNSURE)]
        if cell.ink is not None and (mark := stroke(ink, cell.ink, scale)):
            cell.chars = [_whole(cell, mark)]
        elif cell.ink is not None and (_is_torn(ink, cell.ink, scale) or _is_crossed(ink, cell.box, scale)):
            # Two cells whose ruling line was not found: of their numbers recognition may have seen one, or both as one.
            cell.chars = [_whole(cell, f"{cell.text}{UNSURE}")]
        elif cell.ink is not None and not (cell.text == "0" and cell.sure > _CERTAIN and cell.layer in ("", "0")):
            doubted.append(cell)
    again = ocr.reread(tone, [cell.ink for cell in doubted if cell.ink])
    firm = [_firm(cell, text, sure) for cell, (text, sure) in zip(doubted, again, strict=True)]
    broken = [
        (_parts(ink, cell.ink)[1] > _SPECK).sum() > len(read)  # a digit that a copy broke is in several
        for cell, read in zip(doubted, firm, strict=True)
        if cell.ink and read
    ]
    if sum(broken) > max(_FEW, _RARE * len(broken)):
        # A fax has lost thin strokes: 114 was read as 111, twice.
        sures = [max(cell.sure, sure) for cell, (_, sure) in zip(doubted, again, strict=True)]
        firm = [read if read == "0" or sure > _SURER else "" for read, sure in zip(firm, sures, strict=True)]
    told = [cell.layer == read for cell, read in zip(doubted, firm, strict=True) if cell.layer and read]
    for cell, read, (text, _) in zip(doubted, firm, again, strict=True):
        if told.count(False) > max(_FEW, _RARE * len(told)):
            cell.below = []
        cell.chars = [_whole(cell, _agreed(cell, read, text))]
    return [*out, *(char for cell in cells.values() for char in cell.chars)]


def stroke(ink: Picture, place: tuple[int, int, int, int], scale: float) -> str:
    """ "—" or "/" where all the ink is one flat or slanting stroke, which recognition takes for a 1, anything or
    nothing; else ""."""
    parts, sizes = _parts(ink, place)
    if not len(sizes):
        return ""
    is_alone = bool((np.delete(sizes, sizes.argmax()) < _SMALL * sizes.max()).all())
    # Specks do not count: beside one a / was read as 1, twice.
    rows, columns = np.nonzero(parts == 1 + sizes.argmax() if is_alone else parts)
    height, width = int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1
    # Of a small screenshot three pixels are more than two points; five digits are as flat, but higher.
    flat = width > 1.6 * height if height * scale < 2.2 else width > 3 * height and height * scale < 3.5
    if flat and 1.5 < width * scale < 20:
        return "—"
    # How far the stroke leans, and how far its ink is from a straight line: a 7 has a bar, a 1 stands upright.
    lean = float(np.cov(columns, rows, bias=True)[0, 1] / max(float(rows.var()), 1.0))
    astray = float((columns - lean * rows).std())
    if not 0.1 < -lean < 1 or astray > 0.08 * height or height * scale < 4:
        return ""
    return "/" if lean < -0.17 else UNSURE  # a steep stroke, or a 1 of a slanting font


def _is_torn(ink: Picture, place: tuple[int, int, int, int], scale: float) -> bool:
    """Whether some ink is two numbers: two parts as high as a digit, with paper between them, below each other, further
    apart than they are high, or than digits of one number ever are beside the other gaps."""
    left, top, right, bottom = place
    part = ink[top:bottom, left:right]
    height = float(np.ptp(np.flatnonzero(part.any(axis=1))))
    *_, second, widest = 0, 0, *np.sort(np.diff(np.flatnonzero(part.any(axis=0))))
    uneven = second > 1 and widest > 2.5 * second
    for along, apart in ((part, 2 / scale), (part.T, height / 2 if uneven else height)):
        inked = np.flatnonzero(along.any(axis=1))
        gaps = np.flatnonzero(np.diff(inked) > apart)
        if not len(gaps):
            continue
        end, start = inked[gaps[0]] + 1, inked[gaps[-1] + 1]
        two = (along[:end], along[start:]) if along is part else (along[:end].T, along[start:].T)
        if all(np.ptp(np.flatnonzero(one.any(axis=1))) * scale > 4 for one in two):
            return True
    return False


def _parts(ink: Picture, place: tuple[int, int, int, int]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The parts in which something is printed: their numbers from 1, by pixel, and how high or wide each is."""
    left, top, right, bottom = place
    _, numbers, stats, _ = cv2.connectedComponentsWithStats(np.ascontiguousarray(ink[top:bottom, left:right]))
    sizes = stats[1:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1)
    return np.asarray(numbers, np.int32), np.asarray(sizes, np.int32)


def _is_crossed(ink: Picture, box: Box, scale: float) -> bool:
    """Whether something as high as the cell stands in the middle of it: a wall that was not found (beside a fold), and
    the numbers on both sides were read as one."""
    inside = 0.15 * (box.right - box.left)
    top, bottom = int((box.top + _EDGE) / scale), int((box.bottom - _EDGE) / scale)
    part = ink[top:bottom, int((box.left + inside) / scale) : int((box.right - inside) / scale)] > 0
    near = part[:, :-1] | part[:, 1:]  # it need not stand quite upright
    return bool(near.size) and float(near.mean(axis=0).max()) > 0.9 and (bottom - top) * scale > _LOW


def _firm(cell: _Cell, text: str, sure: float) -> str:
    """What the picture has in a cell where both its readings agree, or one is certain; else ""."""
    first, second = _plain(cell.text), _plain(text)
    # Where both agree and one is certain none of 3,958 was wrong. A 0 often is less so; of other numbers none need be.
    if first == second and max(cell.sure, sure) > (0.6 if first in ("0", "—") else _CERTAIN):
        return first
    is_certain = sure > (0.6 if not first and second == "—" else _CERTAIN) and (not first or cell.sure < ocr.SURE)
    return second if is_certain else ""


def _agreed(cell: _Cell, firm: str, text: str) -> str:
    """What stands in a cell that was read `firm`, or else again as `text`: two that differ are marked. A number of the
    text layer decides between them, and marks what is firm where it is another."""
    first, second = _plain(cell.text), _plain(text)
    if firm:
        return firm if cell.layer in ("", firm) else f"{firm}{UNSURE}{cell.layer}"
    if cell.layer and cell.layer in (first, second):
        return cell.layer
    numbers = [one for one in (first, second) if NUMBER.fullmatch(one)]
    return f"{numbers[0]}{UNSURE}" if len(numbers) == 1 else f"{first}{UNSURE}{second}"


def _plain(text: str) -> str:
    """What a lone mark in a cell stands for: a ring is a zero, a stroke a dash; a speck beside a number is no point."""
    number = text.strip(_SPECKS)
    if text in ocr.RINGS or text == "。":
        return "0"
    return "—" if text in _DASHES else number if NUMBER.fullmatch(number) else text


def _whole(cell: _Cell, text: str) -> Char:
    (x, y), size = cell.middle, 4.0
    return Char(text, x - size, y - size, x + size, y + size, y + size)


def _middle(table: Table, owner: int) -> Point:
    """A point in the middle of a cell, or in its first part if it lost a line and goes round another's corner."""
    box = table.box(owner)
    x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    if table.slot(Char("", x, y, x, y, y)) == owner:
        return x, y
    row, line = next((row, line) for row, line in enumerate(table.owner) if owner in line)
    column = line.index(owner)
    return (table.xs[column] + table.xs[column + 1]) / 2, (table.ys[row] + table.ys[row + 1]) / 2


def _is_shadowed(tone: Picture, box: Box, scale: float) -> bool:
    """Whether a shadow (of a fold, a thumb) begins or ends in a cell: what is printed there may be lost in it."""
    inner = tone[int(box.top / scale) : int(box.bottom / scale), int(box.left / scale) : int(box.right / scale)]
    edge = max(2, int(_EDGE / scale))
    inner = inner[edge:-edge, edge:-edge]
    return bool(inner.size) and float(np.ptp(np.percentile(inner, (10, 90)))) > _SHADE


def _inked(ink: Picture, box: Box, scale: float) -> tuple[int, int, int, int] | None:
    """Where in a cell anything larger than a speck is printed, with some paper around; None where nothing is."""
    left, top = int((box.left + _EDGE) / scale), int((box.top + _EDGE) / scale)
    right, bottom = int((box.right - _EDGE) / scale), int((box.bottom - _EDGE) / scale)
    if right <= left or bottom <= top:
        return None
    count, _, stats, _ = cv2.connectedComponentsWithStats(np.ascontiguousarray(ink[top:bottom, left:right]))
    parts = [(x, y, x + w, y + h) for x, y, w, h, _ in stats[1:count].tolist() if max(w, h) * scale > 1.2]
    middle = (right - left) / 2, (bottom - top) / 2
    large = [
        part
        for part in parts
        if max(part[2] - part[0], part[3] - part[1]) * scale > 2.5 or _is_hyphen(part, middle, scale)
    ]
    if not large:
        return None
    y0, y1 = min(part[1] for part in large), max(part[3] for part in large)
    beside = [part for part in parts if part[1] < y1 and part[3] > y0]  # a minus is no larger than a speck
    x0, x1 = min(part[0] for part in beside), max(part[2] for part in beside)
    paper = max(4, int(0.3 * (y1 - y0)))
    return (
        left + max(0, x0 - paper),
        top + max(0, y0 - paper // 2),
        min(right, left + x1 + paper),
        min(bottom, top + y1 + paper // 2),
    )


def _is_hyphen(part: tuple[int, int, int, int], middle: tuple[float, float], scale: float) -> bool:
    """Whether something as small as a speck is flat and stands in the middle of its cell."""
    x0, y0, x1, y1 = part
    astray = max(abs((x0 + x1) / 2 - middle[0]), abs((y0 + y1) / 2 - middle[1]))
    return x1 - x0 > 1.8 * (y1 - y0) and (x1 - x0) * scale > 1.5 and astray * scale < 3
