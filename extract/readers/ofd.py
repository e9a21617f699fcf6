"""OFD (GB/T 33190), the fixed layout of Chinese offices → Document: a ZIP of XML that places every character and line.

Lengths are in millimetres from the upper left corner. An object stands at its Boundary; the points in it go through its
CTM first.
"""

import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from posixpath import dirname, join, normpath
from typing import NamedTuple

from lxml import etree

from extract.document import Document, Picture
from extract.readers import layout, pages, ruling
from extract.readers.chars import Char, Point
from extract.readers.leaves import Leaf, leaves

_POINTS = 72 / 25.4
_MAX_PAGES, _MAX_OBJECTS = 200, 50_000
_FAINT = 110
"""Text less opaque than this (of 255) is a watermark, or hidden behind a scan."""
_FEW = 30
"""A page with fewer Chinese characters than this and a picture is a picture of a page."""
_STEP = re.compile(r"([A-Za-z])([^A-Za-z]*)")
_TEXT, _PATH, _IMAGE = "{*}TextObject", "{*}PathObject", "{*}ImageObject"

Element = etree._Element


class _File(NamedTuple):
    """An OFD opened: its parts, and the folder that addresses in the one at hand start from."""

    archive: zipfile.ZipFile
    folder: str = ""

    def named(self, address: str) -> str:
        """The part at an address, by its name."""
        return address.lstrip("/") if address.startswith("/") else normpath(join(self.folder, address))

    def read(self, address: str) -> tuple[Element, "_File"]:
        """A part of XML, and the file as seen from there."""
        name = self.named(address)
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        return etree.fromstring(self.archive.read(name), parser), self._replace(folder=dirname(name))


def read(data: bytes) -> Document:
    """The text and tables of an OFD. Pages that cannot be read are named in `problems`.

    Raises what zipfile and lxml raise where the file itself is broken.
    """
    document = Document("ofd", lines_hold_tables=True, pages=0)
    with zipfile.ZipFile(BytesIO(data)) as archive:
        root, file = _File(archive).read("OFD.xml")
        if title := (root.findtext(".//{*}DocInfo/{*}Title") or "").strip():
            document.meta["title"] = title
        for place in root.iterfind(".//{*}DocRoot"):
            _read_body(*file.read((place.text or "").strip()), document)
    return document


def _read_body(root: Element, file: _File, document: Document) -> None:
    common = root.findtext("{*}CommonData/{*}PageArea/{*}PhysicalBox") or "0 0 210 297"
    templates = {one.get("ID"): one.get("BaseLoc", "") for one in root.iterfind("{*}CommonData/{*}TemplatePage")}
    media = _media(root, file)
    texts: list[layout.Text] = []
    for page in root.iterfind("{*}Pages/{*}Page"):
        document.pages = number = (document.pages or 0) + 1
        if number > _MAX_PAGES:
            document.problems.append(f"只读取了前{_MAX_PAGES}页")
            break
        if reason := pages.left_out(number):
            document.problems.append(reason)
            continue
        try:
            content, _ = file.read(page.get("BaseLoc", ""))
            behind = [templates.get(one.get("TemplateID")) for one in content.iterfind("{*}Template")]
            sheets = [*(file.read(address)[0] for address in behind if address), content]
        except (KeyError, zipfile.BadZipFile, etree.XMLSyntaxError):
            document.problems.append(f"第{number}页已损坏，未读取")
            continue
        drawn = [one for sheet in sheets for one in sheet.iter(_TEXT, _PATH, _IMAGE) if one.get("Visible") != "false"]
        if len(drawn) > _MAX_OBJECTS:
            document.problems.append(f"第{number}页内容过多，未读取")
            continue
        size = _numbers(content.findtext("{*}Area/{*}PhysicalBox") or common)
        leaf = _leaf(drawn, (size[2] * _POINTS, size[3] * _POINTS))
        scan = next((one for one in drawn if one.tag.endswith("ImageObject")), None)
        if scan is not None and sum(char.text > "⺀" for char in leaf.chars) < _FEW:
            layout.put(texts, document)
            texts = []
            name = media.get(scan.get("ResourceID"), "")
            document.blocks.append(Picture(name, file.archive.read(name) if name in file.archive.namelist() else None))
            continue
        for at, one in enumerate(halves := leaves(leaf)):
            texts.append(layout.text(one, number, number + at / len(halves), texts[-1] if texts else None))
    layout.put(texts, document)


def _media(root: Element, file: _File) -> dict[str | None, str]:
    """The pictures among a document's resources: the name of each part, by its number."""
    found: dict[str | None, str] = {}
    for place in root.iterfind("{*}CommonData/*"):
        if not place.tag.endswith("Res") or file.named(place.text or "") not in file.archive.namelist():
            continue
        resources, beside = file.read(place.text or "")
        beside = beside._replace(folder=beside.named(resources.get("BaseLoc", "")))
        for medium in resources.iterfind(".//{*}MultiMedia"):
            found[medium.get("ID")] = beside.named((medium.findtext("{*}MediaFile") or "").strip())
    return found


def _leaf(drawn: list[Element], size: Point) -> Leaf:
    chars: list[Char] = []
    lines: list[tuple[Point, Point]] = []
    for one in drawn:
        if one.tag.endswith("TextObject"):
            chars.extend(_chars(one))
        elif one.tag.endswith("PathObject"):
            lines.extend(_segments(one))
    return Leaf(chars, ruling.rulings(lines, size), size, None)


def _numbers(text: str | None) -> list[float]:
    return [float(number) for number in (text or "").split()]


def _place(one: Element, x: float, y: float) -> Point:
    """Where a point of an object stands on the page, in points."""
    a, b, c, d, e, f = _numbers(one.get("CTM")) or (1, 0, 0, 1, 0, 0)
    left, top = _numbers(one.get("Boundary"))[:2]
    return (left + a * x + c * y + e) * _POINTS, (top + b * x + d * y + f) * _POINTS


def _chars(one: Element) -> Iterator[Char]:
    """The characters of a text object that a reader sees: no watermark, and nothing faint."""
    size = float(one.get("Size", "0"))
    colour = one.find("{*}FillColor")
    alphas = [one.get("Alpha", "255"), "255" if colour is None else colour.get("Alpha", "255")]
    turn = _numbers(one.get("CTM")) or [1, 0, 0, 1]
    slanted = min(abs(turn[0]), abs(turn[1])) > 0.05 * max(abs(turn[0]), abs(turn[1]))
    unseen = one.get("Fill") == "false" and one.get("Stroke") != "true"
    if slanted or unseen or min(map(float, alphas)) < _FAINT:
        return
    x = y = 0.0
    for code in one.iterfind("{*}TextCode"):
        x, y = float(code.get("X", x)), float(code.get("Y", y))
        across, down = _steps(code.get("DeltaX")), _steps(code.get("DeltaY"))
        for at, text in enumerate(code.text or ""):
            wide = size * float(one.get("HScale", "1")) * (0.5 if text < "⺀" else 1.0)
            if not text.isspace():
                (left, top), (right, bottom) = (
                    _place(one, x + 0.05 * wide, y - 0.8 * size),
                    _place(one, x + 0.95 * wide, y),
                )
                yield Char(text, min(left, right), min(top, bottom), max(left, right), max(top, bottom), bottom)
            x += across[at] if at < len(across) else 0.0 if down else wide
            y += down[at] if at < len(down) else 0.0


def _steps(text: str | None) -> list[float]:
    """The distances between characters: "g 3 5 2" is three times 5, then 2."""
    found: list[float] = []
    words = iter((text or "").split())
    for word in words:
        found += [float(next(words))] * int(times) if word == "g" and (times := next(words)) else [float(word)]
    return found


def _segments(one: Element) -> Iterator[tuple[Point, Point]]:
    """The straight parts of a path; of a thin box that is filled, its middle."""
    points: list[Point] = []
    segments: list[tuple[Point, Point]] = []
    for step, numbers in _STEP.findall(one.findtext("{*}AbbreviatedData") or ""):
        where = _numbers(numbers)[-2:]
        if step in "MS":
            points = [_place(one, *where)]
        elif step == "C" and points:
            segments.append((points[-1], points[0]))
        elif len(where) == 2:
            points.append(_place(one, *where))
            if step == "L":
                segments.append((points[-2], points[-1]))
    if one.get("Fill") != "true" or one.get("Stroke") == "true" or len(segments) > 6:
        yield from segments
    elif segments:
        xs, ys = zip(*(point for segment in segments for point in segment), strict=True)
        if max(xs) - min(xs) <= ruling.SNAP or max(ys) - min(ys) <= ruling.SNAP:
            yield (min(xs), min(ys)), (max(xs), max(ys))
