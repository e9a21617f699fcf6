"""A crawl from start to end: settings, the visits, and what runs them."""

import logging
import os
import re
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from scrapy.crawler import AsyncCrawlerProcess

from crawler.calendar import Hours, is_due
from crawler.links import is_lasting
from crawler.robots import AGENT
from crawler.scope import Scope, tidy
from crawler.sites import Site
from crawler.spider import ReportSpider
from crawler.summary import Progress, SiteSummary, Summary, to_terminal
from crawler.trails import Trails
from crawler.walk import PRIORITY, Walk
from evidence import LEDGER, Captures, Recorder, Task, moments

DELAY = 2.0
"""Seconds between an answer and the next request to the same host, where nothing else is asked for."""

SETTINGS: dict[str, Any] = {
    # The ledger schedules, the handler records, the spider obeys robots.txt: Scrapy drives the requests, and none of
    # its middlewares may answer, redirect, retry or decode one unseen.
    "TWISTED_REACTOR_ENABLED": False,
    "DOWNLOAD_HANDLERS": {"http": "crawler.fetch.WireHandler", "https": "crawler.fetch.WireHandler"},
    "DOWNLOADER_MIDDLEWARES_BASE": {},
    "SPIDER_MIDDLEWARES_BASE": {},
    "EXTENSIONS_BASE": {},
    "CONCURRENT_REQUESTS": 256,  # hosts in flight; a host never has more than one
    "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
    "CONCURRENT_ITEMS": 1,  # the spider yields none; Scrapy starts so many workers for every answer
    "DOWNLOAD_DELAY": 0,  # the spider keeps the distance, redirects and robots.txt included
    "DOWNLOAD_DELAY_JITTER": 0,
    "DOWNLOAD_MAXSIZE": 50 << 20,
    "DOWNLOAD_TIMEOUT": 120,
    "ROBOTSTXT_OBEY": False,  # crawler.robots does: every robots.txt is a task with its evidence
    "LOG_ENABLED": False,
    "LOG_INSTALL_ROOT_HANDLER": False,
    "TELNETCONSOLE_ENABLED": False,
}


class NoContact(ValueError):  # noqa: N818 - it says what is missing
    """A crawl beyond loopback was started without saying who asks; str() is one line in Chinese."""

    def __init__(self) -> None:
        """Says how to give one."""
        super().__init__(
            "采集外部网站必须先说明联系方式：请设置环境变量 NIANBAO_CONTACT（邮箱或网址，会写进 User-Agent），"
            "或使用 --contact。"
        )


def crawl(
    sites: list[Site],
    *,
    captures: Path,
    delay: float = DELAY,
    year: int | None = None,
    contact: str | None = None,
    vantage: str | None = None,
    hours: Hours | None = None,
    limit: int | None = None,
    progress: Progress | None = None,
) -> Summary:
    """Visits the sites, goes on where an earlier run was interrupted, and says what came of it.

    `captures` is the folder of evidence, `delay` seconds, `year` that of the reports wanted (None: all). `contact` (a
    mail address or a page) is by default NIANBAO_CONTACT, and stands in the User-Agent. `vantage` names the place that
    asks, by default NIANBAO_VANTAGE. Nothing is asked outside of `hours`: a run that reaches their end is stopped.
    No site is asked more than `limit` times (None: as its budget has it, links.json).
    Raises NoContact, evidence.Busy, evidence.Unusable, evidence.DiskFull (nothing could be begun).
    """
    vantage = os.environ.get("NIANBAO_VANTAGE", "") if vantage is None else vantage
    contact = (contact or os.environ.get("NIANBAO_CONTACT", "")).strip()
    if not contact and not all(_loopback(site.url) for site in sites):
        raise NoContact
    agent = f"{AGENT}/0.1 (archive of annual open-government reports; {_ascii(contact) or 'loopback only'})"
    show = progress or to_terminal()
    with Recorder(captures, vantage=vantage, contact=contact) as recorder:
        walks = _walks(recorder, sites, year)
        recorder.flush()
        stopped = _run(
            walks,
            recorder=recorder,
            delay=max(delay, 0.0),
            year=year,
            agent=agent,
            progress=show,
            is_open=(lambda: hours.hold(datetime.now(UTC))) if hours else (lambda: True),
            limit=limit,
        )
        if progress is None and sys.stderr.isatty():
            sys.stderr.write("\n")
    return Summary([SiteSummary.of(walk) for walk in walks], stopped)


def due(sites: list[Site], captures: Path, now: datetime) -> list[Site]:
    """Those of `sites` (none: of all that the evidence in the folder `captures` knows) that are due by the calendar.

    Raises evidence.Unusable where there is no evidence and no site was given.
    """
    if not sites or (captures / LEDGER).exists():
        with closing(Captures(captures)) as evidence:
            states = {state.url: state for state in evidence.sites()}
    else:
        states = {}
    visited = {state.site: moments.in_china(state.finished) for state in states.values() if state.finished}
    given = sites or [Site(state.url, state.division_code, state.name) for state in states.values()]
    return [site for site in given if is_due(visited.get(site.host), now)]


def _ascii(contact: str) -> str:
    return re.sub(r"[^\x20-\x7e]|[()]", "", contact)


def _loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _walks(recorder: Recorder, sites: list[Site], year: int | None) -> list[Walk]:
    """A visit for each host, opened or taken up again; several addresses of a host are one visit."""
    by_host: dict[str, list[Site]] = {}
    for site in sites:
        by_host.setdefault(site.host.removeprefix("www."), []).append(site)
    hosts = frozenset(by_host)
    walks = []
    for given in by_host.values():
        first = given[0]
        rows = {site: recorder.site(site.url, first.host, site.division_code, site.name) for site in given}
        visit = recorder.visit(first.host, year)
        walk = Walk(visit, first, rows[first], Scope(first.url, hosts), Trails(partial(recorder.agenda.come_by, visit)))
        recorder.agenda.add(visit, [Task(tidy(site.url), "seed", rows[site], PRIORITY["seed"]) for site in given])
        if visit.resumed:
            walk.requests, walk.reports, walk.refused, walk.failed = recorder.captures.counts(visit.id)
            walk.at_home = walk.reports
            walk.new = recorder.captures.new_reports(visit.id)
        else:
            recorder.agenda.revisit(visit, "known", PRIORITY["known"])
        walk.barren_before = recorder.agenda.fruitless(visit, partial(is_lasting, since=int(visit.started[:4]) - 1))
        walks.append(walk)
    return walks


def _run(walks: list[Walk], **asked: Any) -> str | None:
    """Runs the spider with what it is asked; why it ended early, None where it did not."""
    logging.getLogger("scrapy").setLevel(logging.CRITICAL)
    with _signals() as main:
        process = AsyncCrawlerProcess(SETTINGS)
        crawler = process.create_crawler(ReportSpider)
        process.crawl(crawler, walks=walks, **asked)
        process.start(install_signal_handlers=main)
    spider = crawler.spider
    if isinstance(spider, ReportSpider) and spider.stopped:
        return spider.stopped
    if any(walk.verdict is None for walk in walks):
        return "采集中断；已保存的都在，再次运行同一命令即可继续。"
    return None


@contextmanager
def _signals() -> Iterator[bool]:
    """Gives Ctrl-C and SIGTERM back as they were; says whether this thread may handle them at all."""
    main = threading.current_thread() is threading.main_thread()
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)} if main else {}
    try:
        yield main
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)
