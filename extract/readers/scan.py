"""The picture of a page → characters and ruling lines, by rapidocr and OpenCV. Needs the extra `ocr`.

The whole page is recognised at once and its characters dropped into the ruled cells: a digit cropped out of its
surroundings is often misread. A number that was not read with certainty is marked with `UNSURE`, never guessed.
"""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from rapidocr import RapidOCR

from extract.document import Box, Grid, Paragraph
from extract.readers import grids, layout
from extract.readers.layout import Char, Ruling, Rulings, Table

Picture = NDArray[np.uint8]
"""A page, grey or in colour (blue first, as OpenCV has it)."""
UNSURE = "\ufffd"
"""Stands in a cell for ink that was not read, and behind a number that may have been misread."""
SECONDS = 30.0
"""A page that takes longer is given up."""
_WIDTH = 595.0  # points: every page counts as wide as A4, whatever its resolution
_THREADS = 2
_BATCH = 24
_LARGE = 2000  # pixels of the shorter side beyond which a picture is made smaller (A4 has 1654 at 200 dots an inch)
_STRIP = 2600  # a longer picture (a screenshot of a whole page) is recognised in strips of so many pixels
_SURE = 0.9
_CERTAIN = 0.97
_ZEROS = frozenset("。oOoQ〇○口")
_VARIANTS = str.maketrans("內強戶內項規務産", "内强户内项规务产")
"""Traditional forms that are recognised where the simplified one is printed faintly (行政強制 in faxes)."""
_PUNCTUATION = str.maketrans(":,;()?!", "：，；（）？！")
_FULL_WIDTH = re.compile(r"(?<=[⺀-鿿])[:,;()?!]|[:,;()?!](?=[⺀-鿿])")
"""Punctuation beside Chinese characters is full-width, which a recognition often takes for the narrow one."""
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


def page(picture: Picture, number: int) -> tuple[list[Table | Paragraph], list[str]]:
    """The tables and paragraphs of page `number`, and its lines of text. Raises TooSlowError."""
    deadline = time.monotonic() + SECONDS
    shorter = min(picture.shape[:2])
    if shorter > _LARGE:
        by = _LARGE / shorter
        picture = np.asarray(cv2.resize(picture, None, fx=by, fy=by, interpolation=cv2.INTER_AREA), np.uint8)
    picture = _upright(picture)
    found = words(_unsealed(picture), deadline)
    if _lies(found):
        # A wide table is often scanned on its side; which side only the words tell.
        turned = [_upright(np.rot90(picture, times).copy()) for times in (3, 1)]
        both = [(words(_unsealed(one), deadline), one) for one in turned]
        found, picture = max(both, key=lambda pair: sum(sure for word in pair[0] for _, _, sure in word.chars))
    scale = _WIDTH / picture.shape[1]
    tone = _tone(picture)
    ink = _ink(tone)
    lines, mask = _rulings(ink)
    ruled = layout.tables(_in_points(lines, scale), number)
    chars = list(_chars(found, lines, scale))
    for table in ruled:
        chars = _judged(table, chars, tone, ink & ~mask, scale)
    parts = layout.page(chars, ruled, number)
    return parts, list(_lines(parts, chars))


def _lies(found: list[Word]) -> bool:
    """Whether most words of a page run from top to bottom."""
    long = [word for word in found if len(word.chars) > 2]
    return sum(word.bottom - word.top > word.right - word.left for word in long) > len(long) / 2


def _lines(parts: list[Table | Paragraph], chars: list[Char]) -> Iterator[str]:
    """The rows of tables with tabs; without ruled tables the lines as printed."""
    if not any(isinstance(part, Table) for part in parts):
        yield from map(layout.line_text, layout.printed_lines(chars))
        return
    for block in layout.blocks(parts):
        if isinstance(block, Paragraph):
            yield block.text
        elif isinstance(block, Grid):
            for row in block.rows:
                yield "\t".join(" ".join(cell.text.split()) for cell in grids.distinct(row))


# --- The picture -----------------------------------------------------------------------------------------------------


def _tone(picture: Picture) -> Picture:
    """Grey, without red seals: what is printed below one is dark in the red channel too."""
    if picture.ndim == 2:
        return picture
    red = picture[:, :, 2]
    seal = red.astype(np.int16) - np.maximum(picture[:, :, 0], picture[:, :, 1]) > 30
    if not seal.any():
        return np.ascontiguousarray(red)
    # A seal is made as bright as paper, not wiped out: a digit below it stays darker than it (else 372 became 37).
    paper = max(float(np.percentile(red[seal], 60)), 1.0)
    return np.where(seal, np.minimum(red * (255 / paper), 255), red).astype(np.uint8)


def _ink(tone: Picture) -> Picture:
    """255 where the page is darker than its surroundings."""
    around = max(15, tone.shape[1] // 40) | 1
    return np.asarray(
        cv2.adaptiveThreshold(tone, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, around, 20), np.uint8
    )


def _unsealed(picture: Picture) -> Picture:
    """The picture without seals over its tables (elsewhere a title may be red)."""
    tone = _tone(picture)
    out = picture.copy()
    for h, v in layout.touching(*_rulings(_ink(tone))[0], picture.shape[1] / 200):
        rows = slice(int(min(line.at for line in h)), int(max(line.at for line in h)))
        columns = slice(int(min(line.at for line in v)), int(max(line.at for line in v)))
        out[rows, columns] = tone[rows, columns] if picture.ndim == 2 else tone[rows, columns, None]
    return out


def _upright(picture: Picture) -> Picture:
    """Turned so that lines are level."""
    degrees = _skew(_ink(_tone(picture)))
    if abs(degrees) < 0.04:
        return picture
    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    turned = cv2.warpAffine(picture, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(turned, np.uint8)


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


def _rulings(ink: Picture) -> tuple[Rulings, Picture]:
    """The ruling lines in pixels, and where they are."""
    width = ink.shape[1]
    found: list[tuple[list[tuple[int, Ruling]], Any]] = []
    for horizontal in (True, False):
        length = max(14, width // (26 if horizontal else 50))
        gap = max(3, width // 450)
        # Broken lines are closed, and a line that is not quite level is thickened, before what is no line is removed.
        along, across, bridge = ((1, length), (3, 1), (1, gap)) if horizontal else ((length, 1), (1, 3), (gap, 1))
        lines = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones(bridge, np.uint8))
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


def _of_tables(horizontal: list[Ruling], vertical: list[Ruling], width: int) -> Rulings:
    """The lines that touch each other over the width of a table: the strokes of large characters cross as well."""
    groups = []
    for h, v in layout.touching(horizontal, vertical, width / 200):
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


def _is_text(ink: Picture, left: int, top: int, length: int, thick: int) -> bool:
    """Whether what looks like a line is strokes of neighbouring characters: broken between them, with ink beside it."""
    far = max(4, ink.shape[1] // 250)
    along = slice(left, left + length)
    above, below = ink[max(0, top - far) : max(0, top - 1), along], ink[top + thick + 1 : top + thick + far, along]
    beside = max(float(side.any(axis=0).mean()) if side.size else 0.0 for side in (above, below))
    return beside > 0.3 and float(ink[top : top + thick, along].any(axis=0).mean()) < 0.95


def _in_points(lines: Rulings, scale: float) -> Rulings:
    horizontal, vertical = (
        layout.joined([Ruling(line.at * scale, line.start * scale, line.end * scale) for line in some])
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


def words(picture: Picture, deadline: float) -> list[Word]:
    """All the text of a picture, as found. Raises TooSlowError."""
    found: list[Word] = []
    for top, bottom in _strips(picture):
        found.extend(_words(picture[top:bottom], top, deadline))
    return found


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


def _words(picture: Picture, offset: int, deadline: float) -> Iterator[Word]:
    colour = picture if picture.ndim == 3 else np.asarray(cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR), np.uint8)
    engine = _engine()
    boxes = engine(colour, use_rec=False).boxes
    if boxes is None:
        return
    crops = engine.crop_text_regions(colour, np.asarray(boxes, np.float32))
    order = sorted(range(len(crops)), key=lambda at: crops[at].shape[1] / crops[at].shape[0])
    for start in range(0, len(order), _BATCH):
        if time.monotonic() > deadline:
            raise TooSlowError
        some = order[start : start + _BATCH]
        told = engine.recognize_txt([crops[at] for at in some])
        for at, text, score, info in zip(some, told.txts, told.scores, told.word_results, strict=True):
            if text.strip() and score >= 0.4:
                yield _word(boxes[at], crops[at], offset, text, info)


def _word(box: Any, crop: Picture, offset: int, text: str, info: Any) -> Word:
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
    return Word(float(left), float(top + offset), float(right), float(bottom + offset), chars)


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
    """A cell of a ruled table: the characters found in it, and where its ink is (in pixels), None without ink."""

    box: Box
    chars: list[Char] = field(default_factory=list)
    ink: tuple[int, int, int, int] | None = None

    @property
    def text(self) -> str:
        return "".join(char.text for char in self.chars)

    @property
    def sure(self) -> float:
        return min((char.sure for char in self.chars), default=0.0)


def _judged(table: Table, chars: list[Char], tone: Picture, ink: Picture, scale: float) -> list[Char]:
    """`chars` with those in the cells of a table read twice where it matters, and marked where the readings differ."""
    cells = {owner: _Cell(table.box(owner)) for line in table.owner for owner in line}
    out = []
    for char in chars:
        slot = table.slot(char)
        if slot is None:
            out.append(char)
        else:
            cells[slot].chars.append(char)
    doubted = []
    for cell in cells.values():
        if sum(char.text > "⺀" and char.sure > 0.5 for char in cell.chars) >= 2:
            continue  # a label
        cell.ink = _inked(ink, cell.box, scale)
        if cell.ink is not None and _is_dash(ink, cell.ink, scale):
            cell.chars = [_whole(cell, "—")]
        elif cell.ink is not None and not (cell.text == "0" and cell.sure > _CERTAIN):
            doubted.append(cell)
    for cell, (text, sure) in zip(doubted, _reread(tone, [cell.ink for cell in doubted if cell.ink]), strict=True):
        cell.chars = _agreed(cell, text, sure)
    return [*out, *(char for cell in cells.values() for char in cell.chars)]


def _is_dash(ink: Picture, place: tuple[int, int, int, int], scale: float) -> bool:
    """Whether all the ink is one flat stroke, which recognition takes for anything or nothing."""
    left, top, right, bottom = place
    rows, columns = np.nonzero(ink[top:bottom, left:right])
    height, width = np.ptp(rows) + 1, np.ptp(columns) + 1
    return bool(width > 2.5 * height and 1.5 < width * scale < 20 and height * scale < 2)


def _agreed(cell: _Cell, text: str, sure: float) -> list[Char]:
    """The characters of a cell after its second reading: as read where both agree or one is certain, else marked."""
    first, second = _plain(cell.text), _plain(text)
    if first == second and max(cell.sure, sure) > 0.6:
        return [_whole(cell, first)]
    if second and sure > _CERTAIN and (not first or cell.sure < _SURE):
        return [_whole(cell, second)]
    return [_whole(cell, cell.text + UNSURE)]


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
