"""One small web server for many sites: every request is answered by a site and remembered.

Only the standard library. A site is a loopback address of its own, or a name on one (then the Host header decides).
"""

import asyncio
import contextlib
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256
from http import HTTPStatus
from typing import NamedTuple

from samples.publishing import Answer, Built, asked

MADE = datetime(2026, 3, 31, 8, 0, tzinfo=UTC)
LONGEST_FORM = 10_000
IDLE = 30.0


class Request(NamedTuple):
    """A request that a site got and what came of it. `at` is when it was read, `answered` when the answer was sent,
    in seconds of the monotonic clock; `host` the Host header, `path` with its query."""

    at: float
    answered: float
    site: str
    host: str
    method: str
    path: str
    headers: dict[str, str]
    status: int
    label: str


class Sites:
    """Running sites: `urls` of their home pages by key, the `log` of all requests in the order they came."""

    def __init__(self, built: Mapping[str, Built]) -> None:
        """`built` by key of the site; entries may be exchanged while it runs (a new round)."""
        self.built = dict(built)
        self.urls: dict[str, str] = {}
        self.log: list[Request] = []
        self._named: dict[str, str] = {}
        self._versions: dict[tuple[str, str], tuple[str, datetime]] = {}
        self._serial = 0

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        local = "{}:{}".format(*writer.get_extra_info("sockname"))
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, TimeoutError, ValueError):
            while await self._exchange(local, reader, writer):
                pass
        writer.close()

    async def _exchange(self, local: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), IDLE)
        line, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
        method, target, version = line.split(" ", 2)
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        size = int(headers.get("content-length") or 0)
        form = (await reader.readexactly(size)).decode("utf-8", "replace") if 0 < size <= LONGEST_FORM else ""
        at = time.monotonic()
        host = headers.get("host", "")
        key = self._named.get(host.rpartition(":")[0] or host) or self._named[local]
        self._serial += 1
        answer = self.built[key].answer(asked(target, headers, method, form, self._serial))
        status, sent = self._wire(answer, headers, key, target)
        if answer.pause:
            await asyncio.sleep(answer.pause)
        self.log.append(Request(at, time.monotonic(), key, host, method, target, headers, status, answer.label))
        head_size = sent.index(b"\r\n\r\n") + 4
        if answer.cut is not None:
            sent = sent[: head_size + answer.cut] if answer.cut >= 0 else b""
        writer.write(sent[:head_size] if method == "HEAD" else sent)
        await writer.drain()
        return answer.cut is None and version != "HTTP/1.0" and headers.get("connection", "").lower() != "close"

    def _wire(self, answer: Answer, headers: dict[str, str], key: str, target: str) -> tuple[int, bytes]:
        """The status and everything that goes over the wire."""
        status, body, lines = answer.status, answer.body, list(answer.headers)
        kind = self.built[key].validators
        if kind and status == 200:
            tag = f'"{sha256(body).hexdigest()[:16]}"'
            known, changed = self._versions.get((key, target), (tag, MADE))
            if known != tag:
                changed = datetime.now(UTC).replace(microsecond=0)
            self._versions[key, target] = (tag, changed)
            lines += [("ETag", tag)] if kind != "modified" else []
            lines += [("Last-Modified", format_datetime(changed, usegmt=True))] if kind != "etag" else []
            if _unchanged(headers, tag, changed, kind):
                status, body = 304, b""
        lines += [("Date", format_datetime(datetime.now(UTC), usegmt=True)), ("Server", "Apache")]
        if status != 304:
            given = {name for name, _ in lines}
            lines += [("Content-Length", str(len(body)))] if "Content-Length" not in given else []
            lines += [("Content-Type", answer.media_type)] if answer.media_type else []
        reason = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "Unknown"
        head = "".join(f"{name}: {value}\r\n" for name, value in lines)
        return status, f"HTTP/1.1 {status} {reason}\r\n{head}\r\n".encode() + body


def _unchanged(headers: dict[str, str], tag: str, changed: datetime, kind: str) -> bool:
    """Whether what the visitor has is still what there is."""
    if kind != "modified" and "if-none-match" in headers:
        return tag in headers["if-none-match"]
    try:
        return kind != "etag" and parsedate_to_datetime(headers.get("if-modified-since", "")) >= changed
    except (TypeError, ValueError):
        return False


@contextmanager
def serving(
    sites: Sites, places: Mapping[str, tuple[str, int]], names: Mapping[str, str] | None = None
) -> Iterator[Sites]:
    """Starts the sites for the length of a with statement.

    `places` gives each key an address and a port (0: any); several keys may share an address if `names` (host name →
    key) tells them apart. A port that is taken is exchanged for another, and 127.0.0.1 stands in for an address that
    the machine does not have. Raises OSError where none is free.
    """
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    sites._named.update(names or {})
    servers = []

    async def start(key: str, host: str, port: int) -> asyncio.Server:
        for place in ((host, port), (host, 0), ("127.0.0.1", 0)):
            try:
                server = await asyncio.start_server(sites._converse, *place)
            except OSError:
                continue
            bound = server.sockets[0].getsockname()[1]
            name = f"{place[0]}:{bound}"
            sites._named[name] = key
            sites.urls[key] = f"http://{place[0]}:{bound}/"
            return server
        raise OSError("no loopback address is free for the sample sites")

    try:
        started: dict[tuple[str, int], str] = {}
        by_key = {key: name for name, key in reversed(list((names or {}).items()))}  # the first name is the site's own
        for key, place in places.items():
            if place in started:
                sites.urls[key] = sites.urls[started[place]]
            else:
                future = asyncio.run_coroutine_threadsafe(start(key, *place), loop)
                servers.append(future.result(10))
                started[place] = key
            if key in by_key:
                port = sites.urls[key].rstrip("/").rpartition(":")[2]
                sites.urls[key] = f"http://{by_key[key]}:{port}/"
        yield sites
    finally:

        async def stop() -> None:
            for server in servers:
                server.close()
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()

        asyncio.run_coroutine_threadsafe(stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
