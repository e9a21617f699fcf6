"""The picture of a page as arrays: its grey tone, its ink, its red seals."""

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
"""A page, grey or in colour (blue first, as OpenCV has it)."""
Matrix = NDArray[np.float64]
"""Where a point (x, y, 1) of a picture goes when it is put upright."""
_COARSE = 4
"""Every fourth pixel tells what is shaded."""
_DARK = 150
"""Of 255: what is darker is no paper."""


def tone_of(picture: Picture) -> Picture:
    """Grey, with all that is printed darker than what is around it, and without red seals: what is printed below one is
    dark in the red channel too."""
    if picture.ndim == 2:
        return _dark_on_light(picture)
    red, seal = np.ascontiguousarray(picture[:, :, 2]), _red(picture)
    if seal.any():
        # A seal is made as bright as paper, not wiped out: a digit below it stays darker than it (else 372 became 37).
        paper = max(float(np.percentile(red[seal], 60)), 1.0)
        red = np.where(seal, np.minimum(red * (255 / paper), 255), red).astype(np.uint8)
    return _dark_on_light(red)


def _dark_on_light(tone: Picture) -> Picture:
    """Grey with the light letters and lines of dark areas dark, and these light: a web page heads its tables in white
    on blue."""
    small = np.ascontiguousarray(tone[::_COARSE, ::_COARSE])
    paper = cv2.medianBlur(small, max(5, small.shape[1] // 50) | 1)
    count, _, stats, _ = cv2.connectedComponentsWithStats((paper < _DARK).astype(np.uint8))
    out = tone
    for x, y, w, h, area in stats[1:count].tolist():
        inside, shade = small[y : y + h, x : x + w].astype(np.int16), int(np.median(paper[y : y + h, x : x + w]))
        if area < 0.8 * w * h or (inside > shade + 60).sum() <= (inside < shade - 60).sum():
            continue  # no area of a table, or one in the shade: there the letters are darker still
        out = tone.copy() if out is tone else out
        about = tuple(slice(max(0, _COARSE * (at - 1)), _COARSE * (at + size + 1)) for at, size in ((y, h), (x, w)))
        other = cv2.absdiff(tone[about], np.full_like(tone[about], shade))
        rows, columns = (np.flatnonzero((other < 40).mean(axis=axis) > 0.3) for axis in (1, 0))
        if len(rows) and len(columns):
            exact = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
            out[about][exact] = 255 - other[exact]
    return out


def _red(picture: Picture) -> NDArray[np.bool_]:
    red = picture[:, :, 2]
    return np.asarray(red.astype(np.int16) - np.maximum(picture[:, :, 0], picture[:, :, 1]) > 30)


def seals(picture: Picture) -> Iterator[tuple[slice, slice]]:
    """Where red seals stand: as high as wide, which a red title is not."""
    width = picture.shape[1]
    near = np.ones((width // 80, width // 80), np.uint8)
    red = cv2.morphologyEx(_red(picture).astype(np.uint8), cv2.MORPH_CLOSE, near)
    count, _, stats, _ = cv2.connectedComponentsWithStats(red)
    for x, y, w, h, _area in stats[1:count].tolist():
        if 0.06 * width < min(w, h) and max(w, h) < min(0.4 * width, 1.4 * min(w, h)):
            yield slice(y, y + h), slice(x, x + w)


def rings(picture: Picture) -> Iterator[tuple[float, float, float]]:
    """The rings of seals that are not red (of a grey scan, a fax): x and y of the middle, and the radius."""
    small, by = shrunk(picture, 600)  # pixels: enough for a circle
    small = small if small.ndim == 2 else small[:, :, 2]
    width = min(small.shape)
    sharp, perfect = 200, 0.8
    found = cv2.HoughCircles(
        small, cv2.HOUGH_GRADIENT_ALT, 1.5, width / 6, None, sharp, perfect, width // 16, width // 7
    )
    if found is not None:
        yield from (found[0] / by).tolist()


def ink_of(tone: Picture) -> Picture:
    """255 where the page is darker than its surroundings."""
    around = max(15, tone.shape[1] // 40) | 1
    return np.asarray(
        cv2.adaptiveThreshold(tone, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, around, 20), np.uint8
    )


def shrunk(picture: Picture, shorter: int) -> tuple[Picture, float]:
    """The picture with at most so many pixels on its shorter side, and by what it was multiplied."""
    by = min(1.0, shorter / min(picture.shape[:2]))
    if by < 1:
        picture = np.asarray(cv2.resize(picture, None, fx=by, fy=by, interpolation=cv2.INTER_AREA), np.uint8)
    return picture, by


def coloured(picture: Picture) -> Picture:
    """The picture with three colours, as a recognition wants it."""
    return picture if picture.ndim == 3 else np.asarray(cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR), np.uint8)


def bent(picture: Picture, matrix: Matrix) -> Picture:
    """The picture with its points moved."""
    size = picture.shape[1], picture.shape[0]
    out = cv2.warpPerspective(picture, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(out, np.uint8)
