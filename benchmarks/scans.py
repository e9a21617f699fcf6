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
from dataclasses import dataclass
from email.mime.image import MIMEImage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from io import BytesIO
from itertools import zip_longest
from pathlib import Path
from random import Random
from typing import Any

import cv2
import numpy as np
import pypdfium2
from docx import Document as Word
from docx.shared import Mm
from numpy.typing import NDArray
from openpyxl import Workbook
from openpyxl.drawing.image import Image as SheetImage
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

import extract
from benchmarks import corpus, judging, programs
from benchmarks.renderings import printable, reportlab_file, reportlab_unruled
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


def skewed(page: Picture, random: Random) -> Picture:
    """Laid on the glass askew, noisy, saved small."""
    turned = _turned(page, random.uniform(0.5, 1.5) * random.choice((-1, 1)))
    return _jpeg(_noisy(_soft(turned, 0.7), random, 8), 50)


def askew(page: Picture, random: Random) -> Picture:
    """Three degrees out of true, as few people leave it."""
    return _jpeg(_turned(page, random.uniform(2, 3) * random.choice((-1, 1))), 80)


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
    return _shot(page, random, 0.006)


def slanted(page: Picture, random: Random) -> Picture:
    """By a telephone held askew: the page is a trapezium on a dark table."""
    return _shot(page, random, 0.03)


def _shot(page: Picture, random: Random, bent: float) -> Picture:
    height, width = page.shape[:2]
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    inwards = np.array([(1, 1), (-1, 1), (-1, -1), (1, -1)], np.float32)
    moved = corners + inwards * np.array([[random.uniform(0, bent) * width for _ in "xy"] for _ in corners], np.float32)
    table = (255, 255, 255) if bent < 0.01 else (70, 80, 90)
    matrix = cv2.getPerspectiveTransform(corners, moved)
    out = cv2.warpPerspective(page, matrix, (width, height), borderValue=table)
    shade = np.linspace(random.uniform(0.55, 0.7), 1, width, dtype=np.float32)[None, :, None]
    shade = shade * np.linspace(1, random.uniform(0.75, 0.9), height, dtype=np.float32)[:, None, None]
    dark = (np.asarray(out, np.float32) * shade).astype(np.uint8)
    return _jpeg(_noisy(_soft(dark, 0.8), random, 6), 60)


def fax(page: Picture, random: Random) -> Picture:
    """Black and white only, with specks."""
    tone = cv2.cvtColor(_turned(page, random.uniform(-0.7, 0.7)), cv2.COLOR_BGR2GRAY)
    _, plain = cv2.threshold(tone, 185, 255, cv2.THRESH_BINARY)
    specks = np.random.default_rng(random.randrange(1 << 30)).random(plain.shape) < 0.0004
    plain[specks] = 0
    return np.asarray(cv2.cvtColor(plain.astype(np.uint8), cv2.COLOR_GRAY2BGR), np.uint8)


def crumbled(page: Picture, random: Random) -> Picture:
    """Saved as small as it goes."""
    return _jpeg(_turned(page, random.uniform(-0.6, 0.6)), 30)


def blurred(page: Picture, random: Random) -> Picture:
    """Out of focus, and noisy."""
    return _jpeg(_noisy(_soft(_turned(page, random.uniform(-0.5, 0.5)), 1.2), random, 6), 60)


def worn(page: Picture, random: Random) -> Picture:
    """Lines and letters broken by a dirty glass, and a fold across the page."""
    height, width = page.shape[:2]
    dust = np.random.default_rng(random.randrange(1 << 30))
    out = page.copy()
    out[dust.random((height, width)) < 0.03] = 255
    for _ in range(12):
        y = int(dust.integers(0, height))
        out[y : y + 1 + int(dust.integers(0, 2))] = 250
    fold = int(height * random.uniform(0.3, 0.7))
    shade = 1 - 0.35 * np.exp(-(((np.arange(height) - fold) / (0.02 * height)) ** 2))
    out = (out * shade[:, None, None]).astype(np.uint8)
    return _jpeg(_soft(_turned(out, random.uniform(-0.6, 0.6)), 0.6), 70)


def sideways(page: Picture, random: Random) -> Picture:
    """Put into the scanner on its side."""
    return np.rot90(skewed(page, random), random.choice((1, 3))).copy()


def headlong(page: Picture, random: Random) -> Picture:
    """Put into the scanner upside down."""
    return np.rot90(skewed(page, random), 2).copy()


@dataclass(frozen=True, slots=True)
class Manner:
    """How a report is printed (`look` is CSS; "reportlab" and "unruled" are printers), scanned, and delivered."""

    damage: Callable[[Picture, Random], Picture]
    dots: int
    delivery: str
    look: str = ""


_DIGITS = "td {{ font-family: 'Liberation Serif', '{0}' }} body {{ font-family: '{0}' }}"
MANNERS: dict[str, Manner] = {
    "clean": Manner(clean, 200, "pdf"),
    "skewed": Manner(skewed, 150, "pdf"),
    "skewed-200": Manner(skewed, 200, "tiff", "reportlab"),
    "askew": Manner(askew, 200, "pdf"),
    "grey": Manner(grey, 170, "pdf", "reportlab"),
    "stamped": Manner(stamped, 200, "pdf"),
    "photographed": Manner(photographed, 200, "html"),
    "slanted": Manner(slanted, 200, "html", _DIGITS.format("AR PL UMing CN")),
    "fax": Manner(fax, 200, "tiff"),
    "bits": Manner(fax, 150, "pdf-bits", "td { font-size: 9pt }"),
    "bits-300": Manner(fax, 300, "pdf-bits", "td { font-size: 7pt }"),
    "crumbled": Manner(crumbled, 150, "pdf", "td { font-size: 9.5pt }"),
    "blurred": Manner(blurred, 150, "pdf"),
    "worn": Manner(worn, 200, "pdf"),
    "pale": Manner(skewed, 200, "pdf", "td { border: 0.4px solid #999; color: #333 }"),
    "song": Manner(skewed, 180, "pdf", _DIGITS.format("AR PL UMing CN")),
    "kai": Manner(grey, 200, "pdf", _DIGITS.format("AR PL UKai CN")),
    "hei": Manner(skewed, 200, "bmp", "body, td { font-family: 'WenQuanYi Zen Hei' }"),
    "unruled": Manner(skewed, 200, "pdf", "unruled"),
    "long": Manner(clean, 110, "png"),
    "web": Manner(clean, 96, "web"),
    "sideways": Manner(sideways, 200, "pdf"),
    "headlong": Manner(headlong, 200, "pdf", "reportlab"),
    "turned": Manner(skewed, 200, "pdf-turned"),
    "spread": Manner(skewed, 200, "spread"),
    "layer": Manner(skewed, 200, "pdf-layer"),
    "mixed": Manner(skewed, 200, "pdf-mixed"),
    "docx": Manner(skewed, 150, "docx", _DIGITS.format("AR PL UMing CN")),
    "mht": Manner(grey, 170, "mht"),
    "xlsx": Manner(clean, 150, "xlsx"),
    "gif": Manner(clean, 130, "gif"),
    "webp": Manner(clean, 170, "webp", "body, td { font-family: 'WenQuanYi Zen Hei' }"),
}
"""How reports come as pictures. `dots` are to an inch."""


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
    if look == "reportlab" or "chromium" in programs.missing():
        return reportlab_file(made)
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
    title = made.report.title
    text = f"<html><head><title>{title}</title></head><body><h1>{title}</h1>{shown}</body></html>"
    return {f"{made.name}.html": text.encode(), **pictures}


def _mht(pages: list[Picture], manner: Manner, made: Invented) -> Delivered:
    """The same as a browser saves it in one file."""
    files = _html(pages, manner, made)
    message = MIMEMultipart("related", type="text/html")
    for address, data in files.items():
        part = MIMEText(data.decode(), "html", "utf-8") if address.endswith("html") else MIMEImage(data, "jpeg")
        part["Content-Location"] = f"http://localhost/{address}"
        message.attach(part)
    return {f"{made.name}.mht": message.as_bytes()}


def _docx(pages: list[Picture], manner: Manner, made: Invented) -> Delivered:
    """Scans pasted into Word."""
    document = Word()
    for page in pages:
        document.add_picture(BytesIO(_saved([page], "jpeg", manner.dots)), width=Mm(170))
    out = BytesIO()
    document.save(out)
    return {f"{made.name}.docx": out.getvalue()}


def _xlsx(pages: list[Picture], manner: Manner, made: Invented) -> Delivered:
    """Scans pasted into a sheet."""
    book = Workbook()
    for number, page in enumerate(pages):
        book.worksheets[0].add_image(SheetImage(BytesIO(_saved([page], "png", manner.dots))), f"A{1 + 60 * number}")
    out = BytesIO()
    book.save(out)
    return {f"{made.name}.xlsx": out.getvalue()}


def _overlaid(
    pages: list[Picture], manner: Manner, made: Invented, source: bytes, *, scanned: int, text: bool
) -> bytes:
    """A PDF whose pages from `scanned` on are pictures, with the invisible `text` of a bad recognition or without."""
    random = chance(f"{made.name} layer")
    out = BytesIO()
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    canvas = Canvas(out)
    original = pypdfium2.PdfDocument(source)
    for number, (page, picture) in enumerate(zip(original, pages, strict=True)):
        if number < scanned:
            canvas.setPageSize(page.get_size())
            canvas.showPage()
            continue
        width, height = page.get_size()
        canvas.setPageSize((width, height))
        canvas.drawImage(ImageReader(BytesIO(_saved([picture], "jpeg", manner.dots))), 0, 0, width, height)
        if text:
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
    if scanned == 0:
        return out.getvalue()
    target = pypdfium2.PdfDocument(out.getvalue())
    for number in range(scanned):
        target.del_page(number)
        target.import_pages(original, [number], number)
    whole = BytesIO()
    target.save(whole)
    return whole.getvalue()


def _turned_pdf(pages: list[Picture], manner: Manner) -> bytes:
    """Pages that lie on their side and are shown upright (/Rotate)."""
    lying = [np.rot90(page).copy() for page in pages]
    pdf = pypdfium2.PdfDocument(_saved(lying, "pdf", manner.dots))
    for page in pdf:
        page.set_rotation(90)
    out = BytesIO()
    pdf.save(out)
    return out.getvalue()


def _spread(pages: list[Picture]) -> list[Picture]:
    """Two pages on each picture, as a copier lays out an open book."""
    blank = np.full_like(pages[0], 255)
    return [np.hstack([one, two]) for one, two in zip_longest(pages[::2], pages[1::2], fillvalue=blank)]


def _delivered(pages: list[Picture], manner: Manner, made: Invented, source: bytes) -> Delivered:
    name, kind, dots = made.name, manner.delivery, manner.dots
    match kind:
        case "html":
            return _html(pages, manner, made)
        case "mht":
            return _mht(pages, manner, made)
        case "docx":
            return _docx(pages, manner, made)
        case "xlsx":
            return _xlsx(pages, manner, made)
        case "pdf-bits":
            return {f"{name}.pdf": _saved(pages, "pdf", dots, "1")}
        case "pdf-turned":
            return {f"{name}.pdf": _turned_pdf(pages, manner)}
        case "pdf-layer":
            return {f"{name}.pdf": _overlaid(pages, manner, made, source, scanned=0, text=True)}
        case "pdf-mixed":
            return {f"{name}.pdf": _overlaid(pages, manner, made, source, scanned=1, text=False)}
        case "spread":
            return {f"{name}.pdf": _saved(_spread(pages), "pdf", dots)}
        case "png" | "gif" | "bmp" | "webp":
            return {f"{name}.{kind}": _saved([_long(pages, dots)], kind, dots)}
    return {f"{name}.{kind}": _saved(pages, kind, dots, "L" if kind == "tiff" else "RGB")}


def _long(pages: list[Picture], dots: int) -> Picture:
    """Pages as one long picture without page ends."""
    width, margin = max(page.shape[1] for page in pages), dots * 3 // 5
    return np.vstack([page[margin:-margin, :width] for page in pages])


def _screenshot(made: Invented, folder: Path) -> bytes:
    """A web page with the report as a browser shows it."""
    source, target = folder / f"{made.name}.html", folder / f"{made.name}.png"
    random = chance(f"{made.name} screen")
    line, size = random.choice(("#000", "#999", "#ddd")), random.choice((13, 14, 16))
    style = (
        "@media screen { body { width: 960px; margin: 20px auto } table { width: 100%; margin-top: 8px !important } "
        f"td {{ border: 1px solid {line} !important; font-size: {size}px !important }} }}"
    )
    source.write_bytes(printable(made).replace(b"</head>", f"<style>{style}</style></head>".encode()))
    programs.screenshot(source, target, 1000, 8000)
    page = np.asarray(cv2.imread(str(target)), np.uint8)
    bottom = int(np.nonzero((page < 128).any(axis=(1, 2)))[0].max()) + 30
    return _saved([page[:bottom]], "png", 96)


def scan(name: str, manner: str, number: int, folder: Path) -> Scan:
    """An invented report, scanned."""
    way = MANNERS[manner]
    made = invent(name, ("busy", "dense", "quiet", "busy")[number % 4])
    random = chance(f"{name} scan")
    if way.delivery == "web":
        files, count = {f"{name}.png": _screenshot(made, folder)}, 1
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
