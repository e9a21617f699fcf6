"""Reading captures, each with what it links to, in processes of their own (workers)."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import urljoin

import extract
import workers
from evidence import Capture, Captures, EvidenceError
from extract.report import Fetched, Report


@dataclass(frozen=True, slots=True)
class Reading:
    """A capture as read. `report` None: `reason` says in Chinese why. `attachments` are the captures read with it."""

    capture: Capture
    report: Report | None
    reason: str = ""
    attachments: tuple[Capture, ...] = ()


def readings(folder: Path, captures: Sequence[Capture], count: int | None) -> Iterator[Reading]:
    """Read `captures` of the evidence in `folder`, in `count` processes, given back in their order.

    Raises RuntimeError where the reading processes cannot even start: then the fault is not the documents'.
    """
    for (_, capture), result in workers.each(read, [(folder, capture) for capture in captures], count=count):
        yield Reading(capture, None, result.reason) if isinstance(result, workers.Failure) else result


@lru_cache(maxsize=1)
def _evidence(folder: Path) -> Captures:
    return Captures(folder)


def read(item: tuple[Path, Capture]) -> Reading:
    """The reading of one capture of the evidence in a folder; its attachments are the evidence's of that visit."""
    folder, capture = item
    evidence = _evidence(folder)
    attachments: dict[int, Capture] = {}

    def fetch(address: str) -> Fetched | None:
        found = evidence.beside(capture, urljoin(capture.url, address))
        if found is None:
            return None
        with suppress(EvidenceError):
            body = evidence.body(found)
            attachments[found.id] = found
            return Fetched(body, found.media_type, found.url)
        return None

    try:
        body = evidence.body(capture)
    except EvidenceError as error:
        return Reading(capture, None, str(error))
    report = extract.read(body, media_type=capture.media_type, url=capture.url, words=capture.words, fetch=fetch)
    return Reading(capture, report, "", tuple(attachments.values()))
