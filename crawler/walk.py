"""A visit under way: what it was allowed, what it has cost and found so far, and when enough is enough."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

import scrapy

from crawler import links, monitors, platforms, robots
from crawler.scope import Scope
from crawler.sites import Site
from crawler.trails import Trails
from evidence import FAILURES, REFUSALS, Capture, Task, Visit

MAX_FAILURES = 5  # in a row, then the host is left alone
MAX_REFUSALS = 3  # forbidden pages in a row, or home pages in the place of articles, likewise

PRIORITY: dict[str, int] = links.WORDS["priority"]
_BUDGET: dict[str, float] = links.WORDS["budget"]
_BESIDE = frozenset({"robots", "seed", "known", "attachment", "part"})
"""Stages that are asked whatever has been spent: they are given, known, or belong to a report."""


@dataclass(slots=True)
class Walk:
    """A visit under way."""

    visit: Visit
    site: Site
    row: int  # of the ledger's table of sites
    scope: Scope
    trails: Trails
    rules: dict[str, robots.Rules] = field(default_factory=dict)
    requests: int = 0
    reports: int = 0
    at_home: int = 0  # of the reports, those on hosts of the site's own
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
    sessions: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)  # for a sort of page: where, which
    home: str | None = None  # fingerprint of the home page, where that is more than a shell
    slot: str = ""  # of its request under way: the address that is asked
    menus: set[str] = field(default_factory=set)  # what the home page links to
    beside: set[str] = field(default_factory=set)  # the same of its entries, where the annual column is one among many
    barren_before: set[str] = field(default_factory=set)  # what earlier visits found no report by

    @property
    def gap(self) -> float:
        """Seconds between requests that the site asks for."""
        return max((rules.delay for rules in self.rules.values()), default=0.0)

    def transport(self, url: str) -> str:
        """What a host is allowed: only the site's own, which a person has looked at."""
        return self.site.transport if self.scope.holds_entry(url) else ""

    def spent(self, task: Task, limit: int | None) -> bool:
        """Whether what the site may be asked is used up before this task; no more than `limit` requests in any case."""
        if limit is not None and self.requests >= limit:
            return True
        if task.stage in _BESIDE:
            return False
        if self.requests >= _BUDGET["start"] + self.reports * (1 + _BUDGET["per_report"]):
            return True
        # Only guesses are left, and the last ones led nowhere.
        return self.reports > 0 and self.barren >= _BUDGET["barren"] and task.priority < PRIORITY["column"]

    def stays_at_home(self, task: Task) -> bool:
        """Whether a platform elsewhere need not be asked, since the site has reports itself; else its host is lent."""
        if self.scope.holds(task.url):
            return False
        if self.at_home and task.priority == PRIORITY["elsewhere"]:
            return True
        self.scope.lend(task.url)
        return False

    def count_try(self, outcome: str) -> None:
        """Counts a request of which the task is still to do."""
        self.requests += 1
        self.failures += 1
        self.failed += outcome in FAILURES
        self.refused += outcome in REFUSALS

    def count(self, task: Task, capture: Capture, *, sent_on: bool) -> None:
        """Counts an answer that ended its task; a site that says no, or nothing any more, is left alone.

        `sent_on`: a redirect that is followed, and so no more in vain than what it leads to.
        """
        outcome = capture.outcome
        self.requests += 1
        if task.stage not in _BESIDE and not sent_on:
            self.trails.asked(task.url, task.stage)
        if outcome in {"gone", "soft_404"} and platforms.instead(task.url, task.found_on or ""):
            self.trails.not_there(task.url)
        if capture.kind in {"report", "roster"}:
            self.trails.led_to_report(task.url)
        if capture.kind == "report":
            self.reports += 1
            self.at_home += not self.scope.is_lent(task.url)
            self.new += outcome == "ok"
            self.barren = 0
            if task.stage == "frame":
                self.trails.is_inside(task.url, task.found_on)
        elif capture.kind != "roster" and task.stage not in {"attachment", "part", "robots"}:
            self.barren += 1
        failed, refused = outcome in FAILURES, outcome in REFUSALS
        self.failed += failed
        self.refused += refused
        self.failures = self.failures + 1 if failed else 0
        if task.stage != "attachment":  # a file may be kept from us where the site is not
            self.refusals = self.refusals + 1 if refused else 0
        if task.stage == "seed" and (failed or refused or outcome in {"gone", "soft_404"}):
            self.entrance = outcome
        # One forbidden page may be just that; a forbidden entrance, or one after another, is the site's will.
        forbidden = outcome == "refused" and (task.stage == "seed" or self.refusals >= MAX_REFUSALS)
        if task.stage != "robots" and (
            forbidden or outcome in {"challenge", "throttled"} or self.failures >= MAX_FAILURES
        ):
            self._leave_alone(task.url, outcome)

    def _leave_alone(self, url: str, outcome: str) -> None:
        if self.scope.is_own(url):
            self.stopped = outcome
        else:  # another host of the site: that one alone is left alone
            self.rules[origin(url)] = robots.Rules(None, reason=outcome)
            self.failures = self.refusals = 0

    def end(self, verdict: monitors.Verdict) -> None:
        """Notes what it came to, and lets go of what only walking needs: a run keeps its thousands of visits."""
        self.verdict = verdict
        self.ready = None
        self.trails.clear()
        self.menus = self.beside = self.barren_before = set()


def origin(url: str) -> str:
    """The scheme and host that have a robots.txt of their own."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
