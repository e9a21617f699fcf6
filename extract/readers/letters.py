"""The letters of a page of a PDF that a reader sees, by pypdfium2."""

import ctypes
from collections.abc import Iterator
from itertools import chain
from math import pi
from typing import Any, NamedTuple

import pypdfium2.raw as pdfium

from extract.readers import charset
from extract.readers.chars import Point
from extract.readers.drawn import FAINT, PALE, PATH, Drawn, Frame, Matrix, Sides, colour, is_ground, on

_INVISIBLE = frozenset((pdfium.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium.FPDF_TEXTRENDERMODE_CLIP))
_SPACES = frozenset((0x09, 0x0A, 0x0D, 0x20, 0xA0, 0x3000, 0xFFFE, 0xFFFF))
_NO_LETTER = 0xFFFD
_STRANGE = frozenset(
    chain(range(0x7F, 0x250), range(0x3400, 0x4DC0), range(0xE000, 0xF900), range(0xFFF0, 0x10000))
) - frozenset(map(ord, "\xa0§«°±²³·»×÷"))
"""Rare characters (ext. A) among them: Ghostscript makes such of a font that was not embedded. A name may have one."""
_STRANGERS = 10
"""More strange letters than this, and than one of forty, are of a font that does not say what it shows."""
_AS_IT_IS = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_MOST_CORNERS = 1000


class Letter(NamedTuple):
    """A character in the page's own space: its box, the point it stands on, and the turn that makes it upright."""

    text: str
    box: Sides
    origin: Point
    turn: int


class _Told(NamedTuple):
    """What the letters of a text object have in common: whether they are seen, their turn, what they are cut to."""

    kind: str  # "plain", "pale" or "hidden"
    turn: int
    clip: Sides


def seen(text: Any, frame: Frame, drawn: list[Drawn]) -> tuple[list[Letter], list[Letter], bool]:
    """The letters of a `text` page that a reader sees, in the order of the file, each once; those that nobody sees (a
    recognition by the scanner); or neither where the fonts do not say which letters they show: whether this is so."""
    reader = _Letters(text.raw, frame, drawn)
    letters = list(reader)
    garbled = reader.strange > max(_STRANGERS, len(letters) // 40)
    return ([], [], True) if garbled else (letters, reader.behind, False)


class _Letters:
    """The letters that are seen one by one. `strange` counts those that no Chinese report has."""

    def __init__(self, raw: Any, frame: Frame, drawn: list[Drawn]) -> None:
        self.raw, self.turn, self.drawn = raw, frame.turn, drawn
        self._page: Sides = frame[:4]
        self.strange = 0
        self.behind: list[Letter] = []
        self._known: dict[tuple[str, int, int], tuple[float, float]] = {}
        self._told: dict[int, _Told] = {}  # by text object
        self._forms = {ctypes.addressof(one.raw.contents): one.matrix for one in drawn if one.matrix}
        self._grounds: list[Sides] | None = None

    def __iter__(self) -> Iterator[Letter]:
        raw = self.raw
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
            if 0xD800 <= code < 0xE000:  # UTF-16 makes two of a rare character (织𬕂镇): the second stands for it
                code = _whole(pdfium.FPDFText_GetUnicode(raw, index - 1), code)
                if code is None:
                    continue
            pdfium.FPDFText_GetCharOrigin(raw, index, *stands)
            kind, turn, clip = self._tell(index)
            box = left.value, bottom.value, right.value, top.value
            letter = Letter(charset.RADICALS.get(code) or chr(code), box, (x.value, y.value), turn)
            centre, middle = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
            if not (clip[0] <= centre <= clip[2] and clip[1] <= middle <= clip[3]):
                continue
            if kind == "hidden" or (kind == "pale" and not self._on_ground(centre, middle)):
                self.behind.append(letter)
            elif not self._is_shadow(letter.text, centre, middle, max(box[3] - box[1], 4.0)):
                self.strange += code in _STRANGE or code > 0xFFFF
                yield letter

    def _is_shadow(self, text: str, x: float, y: float, size: float) -> bool:
        """Bold is printed twice where a font has none, a shadow some tenths of a point beside its letter."""
        near = 0.2 * size
        for at_x in range(int((x - near) / size), int((x + near) / size) + 1):
            for at_y in range(int((y - near) / size), int((y + near) / size) + 1):
                other = self._known.get((text, at_x, at_y))
                if other is not None and abs(other[0] - x) + abs(other[1] - y) < near:
                    return True
        self._known[text, int(x / size), int(y / size)] = (x, y)
        return False

    def _tell(self, index: int) -> _Told:
        item = pdfium.FPDFText_GetTextObject(self.raw, index)
        if not item:
            return _Told("plain", self.turn, self._page)
        address = ctypes.addressof(item.contents)
        if address not in self._told:
            quarters = pdfium.FPDFText_GetCharAngle(self.raw, index) / (pi / 2)
            kind = "hidden" if abs(quarters - round(quarters)) > 0.03 else _kind(item)
            clip = _clip(item, self._forms.get(address), self._page)
            self._told[address] = _Told(kind, round(-quarters) % 4 * 90, clip)
        return self._told[address]

    def _on_ground(self, x: float, y: float) -> bool:
        """Whether a place is painted: white letters are read on blue."""
        if self._grounds is None:
            self._grounds = [one.box for one in self.drawn if one.kind == PATH and is_ground(one.raw)]
        return any(left <= x <= right and bottom <= y <= top for left, bottom, right, top in self._grounds)


def _whole(before: int, code: int) -> int | None:
    """The character of which `code` is the second half and the one `before` the first; None for a first half."""
    if code < 0xDC00:
        return None
    return 0x10000 + (before - 0xD800) * 0x400 + code - 0xDC00 if 0xD800 <= before < 0xDC00 else _NO_LETTER


def _kind(item: Any) -> str:
    if pdfium.FPDFTextObj_GetTextRenderMode(item) in _INVISIBLE:
        return "hidden"
    fill = colour(item)
    if fill is not None and 0 < fill[3] < FAINT:
        return "hidden"
    return "pale" if fill is not None and min(fill[:3]) > PALE else "plain"


def _clip(item: Any, form: Matrix | None, page: Sides) -> Sides:
    """The box outside which nothing of an object is seen: a sheet's text is cut where its cell ends."""
    clip = pdfium.FPDFPageObj_GetClipPath(item)
    count = pdfium.FPDFClipPath_CountPaths(clip)
    if count < 1:
        return page
    left, bottom, right, top = page
    for path in range(count):
        if points := list(_clip_points(clip, path, form or _AS_IT_IS)):
            xs, ys = zip(*points, strict=True)
            left, bottom, right, top = max(left, min(xs)), max(bottom, min(ys)), min(right, max(xs)), min(top, max(ys))
    return left, bottom, right, top


def _clip_points(clip: Any, path: int, matrix: Matrix) -> Iterator[Point]:
    x, y = ctypes.c_float(), ctypes.c_float()
    for index in range(min(pdfium.FPDFClipPath_CountPathSegments(clip, path), _MOST_CORNERS)):
        pdfium.FPDFPathSegment_GetPoint(pdfium.FPDFClipPath_GetPathSegment(clip, path, index), x, y)
        yield on(matrix, x.value, y.value)
