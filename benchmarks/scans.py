"""How well scans and pictures are read: invented reports, printed, scanned badly, read again (needs the extra `ocr`).

`python -m benchmarks.scans` prints false values, the non-zero cells that are right, what was declared unread, and
seconds a page, by manner of scanning. The truth is the report's from which the picture was made.
"""

import argparse
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import cv2
import numpy as np
import pypdfium2
from numpy.typing import NDArray
from PIL import Image

import extract
from benchmarks import corpus, programs, quality
from benchmarks.renderings import printable, reportlab_file
from benchmarks.reports import Invented, chance, invent
from extract.report import Fetched, Status

Picture = NDArray[np.uint8]
"""A page, grey or in colour (blue first, as OpenCV has it)."""
UNREAD = (Status.UNREADABLE, Status.MISSING, Status.DISPUTED)


def _turned(page: Picture, degrees: float) -> Picture:
    height, width = page.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    paper = (255,) * 3
    turned = cv2.warpAffine(page, matrix, (width, height), flags=cv2.INTER_LINEAR, borderValue=paper)
    return np.asarray(turned, np.uint8)


def _noisy(page: Picture, random: Random, strength: float) -> Picture:
    noise = np.random.default_rng(random.randrange(1 << 30)).normal(0, strength, page.shape)
    return np.clip(page + noise, 0, 255).astype(np.uint8)


def _jpeg(page: Picture, value: int) -> Picture:
    _, data = cv2.imencode(".jpg", page, [cv2.IMWRITE_JPEG_QUALITY, value])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


def clean(page: Picture, _random: Random) -> Picture:
    """As a printer driver saves it."""
    return page


def skewed(page: Picture, random: Random) -> Picture:
    """Laid on the glass askew, noisy, saved small."""
    turned = _turned(page, random.uniform(0.5, 1.5) * random.choice((-1, 1)))
    return _jpeg(_noisy(cv2.GaussianBlur(turned, (3, 3), 0.7).astype(np.uint8), random, 8), 50)


def grey(page: Picture, random: Random) -> Picture:
    """A pale copy on grey paper."""
    pale = (page.astype(np.float32) * 0.55 + 70).astype(np.uint8)
    return _jpeg(_noisy(_turned(pale, random.uniform(-0.5, 0.5)), random, 5), 60)


def stamped(page: Picture, random: Random) -> Picture:
    """A red seal over a corner of the table or the signature."""
    sealed = page.copy()
    height, width = page.shape[:2]
    centre = (int(width * random.uniform(0.6, 0.85)), int(height * random.uniform(0.3, 0.8)))
    radius = width // 10
    layer = sealed.copy()
    cv2.circle(layer, centre, radius, (60, 40, 220), radius // 12)
    cv2.circle(layer, centre, radius // 4, (60, 40, 220), -1)
    sealed = np.minimum(sealed, cv2.addWeighted(sealed, 0.25, layer, 0.75, 0)).astype(np.uint8)
    return _jpeg(_turned(sealed, random.uniform(-0.8, 0.8)), 70)


def photographed(page: Picture, random: Random) -> Picture:
    """By a telephone: a shadow across, slightly out of true and out of focus."""
    height, width = page.shape[:2]
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    moved = corners + np.array([[random.uniform(0, 0.006) * width for _ in "xy"] for _ in corners], np.float32)
    bent = cv2.warpPerspective(
        page, cv2.getPerspectiveTransform(corners, moved), (width, height), borderValue=(255, 255, 255)
    )
    shade = np.linspace(random.uniform(0.55, 0.7), 1, width, dtype=np.float32)[None, :, None]
    shade = shade * np.linspace(1, random.uniform(0.75, 0.9), height, dtype=np.float32)[:, None, None]
    dark = (np.asarray(bent, np.float32) * shade).astype(np.uint8)
    return _jpeg(_noisy(cv2.GaussianBlur(dark, (3, 3), 0.8).astype(np.uint8), random, 6), 60)


def fax(page: Picture, random: Random) -> Picture:
    """Black and white only, with specks."""
    tone = cv2.cvtColor(_turned(page, random.uniform(-0.7, 0.7)), cv2.COLOR_BGR2GRAY)
    _, plain = cv2.threshold(tone, 185, 255, cv2.THRESH_BINARY)
    specks = np.random.default_rng(random.randrange(1 << 30)).random(plain.shape) < 0.0004
    plain[specks] = 0
    return np.asarray(cv2.cvtColor(plain.astype(np.uint8), cv2.COLOR_GRAY2BGR), np.uint8)


Manner = Callable[[Picture, Random], Picture]
MANNERS: dict[str, tuple[Manner, int, str]] = {
    "clean": (clean, 200, "pdf"),
    "skewed": (skewed, 150, "pdf"),
    "skewed-200": (skewed, 200, "tiff"),
    "grey": (grey, 170, "pdf"),
    "stamped": (stamped, 200, "pdf"),
    "photographed": (photographed, 200, "html"),
    "fax": (fax, 200, "tiff"),
    "long": (clean, 110, "png"),
}
"""How a report is scanned, at how many dots an inch, and what it is delivered in."""


@dataclass(frozen=True, slots=True)
class Scan:
    """A report as pictures: `files` by address, the first of them what a reader is given."""

    item: corpus.Item
    files: dict[str, bytes]
    pages: int


def _printed(made: Invented, folder: Path) -> bytes:
    """The PDF of a report: by Chromium where it is installed, for every other report."""
    if chance(f"{made.name} printer").random() < 0.5 and "chromium" not in programs.missing():
        source = folder / f"{made.name}.html"
        source.write_bytes(printable(made))
        programs.chromium(source, source.with_suffix(".pdf"))
        return source.with_suffix(".pdf").read_bytes()
    return reportlab_file(made)


def _pages(data: bytes, dots: int) -> Iterator[Picture]:
    pdf = pypdfium2.PdfDocument(data)
    for page in pdf:
        yield page.render(scale=dots / 72).to_numpy()[:, :, :3].copy()
    pdf.close()


def _saved(pages: list[Picture], kind: str, dots: int) -> bytes:
    pictures = [Image.fromarray(page[:, :, ::-1]) for page in pages]
    if kind == "tiff":
        pictures = [picture.convert("L") for picture in pictures]
    out = BytesIO()
    more: dict[str, Any] = {"append_images": pictures[1:], "save_all": True} if kind in ("pdf", "tiff") else {}
    more |= {"compression": "tiff_deflate"} if kind == "tiff" else {}
    pictures[0].save(out, kind, resolution=dots, **more)
    return out.getvalue()


def scan(name: str, manner: str, number: int, folder: Path) -> Scan:
    """An invented report, scanned."""
    distort, dots, kind = MANNERS[manner]
    made = invent(name, ("busy", "dense", "quiet", "busy")[number % 4])
    random = chance(f"{name} scan")
    pages = [distort(page, random) for page in _pages(_printed(made, folder), dots)]
    truth = made.truth() | {"published_date": None}
    item = corpus.Item(f"{name}.{kind}", kind, manner, "", "scans", truth)
    if kind == "html":
        pictures = {f"{number}.jpg": _saved([page], "jpeg", dots) for number, page in enumerate(pages, 1)}
        shown = "".join(f'<p><img src="{address}"/></p>' for address in pictures)
        title = made.report.title
        text = f"<html><head><title>{title}</title></head><body><h1>{title}</h1>{shown}</body></html>"
        return Scan(item, {item.file: text.encode(), **pictures}, len(pages))
    if kind == "png":
        width = max(page.shape[1] for page in pages)
        margin = dots * 3 // 5  # a long screenshot has no page ends
        pages = [np.vstack([page[margin : -margin or None, :width] for page in pages])]
    return Scan(item, {item.file: _saved(pages, kind, dots)}, len(pages))


def scans(each: int, only: str = "") -> Iterator[Scan]:
    """`each` reports in every manner."""
    with tempfile.TemporaryDirectory() as temporary:
        for manner in MANNERS:
            if only in manner:
                for number in range(each):
                    yield scan(f"scan-{manner}-{number}", manner, number, Path(temporary))


@dataclass(frozen=True, slots=True)
class Result:
    """A scan as read: beside its truth, and the seconds it took."""

    scan: Scan
    report: extract.report.Report
    judged: quality.Judged
    seconds: float


def read(one: Scan) -> Result:
    """Read and judge a scan."""
    address, data = next(iter(one.files.items()))

    def fetch(wanted: str) -> Fetched | None:
        return Fetched(one.files[wanted], None, wanted) if wanted in one.files else None

    began = time.monotonic()
    report = extract.read(data, url=address, fetch=fetch)
    return Result(one, report, quality.judge(one.item, report), time.monotonic() - began)


def _row(name: str, some: list[Result]) -> str:
    """The figures of some scans, as a line."""
    truths = [(one.report.cells, one.scan.item.truth["cells"]) for one in some]
    statuses = [cells[key].status if key in cells else Status.MISSING for cells, truth in truths for key in truth]
    false = sum(len(one.judged.false) for one in some)
    nonzero = sum(one.judged.right["nonzero"] for one in some) / sum(one.judged.of["nonzero"] for one in some)
    unread, derived = sum(status in UNREAD for status in statuses), statuses.count(Status.DERIVED)
    whole = sum(one.judged.right["whole"] for one in some)
    pages = sum(one.scan.pages for one in some)
    seconds = sum(one.seconds for one in some) / pages
    counts = f"{name:14}{len(some):4}{len(statuses):7}{false:7}{nonzero:9.2%}{unread:7}{derived:7}{whole:6}"
    return f"{counts}{pages:5}{seconds:8.1f}"


def main() -> int:
    """Read every scan and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--each", type=int, default=3, help="reports in each manner")
    parser.add_argument("--only", default="", help="only manners whose name contains this")
    parser.add_argument("--worst", type=int, default=0, metavar="N", help="what is wrong, N lines a report")
    args = parser.parse_args()

    results: list[Result] = []
    for one in scans(args.each, args.only):
        results.append(read(one))
        if args.worst and results[-1].judged.wrong:
            lines = [f"  {line}" for line in results[-1].judged.wrong[: args.worst]]
            print("\n".join([one.item.file, *lines]), file=sys.stderr)
    print(f"{'':14}{'份':>3}{'格':>6}{'错数':>5}{'非零':>7}{'未读':>5}{'推出':>5}{'全对':>4}{'页':>4}{'秒/页':>5}")
    for manner in dict.fromkeys(one.scan.item.rendering for one in results):
        print(_row(manner, [one for one in results if one.scan.item.rendering == manner]))
    print(_row("total", results))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"内存峰值 {peak} MB，{os.cpu_count()} 核")
    return 0


if __name__ == "__main__":
    sys.exit(main())
