"""What an answer is, and what it leads to: the report, its files, the pages on the way to further ones.

What a column shows decides, not its name: a page that holds the form is a report wherever it stands, a page of links to
reports is a list.
"""

import hashlib
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urldefrag, urljoin, urlsplit

import extract
from crawler import barriers, links, platforms
from crawler.fetch import text_of
from crawler.platforms import Listing, api
from crawler.scope import lasting, tidy
from crawler.walk import PRIORITY, Walk
from evidence import NOTHING, About, Capture, Captures, Lost, Task
from extract.report import Identity

log = logging.getLogger(__name__)

FARTHEST = 5  # pages back on the way that led to an answer, in which its scripts are looked for
_ARTICLES = frozenset({"item", "guess", "known"})  # stages whose pages are most likely reports
_OF_THE_FORM = re.compile(r"总体情况|收到和处理|行政诉讼")  # a page with links to reports and none of it is a list


@dataclass(frozen=True, slots=True)
class Page:
    """An answer without its content-encoding; `text` is "" where it is no text."""

    body: bytes
    media_type: str | None
    text: str

    @classmethod
    def of(cls, body: bytes, media_type: str | None) -> "Page":
        """The page of a body, decoded where it is text."""
        return cls(body, media_type, text_of(body, media_type) if _is_text(body) else "")

    def identity(self, task: Task) -> Identity:
        """Whether it is a report, whose and of which year."""
        return extract.identify(self.body, media_type=self.media_type, url=task.url, words=task.words)


@dataclass(frozen=True, slots=True)
class Judgement:
    """The kind of an answer (evidence.KINDS), what it leads to, and what it is about.

    `empty`: a page that says next to nothing, 暂无内容.
    """

    kind: str
    leads: list[Task]
    about: About = NOTHING
    empty: bool = False


def body_of(captures: Captures, capture: Capture) -> bytes:
    """The bytes of a capture; b"" where they were forgotten or lost."""
    try:
        return captures.body(capture)
    except Lost:
        return b""


def judge(walk: Walk, task: Task, page: Page, year: int | None, captures: Captures) -> Judgement:
    """What an answer is, and what it leads to; `year` is that of the reports wanted. One bad page stops no crawl."""
    try:
        if task.stage in {"attachment", "part"}:
            return Judgement("attachment", [], About(page.identity(task).fingerprint) if page.text else NOTHING)
        if task.stage == "roster":
            roster = extract.roster(page.body, media_type=page.media_type)
            return Judgement("page", []) if roster is None else Judgement("roster", [], About(year=roster.year))
        return _judge(walk, task, page, year, captures)
    except Exception:
        log.exception("cannot judge %s", task.url)
        return Judgement("other", [])


def _judge(walk: Walk, task: Task, page: Page, year: int | None, captures: Captures) -> Judgement:
    article = task.stage in _ARTICLES or not page.text
    identity, listing, leads = None, Listing("generic"), list[Task]()
    if not article:
        listing = platforms.read(page.text, task.url, lambda: _above(captures, task))
        leads = list(_leads(walk, task, page.text, listing, year))
    if article or task.stage == "seed" or _may_be_report(task, page.text, leads):
        identity = page.identity(task)
    if article and page.text:
        if identity is not None and identity.is_report and task.stage in {"item", "known"}:
            # An article's menus lead nowhere that its list did not; their links cost the most.
            listing = platforms.of_system(page.text, task.url) or listing
        else:
            listing = platforms.read(page.text, task.url, lambda: _above(captures, task))
    about = About(
        None if identity is None else identity.fingerprint,
        system=listing.system if listing.system != "generic" else None,
    )
    if identity is None:
        return Judgement("page", leads, about)
    if not identity.is_report or (year is not None and identity.year not in {year, None}):
        if article:
            leads = list(_leads(walk, task, page.text, listing, year))
        empty = bool(page.text) and barriers.says_little(page.text)
        return Judgement("page" if page.text else "other", leads, about, empty)
    leads = list(_belongings(walk, task, identity))
    if task.stage not in {"item", "known"}:
        leads += _leads(walk, task, page.text, listing, year, report=True)
    about = replace(
        about, office=identity.office, year=identity.year, fingerprint=_with_files(about.fingerprint, leads)
    )
    return Judgement("report", leads, about)


def _is_text(body: bytes) -> bool:
    return bool(body) and b"\0" not in body[:1000] and not body.startswith(b"%PDF")


def _may_be_report(task: Task, text: str, leads: list[Task]) -> bool:
    """Whether a page that should be a list is worth reading: some columns show the report itself."""
    if _OF_THE_FORM.search(text) or (api.is_answer(text) and not leads):  # answers may spell 总体 as \\u603b\\u4f53
        return True
    items = {lead.url for lead in leads if lead.stage == "item"}
    listed = len(items) > 1 or (items and links.is_column(text))
    return task.stage not in links.OUTSIDE | {"list"} and not listed


def _above(captures: Captures, task: Task) -> Iterator[str]:
    """The pages that led to a task's address, nearest first, as they were captured.

    Of a list only the page before its first: the fortieth page is as near to the script that asks for it.
    """
    url, seen, list_of = task.found_on, {task.url}, urlsplit(task.url).path
    for _ in range(FARTHEST):
        while url is not None and url not in seen and (capture := captures.latest(url)) is not None:
            seen.add(url)
            url = capture.found_on
            if urlsplit(capture.url).path != list_of:
                yield text_of(body_of(captures, capture), capture.media_type)
                break


def _belongings(walk: Walk, task: Task, identity: Identity) -> Iterator[Task]:
    """What a report consists of beside its page: files, pictures, the further pages of the article."""
    for stage, addresses in (("attachment", identity.attachments), ("part", identity.further_pages)):
        for address in addresses:
            named = urldefrag(urljoin(task.url, address))[0]  # the report asks for it so, whatever session it names
            url = tidy(named)
            if walk.scope.holds(url):
                yield Task(url, stage, task.site, PRIORITY[stage], "", task.url, spelling=named)


def _with_files(fingerprint: str | None, belongings: list[Task]) -> str | None:
    """The fingerprint of a report and its files: one that was replaced has a new address behind the same words."""
    files = [belonging.url for belonging in belongings if belonging.stage == "attachment"]
    if fingerprint is None or not files:
        return fingerprint
    return hashlib.sha256("\n".join([fingerprint, *files]).encode()).hexdigest()


def _leads(
    walk: Walk, task: Task, text: str, listing: Listing, year: int | None, *, report: bool = False
) -> Iterator[Task]:
    """The tasks that a page leads to, by the words of its links and the ways of its content system."""
    stage = _stage(task, text, report=report)
    linked = list(_linked(walk, task, stage, listing, year, report=report))
    yield from linked
    if task.stage == "seed" and stage == "seed":
        walk.menus.update(link.url for link in listing.links)
    elif task.stage == "entry":
        walk.beside.update(link.url for link in listing.links)
    if report:
        return
    yield from _framed(walk, task, stage, listing)
    if listing.mixed or stage in {"column", "group"} or any(lead.stage == "item" for lead in linked):
        yield from _paged(walk, task, listing)


def _stage(task: Task, text: str, *, report: bool) -> str:
    """The stage of a page by what is on it."""
    if task.stage in links.OUTSIDE | {"item", "guess"} and links.is_column(text):
        return "column"
    if report and task.stage in links.OUTSIDE:  # a report by itself: what its system names beside it is of other years
        return "group"
    return task.stage


def _linked(walk: Walk, task: Task, stage: str, listing: Listing, year: int | None, *, report: bool) -> Iterator[Task]:
    """The links of a page, or of a `report`, that are worth following."""
    deeper = task.priority if stage == "group" else 0
    for link in listing.links:
        url = walk.scope.canonical(link.url, task.url)
        guess = not report and walk.scope.holds_entry(url) and link.url not in walk.beside
        fresh = link.url not in walk.menus
        own = link.words == walk.site.name
        lead = links.step(link.words, url, stage, task.url, year, link.under, fresh=fresh, guess=guess, own=own)
        if lead is None or url == task.url or url in walk.barren_before:
            continue
        if not walk.scope.holds(url):
            if walk.scope.is_own(task.url) and walk.scope.may_lend(url) and links.is_own_platform(link.words, lead):
                yield Task(url, lead.stage, task.site, PRIORITY["elsewhere"], link.words, task.url)
            continue
        url = _instead(walk, task, url)
        if lead.stage in links.OUTSIDE and (report or not walk.scope.holds_entry(url)):
            continue
        priority = lead.priority - (PRIORITY["item"] - PRIORITY["guess"] if task.stage in {"item", "guess"} else 0)
        if lead.stage == "group":  # what lies deeper comes first: a way is known to pay before its sisters
            priority = max(priority, min(deeper + 1, PRIORITY["column"]))
        yield Task(url, lead.stage, task.site, priority, link.words, task.url, spelling=lasting(link.url))


def _framed(walk: Walk, task: Task, stage: str, listing: Listing) -> Iterator[Task]:
    """What a page shows of other addresses."""
    inherited = stage if stage in links.OUTSIDE | {"column", "group", "list"} else "frame"
    # What is in an article before its likes: it shows where theirs is (trails.inside).
    priority = max(PRIORITY["frame"], task.priority + (stage == "item"))
    for url in listing.frames:
        if walk.scope.holds(url):
            yield Task(tidy(url), inherited, task.site, priority, task.words, task.url)


def _paged(walk: Walk, task: Task, listing: Listing) -> Iterator[Task]:
    """The further pages of a list; a province may keep the lists of all its sites on one host."""
    for address in listing.pages:
        url = _instead(walk, task, address)
        if walk.scope.holds(url) or (walk.scope.is_own(task.url) and walk.scope.may_lend(url)):
            yield Task(tidy(url), "list", task.site, PRIORITY["list"], task.words, task.url)


def _instead(walk: Walk, task: Task, url: str) -> str:
    """The address to ask for this one: another where lists of this sort were not where they usually are."""
    return (platforms.instead(url, task.url) or url) if walk.trails.is_elsewhere(url) else url
