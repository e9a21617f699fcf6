"""The evidence as the pages need it: where it lies, a capture's bytes, and how a capture reads."""

import asyncio
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TypeVar
from urllib.parse import urljoin

from datasette.app import Datasette

from archive import reading
from evidence import Capture, Captures, EvidenceError
from extract import passage
from extract.report import Place, Report

# One thread reads the evidence: SQLite ties a connection to its thread, and reading a document again takes up to a
# second of a core, for which visitors wait for each other and the other pages for none.
_reader = ThreadPoolExecutor(1)
T = TypeVar("T")


async def in_turn(function: Callable[..., T], *arguments: object) -> T:
    """What `function` of this module gives, run in its turn."""
    return await asyncio.get_running_loop().run_in_executor(_reader, function, *arguments)


def folder(datasette: Datasette) -> Path:
    """Where the evidence lies: NIANBAO_CAPTURES, else `captures` beside the archive."""
    beside = Path(datasette.get_database("archive").path).resolve().parent / "captures"
    return Path(os.environ.get("NIANBAO_CAPTURES") or beside)


@contextmanager
def _evidence(captures: Path) -> Iterator[Captures | None]:
    try:
        evidence = Captures(captures)
    except (EvidenceError, OSError):
        yield None
        return
    try:
        yield evidence
    finally:
        evidence.close()


def _capture(evidence: Captures, number: int, url: str) -> Capture | None:
    return next((one for one in evidence.sightings(url) if one.id == number), None)


def body(captures: Path, number: int, url: str) -> bytes | None:
    """The bytes of a capture, None where the evidence is not here or no longer holds it."""
    with _evidence(captures) as evidence:
        try:
            capture = _capture(evidence, number, url) if evidence else None
            return evidence.body(capture) if evidence and capture else None
        except (EvidenceError, OSError):
            return None


def page(captures: Path, number: int, url: str, at: int) -> bytes | None:
    """Page `at` of a capture, drawn; None where its bytes are not here or have no such page."""
    with _evidence(captures) as evidence:
        try:
            capture = _capture(evidence, number, url) if evidence else None
            return passage.page(evidence.body(capture), capture.media_type, at) if evidence and capture else None
        except (EvidenceError, OSError):
            return None


@lru_cache(maxsize=64)
def report(captures: Path, number: int, url: str) -> Report | None:
    """A report with the places of its cells, as it was read and kept, else as this reader reads it again; None where
    its bytes are not here."""
    with _evidence(captures) as evidence:
        capture = _capture(evidence, number, url) if evidence else None
    return reading.one(captures, capture).report if capture else None


def around(captures: Path, number: int, url: str, place: Place) -> tuple[int, passage.Passage] | None:
    """What stands around `place` of a capture, and the number of the capture that holds it (that of an attachment,
    where the place lies in one); None where the bytes are not here."""
    with _evidence(captures) as evidence:
        if evidence is None or (capture := _capture(evidence, number, url)) is None:
            return None
        try:
            if place.file is not None:
                attached = evidence.beside(capture, urljoin(url, place.file))
                if attached is None:
                    return None
                capture = attached
            data = evidence.body(capture)
        except (EvidenceError, OSError):
            return None
    return capture.id, passage.around(data, capture.media_type, place)
