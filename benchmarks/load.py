"""What a crawl costs: CPU and memory for each request, beside a bare Scrapy spider on the same pages in the same run.

`python -m benchmarks.load`: hundreds of hosts (loopback addresses) in flight in one process. The server is a process of
its own and not counted. Exit status 1 where a request costs more than LIMIT or memory grows.
"""

import argparse
import asyncio
import multiprocessing
import os
import re
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks import corpus

LIMIT = 0.010
"""Seconds of CPU for each request, all in."""

GROWTH = 1.25
"""How much larger the process may be at the end than after a fifth of the requests."""

PER_LIST = 20
MENU = "".join(f'<li><a href="/menu/{n}/" title="栏目{n}">政务动态栏目{n}</a></li>' for n in range(150))


RENDERINGS = ("html-word", "html-wps", "html-ueditor", "html-plain", "html-nested", "html-1990s")


SHORT = (
    "<html><meta charset=utf-8><body><h1>第一镇人民政府2023年政府信息公开工作年度报告</h1><p>索引号：".encode(),
    "</p><p>一、总体情况</p><p>{0}</p><p>二、主动公开政府信息情况</p><p>三、收到和处理政府信息公开申请情况</p>"
    "<p>四、政府信息公开行政复议、行政诉讼情况</p><p>五、存在的主要问题及改进情况</p><p>六、其他需要报告的事项</p><p>{0}</p>"
    "</body></html>".format("本年度依法主动公开政府信息，没有收到政府信息公开申请。" * 8).encode(),
)
"""A report of a few lines: what memory does over many requests has nothing to do with how long pages are."""


class Pages:
    """A county's site, the same on every host: home page, lists, `reports` reports of `size` bytes on average."""

    def __init__(self, reports: int, short: bool = False) -> None:
        """Renders the six reports, one of each kind of markup, that all are made from; or one of a few lines."""
        self._halves = [SHORT] if short else self._rendered()
        self._reports = reports
        self.size = sum(len(before) + len(after) for before, after in self._halves) // len(self._halves)
        self.requests = 2 + -(-reports // PER_LIST) + reports  # robots.txt, home; lists; reports

    @staticmethod
    def _rendered() -> list[tuple[bytes, bytes]]:
        whole = {item.rendering: data for item, data in corpus.plan_here() if not item.tear}
        halves = []
        for name in RENDERINGS:
            head, body = re.split(rb"(?<=<body>)|(?<=<body )", whole[name], maxsplit=1)
            halves.append((head + f"<ul>{MENU}</ul><p>索引号：".encode(), b"</p>" + body))
        return halves

    def give(self, path: str) -> bytes | None:
        """The page at a path, None where there is none."""
        if path == "/robots.txt":
            return b"User-agent: *\nDisallow: /menu/\n"
        if path == "/":
            return self._list([("/xxgk/nb/", "政府信息公开年报")])
        if path.startswith("/xxgk/nb/"):
            number = int(path[9:-5] or 0) if path != "/xxgk/nb/" else 0
            first = number * PER_LIST
            links = [
                (f"/r/{n}.html", f"第{n}镇人民政府2023年政府信息公开工作年度报告")
                for n in range(first, min(first + PER_LIST, self._reports))
            ]
            following = [(f"/xxgk/nb/{number + 1}.html", "下一页")] if first + PER_LIST < self._reports else []
            return self._list(links + following)
        if path.startswith("/r/"):
            before, after = self._halves[int(path[3:-5]) % len(self._halves)]
            return before + path.encode() + after
        return None

    def _list(self, links: list[tuple[str, str]]) -> bytes:
        items = "".join(f'<li><a href="{path}">{words}</a></li>' for path, words in links)
        return f"<html><head><meta charset=utf-8></head><body><ul>{MENU}</ul><ul>{items}</ul></body></html>".encode()


class _Toy(asyncio.Protocol):
    """As little of a web server as will do."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        path = data.split(b" ", 2)[1].decode()
        body = self._pages.give(path)
        status = b"200 OK" if body is not None else b"404 Not Found"
        body = body or b"none"
        kind = b"text/plain" if path == "/robots.txt" else b"text/html; charset=utf-8"
        head = b"HTTP/1.1 %b\r\nContent-Type: %b\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
        assert isinstance(self._transport, asyncio.Transport)
        self._transport.write(head % (status, kind, len(body)) + body)
        self._transport.close()


def _serve(reports: int, short: bool, port: "multiprocessing.Queue[int]") -> None:
    async def main() -> None:
        pages = Pages(reports, short)
        server = await asyncio.get_running_loop().create_server(lambda: _Toy(pages), "0.0.0.0", 0, backlog=4096)  # noqa: S104
        port.put(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())


@contextmanager
def _server(reports: int, short: bool = False) -> Iterator[int]:
    """The toy server, in a process of its own; gives its port, the same on every loopback address."""
    port: multiprocessing.Queue[int] = multiprocessing.Queue()
    process = multiprocessing.Process(target=_serve, args=(reports, short, port), daemon=True)
    process.start()
    try:
        yield port.get(timeout=120)
    finally:
        process.terminate()
        process.join()


def _homes(hosts: int, port: int) -> list[str]:
    return [f"http://127.9.{n // 250}.{n % 250 + 1}:{port}/" for n in range(hosts)]


class Meter:
    """CPU seconds and memory of this process while it asks; `say` is told how many answers there were."""

    def __init__(self, total: int) -> None:
        """Begins to count now."""
        self._total, self._seen = total, 0
        self._cpu, self._wall = self._used(), time.monotonic()
        self.memory: list[int] = []

    @staticmethod
    def _used() -> float:
        used = resource.getrusage(resource.RUSAGE_SELF)
        return used.ru_utime + used.ru_stime

    def say(self, answers: int) -> None:
        """Notes the memory at every tenth of the way."""
        self._seen = answers
        if answers >= self._total * (len(self.memory) + 1) / 10:
            pages = int(Path("/proc/self/statm").read_text().split()[1])
            self.memory.append(pages * os.sysconf("SC_PAGE_SIZE") >> 20)
            print(f"  {answers}\t{self.memory[-1]} MB", file=sys.stderr)

    def result(self) -> dict[str, object]:
        """Answers, CPU milliseconds an answer, answers a second, and MB at every tenth of the way."""
        cpu, wall = self._used() - self._cpu, time.monotonic() - self._wall
        each = 1000 * cpu / max(self._seen, 1)
        return {"answers": self._seen, "ms": round(each, 2), "rate": round(self._seen / wall), "MB": self.memory}


def _ours(homes: list[str], total: int, delay: float) -> dict[str, object]:
    import crawler

    with tempfile.TemporaryDirectory() as folder:
        meter = Meter(total)
        summary = crawler.crawl(
            [crawler.Site(home) for home in homes],
            captures=Path(folder),
            delay=delay,
            progress=lambda walks: meter.say(sum(walk.requests for walk in walks)),
        )
        stored = sum(path.stat().st_size for path in Path(folder).iterdir()) >> 20
        return meter.result() | {"stored MB": stored, "reports": sum(site.reports for site in summary.sites)}


def _bare(homes: list[str], total: int, delay: float) -> dict[str, object]:
    import scrapy
    from scrapy.crawler import AsyncCrawlerProcess
    from scrapy.http import Response

    answers = 0
    meter = Meter(total)

    class Bare(scrapy.Spider):
        name = "bare"
        start_urls = homes

        def parse(self, response: Response) -> Iterator[scrapy.Request]:
            nonlocal answers
            answers += 1
            meter.say(answers)
            if not isinstance(response, scrapy.http.TextResponse):
                return
            for address in response.css("a::attr(href)").getall():
                if not address.startswith("/menu/"):  # ours doesn't follow these either
                    yield response.follow(address, self.parse)

    settings = {
        "CONCURRENT_REQUESTS": 256,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "DOWNLOAD_DELAY": delay,
        "ROBOTSTXT_OBEY": True,
        "LOG_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
    }
    process = AsyncCrawlerProcess(settings)
    process.crawl(Bare)
    process.start()
    return meter.result()


def _measured(what: Callable[[list[str], int, float], dict[str, object]], *arguments: Any) -> dict[str, object]:
    """The result of a crawl in a fresh process; one that heeds no SIGTERM any more (Scrapy's) ends by itself."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(what, *arguments).result()


def main() -> int:
    """Runs both crawls and prints what they cost."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--requests", type=int, default=10_000, help="for ours (at least); the bare one asks a tenth")
    parser.add_argument("--hosts", type=int, default=300)
    parser.add_argument("--delay", type=float, default=0.5)
    parser.add_argument("--short", action="store_true", help="pages of a few lines: to look at the memory")
    asked = parser.parse_args()
    reports = max(asked.requests // asked.hosts - 4, 1)
    fewer = max(asked.requests // 10 // asked.hosts - 4, 10)
    with _server(fewer, asked.short) as port:
        bare = _measured(_bare, _homes(asked.hosts, port), asked.hosts * Pages(fewer).requests, asked.delay)
    with _server(reports, asked.short) as port:
        pages = Pages(reports, asked.short)
        ours = _measured(_ours, _homes(asked.hosts, port), asked.hosts * pages.requests, asked.delay)
    print(f"{asked.hosts} hosts, pages of {pages.size >> 10} kB")
    print("bare Scrapy, stores nothing:", bare)
    print("nianbao:", ours)
    memory = ours["MB"]
    assert isinstance(memory, list)
    assert isinstance(ours["ms"], float)
    flat = len(memory) < 10 or memory[-1] <= GROWTH * memory[1]
    return 0 if ours["ms"] <= 1000 * LIMIT and flat and ours["reports"] == asked.hosts * reports else 1


if __name__ == "__main__":
    sys.exit(main())
