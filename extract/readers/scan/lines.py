"""The ruling lines in the picture of a page."""

from collections.abc import Iterator
from operator import or_
from typing import NamedTuple

import cv2
import numpy as np

from extract.readers import ruling
from extract.readers.ruling import Ruling, Rulings
from extract.readers.scan.picture import Picture, ink_of

_FEW_DASHES = 12
_FEW_BESIDE = 4
_LONG = 16, 10
"""In two hundredths of the width of a page: a longer line across, or down, needs no other to be one."""
_WORN = 20, 8
"""In the same: a gap as wide in a line across, or down, is no wear (down, the next table may stand there)."""
_SOME = 0.25
"""So much of the way to the next line across is drawn where a line goes on in crumbs."""


class _Drawn(NamedTuple):
    """Something drawn like a line, as if it lay level (a vertical one in the picture turned over its diagonal)."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def length(self) -> int:
        return self.right - self.left

    @property
    def ruling(self) -> Ruling:
        return Ruling(self.middle, self.left, self.right)


def rulings(tone: Picture) -> tuple[Rulings, Picture]:
    """The ruling lines in pixels, and where they are."""
    ink, width = ink_of(tone), tone.shape[1]
    near = width / 200
    inks, thins, pictures, found = (ink, ink.T), [], [], []
    for horizontal in (True, False):
        thin = _thin(tone, horizontal)
        picture = _long(thin, horizontal)
        thins.append(thin if horizontal else thin.T)
        pictures.append(picture if horizontal else picture.T)
        found.append(list(_drawn(pictures[-1])))
    sure = [[one for one in some if not _is_text(ink, one, near)] for some, ink in zip(found, inks, strict=True)]
    parts = [
        [
            _without_ends(one, crossing, ink, thin, near)
            for one in some
            if (one in same and one.length > least * near) or _is_held(one, ink, same, crossing, near)
        ]
        for some, same, crossing, ink, thin, least in zip(found, sure, sure[::-1], inks, thins, _LONG, strict=True)
    ]
    parts = [
        list(_mended(held, some, crossing, ink, near, worn * near))
        for held, some, crossing, ink, worn in zip(parts, sure, parts[::-1], inks, _WORN, strict=True)
    ]
    across, down = ([one.ruling for one in some] for some in parts)
    kept = _of_tables(across, down, width)
    mask = np.zeros_like(ink)
    for lines, some, picture, thin, over in zip(kept, parts, pictures, thins, (mask, mask.T), strict=True):
        for one in some:
            if one.ruling in lines:
                place = slice(one.top, one.bottom), slice(one.left, one.right)
                over[place] |= picture[place]
                crumbs = slice(int(one.middle) - 2, int(one.middle) + 3), place[1]
                over[crumbs] |= thin[crumbs]
    return kept, np.asarray(cv2.dilate(mask, np.ones((3, 3), np.uint8)), np.uint8)


def _long(drawn: Picture, horizontal: bool) -> Picture:
    """What is drawn long and straight. Broken lines are closed, and a line that is not quite level is thickened, before
    what is no line is removed."""
    width = drawn.shape[1]
    length, gap = max(14, width // (26 if horizontal else 50)), max(3, width // 330)
    along, across, bridge = ((1, length), (3, 1), (1, gap)) if horizontal else ((length, 1), (1, 3), (gap, 1))
    drawn = np.asarray(cv2.morphologyEx(drawn, cv2.MORPH_CLOSE, np.ones(bridge, np.uint8)), np.uint8)
    drawn = np.asarray(cv2.dilate(drawn, np.ones(across, np.uint8)), np.uint8)
    return np.asarray(cv2.morphologyEx(drawn, cv2.MORPH_OPEN, np.ones(along, np.uint8)), np.uint8)


def _drawn(picture: Picture) -> Iterator[_Drawn]:
    """The level lines in a picture of what is long and straight."""
    count, names, stats, _ = cv2.connectedComponentsWithStats(picture)
    for name, (x, y, w, h, _area) in enumerate(stats[1:count].tolist(), 1):
        if h < max(12, w / 12):
            yield _Drawn(x, y, x + w, y + h)
            continue
        # A line and the streak of a dirty glass that crosses it: the line has more in a row.
        rows = names[y : y + h, x : x + w] == name
        straight = np.flatnonzero(rows.sum(axis=1) > 0.6 * rows.sum(axis=1).max())
        columns = np.flatnonzero(rows[straight].any(axis=0))
        if len(straight) == np.ptp(straight) + 1 < max(12, np.ptp(columns) / 12):
            top, left = y + int(straight[0]), x + int(columns[0])
            yield _Drawn(left, top, x + int(columns[-1]) + 1, y + int(straight[-1]) + 1)


def _is_held(one: _Drawn, ink: Picture, along: list[_Drawn], across: list[_Drawn], near: float) -> bool:
    """Whether something short may be a line by what it meets: it ends at lines across it, or goes on behind a gap.

    A bracket is as high as a row, and beside a character a part of a dashed line looks like its strokes: but every line
    of the form parts two rows or columns at least, or has several beside it.
    """
    meets = [line.middle for line in across if line.left - near < one.middle < line.right + near]
    goes_on = [
        any(
            line.length > 1.5 * one.length
            and abs(line.middle - one.middle) < near / 3
            and line.left - near < end < line.right + near
            for line in along
        )
        for end in (one.left, one.right)
    ]
    sure = one in along
    stops = [
        any(abs(at - end) < near / 2 for at in meets) or (sure and _is_edge(ink, one, end, near))
        for end in (one.left, one.right)
    ]
    if not all(map(or_, goes_on, stops)) or not (sure or any(goes_on)):
        return False
    sides = _beside(ink, one, near)
    parts_more = any(one.left + near < at < one.right - near for at in meets) and min(sides) < 0.3
    beyond = one.left - 1.5 * one.length, one.right + 1.5 * one.length
    # Of a table at the end of a page there may be one row.
    others = [at for at in meets if beyond[0] < at < one.left - near or one.right + near < at < beyond[1]]
    is_alone = not others and max(sides) < 0.3
    beside = [line for line in along if abs(line.left - one.left) < near and abs(line.right - one.right) < near]
    # Below a heading over the whole width of a table, there may be one row at the end of a page.
    above = [line for line in along if line.length > one.length and abs(line.middle - one.middle) < near / 3]
    return any(goes_on) or parts_more or is_alone or len(beside) > _FEW_BESIDE or (bool(above) and min(sides) < 0.3)


def _mended(
    held: list[_Drawn], pieces: list[_Drawn], across: list[_Drawn], ink: Picture, near: float, worn: float
) -> Iterator[_Drawn]:
    """Lines with the `pieces` that a worn copy broke them into, no further apart than `worn`. A line ends at one across
    it, before a merged cell; where it does not, there was more of it."""

    def is_loose(at: float, middle: float) -> bool:
        return not any(
            abs(line.middle - at) < near and line.left - near < middle < line.right + near for line in across
        )

    def is_more(end: int, near_end: int, far_end: int, middle: float) -> bool:
        # Strokes of a heading above a table are held by nothing.
        broken = is_loose(end, middle) or (is_loose(near_end, middle) and not is_loose(far_end, middle))
        return 0 < abs(near_end - end) < worn and broken

    for one in held:
        along = sorted((piece for piece in pieces if abs(piece.middle - one.middle) < near / 2), key=lambda it: it.left)
        for piece in along:
            if piece.left > one.right and is_more(one.right, piece.left, piece.right, one.middle):
                one = one._replace(right=piece.right)
        for piece in reversed(along):
            if piece.right < one.left and is_more(one.left, piece.right, piece.left, one.middle):
                one = one._replace(left=piece.left)
        meets = [round(line.middle) for line in across if line.left - near < one.middle < line.right + near]
        if not any(one.left - near < at < one.right + near for at in meets):
            yield one  # the strokes of bold characters, maybe
            continue
        before = one._replace(left=max((at for at in meets if at < one.left), default=one.left), right=one.left)
        after = one._replace(left=one.right, right=min((at for at in meets if at > one.right), default=one.right))
        left, right = (
            is_loose(end, one.middle)
            and near < rest.length < worn
            and _covered(ink, rest) > _SOME
            and not _is_text(ink, rest, near)
            for rest, end in ((before, one.left), (after, one.right))
        )
        yield one._replace(left=before.left if left else one.left, right=after.right if right else one.right)


def _is_edge(ink: Picture, one: _Drawn, end: int, near: float) -> bool:
    """Whether something dark begins where a line ends, as the shaded header does above a table's first row."""
    side, half = round(near), max(2, round(near / 2))
    around = ink[max(0, one.top - side) : one.bottom + side, max(0, end - half) : end + half] > 0
    return bool(around.size) and float(around.mean(axis=0).max()) > 0.95


def _without_ends(one: _Drawn, across: list[_Drawn], ink: Picture, thin: Picture, near: float) -> _Drawn:
    """The line without what characters lengthen it by into a merged cell: （三）不予公开 stands at the height of a line
    that ends beside it."""
    meets = [int(line.middle) for line in across if line.left - near <= one.middle <= line.right + near]
    cuts = [at for at in meets if one.left + near < at < one.right - near]
    if not cuts:
        return one
    first, last = one._replace(right=min(cuts)), one._replace(left=max(cuts))
    # Of a pale line little is ink.
    left, right = (_is_text(ink, end, near) and _covered(thin, end) < 0.85 for end in (first, last))
    return one._replace(left=first.right if left else one.left, right=last.left if right else one.right)


def _thin(tone: Picture, horizontal: bool) -> Picture:
    """255 where a page is darker than on both sides, above and below or left and right, by more than its noise: a web
    page's borders are light grey, and the edge of a shaded cell or a stain is no line."""
    thick = max(5, tone.shape[1] // 110)
    across = np.ones((thick, 1) if horizontal else (1, thick), np.uint8)
    darker = cv2.morphologyEx(tone, cv2.MORPH_BLACKHAT, across)
    noise = np.abs(tone.astype(np.int16) - cv2.medianBlur(tone, 3))[::4, ::4]
    return np.asarray((darker > max(14.0, 4 * float(np.percentile(noise, 80)))) * 255, np.uint8)


def _of_tables(horizontal: list[Ruling], vertical: list[Ruling], width: int) -> Rulings:
    """The lines that touch each other over the width of a table: the strokes of large characters cross as well."""
    groups = []
    for h, v in ruling.touching(horizontal, vertical, width / 200):
        h, v = _unfolded(h, v, width), _unfolded(v, h, width)
        if h and v:
            ends = [*(line.at for line in v), *(x for line in h for x in (line.start, line.end))]
            sides = [*(line.at for line in h), *(y for line in v for y in (line.start, line.end))]
            groups.append(((min(ends), min(sides), max(ends), max(sides)), h, v))
    kept = [
        (h, v)
        for box, h, v in groups
        if box[2] - box[0] > 0.15 * width
        and not any(a < box[0] and b < box[1] and c > box[2] and d > box[3] for (a, b, c, d), _, _ in groups)
    ]
    return [line for h, _ in kept for line in h], [line for _, v in kept for line in v]


def _unfolded(lines: list[Ruling], across: list[Ruling], width: int) -> list[Ruling]:
    """The lines of a table without one that runs on far beyond those that cross it, where few do: the shadow of a fold,
    the streak of a dirty glass."""
    if not across:
        return lines
    first, last = min(line.at for line in across) - 0.03 * width, max(line.at for line in across) + 0.03 * width
    kept = [line for line in lines if first < line.start and line.end < last]
    return kept if len(kept) > 0.75 * len(lines) else lines


def _is_text(ink: Picture, one: _Drawn, near: float) -> bool:
    """Whether what looks like a line is strokes of neighbouring characters: broken between them, with ink beside it."""
    is_broken = max(_beside(ink, one, near)) > 0.3 and _covered(ink, one) < 0.95
    return is_broken and not _is_dashed(ink[one.top : one.bottom, one.left : one.right])


def _covered(ink: Picture, one: _Drawn) -> float:
    """How much of a line there is ink on."""
    return float(ink[one.top : one.bottom, one.left : one.right].any(axis=0).mean())


def _beside(ink: Picture, one: _Drawn, near: float) -> list[float]:
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


def in_points(lines: Rulings, scale: float) -> Rulings:
    """Lines in points, `scale` of them a pixel; those on one track as one."""
    horizontal, vertical = (
        ruling.joined([Ruling(line.at * scale, line.start * scale, line.end * scale) for line in some])
        for some in lines
    )
    return horizontal, vertical
