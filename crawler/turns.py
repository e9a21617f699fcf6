"""Whose turn it is: one request at a time per address, whatever the names before it, and never sooner than asked."""

import asyncio
import heapq
import time
from collections import deque
from contextlib import suppress
from itertools import count
from typing import Generic, TypeVar

from crawler.addresses import Addresses

Walker = TypeVar("Walker")


class Turns(Generic[Walker]):
    """The waiting room of a run: every walker is either here, asking (its slot is taken), or has left for good."""

    def __init__(self, delay: float) -> None:
        """`delay` in seconds lies between an answer and the next request to the same address."""
        self.delay = delay
        self.addresses = Addresses()
        self._ready: list[tuple[float, int, Walker]] = []  # heap: when, first come first served, who
        self._order = count()
        self._taken: dict[str, deque[Walker]] = {}  # slot → who waits until it is given back
        self._resolving: set[asyncio.Task[None]] = set()
        # An earlier run may have ended this moment: the first request to an address keeps its distance too.
        self._began = time.monotonic()
        self._asked: dict[str, float] = {}  # slot → when its last answer began
        self._held: dict[str, float] = {}  # slot → when it wants to be asked again
        self._wake = asyncio.Event()

    @property
    def over(self) -> bool:
        """Whether nobody waits or asks any more."""
        return not (self._ready or self._taken or self._resolving)

    def wait(self, walker: Walker, until: float = 0.0) -> None:
        """Puts a walker in line, to be called at `until` (monotonic seconds) or when its turn comes after that."""
        heapq.heappush(self._ready, (until, next(self._order), walker))
        self._wake.set()

    def next(self) -> Walker | None:
        """The walker whose time has come, out of the line; None where all must still wait."""
        if self._ready and self._ready[0][0] <= time.monotonic():
            return heapq.heappop(self._ready)[2]
        return None

    def take(self, walker: Walker, host: str, gap: float) -> str | None:
        """The slot of a host, taken for a request now; None where the walker was put in line for it.

        `gap` in seconds is what the walker's site asks for, never less than the run's delay.
        """
        slot = self.addresses.slot(host)
        if slot is None:
            self._look_up(walker, host)
            return None
        if slot in self._taken:
            self._taken[slot].append(walker)
            return None
        due = max(self._asked.get(slot, self._began) + max(gap, self.delay), self._held.get(slot, 0.0))
        if due > time.monotonic():
            self.wait(walker, due)
            return None
        self._taken[slot] = deque()
        return slot

    def _look_up(self, walker: Walker, host: str) -> None:
        task = asyncio.ensure_future(self.addresses.look_up(host))
        self._resolving.add(task)

        def done(_: "asyncio.Task[None]") -> None:
            self._resolving.discard(task)
            self.wait(walker)

        task.add_done_callback(done)

    def give_back(self, slot: str, answered: float) -> None:
        """Frees a slot whose last answer began at `answered` (monotonic seconds); who waits for it is next in line."""
        self._asked[slot] = answered
        for walker in self._taken.pop(slot):
            self.wait(walker)
        self._wake.set()

    def hold(self, slot: str, seconds: float) -> None:
        """Lets nobody ask at a slot for so long: its server asked us to wait."""
        self._held[slot] = time.monotonic() + seconds

    def wake(self) -> None:
        """Ends a pause."""
        self._wake.set()

    async def pause(self) -> None:
        """Waits until somebody's time has come or something has changed."""
        wait = max(self._ready[0][0] - time.monotonic(), 0.001) if self._ready else None
        self._wake.clear()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), wait)
