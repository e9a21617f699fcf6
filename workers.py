"""Work in processes of its own, so that a document that crashes or hangs a library costs only itself."""

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from multiprocessing.connection import Connection, Pipe
from typing import TypeVar

SECONDS = 300.0
"""An item that takes longer is given up (a scan of fifteen pages takes two minutes; a page and LibreOffice have limits
of their own)."""
MEMORY = 4 << 30
"""Bytes of address space that a process may take (of which a library's code and stacks are the most)."""
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


def _work(
    function: Callable[[Item], Result], batch: Sequence[Item], seconds: float
) -> list[tuple[Item, Result | Failure]]:
    done: list[tuple[Item, Result | Failure]] = []
    while len(done) < len(batch):
        failure = Failure(f"读取超过 {seconds:g} 秒，已中止")
        with _process() as connection:
            try:
                connection.send((_name(function), batch[len(done) :]))
                while len(done) < len(batch) and connection.poll(seconds):
                    done.append((batch[len(done)], connection.recv()))
            except (EOFError, ConnectionError):
                failure = Failure("读取程序中途崩溃")
        if len(done) < len(batch):
            done.append((batch[len(done)], failure))
    return done


def _name(function: Callable[[Item], Result]) -> tuple[str, str]:
    module = sys.modules[function.__module__]
    # Under `python -m nianbao` the module calls itself __main__, which means another one in the child.
    specification = getattr(module, "__spec__", None)
    return (specification.name if specification else function.__module__), function.__name__


@contextmanager
def _process() -> Iterator[Connection]:
    """A fresh Python that runs `_serve` below, by the connection to it. Not multiprocessing: a fork would copy the
    locks of a crawl's threads, and a spawned child runs the caller's main module again (and dies where that is stdin).
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
            yield ours
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _ready(connection: Connection) -> bool:
    try:
        return connection.poll(60) and connection.recv() == "ready"
    except (EOFError, ConnectionError):
        return False


def _serve(descriptor: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer, and breaks no document
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with Connection(descriptor) as parent:
        parent.send("ready")
        (module, name), batch = parent.recv()
        function = getattr(import_module(module), name)
        for item in batch:
            try:
                result = function(item)
            except MemoryError:
                result = Failure("读取所需内存超过上限")
            except Exception as error:  # noqa: BLE001  whatever an item does to a library, it is named, not lost
                result = Failure(f"读取出错：{type(error).__name__}: {error}")
            parent.send(result)


if __name__ == "__main__":
    # By its own name, so that what it sends is of the classes that the parent knows.
    import workers

    workers._serve(int(sys.argv[1]))
