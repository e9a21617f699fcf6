"""Reading captures in processes of their own, so that a document that crashes or hangs the reader costs only itself."""

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from urllib.parse import urljoin

import extract
from evidence import Capture, Captures, EvidenceError
from extract.report import Fetched, Report

SECONDS = 30
"""A document that takes longer is stored as unread."""
MEMORY = 4 << 30
"""Bytes of address space that a reading process may take."""
BATCH = 200  # documents a process reads before it ends: starting one takes as long as reading some twenty pages


@dataclass(frozen=True, slots=True)
class Reading:
    """A capture as read. `report` None: `reason` says in Chinese why. `attachments` are the captures read with it."""

    capture: Capture
    report: Report | None
    reason: str = ""
    attachments: tuple[Capture, ...] = ()


def readings(folder: Path, captures: Sequence[Capture], workers: int) -> Iterator[Reading]:
    """Read `captures` of the evidence in `folder`, several at a time, given back in their order.

    Raises RuntimeError where the reading processes cannot even start: then the fault is not the documents'.
    """
    size = max(1, min(BATCH, -(-len(captures) // workers)))
    batches = [captures[at : at + size] for at in range(0, len(captures), size)]
    with ThreadPoolExecutor(workers) as pool:
        for batch in pool.map(lambda batch: _read_batch(folder, batch), batches):
            yield from batch


def _read_batch(folder: Path, batch: Sequence[Capture]) -> list[Reading]:
    done: list[Reading] = []
    while len(done) < len(batch):
        reason = f"读取超过 {SECONDS} 秒，已中止"
        with _process() as connection:
            try:
                connection.send((folder, batch[len(done) :]))
                while len(done) < len(batch) and connection.poll(SECONDS):
                    done.append(connection.recv())
            except (EOFError, ConnectionError):
                reason = "读取程序中途崩溃"
        if len(done) < len(batch):
            done.append(Reading(batch[len(done)], None, reason))
    return done


@contextmanager
def _process() -> Iterator[Connection]:
    """A fresh Python that runs `main` below, by the connection to it. Not multiprocessing: a fork would copy the locks
    of a crawl's threads, and a spawned child runs the caller's main module again (and dies where that is stdin).
    """
    ours, theirs = Pipe()
    path = os.pathsep.join(filter(None, sys.path))
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "archive.reading", str(theirs.fileno())],
        pass_fds=[theirs.fileno()],
        env={**os.environ, "PYTHONPATH": path},
    )
    theirs.close()
    try:
        with ours:
            if not _ready(ours):
                raise RuntimeError("the reading process did not start")
            yield ours
    finally:
        process.kill()
        process.wait()


def _ready(connection: Connection) -> bool:
    try:
        return connection.poll(60) and connection.recv() == "ready"
    except (EOFError, ConnectionError):
        return False


def main(descriptor: int) -> None:
    """The reading process: is sent a folder and captures, sends their readings one by one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer, and breaks no document
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with Connection(descriptor) as parent:
        parent.send("ready")
        folder, batch = parent.recv()
        with closing(Captures(folder)) as evidence:
            for capture in batch:
                parent.send(_read(evidence, capture))


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


if __name__ == "__main__":
    # By its own name, so that what it sends is of the classes that the parent knows.
    from archive import reading

    reading.main(int(sys.argv[1]))
