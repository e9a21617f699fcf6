"""Where an answer sends on to: to another address, or to the same one under a session on which its server insists."""

import re
from pathlib import PurePosixPath
from urllib.parse import urldefrag, urljoin, urlsplit

from crawler.scope import SESSION, tidy
from crawler.walk import Walk, origin
from evidence import Exchange, Task

MAX_HOPS = 5  # redirects in a row


def target(walk: Walk, task: Task, exchange: Exchange) -> Task | None:
    """What a redirect has asked instead; None where that is nowhere, off the site, or one hop too far."""
    there = _location(exchange)
    if there is None or task.hops >= MAX_HOPS:
        return None
    url = tidy(there)
    if "http-only" in walk.transport(url):
        url = re.sub("^https:", "http:", url)
    asked, mark, form = task.url.partition("#")
    if url == asked:  # the server insists on something in the address that elsewhere says nothing
        url = there + mark + form
    if task.stage == "seed":
        walk.scope.widen(url)  # the address that a person gave has moved: its new host is the site
    if task.stage != "robots" and not walk.scope.holds(url):
        return None
    hops = task.hops + 1
    return Task(url, task.stage, task.site, task.priority + 1, task.words, task.found_on, hops, spelling=task.url)


def opens_session(walk: Walk, task: Task, exchange: Exchange) -> bool:
    """Whether a redirect leads to the same page under a session; from now on pages of its sort are asked under that."""
    there = _location(exchange)
    session = SESSION.search(urlsplit(there).path) if there else None
    if there is None or session is None or task.tries > 0 or tidy(there) != urldefrag(task.url)[0]:
        return False
    walk.sessions[_sort(task.url)] = (session.string[: session.start()], session[0])
    return True


def under_session(walk: Walk, url: str) -> str:
    """The address as its server wants it asked: /xxgk/(S(a1b2))/7.aspx, where such a session was opened at /xxgk."""
    above, session = walk.sessions.get(_sort(url), ("", ""))
    parts = urlsplit(url)
    if session.startswith(";"):
        return parts._replace(path=parts.path + session).geturl()
    if session and parts.path.startswith(f"{above}/"):
        return parts._replace(path=above + session + parts.path.removeprefix(above)).geturl()
    return url


def _sort(url: str) -> tuple[str, str]:
    """The host and the sort of a page, .aspx: for that a session may be insisted on, and for files none be known."""
    return origin(url), PurePosixPath(urlsplit(url).path).suffix


def _location(exchange: Exchange) -> str | None:
    location = exchange.header("Location")
    try:
        named = location.encode("latin-1").decode("utf-8", "replace") if location else ""
        return urldefrag(urljoin(exchange.url, named))[0] if named else None
    except ValueError:
        return None
