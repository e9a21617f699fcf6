"""The walk: one spider for all sites, each a visit, from its home page through columns to its reports.

What is still to do stands in the ledger, not in Scrapy's queue: an answer, what it led to and the end of its task are
one transaction, and a site is asked again only when its last answer is safe on disk. So a crawl that was killed is
simply run again. Redirects, retries and robots.txt are tasks like any other.
"""

import asyncio
import logging
import re
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

import scrapy
from scrapy.http import Response
from twisted.python.failure import Failure

import extract
from crawler import barriers, links, monitors, platforms, robots
from crawler.fetch import ENCODINGS, NoAnswer, text_of
from crawler.platforms import Listing
from crawler.scope import Scope, lasting, tidy
from crawler.sites import Site
from crawler.trails import Trails
from crawler.turns import Turns
from evidence import (
    FAILURES,
    KEPT,
    NOTHING,
    REFUSALS,
    About,
    Capture,
    DiskFull,
    EvidenceError,
    Exchange,
    Lost,
    Recorder,
    Task,
    Visit,
)
from evidence.warc import decode as without_encoding

log = logging.getLogger(__name__)
log.addHandler(logging.NullHandler())  # a terminal shows lines for people, not tracebacks

MAX_HOPS = 5  # redirects in a row
MAX_TRIES = 2  # of an address that failed, after the first
MAX_FAILURES = 5  # in a row, then the host is left alone
MAX_REFUSALS = 3  # forbidden pages in a row, or home pages in the place of articles, likewise
SHELL = 5000  # bytes; a smaller page may be what every address of a site that lives in JavaScript is answered with
RETRY_AFTER = 5  # times the delay, and again as much for each further try
LONGEST_WAIT = 120  # seconds of Retry-After that a run waits for; a site that asks for more is left alone
BATCH_SECONDS = 0.25  # how long an answer may wait to be written together with others
_ARTICLES = frozenset({"item", "guess", "known"})  # stages whose pages are most likely reports
_OF_THE_FORM = re.compile(r"总体情况|收到和处理|行政诉讼")  # a page with links to reports and none of it is a list
Judgement = tuple[str, list[Task], About]
"""The kind of an answer, what it leads to, and what it is about."""

_PRIORITY = links.WORDS["priority"]
_BUDGET = links.WORDS["budget"]


@dataclass(slots=True)
class Walk:
    """A visit under way."""

    visit: Visit
    site: Site
    row: int  # of the ledger's table of sites
    scope: Scope
    rules: dict[str, robots.Rules] = field(default_factory=dict)
    requests: int = 0
    reports: int = 0
    new: int = 0
    refused: int = 0
    failed: int = 0
    failures: int = 0  # in a row
    refusals: int = 0  # in a row
    barren: int = 0  # requests since the last report
    homes: int = 0  # in a row, in the place of articles
    entrance: str | None = None  # the outcome of a given address, where it was not had
    stopped: str | None = None  # the outcome for which the site is left alone
    verdict: monitors.Verdict | None = None
    ready: scrapy.Request | None = None  # what it asks when its turn comes
    home: str | None = None  # fingerprint of the home page, where that is more than a shell
    slot: str = ""  # of its request under way: the address that is asked
    trails: Trails = field(default_factory=Trails)
    menus: set[str] = field(default_factory=set)  # what the home page links to
    barren_before: set[str] = field(default_factory=set)  # what earlier visits found no report by


class ReportSpider(scrapy.Spider):
    """Walks all sites at once, each politely."""

    name = "nianbao"

    def __init__(
        self,
        recorder: Recorder,
        walks: list[Walk],
        delay: float,
        year: int | None,
        agent: str,
        progress: Callable[[list[Walk]], None],
        is_open: Callable[[], bool] = lambda: True,
        limit: int | None = None,
        **_: Any,
    ) -> None:
        """`delay` in seconds between an answer and the next request to the same site."""
        super().__init__()
        self.recorder = recorder
        self.walks = walks
        self.delay = delay
        self.limit = limit
        self.open = is_open  # whether the hours in which may be asked last
        self.turns: Turns[Walk] = Turns(delay)
        self.year = year
        self.agent = agent
        self.progress = progress
        self.stopped: str | None = None  # why the whole run ended early
        self._saving: asyncio.Future[None] | None = None

    # --- who is asked next

    async def start(self) -> AsyncIterator[Any]:
        """Hands out a request whenever a site may be asked, until no site has anything to do."""
        for walk in self.walks:
            self.turns.wait(walk)
        while self.stopped is None and not self.turns.over:
            if not self.open():
                self.stopped = "允许采集的时段已过；已保存的都在，到时再次运行同一命令即可继续。"
                break
            request = self._next()
            if request is not None:
                yield request
            elif not self.turns.over:
                await self.turns.pause()

    def _next(self) -> scrapy.Request | None:
        while (walk := self.turns.next()) is not None:
            try:
                request = walk.ready or self._request(walk)
            except Exception as error:  # noqa: BLE001 - said and stopped; unhandled, the walk would wait for ever
                self._give_up(error)
                return None
            if request is None:
                continue
            gap = max((rules.delay for rules in walk.rules.values()), default=0.0)
            slot = self.turns.take(walk, urlsplit(request.url).hostname or "", gap)
            walk.ready = request if slot is None else None
            if slot is not None:
                walk.slot = slot
                return request
        return None

    def _request(self, walk: Walk) -> scrapy.Request | None:
        """The next request of a site; None where it must wait or has ended."""
        while True:
            task = None if walk.stopped else self.recorder.next_task(walk.visit)
            if task is None or self._spent(walk, task):
                self._finish(walk)
                return None
            if walk.trails.given_up(task.url, task.stage):
                self.recorder.drop(task)
                continue
            if task.stage == "robots" or task.not_before > time.time():
                return self._when_due(walk, task)
            origin = _origin(task.url)
            rules = walk.rules.get(origin) or self._remembered(walk, origin)
            if rules is None:
                address = f"{origin}/robots.txt"
                self.recorder.add(walk.visit, [Task(address, "robots", walk.row, 1000, words=origin)])
                asking = self.recorder.task(walk.visit, address)
                if asking is None:  # its turn came and went without an answer
                    walk.rules[origin] = robots.Rules(None, reason="unreachable")
                    continue
                return self._when_due(walk, asking)
            if rules.reason and origin == _origin(walk.site.url):
                walk.stopped = rules.reason if rules.reason in FAILURES else "robots"
                continue
            if not rules.allows(task.url):
                walk.refused += 1
                if task.stage == "seed":
                    walk.entrance = "robots"
                refusal = rules.reason if rules.reason in REFUSALS else "robots"
                self.recorder.record(
                    Exchange(task.url), refusal, kind="other", site=task.site, visit=walk.visit, task=task
                )
                continue
            return self._ask(walk, task)

    def _when_due(self, walk: Walk, task: Task) -> scrapy.Request | None:
        wait = task.not_before - time.time()
        if wait <= 0:
            return self._ask(walk, task)
        self.turns.wait(walk, time.monotonic() + wait)
        return None

    def _remembered(self, walk: Walk, origin: str) -> robots.Rules | None:
        """The rules that this visit was given before it was interrupted."""
        capture = self.recorder.robots(walk.visit, origin)
        if capture is None:
            return None
        walk.rules[origin] = robots.rules(capture.outcome, text_of(self._body(capture), capture.media_type))
        return walk.rules[origin]

    def _spent(self, walk: Walk, task: Task) -> bool:
        if self.limit is not None and walk.requests >= self.limit:
            return True
        if task.stage in {"robots", "seed", "known", "attachment", "part"}:
            return False
        if walk.requests >= _BUDGET["start"] + walk.reports * (1 + _BUDGET["per_report"]):
            return True
        # Only guesses are left, and the last ones led nowhere.
        return walk.reports > 0 and walk.barren >= _BUDGET["barren"] and task.priority < _PRIORITY["column"]

    def _ask(self, walk: Walk, task: Task) -> scrapy.Request:
        headers = {"User-Agent": self.agent, "Accept": "*/*", "Accept-Encoding": ENCODINGS, "Accept-Language": "zh-CN"}
        if task.found_on and task.stage != "seed":
            headers["Referer"] = urldefrag(task.found_on)[0]
        if form := urlsplit(task.url).fragment:
            headers["Content-Type"] = (
                "application/json" if form.startswith("{") else "application/x-www-form-urlencoded"
            )
            headers["X-Requested-With"] = "XMLHttpRequest"
        known = self.recorder.validators(task.url) if task.tries == 0 else None
        if known is not None:
            if known.etag:
                headers["If-None-Match"] = known.etag
            if known.last_modified:
                headers["If-Modified-Since"] = known.last_modified
        return scrapy.Request(
            task.url,
            headers=headers,
            callback=self.answered,
            errback=self.failed,
            dont_filter=True,
            meta={
                "walk": walk,
                "task": task,
                "known": known and known.capture,
                "transport": self._transport(walk, task.url),
                "verbatim_url": True,
            },
        )

    @staticmethod
    def _transport(walk: Walk, url: str) -> str:
        """What a host is allowed: only the site's own, which a person has looked at."""
        return walk.site.transport if walk.scope.holds_entry(url) else ""

    # --- what came back

    async def answered(self, response: Response) -> None:
        """Judges an answer, records it and what it leads to."""
        await self._settle(response.meta, None)

    async def failed(self, failure: Failure) -> None:
        """Records that there was no answer, or none worth having."""
        error = failure.value
        if not isinstance(error, NoAnswer):
            log.error("%s: %r", failure.request.url, error)  # type: ignore[attr-defined]
        outcome = error.outcome if isinstance(error, NoAnswer) else "bad_answer"
        await self._settle(failure.request.meta, outcome)  # type: ignore[attr-defined]

    async def _settle(self, meta: dict[str, Any], failure: str | None) -> None:
        walk, task = meta["walk"], meta["task"]
        try:
            self._take(walk, task, meta["exchange"], meta["known"], failure)
            await self._saved()
        except Exception as error:  # noqa: BLE001 - as above
            self._give_up(error)
            return
        self.turns.give_back(walk.slot, meta.get("answered", time.monotonic()))
        self.turns.wait(walk)

    def _give_up(self, error: Exception) -> None:
        """Ends the run where going on would lose something; what was acknowledged is safe."""
        if isinstance(error, EvidenceError):
            self.stopped = str(error)
        else:
            log.error("the crawl gives up", exc_info=error)
            self.stopped = f"采集因程序错误中止（{type(error).__name__}: {error}）；已保存的都在。"
        self.turns.wake()

    async def _saved(self) -> None:
        """Returns when everything recorded so far is acknowledged; answers of a moment are written together."""
        loop = asyncio.get_running_loop()
        if self._saving is None:
            saving = self._saving = loop.create_future()
            loop.call_later(min(BATCH_SECONDS, self.delay / 4), self._save, saving)
        await asyncio.shield(self._saving)

    def _save(self, saving: "asyncio.Future[None]") -> None:
        self._saving = None
        try:
            self.recorder.flush()
        except DiskFull as error:
            saving.set_exception(error)
        else:
            saving.set_result(None)
            self.progress(self.walks)

    def _take(self, walk: Walk, task: Task, exchange: Exchange, known: Capture | None, failure: str | None) -> None:
        body = without_encoding(exchange.body, exchange.header("Content-Encoding") or "")
        media_type = exchange.header("Content-Type")
        text = text_of(body, media_type) if failure is None and _is_text(body) else ""
        outcome = failure or barriers.outcome(task.url, exchange, body, text, task.stage)
        if outcome == "ok" and len(body) > self.settings.getint("DOWNLOAD_MAXSIZE"):
            outcome, exchange.body, exchange.truncated = "too_large", b"", "length"
        if outcome == "unchanged":
            if known is None:
                outcome = "bad_answer"
            else:
                body, media_type = self._body(known), known.media_type
                outcome = "unchanged" if body else "bad_answer"  # the next try asks for it whole
                text = text_of(body, media_type) if _is_text(body) else ""
        if self._retry(walk, task, outcome, exchange):
            return
        target = self._redirect(walk, task, exchange) if outcome == "redirect" else None
        if target and target.stage not in {"seed", "robots"} and barriers.leads_home(target.url):
            target, outcome = None, "soft_404"  # a page that is gone and sends its visitors home
        kind, found, about = "other", [target] if target else [], NOTHING
        if outcome in {"gone", "soft_404"} and (other := platforms.instead(task.url, task.found_on or "")):
            found = [replace(task, url=other, priority=task.priority + 1, tries=0, id=0)]  # before its likes are asked
        if task.stage == "robots":
            kind = "robots"
            if target is None:
                walk.rules[task.words] = robots.rules(outcome, text)
        elif outcome in {"ok", "unchanged"}:
            kind, found, about = self._judged(walk, task, body, media_type, text)
            if outcome == "unchanged" and known is not None and kind != known.kind and kind in KEPT:
                # Understood only now what it is, and its body is among the pages that may expire: have it whole.
                self.recorder.postpone(task, 0)
                return
            if self._is_home(walk, task, about, len(body)):
                if self._retry(walk, task, "throttled", exchange):
                    return
                walk.homes += 1
                kind, found, outcome = "other", [], "throttled" if walk.homes >= MAX_REFUSALS else "soft_404"
            elif kind == "report":
                walk.homes = 0
        about = replace(about, transport=self._transport(walk, task.url))
        capture = self.recorder.record(
            exchange, outcome, kind=kind, site=task.site, visit=walk.visit, task=task, about=about
        )
        self.recorder.add(walk.visit, found)
        self._count(walk, task, capture)

    def _is_home(self, walk: Walk, task: Task, about: About, size: int) -> bool:
        """Whether the home page was served in the place of an article, as some do with 200 to who asks too much."""
        if task.stage == "seed" and size > SHELL:
            walk.home = walk.home or about.fingerprint
        return task.stage in {"item", "known"} and about.fingerprint is not None and about.fingerprint == walk.home

    def _retry(self, walk: Walk, task: Task, outcome: str, exchange: Exchange) -> bool:
        """Whether a task that failed in passing was put off for another try; the failure is evidence all the same."""
        if outcome == "throttled" and task.tries < MAX_TRIES:
            wait = barriers.retry_after(exchange) or RETRY_AFTER * max(self.delay, 1.0)
            if wait > LONGEST_WAIT:
                return False
            self.turns.hold(walk.slot, wait)  # the whole site waits
        elif outcome in {"timeout", "unreachable", "truncated", "server_error", "bad_answer"}:
            tries = 1 if task.stage == "robots" else MAX_TRIES
            if task.tries >= tries or walk.failures >= MAX_FAILURES:
                return False
            wait = RETRY_AFTER * self.delay * (task.tries + 1)
        else:
            return False
        walk.requests += 1
        walk.failures += 1
        walk.failed += outcome in FAILURES
        walk.refused += outcome in REFUSALS
        self.recorder.record(
            exchange,
            outcome,
            kind="other",
            site=task.site,
            visit=walk.visit,
            found_on=task.found_on,
            words=task.words,
            about=About(transport=self._transport(walk, task.url)),
        )
        self.recorder.postpone(task, time.time() + wait)
        return True

    def _redirect(self, walk: Walk, task: Task, exchange: Exchange) -> Task | None:
        location = exchange.header("Location")
        if not location or task.hops >= MAX_HOPS:
            return None
        try:
            there = urldefrag(urljoin(task.url, location.encode("latin-1").decode("utf-8", "replace")))[0]
            url = tidy(there)
        except ValueError:
            return None
        if "http-only" in self._transport(walk, url):
            url = re.sub("^https:", "http:", url)
        if url == task.url:  # the server insists on a session id in the address
            url = there
        if task.stage == "seed":
            walk.scope.widen(url)  # the address that a person gave has moved: its new host is the site
        if task.stage != "robots" and not walk.scope.holds(url):
            return None
        hops = task.hops + 1
        return Task(url, task.stage, task.site, task.priority + 1, task.words, task.found_on, hops, spelling=task.url)

    def _judged(self, walk: Walk, task: Task, body: bytes, media_type: str | None, text: str) -> Judgement:
        """What an answer is, and what it leads to. One bad page never stops a crawl."""
        try:
            return self._judge(walk, task, body, media_type, text)
        except Exception:
            log.exception("cannot judge %s", task.url)
            return "other", [], NOTHING

    def _judge(self, walk: Walk, task: Task, body: bytes, media_type: str | None, text: str) -> Judgement:
        if task.stage in {"attachment", "part"}:
            if not text:
                return "attachment", [], NOTHING
            return "attachment", [], About(extract.identify(body, media_type=media_type, url=task.url).fingerprint)
        if task.stage == "roster":
            roster = extract.roster(body, media_type=media_type)
            return ("page", [], NOTHING) if roster is None else ("roster", [], About(year=roster.year))
        article = task.stage in _ARTICLES or not text
        identity, listing, leads, found = None, Listing("generic"), list[Task](), list[Task]()
        if not article:
            listing = platforms.read(text, task.url, lambda: self._above(task))
            leads = list(self._leads(walk, task, text, listing))
        if article or task.stage == "seed" or self._may_be_report(task, text, leads):
            identity = extract.identify(body, media_type=media_type, url=task.url, words=task.words)
        if article and text:
            if identity is not None and identity.is_report and task.stage in {"item", "known"}:
                # An article's menus lead nowhere that its list did not; their links cost the most.
                listing = platforms.of_system(text, task.url) or listing
            else:
                listing = platforms.read(text, task.url, lambda: self._above(task))
        about = About(None if identity is None else identity.fingerprint)
        about = replace(about, system=listing.system if listing.system != "generic" else None)
        if identity is None:
            return "page", leads, about
        if not identity.is_report or (self.year is not None and identity.year not in {self.year, None}):
            if article:
                leads = list(self._leads(walk, task, text, listing))
            return "page" if text else "other", leads, about
        about = replace(about, office=identity.office, year=identity.year)
        belongs = [("attachment", address) for address in identity.attachments]
        for stage, address in [*belongs, *(("part", address) for address in identity.further_pages)]:
            url = tidy(urldefrag(urljoin(task.url, address))[0])
            if walk.scope.holds(url):
                found.append(Task(url, stage, task.site, _PRIORITY[stage], "", task.url))
        if task.stage not in {"item", "known"}:
            found += self._leads(walk, task, text, listing, report=True)
        return "report", found, about

    @staticmethod
    def _may_be_report(task: Task, text: str, leads: list[Task]) -> bool:
        """Whether a page that should be a list is worth reading: some columns show the report itself."""
        if _OF_THE_FORM.search(text):
            return True
        items = {lead.url for lead in leads if lead.stage == "item"}
        listed = len(items) > 1 or (items and links.is_column(text))
        return task.stage not in links.OUTSIDE | {"list"} and not listed

    def _above(self, task: Task) -> Iterator[str]:
        """The pages that led to a task's address, nearest first, as they were captured.

        Of a list only the page before its first: the fortieth page is as near to the script that asks for it.
        """
        url, seen, list_of = task.found_on, {task.url}, urlsplit(task.url).path
        for _ in range(MAX_HOPS):
            while url is not None and url not in seen and (capture := self.recorder.captures.latest(url)) is not None:
                seen.add(url)
                url = capture.found_on
                if urlsplit(capture.url).path != list_of:
                    yield text_of(self._body(capture), capture.media_type)
                    break

    def _leads(self, walk: Walk, task: Task, text: str, listing: Listing, *, report: bool = False) -> Iterator[Task]:
        """The tasks that a page leads to, by the words of its links and the ways of its content system."""
        stage = task.stage
        if stage in links.OUTSIDE | {"item", "guess"} and links.is_column(text):
            stage = "column"
        elif report and stage in links.OUTSIDE:  # a report by itself: what its system names beside it is of other years
            stage = "group"
        promising = stage in {"column", "group"}
        deeper = task.priority if stage == "group" else 0
        for link in listing.links:
            url = walk.scope.canonical(link.url, task.url)
            guess = not report and walk.scope.holds_entry(url)
            fresh = link.url not in walk.menus
            lead = links.step(link.words, url, stage, task.url, self.year, under=link.under, fresh=fresh, guess=guess)
            if lead is None or url == task.url or url in walk.barren_before or not walk.scope.holds(url):
                continue
            if walk.trails.is_elsewhere(url):
                url = platforms.instead(url, task.url) or url
            if lead.stage in links.OUTSIDE and (report or not walk.scope.holds_entry(url)):
                continue
            promising = promising or lead.stage == "item"
            priority = lead.priority - (
                _PRIORITY["item"] - _PRIORITY["guess"] if task.stage in {"item", "guess"} else 0
            )
            if lead.stage == "group":  # what lies deeper comes first: a way is known to pay before its sisters
                priority = max(priority, min(deeper + 1, _PRIORITY["column"]))
            yield Task(url, lead.stage, task.site, priority, link.words, task.url, spelling=lasting(link.url))
        if task.stage == "seed" and stage == "seed":
            walk.menus.update(link.url for link in listing.links)
        for url in [] if report else listing.frames:
            if walk.scope.holds(url):
                inherited = stage if stage in links.OUTSIDE | {"column", "group", "list"} else "frame"
                yield Task(tidy(url), inherited, task.site, _PRIORITY["frame"], task.words, task.url)
        for address in listing.pages if promising and not report else ():
            url = platforms.instead(address, task.url) or address if walk.trails.is_elsewhere(address) else address
            if walk.scope.holds(url):
                yield Task(tidy(url), "list", task.site, _PRIORITY["list"], task.words, task.url)

    def _count(self, walk: Walk, task: Task, capture: Capture) -> None:
        outcome = capture.outcome
        walk.requests += 1
        if task.stage not in {"robots", "seed", "known", "attachment", "part"}:
            walk.trails.asked(task.url, task.stage, task.found_on)
        if outcome in {"gone", "soft_404"} and platforms.instead(task.url, task.found_on or ""):
            walk.trails.not_there(task.url)
        if capture.kind == "report":
            walk.trails.led_to_report(task.url)
            walk.reports += 1
            walk.new += outcome == "ok"
            walk.barren = 0
        elif capture.kind == "roster":
            walk.trails.led_to_report(task.url)
        elif task.stage not in {"attachment", "part", "robots"}:
            walk.barren += 1
        walk.failures = walk.failures + 1 if outcome in FAILURES else 0
        failing = walk.failures >= MAX_FAILURES
        walk.failed += outcome in FAILURES
        walk.refused += outcome in REFUSALS
        walk.refusals = walk.refusals + 1 if outcome in REFUSALS else 0
        if task.stage == "seed" and (outcome in FAILURES or outcome in REFUSALS or outcome in {"gone", "soft_404"}):
            walk.entrance = outcome
        # One forbidden page may be just that; a forbidden entrance, or one after another, is the site's will.
        forbidden = outcome == "refused" and (task.stage == "seed" or walk.refusals >= MAX_REFUSALS)
        if task.stage == "robots" or not (forbidden or outcome in {"challenge", "throttled"} or failing):
            return
        if walk.scope.is_own(task.url):
            walk.stopped = outcome
        else:  # another host of the site: that one alone is left alone
            walk.rules[_origin(task.url)] = robots.Rules(None, reason=outcome)
            walk.failures = walk.refusals = 0

    def _finish(self, walk: Walk) -> None:
        before = self.recorder.previous(walk.visit)
        left_over = self.recorder.pending(walk.visit, _PRIORITY["column"])  # below are mere guesses
        stopped = walk.stopped or (walk.entrance if walk.reports == 0 else None)
        captures = self.recorder.captures
        walk.verdict = monitors.judge(
            monitors.Yield(walk.reports, captures.offices(walk.visit.id), captures.system(walk.visit.id)),
            monitors.Yield(captures.counts(before)[1], captures.offices(before), captures.system(before))
            if before
            else None,
            walk.site.offices,
            self._rosters(walk),
            stopped,
            left_over,
        )
        self.recorder.finish(
            walk.visit, walk.verdict.outcome, stopped=stopped, believed=walk.verdict.believed, left_over=left_over
        )
        self.recorder.flush()
        self.progress(self.walks)

    def _rosters(self, walk: Walk) -> list[monitors.Roster]:
        """The rosters that this or an earlier visit saw, of the years that were wanted."""
        captures, found = self.recorder.captures, list[monitors.Roster]()
        for capture in captures.rosters(walk.visit.site):
            roster = extract.roster(self._body(capture), media_type=capture.media_type)
            if roster is not None and self.year in {None, roster.year}:
                seen = captures.offices(walk.visit.id, roster.year)
                found.append(monitors.Roster(roster.year, len(roster.offices), seen))
        return found

    # --- bytes

    def _body(self, capture: Capture) -> bytes:
        try:
            return self.recorder.captures.body(capture)
        except Lost:
            return b""


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _is_text(body: bytes) -> bool:
    return bool(body) and b"\0" not in body[:1000] and not body.startswith(b"%PDF")
