"""How well scans and pictures are read: invented reports, printed, scanned badly, read again (needs the extra `ocr`).

`python -m benchmarks.scans` prints false values, the non-zero cells that are right, what was declared unread, chapters
and identity that are right, and seconds a page, by manner of scanning, and the peak of memory. The truth is the
report's from which the picture was made. One report is read in every run of the tests (tests/test_ocr.py), three for
the floors of benchmarks.quality.
"""

import argparse
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import cv2
import numpy as np
import pypdfium2
from numpy.typing import NDArray
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

import extract
from benchmarks import corpus, judging, programs
from benchmarks.renderings import docx_file, plain, printable, reportlab_file, reportlab_unruled
from benchmarks.renderings import page as html_page
from benchmarks.reports import Invented, chance, invent
from extract.report import Fetched, Status

Picture = NDArray[np.uint8]
"""A page, grey or in colour (blue first, as OpenCV has it)."""
_WORDS = {"chapters": "章节", "title": "标题", "office": "机关", "year": "年度", "signed_date": "落款"}
"""What is judged beside the cells, in per cent."""
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


def _soft(page: Picture, radius: float) -> Picture:
    return np.asarray(cv2.GaussianBlur(page, (0, 0), radius), np.uint8)


def _jpeg(page: Picture, value: int) -> Picture:
    _, data = cv2.imencode(".jpg", page, [cv2.IMWRITE_JPEG_QUALITY, value])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


def clean(page: Picture, _random: Random) -> Picture:
    """As a printer driver saves it."""
    return page


def scanned(page: Picture, random: Random) -> Picture:
    """On a flat-bed: a little askew, soft and noisy, tinted paper, a seal on some pages."""
    page = _sealed(page, random) if random.random() < 0.2 else page
    out = _soft(_turned(page, float(np.clip(random.gauss(0, 0.6), -1.5, 1.5))), random.uniform(0.3, 0.8))
    out = (out * np.array([random.uniform(0.88, 0.95), 0.96, 0.97], np.float32)).astype(np.uint8)
    return _jpeg(_noisy(out, random, random.uniform(1, 6)), random.randint(60, 90))


def grey(page: Picture, random: Random) -> Picture:
    """The same, pale and without colours."""
    pale = scanned((page.astype(np.float32) * 0.7 + 60).astype(np.uint8), random)
    return np.asarray(cv2.cvtColor(cv2.cvtColor(pale, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR), np.uint8)


def skewed(page: Picture, random: Random) -> Picture:
    """Laid on the glass askew, noisy, saved small."""
    turned = _turned(page, random.uniform(0.5, 1.5) * random.choice((-1, 1)))
    return _jpeg(_noisy(_soft(turned, 0.7), random, 8), 50)


def fax(page: Picture, random: Random) -> Picture:
    """Black and white only, with specks."""
    tone = cv2.cvtColor(_turned(page, random.uniform(-0.7, 0.7)), cv2.COLOR_BGR2GRAY)
    _, plain = cv2.threshold(tone, 185, 255, cv2.THRESH_BINARY)
    specks = np.random.default_rng(random.randrange(1 << 30)).random(plain.shape) < 0.0004
    plain[specks] = 0
    return np.asarray(cv2.cvtColor(plain.astype(np.uint8), cv2.COLOR_GRAY2BGR), np.uint8)


def photographed(page: Picture, random: Random) -> Picture:
    """By a telephone held askew: a trapezium on a dark table, a shadow across, out of focus."""
    height, width = page.shape[:2]
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    inwards = np.array([(1, 1), (-1, 1), (-1, -1), (1, -1)], np.float32)
    moved = corners + inwards * np.array([[random.uniform(0, 0.03) * width for _ in "xy"] for _ in corners], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, moved)
    out = cv2.warpPerspective(page, matrix, (width, height), borderValue=(70, 80, 90))
    shade = np.linspace(random.uniform(0.55, 0.7), 1, width, dtype=np.float32)[None, :, None]
    shade = shade * np.linspace(1, random.uniform(0.75, 0.9), height, dtype=np.float32)[:, None, None]
    dark = (np.asarray(out, np.float32) * shade).astype(np.uint8)
    return _jpeg(_noisy(_soft(dark, 0.8), random, 6), 60)


def _sealed(page: Picture, random: Random) -> Picture:
    """A red seal over a corner of the table or the signature."""
    height, width = page.shape[:2]
    centre = (int(width * random.uniform(0.6, 0.85)), int(height * random.uniform(0.3, 0.8)))
    radius = width // 10
    layer = page.copy()
    cv2.circle(layer, centre, radius, (60, 40, 220), radius // 12)
    cv2.circle(layer, centre, radius // 4, (60, 40, 220), -1)
    return np.minimum(page, cv2.addWeighted(page, 0.25, layer, 0.75, 0)).astype(np.uint8)


@dataclass(frozen=True, slots=True)
class Manner:
    """How a report is printed (`look` is CSS for Chromium; "word", "reportlab" and "unruled" are other printers),
    scanned, and delivered."""

    damage: Callable[[Picture, Random], Picture]
    dots: int
    delivery: str
    look: str = ""


_DIGITS = "td {{ font-family: 'Liberation Serif', '{0}' }} body {{ font-family: '{0}' }}"
MANNERS: dict[str, Manner] = {
    "clean": Manner(clean, 200, "pdf"),
    "colour-word": Manner(scanned, 200, "pdf", "word"),
    "colour-song": Manner(scanned, 200, "pdf", _DIGITS.format("AR PL UMing CN")),
    "colour-150": Manner(scanned, 150, "pdf", "word"),
    "colour-300": Manner(scanned, 300, "pdf", "td { border: 0.4px solid #999; color: #333 }"),
    "grey-word": Manner(grey, 200, "pdf", "word"),
    "grey-small": Manner(grey, 200, "pdf", "td { font-size: 7pt }"),
    "grey-150": Manner(grey, 150, "pdf", "td { font-size: 9.5pt }"),
    "skewed-200": Manner(skewed, 200, "tiff", "reportlab"),
    "fax": Manner(fax, 200, "pdf-bits", "word"),
    "layer": Manner(skewed, 200, "pdf-layer"),
    "pages": Manner(scanned, 150, "html", "word"),
    "tables": Manner(clean, 110, "tables"),
    "long": Manner(clean, 110, "png"),
    "web": Manner(clean, 96, "web"),
    "unruled": Manner(skewed, 200, "pdf", "unruled"),
    "slanted": Manner(photographed, 200, "html", _DIGITS.format("AR PL UMing CN")),
}
"""How reports come as pictures: but for the last two as counties really publish them. `dots` are to an inch."""


@dataclass(frozen=True, slots=True)
class Scan:
    """A report as pictures: `files` by address, the first of them what a reader is given."""

    item: corpus.Item
    files: dict[str, bytes]
    pages: int


def _printed(made: Invented, look: str, folder: Path) -> bytes:
    """The PDF of a report: by Chromium where it is installed."""
    if look == "unruled":
        return reportlab_unruled(made)
    if look == "reportlab" or programs.missing():
        return reportlab_file(made)
    if look == "word":
        source = folder / f"{made.name}.docx"
        source.write_bytes(docx_file(made))
        programs.office([source], "pdf", folder, folder / "profile")
        return source.with_suffix(".pdf").read_bytes()
    source = folder / f"{made.name}.html"
    source.write_bytes(printable(made).replace(b"</head>", f"<style>{look}</style></head>".encode()))
    programs.chromium(source, source.with_suffix(".pdf"))
    return source.with_suffix(".pdf").read_bytes()


def _pages(data: bytes, dots: int) -> Iterator[Picture]:
    pdf = pypdfium2.PdfDocument(data)
    for page in pdf:
        yield page.render(scale=dots / 72).to_numpy()[:, :, :3].copy()
    pdf.close()


def _image(page: Picture) -> Image.Image:
    return Image.fromarray(np.ascontiguousarray(page[:, :, ::-1]))


def _saved(pages: list[Picture], kind: str, dots: int, mode: str = "RGB") -> bytes:
    """Pages as one file of a kind that Pillow knows; "1" is black and white only (a PDF then holds CCITT G4)."""
    pictures = [_image(page).convert(mode) for page in pages]
    out = BytesIO()
    more: dict[str, Any] = {"append_images": pictures[1:], "save_all": True} if kind in ("pdf", "tiff") else {}
    more |= {"compression": "tiff_deflate"} if kind == "tiff" else {}
    pictures[0].save(out, kind, resolution=dots, **more)
    return out.getvalue()


# --- What pictures come in -------------------------------------------------------------------------------------------

Delivered = dict[str, bytes]
"""Files by address, the first of them what a reader is given."""
_MISREAD = str.maketrans({"0": "O", "1": "l", "3": "8", "5": "S", "6": "8", "日": "曰", "未": "末", "人": "入"})


def _html(pages: list[Picture], manner: Manner, made: Invented) -> Delivered:
    """A page that shows the report as pictures."""
    pictures = {f"{number}.jpg": _saved([page], "jpeg", manner.dots) for number, page in enumerate(pages, 1)}
    shown = "".join(f'<p><img src="{address}"/></p>' for address in pictures)
    return {
        f"{made.name}.html": html_page(made, f"<h1>{made.report.title}</h1>{shown}", chrome=False).encode(),
        **pictures,
    }


def _tables(made: Invented, dots: int, folder: Path) -> Delivered:
    """A page of text whose tables are pictures, cut out of the screen."""
    shown, pictures = [], {}
    for number, part in enumerate(made.parts):
        one = replace(made, name=f"{made.name}-{number}", parts=[part])
        if part.rows is None:
            shown.append(plain(one))
        else:
            pictures[f"{number}.png"] = _screenshot(one, folder, dots)
            shown.append(f'<p align="center"><img src="{number}.png"/></p>')
    return {f"{made.name}.html": html_page(made, "".join(shown), chrome=False).encode(), **pictures}


def _with_layer(pages: list[Picture], manner: Manner, made: Invented, source: bytes) -> bytes:
    """A PDF of pictures with the invisible text of a bad recognition."""
    random = chance(f"{made.name} layer")
    out = BytesIO()
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    canvas = Canvas(out)
    for page, picture in zip(pypdfium2.PdfDocument(source), pages, strict=True):
        width, height = page.get_size()
        canvas.setPageSize((width, height))
        canvas.drawImage(ImageReader(BytesIO(_saved([picture], "jpeg", manner.dots))), 0, 0, width, height)
        words = page.get_textpage()
        layer = canvas.beginText()
        layer.setTextRenderMode(3)
        for index in range(words.count_chars()):
            char = words.get_text_range(index, 1)
            left, bottom, _, top = words.get_charbox(index)
            if not char.strip() or random.random() < 0.02:
                continue
            char = char.translate(_MISREAD) if random.random() < 0.04 else char
            layer.setFont("STSong-Light", max(top - bottom, 4))
            layer.setTextOrigin(left + random.uniform(-1, 1), bottom + random.uniform(-1, 1))
            layer.textOut(char)
        canvas.drawText(layer)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _delivered(pages: list[Picture], manner: Manner, made: Invented, source: bytes) -> Delivered:
    name, kind, dots = made.name, manner.delivery, manner.dots
    match kind:
        case "html":
            return _html(pages, manner, made)
        case "pdf-bits":
            return {f"{name}.pdf": _saved(pages, "pdf", dots, "1")}
        case "pdf-layer":
            return {f"{name}.pdf": _with_layer(pages, manner, made, source)}
        case "png":
            return {f"{name}.png": _saved([_long(pages, dots)], kind, dots)}
    return {f"{name}.{kind}": _saved(pages, kind, dots, "L" if kind == "tiff" else "RGB")}


def _long(pages: list[Picture], dots: int) -> Picture:
    """Pages as one long picture without page ends."""
    width, margin = max(page.shape[1] for page in pages), dots * 3 // 5
    return np.vstack([page[margin:-margin, :width] for page in pages])


def _screenshot(made: Invented, folder: Path, dots: int) -> bytes:
    """A report, or a part of one, as a browser shows it."""
    source, target = folder / f"{made.name}.html", folder / f"{made.name}.png"
    random = chance(f"{made.name} screen")
    line, size = random.choice(("#000", "#999", "#ddd")), random.choice((13, 14, 16)) * dots // 96
    style = (
        f"@media screen {{ body {{ width: {960 * dots // 96}px; margin: 20px auto }} "
        "table { width: 100%; margin-top: 8px !important } "
        f"td {{ border: 1px solid {line} !important; font-size: {size}px !important }} }}"
    )
    source.write_bytes(printable(made).replace(b"</head>", f"<style>{style}</style></head>".encode()))
    programs.screenshot(source, target, 1000 * dots // 96, 8000)
    page = np.asarray(cv2.imread(str(target)), np.uint8)
    bottom = int(np.nonzero((page < 128).any(axis=(1, 2)))[0].max()) + 30
    return _saved([page[:bottom]], "png", dots)


def scan(name: str, manner: str, number: int, folder: Path) -> Scan:
    """An invented report, scanned."""
    way = MANNERS[manner]
    made = invent(name, ("busy", "dense", "quiet", "busy")[number % 4])
    random = chance(f"{name} scan")
    count = 1
    if way.delivery == "web":
        files = {f"{name}.png": _screenshot(made, folder, way.dots)}
    elif way.delivery == "tables":
        files = _tables(made, way.dots, folder)
    else:
        source = _printed(made, way.look, folder)
        pages = [way.damage(page, random) for page in _pages(source, way.dots)]
        files, count = _delivered(pages, way, made, source), len(pages)
    item = corpus.Item(next(iter(files)), "image", manner, "", "scans", made.truth() | {"published_date": None})
    return Scan(item, files, count)


def in_every_run() -> Iterator[judging.Judged]:
    """The scans for which floors are pinned: few, since a page takes seconds."""
    with tempfile.TemporaryDirectory() as temporary:
        for manner in ("skewed-200", "slanted", "unruled"):
            yield read(scan("read in every run", manner, 0, Path(temporary))).judged


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
    judged: judging.Judged
    seconds: float


def read(one: Scan) -> Result:
    """Read and judge a scan."""
    address, data = next(iter(one.files.items()))

    def fetch(wanted: str) -> Fetched | None:
        return Fetched(one.files[wanted], None, wanted) if wanted in one.files else None

    began = time.monotonic()
    report = extract.read(data, url=address, fetch=fetch)
    return Result(one, report, judging.judge(one.item, report), time.monotonic() - began)


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
    found = judging.figures(one.judged for one in some)
    words = "".join(f"{found[measure]:8.1f}" for measure in _WORDS)
    return f"{counts}{words}{pages:5}{seconds:8.1f}"


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
    words = "".join(f"{label:>6}" for label in _WORDS.values())
    print(
        f"{'':14}{'份':>3}{'格':>6}{'错数':>5}{'非零':>7}{'未读':>5}{'推出':>5}{'全对':>4}{words}{'页':>4}{'秒/页':>5}"
    )
    for manner in dict.fromkeys(one.scan.item.rendering for one in results):
        print(_row(manner, [one for one in results if one.scan.item.rendering == manner]))
    print(_row("total", results))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"内存峰值 {peak} MB，{os.cpu_count()} 核")
    return 0


if __name__ == "__main__":
    sys.exit(main())
