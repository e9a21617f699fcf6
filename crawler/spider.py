"""The walk: one spider for all sites, each a visit, from its home page through columns to its reports.

What is still to do stands in the ledger, not in Scrapy's queue: an answer, what it led to and the end of its task are
one transaction, and a site is asked again only when its last answer is safe on disk. So a crawl that was killed is
simply run again. Redirects, retries and robots.txt are tasks like any other.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urldefrag, urlsplit

import scrapy
from scrapy.http import Response
from twisted.python.failure import Failure

import extract
from crawler import barriers, monitors, platforms, redirects, robots
from crawler.fetch import ENCODINGS, NoAnswer, text_of
from crawler.pages import Judgement, Page, body_of, judge
from crawler.turns import Turns
from crawler.walk import MAX_FAILURES, MAX_REFUSALS, PRIORITY, Walk, origin
from evidence import FAILURES, KEPT, REFUSALS, About, Capture, DiskFull, EvidenceError, Exchange, Recorder, Task
from evidence.warc import decode as without_encoding

log = logging.getLogger(__name__)
log.addHandler(logging.NullHandler())  # a terminal shows lines for people, not tracebacks

MAX_TRIES = 2  # of an address that failed, after the first
SHELL = 5000  # bytes; a smaller page may be what every address of a site that lives in JavaScript is answered with
RETRY_AFTER = 5  # times the delay, and again as much for each further try
LONGEST_WAIT = 120  # seconds of Retry-After that a run waits for; a site that asks for more is left alone
BATCH_SECONDS = 0.25  # how long an answer may wait to be written together with others


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
        is_open: Callable[[], bool],
        limit: int | None,
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
            slot = self.turns.take(walk, urlsplit(request.url).hostname or "", walk.gap)
            walk.ready = request if slot is None else None
            if slot is not None:
                walk.slot = slot
                return request
        return None

    def _request(self, walk: Walk) -> scrapy.Request | None:
        """The next request of a site; None where it must wait or has ended."""
        while True:
            task = None if walk.stopped else self.recorder.agenda.next(walk.visit)
            if task is None or walk.spent(task, self.limit):
                self._finish(walk)
                return None
            if walk.trails.given_up(task.url, task.stage) or walk.stays_at_home(task):
                self.recorder.agenda.drop(task)
                continue
            if task.stage == "item" and (inside := walk.trails.inside(task.url)):
                self.recorder.agenda.add(walk.visit, [replace(task, url=inside, stage="frame", spelling=task.url)])
                self.recorder.agenda.drop(task)
                continue
            if task.stage == "robots" or task.not_before > time.time():
                return self._when_due(walk, task)
            host = origin(task.url)
            rules = walk.rules.get(host) or self._remembered(walk, host)
            if rules is None:
                address = f"{host}/robots.txt"
                self.recorder.agenda.add(walk.visit, [Task(address, "robots", walk.row, 1000, words=host)])
                asking = self.recorder.agenda.task(walk.visit, address)
                if asking is None:  # its turn came and went without an answer
                    walk.rules[host] = robots.Rules(None, reason="unreachable")
                    continue
                return self._when_due(walk, asking)
            if rules.reason and host == origin(walk.site.url):
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

    def _remembered(self, walk: Walk, host: str) -> robots.Rules | None:
        """The rules that this visit was given before it was interrupted."""
        capture = self.recorder.captures.robots(walk.visit.id, host)
        if capture is None:
            return None
        walk.rules[host] = robots.rules(capture.outcome, text_of(self._body(capture), capture.media_type))
        return walk.rules[host]

    def _ask(self, walk: Walk, task: Task) -> scrapy.Request:
        headers = {"User-Agent": self.agent, "Accept": "*/*", "Accept-Encoding": ENCODINGS, "Accept-Language": "zh-CN"}
        if task.found_on and task.stage != "seed":
            headers["Referer"] = urldefrag(task.found_on)[0]
        if form := urlsplit(task.url).fragment:
            headers["Content-Type"] = (
                "application/json" if form.startswith("{") else "application/x-www-form-urlencoded"
            )
            headers["X-Requested-With"] = "XMLHttpRequest"
        whole = task.tries > 0 and not task.not_before  # asked again at once, for what was not to be had conditionally
        known = None if whole else self.recorder.validators(task.url)
        if known is not None:
            if known.etag:
                headers["If-None-Match"] = known.etag
            if known.last_modified:
                headers["If-Modified-Since"] = known.last_modified
        return scrapy.Request(
            redirects.under_session(walk, task.url),
            headers=headers,
            callback=self.answered,
            errback=self.failed,
            dont_filter=True,
            meta={
                "walk": walk,
                "task": task,
                "known": known and known.capture,
                "transport": walk.transport(task.url),
                "verbatim_url": True,
            },
        )

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
        outcome, page = self._heard(task, exchange, known, failure)
        if self._retry(walk, task, outcome, exchange):
            return
        if outcome == "redirect" and redirects.opens_session(walk, task, exchange):
            walk.requests += 1
            self._put_off(walk, task, outcome, exchange, 0)
            return
        target = redirects.target(walk, task, exchange) if outcome == "redirect" else None
        if target and target.stage not in {"seed", "robots"} and barriers.leads_home(target.url):
            target, outcome = None, "soft_404"  # a page that is gone and sends its visitors home
        judged = Judgement("other", [target] if target else [])
        if outcome in {"gone", "soft_404"} and (other := platforms.instead(task.url, task.found_on or "")):
            # Before its likes are asked.
            judged = Judgement("other", [replace(task, url=other, priority=task.priority + 1, tries=0, id=0)])
        if task.stage == "robots":
            judged = replace(judged, kind="robots")
            if target is None:
                walk.rules[task.words] = robots.rules(outcome, page.text)
        elif outcome in {"ok", "unchanged"}:
            judged = judge(walk, task, page, self.year, self.recorder.captures)
            if outcome == "unchanged" and known is not None and judged.kind != known.kind and judged.kind in KEPT:
                # Understood only now what it is, and its body is among the pages that may expire: have it whole.
                self.recorder.agenda.postpone(task, 0)
                return
            if self._is_home(walk, task, judged.about, len(page.body)):
                if self._retry(walk, task, "throttled", exchange):
                    return
                walk.homes += 1
                judged = Judgement("other", [], judged.about)
                outcome = "throttled" if walk.homes >= MAX_REFUSALS else "soft_404"
            elif judged.kind == "report":
                walk.homes = 0
            elif judged.empty and self._held_report(task.url):
                judged, outcome = replace(judged, kind="other"), "soft_404"  # its column stays, with 暂无内容 in it
        about = replace(judged.about, transport=walk.transport(task.url))
        capture = self.recorder.record(
            exchange, outcome, kind=judged.kind, site=task.site, visit=walk.visit, task=task, about=about
        )
        self.recorder.agenda.add(walk.visit, judged.leads)
        walk.count(task, capture, sent_on=target is not None)

    def _heard(self, task: Task, exchange: Exchange, known: Capture | None, failure: str | None) -> tuple[str, Page]:
        """What an answer came to, and its page: of one that is unchanged as it was."""
        page = Page.of(
            without_encoding(exchange.body, exchange.header("Content-Encoding") or ""), exchange.header("Content-Type")
        )
        outcome = failure or barriers.outcome(task.url, exchange, page.body, page.text, task.stage)
        if outcome == "ok" and len(page.body) > self.settings.getint("DOWNLOAD_MAXSIZE"):
            outcome, exchange.body, exchange.truncated = "too_large", b"", "length"
        if outcome == "unchanged":
            page = Page.of(self._body(known), known.media_type) if known else Page(b"", None, "")
            outcome = "unchanged" if page.body else "bad_answer"  # the next try asks for it whole
        return outcome, page

    def _held_report(self, url: str) -> bool:
        """Whether a report stood at an address that was looked at before, or had gone from it."""
        last = self.recorder.captures.latest(url)
        return last is not None and (last.kind == "report" or last.outcome == "soft_404")

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
        walk.count_try(outcome)
        lost = exchange.status == 304  # what is unchanged is not here any more
        self._put_off(walk, task, outcome, exchange, 0 if lost else time.time() + wait)
        return True

    def _put_off(self, walk: Walk, task: Task, outcome: str, exchange: Exchange, not_before: float) -> None:
        """Keeps an answer that does not end its task, which is asked again."""
        self.recorder.record(
            exchange,
            outcome,
            kind="other",
            site=task.site,
            visit=walk.visit,
            found_on=task.found_on,
            words=task.words,
            about=About(transport=walk.transport(task.url)),
        )
        self.recorder.agenda.postpone(task, not_before)

    # --- the end of a visit

    def _finish(self, walk: Walk) -> None:
        before = self.recorder.previous(walk.visit)
        left_over = self.recorder.agenda.pending(walk.visit, PRIORITY["column"])  # below are mere guesses
        stopped = walk.stopped or (walk.entrance if walk.reports == 0 else None)
        captures = self.recorder.captures
        verdict = monitors.judge(
            monitors.Yield(walk.reports, captures.offices(walk.visit.id), captures.system(walk.visit.id)),
            monitors.Yield(captures.counts(before)[1], captures.offices(before), captures.system(before))
            if before
            else None,
            walk.site.offices,
            self._rosters(walk),
            stopped,
            left_over,
        )
        walk.end(verdict)
        self.recorder.finish(
            walk.visit, verdict.outcome, stopped=stopped, believed=verdict.believed, left_over=left_over
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

    def _body(self, capture: Capture) -> bytes:
        return body_of(self.recorder.captures, capture)
