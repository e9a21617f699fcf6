"""A page at a time: who watches over a reading is told as each page begins, and may have it left out.

No reader can stop a library that hangs or takes all memory on a page. Another process can: it ends the reading, and
begins it anew without that page (workers).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Watcher = Callable[[], str | None]
"""Called as a page begins; gives why it is to be left out, in Chinese, or None."""
_watcher: ContextVar[Watcher | None] = ContextVar("watcher", default=None)


@contextmanager
def watched(watcher: Watcher | None) -> Iterator[None]:
    """Have `watcher` told of the pages that are read meanwhile."""
    token = _watcher.set(watcher)
    try:
        yield
    finally:
        _watcher.reset(token)


def left_out(number: int) -> str | None:
    """Page `number` begins: what is to be said of it where it is to be left out, else None."""
    watcher = _watcher.get()
    reason = watcher() if watcher is not None else None
    return f"第{number}页{reason}，已放弃" if reason is not None else None
