"""PDF with a text layer → Document: characters, boxes and ruling lines by pypdfium2, cells from the lines.

(pdfplumber's table finder reads the same, ten times slower; see docs/architecture.md.)
"""

import ctypes
from collections.abc import Iterator
from functools import partial
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from extract.document import Document, Paragraph
from extract.readers import charset, image, layout
from extract.readers.layout import SNAP, Char, Ruling

_MAX_PAGES = 200
_FEW = 30
"""A page with fewer Chinese characters than this is a picture of a page."""


def read(data: bytes, *, quick: bool = False) -> Document:
    """The text layer of a PDF, and what can be recognised of its scanned pages (nothing where it is to be `quick`).
    Raises what pypdfium2 raises on a broken or locked file.

    Pages that could not be read are named in `problems`; nothing is guessed for them.
    """
    document = Document("pdf", lines_hold_tables=True)
    source = pypdfium2.PdfDocument(data)
    try:
        document.pages = len(source)
        title = (source.get_metadata_dict().get("Title") or "").strip()
        if title:
            document.meta["title"] = title
        parts: list[layout.Table | Paragraph] = []
        recognised: list[int] = []
        unread: list[int] = []
        for number in range(min(len(source), _MAX_PAGES)):
            page = source[number]
            text = page.get_textpage()
            chars = list(_chars(page, text))
            lines = charset.clean(text.get_text_range()).splitlines()
            found: list[layout.Table | Paragraph] = []
            if sum(char.text > "⺀" for char in chars) < _FEW and _has_picture(page):
                if not quick and len(recognised) < image.MAX_PAGES:
                    found, words, problems = image.read_page(partial(_picture, page), number + 1)
                    lines = words or lines
                    document.problems.extend(one for one in problems if one not in document.problems)
                (recognised if found else unread).append(number + 1)
            document.lines.extend(lines)
            parts.extend(found or layout.page(chars, layout.tables(_rulings(page), number + 1), number + 1))
            text.close()
            page.close()
        document.blocks.extend(layout.blocks(parts))
        document.recognised = bool(recognised)
        for pages, what in ((recognised, "由图像识别读取"), (unread, "未读取")):
            if pages:
                document.problems.append(f"第{'、'.join(map(str, pages))}页没有文字层（扫描件），{what}")
        if len(source) > _MAX_PAGES:
            document.problems.append(f"只读取了前{_MAX_PAGES}页，共{len(source)}页")
    finally:
        source.close()
    return document


def _has_picture(page: Any) -> bool:
    return next(iter(page.get_objects(filter=(pdfium.FPDF_PAGEOBJ_IMAGE,), max_depth=2)), None) is not None


def _picture(page: Any) -> image.Picture:
    width, height = page.get_size()
    # A page may be a strip of many metres, or a thousandth of a point.
    scale = min(image.WIDTH / max(min(width, height), 1), (image.MAX_PIXELS / max(width * height, 1)) ** 0.5)
    return page.render(scale=scale).to_numpy()[:, :, :3].copy()


def _turn(page: Any) -> tuple[float, float, int]:
    width, height = page.get_size()
    return width, height, page.get_rotation()


def _seen(x: float, y: float, turn: tuple[float, float, int]) -> tuple[float, float]:
    """A point of the page's own space as a reader sees it: from the top left corner of the turned page."""
    width, height, rotation = turn
    match rotation:
        case 90:
            return y, x
        case 180:
            return width - x, y
        case 270:
            return width - y, height - x
    return x, height - y


def _chars(page: Any, text: Any) -> Iterator[Char]:
    turn = _turn(page)
    left, right, bottom, top, x, y = (ctypes.c_double() for _ in range(6))
    raw = text.raw
    for index in range(pdfium.FPDFText_CountChars(raw)):
        code = pdfium.FPDFText_GetUnicode(raw, index)
        if code <= 0x20 or code in (0xA0, 0x3000, 0xFFFE, 0xFFFF):
            continue
        if not pdfium.FPDFText_GetCharBox(raw, index, left, right, bottom, top):
            continue
        x0, y0 = _seen(left.value, top.value, turn)
        x1, y1 = _seen(right.value, bottom.value, turn)
        pdfium.FPDFText_GetCharOrigin(raw, index, x, y)
        _, base = _seen(x.value, y.value, turn)
        yield Char(chr(code), min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1), base)


def _rulings(page: Any) -> layout.Rulings:
    """Horizontal and vertical ruling lines: thin filled boxes and stroked segments."""
    turn = _turn(page)
    horizontal: list[Ruling] = []
    vertical: list[Ruling] = []

    def add(x0: float, y0: float, x1: float, y1: float) -> None:
        (ax, ay), (bx, by) = _seen(x0, y0, turn), _seen(x1, y1, turn)
        if abs(ay - by) <= SNAP and abs(ax - bx) > 4:
            horizontal.append(Ruling((ay + by) / 2, min(ax, bx), max(ax, bx)))
        elif abs(ax - bx) <= SNAP and abs(ay - by) > 4:
            vertical.append(Ruling((ax + bx) / 2, min(ay, by), max(ay, by)))

    for item in page.get_objects(filter=(pdfium.FPDF_PAGEOBJ_PATH,), max_depth=2):
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
