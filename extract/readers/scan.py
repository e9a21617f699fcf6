"""The picture of a page → characters and ruling lines, by rapidocr and OpenCV. Needs the extra `ocr`.

The whole page is recognised at once and its characters dropped into the ruled cells: a digit cropped out of its
surroundings is often misread. A number that was not read with certainty is marked with `UNSURE`, never guessed.
"""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache, partial
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from rapidocr import RapidOCR

from extract.document import Box, Grid, Paragraph
from extract.readers import layout, ruling
from extract.readers.chars import Char, printed_lines
from extract.readers.image import A4, TextLayer
from extract.readers.ruling import Ruling, Rulings, Table
from extract.values import UNSURE

Picture = NDArray[np.uint8]
"""A page, grey or in colour (blue first, as OpenCV has it)."""
Matrix = NDArray[np.float64]
"""Where a point (x, y, 1) of a picture goes when it is put upright."""
SECONDS = 30.0
"""A page that takes longer is given up."""
_WIDTH = A4  # points: every upright page counts as so wide, whatever its resolution
_THREADS = 1  # every core reads a document of its own, and two threads of one wait half the time for each other
_BATCH = 24
_LARGE = 2000  # pixels of the shorter side beyond which a picture is made smaller (A4 has 1654 at 200 dots an inch)
_ENOUGH = 1240  # pixels of the shorter side that show where words are (A4 at 150 dots an inch): half the time of 1654
_MARGIN = 60  # pixels of paper left around what is printed
_STRIP = 2600  # a longer picture (a screenshot of a whole page) is recognised in strips of so many pixels
_ABREAST = 7
"""Numbers on a line of the form's table of requests."""
_FEWEST_ROWS = 5
_SAMPLE = 4  # words by which it is told which side of a page is up
_SURE = 0.9
_CERTAIN = 0.97
_ZEROS = frozenset("。oOoQ〇○口")
_VARIANTS = str.maketrans("內強戶內項規務産", "内强户内项规务产")
"""Traditional forms that are recognised where the simplified one is printed faintly (行政強制 in faxes)."""
_PUNCTUATION = str.maketrans(":,;()?!", "：，；（）？！")
_FULL_WIDTH = re.compile(r"(?<=[⺀-鿿])[:,;()?!]|[:,;()?!](?=[⺀-鿿])")
"""Punctuation beside Chinese characters is full-width, which a recognition often takes for the narrow one."""
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")
_ITEM = re.compile(r".\d\.")
_DASHES = frozenset(("一", "ー", "一一", "_"))


class TooSlowError(Exception):
    """A page took more than SECONDS."""


@dataclass(frozen=True, slots=True)
class Word:
    """Text found at one place of a picture: characters with their x and how sure each is, in pixels."""

    left: float
    top: float
    right: float
    bottom: float
    chars: tuple[tuple[str, float, float], ...]

    @property
    def text(self) -> str:
        """Its characters."""
        return "".join(char for char, _, _ in self.chars)


def page(
    picture: Picture, number: int, layer: TextLayer | None = None, *, width: float = A4, only_tables: bool = False
) -> tuple[list[Table | Paragraph], list[str]]:
    """The tables and paragraphs of page `number`, `width` points wide, and its lines of text. Raises TooSlowError.

    With `only_tables` a picture without a ruled table is not recognised, and what stands beside a table left out. The
    numbers of a text `layer` are compared with those of the picture.
    """
    began = clocks()
    shorter = min(picture.shape[:2])
    if shorter > _LARGE:
        by = _LARGE / shorter
        picture = np.asarray(cv2.resize(picture, None, fx=by, fy=by, interpolation=cv2.INTER_AREA), np.uint8)
    if (only_tables or (layer is not None and layer.seen)) and not _has_table(picture):
        return [], []
    parts: list[Table | Paragraph] = []
    chars: list[Char] = []
    for sheet in _sheets(picture, layer):
        some, ruled = _read(sheet, number, began)
        if layer is not None and layer.seen:
            some = [*(char for char in some if _within(char, ruled)), *_beside(layer, ruled)]
        for table in ruled:
            table.printed = partial(_printed, sheet, width / picture.shape[1])
        parts.extend(layout.page(some, ruled, number))
        chars.extend(some)
    if only_tables:
        parts = [part for part in parts if isinstance(part, Table)]
    return parts, list(_lines(parts, chars))


def clocks() -> tuple[float, float]:
    """The seconds of the clock, and of our own work: on a busy machine no page is given up for waiting."""
    return time.monotonic(), time.process_time()


@dataclass(slots=True)
class _Sheet:
    """An upright page: its picture, the same without seals over tables, the boxes of its words, how it was `moved` to
    be upright, and what a text layer has (characters with their x and y), all in its pixels."""

    picture: Picture
    clean: Picture
    boxes: NDArray[np.float32]
    moved: Matrix
    below: list[tuple[str, float, float]] = field(default_factory=list)


def _sheet(picture: Picture, moved: Matrix) -> _Sheet:
    """The page on a picture that was `moved` already."""
    picture, matrix = _squared(picture)
    clean = _unsealed(picture)
    return _Sheet(picture, clean, _detected(clean), matrix @ moved)


def _printed(sheet: _Sheet, points: float, box: Box) -> Box:
    """Where a box of an upright page lies on the page as it is kept, which has so many `points` a pixel."""
    back, scale = np.linalg.inv(sheet.moved), sheet.picture.shape[1] / _WIDTH
    corners = [(x * scale, y * scale, 1) for x in (box.left, box.right) for y in (box.top, box.bottom)]
    x, y, w = back @ np.array(corners).T
    x, y = x / w * points, y / w * points
    return Box(box.page, float(x.min()), float(y.min()), float(x.max()), float(y.max()))


def _sheets(picture: Picture, layer: TextLayer | None) -> list[_Sheet]:
    """The pages on a picture, each upright: scanned on a side or head down, or two as an open book lies."""
    as_kept = np.eye(3)
    if layer is not None and layer.seen:
        clean = _unsealed(picture)
        sheet = _Sheet(picture, clean, _detected(clean), as_kept)
    else:
        sheet = _sheet(picture, as_kept)
    if layer is not None:
        by = picture.shape[1] / layer.width
        sheet.below = list(_moved([(one.text, one.centre * by, one.middle * by) for one in layer.chars], sheet.moved))
        return [sheet]
    if times := _turns(sheet):
        sheet = _sheet(np.rot90(picture, times).copy(), _quarters(picture, times))
    gutter = _gutter(sheet)
    if gutter is None:
        return [sheet]
    right = np.array([(1, 0, -gutter), (0, 1, 0), (0, 0, 1)]) @ sheet.moved
    halves = ((sheet.picture[:, :gutter], sheet.moved), (sheet.picture[:, gutter:], right))
    return [_sheet(half.copy(), moved) for half, moved in halves]


def _quarters(picture: Picture, times: int) -> Matrix:
    """How the points of a picture move when it is turned so many quarters to the left."""
    moved = np.eye(3)
    height, width = picture.shape[:2]
    for _ in range(times):
        moved = np.array([(0, 1, 0), (-1, 0, width), (0, 0, 1)]) @ moved
        width, height = height, width
    return moved


def _turns(sheet: _Sheet) -> int:
    """How many quarters to the left a page must be turned. Which side is up only the words tell, and a few of them."""
    across, down = np.ptp(sheet.boxes, axis=1).T if len(sheet.boxes) else (np.zeros(0), np.zeros(0))
    long = np.flatnonzero(np.maximum(across, down) > 3 * np.minimum(across, down))
    lies = bool((down[long] > across[long]).mean() > 0.5) if len(long) else False
    some = [at for at in long if (down[at] > across[at]) == lies]
    some = sorted(some, key=lambda at: abs(max(across[at], down[at]) / min(across[at], down[at]) - 9))[:_SAMPLE]
    if not some:
        return 0
    crops = _engine().crop_text_regions(_coloured(sheet.clean), sheet.boxes[some])
    sure = float(np.mean(_engine().recognize_txt(crops).scores))
    if sure > _SURE and not lies:
        return 0
    headlong = float(np.mean(_engine().recognize_txt([np.rot90(crop, 2).copy() for crop in crops]).scores))
    # The crop of a word that runs down the page comes turned by a quarter already.
    return (3 if headlong > sure else 1) if lies else (2 if headlong > sure + 0.1 else 0)


def _gutter(sheet: _Sheet) -> int | None:
    """Where the fold of an open book is: a strip in the middle of a wide picture that no word and no line crosses."""
    height, width = sheet.picture.shape[:2]
    if width < 1.2 * height or not len(sheet.boxes):
        return None
    left, right = sheet.boxes[:, :, 0].min(axis=1), sheet.boxes[:, :, 0].max(axis=1)
    lines = _rulings(_tone(sheet.picture))[0][0]
    for middle in sorted(np.linspace(0.46, 0.54, 9) * width, key=lambda x: abs(x - width / 2)):
        crossed = ((left < middle + 0.01 * width) & (right > middle - 0.01 * width)).any()
        both = (right < middle).any() and (left > middle).any()
        if both and not crossed and not any(line.start < middle < line.end for line in lines):
            return int(middle)
    return None


def _read(sheet: _Sheet, number: int, began: tuple[float, float]) -> tuple[list[Char], list[Table]]:
    """The characters of a page and its ruled tables."""
    scale = _WIDTH / sheet.picture.shape[1]
    tone = _tone(sheet.picture)
    ink = _ink(tone)
    lines, mask = _rulings(tone)
    ruled = ruling.tables(_in_points(lines, scale), number)
    found = words(sheet.clean, sheet.boxes, began)
    chars = list(_chars(found, lines, scale))
    # Lines that make no seven columns are another table's, or a streak across lines that only part rows.
    narrow = all(len(table.xs) <= _ABREAST for table in ruled)
    if narrow and (aligned := _aligned(found, number, scale)) is not None:
        apart = [table for table in ruled if table.ys[-1] < aligned.ys[0] or aligned.ys[-1] < table.ys[0]]
        ruled = sorted([*apart, aligned], key=lambda table: table.top)
    for table in ruled:
        chars = _judged(table, chars, sheet.below, tone, ink & ~mask, scale)
    return chars, ruled


def _aligned(found: list[Word], number: int, scale: float) -> Table | None:
    """A table without lines, by the columns in which its numbers stand: seven on a line, as the form's largest has.

    A label that is broken over lines stands around the middle of its row, and its group in a column before it.
    """
    numbers = [word for word in found if _NUMBER.fullmatch(word.text)]
    rows: list[list[Word]] = []
    for word in sorted(numbers, key=lambda one: one.top + one.bottom):
        if rows and word.top < rows[-1][-1].bottom - 0.5 * (word.bottom - word.top):
            rows[-1].append(word)
        else:
            rows.append([word])
    full = [at for at, row in enumerate(rows) if len(row) == _ABREAST]
    if len(full) < _FEWEST_ROWS:
        return None
    ordered = [sorted(rows[at], key=lambda one: one.left) for at in full]
    centres = np.median([[(word.left + word.right) / 2 for word in row] for row in ordered], axis=0)
    # Of a row between them a lone digit may not be found, or two numbers as one.
    rows = [row for row in rows[full[0] : full[-1] + 1] if 3 <= len(row) <= _ABREAST]
    walls = [*((centres[1:] + centres[:-1]) / 2), centres[-1] + (centres[-1] - centres[-2]) / 2]
    middles = [float(np.mean([word.top + word.bottom for word in row])) / 2 for row in rows]
    between = [(one + two) / 2 for one, two in pairwise(middles)]
    ys = [2 * middles[0] - between[0], *between, 2 * middles[-1] - between[-1]]
    first = min(word.left for row in ordered for word in row)
    beside = [word for word in found if word.left < first and word.right < centres[0] and word not in numbers]
    labels = [[word for word in beside if top < (word.top + word.bottom) / 2 < low] for top, low in pairwise(ys)]
    if not all(labels):
        return None
    left = min(word.left for row in labels for word in row) - 2
    begins = float(np.median([max(row, key=lambda one: one.right).left for row in labels])) - 2
    owner = []
    first = (first + min(first, max(word.right for row in labels for word in row))) / 2
    for at, row in enumerate(labels):
        over = any(word.left < begins - 4 and word.right > begins + 12 for word in row)
        # A group and a label that stand close are found as one word: （四）无法2.没有现成信息.
        close = any(abs(word.left - begins) < 6 or _ITEM.search(word.text) for word in row)
        wide = (over and not close) or begins - left < 4
        start = at * (_ABREAST + 2)
        owner.append([start + 1 if wide else start, *range(start + 1, start + _ABREAST + 2)])
    xs = [left, max(begins, left + 1), first, *map(float, walls)]
    return Table([x * scale for x in xs], [y * scale for y in ys], owner, number)


def _has_table(picture: Picture) -> bool:
    scale = _WIDTH / picture.shape[1]
    return bool(ruling.tables(_in_points(_rulings(_tone(picture))[0], scale), 0))


def _within(char: Char, ruled: list[Table]) -> bool:
    return any(table.slot(char) is not None for table in ruled)


def _beside(layer: TextLayer, ruled: list[Table]) -> Iterator[Char]:
    """The characters of a layer outside the tables, in points of a page as wide as A4."""
    by = _WIDTH / layer.width
    for char in layer.chars:
        places = (one * by for one in (char.left, char.top, char.right, char.bottom, char.base))
        if not _within(moved := Char(char.text, *places), ruled):
            yield moved


def _moved(below: list[tuple[str, float, float]], matrix: Matrix) -> Iterator[tuple[str, float, float]]:
    for text, x, y in below:
        x, y, w = matrix @ (x, y, 1)
        yield text, float(x / w), float(y / w)


def _lines(parts: list[Table | Paragraph], chars: list[Char]) -> Iterator[str]:
    """The rows of tables with tabs; without ruled tables the lines as printed."""
    if not any(isinstance(part, Table) for part in parts):
        yield from (line.text for line in printed_lines(chars))
        return
    for block in layout.blocks(parts):
        if isinstance(block, Paragraph):
            yield block.text
        elif isinstance(block, Grid):
            for row in block.cells:
                yield "\t".join(" ".join(cell.text.split()) for cell in row)


# --- The picture -----------------------------------------------------------------------------------------------------


def _tone(picture: Picture) -> Picture:
    """Grey, without red seals: what is printed below one is dark in the red channel too."""
    if picture.ndim == 2:
        return picture
    red, seal = picture[:, :, 2], _red(picture)
    if not seal.any():
        return np.ascontiguousarray(red)
    # A seal is made as bright as paper, not wiped out: a digit below it stays darker than it (else 372 became 37).
    paper = max(float(np.percentile(red[seal], 60)), 1.0)
    return np.where(seal, np.minimum(red * (255 / paper), 255), red).astype(np.uint8)


def _red(picture: Picture) -> NDArray[np.bool_]:
    red = picture[:, :, 2]
    return np.asarray(red.astype(np.int16) - np.maximum(picture[:, :, 0], picture[:, :, 1]) > 30)


def _seals(picture: Picture) -> Iterator[tuple[slice, slice]]:
    """Where red seals stand: as high as wide, which a red title is not."""
    width = picture.shape[1]
    near = np.ones((width // 80, width // 80), np.uint8)
    red = cv2.morphologyEx(_red(picture).astype(np.uint8), cv2.MORPH_CLOSE, near)
    count, _, stats, _ = cv2.connectedComponentsWithStats(red)
    for x, y, w, h, _area in stats[1:count].tolist():
        if 0.06 * width < min(w, h) and max(w, h) < min(0.4 * width, 1.4 * min(w, h)):
            yield slice(y, y + h), slice(x, x + w)


def _ink(tone: Picture) -> Picture:
    """255 where the page is darker than its surroundings."""
    around = max(15, tone.shape[1] // 40) | 1
    return np.asarray(
        cv2.adaptiveThreshold(tone, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, around, 20), np.uint8
    )


def _unsealed(picture: Picture) -> Picture:
    """The picture without seals, and without red over its tables (elsewhere a title may be red). The words of a seal
    beside a signature were read as its last line."""
    tone = _tone(picture)
    out = picture.copy()
    if picture.ndim == 3:
        for place in _seals(picture):
            out[place] = tone[place][:, :, None]
    for h, v in ruling.touching(*_rulings(tone)[0], picture.shape[1] / 200):
        rows = slice(int(min(line.at for line in h)), int(max(line.at for line in h)))
        columns = slice(int(min(line.at for line in v)), int(max(line.at for line in v)))
        out[rows, columns] = tone[rows, columns] if picture.ndim == 2 else tone[rows, columns, None]
    return out


def _squared(picture: Picture) -> tuple[Picture, Matrix]:
    """A picture turned so that its lines are level, and bent so that its largest table is a rectangle (a telephone
    makes a trapezium of it); with what moved its points."""
    height, width = picture.shape[:2]
    degrees = _skew(_ink(_tone(picture)))
    matrix = np.eye(3)
    if abs(degrees) >= 0.04:
        matrix[:2] = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
        picture = _bent(picture, matrix)
    corners = _outline(_ink(_tone(picture)))
    if corners is None:
        return picture, matrix
    left, top = corners[[0, 3], 0].mean(), corners[[0, 1], 1].mean()
    right, bottom = corners[[1, 2], 0].mean(), corners[[2, 3], 1].mean()
    square = np.array([(left, top), (right, top), (right, bottom), (left, bottom)], np.float32)
    if np.abs(square - corners).max() < 0.002 * width:
        return picture, matrix
    bend = np.asarray(cv2.getPerspectiveTransform(corners, square), np.float64)
    return _bent(picture, bend), bend @ matrix


def _bent(picture: Picture, matrix: Matrix) -> Picture:
    size = picture.shape[1], picture.shape[0]
    out = cv2.warpPerspective(picture, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(out, np.uint8)


def _outline(ink: Picture) -> NDArray[np.float32] | None:
    """The corners of the largest frame drawn on a page, from the upper left clockwise; None where there is none."""
    height, width = ink.shape
    count, names, stats, _ = cv2.connectedComponentsWithStats(ink)
    name = 1 + int(np.argmax(stats[1:, 2].astype(np.int64) * stats[1:, 3])) if count > 1 else 0
    x, y, w, h, _area = stats[name]
    if not name or w < 0.4 * width or h < 0.08 * height:
        return None
    drawn = names[y : y + h, x : x + w] == name
    rows, columns = np.nonzero(drawn)
    ends = [np.argmin(columns + rows), np.argmax(columns - rows), np.argmax(columns + rows), np.argmin(columns - rows)]
    corners = np.array([(columns[at], rows[at]) for at in ends], np.float32)
    near = np.asarray(cv2.dilate(drawn.astype(np.uint8), np.ones((7, 7), np.uint8)))
    for one, two in pairwise([*corners, corners[0]]):
        points = np.linspace(one, two, 80).round().astype(int)
        lean = np.abs(two - one)
        if near[points[:, 1], points[:, 0]].mean() < 0.8 or lean.min() > 0.15 * lean.max():
            return None  # no frame: letters that touch a line, or a seal beside it
    return np.asarray(corners + np.array((x, y)), np.float32)


def _skew(ink: Picture) -> float:
    """By how many degrees (-4 to 4) to turn: at the right angle the sums of rows differ most."""
    small = cv2.resize(ink, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)[:2000]
    height, width = small.shape
    best, step = 0.0, 0.5
    reach = 4.0
    while step > 0.02:
        found = []
        for degrees in np.arange(best - reach, best + reach + step / 2, step):
            # Shearing is as good as turning for small angles, and cheaper.
            matrix = np.array([[1, 0, 0], [-np.tan(np.radians(degrees)), 1, 0]], np.float32)
            sums = cv2.warpAffine(small, matrix, (width, height), flags=cv2.INTER_NEAREST).sum(axis=1, dtype=np.float64)
            found.append((float(np.square(np.diff(sums)).sum()), float(degrees)))
        best = max(found)[1]
        reach, step = step, step / 5
    return best


def _rulings(tone: Picture) -> tuple[Rulings, Picture]:
    """The ruling lines in pixels, and where they are."""
    ink = _ink(tone)
    width = ink.shape[1]
    found: list[tuple[list[tuple[int, Ruling]], Any]] = []
    for horizontal in (True, False):
        drawn = _thin(tone, horizontal)
        length = max(14, width // (26 if horizontal else 50))
        gap = max(3, width // 330)
        # Broken lines are closed, and a line that is not quite level is thickened, before what is no line is removed.
        along, across, bridge = ((1, length), (3, 1), (1, gap)) if horizontal else ((length, 1), (1, 3), (gap, 1))
        lines = cv2.morphologyEx(drawn, cv2.MORPH_CLOSE, np.ones(bridge, np.uint8))
        lines = cv2.dilate(lines, np.ones(across, np.uint8))
        lines = cv2.morphologyEx(lines, cv2.MORPH_OPEN, np.ones(along, np.uint8))
        count, names, stats, _ = cv2.connectedComponentsWithStats(lines)
        some = []
        for name, (x, y, w, h, _area) in enumerate(stats[1:count].tolist(), 1):
            if _is_text(ink if horizontal else ink.T, *((x, y, w, h) if horizontal else (y, x, h, w))):
                continue
            if horizontal and h < max(12, w / 12):
                some.append((name, Ruling(y + h / 2, x, x + w)))
            elif not horizontal and w < max(12, h / 12):
                some.append((name, Ruling(x + w / 2, y, y + h)))
        found.append((some, names))
    kept = _of_tables([line for _, line in found[0][0]], [line for _, line in found[1][0]], width)
    mask = np.zeros_like(ink)
    for lines_kept, (some, names) in zip(kept, found, strict=True):
        mask[np.isin(names, [name for name, line in some if line in lines_kept])] = 255
    return kept, np.asarray(cv2.dilate(mask, np.ones((3, 3), np.uint8)), np.uint8)


def _thin(tone: Picture, horizontal: bool) -> Picture:
    """255 where a page is darker than on both sides, above and below or left and right, by more than its noise: a web
    page's borders are light grey, and the edge of a shaded cell or a stain is no line."""
    thick = max(5, tone.shape[1] // 110)
    across = np.ones((thick, 1) if horizontal else (1, thick), np.uint8)
    darker = cv2.morphologyEx(tone, cv2.MORPH_BLACKHAT, across)
    noise = np.abs(tone.astype(np.int16) - cv2.medianBlur(tone, 3))[::4, ::4]
    return np.asarray((darker > max(14.0, 4 * float(np.percentile(noise, 80)))) * 255, np.uint8)


def _of_tables(horizontal: list[Ruling], vertical: list[Ruling], width: int) -> Rulings:
    """The lines that touch each other over the width of a table: the strokes of large characters cross as well."""
    groups = []
    for h, v in ruling.touching(horizontal, vertical, width / 200):
        h, v = _unfolded(h, v, width), _unfolded(v, h, width)
        if h and v:
            ends = [*(line.at for line in v), *(x for line in h for x in (line.start, line.end))]
            sides = [*(line.at for line in h), *(y for line in v for y in (line.start, line.end))]
            groups.append(((min(ends), min(sides), max(ends), max(sides)), h, v))
    kept = [
        (h, v)
        for box, h, v in groups
        if box[2] - box[0] > 0.15 * width
        and not any(a < box[0] and b < box[1] and c > box[2] and d > box[3] for (a, b, c, d), _, _ in groups)
    ]
    return [line for h, _ in kept for line in h], [line for _, v in kept for line in v]


def _unfolded(lines: list[Ruling], across: list[Ruling], width: int) -> list[Ruling]:
    """The lines of a table without one that runs on far beyond those that cross it, where few do: the shadow of a fold,
    the streak of a dirty glass."""
    if not across:
        return lines
    first, last = min(line.at for line in across) - 0.03 * width, max(line.at for line in across) + 0.03 * width
    kept = [line for line in lines if first < line.start and line.end < last]
    return kept if len(kept) > 0.75 * len(lines) else lines


def _is_text(ink: Picture, left: int, top: int, length: int, thick: int) -> bool:
    """Whether what looks like a line is strokes of neighbouring characters: broken between them, with ink beside it."""
    far = max(4, ink.shape[1] // 250)
    along = slice(left, left + length)
    above, below = ink[max(0, top - far) : max(0, top - 1), along], ink[top + thick + 1 : top + thick + far, along]
    beside = max(float(side.any(axis=0).mean()) if side.size else 0.0 for side in (above, below))
    return beside > 0.3 and float(ink[top : top + thick, along].any(axis=0).mean()) < 0.95


def _in_points(lines: Rulings, scale: float) -> Rulings:
    horizontal, vertical = (
        ruling.joined([Ruling(line.at * scale, line.start * scale, line.end * scale) for line in some])
        for some in lines
    )
    return horizontal, vertical


# --- The words -------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _engine() -> Any:
    parameters = {
        "Global.use_cls": False,
        "Global.log_level": "error",
        "Global.max_side_len": 2 * _STRIP,
        "Global.return_word_box": True,
        "EngineConfig.onnxruntime.intra_op_num_threads": _THREADS,
        # Three of four crops are a single digit, and by default each would be filled up to 320 pixels: twice as fast.
        "Rec.rec_img_shape": [3, 48, 48],
    }
    return RapidOCR(params=parameters)


def _coloured(picture: Picture) -> Picture:
    return picture if picture.ndim == 3 else np.asarray(cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR), np.uint8)


def _detected(picture: Picture) -> NDArray[np.float32]:
    """Where the words of a picture are: the four corners of each."""
    by = min(1.0, _ENOUGH / min(picture.shape[:2]))
    if by < 1:
        picture = np.asarray(cv2.resize(picture, None, fx=by, fy=by, interpolation=cv2.INTER_AREA), np.uint8)
    found = []
    for top, bottom in _strips(picture):
        top, bottom = _printed_rows(picture, top, bottom)
        boxes = _engine()(_coloured(picture[top:bottom]), use_rec=False).boxes
        if boxes is not None:
            found.append(np.asarray(boxes, np.float32) + np.array((0, top), np.float32))
    return (np.concatenate(found) if found else np.zeros((0, 4, 2), np.float32)) / np.float32(by)


def _printed_rows(picture: Picture, top: int, bottom: int) -> tuple[int, int]:
    """The part of some rows in which there is ink: a lone line at the top of an empty page is not found there, and is
    in a picture of its own."""
    inked = top + np.flatnonzero((_ink(_tone(picture[top:bottom])) > 0).sum(axis=1) > 2)
    return (max(top, int(inked[0]) - _MARGIN), min(bottom, int(inked[-1]) + _MARGIN)) if len(inked) else (top, bottom)


def _strips(picture: Picture) -> Iterator[tuple[int, int]]:
    """Rows from and to: cut between lines of text, where there is least ink."""
    height = picture.shape[0]
    ink = _ink(_tone(picture)).sum(axis=1, dtype=np.int64) if height > _STRIP else np.zeros(0)
    top = 0
    while height - top > _STRIP:
        low = top + _STRIP * 3 // 4
        bottom = low + int(np.argmin(ink[low : top + _STRIP]))
        yield top, bottom
        top = bottom
    yield top, height


def words(picture: Picture, boxes: NDArray[np.float32], began: tuple[float, float]) -> list[Word]:
    """The text in some boxes of a picture, as found. Raises TooSlowError where the page `began` too long ago."""
    found = []
    engine, colour = _engine(), _coloured(picture)
    crops = engine.crop_text_regions(colour, boxes) if len(boxes) else []
    order = sorted(range(len(crops)), key=lambda at: crops[at].shape[1] / crops[at].shape[0])
    for start in range(0, len(order), _BATCH):
        if min(now - then for now, then in zip(clocks(), began, strict=True)) > SECONDS:
            raise TooSlowError
        some = order[start : start + _BATCH]
        told = engine.recognize_txt([crops[at] for at in some])
        for at, text, score, info in zip(some, told.txts, told.scores, told.word_results, strict=True):
            if text.strip() and score >= 0.4:
                found.append(_word(boxes[at], crops[at], text, info))
    return found


def _word(box: Any, crop: Picture, text: str, info: Any) -> Word:
    left, top = np.min(box, axis=0)
    right, bottom = np.max(box, axis=0)
    text = _FULL_WIDTH.sub(lambda match: match[0].translate(_PUNCTUATION), text.translate(_VARIANTS))
    printed = [(char, sure) for char, sure in zip(text, info.confs, strict=False) if not char.isspace()]
    columns = [column for part in info.word_cols for column in part]
    span = (right - left) / max(info.line_txt_len, 1)
    upright = crop.shape[0] > 1.5 * crop.shape[1]
    chars = tuple(
        (
            char,
            float((left + right) / 2 if upright and len(printed) == 1 else left + (column + 0.5) * span),
            float(sure),
        )
        for (char, sure), column in zip(printed, columns, strict=False)
    )
    return Word(float(left), float(top), float(right), float(bottom), chars)


def _chars(found: list[Word], lines: Rulings, scale: float) -> Iterator[Char]:
    """Characters in points, each kept on its side of the vertical lines that part a word."""
    for word in found:
        height = word.bottom - word.top
        middle = (word.top + word.bottom) / 2
        walls = sorted(
            line.at
            for line in lines[1]
            if line.start < middle < line.end and word.left + 0.3 * height < line.at < word.right - 0.3 * height
        )
        edges = [word.left, *walls, word.right]
        for char, x, sure in word.chars:
            left, right = next(((a, b) for a, b in pairwise(edges) if x <= b), (edges[-2], edges[-1]))
            half = height * (0.4 if char > "⺀" else 0.22)
            start, end = max(left, x - half), min(right, x + half)
            if end - start < 1:
                start, end = min(start, right - 1), max(end, left + 1)
            # The box found is wider than the ink by about a seventh on each side.
            top, bottom = (word.top + height / 7) * scale, (word.bottom - height / 7) * scale
            yield Char(char, start * scale, top, end * scale, bottom, bottom, sure)


# --- The cells -------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Cell:
    """A cell of a ruled table: the characters found in it, where its ink is (in pixels, None without ink), and what a
    text layer has there (with its x)."""

    box: Box
    chars: list[Char] = field(default_factory=list)
    ink: tuple[int, int, int, int] | None = None
    below: list[tuple[float, str]] = field(default_factory=list)

    @property
    def layer(self) -> str:
        """The number that a text layer has there, "" where it has none."""
        text = "".join(text for _, text in sorted(self.below))
        return text if _NUMBER.fullmatch(text) else ""

    @property
    def text(self) -> str:
        return "".join(char.text for char in self.chars)

    @property
    def sure(self) -> float:
        return min((char.sure for char in self.chars), default=0.0)


def _judged(
    table: Table, chars: list[Char], below: list[tuple[str, float, float]], tone: Picture, ink: Picture, scale: float
) -> list[Char]:
    """`chars` with those in the cells of a table read twice where it matters, and marked where the readings differ:
    those of the recognition, and of the text layer (`below`) where there is one."""
    cells = {owner: _Cell(table.box(owner)) for line in table.owner for owner in line}
    out = []
    for char in chars:
        slot = table.slot(char)
        if slot is None:
            out.append(char)
        else:
            cells[slot].chars.append(char)
    for text, x, y in below:
        slot = table.slot(Char(text, x * scale, y * scale, x * scale, y * scale, y * scale))
        if slot is not None:
            cells[slot].below.append((x, text))
    doubted = []
    for cell in cells.values():
        if sum(char.text > "⺀" and char.sure > 0.5 for char in cell.chars) >= 2:
            continue  # a label
        cell.ink = _inked(ink, cell.box, scale)
        if cell.ink is not None and (stroke := _stroke(ink, cell.ink, scale)):
            cell.chars = [_whole(cell, stroke)]
        elif cell.ink is not None and _is_torn(ink, cell.ink, scale):
            # Two cells whose ruling line was not found: of their numbers recognition may have seen one, or both as one.
            cell.chars = [_whole(cell, f"{cell.text}{UNSURE}")]
        elif cell.ink is not None and not (cell.text == "0" and cell.sure > _CERTAIN and cell.layer in ("", "0")):
            doubted.append(cell)
    for cell, (text, sure) in zip(doubted, _reread(tone, [cell.ink for cell in doubted if cell.ink]), strict=True):
        cell.chars = [_whole(cell, _agreed(cell, text, sure))]
    return [*out, *(char for cell in cells.values() for char in cell.chars)]


def _stroke(ink: Picture, place: tuple[int, int, int, int], scale: float) -> str:
    """ "—" or "/" where all the ink is one flat or slanting stroke, which recognition takes for a 1, anything or
    nothing; else ""."""
    left, top, right, bottom = place
    rows, columns = np.nonzero(ink[top:bottom, left:right])
    height, width = int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1
    if width > 2.5 * height and 1.5 < width * scale < 20 and height * scale < 2:
        return "—"
    # How far the stroke leans, and how far its ink is from a straight line: a 7 has a bar, a 1 stands upright.
    lean = float(np.cov(columns, rows, bias=True)[0, 1] / max(float(rows.var()), 1.0))
    astray = float((columns - lean * rows).std())
    if not 0.1 < -lean < 1 or astray > 0.08 * height or height * scale < 4:
        return ""
    return "/" if lean < -0.17 else UNSURE  # a steep stroke, or a 1 of a slanting font


def _is_torn(ink: Picture, place: tuple[int, int, int, int], scale: float) -> bool:
    """Whether some ink is two numbers: two parts as high as a digit, with paper between them, below each other or
    further apart than they are high."""
    left, top, right, bottom = place
    part = ink[top:bottom, left:right]
    for along, apart in ((part, 2 / scale), (part.T, float(np.ptp(np.flatnonzero(part.any(axis=1)))))):
        inked = np.flatnonzero(along.any(axis=1))
        gaps = np.flatnonzero(np.diff(inked) > apart)
        if not len(gaps):
            continue
        first, second = inked[gaps[0]] + 1, inked[gaps[-1] + 1]
        two = (along[:first], along[second:]) if along is part else (along[:first].T, along[second:].T)
        if all(np.ptp(np.flatnonzero(one.any(axis=1))) * scale > 4 for one in two):
            return True
    return False


def _agreed(cell: _Cell, text: str, sure: float) -> str:
    """What stands in a cell after its second reading: as read where both agree or one is certain, else both, marked.
    A number of the text layer decides between two that differ, and marks the two where they agree on another."""
    first, second = _plain(cell.text), _plain(text)
    if first == second and max(cell.sure, sure) > 0.6:
        read = first
    elif second and sure > _CERTAIN and (not first or cell.sure < _SURE):
        read = second
    elif cell.layer and cell.layer in (first, second):
        return cell.layer
    else:
        numbers = [one for one in (first, second) if _NUMBER.fullmatch(one)]
        return f"{numbers[0]}{UNSURE}" if len(numbers) == 1 else f"{first}{UNSURE}{second}"
    return read if cell.layer in ("", read) else f"{read}{UNSURE}{cell.layer}"


def _plain(text: str) -> str:
    """What a lone mark in a cell stands for: a ring is a zero, a stroke a dash."""
    return "0" if text in _ZEROS else "—" if text in _DASHES else text


def _whole(cell: _Cell, text: str) -> Char:
    box = cell.box
    middle, size = (box.top + box.bottom) / 2, 4.0
    centre = (box.left + box.right) / 2
    return Char(text, centre - size, middle - size, centre + size, middle + size, middle + size)


def _reread(tone: Picture, places: list[tuple[int, int, int, int]]) -> list[tuple[str, float]]:
    """The text at some places and how sure it is, each place alone, without the lines around it."""
    read: list[tuple[str, float]] = []
    for start in range(0, len(places), _BATCH):
        crops = []
        for left, top, right, bottom in places[start : start + _BATCH]:
            crop = cv2.cvtColor(tone[top:bottom, left:right], cv2.COLOR_GRAY2BGR)
            # Alone in a narrow picture a zero was read as 10; filled up as the model learnt it, never.
            fill = max(0, (bottom - top) * 320 // 48 - (right - left))
            crops.append(cv2.copyMakeBorder(crop, 0, 0, 0, fill, cv2.BORDER_CONSTANT, value=(128, 128, 128)))
        told = _engine().recognize_txt(crops)
        read.extend(
            (text, min(info.confs, default=0.0)) for text, info in zip(told.txts, told.word_results, strict=True)
        )
    return read


def _inked(ink: Picture, box: Box, scale: float) -> tuple[int, int, int, int] | None:
    """Where in a cell anything larger than a speck is printed, with some paper around; None where nothing is."""
    edge = 1.5
    left, top = int((box.left + edge) / scale), int((box.top + edge) / scale)
    right, bottom = int((box.right - edge) / scale), int((box.bottom - edge) / scale)
    if right <= left or bottom <= top:
        return None
    count, _, stats, _ = cv2.connectedComponentsWithStats(np.ascontiguousarray(ink[top:bottom, left:right]))
    parts = [(x, y, x + w, y + h) for x, y, w, h, _ in stats[1:count].tolist() if max(w, h) * scale > 1.2]
    large = [part for part in parts if max(part[2] - part[0], part[3] - part[1]) * scale > 2.5]
    if not large:
        return None
    y0, y1 = min(part[1] for part in large), max(part[3] for part in large)
    beside = [part for part in parts if part[1] < y1 and part[3] > y0]  # a minus is no larger than a speck
    x0, x1 = min(part[0] for part in beside), max(part[2] for part in beside)
    paper = max(4, int(0.3 * (y1 - y0)))
    return (
        left + max(0, x0 - paper),
        top + max(0, y0 - paper // 2),
        min(right, left + x1 + paper),
        min(bottom, top + y1 + paper // 2),
    )
