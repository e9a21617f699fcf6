"""The ruling lines in the picture of a page."""

from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np

from extract.readers import ruling
from extract.readers.ruling import Ruling, Rulings
from extract.readers.scan.drawn import Drawn, hairlines, is_text, level, long, thin_of
from extract.readers.scan.held import is_held, mended, without_ends
from extract.readers.scan.picture import Picture, ink_of

_LONG = 16, 10
"""In two hundredths of the width of a page: a longer line across, or down, needs no other to be one."""
_LEAST = 0.25
"""Of a page's width: what is no wider is no table, but strokes of large characters (道里区经 in a title)."""
_WORN = 20, 8
"""In the same: a gap as wide in a line across, or down, is no wear (down, the next table may stand there)."""


def rulings(tone: Picture) -> tuple[Rulings, Picture]:
    """The ruling lines in pixels, and where they are."""
    ink, width = ink_of(tone), tone.shape[1]
    near = width / 200
    inks, thins, pictures, found = (ink, ink.T), [], [], []
    for horizontal in (True, False):
        thin = thin_of(tone, horizontal)
        picture = long(thin, horizontal)
        thins.append(thin if horizontal else thin.T)
        pictures.append(picture if horizontal else picture.T)
        lying = (tone, ink) if horizontal else (np.ascontiguousarray(tone.T), ink.T)
        found.append(_dark([*level(pictures[-1]), *hairlines(*lying, near)], lying[0]))
    sure = [[one for one in some if not is_text(ink, one, near)] for some, ink in zip(found, inks, strict=True)]
    parts = [
        [
            cut
            for one in some
            if (cut := without_ends(one, crossing, ink, thin, near))
            and ((one in same and one.length > least * near) or is_held(cut, one in same, ink, same, crossing, near))
        ]
        for some, same, crossing, ink, thin, least in zip(found, sure, sure[::-1], inks, thins, _LONG, strict=True)
    ]
    parts = [
        list(mended(held, some, crossing, ink, near, worn * near))
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
    return _without_tails(_parted(kept, near), near), np.asarray(cv2.dilate(mask, np.ones((3, 3), np.uint8)), np.uint8)


def _dark(lines: list[Drawn], tone: Picture) -> list[Drawn]:
    """The lines without those that shine through from the back of the paper: a tenth as dark as the others."""
    if not lines:
        return lines
    around = [tone[max(0, one.top - 3) : one.bottom + 3, one.left : one.right] for one in lines]
    depths = [float(np.median(np.ptp(strip, axis=0))) for strip in around]
    usual = float(np.percentile(np.repeat(depths, [one.length for one in lines]), 75))
    return [one for one, depth in zip(lines, depths, strict=True) if depth > 0.1 * usual]


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
        if box[2] - box[0] > _LEAST * width
        and not any(a < box[0] and b < box[1] and c > box[2] and d > box[3] for (a, b, c, d), _, _ in groups)
    ]
    return [line for h, _ in kept for line in h], [line for _, v in kept for line in v]


def _unfolded(lines: list[Ruling], across: list[Ruling], width: int) -> list[Ruling]:
    """The lines of a table without one that runs on far beyond those that cross it, where few do: the shadow of a fold,
    the streak of a dirty glass. A wall that strokes of a text lengthen has its other end at a line across."""
    if not across:
        return lines
    tracks = np.array([line.at for line in across])
    first, last = tracks.min() - 0.03 * width, tracks.max() + 0.03 * width

    def is_held(end: float) -> bool:
        return bool(np.abs(tracks - end).min() < width / 200)

    kept = [
        line for line in lines if (first < line.start or is_held(line.end)) and (line.end < last or is_held(line.start))
    ]
    return kept if len(kept) > 0.75 * len(lines) else lines


def _parted(lines: Rulings, near: float) -> Rulings:
    """The lines of two tables without the strokes of a heading between them that join their uprights: a row has one of
    the outer walls of the rows above and below it."""
    across, uprights = lines
    for h, v in ruling.touching(across, uprights, near):
        tracks = sorted(line.at for line in h)
        rows = [(top, low) for top, low in pairwise(tracks) if low - top > near]
        walls = [[one for one in v if one.start < (top + low) / 2 < one.end] for top, low in rows]
        for above, here, below, (top, low) in zip(walls, walls[1:], walls[2:], rows[1:], strict=False):
            outer = [end(one.at for one in some) for some in (above, below) if some for end in (min, max)]
            if outer and not any(abs(one.at - at) < near for one in here for at in outer):
                uprights = [
                    part
                    for one in uprights
                    for part in ((replace(one, end=top), replace(one, start=low)) if one in here else (one,))
                    if part.end - part.start > near
                ]
    return across, uprights


def _without_tails(lines: Rulings, near: float) -> Rulings:
    """The lines without what a few of a table go on by beyond the last across them: a stroke of the heading below. A
    table that is open at a side is so for most of its lines."""
    kept: Rulings = [], []
    for group in filter(all, ruling.touching(*lines, near)):
        for some, across, out in zip(group, group[::-1], kept, strict=True):
            at = [line.at for line in across]
            starts = [line.start for line in some if line.start <= min(at) + near]
            ends = [line.end for line in some if line.end >= max(at) - near]
            first, last = min(*at, float(np.median(starts))), max(*at, float(np.median(ends)))
            out.extend(Ruling(line.at, max(line.start, first), min(line.end, last)) for line in some)
    return kept


def in_points(lines: Rulings, scale: float) -> Rulings:
    """Lines in points, `scale` of them a pixel; those on one track as one."""
    horizontal, vertical = (
        ruling.joined([Ruling(line.at * scale, line.start * scale, line.end * scale) for line in some])
        for some in lines
    )
    return horizontal, vertical
