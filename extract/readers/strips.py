"""A sheet wider than the paper, printed in strips (all pages of its left columns, then of the next) → whole pages."""

import re
from functools import cached_property, partial
from itertools import combinations, pairwise

from extract.document import Box
from extract.readers import layout
from extract.readers.chars import Line, printed_lines
from extract.readers.leaves import Leaf
from extract.readers.ruling import Printed

_LEAST = 4
"""Rows at the same heights that make two pages parts of the same table."""
_NUMBERED = re.compile(r"[(（]?[一二三四五六七八][)）、.．]|\d[.．、]\D")
"""How headings and labels begin: they stand in the first strip."""


class _Page:
    """A page with the places of its ruling lines and its lines of text."""

    def __init__(self, leaf: Leaf) -> None:
        self.leaf = leaf
        self.rows, self.columns = ({round(one.at) for one in some} for some in leaf.rulings)

    @cached_property
    def lines(self) -> list[Line]:
        return printed_lines(self.leaf.chars)

    @cached_property
    def bases(self) -> set[int]:
        return {round(line[0].base) for line in self.lines}


def whole(leaves: list[Leaf]) -> list[Leaf]:
    """The pages of a sheet with those of its other strips beside them; any other pages as they are.

    Beside a page stands what has its rows at the same heights and its columns elsewhere.
    """
    pages = list(map(_Page, leaves))
    alike = [pair for pair in combinations(range(len(pages)), 2) if _are_alike(*(pages[at] for at in pair))]
    for first in range(1, len(pages)):
        is_between = any(left < first <= right for left, right in alike)
        if is_between and not any(map(_has_labels, pages[first:])) and (beside := _beside(pages, first)) is not None:
            return _together(pages, first, beside)
    return leaves


def _are_alike(left: _Page, right: _Page) -> bool:
    """Whether two pages have parts of the same rows."""
    return len(right.rows) >= _LEAST and right.rows <= left.rows and right.columns != left.columns != set()


def _has_labels(page: _Page) -> bool:
    return any(_NUMBERED.match(line.text) for line in page.lines)


def _beside(pages: list[_Page], first: int) -> list[tuple[int, int]] | None:
    """Beside which page of the first strip each of the others stands, and in which strip; None where one does nowhere.

    One with a table has no other rows, one of words the most of its lines. Empty pages of a strip are not printed.
    """
    found: list[tuple[int, int]] = []
    at, strip = first, 0
    for one in pages[first:]:
        shared = [len(one.bases & left.bases) for left in pages[:first]]
        most = max(shared) or len(one.bases)
        fits = [one.rows <= left.rows if one.rows else shared[k] == most for k, left in enumerate(pages[:first])]
        if True not in fits:
            return None
        if True not in fits[at + 1 :]:
            at, strip = -1, strip + 1
        at = fits.index(True, at + 1)
        found.append((at, strip))
    return found


def _together(pages: list[_Page], first: int, beside: list[tuple[int, int]]) -> list[Leaf]:
    strips = [0] * first + [strip for _, strip in beside]
    edges = [
        [place for page, of in zip(pages, strips, strict=True) if of == strip for place in page.columns]
        for strip in range(max(strips) + 1)
    ]
    margin = min(edges[0])
    shifts = [0]
    for left, _ in pairwise(edges):
        shifts.append(shifts[-1] + max(left, default=margin) - margin)
    sheets = [page.leaf for page in pages[:first]]
    for number, (page, (at, strip)) in enumerate(zip(pages[first:], beside, strict=True), first):
        by, sheet, leaf = shifts[strip], sheets[at], _without_feet(page, pages[at]).moved(shifts[strip])
        rulings = sheet.rulings[0] + leaf.rulings[0], sheet.rulings[1] + leaf.rulings[1]
        size = leaf.size[0] + by, leaf.size[1]
        kept = partial(_kept, sheet.printed, leaf.printed, by, margin, number - at)
        sheets[at] = Leaf(sheet.chars + leaf.chars, rulings, size, kept)
    return sheets


def _without_feet(page: _Page, left: _Page) -> Leaf:
    """A page without the heads and feet that the one to its left has as well."""
    running = set(map(layout.head, left.lines))
    inside = range(min(page.rows, default=0), max(page.rows, default=0))
    lines = [line for line in page.lines if round(line[0].base) in inside or layout.head(line) not in running]
    return page.leaf._replace(chars=[char for line in lines for char in line])


def _kept(left: Printed | None, right: Printed | None, by: float, margin: float, pages: int, box: Box) -> Box:
    """Where a box lies of which the right half, from the `margin` of what was moved on, is so many `pages` further."""
    printed = left
    if box.left > by + margin - 1:
        box, printed = Box(box.page + pages, box.left - by, box.top, box.right - by, box.bottom), right
    return printed(box) if printed else box
