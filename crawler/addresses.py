"""Names and the addresses behind them: each name is resolved once a run, and asked at the address that was booked."""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address

from aiohttp.abc import AbstractResolver, ResolveResult

THREADS = 32
"""Names looked up at once: a dead one keeps its thread for as long as the system's resolver is patient."""


class Addresses(AbstractResolver):
    """The resolver of a run. A name that cannot be resolved has no addresses, and is not tried again."""

    def __init__(self) -> None:
        """Resolves nothing yet."""
        self._known: dict[str, list[str]] = {}
        self._asking: dict[str, asyncio.Future[None]] = {}
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="names")

    def slot(self, host: str) -> str | None:
        """What is asked one at a time: the first address of a name, the name where it has none; None: not known yet."""
        if host not in self._known and _literal(host):
            self._known[host] = [host]
        found = self._known.get(host)
        return None if found is None else (found[0] if found else host)

    async def look_up(self, host: str) -> None:
        """Resolves a name, once: several who wait for it share the answer."""
        if host in self._known:
            return
        if host not in self._asking:
            self._asking[host] = asyncio.ensure_future(self._look_up(host))
        await self._asking[host]

    async def _look_up(self, host: str) -> None:
        loop = asyncio.get_running_loop()
        try:
            found = await loop.run_in_executor(self._threads, socket.getaddrinfo, host, None, 0, socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            found = []
        addresses = {ip_address(str(answer[4][0]).partition("%")[0]) for answer in found}
        # The order is ours, since servers rotate theirs: two names of one address get the same slot every time.
        self._known[host] = [str(one) for one in sorted(addresses, key=lambda one: (one.version, int(one)))]

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_INET,  # noqa: ARG002 - both are given
    ) -> list[ResolveResult]:
        """For aiohttp: the addresses in the order of their booking. Raises OSError where there is none."""
        await self.look_up(host)
        if not self._known[host]:
            raise OSError(socket.EAI_NONAME, f"{host} has no address")
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in self._known[host]
        ]

    async def close(self) -> None:
        """Lets go of the threads; what still waits for an answer is not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _literal(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
