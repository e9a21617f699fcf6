"""Bytes of a document in, an annual report out. Knows the form; touches no network, database or clock."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace

from extract import attached, chapters, form, identity, joined, misread, outline, readers, rules, tables
from extract import roster as rosters
from extract.document import Document, Picture
from extract.readers import image
from extract.readers.pages import watched
from extract.report import Fetch, Fetched, Identity, Place, Report

READER_VERSION = "100"
"""Raised whenever the same bytes may be read differently; rows say which reader made them."""

__all__ = ["READER_VERSION", "identify", "read", "roster", "watched"]


def identify(data: bytes, *, media_type: str | None = None, url: str | None = None, words: str = "") -> Identity:
    """The crawler's one question: is this a report, whose, of which year?

    `words` are those of the link that led here; `attachments` has the addresses, as written in the page, of the files
    that hold the body, or hold it once more; `further_pages` those of the pages over which the article goes on.
    """
    document = readers.read(data, media_type, quick=True)
    found = identity.identify(outline.read(document), url=url, words=words, quick=True)
    if document.format == "html":
        found.fingerprint = document.fingerprint()
    return found


def read(
    data: bytes, *, media_type: str | None = None, url: str | None = None, words: str = "", fetch: Fetch | None = None
) -> Report:
    """The report in `data`, or a Report whose identity says why it is none. Never raises on any bytes.

    `media_type` is as served (for the charset), `url` where the document stands, `words` those of the link that led
    to it; `fetch` gives what a page links to: a report whose body is in an attachment is read there, one that page and
    attachment both hold is read twice and compared, an article over several pages is read as one.
    """
    document = readers.read(data, media_type)
    sketch = outline.read(document)
    found = identity.identify(sketch, url=url, words=words)
    if found.further_pages and fetch is not None:
        joined.join(document, found.further_pages, fetch)
        sketch = outline.read(document)
        found = identity.identify(sketch, url=url, words=words)
    report = _read(sketch, found, hashlib.sha256(data).hexdigest(), fetch)
    if found.is_report and found.attachments and _tables(report) < len(form.TABLES) and fetch is not None:
        if pages := _with_pictures(document, found.attachments, fetch):
            sketch = outline.read(document)
            identity.complete(found, identity.identify(sketch, url=url, words=words))
            report = _read(sketch, found, report.sha256, fetch)
            _move(report, _on_pictures(pages))
        if not report.cells:
            _read_attachments(report, fetch)
    return report


def roster(data: bytes, *, media_type: str | None = None) -> rosters.Roster | None:
    """The offices that a page 公布情况 names as publishers, and of which report year; None where it is no such page."""
    return rosters.read(readers.read(data, media_type, quick=True))


def _read(sketch: outline.Outline, found: Identity, sha256: str, fetch: Fetch | None = None) -> Report:
    document = sketch.document
    report = Report(document.format, sha256, found, problems=list(document.problems))
    if not found.is_report:
        return report
    if document.recognised and document.html is None:
        unknown = misread.unknown(found.office or "")
        report.problems.extend(f"“{place}”不在区划名录中，地名可能识别有误" for place in unknown)
    parts = chapters.split(sketch)
    report.chapters, report.headings = parts.texts, parts.headings
    report.problems.extend(parts.problems)
    has_form = "whole" not in parts.texts or outline.names_form(sketch.lines)
    form = tables.read(document, found.year, found.office, has_form=has_form)
    if form.cells and fetch is not None:
        for other, address in _files(found, fetch):
            inner = identity.identify(outline.read(other), url=address)
            if identity.may_be_one_report(found, inner):
                again = tables.read(other, found.year, found.office)
                _move(again, _in_file(address))
                attached.compare(form, again, sure=inner.year is not None)
    report.editions, report.cells, report.again = form.editions, form.cells, form.again
    report.other_tables = form.other_tables
    if form.cells or "whole" not in parts.texts:
        report.problems.extend(form.problems)
    report.findings = [
        *rules.check(form, report.chapters, found),
        *identity.conflicts(sketch, found),
    ]
    return report


def _tables(report: Report) -> int:
    return len({key.split(".")[0] for key in report.cells})


def _read_attachments(report: Report, fetch: Fetch) -> None:
    """Take chapters and tables from the attachment that holds most of them; the page says whose they are.

    A file that names another year or body is taken only where no other has tables, and that is a finding.
    """
    best: Report | None = None
    fullness: tuple[bool, int, int] | None = None
    for document, url in _attached(report, fetch):
        sketch = outline.read(document)
        inner = identity.identify(sketch, url=url)
        # The attachment may say less of itself than its page (a bare form without a title).
        inner.is_report = True
        fits = identity.may_be_one_report(report.identity, inner)
        conflicts = identity.conflicts_of_file(report.identity, inner)
        identity.complete(inner, report.identity)
        part = _read(sketch, inner, "")
        _move(part, _in_file(url))
        part.findings += conflicts
        full = (fits and len(part.cells) > 0, len(part.cells), len(part.chapters))
        if fullness is None or full > fullness:
            best, fullness = part, full
    if best is None:
        return
    if not (best.cells or best.chapters):
        report.problems.extend(best.problems)
        return
    report.format = best.format
    report.editions, report.cells, report.again = best.editions, best.cells, best.again
    report.other_tables = best.other_tables
    if len(best.chapters) >= len(report.chapters):  # a page may have the prose, and pictures of its tables
        report.chapters, report.headings = best.chapters, best.headings
    report.problems, report.findings = [*report.problems, *best.problems], best.findings
    identity.complete(report.identity, best.identity)


def _in_file(url: str) -> Callable[[Place], Place]:
    """What names a place in an attachment."""
    return lambda place: place._replace(file=url)


def _on_pictures(pages: list[tuple[str, int]]) -> Callable[[Place], Place]:
    """What names a place in the picture that is the page of that number."""

    def inside(place: Place) -> Place:
        if place.box is None or place.file is not None:
            return place
        address, page = pages[place.box.page - 1]
        return place._replace(file=address, box=replace(place.box, page=page))

    return inside


def _move(read: Report | tables.Tables, moved: Callable[[Place], Place]) -> None:
    """Name the places of all cells anew."""
    read.cells = {key: cell._replace(place=cell.place and moved(cell.place)) for key, cell in read.cells.items()}
    read.again = {key: [(moved(place), raw) for place, raw in seen] for key, seen in read.again.items()}


def _attached(report: Report, fetch: Fetch) -> Iterator[tuple[Document, str]]:
    """The files that may hold the body, with their addresses."""

    def noting(address: str) -> Fetched | None:
        if (fetched := fetch(address)) is None:
            report.problems.append(f"附件没有取到：{address}")
        return fetched

    return _files(report.identity, noting)


def _files(page: Identity, fetch: Fetch) -> Iterator[tuple[Document, str]]:
    """The attached files that are no pictures, as far as they are to be had, with their addresses."""
    for address in page.attachments:
        fetched = fetch(address)
        if fetched is not None and readers.format_of(fetched.data) != "image":
            yield readers.read(fetched.data, fetched.media_type), fetched.url


def _with_pictures(document: Document, wanted: list[str], fetch: Fetch) -> list[tuple[str, int]]:
    """Read the pictures of its report that the page has, each in its place; the address and page of each."""

    def data_of(picture: Picture) -> bytes | None:
        fetched = fetch(picture.address) if picture.address in wanted else None
        return fetched.data if fetched is not None and readers.format_of(fetched.data) == "image" else None

    return image.put_in(document, data_of)
