"""PDF with a text layer → Document: what is drawn on each page (pdfpage), its text and tables (layout), and what can be
recognised of scanned pages (image)."""

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

import pypdfium2

from extract.document import Document, Paragraph
from extract.readers import image, layout, pages, pdfpage, strips
from extract.readers.chars import TextLayer
from extract.readers.leaves import Leaf, leaves
from extract.readers.ruling import Table

_MAX_PAGES = 200
_FEW = 30
"""A page with fewer Chinese characters than this is a picture of a page."""
_OUTLINES = 100
"""A page without letters and with more drawn objects than this has its letters as outlines (转曲)."""
_LARGE = 0.08
"""The share of a page from which on pictures may hold a table of the form (the smallest has four lines)."""
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
    texts: list[layout.Text] = []
    scans: dict[int, bool] = {}  # the pages without a text layer, and whether they were recognised
    for number in range(1, min(len(source), _MAX_PAGES) + 1):
        if reason := pages.left_out(number):
            document.problems.append(reason)
            continue
        try:
            page = source[number - 1]
        except pypdfium2.PdfiumError:
            document.problems.append(f"第{number}页已损坏，未读取")
            continue
        if pdfpage.put_fields(page):
            page = source[number - 1]
        letters = page.get_textpage()
        shown = pdfpage.read(page, letters)
        if shown is None:
            document.problems.append(f"第{number}页内容过多，未读取")
            continue
        here = list(_texts(shown, number, texts[-1] if texts else None))
        is_scan = _is_scan(shown)
        # Below a picture of the whole page a text layer has no tables of its own, whatever is ruled there.
        ruled = not shown.covered and any(text.tables for text in here)
        if is_scan or (shown.pictured > _LARGE and not ruled and not quick):
            found: list[Table | Paragraph] = []
            if not quick and len(scans) < image.MAX_PAGES:
                layer = _layer(shown, page, is_scan)
                draw = partial(_picture, page)
                found, lines, problems = image.read_page(draw, number, layer, width=page.get_width())
                document.problems.extend(one for one in problems if one not in document.problems)
                lines = lines or [line for text in here for line in text.lines]
                if found or lines:
                    bare = Leaf([], ([], []), page.get_size(), None)
                    here = [layout.Text(number, number, bare, [], [], lines, found)]
            if found or is_scan:
                scans[number] = bool(found)
        texts.extend(here)
        letters.close()
        page.close()
    layout.put(_whole(texts), document)
    document.recognised = any(scans.values())
    for what, numbers in (
        ("由图像识别读取", [number for number, found in scans.items() if found]),
        ("未读取", [number for number, found in scans.items() if not found]),
    ):
        if numbers:
            listed = "、".join(map(str, numbers))
            document.problems.append(f"第{listed}页没有可用的文字层（扫描件，或字体没有编码），{what}")


def _is_scan(shown: pdfpage.Page) -> bool:
    """Whether what a page says must be recognised. Office and date alone on the last page, under a seal, need not."""
    words = sum(letter.text > "⺀" for letter in shown.letters)
    if words:
        return words < _FEW and shown.pictured > _LARGE
    drawing = not shown.letters and len(shown.drawn) > _OUTLINES
    return shown.garbled or shown.pictured > 0 or drawing


def _texts(shown: pdfpage.Page, number: int, above: layout.Text | None) -> Iterator[layout.Text]:
    """What the text layer of a page says, each of its upright parts for itself."""
    upright = [leaf for sheet in pdfpage.leaves(shown) for leaf in leaves(sheet)]
    for at, leaf in enumerate(upright):
        above = layout.text(leaf, number, number + at / len(upright), above)
        yield above


def _whole(texts: list[layout.Text]) -> list[layout.Text]:
    """The texts of pages, those of a sheet that was printed in strips together."""
    leaves = [text.leaf for text in texts]
    found = leaves if any(text.parts for text in texts) else strips.whole(leaves)
    if found is leaves:
        return texts
    whole: list[layout.Text] = []
    for text, leaf in zip(texts, found, strict=False):
        whole.append(layout.text(leaf, text.number, text.order, whole[-1] if whole else None))
    return whole


def _layer(shown: pdfpage.Page, page: Any, is_scan: bool) -> TextLayer | None:
    """The text of a page with a picture: `seen` is what is drawn beside or on the picture; what no reader sees, or the
    picture covers, is a recognition by the scanner."""
    if not (shown.letters or shown.behind):
        return None
    seen = not is_scan and not shown.covered and len(shown.letters) > len(shown.behind)
    letters = shown.letters if seen else [*shown.letters, *shown.behind]
    return TextLayer(pdfpage.chars(letters, shown.frame), page.get_width(), seen)


def _picture(page: Any) -> image.Picture:
    width, height = page.get_size()
    # A page may be a strip of many metres, or a thousandth of a point.
    # A low strip is drawn no wider than two pages side by side: as high as a page is wide it took a minute.
    scale = min(image.WIDTH / max(min(width, height), 1), 2 * image.WIDTH / max(width, 1))
    scale = min(scale, (image.MAX_PIXELS / max(width * height, 1)) ** 0.5)
    return page.render(scale=scale).to_numpy()[:, :, :3].copy()
