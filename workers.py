"""Work in processes of its own, so that a document that crashes or hangs a library costs only itself."""

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

SECONDS = 300.0
"""An item that takes longer, by the clock and of work, is given up (a scan of fifteen pages takes two minutes; a page
and LibreOffice have limits of their own)."""
_PATIENCE = 4  # times as long by the clock alone: on a busy machine nothing is given up for waiting, but what hangs is
MEMORY = 4 << 30
"""Bytes of address space that a process may take (of which a library's code and stacks are the most)."""
PART_SECONDS, PART_MEMORY = 30.0, 3 << 29
"""Seconds and bytes (1.5 GB) that a part of an item (a page) may take."""
_GLANCE = 0.1  # seconds between two looks at what a process has taken
_PARTS = 5  # so many parts of an item are given up at most: it is begun anew without each
BATCH = 200  # items a process works on before it ends: starting one takes as long as reading some twenty pages

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Failure:
    """What became of an item that has no result, in Chinese."""

    reason: str


def each(
    function: Callable[[Item], Result], items: Sequence[Item], *, count: int | None = None, seconds: float | None = None
) -> Iterator[tuple[Item, Result | Failure]]:
    """`function` of every item, worked out in `count` processes (None: one a core), in the order of the items.

    `function` is one of a module's own; items and results are picklable. An exception, a crash or more than `seconds`
    (None: SECONDS) makes a Failure. Raises RuntimeError where the processes cannot even start: then the fault is not
    the items'.
    """
    if not items:
        return
    count, limit = count or os.cpu_count() or 1, seconds or SECONDS
    size = max(1, min(BATCH, -(-len(items) // count)))
    batches = [items[at : at + size] for at in range(0, len(items), size)]
    with ThreadPoolExecutor(count) as pool:
        for batch in pool.map(lambda batch: _work(function, batch, limit), batches):
            yield from batch


@dataclass(frozen=True, slots=True)
class _Part:
    """A child's word that the part of this number of its item begins."""

    number: int


@dataclass(frozen=True, slots=True)
class _Broken:
    """Why an item was broken off, in Chinese; `part` is the one at work that is to blame (0: none)."""

    reason: str
    part: int = 0


def _work(
    function: Callable[[Item], Result], batch: Sequence[Item], seconds: float
) -> list[tuple[Item, Result | Failure]]:
    done: list[tuple[Item, Result | Failure]] = []
    left_out: dict[int, str] = {}  # parts of the item that comes next, and why
    while len(done) < len(batch):
        with _process() as (connection, pid):
            connection.send((_name(function), batch[len(done) :], left_out))
            while len(done) < len(batch):
                result = _awaited(connection, pid, seconds)
                if isinstance(result, _Broken):
                    break
                done.append((batch[len(done)], result))
                left_out = {}
        if len(done) < len(batch):
            if result.part and result.part not in left_out and len(left_out) < _PARTS:
                left_out[result.part] = result.reason
            else:
                done.append((batch[len(done)], Failure(result.reason)))
                left_out = {}
    return done


def _awaited(connection: Connection, pid: int, seconds: float) -> Any:
    """What a process makes of its item, or why it must be broken off."""
    part, before, begun, began = 0, _Taken(), _taken(pid), time.monotonic()
    try:
        while (waited := time.monotonic() - began) < seconds or (
            waited < _PATIENCE * seconds and _taken(pid).work - begun.work < seconds
        ):
            if connection.poll(_GLANCE):
                said = connection.recv()
                if not isinstance(said, _Part):
                    return said
                part, before = said.number, _taken(pid)
            elif part:
                now = _taken(pid)
                if min(now.clock - before.clock, now.work - before.work) > PART_SECONDS:
                    return _Broken(f"超过 {PART_SECONDS:g} 秒", part)
                if now.memory - before.memory > PART_MEMORY:
                    return _Broken(f"所需内存超过 {PART_MEMORY / (1 << 30):g} GB", part)
    except (EOFError, ConnectionError):
        return _Broken("读取程序中途崩溃", part)
    return _Broken(f"读取超过 {seconds:g} 秒，已中止")


class _Taken(NamedTuple):
    """What a process has taken: seconds of the clock, of its own work, and bytes of memory."""

    clock: float = 0.0
    work: float = 0.0
    memory: int = 0


def _taken(pid: int) -> _Taken:
    try:
        work = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
        memory = Path(f"/proc/{pid}/statm").read_text().split()[1]
    except (OSError, IndexError):  # it has just ended, or this is no Linux
        return _Taken()
    ticks, page = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
    return _Taken(time.monotonic(), sum(map(int, work)) / ticks, int(memory) * page)


def _name(function: Callable[[Item], Result]) -> tuple[str, str]:
    module = sys.modules[function.__module__]
    # Under `python -m nianbao` and `python nianbao.py` the module calls itself __main__, which means another one in the
    # child.
    if function.__module__ != "__main__":
        return function.__module__, function.__name__
    specification = module.__spec__
    return (specification.name if specification else Path(module.__file__ or "").stem), function.__name__


@contextmanager
def _process() -> Iterator[tuple[Connection, int]]:
    """A fresh Python that runs `_serve` below: the connection to it, and its number. Not multiprocessing: a fork would
    copy the locks of a crawl's threads, and a spawned child runs the caller's main module again (and dies where that is
    stdin).
    """
    ours, theirs = Pipe()
    path = os.pathsep.join(filter(None, sys.path))
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "workers", str(theirs.fileno())],
        pass_fds=[theirs.fileno()],
        env={**os.environ, "PYTHONPATH": path},
        start_new_session=True,  # so that what a reader started itself (soffice) ends with it
    )
    theirs.close()
    try:
        with ours:
            if not _ready(ours):
                raise RuntimeError("the working process did not start")
            yield ours, process.pid
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _ready(connection: Connection) -> bool:
    try:
        return connection.poll(60) and connection.recv() == "ready"
    except (EOFError, ConnectionError):
        return False


@dataclass(slots=True)
class _Telling:
    """Tells the parent of the parts of an item as they begin."""

    parent: Connection
    left_out: dict[int, str]
    number: int = 0

    def begin(self) -> str | None:
        self.number += 1
        self.parent.send(_Part(self.number))
        return self.left_out.get(self.number)


_told: list[_Telling] = []  # of the item at work, in a process that `each` has started


def part() -> str | None:
    """Called by `function` as a part of its item begins (a page): why it is to be left out, or None.

    A part that takes too long or too much memory, or ends the process, is given up: the item is begun anew, and its
    parts must then begin in the same order.
    """
    return _told[0].begin() if _told else None


def _serve(descriptor: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer, and breaks no document
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with Connection(descriptor) as parent:
        parent.send("ready")
        (module, name), batch, left_out = parent.recv()
        function = getattr(import_module(module), name)
        for item in batch:
            _told[:] = [_Telling(parent, left_out)]
            try:
                result = function(item)
            except MemoryError:
                result = Failure("读取所需内存超过上限")
            except Exception as error:  # noqa: BLE001  whatever an item does to a library, it is named, not lost
                result = Failure(f"读取出错：{type(error).__name__}: {error}")
            parent.send(result)
            left_out = {}


if __name__ == "__main__":
    # By its own name, so that what it sends is of the classes that the parent knows.
    import workers

    workers._serve(int(sys.argv[1]))
