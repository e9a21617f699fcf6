"""The picture of a page → characters and ruling lines, by rapidocr and OpenCV. Needs the extra `ocr`.

The whole page is recognised at once and its characters dropped into the ruled cells: a digit cropped out of its
surroundings is often misread. A number that was not read with certainty is marked with `UNSURE`, never guessed.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from extract.document import Grid, Paragraph
from extract.lines import is_page_number
from extract.readers import layout, ruling
from extract.readers.chars import A4, Char, TextLayer, printed_lines
from extract.readers.ruling import Table
from extract.readers.scan import ocr, unruled
from extract.readers.scan.cells import judged, stroke
from extract.readers.scan.drawn import level, long, thin_of
from extract.readers.scan.lines import in_points, rulings
from extract.readers.scan.ocr import SECONDS, TooSlowError, Word
from extract.readers.scan.picture import Picture, ink_of, shrunk, tone_of
from extract.readers.scan.upright import Sheet, printed, sheets

__all__ = ["SECONDS", "TooSlowError", "page"]
_FEW_LINES = 3  # across a picture: of a chart, or a frame
_LARGE = 2000  # pixels of the shorter side beyond which a picture is made smaller (A4 has 1654 at 200 dots an inch)


def page(
    picture: Picture, number: int, layer: TextLayer | None = None, *, width: float = A4, only_tables: bool = False
) -> tuple[list[Table | Paragraph], list[str]]:
    """The tables and paragraphs of page `number`, `width` points wide, and its lines of text. Raises TooSlowError.

    With `only_tables` a picture without a ruled table is not recognised, and what stands beside a table left out. The
    numbers of a text `layer` are compared with those of the picture.
    """
    began = ocr.clocks()
    points = width / picture.shape[1]
    picture, by = shrunk(picture, _LARGE)
    if (only_tables or (layer is not None and layer.seen)) and not _has_table(picture):
        return [], []
    parts: list[Table | Paragraph] = []
    chars: list[Char] = []
    for sheet in sheets(picture, layer):
        some, ruled = _read(sheet, number, began)
        if layer is not None and layer.seen:
            some = [*(char for char in some if _within(char, ruled)), *_beside(layer, ruled)]
        for table in ruled:
            table.printed = partial(printed, sheet, points / by)
        parts.extend(layout.page(some, ruled, number))
        chars.extend(some)
    if only_tables:
        parts = [part for part in parts if isinstance(part, Table)]
    return parts, list(_lines(parts, chars))


def _read(sheet: Sheet, number: int, began: tuple[float, float]) -> tuple[list[Char], list[Table]]:
    """The characters of a page and its ruled tables."""
    scale = A4 / sheet.tone.shape[1]
    ink = ink_of(sheet.tone) & ~sheet.drawn
    ruled = ruling.tables(in_points(sheet.lines, scale), number)
    found = ocr.words(sheet.clean, sheet.boxes, began)
    # Lines that make no seven columns are another table's, or a streak across lines that only part rows.
    narrow = all(len(table.xs) <= unruled.ABREAST for table in ruled)
    bare, aligned = ink, None
    if narrow:
        bare = unruled.without_rules(ink, scale)
        found = [_told_from_slash(word, bare, scale) for word in found]
        aligned, laid = unruled.aligned([*found, *unruled.dashes(bare, found, scale)], number, scale)
    if aligned is not None:
        found = laid
        apart = [table for table in ruled if table.ys[-1] < aligned.ys[0] or aligned.ys[-1] < table.ys[0]]
        ruled = sorted([*apart, aligned], key=lambda table: table.top)
    chars = list(ocr.chars_of(found, sheet.lines, scale))
    for table in ruled:
        chars = judged(table, chars, sheet.below, sheet.tone, bare if table is aligned else ink, scale)
    return chars, ruled


def _told_from_slash(word: Word, ink: Picture, scale: float) -> Word:
    """A lone 1 as what its ink is: in a table without lines no second reading tells it from a slash."""
    if word.text != "1":
        return word
    place = int(word.left), int(word.top), int(word.right) + 1, int(word.bottom) + 1
    mark = stroke(ink, place, scale)
    return replace(word, chars=((mark, (word.left + word.right) / 2, 1.0),)) if mark else word


def _has_table(picture: Picture) -> bool:
    """Whether there is a ruled table, or lines over half a picture as part the rows of one without upright lines."""
    tone, width = tone_of(picture), picture.shape[1]
    across = [one for one in level(long(thin_of(tone, True), True)) if one.length > width / 2]
    return len(across) > _FEW_LINES or bool(ruling.tables(in_points(rulings(tone)[0], A4 / width), 0))


def _within(char: Char, ruled: list[Table]) -> bool:
    return any(table.slot(char) is not None for table in ruled)


def _beside(layer: TextLayer, ruled: list[Table]) -> Iterator[Char]:
    """The characters of a layer outside the tables, in points of a page as wide as A4."""
    by = A4 / layer.width
    for char in layer.chars:
        places = (one * by for one in (char.left, char.top, char.right, char.bottom, char.base))
        if not _within(moved := Char(char.text, *places), ruled):
            yield moved


def _lines(parts: list[Table | Paragraph], chars: list[Char]) -> Iterator[str]:
    """The rows of tables with tabs; without ruled tables the lines as printed."""
    if not any(isinstance(part, Table) for part in parts):
        lines = [line.text for line in printed_lines(chars)]
        # Behind a row of an unruled table the number of the page was taken for the last of the row.
        ends = [at for at in (0, len(lines) - 1) if lines and is_page_number("".join(lines[at].split()))]
        yield from (line for at, line in enumerate(lines) if at not in ends)
        return
    for block in layout.blocks(parts):
        if isinstance(block, Paragraph):
            yield block.text
        elif isinstance(block, Grid):
            for row in block.cells:
                yield "\t".join(" ".join(cell.text.split()) for cell in row)
