"""What is drawn on a page of a PDF: characters as a reader sees them, ruling lines, pictures, by pypdfium2."""

import ctypes
from collections import Counter
from collections.abc import Iterator
from functools import partial
from itertools import islice
from math import pi
from typing import Any, NamedTuple

import pypdfium2.raw as pdfium

from extract.document import Box
from extract.readers import charset
from extract.readers.chars import Char, Point
from extract.readers.leaves import Leaf
from extract.readers.ruling import SNAP, rulings

MAX_CHARS, MAX_OBJECTS = 30_000, 50_000
"""Characters and drawn objects of a page; one with more is a map, or made to break readers (a page of the form has
2,000 and 600)."""
_WHOLE = 0.7
"""The share of a page from which on a picture hides what was drawn before it."""
_PATH, _PICTURE = pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_IMAGE
_NOWHERE = (0.0, 0.0, 0.0, 0.0)
_DEPTH = 6  # of forms in forms: a page imposed on another is one deeper
_INVISIBLE = frozenset((pdfium.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium.FPDF_TEXTRENDERMODE_CLIP))
_PALE = 240
"""Text whose three colours are all brighter than this is not seen on paper."""
_FAINT = 110
"""Text less opaque than this (of 255) is a watermark; Chromium writes 0 for the letters of a shadow, which pdfium takes
for the letters themselves."""
_SPACES = frozenset((0x09, 0x0A, 0x0D, 0x20, 0xA0, 0x3000, 0xFFFE, 0xFFFF))
_STRANGERS = 10
"""More strange letters than this, and than one of forty, are of a font that does not say what it shows."""
_NO_LETTER = 0xFFFD
_STRANGE = frozenset((*range(0x7F, 0x250), _NO_LETTER)) - frozenset(map(ord, "\xa0§«°±²³·»×÷"))

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


class Letter(NamedTuple):
    """A character in the page's own space: its box, the point it stands on, and the turn that makes it upright."""

    text: str
    box: Sides
    origin: Point
    turn: int


class Drawn(NamedTuple):
    """An object that is no form: its kind, where it stands, and the matrix of the forms around it (None: of none)."""

    raw: Any
    kind: int
    box: Sides
    matrix: Matrix | None


class Page(NamedTuple):
    """What a page shows: no letters where its fonts do not say which they are (`garbled`). `behind` are letters that
    nobody sees (a recognition by the scanner), `hidden` counts all that is not seen. `pictured` is the share of the
    page that its pictures cover (0 without one); `covered`: a picture hides what was drawn before it."""

    letters: list[Letter]
    behind: list[Letter]
    hidden: int
    garbled: bool
    drawn: list[Drawn]
    frame: Frame
    pictured: float
    covered: bool


def read(page: Any, text: Any) -> Page | None:
    """What `page` shows, with the letters of its `text` page; None where it holds too much."""
    drawn = list(islice(_objects(page), MAX_OBJECTS + 1))
    if pdfium.FPDFText_CountChars(text.raw) > MAX_CHARS or len(drawn) > MAX_OBJECTS:
        return None
    left, bottom, right, top = page.get_bbox()
    frame = Frame(left, bottom, right, top, page.get_rotation())
    width, height = frame.size
    shares = [
        (one.box[2] - one.box[0]) * (one.box[3] - one.box[1]) / max(width * height, 1) if one.kind == _PICTURE else 0.0
        for one in drawn
        if one.kind != _PATH
    ]
    seen = _Letters(text.raw, frame, drawn)
    letters = list(seen)
    garbled = seen.strange > max(_STRANGERS, len(letters) // 40)
    return Page(
        [] if garbled else letters,
        [] if garbled else seen.behind,
        seen.hidden,
        garbled,
        drawn,
        frame,
        sum(max(share, 0.001) for share in shares if share),
        bool(shares) and shares[-1] > _WHOLE,
    )


def put_fields(page: Any) -> bool:
    """Print what was typed into a form's fields on the page, which must then be opened anew; whether there was any."""
    for index in range(pdfium.FPDFPage_GetAnnotCount(page.raw)):
        note = pdfium.FPDFPage_GetAnnot(page.raw, index)
        kind = pdfium.FPDFAnnot_GetSubtype(note)
        pdfium.FPDFPage_CloseAnnot(note)
        if kind == pdfium.FPDF_ANNOT_WIDGET:
            return bool(pdfium.FPDFPage_Flatten(page.raw, pdfium.FLAT_NORMALDISPLAY) == pdfium.FLATTEN_SUCCESS)
    return False


def leaves(page: Page) -> list[Leaf]:
    """The upright parts of a page: turned as most of its letters stand and, where a table lies on its side among
    them, this for itself."""
    turns = Counter(letter.turn for letter in page.letters)
    main = turns.most_common(1)[0][0] if turns else page.frame.turn
    apart = {turn for turn in turns if turn != main and _is_table(page.letters, turn)}
    found = []
    for turn in (main, *sorted(apart)):
        frame = page.frame._replace(turn=turn)
        here = [one for one in page.letters if one.turn == turn or (turn == main and one.turn not in apart)]
        printed = partial(_shown, frame, page.frame) if turn != page.frame.turn else None
        found.append(Leaf(chars(here, frame), rulings(_lines(page.drawn, frame), frame.size), frame.size, printed))
    return found


def _is_table(letters: list[Letter], turn: int) -> bool:
    """Whether the letters turned so are a table of the form, and not the label of a merged cell or a margin."""
    texts = [letter.text for letter in letters if letter.turn == turn]
    return len(texts) > 40 and sum(text.isdigit() for text in texts) > 5


def _shown(frame: Frame, shown: Frame, box: Box) -> Box:
    """A box of a turned page as it stands on the page that is shown."""
    (ax, ay), (bx, by) = (shown.seen(*frame.own(x, y)) for x, y in ((box.left, box.top), (box.right, box.bottom)))
    return Box(box.page, min(ax, bx), min(ay, by), max(ax, bx), max(ay, by))


def chars(letters: list[Letter], frame: Frame) -> list[Char]:
    """Letters as they stand in a frame."""
    seen = frame.seen
    found = []
    for text, (left, bottom, right, top), (x, y), _ in letters:
        (ax, ay), (bx, by) = seen(left, top), seen(right, bottom)
        if bx < ax:
            ax, bx = bx, ax
        if by < ay:
            ay, by = by, ay
        found.append(Char(text, ax, ay, bx, by, seen(x, y)[1]))
    return found


def _objects(page: Any) -> Iterator[Drawn]:
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
                (ax, ay), (bx, by) = _on(matrix, left, bottom), _on(matrix, right, top)
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


def _on(matrix: Matrix, x: float, y: float) -> Point:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


class _Letters:
    """The letters of a page that a reader sees, in the order of the file, each once; see Page. `strange`
    counts those that no Chinese report has."""

    def __init__(self, raw: Any, frame: Frame, drawn: list[Drawn]) -> None:
        self.raw, self.frame, self.drawn = raw, frame, drawn
        self.hidden = self.strange = 0
        self.behind: list[Letter] = []
        self._known: dict[tuple[str, int, int], tuple[float, float]] = {}
        self._kinds: dict[int, tuple[str, int]] = {}  # by text object: "plain", "pale" or "hidden", and its turn
        self._grounds: list[Sides] | None = None

    def __iter__(self) -> Iterator[Letter]:
        raw, page = self.raw, self.frame
        left, right, bottom, top, x, y = (ctypes.c_double() for _ in range(6))
        boxed = ctypes.byref(left), ctypes.byref(right), ctypes.byref(bottom), ctypes.byref(top)
        stands = ctypes.byref(x), ctypes.byref(y)
        for index in range(pdfium.FPDFText_CountChars(raw)):
            code = pdfium.FPDFText_GetUnicode(raw, index)
            if code in _SPACES or not pdfium.FPDFText_GetCharBox(raw, index, *boxed):
                continue
            if code < 0x20:
                if pdfium.FPDFText_IsGenerated(raw, index):
                    continue
                code = _NO_LETTER
            pdfium.FPDFText_GetCharOrigin(raw, index, *stands)
            kind, turn = self._kind(index)
            box = left.value, bottom.value, right.value, top.value
            letter = Letter(charset.RADICALS.get(code) or chr(code), box, (x.value, y.value), turn)
            centre, middle = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
            if not (page.left <= centre <= page.right and page.bottom <= middle <= page.top):
                self.hidden += 1
            elif kind == "hidden" or (kind == "pale" and not self._on_ground(centre, middle)):
                self.behind.append(letter)
                self.hidden += 1
            elif self._is_shadow(letter.text, centre, middle, max(box[3] - box[1], 4.0)):
                self.hidden += 1
            else:
                self.strange += code in _STRANGE or 0xE000 <= code < 0xF900 or code > 0xFFF0
                yield letter

    def _is_shadow(self, text: str, x: float, y: float, size: float) -> bool:
        """Bold is printed twice where a font has none, a shadow some tenths of a point beside its letter."""
        near = 0.2 * size
        for at_x in {int((x - near) / size), int((x + near) / size)}:
            for at_y in {int((y - near) / size), int((y + near) / size)}:
                other = self._known.get((text, at_x, at_y))
                if other is not None and abs(other[0] - x) + abs(other[1] - y) < near:
                    return True
        self._known[text, int(x / size), int(y / size)] = (x, y)
        return False

    def _kind(self, index: int) -> tuple[str, int]:
        item = pdfium.FPDFText_GetTextObject(self.raw, index)
        if not item:
            return "plain", self.frame.turn
        address = ctypes.addressof(item.contents)
        if address not in self._kinds:
            self._kinds[address] = self._told(item, index)
        return self._kinds[address]

    def _told(self, item: Any, index: int) -> tuple[str, int]:
        quarters = pdfium.FPDFText_GetCharAngle(self.raw, index) / (pi / 2)
        turn = round(-quarters) % 4 * 90
        if abs(quarters - round(quarters)) > 0.03:
            return "hidden", turn
        if pdfium.FPDFTextObj_GetTextRenderMode(item) in _INVISIBLE:
            return "hidden", turn
        colour = _colour(item)
        if colour is not None and 0 < colour[3] < _FAINT:
            return "hidden", turn
        return ("pale" if colour is not None and min(colour[:3]) > _PALE else "plain"), turn

    def _on_ground(self, x: float, y: float) -> bool:
        """Whether a place is painted: white letters are read on blue."""
        if self._grounds is None:
            self._grounds = [one.box for one in self.drawn if one.kind == _PATH and _is_ground(one.raw)]
        return any(left <= x <= right and bottom <= y <= top for left, bottom, right, top in self._grounds)


def _colour(item: Any) -> tuple[int, int, int, int] | None:
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if not pdfium.FPDFPageObj_GetFillColor(item, red, green, blue, alpha):
        return None
    return red.value, green.value, blue.value, alpha.value


def _draw_mode(path: Any) -> tuple[int, int]:
    """How a path is filled, and whether its outline is drawn."""
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(path, fill, stroke)
    return fill.value, stroke.value


def _is_ground(path: Any) -> bool:
    colour = _colour(path)
    return bool(_draw_mode(path)[0]) and (colour is None or (min(colour[:3]) <= _PALE and colour[3] >= _FAINT))


def _lines(drawn: list[Drawn], frame: Frame) -> Iterator[tuple[Point, Point]]:
    """What may be a ruling line, as a reader sees it: thin boxes, and the straight parts of outlines."""
    seen = frame.seen
    for one in drawn:
        if one.kind != _PATH:
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


def _segments(path: Drawn) -> Iterator[Sides]:
    """The straight segments of a path, from end to end; the handles of a curve are none (a seal is four curves, and its
    uppermost handles lie as a ruling line does)."""
    matrix = _product(_matrix(path.raw), path.matrix)
    x, y = ctypes.c_float(), ctypes.c_float()
    start = last = None
    for index in range(min(pdfium.FPDFPath_CountSegments(path.raw), 20_000)):
        segment = pdfium.FPDFPath_GetPathSegment(path.raw, index)
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        point = _on(matrix, x.value, y.value)
        kind = pdfium.FPDFPathSegment_GetType(segment)
        if kind == pdfium.FPDF_SEGMENT_MOVETO:
            start = point
        elif kind == pdfium.FPDF_SEGMENT_LINETO and last is not None:
            yield (*last, *point)
        last = point
        if pdfium.FPDFPathSegment_GetClose(segment) and start is not None:
            yield (*last, *start)
