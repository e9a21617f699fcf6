"""Which of the things drawn like lines are lines of a table, and from where to where."""

from collections.abc import Iterator
from operator import or_

from extract.readers.scan.drawn import Drawn, beside, covered, is_text
from extract.readers.scan.picture import Picture

_FEW_ALIKE = 4
_SOME = 0.25
"""So much of the way to the next line across is drawn where a line goes on in crumbs."""


def is_held(one: Drawn, sure: bool, ink: Picture, along: list[Drawn], across: list[Drawn], near: float) -> bool:
    """Whether something short may be a line by what it meets: it ends at lines across it, or goes on behind a gap.
    `sure` are those with nothing of a text about them.

    A bracket is as high as a row, and beside a character a part of a dashed line looks like its strokes: but every line
    of the form parts two rows or columns at least, or has several beside it.
    """
    meets = [line for line in across if line.left - near < one.middle < line.right + near]
    goes_on = [
        any(
            line.length > 1.5 * one.length
            and abs(line.middle - one.middle) < near / 3
            and line.left - near < end < line.right + near
            for line in along
        )
        for end in (one.left, one.right)
    ]
    stops = [
        any(-near < 2 * way * (end - line.middle) < near + line.bottom - line.top for line in meets)
        or (sure and _is_edge(ink, one, end, near))
        for end, way in ((one.left, -1), (one.right, 1))
    ]
    if not all(map(or_, goes_on, stops)) or not (sure or any(goes_on)):
        return False
    sides = beside(ink, one, near)
    parts_more = any(one.left + near < line.middle < one.right - near for line in meets) and min(sides) < 0.3
    # At the end of a page, or above rows without columns, there may be one row. (Beside a short line are those at its
    # ends as well.)
    is_clear = max(sides) * one.length < max(0.1 * one.length, 0.7 * near)
    alike = [line for line in along if abs(line.left - one.left) < near and abs(line.right - one.right) < near]
    # Below a heading over the whole width of a table, there may be one row at the end of a page. (Nothing holds the
    # strokes of a text above it: a 行 in a low row was parted by them.)
    above = any(
        line.length > one.length
        and abs(line.middle - one.middle) < near / 3
        and not _is_loose(line.left, one, across, near)
        for line in along
    )
    return any(goes_on) or parts_more or is_clear or len(alike) > _FEW_ALIKE or (above and min(sides) < 0.3)


def _is_edge(ink: Picture, one: Drawn, end: int, near: float) -> bool:
    """Whether something dark begins where a line ends, as the shaded header does above a table's first row."""
    side, half = round(near), max(2, round(near / 2))
    around = ink[max(0, one.top - side) : one.bottom + side, max(0, end - half) : end + half] > 0
    return bool(around.size) and float(around.mean(axis=0).max()) > 0.95


def without_ends(one: Drawn, across: list[Drawn], ink: Picture, thin: Picture, near: float) -> Drawn:
    """The line without what characters lengthen it by into a merged cell: （三）不予公开 stands at the height of a line
    that ends beside it."""
    meets = [int(line.middle) for line in across if line.left - near <= one.middle <= line.right + near]
    cuts = [at for at in meets if one.left + near < at < one.right - near]
    if not cuts:
        return one
    first, last = one._replace(right=min(cuts)), one._replace(left=max(cuts))
    # Of a pale line little is ink.
    left, right = (is_text(ink, end, near) and covered(thin, end) < 0.85 for end in (first, last))
    return one._replace(left=first.right if left else one.left, right=last.left if right else one.right)


def mended(
    held: list[Drawn], pieces: list[Drawn], across: list[Drawn], ink: Picture, near: float, worn: float
) -> Iterator[Drawn]:
    """Lines with the `pieces` that a worn copy broke them into, no further apart than `worn`, and up to the line across
    where they go on in crumbs. A line ends at one across it, before a merged cell; else there was more of it."""
    for one in held:
        along = sorted((piece for piece in pieces if abs(piece.middle - one.middle) < near / 2), key=lambda it: it.left)
        for piece in along:
            if 0 < piece.left - one.right < worn and _is_more(one.right, piece.left, piece.right, one, across, near):
                one = one._replace(right=piece.right)
        for piece in reversed(along):
            if 0 < one.left - piece.right < worn and _is_more(one.left, piece.right, piece.left, one, across, near):
                one = one._replace(left=piece.left)
        yield _up_to_the_next(one, across, ink, near, worn)


def _is_more(end: int, near_end: int, far_end: int, one: Drawn, across: list[Drawn], near: float) -> bool:
    """Whether a piece goes on behind the `end` of a line: one of both is broken there, and the piece is no stroke of a
    heading above the table, which nothing holds."""
    loose, from_here, to_there = (_is_loose(at, one, across, near) for at in (end, near_end, far_end))
    return loose or (from_here and not to_there)


def _is_loose(at: int, one: Drawn, across: list[Drawn], near: float) -> bool:
    return not any(
        abs(line.middle - at) < near and line.left - near < one.middle < line.right + near for line in across
    )


def _up_to_the_next(one: Drawn, across: list[Drawn], ink: Picture, near: float, worn: float) -> Drawn:
    meets = [round(line.middle) for line in across if line.left - near < one.middle < line.right + near]
    if not any(one.left - near < at < one.right + near for at in meets):
        return one  # the strokes of bold characters, maybe
    before = one._replace(left=max((at for at in meets if at < one.left), default=one.left), right=one.left)
    after = one._replace(left=one.right, right=min((at for at in meets if at > one.right), default=one.right))
    left, right = (
        _is_loose(end, one, across, near)
        and near < rest.length < worn
        and covered(ink, rest) > _SOME
        and not is_text(ink, rest, near)
        for rest, end in ((before, one.left), (after, one.right))
    )
    return one._replace(left=before.left if left else one.left, right=after.right if right else one.right)
