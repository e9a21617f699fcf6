"""PDF with a text layer → Document: characters, boxes and ruling lines by pypdfium2, cells from the lines.

(pdfplumber's table finder reads the same, ten times slower; see docs/architecture.md.)
"""

import ctypes
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import Any, NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium

from extract.document import Document, Paragraph
from extract.readers import charset, image, layout
from extract.readers.layout import SNAP, Char, Ruling

_MAX_PAGES = 200
_MAX_CHARS, _MAX_PATHS = 30_000, 50_000
"""Characters and drawn paths of a page; one with more is a map, or made to break readers (a page of the form has 2,000
and 600)."""
_FEW = 30
"""A page with fewer Chinese characters than this is a picture of a page."""
_LARGE = 0.08
"""The share of a page from which on a picture may hold a table of the form (the smallest has four lines)."""
_WHOLE = 0.7
"""The share from which on a picture hides what was drawn before it."""
_DEPTH = 6  # of forms in forms: a page imposed on another is one deeper
_INVISIBLE = frozenset((pdfium.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium.FPDF_TEXTRENDERMODE_CLIP))
_PALE = 240
"""Text whose three colours are all brighter than this is not seen on paper."""
_FAINT = 110
"""Text less opaque than this (of 255) is a watermark; Chromium writes 0 for the letters of a shadow, which pdfium takes
for the letters themselves."""
_SPACES = frozenset((0x09, 0x0A, 0x0D, 0x20, 0xA0, 0x3000, 0xFFFE, 0xFFFF))
_NO_LETTER = 0xFFFD
_STRANGE = frozenset((*range(0x7F, 0x250), _NO_LETTER)) - frozenset(map(ord, "\xa0§«°±²³·»×÷"))
_CATALOG = re.compile(rb"(\d+)\s+(\d+)\s+obj\s*<<(?:(?!endobj).){0,2000}?/Type\s*/Catalog\b", re.DOTALL)


def read(data: bytes, *, quick: bool = False) -> Document:
    """The text layer of a PDF, and what can be recognised of its scanned pages (nothing where it is to be `quick`).
    Raises what pypdfium2 raises on a broken or locked file.

    Pages that could not be read are named in `problems`; nothing is guessed for them.
    """
    document = Document("pdf", lines_hold_tables=True)
    source, whole = _opened(data)
    try:
        document.pages = len(source)
        title = (source.get_metadata_dict().get("Title") or "").strip()
        if title:
            document.meta["title"] = title
        _read_pages(source, document, quick)
        if not whole:
            found = "按残存部分读取，可能不完整" if document.blocks else "无法读取"
            document.problems.append(f"文件尾部缺失，{found}")
        if len(source) > _MAX_PAGES:
            document.problems.append(f"只读取了前{_MAX_PAGES}页，共{len(source)}页")
    finally:
        source.close()
    return document


def _opened(data: bytes) -> tuple[Any, bool]:
    """The file, and whether it has its end."""
    try:
        return pypdfium2.PdfDocument(data), True
    except pypdfium2.PdfiumError:
        # A download that broke off has no trailer: pdfium finds the objects by itself, but not the one to begin with.
        end, catalog = data.rfind(b"endobj"), _CATALOG.search(data)
        if end < 0 or catalog is None:
            raise
        trailer = b"endobj\ntrailer\n<</Root %s %s R>>\nstartxref\n0\n%%%%EOF\n" % catalog.groups()
        return pypdfium2.PdfDocument(data[:end] + trailer), False


def _read_pages(source: Any, document: Document, quick: bool) -> None:
    texts: dict[int, _Text] = {}
    pictures: dict[int, list[layout.Table | Paragraph]] = {}
    last: layout.Table | None = None
    for number in range(1, min(len(source), _MAX_PAGES) + 1):
        try:
            page = source[number - 1]
        except pypdfium2.PdfiumError:
            document.problems.append(f"第{number}页已损坏，未读取")
            continue
        text = _text(page, number, last)
        last = text.tables[-1] if text.tables else None
        texts[number] = text
        document.problems.extend(text.problems)
        share = _pictured(page)
        is_scan = sum(char.text > "⺀" for char in text.chars) < _FEW and (text.garbled or share > 0)
        if is_scan or (share > _LARGE and not text.tables and not quick):
            found: list[layout.Table | Paragraph] = []
            if not quick and len(pictures) < image.MAX_PAGES:
                found, words, problems = image.read_page(
                    partial(_picture, page), number, _layer(page, text, is_scan), width=page.get_width()
                )
                document.problems.extend(one for one in problems if one not in document.problems)
                if words:
                    text.lines[:] = words
            if found or is_scan:
                pictures[number] = found
        page.close()
    running = layout.running([text.prose for text in texts.values()])
    parts: list[layout.Table | Paragraph] = []
    for number, text in texts.items():
        parts.extend(pictures.get(number) or layout.parts(text.prose, text.tables, number, running))
        document.lines.extend(_lines(text, running))
    document.blocks.extend(layout.blocks(parts))
    document.recognised = any(pictures.values())
    for what, pages in (
        ("由图像识别读取", [number for number, found in pictures.items() if found]),
        ("未读取", [number for number, found in pictures.items() if not found]),
    ):
        if pages:
            listed = "、".join(map(str, pages))
            document.problems.append(f"第{listed}页没有可用的文字层（扫描件，或字体没有编码），{what}")


def _lines(text: "_Text", running: frozenset[str]) -> Iterator[str]:
    """The lines of a page without its running heads and its number, which a program draws first or last."""
    numbers = {*map(layout.masked, layout.page_numbers(text.prose))}
    for at, line in enumerate(text.lines):
        words = layout.masked(line)
        if words not in running and not (at in (0, len(text.lines) - 1) and words in numbers):
            yield line


class _Text(NamedTuple):
    """What the text layer of a page gives: `prose` are the characters outside its ruled tables; `garbled` tells that
    its fonts do not say which letters they show, so that nothing is given; `behind` are characters that nobody sees (a
    recognition by the scanner)."""

    chars: list[Char]
    prose: list[Char]
    tables: list[layout.Table]
    lines: list[str]
    garbled: bool
    problems: list[str]
    behind: Sequence[Char] = ()


def _text(page: Any, number: int, above: layout.Table | None) -> _Text:
    source = page.get_textpage()
    try:
        count = pdfium.FPDFText_CountChars(source.raw)
        paths = list(islice(page.get_objects(filter=(pdfium.FPDF_PAGEOBJ_PATH,), max_depth=_DEPTH), _MAX_PATHS + 1))
        if count > _MAX_CHARS or len(paths) > _MAX_PATHS:
            return _Text([], [], [], [], False, [f"第{number}页内容过多，未读取"])
        left, bottom, right, top = page.get_bbox()
        frame = _Frame(left, bottom, right, top, page.get_rotation())
        letters = _Letters(page, source.raw, frame, paths)
        chars = list(letters)
        if letters.strange > max(_FEW, len(chars) // 10):
            return _Text([], [], [], [], True, [])
        tables = layout.tables(_rulings(paths, frame), number, above)
        prose = layout.placed(chars, tables)
        if letters.hidden or not _in_order(chars):
            lines = [layout.line_text(line) for line in layout.printed_lines(chars)]
        else:
            lines = charset.clean(source.get_text_range()).splitlines()
        return _Text(chars, prose, tables, lines, False, [], letters.behind)
    finally:
        source.close()


def _in_order(chars: list[Char]) -> bool:
    """Whether the file holds its text in an order in which a label comes before the numbers beside it.

    A program that places every string for itself may write all numbers first (or any order at all): then only the
    places of the characters tell the lines.
    """
    followed = strayed = 0
    label: list[Char] = []
    digits = False
    for char in chars:
        if char.text.isdigit():
            if label and not digits:
                followed += 1
                size = char.bottom - char.top
                top, bottom = min(one.top for one in label), max(one.bottom for one in label)
                strayed += not top - 2 * size <= char.middle <= bottom + 2 * size
            digits = True
        elif char.text > "⺀":
            if digits or (label and not -2 < (char.base - label[-1].base) / max(char.bottom - char.top, 4) < 3):
                label = []
            label.append(char)
            digits = False
    return strayed * 5 <= followed


def _pictured(page: Any) -> float:
    """The share of a page that its largest picture covers; 0 without one."""
    pictures = page.get_objects(filter=(pdfium.FPDF_PAGEOBJ_IMAGE,), max_depth=_DEPTH)
    return max((max(_share(page, one), 0.001) for one in pictures), default=0.0)


def _share(page: Any, picture: Any) -> float:
    left, bottom, right, top = picture.get_bounds()
    width, height = page.get_size()
    return float(abs((right - left) * (top - bottom)) / max(width * height, 1))


def _layer(page: Any, text: _Text, is_scan: bool) -> image.TextLayer | None:
    """The text of a page with a picture: `seen` is what is drawn beside or on the picture; what no reader sees, or the
    picture covers, is a recognition by the scanner."""
    if text.garbled or not (text.chars or text.behind):
        return None
    objects = page.get_objects(filter=(pdfium.FPDF_PAGEOBJ_TEXT, pdfium.FPDF_PAGEOBJ_IMAGE), max_depth=_DEPTH)
    last = [one.type == pdfium.FPDF_PAGEOBJ_IMAGE and _share(page, one) > _WHOLE for one in islice(objects, _MAX_PATHS)]
    covered = bool(last) and last[-1]
    seen = not is_scan and not covered and len(text.chars) > len(text.behind)
    return image.TextLayer(text.chars if seen else [*text.chars, *text.behind], page.get_width(), seen)


def _picture(page: Any) -> image.Picture:
    width, height = page.get_size()
    # A page may be a strip of many metres, or a thousandth of a point.
    # A low strip is drawn no wider than two pages side by side: as high as a page is wide it took a minute.
    scale = min(image.WIDTH / max(min(width, height), 1), 2 * image.WIDTH / max(width, 1))
    scale = min(scale, (image.MAX_PIXELS / max(width * height, 1)) ** 0.5)
    return page.render(scale=scale).to_numpy()[:, :, :3].copy()


class _Frame(NamedTuple):
    """The visible part of a page in its own space, and how it is turned for the reader (clockwise, in degrees)."""

    left: float
    bottom: float
    right: float
    top: float
    rotation: int

    def seen(self, x: float, y: float) -> tuple[float, float]:
        """A point of the page's own space as a reader sees it: from the top left corner of the turned page."""
        match self.rotation:
            case 90:
                return y - self.bottom, x - self.left
            case 180:
                return self.right - x, y - self.bottom
            case 270:
                return self.top - y, self.right - x
        return x - self.left, self.top - y


class _Letters:
    """The characters of a page that a reader sees, in the order of the file, each once. `hidden` counts those that he
    does not see, `strange` those that no Chinese report has: their font does not say which letters they are."""

    def __init__(self, page: Any, raw: Any, frame: _Frame, paths: list[Any]) -> None:
        self.raw, self.frame = raw, frame
        self.right, self.bottom = page.get_size()
        self.paths = paths
        self.hidden = self.strange = 0
        self.behind: list[Char] = []
        self._seen: dict[tuple[int, int, int], tuple[float, float]] = {}
        self._kinds: dict[int, str] = {}  # by text object: "plain", "pale" or "hidden"
        self._grounds: list[tuple[float, float, float, float]] | None = None

    def __iter__(self) -> Iterator[Char]:
        raw, seen = self.raw, self.frame.seen
        left, right, bottom, top, x, y = (ctypes.c_double() for _ in range(6))
        boxed = ctypes.byref(left), ctypes.byref(right), ctypes.byref(bottom), ctypes.byref(top)
        for index in range(pdfium.FPDFText_CountChars(raw)):
            code = pdfium.FPDFText_GetUnicode(raw, index)
            if code in _SPACES or not pdfium.FPDFText_GetCharBox(raw, index, *boxed):
                continue
            if code < 0x20:
                if pdfium.FPDFText_IsGenerated(raw, index):
                    continue
                code = _NO_LETTER
            x0, y0 = seen(left.value, top.value)
            x1, y1 = seen(right.value, bottom.value)
            pdfium.FPDFText_GetCharOrigin(raw, index, x, y)
            _, base = seen(x.value, y.value)
            letter = charset.RADICALS.get(code) or chr(code)
            char = Char(letter, min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1), base)
            if self._is_seen(char, index, (left.value + right.value) / 2, (bottom.value + top.value) / 2):
                self.strange += code in _STRANGE or 0xE000 <= code < 0xF900 or code > 0xFFF0
                yield char
            else:
                self.hidden += 1

    def _is_seen(self, char: Char, index: int, x: float, y: float) -> bool:
        if not (0 <= char.centre <= self.right and 0 <= char.middle <= self.bottom):
            return False
        kind = self._kind(index)
        if kind == "hidden" or (kind == "pale" and not self._on_ground(x, y)):
            self.behind.append(char)
            return False
        # Bold is printed twice where a font has none, a shadow some tenths of a point beside its letter.
        size = max(char.bottom - char.top, 4.0)
        at_x, at_y = int(char.centre / size), int(char.middle / size)
        for near in ((at_x + i, at_y + j) for i in (-1, 0, 1) for j in (-1, 0, 1)):
            other = self._seen.get((ord(char.text), *near))
            if other is not None and abs(other[0] - char.centre) + abs(other[1] - char.middle) < 0.2 * size:
                return False
        self._seen[ord(char.text), at_x, at_y] = (char.centre, char.middle)
        return True

    def _kind(self, index: int) -> str:
        item = pdfium.FPDFText_GetTextObject(self.raw, index)
        address = ctypes.cast(item, ctypes.c_void_p).value or 0
        if address not in self._kinds:
            self._kinds[address] = self._told(item, index) if address else "plain"
        return self._kinds[address]

    def _told(self, item: Any, index: int) -> str:
        angle = pdfium.FPDFText_GetCharAngle(self.raw, index) % 1.5708  # a quarter turn
        if 0.05 < angle < 1.52 or pdfium.FPDFTextObj_GetTextRenderMode(item) in _INVISIBLE:
            return "hidden"
        colour = _colour(item)
        if colour is not None and 0 < colour[3] < _FAINT:
            return "hidden"
        return "pale" if colour is not None and min(colour[:3]) > _PALE else "plain"

    def _on_ground(self, x: float, y: float) -> bool:
        """Whether a place (of the page's own space) is painted: white letters are read on blue."""
        if self._grounds is None:
            self._grounds = [path.get_bounds() for path in self.paths if _is_ground(path)]
        return any(left <= x <= right and bottom <= y <= top for left, bottom, right, top in self._grounds)


def _colour(item: Any) -> tuple[int, int, int, int] | None:
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if not pdfium.FPDFPageObj_GetFillColor(item, red, green, blue, alpha):
        return None
    return red.value, green.value, blue.value, alpha.value


def _is_ground(path: Any) -> bool:
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(path.raw, fill, stroke)
    colour = _colour(path.raw)
    return bool(fill.value) and (colour is None or (min(colour[:3]) <= _PALE and colour[3] >= _FAINT))


def _rulings(paths: Iterable[Any], frame: _Frame) -> layout.Rulings:
    """Horizontal and vertical ruling lines: thin filled boxes and stroked segments."""
    horizontal: list[Ruling] = []
    vertical: list[Ruling] = []
    width, height = frame.right - frame.left, frame.top - frame.bottom
    if frame.rotation in (90, 270):
        width, height = height, width

    def inside(value: float, most: float) -> float:
        return min(max(value, 0), most)  # wkhtmltopdf draws the rows of the page before above the edge once more

    def add(x0: float, y0: float, x1: float, y1: float) -> None:
        (ax, ay), (bx, by) = frame.seen(x0, y0), frame.seen(x1, y1)
        if max(ay, by) < 0 or max(ax, bx) < 0 or min(ay, by) > height or min(ax, bx) > width:
            return
        (ax, bx), (ay, by) = (inside(ax, width), inside(bx, width)), (inside(ay, height), inside(by, height))
        if abs(ay - by) <= SNAP and abs(ax - bx) > 4:
            horizontal.append(Ruling((ay + by) / 2, min(ax, bx), max(ax, bx)))
        elif abs(ax - bx) <= SNAP and abs(ay - by) > 4:
            vertical.append(Ruling((ax + bx) / 2, min(ay, by), max(ay, by)))

    for item in paths:
        left, bottom, right, top = item.get_bounds()
        if right - left <= SNAP or top - bottom <= SNAP:
            add(left, bottom, right, top)
            continue
        fill, stroke = ctypes.c_int(), ctypes.c_int()
        pdfium.FPDFPath_GetDrawMode(item.raw, fill, stroke)
        if stroke.value or _has_thin_parts(item):
            for x0, y0, x1, y1 in _segments(item):
                add(x0, y0, x1, y1)
    return layout.joined(horizontal), layout.joined(vertical)


def _has_thin_parts(item: Any) -> bool:
    """One filled path that draws all borders as thin boxes (seen of WPS); a filled cell background has four corners."""
    return bool(pdfium.FPDFPath_CountSegments(item.raw) > 6)


def _segments(item: Any) -> Iterator[tuple[float, float, float, float]]:
    matrix = item.get_matrix()
    x, y = ctypes.c_float(), ctypes.c_float()
    start = last = None
    for index in range(min(pdfium.FPDFPath_CountSegments(item.raw), 20_000)):
        segment = pdfium.FPDFPath_GetPathSegment(item.raw, index)
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        point = matrix.on_point(x.value, y.value)
        if pdfium.FPDFPathSegment_GetType(segment) == pdfium.FPDF_SEGMENT_MOVETO:
            start = point
        elif last is not None:
            yield (*last, *point)
        last = point
        if pdfium.FPDFPathSegment_GetClose(segment) and start is not None:
            yield (*last, *start)
