"""A picture → the pages on it, each upright: turned and squared, and freed of seals."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from extract.document import Box
from extract.readers import ruling
from extract.readers.chars import A4, TextLayer
from extract.readers.ruling import Rulings
from extract.readers.scan import ocr
from extract.readers.scan.lines import rulings
from extract.readers.scan.picture import Matrix, Picture, bent, ink_of, seals, tone_of

_SAMPLE = 4  # words by which it is told which side of a page is up


@dataclass(slots=True)
class Sheet:
    """An upright page: its picture in grey, its ruling lines and where they are drawn, the picture without seals over
    tables, the boxes of its words, how it was `moved` to be upright, and what a text layer has (characters with their
    x and y), all in its pixels."""

    tone: Picture
    lines: Rulings
    drawn: Picture
    clean: Picture
    boxes: NDArray[np.float32]
    moved: Matrix
    below: list[tuple[str, float, float]] = field(default_factory=list)


def _sheet(picture: Picture, moved: Matrix) -> Sheet:
    """The page on an upright picture that was `moved` to be so."""
    tone = tone_of(picture)
    lines, drawn = rulings(tone)
    clean = _unsealed(picture, tone, lines)
    return Sheet(tone, lines, drawn, clean, ocr.detected(clean), moved)


def _squared(picture: Picture, moved: Matrix) -> Sheet:
    """The page on a picture that was `moved` already, and is still a little askew."""
    picture, matrix = _level(picture)
    return _sheet(picture, matrix @ moved)


def printed(sheet: Sheet, points: float, box: Box) -> Box:
    """Where a box of an upright page lies on the page as it is kept, which has so many `points` a pixel."""
    back, scale = np.linalg.inv(sheet.moved), sheet.tone.shape[1] / A4
    corners = [(x * scale, y * scale, 1) for x in (box.left, box.right) for y in (box.top, box.bottom)]
    x, y, w = back @ np.array(corners).T
    x, y = x / w * points, y / w * points
    return Box(box.page, float(x.min()), float(y.min()), float(x.max()), float(y.max()))


def sheets(picture: Picture, layer: TextLayer | None) -> list[Sheet]:
    """The pages on a picture, each upright: scanned on a side or head down, or two as an open book lies."""
    as_kept = np.eye(3)
    sheet = (_sheet if layer is not None and layer.seen else _squared)(picture, as_kept)
    if layer is not None:
        by = picture.shape[1] / layer.width
        sheet.below = list(_moved([(one.text, one.centre * by, one.middle * by) for one in layer.chars], sheet.moved))
        return [sheet]
    if times := _turns(sheet):
        sheet = _squared(np.rot90(picture, times).copy(), _quarters(picture, times))
    gutter = _gutter(sheet)
    if gutter is None:
        return [sheet]
    right = np.array([(1, 0, -gutter), (0, 1, 0), (0, 0, 1)]) @ sheet.moved
    halves = ((sheet.clean[:, :gutter], sheet.moved), (sheet.clean[:, gutter:], right))
    return [_squared(half.copy(), moved) for half, moved in halves]


def _quarters(picture: Picture, times: int) -> Matrix:
    """How the points of a picture move when it is turned so many quarters to the left."""
    moved = np.eye(3)
    height, width = picture.shape[:2]
    for _ in range(times):
        moved = np.array([(0, 1, 0), (-1, 0, width), (0, 0, 1)]) @ moved
        width, height = height, width
    return moved


def _turns(sheet: Sheet) -> int:
    """How many quarters to the left a page must be turned. Which side is up only the words tell, and a few of them.

    Words run down an upright page as well: on a last page 结果维持 in narrow columns, more of them than lines of text.
    """
    across, down = np.ptp(sheet.boxes, axis=1).T if len(sheet.boxes) else (np.zeros(0), np.zeros(0))
    length, runs_down = np.maximum(across, down) / np.minimum(across, down), down > across
    long = length > 3
    lies = length[long & runs_down].sum() > length[long & ~runs_down].sum()
    level, sideways = (
        ocr.crops(sheet.clean, sheet.boxes[sorted(np.flatnonzero(some), key=lambda at: abs(length[at] - 9))[:_SAMPLE]])
        for some in (long & ~runs_down, long & runs_down)
    )
    sure = ocr.certainty(level)
    if sure > ocr.SURE or not (level or sideways):
        return 0
    if lies:
        # The crop of a word that runs down the page comes turned by a quarter already.
        return 3 if ocr.certainty(_headlong(sideways)) > ocr.certainty(sideways) else 1
    return 2 if ocr.certainty(_headlong(level)) > sure + 0.1 else 0


def _headlong(crops: list[Picture]) -> list[Picture]:
    return [np.rot90(crop, 2).copy() for crop in crops]


def _gutter(sheet: Sheet) -> int | None:
    """Where the fold of an open book is: a strip in the middle of a wide picture that no word and no line crosses."""
    height, width = sheet.tone.shape
    if width < 1.2 * height or not len(sheet.boxes):
        return None
    left, right = sheet.boxes[:, :, 0].min(axis=1), sheet.boxes[:, :, 0].max(axis=1)
    for middle in sorted(np.linspace(0.46, 0.54, 9) * width, key=lambda x: abs(x - width / 2)):
        crossed = ((left < middle + 0.01 * width) & (right > middle - 0.01 * width)).any()
        both = (right < middle).any() and (left > middle).any()
        if both and not crossed and not any(line.start < middle < line.end for line in sheet.lines[0]):
            return int(middle)
    return None


def _moved(below: list[tuple[str, float, float]], matrix: Matrix) -> Iterator[tuple[str, float, float]]:
    for text, x, y in below:
        x, y, w = matrix @ (x, y, 1)
        yield text, float(x / w), float(y / w)


def _unsealed(picture: Picture, tone: Picture, lines: Rulings) -> Picture:
    """The picture without seals, and without red over its tables (elsewhere a title may be red). The words of a seal
    beside a signature were read as its last line."""
    out = picture.copy()
    if picture.ndim == 3:
        for place in seals(picture):
            out[place] = tone[place][:, :, None]
    for h, v in ruling.touching(*lines, picture.shape[1] / 200):
        rows = slice(int(min(line.at for line in h)), int(max(line.at for line in h)))
        columns = slice(int(min(line.at for line in v)), int(max(line.at for line in v)))
        out[rows, columns] = tone[rows, columns] if picture.ndim == 2 else tone[rows, columns, None]
    return out


def _level(picture: Picture) -> tuple[Picture, Matrix]:
    """A picture turned so that its lines are level, and bent so that its largest table is a rectangle (a telephone
    makes a trapezium of it); with what moved its points."""
    height, width = picture.shape[:2]
    degrees = _skew(ink_of(tone_of(picture)))
    matrix = np.eye(3)
    if abs(degrees) >= 0.04:
        matrix[:2] = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
        picture = bent(picture, matrix)
    corners = _outline(ink_of(tone_of(picture)))
    if corners is None:
        return picture, matrix
    left, top = corners[[0, 3], 0].mean(), corners[[0, 1], 1].mean()
    right, bottom = corners[[1, 2], 0].mean(), corners[[2, 3], 1].mean()
    square = np.array([(left, top), (right, top), (right, bottom), (left, bottom)], np.float32)
    if np.abs(square - corners).max() < 0.002 * width:
        return picture, matrix
    bend = np.asarray(cv2.getPerspectiveTransform(corners, square), np.float64)
    return bent(picture, bend), bend @ matrix


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
