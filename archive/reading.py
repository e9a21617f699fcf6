"""Reading captures in processes of their own, so that a document that crashes or hangs the reader costs only itself."""

import multiprocessing
import resource
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from urllib.parse import urljoin

import extract
from evidence import Capture, Captures, EvidenceError
from extract.report import Fetched, Report

SECONDS = 30
"""A document that takes longer is stored as unread."""
MEMORY = 4 << 30
"""Bytes of address space that a reading process may take."""
BATCH = 50  # documents a process reads before it ends: starting one costs as much as reading one HTML page

# Not fork: a crawl in this process has left threads behind, and a fork copies the locks that they hold.
_PROCESSES = multiprocessing.get_context("forkserver")


@dataclass(frozen=True, slots=True)
class Reading:
    """A capture as read. `report` None: `reason` says in Chinese why. `attachments` are the captures read with it."""

    capture: Capture
    report: Report | None
    reason: str = ""
    attachments: tuple[Capture, ...] = ()


def readings(folder: Path, captures: Sequence[Capture], workers: int) -> Iterator[Reading]:
    """Read `captures` of the evidence in `folder`, several at a time, given back in their order."""
    _PROCESSES.set_forkserver_preload(["archive.reading"])
    size = max(1, min(BATCH, -(-len(captures) // workers)))
    batches = [captures[at : at + size] for at in range(0, len(captures), size)]
    with ThreadPoolExecutor(workers) as pool:
        for batch in pool.map(lambda batch: _read_batch(folder, batch), batches):
            yield from batch


def _read_batch(folder: Path, batch: Sequence[Capture]) -> list[Reading]:
    done: list[Reading] = []
    while len(done) < len(batch):
        receiver, sender = _PROCESSES.Pipe(duplex=False)
        process = _PROCESSES.Process(target=_read_all, args=(sender, folder, batch[len(done) :]), daemon=True)
        process.start()
        sender.close()
        reason = f"读取超过 {SECONDS} 秒，已中止"
        try:
            while len(done) < len(batch) and receiver.poll(SECONDS):
                done.append(receiver.recv())
        except EOFError:
            reason = "读取程序中途崩溃"
        process.kill()
        process.join()
        receiver.close()
        if len(done) < len(batch):
            done.append(Reading(batch[len(done)], None, reason))
    return done


def _read_all(sender: Connection, folder: Path, batch: Sequence[Capture]) -> None:
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl-C is the parent's to answer: a batch ends, none is called broken
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with closing(Captures(folder)) as evidence:
        for capture in batch:
            sender.send(_read(evidence, capture))


def _read(evidence: Captures, capture: Capture) -> Reading:
    attachments: dict[int, Capture] = {}

    def fetch(address: str) -> Fetched | None:
        found = evidence.latest(urljoin(capture.url, address), before=capture.captured_at)
        if found is None:
            return None
        with suppress(EvidenceError):
            body = evidence.body(found)
            attachments[found.id] = found
            return Fetched(body, found.media_type, found.url)
        return None

    try:
        body = evidence.body(capture)
        report = extract.read(body, media_type=capture.media_type, url=capture.url, fetch=fetch)
    except EvidenceError as error:
        return Reading(capture, None, str(error))
    except MemoryError:
        return Reading(capture, None, "读取所需内存超过上限")
    except Exception as error:  # noqa: BLE001 — whatever a page does to the reader, the page is kept with the reason
        return Reading(capture, None, f"读取出错：{type(error).__name__}: {error}")
    return Reading(capture, report, "", tuple(attachments.values()))
