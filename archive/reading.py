"""Reading captures, each with what it links to, in processes of their own (workers); what was read before is kept."""

import time
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from urllib.parse import urljoin

import extract
import workers
from archive.cache import Asked, Cache, hash_of
from evidence import Capture, Captures, EvidenceError
from extract.report import Fetched, Report

_AT_ONCE = 400  # captures that are looked up together, before the processes start for those that must be read


@dataclass(frozen=True, slots=True)
class Reading:
    """A capture as read. `report` None: `reason` says in Chinese why. `attachments` are the captures read with it,
    `asked` is what it asked for, `seconds` how long it took."""

    capture: Capture
    report: Report | None
    reason: str = ""
    attachments: tuple[Capture, ...] = ()
    asked: Asked = field(default_factory=list)
    seconds: float = 0.0


def readings(folder: Path, captures: Sequence[Capture], count: int | None) -> Iterator[Reading]:
    """Read `captures` of the evidence in `folder`, in `count` processes, given back in their order.

    What was read before, of the same bytes and with the same attachments, is not read again. Raises RuntimeError where
    the reading processes cannot even start: then the fault is not the documents'.
    """
    with closing(Captures(folder)) as evidence, closing(Cache(folder)) as cache:
        for at in range(0, len(captures), _AT_ONCE):
            some = captures[at : at + _AT_ONCE]
            known = [_known(evidence, cache, capture) for capture in some]
            unknown = [(folder, capture) for capture, one in zip(some, known, strict=True) if one is None]
            read_now = workers.each(read, unknown, count=count)
            for capture, one in zip(some, known, strict=True):
                if one is not None:
                    yield one
                    continue
                _, result = next(read_now)
                if isinstance(result, workers.Failure):
                    yield Reading(capture, None, result.reason)
                    continue
                if result.report is not None:
                    cache.keep(capture, result.asked, result.report, result.seconds)
                yield result


def one(folder: Path, capture: Capture) -> Reading:
    """The reading of one capture: the one that is kept, else made anew. Nothing is written."""
    with closing(Captures(folder)) as evidence, closing(Cache(folder, writes=False)) as cache:
        return _known(evidence, cache, capture) or read((folder, capture))


def _known(evidence: Captures, cache: Cache, capture: Capture) -> Reading | None:
    """The reading of a capture that is kept, as long as its body is there and it would be given the same files."""
    for asked, report in cache.find(capture):
        beside = _Beside(evidence, capture)
        if all(hash_of(beside(str(address))) == given for address, given in asked):
            try:
                evidence.body(capture)
            except EvidenceError:
                return None
            return Reading(capture, report, "", tuple(beside.attachments.values()), asked)
    return None


class _Beside:
    """Gives a document what it links to, as the evidence of its visit has it, and notes what was asked and given."""

    def __init__(self, evidence: Captures, capture: Capture) -> None:
        self.evidence, self.capture = evidence, capture
        self.attachments: dict[int, Capture] = {}
        self.asked: dict[str, str | None] = {}

    def __call__(self, address: str) -> Fetched | None:
        given = self._given(address)
        self.asked[address] = hash_of(given)
        return given

    def _given(self, address: str) -> Fetched | None:
        found = self.evidence.beside(self.capture, urljoin(self.capture.url, address))
        if found is None:
            return None
        with suppress(EvidenceError):
            body = self.evidence.body(found)
            self.attachments[found.id] = found
            return Fetched(body, found.media_type, found.url)
        return None


@lru_cache(maxsize=1)
def _evidence(folder: Path) -> Captures:
    return Captures(folder)


def read(item: tuple[Path, Capture]) -> Reading:
    """The reading of one capture of the evidence in a folder; its attachments are the evidence's of that visit."""
    folder, capture = item
    evidence = _evidence(folder)
    try:
        body = evidence.body(capture)
    except EvidenceError as error:
        return Reading(capture, None, str(error))
    beside = _Beside(evidence, capture)
    began = time.process_time()
    with extract.watched(workers.part):
        report = extract.read(body, media_type=capture.media_type, url=capture.url, words=capture.words, fetch=beside)
    asked: Asked = [[address, given] for address, given in beside.asked.items()]
    seconds = time.process_time() - began
    return Reading(capture, report, "", tuple(beside.attachments.values()), asked, seconds)
