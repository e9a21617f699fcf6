"""What is drawn on a page of a PDF besides its letters: ruling lines, painted grounds, pictures, by pypdfium2."""

import ctypes
from collections.abc import Iterator
from typing import Any, NamedTuple

import pypdfium2.raw as pdfium

from extract.readers.chars import Point
from extract.readers.ruling import SNAP

PATH, PICTURE = pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_IMAGE
PALE = 240
"""What has its three colours all brighter than this is not seen on paper."""
FAINT = 110
"""Text less opaque than this (of 255) is a watermark; Chromium writes 0 for the letters of a shadow, which pdfium takes
for the letters themselves."""
_NOWHERE = (0.0, 0.0, 0.0, 0.0)
_DEPTH = 6  # of forms in forms: a page imposed on another is one deeper
_MOST_CORNERS = 20_000
_CURVES = 8
"""Curves beyond which an outline is that of letters: a seal has four, a box with round corners too."""

Sides = tuple[float, float, float, float]
"""Left, bottom, right and top, in a page's own space."""
Matrix = tuple[float, float, float, float, float, float]
"""What FS_MATRIX holds: x' = ax + cy + e, y' = bx + dy + f."""


class Frame(NamedTuple):
    """The visible part of a page in its own space, turned by so many degrees (clockwise) for the reader."""

    left: float
    bottom: float
    right: float
    top: float
    turn: int

    @property
    def size(self) -> Point:
        """Width and height as turned."""
        width, height = self.right - self.left, self.top - self.bottom
        return (height, width) if self.turn in (90, 270) else (width, height)

    def seen(self, x: float, y: float) -> Point:
        """A point of the page's own space as a reader sees it: from the top left corner of the turned page."""
        match self.turn:
            case 90:
                return y - self.bottom, x - self.left
            case 180:
                return self.right - x, y - self.bottom
            case 270:
                return self.top - y, self.right - x
        return x - self.left, self.top - y

    def own(self, x: float, y: float) -> Point:
        """The way back: a point that a reader sees, in the page's own space."""
        match self.turn:
            case 90:
                return y + self.left, x + self.bottom
            case 180:
                return self.right - x, y + self.bottom
            case 270:
                return self.right - y, self.top - x
        return x + self.left, self.top - y


class Drawn(NamedTuple):
    """An object that is no form: its kind, where it stands, and the matrix of the forms around it (None: of none)."""

    raw: Any
    kind: int
    box: Sides
    matrix: Matrix | None


def objects(page: Any) -> Iterator[Drawn]:
    """What is drawn on a page, in its order. pdfium tells of a form's objects where they stand in the form only."""
    count, get = pdfium.FPDFPage_CountObjects(page.raw), pdfium.FPDFPage_GetObject
    return _within(page.raw, count, get, None, 0)


def _within(parent: Any, count: int, get: Any, matrix: Matrix | None, depth: int) -> Iterator[Drawn]:
    sides = [ctypes.c_float() for _ in range(4)]
    for index in range(count):
        raw = get(parent, index)
        kind = pdfium.FPDFPageObj_GetType(raw)
        if kind == pdfium.FPDF_PAGEOBJ_FORM:
            if depth < _DEPTH:
                inner, all_in = pdfium.FPDFFormObj_CountObjects(raw), pdfium.FPDFFormObj_GetObject
                yield from _within(raw, inner, all_in, _product(_matrix(raw), matrix), depth + 1)
        elif kind == pdfium.FPDF_PAGEOBJ_TEXT:
            yield Drawn(raw, kind, _NOWHERE, matrix)  # where its letters stand is asked of each
        elif pdfium.FPDFPageObj_GetBounds(raw, *sides):
            left, bottom, right, top = (side.value for side in sides)
            if matrix is not None:
                (ax, ay), (bx, by) = on(matrix, left, bottom), on(matrix, right, top)
                left, bottom, right, top = min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)
            yield Drawn(raw, kind, (left, bottom, right, top), matrix)


def _matrix(raw: Any) -> Matrix:
    found = pdfium.FS_MATRIX()
    pdfium.FPDFPageObj_GetMatrix(raw, found)
    return found.a, found.b, found.c, found.d, found.e, found.f


def _product(inner: Matrix, outer: Matrix | None) -> Matrix:
    """The matrix that takes a point through both."""
    if outer is None:
        return inner
    a, b, c, d, e, f = inner
    p, q, r, s, t, u = outer
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u


def on(matrix: Matrix, x: float, y: float) -> Point:
    """Where a point lies by a matrix."""
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def colour(item: Any) -> tuple[int, int, int, int] | None:
    """Red, green, blue and opacity of what an object is filled with; None of a pattern."""
    if not pdfium.FPDFPageObj_GetFillColor(item, *_INTO):
        return None
    red, green, blue, alpha = _PAINT
    return red.value, green.value, blue.value, alpha.value


_PAINT = tuple(ctypes.c_uint() for _ in range(4))
_INTO = tuple(map(ctypes.byref, _PAINT))  # made once: each object of a page is asked


def _draw_mode(path: Any) -> tuple[int, int]:
    """How a path is filled, and whether its outline is drawn."""
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(path, fill, stroke)
    return fill.value, stroke.value


def is_ground(path: Any) -> bool:
    """Whether a path paints what lies within it, so that white letters are read on it."""
    found = colour(path)
    return bool(_draw_mode(path)[0]) and (found is None or (min(found[:3]) <= PALE and found[3] >= FAINT))


def lines(drawn: list[Drawn], frame: Frame) -> Iterator[tuple[Point, Point]]:
    """What may be a ruling line, as a reader sees it: thin boxes, and the straight parts of outlines."""
    seen = frame.seen
    for one in drawn:
        if one.kind != PATH:
            continue
        left, bottom, right, top = one.box
        if right - left <= SNAP or top - bottom <= SNAP:
            yield seen(left, bottom), seen(right, top)
        elif _draw_mode(one.raw)[1] or _has_thin_parts(one.raw):
            for x0, y0, x1, y1 in _segments(one):
                if abs(x1 - x0) > 4 or abs(y1 - y0) > 4:  # less is the outline of a letter
                    yield seen(x0, y0), seen(x1, y1)


def _has_thin_parts(path: Any) -> bool:
    """One filled path that draws all borders as thin boxes (seen of WPS); a filled cell background has four corners."""
    return bool(pdfium.FPDFPath_CountSegments(path) > 6)


def _segments(path: Drawn) -> list[Sides]:
    """The straight segments of a path, from end to end; the handles of a curve are none (a seal is four curves, and its
    uppermost handles lie as a ruling line does). Letters have none (cairo draws a bold that a font has not)."""
    matrix = _product(_matrix(path.raw), path.matrix)
    x, y = ctypes.c_float(), ctypes.c_float()
    start = last = None
    found: list[Sides] = []
    handles = 0
    for index in range(min(pdfium.FPDFPath_CountSegments(path.raw), _MOST_CORNERS)):
        segment = pdfium.FPDFPath_GetPathSegment(path.raw, index)
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        point = on(matrix, x.value, y.value)
        kind = pdfium.FPDFPathSegment_GetType(segment)
        if kind == pdfium.FPDF_SEGMENT_MOVETO:
            start = point
        elif kind == pdfium.FPDF_SEGMENT_LINETO and last is not None:
            found.append((*last, *point))
        handles += kind == pdfium.FPDF_SEGMENT_BEZIERTO
        last = point
        if pdfium.FPDFPathSegment_GetClose(segment) and start is not None:
            found.append((*last, *start))
    return [] if handles > 3 * _CURVES else found
