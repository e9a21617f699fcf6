"""Pictures of pages → Document: PNG, JPEG, GIF, BMP, TIFF (all its pages), WebP, and the pages of a scanned PDF.

Reading them needs the extra `ocr`; without it the document says so.
"""

import warnings
from collections.abc import Callable, Iterator
from functools import partial
from io import BytesIO
from typing import Any

import PIL.Image
import PIL.ImageOps
from PIL.Image import Image

from extract.document import Block, Document, Paragraph
from extract.document import Picture as Embedded
from extract.readers import layout, pages
from extract.readers.chars import A4, TextLayer
from extract.readers.ruling import Table

Picture = Any
"""A page as a numpy array, grey or in colour (blue first, as OpenCV has it)."""
WIDTH = 1654
"""Pixels of a page's shorter side (A4 at 200 dots an inch): less loses digits, more only takes time."""
MISSING = "没有安装文字识别组件，图片和扫描件无法读取，请运行：pip install 'nianbao[ocr]'"
MAX_PIXELS = 60_000_000
"""A page of A4 at 600 dots an inch has 35 million; more is a picture made to break readers."""
MAX_PAGES = 30
"""So many pages of a document are recognised at most (reports have up to fifteen)."""
_LEAST = 20_000  # pixels: a smaller picture is an icon (a screenshot of the third table has 642 × 90)
_OWN_WORDS = 200
"""Chinese characters from which on a document speaks for itself: of its pictures only the tables count then (a chart's
words are no prose of the report)."""


def read(*files: bytes) -> Document:
    """The pictures in `files`, in order, as the pages of one document (reports are published as a series of pictures).

    Never raises on pictures that cannot be read: `problems` name them.
    """
    document = Document("image", lines_hold_tables=True, recognised=True)
    parts: list[Table | Paragraph] = []
    document.pages = 0
    for number, found in enumerate(frames(*files), 1):
        if number > MAX_PAGES:
            document.problems.append(f"只识别了前{MAX_PAGES}页")
            break
        document.pages = number
        if isinstance(found, str):
            document.problems.append(found)
            continue
        page, lines, problems = read_page(partial(_array, found), number)
        parts.extend(page)
        document.lines.extend(lines)
        document.problems.extend(problem for problem in problems if problem not in document.problems)
        if MISSING in problems:
            break
    document.blocks.extend(layout.blocks(parts))
    return document


def put_in(document: Document, data_of: Callable[[Embedded], bytes | None]) -> list[tuple[str, int]]:
    """Put what stands in the pictures of `document` in their places, as tables and paragraphs. They count as its pages,
    in order; given back are the address of each and the page of that file.

    `data_of` gives the bytes of a picture, None for one that is not to be read; that stays as it is.
    """
    if not any(isinstance(block, Embedded) for block in document.blocks):
        return []
    only_tables = _own_words(document) >= _OWN_WORDS
    blocks: list[Block] = []
    parts: list[Table | Paragraph] = []
    pages: list[tuple[str, int]] = []
    for block in document.blocks:
        data = data_of(block) if isinstance(block, Embedded) else None
        if not isinstance(block, Embedded) or data is None:
            blocks.extend(layout.blocks(parts))
            parts = []
            blocks.append(block)
            continue
        for at, found in enumerate(frames(data), 1):
            if len(pages) == MAX_PAGES:
                break
            pages.append((block.address, at))
            if isinstance(found, str):
                continue  # an icon, or a drawing of a kind that nobody can open
            page, lines, problems = read_page(partial(_array, found), len(pages), only_tables=only_tables)
            parts.extend(page)
            document.recognised |= bool(page)  # a photograph beside typed tables casts no doubt on them
            document.lines.extend(lines)
            document.problems.extend(problem for problem in problems if problem not in document.problems)
    document.blocks = [*blocks, *layout.blocks(parts)]
    return pages


def _own_words(document: Document) -> int:
    cells = (cell.text for grid in document.grids for row in grid.cells for cell in row)
    texts = (*(paragraph.text for paragraph in document.paragraphs), *cells)
    return sum(char > "⺀" for text in texts for char in text)


def _array(frame: Image) -> Picture:
    import numpy as np

    return np.ascontiguousarray(np.asarray(frame)[:, :, ::-1])


def read_page(
    draw: Callable[[], Picture],
    number: int,
    text: TextLayer | None = None,
    *,
    width: float = A4,
    only_tables: bool = False,
) -> tuple[list[Table | Paragraph], list[str], list[str]]:
    """Page `number`, `width` points wide, by its picture (drawn only where the extra is installed: it needs numpy),
    compared with its `text` layer where it has one: its parts (for layout.blocks), its lines of text, and what could
    not be read."""
    if reason := pages.left_out(number):
        return [], [], [reason]
    try:
        from extract.readers import scan  # takes a second, and is an extra
    except ImportError:
        return [], [], [MISSING]
    try:
        parts, lines = scan.page(draw(), number, text, width=width, only_tables=only_tables)
    except scan.TooSlowError:
        return [], [], [f"第{number}页识别超过{scan.SECONDS:g}秒，已放弃"]
    except Exception as error:  # noqa: BLE001  what a library throws at one page (memory, mostly) leaves the others
        return [], [], [f"第{number}页识别出错，已放弃：{type(error).__name__}: {str(error)[:100]}"]
    missing = not lines and not only_tables and text is None
    return parts, lines, [f"第{number}页没有识别出文字"] if missing else []


def frames(*files: bytes) -> Iterator[Image | str]:
    """Every picture in `files` upright, in colour and on white, or why it is none."""
    for data in files:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", PIL.Image.DecompressionBombWarning)
                source = PIL.Image.open(BytesIO(data))
            for frame in range(getattr(source, "n_frames", 1) if source.format == "TIFF" else 1):
                source.seek(frame)
                width, height = source.size
                if width * height > MAX_PIXELS:
                    yield f"图片过大（{width}×{height} 像素），未读取"
                elif width * height < _LEAST:
                    yield f"图片过小（{width}×{height} 像素），没有文字可读"
                else:
                    upright = PIL.ImageOps.exif_transpose(source).convert("RGBA")
                    paper = PIL.Image.new("RGBA", upright.size, "white")
                    yield PIL.Image.alpha_composite(paper, upright).convert("RGB")
        except Exception as error:  # noqa: BLE001  whatever Pillow throws at a broken picture, the others are read
            yield f"图片损坏，无法读取：{type(error).__name__}: {str(error)[:200]}"
