"""The words in a picture, by rapidocr: where they are, and what they are."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from rapidocr import RapidOCR

from extract.readers.chars import Char
from extract.readers.ruling import Rulings
from extract.readers.scan.picture import Picture, coloured, ink_of, rings, shrunk, tone_of

SECONDS = 30.0
"""A page that takes longer is given up."""
_THREADS = 1  # every core reads a document of its own, and two threads of one wait half the time for each other
_BATCH = 24
_ENOUGH = 1240  # pixels of the shorter side that show where words are (A4 at 150 dots an inch): half the time of 1654
_MARGIN = 60  # pixels of paper left around what is printed
_STRIP = 2600  # a longer picture (a screenshot of a whole page) is recognised in strips of so many pixels
_VARIANTS = str.maketrans("內強戶項規務産額糾結開數許訴訟況", "内强户项规务产额纠结开数许诉讼况")
"""Traditional forms that are recognised where the simplified one is printed faintly (行政強制 in faxes)."""
_PUNCTUATION = str.maketrans(":,;()?!", "：，；（）？！")
_FULL_WIDTH = re.compile(r"(?<=[⺀-鿿])[:,;()?!]|[:,;()?!](?=[⺀-鿿])")
"""Punctuation beside Chinese characters is full-width, which a recognition often takes for the narrow one."""


SURE = 0.9
"""A recognition that is as sure as this is right but for a few in a thousand."""
NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")
RINGS = frozenset("oOQ〇○口")
"""What a 0 is taken for where nothing stands beside it."""


class TooSlowError(Exception):
    """A page took more than SECONDS."""


@dataclass(frozen=True, slots=True)
class Word:
    """Text found at one place of a picture: characters with their x and how sure each is, in pixels. A ring that stands
    alone is a 0, which recognition takes for a letter."""

    left: float
    top: float
    right: float
    bottom: float
    chars: tuple[tuple[str, float, float], ...]

    @property
    def text(self) -> str:
        """Its characters."""
        return "".join(char for char, _, _ in self.chars)


def clocks() -> tuple[float, float]:
    """The seconds of the clock, and of our own work: on a busy machine no page is given up for waiting."""
    return time.monotonic(), time.process_time()


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


def detected(picture: Picture) -> NDArray[np.float32]:
    """Where the words of a picture are: the four corners of each."""
    picture, by = shrunk(picture, _ENOUGH)
    found = []
    for top, bottom in _strips(picture):
        top, bottom = _printed_rows(picture, top, bottom)
        boxes = _engine()(coloured(picture[top:bottom]), use_rec=False).boxes
        if boxes is not None:
            found.append(np.asarray(boxes, np.float32) + np.array((0, top), np.float32))
    return (np.concatenate(found) if found else np.zeros((0, 4, 2), np.float32)) / np.float32(by)


def _printed_rows(picture: Picture, top: int, bottom: int) -> tuple[int, int]:
    """The part of some rows in which there is ink: a lone line at the top of an empty page is not found there, and is
    in a picture of its own."""
    inked = top + np.flatnonzero((ink_of(tone_of(picture[top:bottom])) > 0).sum(axis=1) > 2)
    return (max(top, int(inked[0]) - _MARGIN), min(bottom, int(inked[-1]) + _MARGIN)) if len(inked) else (top, bottom)


def _strips(picture: Picture) -> Iterator[tuple[int, int]]:
    """Rows from and to: cut between lines of text, where there is least ink."""
    height = picture.shape[0]
    ink = ink_of(tone_of(picture)).sum(axis=1, dtype=np.int64) if height > _STRIP else np.zeros(0)
    top = 0
    while height - top > _STRIP:
        low = top + _STRIP * 3 // 4
        bottom = low + int(np.argmin(ink[low : top + _STRIP]))
        yield top, bottom
        top = bottom
    yield top, height


def crops(picture: Picture, boxes: NDArray[np.float32]) -> list[Picture]:
    """What stands in some boxes of a picture, each as a picture of its own that lies level."""
    return list(_engine().crop_text_regions(coloured(picture), boxes)) if len(boxes) else []


def certainty(some: list[Picture]) -> float:
    """How sure the recognition is of some crops, from 0 to 1 (0 of none)."""
    return float(np.mean(_engine().recognize_txt(some).scores)) if some else 0.0


def words(picture: Picture, boxes: NDArray[np.float32], began: tuple[float, float]) -> list[Word]:
    """The text in some boxes of a picture, as found. Raises TooSlowError where the page `began` too long ago."""
    found, seals = [], list(rings(picture))
    cut = list(_standing(crops(picture, boxes), boxes))
    for some in _batches([crop.shape[1] / crop.shape[0] for crop in cut]):
        if min(now - then for now, then in zip(clocks(), began, strict=True)) > SECONDS:
            raise TooSlowError
        told = _engine().recognize_txt([cut[at] for at in some])
        for at, text, score, info in zip(some, told.txts, told.scores, told.word_results, strict=True):
            if text.strip() and score >= 0.4 and not _is_of_seal(boxes[at], text, seals):
                found.append(_word(boxes[at], text, info))
    return found


def _is_of_seal(box: Any, text: str, seals: list[tuple[float, float, float]]) -> bool:
    """Whether Chinese characters stand around a seal, which has no red in a grey scan: they run up or down hill on an
    upright page, or are one or two near its ring (市教 became the last words of chapter six). Of a date are as few."""
    if text <= "⺀" or text in "年月日":
        return False
    (along, rise), middle = np.abs(box[1] - box[0]), box.mean(axis=0)
    near = (np.hypot(*(middle - (x, y))) / radius for x, y, radius in seals)
    return bool(len(text) > 1 and rise > 0.2 * along) or (len(text) <= 2 and any(0.5 < one < 1.05 for one in near))


def _standing(cut: list[Picture], boxes: NDArray[np.float32]) -> Iterator[Picture]:
    """Crops with those of a lone digit turned back: whatever is higher than wide comes turned by a quarter, as a word
    that runs down the page, and a 1 was read as 一."""
    across, down = np.ptp(boxes, axis=1).T
    one_line = 1.4 * np.percentile(down, 25) if len(boxes) else 0
    for crop, wide, high in zip(cut, across, down, strict=True):
        turned = wide < high < one_line and crop.shape[1] > crop.shape[0]
        yield np.rot90(crop, -1).copy() if turned else crop


def _batches(lengths: list[float]) -> Iterator[list[int]]:
    """Which crops are recognised at once, by how much longer than high they are: each is filled up to the longest, and
    beyond what a processor keeps at hand more at once takes longer."""
    batch: list[int] = []
    for at in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) + 1) * max(lengths[at], 1) > _BATCH:
            yield batch
            batch = []
        batch.append(at)
    if batch:
        yield batch


def _word(box: Any, text: str, info: Any) -> Word:
    left, top = np.min(box, axis=0)
    right, bottom = np.max(box, axis=0)
    text = _FULL_WIDTH.sub(lambda match: match[0].translate(_PUNCTUATION), text.translate(_VARIANTS))
    text = "0" if text in RINGS else text
    printed = [(char, sure) for char, sure in zip(text, info.confs, strict=False) if not char.isspace()]
    columns = [column for part in info.word_cols for column in part]
    span = (right - left) / max(info.line_txt_len, 1)
    chars = tuple(
        (char, float(left + (column + 0.5) * span), float(sure))
        for (char, sure), column in zip(printed, columns, strict=False)
    )
    if len(chars) > 1 and chars[0][0] in ".·•" and chars[1][0] > "⺀":
        chars = chars[1:]  # no line begins with a point: a speck stood before a title
    return Word(float(left), float(top), float(right), float(bottom), chars)


def chars_of(found: list[Word], lines: Rulings, scale: float) -> Iterator[Char]:
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


def reread(tone: Picture, places: list[tuple[int, int, int, int]]) -> list[tuple[str, float]]:
    """The text at some places and how sure it is, each place alone, without the lines around it."""
    read: list[tuple[str, float]] = []
    for start in range(0, len(places), _BATCH):
        cut = []
        for left, top, right, bottom in places[start : start + _BATCH]:
            crop = cv2.cvtColor(tone[top:bottom, left:right], cv2.COLOR_GRAY2BGR)
            # Alone in a narrow picture a zero was read as 10; filled up as the model learnt it, never.
            fill = max(0, (bottom - top) * 320 // 48 - (right - left))
            cut.append(cv2.copyMakeBorder(crop, 0, 0, 0, fill, cv2.BORDER_CONSTANT, value=(128, 128, 128)))
        told = _engine().recognize_txt(cut)
        read.extend(
            (text, min(info.confs, default=0.0)) for text, info in zip(told.txts, told.word_results, strict=True)
        )
    return read
